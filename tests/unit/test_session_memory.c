/* Memory: nothing is allocated per decoded token, the budget is kept, plans stay within their limit, and every allocation may fail. */
#include "tiny_session.h"

enum { CTX = 256 };

/* ---- allocations ---- */

typedef struct counted {
    int calls;
    uint64_t first, last;
} counted;

static bool count(void *user, const char *text, size_t len) {
    counted *c = user;
    (void)text;
    (void)len;
    c->last = og_alloc_count();
    if (c->calls++ == 0) c->first = c->last;
    return true;
}

static void decoding_allocates_nothing(void **state) {
    (void)state;
    for (int greedy = 0; greedy < 2; greedy++) {
        tiny t = tiny_open(og_arch_at(0), OG_F32, 2, CTX, 0);
        int32_t id = 1;
        tiny_eval(t.session, &id, 1);
        counted c = {0};
        const char *const stops[] = {"never said"};
        og_generate_params p = og_generate_defaults();
        p.sampling.temperature = greedy ? 0 : 1;
        p.sampling.repeat_penalty = 1.1f;
        p.max_tokens = 150;
        p.ignore_end = true;
        p.stops = stops;
        p.n_stops = 1;
        p.on_text = count;
        p.user = &c;
        og_error err = {0};
        if (og_session_generate(t.session, &p, NULL, &err) != OG_OK) fail_msg("%s", err.text);
        assert_true(c.calls >= 32);
        assert_int_equal(c.last, c.first);
        /* and evaluating one token, or a whole chunk again, neither */
        tiny_rewind(t.session, 0);
        uint64_t before = og_alloc_count();
        for (int32_t i = 0; i < 90; i++) tiny_eval(t.session, &i, 1);
        assert_int_equal(og_alloc_count(), before);
        tiny_close(&t);
    }
}

/* ---- budget ---- */

static og_engine *engine_with(uint64_t budget) {
    og_engine *engine;
    og_error err = {0};
    og_engine_params params = {.threads = 1, .memory_budget = budget};
    if (og_engine_open(&params, &engine, &err) != OG_OK) fail_msg("%s", err.text);
    return engine;
}

