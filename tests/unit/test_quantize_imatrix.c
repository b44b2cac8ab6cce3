/* Importance matrices: what is collected is what the layers saw, and what is read steers the encoder. */
#include "offgrid.h"
#include "format/gguf.h"
#include "runtime/imatrix.h"
#include "tiny_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char model_path[256], path[256], out[256];

static int setup(void **state) {
    (void)state;
    tiny_path(model_path, sizeof model_path);
    tiny_path(path, sizeof path);
    tiny_path(out, sizeof out);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    unlink(model_path);
    unlink(path);
    unlink(out);
    return 0;
}

enum { TOKENS = 70, CHUNK = 32 };

static void collect(int threads, const tiny_options *o, int32_t *ids) {
    const og_arch *arch = og_arch_named("llama", 5);
    og_hparams hp = tiny_wide(arch);
    assert_int_equal(tiny_write(model_path, arch, &hp, o, NULL), OG_OK);
    for (int i = 0; i < TOKENS; i++) ids[i] = 3 + i * 7 % 20;
    og_engine *engine;
    og_model *model;
    og_error err = {0};
    assert_int_equal(og_engine_open(&(og_engine_params){.threads = threads}, &engine, NULL), OG_OK);
    assert_int_equal(og_model_open(engine, model_path, NULL, &model, NULL), OG_OK);
    og_imatrix_params p = {.n_ctx = CHUNK, .dataset = "words"};
    if (og_imatrix_write(model, ids, TOKENS, path, &p, &err) != OG_OK) fail_msg("%s", err.text);
    og_model_close(model);
    og_engine_close(engine);
}

/* The inputs of layer 0's attn_q are known: normalised embeddings. */
static void test_collected(void **state) {
    (void)state;
    int32_t ids[TOKENS];
    collect(2, NULL, ids);
    og_file *file;
    assert_int_equal(og_file_open(model_path, &file, NULL), OG_OK);
    og_tensor_info embd, norm;
    og_type type;
    assert_true(og_file_find_tensor(file, "token_embd.weight", &embd, &type));
    assert_true(og_file_find_tensor(file, "blk.0.attn_norm.weight", &norm, &type));
    const uint64_t k = embd.dim[0];
    float *x = malloc(k * sizeof *x), *w = malloc(k * sizeof *w);
    double *want = calloc(k, sizeof *want);
    float eps = 0;
    assert_int_equal(og_file_get_f32(file, "llama.attention.layer_norm_rms_epsilon", &eps, NULL), OG_OK);
    og_source_read(og_file_source(file, 0), norm.offset, w, k * sizeof *w, NULL);
    for (int i = 0; i < TOKENS / CHUNK * CHUNK; i++) {
        int32_t id = i % CHUNK == 0 ? 1 : ids[i]; /* BOS */
        double squares = 0;
        og_source_read(og_file_source(file, 0), embd.offset + (uint64_t)id * k * sizeof *x, x, k * sizeof *x, NULL);
        for (uint64_t j = 0; j < k; j++) squares += (double)x[j] * (double)x[j];
        double scale = 1 / sqrt(squares / (double)k + (double)eps);
        for (uint64_t j = 0; j < k; j++) want[j] += pow((double)x[j] * scale * (double)w[j], 2);
    }
    og_file_close(file);

    og_imatrix m;
    assert_int_equal(og_imatrix_open(path, &m, NULL), OG_OK);
    float *got;
    assert_int_equal(og_imatrix_get(&m, "blk.0.attn_q.weight", k, 1, &got, NULL), OG_OK);
    assert_non_null(got);
    for (uint64_t j = 0; j < k; j++) {
        double mean = want[j] / (TOKENS / CHUNK * CHUNK);
        assert_true(fabs((double)got[j] - mean) < 1e-5 * mean);
    }
    og_release(got);
    assert_int_equal(og_imatrix_get(&m, "output.weight", k, 1, &got, NULL), OG_OK);
    assert_null(got);
    og_error err = {0};
    assert_int_equal(og_imatrix_get(&m, "blk.0.attn_q.weight", k / 2, 1, &got, &err), OG_ERR_FORMAT);
    assert_non_null(strstr(err.text, "another model"));

    /* The last layer saw every token too. */
    og_tensor_info info;
    char name[64];
    snprintf(name, sizeof name, "blk.%u.ffn_down.weight.counts", tiny_wide(og_arch_named("llama", 5)).n_layer - 1);
    assert_true(og_file_find_tensor(m.file, name, &info, &type));
    float count = 0;
    og_source_read(og_file_source(m.file, 0), info.offset, &count, sizeof count, NULL);
    assert_true(count == TOKENS / CHUNK * CHUNK);
    og_imatrix_close(&m);
    free(x);
    free(w);
    free(want);
}

