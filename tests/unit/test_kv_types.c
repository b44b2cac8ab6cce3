/* Caches of fewer bits: every architecture's session computes with them, whatever the batches, in the memory that was predicted; files of
 * one kind are not taken for another's. */
#include "tiny_session.h"

enum { N = 100, CTX = 128 }; /* past a page of the cache */

static const char *const types[] = {"f16", "q8_0", "q4_0"};
static const double bound[] = {0, 0.033, 0.233}; /* what llama.cpp loses with these: tests/golden/compare_kv.py */

static og_session *open_with(og_model *model, const char *type, uint32_t n_chunk) {
    og_session *session;
    og_error err = {0};
    const og_session_params params = {.n_ctx = CTX, .n_chunk = n_chunk, .kv_type = type};
    if (og_session_open(model, &params, &session, &err) != OG_OK) fail_msg("%s", err.text);
    return session;
}

static uint64_t cache_bytes(og_session *s) {
    og_stats stats;
    og_session_stats(s, &stats);
    return stats.kv_bytes;
}

/* Root of the mean square difference of two rows of logits, over that of the first. */
static double loss(const float *want, const float *got, size_t n) {
    double off = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        off += ((double)want[i] - (double)got[i]) * ((double)want[i] - (double)got[i]);
        all += (double)want[i] * (double)want[i];
    }
    return sqrt(off / all);
}

static void every_architecture_has_every_cache(void **state) {
    (void)state;
    const int step = getenv("OG_SPARSE") ? 7 : 1;
    for (int i = 0; og_arch_at(i); i += step) {
        if (og_arch_at(i)->encoder) continue;
        tiny t = tiny_open(og_arch_at(i), OG_F32, 2, CTX, 0);
        const size_t n_vocab = (size_t)tiny_n_vocab(&t);
        int32_t *ids = tiny_tokens(&t, N);
        float *exact = malloc(n_vocab * sizeof *exact);
        og_model_info info;
        og_model_describe(t.model, &info);
        for (size_t j = 0; j < OG_LEN(types); j++) {
            og_session *whole = open_with(t.model, types[j], 0), *parts = open_with(t.model, types[j], 7);
            og_model_needs needs;
            const og_session_params params = {.n_ctx = CTX, .kv_type = types[j]};
            assert_int_equal(og_model_predict(t.engine, og_model_file(t.model), &params, &needs, NULL), OG_OK);
            assert_int_equal(needs.cache, cache_bytes(whole));
            tiny_eval(whole, ids, N);
            tiny_eval(parts, ids, N);
            assert_memory_equal(og_session_logits(whole), og_session_logits(parts), n_vocab * sizeof(float));
            if (j == 0) memcpy(exact, og_session_logits(whole), n_vocab * sizeof(float));
            if (j > 0 && info.kv_bytes_token) assert_true(cache_bytes(whole) < cache_bytes(t.session));
            if (j > 0 && info.kv_bytes_token) assert_memory_not_equal(exact, og_session_logits(whole), n_vocab * sizeof(float));
            const double off = loss(exact, og_session_logits(whole), n_vocab);
            const bool routed = j == 2 && info.n_expert; /* a token may go to other experts */
            if (!routed && !(off <= bound[j])) fail_msg("%s: loss %g with %s", og_arch_at(i)->name, off, types[j]);
            og_session_close(whole);
            og_session_close(parts);
        }
        free(exact);
        free(ids);
        tiny_close(&t);
    }
}

static void files_are_of_one_kind(void **state) {
    (void)state;
    char path[256];
    og_error err = {0};
    tiny t = tiny_open(og_arch_at(0), OG_F32, 1, CTX, 0);
    const size_t n_vocab = (size_t)tiny_n_vocab(&t);
    int32_t *ids = tiny_tokens(&t, N);
    og_session *a = open_with(t.model, "q8_0", 0), *b = open_with(t.model, "q8_0", 0), *c = open_with(t.model, "q4_0", 0);
    tiny_eval(a, ids, 70);
    assert_int_equal(og_session_save(a, tiny_path(path, sizeof path), NULL), OG_OK);
    assert_int_equal(og_session_restore(b, path, NULL), OG_OK);
    tiny_eval(a, ids + 70, 5);
    tiny_eval(b, ids + 70, 5);
    assert_memory_equal(og_session_logits(a), og_session_logits(b), n_vocab * sizeof(float));
    assert_int_equal(og_session_restore(c, path, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "kind of cache"));
    assert_int_equal(og_session_restore(t.session, path, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "kind of cache"));
    unlink(path);
    og_session_close(a);
    og_session_close(b);
    og_session_close(c);
    free(ids);
    tiny_close(&t);
}

static void other_names_are_refused(void **state) {
    (void)state;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 1, CTX, 0);
    og_error err = {0};
    og_session *session;
    og_model_needs needs;
    const og_session_params params = {.kv_type = "q5_1"};
    assert_int_equal(og_session_open(t.model, &params, &session, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "q8_0"));
    assert_int_equal(og_model_predict(t.engine, og_model_file(t.model), &params, &needs, &err), OG_ERR_ARG);
    tiny_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_architecture_has_every_cache),
        cmocka_unit_test(files_are_of_one_kind),
        cmocka_unit_test(other_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
