/* Memory: opening and writing survive any allocation failing, and a large vocabulary costs neither time nor an allocation a token. */
#include "gguf_bytes.h"

static og_error err;

/* Runs fn with the n-th allocation failing, for n = 1, 2, ... until it succeeds: each failure must be told as one of memory.
 * (What a failure leaves behind, the leak check at the end of the process finds.) */
static void survives(og_status (*fn)(void)) {
    for (uint64_t n = 1;; n++) {
        assert_true(n < 10000);
        err = (og_error){0};
        og_alloc_fail_after(n);
        og_status status = fn();
        og_alloc_fail_after(0);
        if (status == OG_OK) {
            assert_true(n > 5);
            return;
        }
        if (status != OG_ERR_MEMORY || err.status != OG_ERR_MEMORY || !err.text[0])
            fail_msg("n %d: %s: %s", (int)n, og_status_name(status), err.text);
    }
}

static bytes sample;
static const char *path, *split_path[2];

static og_status open_mapped(void) {
    og_source *src;
    og_file *file;
    OG_TRY(og_source_memory(sample.data, sample.len, "sample", &src, &err));
    OG_TRY(og_file_open_sources(&src, 1, &file, &err));
    og_file_close(file);
    return OG_OK;
}

static og_status open_unmapped(void) {
    og_source *src;
    og_file *file;
    OG_TRY(og_source_open_unmapped(path, &src, &err));
    OG_TRY(og_file_open_sources(&src, 1, &file, &err));
    og_file_close(file);
    return OG_OK;
}

static og_status open_split(void) {
    og_file *file;
    OG_TRY(og_file_open(split_path[0], &file, &err));
    og_file_close(file);
    return OG_OK;
}

static og_status write_file(void) {
    og_gguf_writer *w;
    OG_TRY(og_gguf_writer_open(path, &w, &err));
    og_gguf_set_u32(w, "a", 1);
    og_gguf_set_str(w, "b", "text", 4);
    og_gguf_set_strings(w, "c", (const char *const[]){"x", "y"}, (const size_t[]){1, 1}, 2);
    og_gguf_add_tensor(w, "t", OG_F32, (uint64_t[]){4}, 1);
    og_status status = og_gguf_begin_data(w, &err);
    if (status == OG_OK) status = og_gguf_add_data(w, "0123456789abcdef", 16, &err);
    if (status != OG_OK) {
        og_gguf_writer_abort(w);
        return status;
    }
    return og_gguf_writer_commit(w, &err);
}

static void write_split(int i) {
    og_gguf_writer *w;
    b_must(og_gguf_writer_open(split_path[i], &w, &err), &err);
    og_gguf_set_u32(w, "split.no", (uint32_t)i);
    og_gguf_set_u32(w, "split.count", 2);
    og_gguf_add_tensor(w, i ? "one" : "zero", OG_I8, (uint64_t[]){4}, 1);
    b_must(og_gguf_begin_data(w, &err), &err);
    b_must(og_gguf_add_data(w, "data", 4, &err), &err);
    b_must(og_gguf_writer_commit(w, &err), &err);
}

static void test_open_survives(void **state) {
    (void)state;
    b_sample(&sample, 3);
    survives(open_mapped);
    path = b_path("file.gguf");
    b_must(write_file(), &err);
    survives(open_unmapped);
    unlink(path);
}

static void test_unsorted_tensors_survive(void **state) {
    (void)state;
    b_head(&sample, 3, 2, 0);
    b_tensor(&sample, "second", OG_F32, 8, 1, 32);
    b_tensor(&sample, "first", OG_F32, 8, 1, 0);
    b_pad(&sample, 32);
    b_zeros(&sample, 64);
    survives(open_mapped);
}

static void test_open_split_survives(void **state) {
    (void)state;
    split_path[0] = b_path("m-00001-of-00002.gguf");
    split_path[1] = b_path("m-00002-of-00002.gguf");
    for (int i = 0; i < 2; i++) write_split(i);
    survives(open_split);
    for (int i = 0; i < 2; i++) unlink(split_path[i]);
}

static void test_write_survives(void **state) {
    (void)state;
    path = b_path("file.gguf");
    survives(write_file);
    unlink(path);
}

enum { TOKENS = 150000 };

/* A vocabulary as large models have it: tokens, scores, types and merges. */
static void write_vocabulary(void) {
    static char text[TOKENS][16];
    static const char *s[TOKENS];
    static size_t len[TOKENS];
    static float scores[TOKENS];
    static int32_t types[TOKENS];
    for (int i = 0; i < TOKENS; i++) {
        len[i] = (size_t)snprintf(text[i], sizeof text[i], "token%.*d", 1 + i % 6, i);
        s[i] = text[i];
    }
    og_gguf_writer *w;
    b_must(og_gguf_writer_open(path, &w, &err), &err);
    og_gguf_set_strings(w, "tokenizer.ggml.tokens", s, len, TOKENS);
    og_gguf_set_array(w, "tokenizer.ggml.scores", OG_VALUE_F32, scores, TOKENS);
    og_gguf_set_array(w, "tokenizer.ggml.token_type", OG_VALUE_I32, types, TOKENS);
    og_gguf_set_strings(w, "tokenizer.ggml.merges", s, len, TOKENS);
    b_must(og_gguf_begin_data(w, &err), &err);
    b_must(og_gguf_writer_commit(w, &err), &err);
}

static void test_large_vocabulary(void **state) {
    (void)state;
    path = b_path("vocabulary.gguf");
    write_vocabulary();
    double best = 1e9;
    uint64_t allocations = 0;
    for (int run = 0; run < 9; run++) {
        og_file *file;
        uint64_t before = og_alloc_count();
        double start = og_now();
        b_must(og_file_open(path, &file, &err), &err);
        best = OG_MIN(best, og_now() - start);
        allocations = og_alloc_count() - before;
        og_value v;
        for (uint64_t i = 0; i < TOKENS; i += 7919) {
            char want[16];
            int n = snprintf(want, sizeof want, "token%.*d", 1 + (int)i % 6, (int)i);
            assert_true(og_file_element(file, "tokenizer.ggml.merges", i, &v));
            assert_int_equal(v.len, n);
            assert_memory_equal(v.str, want, (size_t)n);
        }
        og_file_close(file);
    }
    unlink(path);
    print_message("%d tokens and merges: %.2f ms, %d allocations\n", TOKENS, best * 1e3, (int)allocations);
#if !defined(SANITIZED) && !defined(OG_CROSS_CMOCKA_H) /* time under an emulator says nothing */
    assert_true(best < 0.05);
#endif
    assert_true(allocations < 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_survives),  cmocka_unit_test(test_unsorted_tensors_survive), cmocka_unit_test(test_open_split_survives),
        cmocka_unit_test(test_write_survives), cmocka_unit_test(test_large_vocabulary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
