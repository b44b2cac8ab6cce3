/* og_quantize: recipes, streams of any shape, errors and interruptions that leave nothing behind. */
#include "offgrid.h"
#include "format/gguf.h"
#include "runtime/recipe.h"
#include "tiny_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <math.h>

#include <cmocka.h>

static char in[256], out[256];
static og_engine *engine;

static int setup(void **state) {
    (void)state;
    tiny_path(in, sizeof in);
    tiny_path(out, sizeof out);
    return og_engine_open(&(og_engine_params){.threads = 3}, &engine, NULL);
}

static int teardown(void **state) {
    (void)state;
    og_engine_close(engine);
    unlink(in);
    unlink(out);
    return 0;
}

/* Tensors of a test file: any shapes, random values, `bad` in the last place of the last. */
typedef struct shape {
    const char *name;
    og_type type;
    uint64_t dim[3];
} shape;

static void write_tensors(const shape *s, int n, float bad) {
    og_gguf_writer *w;
    uint32_t seed = 7;
    unlink(out);
    assert_int_equal(og_gguf_writer_open(in, &w, NULL), OG_OK);
    og_gguf_set_str(w, "general.architecture", "llama", 5);
    og_gguf_set_u32(w, "llama.block_count", 8);
    og_gguf_set_u32(w, "llama.attention.head_count", 8);
    og_gguf_set_u32(w, "llama.attention.head_count_kv", 8);
    for (int i = 0; i < n; i++) og_gguf_add_tensor(w, s[i].name, s[i].type, s[i].dim, 3);
    assert_int_equal(og_gguf_begin_data(w, NULL), OG_OK);
    for (int i = 0; i < n; i++) {
        uint64_t count = s[i].dim[0] * s[i].dim[1] * s[i].dim[2], bytes = 0;
        float *x = malloc(count * sizeof *x);
        for (uint64_t k = 0; k < count; k++) x[k] = tiny_random(&seed);
        if (i == n - 1 && bad != 0) x[count - 1] = bad;
        assert_true(og_quant_row_bytes(s[i].type, count, &bytes));
        void *data = malloc(bytes);
        if (og_quant_of((uint32_t)s[i].type)->encode)
            og_quant_encode(s[i].type, x, data, count, NULL);
        else
            memset(data, 3, bytes);
        assert_int_equal(og_gguf_add_data(w, data, bytes, NULL), OG_OK);
        free(x);
        free(data);
    }
    assert_int_equal(og_gguf_writer_commit(w, NULL), OG_OK);
}

/* Type and bytes of a tensor of the output; *data is malloc'd. */
static og_type read_tensor(const char *path, const char *name, uint8_t **data, uint64_t *bytes) {
    og_file *file;
    og_tensor_info info;
    og_type type;
    assert_int_equal(og_file_open(path, &file, NULL), OG_OK);
    assert_true(og_file_find_tensor(file, name, &info, &type));
    *data = malloc(info.bytes);
    *bytes = info.bytes;
    assert_int_equal(og_source_read(og_file_source(file, info.part), info.offset, *data, info.bytes, NULL), OG_OK);
    og_file_close(file);
    return type;
}

typedef struct seen {
    int reports, weighted;
    double error;
    char wanted[16];
} seen;

static void on_report(void *user, const og_quantize_tensor *t) {
    seen *s = user;
    s->reports++;
    s->weighted += t->weighted;
    s->error = t->error;
    snprintf(s->wanted, sizeof s->wanted, "%s", t->wanted ? t->wanted : "");
}

