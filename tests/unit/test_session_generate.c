/* Generation: the same seed the same text; every way to stop; text is whole characters and no part of a stop string. */
#include "tiny_session.h"

#include "base/utf8.h"

#include <pthread.h>
#include <stdatomic.h>

enum { CTX = 128, PROMPT = 10 };

typedef struct heard {
    char text[16384];
    size_t len;
    int calls, refuse_at;
    og_session *cancel;
    int cancel_at;
} heard;

static bool hear(void *user, const char *text, size_t len) {
    heard *h = user;
    assert_true(len > 0 && h->len + len < sizeof h->text);
    assert_true(og_utf8_valid(text, len));
    memcpy(h->text + h->len, text, len);
    h->len += len;
    h->text[h->len] = 0;
    h->calls++;
    if (h->cancel && h->calls == h->cancel_at) og_session_cancel(h->cancel);
    return h->calls != h->refuse_at;
}

static tiny open_prompted(void) {
    tiny t = tiny_open(og_arch_at(0), OG_F32, 2, CTX, 0);
    int32_t *ids = tiny_tokens(&t, PROMPT);
    tiny_eval(t.session, ids, PROMPT);
    free(ids);
    return t;
}

/* From the prompt again, with h's wishes; end tokens are ignored unless `end`. */
static og_generate_result generate(tiny *t, og_generate_params p, heard *h, bool end) {
    og_generate_result result;
    og_error err = {0};
    tiny_rewind(t->session, PROMPT - 1);
    int32_t last = tiny_token(t, PROMPT - 1);
    tiny_eval(t->session, &last, 1);
    p.ignore_end = !end;
    if (h) {
        p.on_text = hear;
        p.user = h;
    }
    if (og_session_generate(t->session, &p, &result, &err) != OG_OK) fail_msg("%s", err.text);
    return result;
}

static og_generate_params limited(int32_t n) {
    og_generate_params p = og_generate_defaults();
    p.max_tokens = n;
    p.sampling.temperature = 1.5f;
    p.sampling.seed = 7;
    return p;
}

static void same_seed_same_text(void **state) {
    (void)state;
    tiny t = open_prompted();
    heard a = {0}, b = {0}, c = {0};
    og_generate_params p = limited(60);
    og_generate_result r = generate(&t, p, &a, false);
    assert_int_equal(r.stop, OG_STOP_LENGTH);
    assert_int_equal(r.n_tokens, 60);
    assert_int_equal(og_session_n_past(t.session), PROMPT + 60);
    assert_true(r.seconds > 0 && a.len > 60);
    generate(&t, p, &b, false);
    assert_string_equal(a.text, b.text);
    p.sampling.seed = 8;
    generate(&t, p, &c, false);
    assert_string_not_equal(a.text, c.text);
    tiny_close(&t);
}

