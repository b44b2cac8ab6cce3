/* Evaluation: the same logits, bit for bit, whatever the chunks, the threads, the history of the cache and the neighbours; and refusals
 * that change nothing. */
#include "tiny_session.h"

#include <pthread.h>

enum { N = 150, FEWER = 70 }; /* past two pages of the cache, and past one */

/* Logits of all positions, one token at a time. */
static float *one_by_one(tiny *t, const int32_t *ids, size_t n) {
    size_t n_vocab = (size_t)tiny_n_vocab(t);
    float *logits = malloc(n * n_vocab * sizeof *logits);
    for (size_t i = 0; i < n; i++) {
        tiny_eval(t->session, ids + i, 1);
        memcpy(logits + i * n_vocab, og_session_logits(t->session), n_vocab * sizeof *logits);
    }
    assert_memory_not_equal(logits, logits + n_vocab, n_vocab * sizeof *logits);
    for (size_t i = 0; i < n * n_vocab; i++) assert_true(isfinite(logits[i]));
    return logits;
}

static void compare_ways(const og_arch *arch, og_type type, int min_threads, int max_threads, size_t n) {
    static const uint32_t chunks[] = {0, 7, 64};
    char path[256];
    tiny t = tiny_open_file(tiny_file(arch, type, path), 1, 256, 0);
    size_t n_vocab = (size_t)tiny_n_vocab(&t);
    int32_t *ids = tiny_tokens(&t, n);
    float *expect = one_by_one(&t, ids, n), *logits = malloc(n * n_vocab * sizeof *logits);
    tiny_close(&t);
    for (int threads = min_threads; threads <= max_threads; threads++) {
        og_error err = {0};
        t = tiny_open_file(path, threads, 256, chunks[threads - 1]);
        if (og_session_eval_all(t.session, ids, n, logits, &err) != OG_OK) fail_msg("%s", err.text);
        assert_memory_equal(logits, expect, n * n_vocab * sizeof *logits);
        tiny_rewind(t.session, 0);
        tiny_eval(t.session, ids, n - 1); /* another length, and only the last token's logits */
        assert_memory_equal(og_session_logits(t.session), expect + (n - 2) * n_vocab, n_vocab * sizeof *logits);
        tiny_close(&t);
    }
    unlink(path);
    free(ids);
    free(expect);
    free(logits);
}

static void chunks_and_threads_do_not_matter(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++)
        if (tiny_tried(i) && !og_arch_at(i)->encoder) compare_ways(og_arch_at(i), OG_F32, i < 2 ? 1 : 2, i < 2 ? 3 : 2, i < 2 ? N : FEWER);
}

/* Every format that weights may have, unasked. */
static void nor_do_they_for_any_format(void **state) {
    (void)state;
    for (int i = 0; og_quant_at(i); i++) {
        const og_quant *q = og_quant_at(i);
        if (q->is_block || (q->is_float && q->type != OG_F32 && q->type != OG_F64)) compare_ways(og_arch_at(i % 2), q->type, 1, 2, 35);
    }
}

static void rewinding_forgets(void **state) {
    (void)state;
    static const uint32_t positions[] = {0, 1, 63, 64, 65, 127, 128, 149};
    tiny t = tiny_open(og_arch_at(0), OG_F32, 2, 256, 32);
    size_t n_vocab = (size_t)tiny_n_vocab(&t);
    int32_t *ids = tiny_tokens(&t, N), other[N];
    for (size_t i = 0; i < N; i++) other[i] = (ids[i] + 1) % (int32_t)n_vocab;
    float *expect = malloc(n_vocab * sizeof *expect);
    tiny_eval(t.session, ids, N);
    memcpy(expect, og_session_logits(t.session), n_vocab * sizeof *expect);
    for (size_t i = 0; i < OG_LEN(positions); i++) {
        uint32_t pos = positions[i];
        tiny_rewind(t.session, pos);
        assert_int_equal(og_session_n_past(t.session), pos);
        assert_null(og_session_logits(t.session));
        tiny_eval(t.session, other, 200 - pos < N ? 200 - pos : N); /* another text grows over it */
        tiny_rewind(t.session, pos);
        tiny_eval(t.session, ids + pos, N - pos);
        assert_memory_equal(og_session_logits(t.session), expect, n_vocab * sizeof *expect);
    }
    tiny_rewind(t.session, N);
    assert_non_null(og_session_logits(t.session));
    og_error err = {0};
    assert_int_equal(og_session_rewind(t.session, N + 1, &err), OG_ERR_ARG);
    free(ids);
    free(expect);
    tiny_close(&t);
}