static long read_all(const char *name, uint8_t *to, size_t cap) {
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    long n = (long)fread(to, 1, cap, f);
    fclose(f);
    return n;
}

static void test_threads_do_not_matter(void **state) {
    (void)state;
    enum { CAP = 1 << 20 };
    uint8_t *a = malloc(CAP), *b = malloc(CAP);
    int32_t ids[TOKENS];
    const tiny_options o = {.type = OG_Q4_K};
    collect(1, &o, ids);
    long n = read_all(path, a, CAP);
    collect(3, &o, ids);
    assert_int_equal(read_all(path, b, CAP), n);
    assert_true(n > 1000 && n < CAP);
    assert_memory_equal(a, b, (size_t)n);
    free(a);
    free(b);
}

/* Columns that matter get less error, at the cost of those that do not. */
static void test_steers(void **state) {
    (void)state;
    enum { K = 256, ROWS = 64 };
    const uint64_t dim[2] = {K, ROWS}, sums[2] = {K, 1}, one[2] = {1, 1};
    float x[K], counts = 2;
    uint32_t seed = 5;
    og_gguf_writer *w;
    assert_int_equal(og_gguf_writer_open(model_path, &w, NULL), OG_OK);
    og_gguf_add_tensor(w, "blk.0.attn_q.weight", OG_F32, dim, 2);
    assert_int_equal(og_gguf_begin_data(w, NULL), OG_OK);
    for (int r = 0; r < ROWS; r++) {
        for (int j = 0; j < K; j++) x[j] = tiny_random(&seed);
        og_gguf_add_data(w, x, sizeof x, NULL);
    }
    assert_int_equal(og_gguf_writer_commit(w, NULL), OG_OK);
    for (int j = 0; j < K; j++) x[j] = j % 4 == 0 ? 100 : 1;
    assert_int_equal(og_gguf_writer_open(path, &w, NULL), OG_OK);
    og_gguf_set_str(w, "general.type", "imatrix", 7);
    og_gguf_add_tensor(w, "blk.0.attn_q.weight.in_sum2", OG_F32, sums, 2);
    og_gguf_add_tensor(w, "blk.0.attn_q.weight.counts", OG_F32, one, 2);
    assert_int_equal(og_gguf_begin_data(w, NULL), OG_OK);
    og_gguf_add_data(w, x, sizeof x, NULL);
    og_gguf_add_data(w, &counts, sizeof counts, NULL);
    assert_int_equal(og_gguf_writer_commit(w, NULL), OG_OK);

    og_engine *engine;
    double error[2][2] = {{0}};
    assert_int_equal(og_engine_open(&(og_engine_params){.threads = 2}, &engine, NULL), OG_OK);
    for (int weighted = 0; weighted < 2; weighted++) {
        og_quantize_params p = {.type = "Q4_K_S", .imatrix = weighted ? path : NULL};
        og_quantize_result result;
        og_error err = {0};
        if (og_quantize(engine, model_path, out, &p, &result, &err) != OG_OK) fail_msg("%s", err.text);
        assert_int_equal(result.unweighted, 0);
        og_file *a, *b;
        og_tensor_info from, to;
        og_type type;
        assert_int_equal(og_file_open(model_path, &a, NULL), OG_OK);
        assert_int_equal(og_file_open(out, &b, NULL), OG_OK);
        og_file_find_tensor(a, "blk.0.attn_q.weight", &from, &type);
        og_file_find_tensor(b, "blk.0.attn_q.weight", &to, &type);
        float *source = malloc(from.bytes), *back = malloc(from.bytes);
        uint8_t *packed = malloc(to.bytes);
        og_source_read(og_file_source(a, 0), from.offset, source, from.bytes, NULL);
        og_source_read(og_file_source(b, 0), to.offset, packed, to.bytes, NULL);
        og_quant_decode(type, packed, back, K * ROWS);
        for (int i = 0; i < K * ROWS; i++) error[weighted][i % 4 == 0] += pow((double)source[i] - (double)back[i], 2);
        free(source);
        free(back);
        free(packed);
        og_file_close(a);
        og_file_close(b);
    }
    og_engine_close(engine);
    assert_true(error[1][1] < 0.9 * error[0][1]);
    assert_true(error[1][0] > error[0][0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collected),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_steers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