static void the_budget_is_kept(void **state) {
    (void)state;
    char path[256];
    og_error err = {0};
    if (tiny_write(tiny_path(path, sizeof path), og_arch_at(0), NULL, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    og_engine *engine = engine_with(4096);
    og_model *model;
    og_session *session, *second;
    assert_int_equal(og_model_open(engine, path, NULL, &model, &err), OG_ERR_MEMORY);
    assert_non_null(strstr(err.text, "budget"));
    og_engine_close(engine);

    engine = engine_with(0); /* the device's: learn what the parts take */
    og_model_info info;
    og_stats stats;
    if (og_model_open(engine, path, NULL, &model, &err) != OG_OK) fail_msg("%s", err.text);
    og_model_describe(model, &info);
    og_session_params params = {.n_ctx = CTX};
    if (og_session_open(model, &params, &session, &err) != OG_OK) fail_msg("%s", err.text);
    og_session_stats(session, &stats);
    og_session_close(session);
    og_model_close(model);
    og_engine_close(engine);

    /* Room for the model and one such session, not for two; closing the first makes room. */
    uint64_t one = stats.kv_bytes + stats.activation_bytes;
    engine = engine_with(info.weight_bytes + one + one / 2);
    if (og_model_open(engine, path, NULL, &model, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_session_open(model, &params, &session, &err) != OG_OK) fail_msg("%s", err.text);
    assert_int_equal(og_session_open(model, &params, &second, &err), OG_ERR_MEMORY);
    assert_non_null(strstr(err.text, "session"));
    og_session_close(session);
    if (og_session_open(model, &params, &session, &err) != OG_OK) fail_msg("%s", err.text);
    og_session_close(session);
    params.n_ctx = 1 << 28; /* refused before it is tried */
    assert_int_equal(og_session_open(model, &params, &session, &err), OG_ERR_MEMORY);
    params.n_ctx = UINT32_MAX;
    assert_int_equal(og_session_open(model, &params, &session, &err), OG_ERR_ARG);
    params = (og_session_params){.n_chunk = 1 << 20};
    assert_int_equal(og_session_open(model, &params, &session, &err), OG_ERR_ARG);
    og_model_close(model);
    og_engine_close(engine);
    unlink(path);
}

/* Whatever lengths come, a session holds no more than when it was opened: the plans of one token and of a whole chunk. */
static void plans_stay_within_their_limit(void **state) {
    (void)state;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 1, CTX, 64);
    int32_t *ids = tiny_tokens(&t, CTX);
    og_stats stats;
    og_session_stats(t.session, &stats);
    uint64_t open = stats.activation_bytes;
    for (size_t n = 1; n < CTX; n += 3) {
        tiny_rewind(t.session, 0);
        tiny_eval(t.session, ids, n);
        og_session_stats(t.session, &stats);
        assert_in_range(stats.activation_bytes, 1, open);
    }
    free(ids);
    tiny_close(&t);
}

/* ---- failing allocations ---- */

static og_status whole_life(const char *path, og_error *err) {
    og_engine *engine = NULL;
    og_model *model = NULL;
    og_session *session = NULL;
    int32_t ids[] = {1, 5, 9, 12};
    const og_message talk[] = {{.role = "system", .content = "be brief", .content_len = 8},
                               {.role = "user", .content = "abc", .content_len = 3}};
    og_chat_params chat = og_chat_defaults();
    og_chat_result prompt = {0};
    chat.messages = talk;
    chat.n_messages = 2;
    og_engine_params params = {.threads = 2};
    og_session_params small = {.n_ctx = 64, .n_chunk = 8};
    og_generate_params generate = og_generate_defaults();
    generate.max_tokens = 3;
    og_status status = og_engine_open(&params, &engine, err);
    if (status == OG_OK) status = og_model_open(engine, path, NULL, &model, err);
    if (status == OG_OK) status = og_session_open(model, &small, &session, err);
    if (status == OG_OK) status = og_session_eval(session, ids, 4, NULL, NULL, err);
    if (status == OG_OK) status = og_session_generate(session, &generate, NULL, err);
    if (status == OG_OK) status = og_chat_render(og_model_chat(model), &chat, &prompt, err);
    og_chat_result_free(&prompt);
    og_session_close(session);
    og_model_close(model);
    og_engine_close(engine);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    char path[256];
    og_error err = {0};
    if (tiny_write(tiny_path(path, sizeof path), og_arch_at(0), NULL, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    uint64_t n = 0;
    for (og_status status = OG_ERR_MEMORY; status != OG_OK;) {
        err = (og_error){0};
        og_alloc_fail_after(++n);
        status = whole_life(path, &err);
        og_alloc_fail_after(0);
        if (status != OG_OK && (status != OG_ERR_MEMORY || err.text[0] == 0)) fail_msg("allocation %d: %s", (int)n, err.text);
        assert_true(n < 100000);
    }
    assert_true(n > 100);
    print_message("%d allocations failed one by one\n", (int)n - 1);
    unlink(path);
}

static bool refuse(void *user, const char *what, uint64_t done, uint64_t total) {
    (void)what;
    *(int *)user += 1;
    return done > total;
}

static void loading_can_be_cancelled(void **state) {
    (void)state;
    char path[256];
    og_error err = {0};
    int calls = 0;
    if (tiny_write(tiny_path(path, sizeof path), og_arch_at(0), NULL, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    og_engine *engine = tiny_engine(1, NULL);
    og_model *model;
    og_model_params params = {.progress = refuse, .user = &calls};
    assert_int_equal(og_model_open(engine, path, &params, &model, &err), OG_ERR_CANCELLED);
    assert_int_equal(calls, 1);
    assert_int_equal(og_model_open(engine, "/does/not/exist.gguf", NULL, &model, &err), OG_ERR_IO);
    assert_non_null(strstr(err.text, "/does/not/exist.gguf"));
    assert_int_equal(og_model_open(engine, NULL, NULL, &model, &err), OG_ERR_ARG);
    og_engine_close(engine);
    og_engine_params bad = {.threads = -1};
    assert_int_equal(og_engine_open(&bad, &engine, &err), OG_ERR_ARG);
    bad = (og_engine_params){.threads = 1, .cpu = "abacus"};
    assert_int_not_equal(og_engine_open(&bad, &engine, &err), OG_OK);
    assert_non_null(strstr(err.text, "abacus"));
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoding_allocates_nothing),    cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(plans_stay_within_their_limit), cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(loading_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