typedef struct neighbour {
    tiny t;
    const int32_t *ids;
    float *logits;
} neighbour;

static void *evaluate_in_thread(void *arg) {
    neighbour *n = arg;
    for (size_t i = 0; i < N; i += 10) tiny_eval(n->t.session, n->ids + i, 10);
    memcpy(n->logits, og_session_logits(n->t.session), (size_t)tiny_n_vocab(&n->t) * sizeof(float));
    return NULL;
}

static void sessions_do_not_disturb_each_other(void **state) {
    (void)state;
    enum { SESSIONS = 3 };
    tiny t = tiny_open(og_arch_at(0), OG_F32, 2, 256, 0);
    size_t n_vocab = (size_t)tiny_n_vocab(&t);
    int32_t *ids = tiny_tokens(&t, N * SESSIONS);
    neighbour n[SESSIONS];
    pthread_t thread[SESSIONS];
    for (int i = 0; i < SESSIONS; i++) {
        n[i] = (neighbour){.t = t, .ids = ids + i * N, .logits = malloc(n_vocab * sizeof(float))};
        n[i].t.session = tiny_session(t.model, 256, 0);
        assert_int_equal(pthread_create(&thread[i], NULL, evaluate_in_thread, &n[i]), 0);
    }
    for (int i = 0; i < SESSIONS; i++) pthread_join(thread[i], NULL);
    for (int i = 0; i < SESSIONS; i++) {
        tiny_rewind(t.session, 0);
        tiny_eval(t.session, n[i].ids, N);
        assert_memory_equal(og_session_logits(t.session), n[i].logits, n_vocab * sizeof(float));
        og_session_close(n[i].t.session);
        free(n[i].logits);
    }
    free(ids);
    tiny_close(&t);
}

static void refusals_change_nothing(void **state) {
    (void)state;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 1, 100, 0);
    int32_t *ids = tiny_tokens(&t, 101), n_vocab = tiny_n_vocab(&t), bad[] = {1, n_vocab}, negative[] = {-1};
    og_error err = {0};
    assert_null(og_session_logits(t.session));
    assert_int_equal(og_session_n_ctx(t.session), 100);
    assert_int_equal(og_session_eval(t.session, ids, 101, NULL, NULL, &err), OG_ERR_CONTEXT);
    assert_non_null(strstr(err.text, "101 tokens do not fit"));
    assert_int_equal(og_session_n_past(t.session), 0);
    tiny_eval(t.session, ids, 99);
    float before = og_session_logits(t.session)[3];
    assert_int_equal(og_session_eval(t.session, ids, 2, NULL, NULL, &err), OG_ERR_CONTEXT);
    assert_int_equal(og_session_eval(t.session, bad, 1, NULL, NULL, &err), OG_OK); /* token 1 fits, and fills it */
    assert_int_equal(og_session_n_past(t.session), 100);
    assert_int_equal(og_session_eval(t.session, ids, 1, NULL, NULL, &err), OG_ERR_CONTEXT);
    tiny_rewind(t.session, 98);
    tiny_eval(t.session, ids + 98, 1);
    assert_true(og_session_logits(t.session)[3] == before);
    tiny_rewind(t.session, 50);
    assert_int_equal(og_session_eval(t.session, bad, 2, NULL, NULL, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "token 1 is 96"));
    assert_int_equal(og_session_eval(t.session, negative, 1, NULL, NULL, &err), OG_ERR_ARG);
    assert_int_equal(og_session_eval(t.session, ids, 0, NULL, NULL, &err), OG_ERR_ARG);
    assert_int_equal(og_session_eval(t.session, NULL, 1, NULL, NULL, &err), OG_ERR_ARG);
    assert_int_equal(og_session_eval_all(t.session, ids, 1, NULL, &err), OG_ERR_ARG);
    assert_int_equal(og_session_n_past(t.session), 50);
    free(ids);
    tiny_close(&t);
}