/* Rows longer than a piece, several matrices in a tensor, one row, a tail: the bytes are those of encoding row by row. */
static void test_pieces(void **state) {
    (void)state;
    const shape shapes[] = {
        {"blk.0.attn_q.weight", OG_F32, {256, 700, 1}},
        {"blk.0.ffn_up.weight", OG_BF16, {70144, 3, 1}},
        {"blk.0.ffn_up_exps.weight", OG_F16, {512, 33, 5}},
        {"blk.1.attn_q.weight", OG_Q8_0, {256, 2, 1}},
        {"output_norm.weight", OG_F32, {256, 1, 1}},
        {"ids", OG_I64, {40000, 1, 1}},
        {"output.weight", OG_F32, {256, 2, 1}},
    };
    write_tensors(shapes, OG_LEN(shapes), 0);
    seen s = {0};
    og_quantize_params p = {.type = "Q4_K_S", .report = on_report, .user = &s};
    og_quantize_result r;
    og_error err = {0};
    og_status status = og_quantize(engine, in, out, &p, &r, &err);
    if (status != OG_OK) fail_msg("%s", err.text);
    assert_int_equal(s.reports, OG_LEN(shapes));
    assert_int_equal(r.tensors, OG_LEN(shapes));
    for (size_t i = 0; i < OG_LEN(shapes); i++) {
        const shape *t = &shapes[i];
        uint8_t *a, *b;
        uint64_t na, nb, row_in = 0, row_out = 0, rows = t->dim[1] * t->dim[2];
        og_type from = read_tensor(in, t->name, &a, &na), to = read_tensor(out, t->name, &b, &nb);
        og_type want = i == 6 ? OG_Q6_K : i == 4 || i == 5 ? from : OG_Q4_K;
        assert_int_equal(to, want);
        if (from == to) {
            assert_int_equal(na, nb);
            assert_memory_equal(a, b, na);
        } else {
            og_quant_row_bytes(from, t->dim[0], &row_in);
            og_quant_row_bytes(to, t->dim[0], &row_out);
            float *x = malloc(t->dim[0] * sizeof *x);
            uint8_t *packed = malloc(row_out);
            for (uint64_t k = 0; k < rows; k++) {
                og_quant_decode(from, a + k * row_in, x, t->dim[0]);
                og_quant_encode(to, x, packed, t->dim[0], NULL);
                assert_memory_equal(packed, b + k * row_out, row_out);
            }
            free(x);
            free(packed);
        }
        free(a);
        free(b);
    }
}

static void test_error_is_measured(void **state) {
    (void)state;
    const shape shapes[] = {{"blk.0.attn_q.weight", OG_F32, {256, 300, 1}}};
    write_tensors(shapes, 1, 0);
    seen s = {0};
    og_quantize_params p = {.type = "Q8_0", .report = on_report, .user = &s};
    assert_int_equal(og_quantize(engine, in, out, &p, NULL, NULL), OG_OK);
    uint8_t *a, *b;
    uint64_t na, nb;
    read_tensor(in, shapes[0].name, &a, &na);
    read_tensor(out, shapes[0].name, &b, &nb);
    double error = 0, square = 0;
    float *back = malloc(na);
    og_quant_decode(OG_Q8_0, b, back, na / sizeof *back);
    for (uint64_t i = 0; i < na / sizeof *back; i++) {
        double x = (double)((float *)(void *)a)[i], e = x - (double)back[i];
        error += e * e;
        square += x * x;
    }
    assert_true(fabs(s.error - sqrt(error / square)) < 1e-12);
    assert_true(s.error > 0.001 && s.error < 0.006);
    free(a);
    free(b);
    free(back);
}

static void expect_refusal(const shape *s, float bad, const char *type, const char *word) {
    write_tensors(s, 1, bad);
    og_error err = {0};
    og_quantize_params p = {.type = type};
    assert_int_equal(og_quantize(engine, in, out, &p, NULL, &err), OG_ERR_FORMAT);
    assert_non_null(strstr(err.text, s->name));
    assert_non_null(strstr(err.text, word));
    assert_int_not_equal(access(out, F_OK), 0);
}

static void test_bad_weights(void **state) {
    (void)state;
    const shape matrix = {"blk.0.attn_q.weight", OG_F32, {256, 300, 1}};
    expect_refusal(&matrix, NAN, "Q4_K_M", "NaN");
    expect_refusal(&matrix, -INFINITY, "Q8_0", "row 299, column 255");
    expect_refusal(&matrix, 1e6f, "F16", "too large for F16");
}