/* Generating 60 at once is generating 20 three times, greedily: what was generated is in the cache. */
static void generated_tokens_enter_the_cache(void **state) {
    (void)state;
    tiny t = open_prompted();
    heard whole = {0}, parts = {0};
    og_generate_params p = limited(60);
    p.sampling.temperature = 0;
    generate(&t, p, &whole, false);
    p.max_tokens = 20;
    generate(&t, p, &parts, false);
    for (int i = 0; i < 2; i++) {
        og_generate_params more = p;
        og_error err = {0};
        more.ignore_end = true;
        more.on_text = hear;
        more.user = &parts;
        if (og_session_generate(t.session, &more, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    }
    assert_string_equal(parts.text, whole.text);
    tiny_close(&t);
}

static void a_full_context_is_announced(void **state) {
    (void)state;
    tiny t = open_prompted();
    heard h = {0};
    og_generate_result r = generate(&t, limited(-1), &h, false);
    assert_int_equal(r.stop, OG_STOP_CONTEXT);
    assert_int_equal(r.n_tokens, CTX - PROMPT);
    assert_int_equal(og_session_n_past(t.session), CTX);
    tiny_close(&t);
}

static void nothing_is_a_length_too(void **state) {
    (void)state;
    tiny t = open_prompted();
    og_generate_result r = generate(&t, limited(0), NULL, false);
    assert_int_equal(r.stop, OG_STOP_LENGTH);
    assert_int_equal(r.n_tokens, 0);
    assert_int_equal(og_session_n_past(t.session), PROMPT);
    tiny_close(&t);
}

/* A random model ends its turn sooner or later, if seeds are tried; the ending token is in the cache and not in the count. */
static void the_model_can_end(void **state) {
    (void)state;
    tiny t = open_prompted();
    int ended = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        heard h = {0};
        og_generate_params p = limited(100);
        p.sampling.temperature = 100;
        p.sampling.top_k = 0;
        p.sampling.top_p = 1;
        p.sampling.min_p = 0;
        p.sampling.seed = seed;
        og_generate_result r = generate(&t, p, &h, true);
        if (r.stop != OG_STOP_END) continue;
        assert_int_equal(og_session_n_past(t.session), PROMPT + r.n_tokens + 1);
        ended++;
    }
    assert_true(ended > 0);
    tiny_close(&t);
}

static void stop_strings_are_never_heard(void **state) {
    (void)state;
    tiny t = open_prompted();
    heard whole = {0};
    generate(&t, limited(60), &whole, false);
    for (size_t at = 1; at + 12 < whole.len; at += 7) {
        for (size_t len = 1; len < 12; len += 5) { /* any piece of the text as a stop string, even across tokens */
            char stop[16];
            if (((unsigned char)whole.text[at] & 0xc0) == 0x80 || ((unsigned char)whole.text[at + len] & 0xc0) == 0x80) continue;
            memcpy(stop, whole.text + at, len);
            stop[len] = 0;
            const char *const stops[] = {"never said", stop};
            heard h = {0};
            og_generate_params p = limited(60);
            p.stops = stops;
            p.n_stops = 2;
            og_generate_result r = generate(&t, p, &h, false);
            size_t first = (size_t)(strstr(whole.text, stop) - whole.text);
            assert_int_equal(r.stop, OG_STOP_STRING);
            assert_ptr_equal(r.stop_string, stops[1]);
            assert_int_equal(h.len, first);
            assert_memory_equal(h.text, whole.text, first);
        }
    }
    const char *const never[] = {"never said"};
    heard h = {0};
    og_generate_params p = limited(60);
    p.stops = never;
    p.n_stops = 1;
    assert_int_equal(generate(&t, p, &h, false).stop, OG_STOP_LENGTH);
    assert_string_equal(h.text, whole.text);
    tiny_close(&t);
}

static void listeners_can_stop(void **state) {
    (void)state;
    tiny t = open_prompted();
    heard h = {.refuse_at = 5};
    og_generate_result r = generate(&t, limited(60), &h, false);
    assert_int_equal(r.stop, OG_STOP_CANCELLED);
    assert_int_equal(h.calls, 5);
    heard c = {.cancel = t.session, .cancel_at = 5};
    r = generate(&t, limited(60), &c, false);
    assert_int_equal(r.stop, OG_STOP_CANCELLED);
    assert_true(c.calls <= 6);
    assert_true(og_session_n_past(t.session) >= PROMPT + r.n_tokens - 1);
    heard again = {0}; /* and the session works on */
    assert_int_equal(generate(&t, limited(60), &again, false).stop, OG_STOP_LENGTH);
    tiny_close(&t);
}

typedef struct impatient {
    og_session *session;
    atomic_bool done;
} impatient;

static void *keep_cancelling(void *arg) {
    impatient *i = arg;
    while (!atomic_load(&i->done)) {
        og_session_cancel(i->session);
        usleep(500);
    }
    return NULL;
}

static void another_thread_can_cancel(void **state) {
    (void)state;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 2, 8192, 0);
    int32_t *ids = tiny_tokens(&t, 4000);
    og_error err = {0};
    impatient i = {.session = t.session};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, keep_cancelling, &i), 0);
    assert_int_equal(og_session_eval(t.session, ids, 4000, NULL, NULL, &err), OG_ERR_CANCELLED);
    atomic_store(&i.done, true);
    pthread_join(thread, NULL);
    tiny_eval(t.session, ids, 1);
    atomic_store(&i.done, false);
    assert_int_equal(pthread_create(&thread, NULL, keep_cancelling, &i), 0);
    og_generate_params p = limited(-1);
    og_generate_result r;
    p.ignore_end = true;
    assert_int_equal(og_session_generate(t.session, &p, &r, &err), OG_OK);
    assert_int_equal(r.stop, OG_STOP_CANCELLED);
    atomic_store(&i.done, true);
    pthread_join(thread, NULL);
    free(ids);
    tiny_close(&t);
}

static void bad_requests_are_named(void **state) {
    (void)state;
    og_error err = {0};
    tiny t = tiny_open(og_arch_at(0), OG_F32, 1, CTX, 0);
    og_generate_params p = og_generate_defaults();
    assert_int_equal(og_session_generate(t.session, &p, NULL, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "evaluate a prompt"));
    int32_t id = 5;
    tiny_eval(t.session, &id, 1);
    p.max_tokens = -2;
    assert_int_equal(og_session_generate(t.session, &p, NULL, &err), OG_ERR_ARG);
    p = og_generate_defaults();
    p.sampling.top_p = 2;
    assert_int_equal(og_session_generate(t.session, &p, NULL, &err), OG_ERR_ARG);
    p = og_generate_defaults();
    p.n_stops = 1;
    assert_int_equal(og_session_generate(t.session, &p, NULL, &err), OG_ERR_ARG);
    assert_int_equal(og_session_n_past(t.session), 1);
    tiny_rewind(t.session, 0);
    p = og_generate_defaults();
    assert_int_equal(og_session_generate(t.session, &p, NULL, &err), OG_ERR_ARG);
    static const char *const stops[] = {"end", "length", "context", "stop", "cancelled"};
    for (int i = 0; i < 5; i++) assert_string_equal(og_stop_name((og_stop)i), stops[i]);
    tiny_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_text),         cmocka_unit_test(generated_tokens_enter_the_cache),
        cmocka_unit_test(a_full_context_is_announced), cmocka_unit_test(nothing_is_a_length_too),
        cmocka_unit_test(the_model_can_end),           cmocka_unit_test(stop_strings_are_never_heard),
        cmocka_unit_test(listeners_can_stop),          cmocka_unit_test(another_thread_can_cancel),
        cmocka_unit_test(bad_requests_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