typedef struct watch {
    og_session *cancel;
    uint64_t calls, stop_at, last;
} watch;

static bool watch_progress(void *user, const char *what, uint64_t done, uint64_t total) {
    watch *w = user;
    assert_non_null(what);
    assert_true(done > w->last && done <= total);
    w->last = done;
    w->calls++;
    if (w->cancel && done >= w->stop_at) og_session_cancel(w->cancel);
    return w->cancel || done < w->stop_at;
}

static void cancelling_keeps_whole_chunks(void **state) {
    (void)state;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 2, 256, 16);
    size_t n_vocab = (size_t)tiny_n_vocab(&t);
    int32_t *ids = tiny_tokens(&t, N);
    float *expect = malloc(n_vocab * sizeof *expect);
    og_error err = {0};
    tiny_eval(t.session, ids, N);
    memcpy(expect, og_session_logits(t.session), n_vocab * sizeof *expect);
    for (int by_flag = 0; by_flag < 2; by_flag++) {
        watch w = {.cancel = by_flag ? t.session : NULL, .stop_at = 48};
        tiny_rewind(t.session, 0);
        assert_int_equal(og_session_eval(t.session, ids, N, watch_progress, &w, &err), OG_ERR_CANCELLED);
        assert_non_null(strstr(err.text, "48 of 150"));
        assert_int_equal(og_session_n_past(t.session), 48);
        assert_non_null(og_session_logits(t.session));
        tiny_eval(t.session, ids + 48, N - 48); /* an old cancellation does not linger */
        assert_memory_equal(og_session_logits(t.session), expect, n_vocab * sizeof *expect);
    }
    watch w = {.stop_at = N};
    tiny_rewind(t.session, 0);
    assert_int_equal(og_session_eval(t.session, ids, N, watch_progress, &w, &err), OG_OK); /* nothing was left to cancel */
    assert_int_equal(w.calls, (N + 15) / 16);
    og_session_cancel(t.session);
    tiny_rewind(t.session, 0);
    tiny_eval(t.session, ids, N);
    free(ids);
    free(expect);
    tiny_close(&t);
}

/* Children keep their parents alive, so any order of closing works. */
static void closing_in_any_order(void **state) {
    (void)state;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 2, 64, 0);
    int32_t *ids = tiny_tokens(&t, 10);
    og_engine_close(t.engine);
    og_model_close(t.model);
    tiny_eval(t.session, ids, 10);
    og_session_close(t.session);
    free(ids);
    og_session_close(NULL);
    og_model_close(NULL);
    og_engine_close(NULL);
}