static void test_fallback(void **state) {
    (void)state;
    const struct {
        const char *recipe;
        uint64_t columns;
        og_type to;
    } cases[] = {{"Q4_K_M", 96, OG_Q5_0},    {"Q5_K_S", 96, OG_Q5_1},  {"Q6_K", 96, OG_Q8_0},    {"Q3_K_S", 96, OG_Q4_0},
                 {"TQ1_0", 96, OG_Q4_0},     {"Q4_K_M", 80, OG_F16},   {"Q8_0", 80, OG_F16},     {"IQ4_XS", 96, OG_IQ4_NL},
                 {"IQ4_XS", 768, OG_IQ4_XS}, {"IQ2_M", 96, OG_IQ4_NL}, {"IQ1_S", 96, OG_IQ4_NL}, {"NVFP4", 96, OG_MXFP4},
                 {"Q1_0", 64, OG_Q4_0},      {"Q2_0", 96, OG_Q4_0}};
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        const shape s[] = {{"blk.5.attn_q.weight", OG_F32, {cases[i].columns, 8, 1}}};
        write_tensors(s, 1, 0);
        seen r = {0};
        og_quantize_params p = {.type = cases[i].recipe, .report = on_report, .user = &r};
        assert_int_equal(og_quantize(engine, in, out, &p, NULL, NULL), OG_OK);
        uint8_t *data;
        uint64_t bytes;
        assert_int_equal(read_tensor(out, s[0].name, &data, &bytes), cases[i].to);
        assert_int_equal(r.wanted[0] != 0, og_recipe_named(cases[i].recipe)->base != cases[i].to);
        free(data);
    }
}

static bool stop_at_half(void *user, const char *what, uint64_t done, uint64_t total) {
    (void)what;
    (*(int *)user)++;
    return done * 2 < total;
}

static void test_cancel(void **state) {
    (void)state;
    const shape s[] = {{"blk.0.attn_q.weight", OG_F32, {256, 20000, 1}}};
    write_tensors(s, 1, 0);
    int calls = 0;
    og_error err = {0};
    og_quantize_params p = {.type = "Q8_0", .progress = stop_at_half, .user = &calls};
    assert_int_equal(og_quantize(engine, in, out, &p, NULL, &err), OG_ERR_CANCELLED);
    assert_true(calls > 1);
    assert_int_not_equal(access(out, F_OK), 0);
}

static void test_no_memory(void **state) {
    (void)state;
    const shape s[] = {{"blk.0.attn_q.weight", OG_F32, {256, 4, 1}}, {"blk.1.attn_q.weight", OG_F32, {256, 4, 1}}};
    write_tensors(s, 2, 0);
    const og_quantize_params each[] = {{.type = "Q4_K_M"}, {.target_bpw = 5}};
    for (size_t i = 0; i < OG_LEN(each); i++) {
        og_status status = OG_ERR_MEMORY;
        for (uint64_t n = 1; n < 500 && status != OG_OK; n++) {
            og_error err = {0};
            og_alloc_fail_after(n);
            status = og_quantize(engine, in, out, &each[i], NULL, &err);
            og_alloc_fail_after(0);
            if (status == OG_OK) break;
            assert_int_equal(status, OG_ERR_MEMORY);
            assert_int_equal(err.status, OG_ERR_MEMORY);
            assert_int_not_equal(access(out, F_OK), 0);
        }
        assert_int_equal(status, OG_OK);
        unlink(out);
    }
}

/* Values of another order in one matrix than in another: the bits must go where the error is. */
static void test_target_spends_well(void **state) {
    (void)state;
    const shape s[] = {{"blk.0.attn_q.weight", OG_F32, {256, 64, 1}}, {"blk.0.attn_k.weight", OG_F32, {256, 1024, 1}}};
    write_tensors(s, 2, 0);
    og_quantize_result r;
    og_quantize_params p = {.target_bpw = 4.7};
    assert_int_equal(og_quantize(engine, in, out, &p, &r, NULL), OG_OK);
    assert_true(r.bits <= 4.7 && r.bits > 4.4);
    uint8_t *data;
    uint64_t small, large;
    read_tensor(out, s[0].name, &data, &small);
    free(data);
    read_tensor(out, s[1].name, &data, &large);
    free(data);
    assert_true((double)small / 64 > (double)large / 1024); /* relative error counts the same, so the small one's is cheaper to lower */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_error_is_measured),
        cmocka_unit_test(test_bad_weights),
        cmocka_unit_test(test_fallback),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_target_spends_well),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