static const float *prompt(og_session *session, const int32_t *ids, size_t n, uint32_t want_reused) {
    og_error err = {0};
    uint32_t reused;
    if (og_session_prompt(session, ids, n, &reused, NULL, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    assert_int_equal(reused, want_reused);
    assert_int_equal(og_session_n_past(session), n);
    return og_session_logits(session);
}

/* Only what follows the common beginning is evaluated, and the logits are those of a fresh session. */
static void prompts_reuse_their_beginning(void **state) {
    (void)state;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 2, 64, 8);
    size_t bytes = (size_t)tiny_n_vocab(&t) * sizeof(float);
    int32_t *ids = tiny_tokens(&t, 40);
    prompt(t.session, ids, 20, 0);
    prompt(t.session, ids, 20, 20); /* there already */
    prompt(t.session, ids, 30, 20);
    ids[25] = (ids[25] + 1) % tiny_n_vocab(&t);
    prompt(t.session, ids, 40, 25);
    const float *logits = prompt(t.session, ids, 33, 32); /* shorter: the last is evaluated for its logits */
    og_session *fresh = tiny_session(t.model, 64, 64);
    tiny_eval(fresh, ids, 33);
    assert_memory_equal(logits, og_session_logits(fresh), bytes);
    og_stats s;
    og_session_stats(t.session, &s);
    assert_int_equal(s.prefill_tokens, 20 + 10 + 15 + 1);
    og_error err = {0};
    assert_int_equal(og_session_prompt(t.session, ids, 65, NULL, NULL, NULL, &err), OG_ERR_CONTEXT);
    assert_int_equal(og_session_prompt(t.session, ids, 0, NULL, NULL, NULL, &err), OG_ERR_ARG);
    assert_int_equal(og_session_n_past(t.session), 33);
    og_session_close(fresh);
    free(ids);
    tiny_close(&t);
}

static void objects_describe_themselves(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++) {
        const og_arch *arch = og_arch_at(i);
        if (arch->encoder) continue;
        tiny t = tiny_open(arch, OG_F32, 2, 0, 0);
        og_model_info m;
        og_engine_info e;
        og_stats s;
        og_model_describe(t.model, &m);
        assert_string_equal(m.arch, arch->name);
        assert_string_equal(m.name, "tiny");
        assert_non_null(m.chat);
        assert_int_equal(m.n_vocab, arch->tiny.n_vocab);
        assert_int_equal(m.n_layer, arch->tiny.n_layer);
        assert_int_equal(m.n_embd, arch->tiny.n_embd);
        assert_int_equal(m.n_head, arch->tiny.n_head);
        assert_int_equal(m.n_head_kv, arch->tiny.n_head_kv);
        assert_int_equal(m.n_ctx_train, arch->tiny.n_ctx_train);
        assert_int_equal(m.tensor_bytes, m.n_params * 4);
        assert_true(m.weight_bytes > 0);
        og_layer layers[64];
        uint64_t numbers = 0; /* that the cache keeps of a token */
        og_layers_plain(arch, &arch->tiny, layers);
        for (uint32_t l = 0; l < arch->tiny.n_layer; l++) numbers += layers[l].n_head_kv * (layers[l].head_dim + layers[l].head_dim_v);
        assert_int_equal(m.kv_bytes_token, 2 * numbers);
        assert_int_equal(og_tok_size(og_model_tok(t.model)), m.n_vocab);
        assert_int_equal(og_file_n_tensors(og_model_file(t.model)) > 0, 1);
        og_engine_describe(t.engine, &e);
        assert_int_equal(e.threads, 2);
        assert_true(e.memory_available > 0 && e.memory_available <= e.memory_total);
        assert_true(strlen(e.cpu) > 0);
        assert_int_equal(og_session_n_ctx(t.session), 256); /* the model's, being less than 4096 */
        int32_t *ids = tiny_tokens(&t, 10);
        og_error err = {0};
        const og_message question = {.role = "user", .content = "abc", .content_len = 3};
        og_chat_params params = og_chat_defaults();
        og_chat_result chat;
        assert_string_equal(m.chat, "plain");
        params.messages = &question;
        params.n_messages = 1;
        assert_int_equal(og_chat_render(og_model_chat(t.model), &params, &chat, &err), OG_OK);
        assert_int_equal(chat.ids[0], og_tok_bos(og_model_tok(t.model)));
        assert_true(chat.n > 1);
        og_chat_result_free(&chat);
        tiny_eval(t.session, ids, 10);
        og_session_stats(t.session, &s);
        assert_int_equal(s.prefill_tokens, 10);
        assert_int_equal(s.decode_tokens, 0);
        assert_int_equal(s.kv_bytes, m.kv_bytes_token * 256 + m.state_bytes);
        assert_true(s.activation_bytes > 0 && s.prefill_seconds > 0);
        free(ids);
        tiny_close(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_and_threads_do_not_matter),
        cmocka_unit_test(nor_do_they_for_any_format),
        cmocka_unit_test(rewinding_forgets),
        cmocka_unit_test(sessions_do_not_disturb_each_other),
        cmocka_unit_test(refusals_change_nothing),
        cmocka_unit_test(cancelling_keeps_whole_chunks),
        cmocka_unit_test(closing_in_any_order),
        cmocka_unit_test(prompts_reuse_their_beginning),
        cmocka_unit_test(objects_describe_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
