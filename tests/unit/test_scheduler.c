/* Many requests at once: each gets, bit for bit, what it gets alone, whatever the others do; and every way to end. */
#include "tiny_session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { CTX = 320, MOST = 400 };

typedef struct heard {
    char text[8192];
    size_t len;
    int32_t id[MOST];
    float logprob[MOST];
    uint32_t n;
    og_request *request; /* cancelled after so many tokens */
    uint32_t cancel_at;
    og_request_result result;
    atomic_int done;
} heard;

static bool hear(void *user, const og_request_piece *piece) {
    heard *h = user;
    assert_true(h->len + piece->len < sizeof h->text && h->n + piece->n_tokens <= MOST);
    memcpy(h->text + h->len, piece->text, piece->len);
    h->len += piece->len;
    for (size_t i = 0; i < piece->n_tokens; i++, h->n++) {
        h->id[h->n] = piece->token[i].id;
        h->logprob[h->n] = piece->token[i].logprob;
    }
    return !h->cancel_at || h->n < h->cancel_at;
}

static void end(void *user, const og_request_result *result) {
    heard *h = user;
    h->result = *result;
    h->result.stop_string = NULL;
    atomic_fetch_add(&h->done, 1);
}

static void wait_for(heard *h) {
    const double start = og_now();
    while (!atomic_load(&h->done)) {
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
        if (og_now() - start > 300) fail_msg("a request was lost");
    }
    assert_int_equal(atomic_load(&h->done), 1);
    if (h->result.status != OG_OK) fail_msg("%s", h->result.error.text);
}

static og_scheduler *open_scheduler(og_model *model, og_scheduler_params p) {
    og_scheduler *s;
    og_error err = {0};
    if (p.n_ctx == 0) p.n_ctx = CTX;
    if (og_scheduler_open(model, &p, &s, &err) != OG_OK) fail_msg("%s", err.text);
    return s;
}

static og_request_params asking(const int32_t *ids, size_t n, int32_t max_tokens, heard *h) {
    og_request_params p = og_request_defaults();
    *h = (heard){0};
    p.ids = ids;
    p.n = n;
    p.generate.max_tokens = max_tokens;
    p.generate.ignore_end = true;
    p.on_piece = hear;
    p.on_done = end;
    p.user = h;
    return p;
}

static og_request *submit(og_scheduler *s, const og_request_params *p) {
    og_request *r;
    og_error err = {0};
    if (og_scheduler_submit(s, p, &r, &err) != OG_OK) fail_msg("%s", err.text);
    return r;
}

static bool hear_text(void *user, const char *text, size_t len) {
    heard *h = user;
    memcpy(h->text + h->len, text, len);
    h->len += len;
    return true;
}

/* What a session says. */
static void alone(og_session *session, const og_request_params *p, heard *h) {
    og_error err = {0};
    og_generate_params g = p->generate;
    og_generate_result result;
    *h = (heard){0};
    g.on_text = hear_text;
    g.user = h;
    tiny_rewind(session, 0);
    tiny_eval(session, p->ids, p->n);
    if (og_session_generate(session, &g, &result, &err) != OG_OK) fail_msg("%s", err.text);
    h->result = (og_request_result){.stop = result.stop, .n_tokens = result.n_tokens};
}

/* Request i of a mixed lot: prompts of many lengths, some with a common beginning, and every kind of choosing. */
static og_request_params mixed(const int32_t *ids, int i, uint32_t n_ctx, heard *h) {
    static const size_t length[] = {5, 70, 200, 64, 1, 131, 129, 33};
    og_request_params p = asking(ids + (i % 3 == 2 ? i : 0), OG_MIN(length[i % 8], n_ctx - 20), 6 + i * 7 % 25, h);
    p.generate.sampling.temperature = i % 4 == 0 ? 0 : 1.3f;
    p.generate.sampling.seed = (uint64_t)i;
    p.generate.sampling.repeat_penalty = i % 2 ? 1.2f : 1;
    p.speculate = i % 3 > 0;
    return p;
}

static void same(const heard *a, const heard *b) {
    assert_string_equal(a->text, b->text);
    assert_int_equal(a->result.stop, b->result.stop);
    assert_int_equal(a->result.n_tokens, b->result.n_tokens);
}

static void as_alone(const og_arch *arch) {
    enum { N = 8 };
    static heard h[N], expected;
    char path[256];
    og_error err = {0};
    tiny t = {.engine = tiny_engine(2, NULL)};
    if (og_model_open(t.engine, tiny_file(arch, OG_F32, path), NULL, &t.model, &err) != OG_OK) fail_msg("%s", err.text);
    unlink(path);
    const uint32_t n_ctx = OG_MIN((uint32_t)CTX, arch->tiny.n_ctx_train); /* some have embeddings of so many positions */
    const og_session_params sp = {.n_ctx = n_ctx};
    if (og_session_open(t.model, &sp, &t.session, &err) == OG_OK) {
        int32_t *ids = tiny_tokens(&t, 256);
        og_request *r[N];
        /* A cache so small that requests have to make room for each other. */
        og_scheduler *s =
            open_scheduler(t.model, (og_scheduler_params){.n_ctx = n_ctx, .n_cache = n_ctx + 192, .n_batch = 64, .max_running = 6});
        for (int round = 0; round < 2; round++) { /* then with what is known already */
            for (int i = 0; i < N; i++) {
                const og_request_params p = mixed(ids, i, n_ctx, &h[i]);
                r[i] = submit(s, &p);
            }
            for (int i = 0; i < N; i++) {
                heard unused;
                const og_request_params p = mixed(ids, i, n_ctx, &unused);
                wait_for(&h[i]);
                og_request_close(r[i]);
                alone(t.session, &p, &expected);
                same(&h[i], &expected);
            }
        }
        og_scheduler_stats stats;
        og_scheduler_stats_get(s, &stats);
        assert_int_equal(stats.done, 2 * N);
        og_scheduler_close(s);
        free(ids);
    } else {
        assert_int_equal(err.status, OG_ERR_UNSUPPORTED); /* it predicts nothing */
    }
    tiny_close(&t);
}

static void every_architecture_answers_as_alone(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++)
        if (tiny_tried(i) && (i % 4 == 0 || strstr("mamba2 lfm2 qwen35 deepseek2", og_arch_at(i)->name))) as_alone(og_arch_at(i));
}

/* ---- one model for the rest ---- */

typedef struct place {
    tiny t;
    og_scheduler *s;
    int32_t *ids; /* [CTX] */
} place;

static place open_place(og_scheduler_params p) {
    place at = {.t = tiny_open(og_arch_at(0), OG_F32, 2, CTX, 0)};
    at.s = open_scheduler(at.t.model, p);
    at.ids = tiny_tokens(&at.t, 2 * CTX);
    return at;
}

static void close_place(place *at) {
    og_scheduler_close(at->s);
    free(at->ids);
    tiny_close(&at->t);
}

static void ask(place *at, const og_request_params *p, heard *h) {
    og_request *r = submit(at->s, p);
    wait_for(h);
    og_request_close(r);
}

/* Requests come and go at random; what those that were cut short heard is the beginning of what they would have. */
static void neighbours_change_nothing(void **state) {
    (void)state;
    enum { N = 40 };
    static heard h[N], whole;
    place at = open_place((og_scheduler_params){.n_cache = 2 * CTX, .n_batch = 32, .max_running = 8});
    og_request *r[N];
    uint32_t random = 7;
    for (int i = 0; i < N; i++) {
        og_request_params p = mixed(at.ids, i, CTX, &h[i]);
        random = random * 1664525u + 1013904223u;
        if (random >> 30 == 0) h[i].cancel_at = 1 + (random >> 20) % 8;
        r[i] = submit(at.s, &p);
        if (random >> 28 == 15) og_request_cancel(r[i]);
        if (random >> 24 & 1) nanosleep(&(struct timespec){.tv_nsec = random >> 14}, NULL);
    }
    int cut = 0;
    for (int i = 0; i < N; i++) {
        heard unused;
        const og_request_params p = mixed(at.ids, i, CTX, &unused);
        wait_for(&h[i]);
        og_request_close(r[i]);
        alone(at.t.session, &p, &whole);
        if (h[i].result.stop != OG_STOP_CANCELLED) {
            same(&h[i], &whole);
            continue;
        }
        cut++;
        assert_memory_equal(h[i].text, whole.text, h[i].len);
    }
    assert_true(cut > 2 && cut < N / 2);
    close_place(&at);
}

static void every_way_to_end(void **state) {
    (void)state;
    static heard h, whole;
    place at = open_place((og_scheduler_params){0});
    og_request_params p = asking(at.ids, 10, 40, &h);
    p.generate.sampling.temperature = 1.5f;
    ask(&at, &p, &h);
    alone(at.t.session, &p, &whole);
    same(&h, &whole);
    assert_int_equal(h.result.stop, OG_STOP_LENGTH);
    /* a stop string from the middle of it */
    char part[8] = {0};
    memcpy(part, whole.text + whole.len / 2, 4);
    const char *const stops[] = {part};
    p.generate.stops = stops;
    p.generate.n_stops = 1;
    h = (heard){0};
    ask(&at, &p, &h);
    alone(at.t.session, &p, &whole);
    same(&h, &whole);
    assert_int_equal(h.result.stop, OG_STOP_STRING);
    p = asking(at.ids, 10, -1, &h);
    ask(&at, &p, &h);
    assert_int_equal(h.result.stop, OG_STOP_CONTEXT);
    assert_int_equal(h.result.n_tokens, CTX - 10);
    p = asking(at.ids, 10, 0, &h);
    ask(&at, &p, &h);
    assert_int_equal(h.result.stop, OG_STOP_LENGTH);
    assert_int_equal(h.n, 0);
    p = asking(at.ids, 10, -1, &h);
    h.cancel_at = 3;
    ask(&at, &p, &h);
    assert_int_equal(h.result.stop, OG_STOP_CANCELLED);
    assert_int_equal(h.n, 3);
    p = asking(at.ids, 200, -1, &h);
    p.deadline = 1e-9;
    ask(&at, &p, &h);
    assert_int_equal(h.result.stop, OG_STOP_DEADLINE);
    close_place(&at);
}

static void a_closed_scheduler_leaves_nobody_waiting(void **state) {
    (void)state;
    enum { N = 12 };
    static heard h[N];
    place at = open_place((og_scheduler_params){.max_running = 3});
    og_request *r[N];
    for (int i = 0; i < N; i++) {
        const og_request_params p = asking(at.ids, 100, -1, &h[i]);
        r[i] = submit(at.s, &p);
    }
    og_scheduler_close(at.s);
    for (int i = 0; i < N; i++) {
        wait_for(&h[i]);
        og_request_cancel(r[i]); /* too late, and no harm */
        og_request_close(r[i]);
    }
    assert_int_equal(h[N - 1].result.stop, OG_STOP_CANCELLED);
    at.s = NULL;
    close_place(&at);
}

static void what_cannot_run_is_refused(void **state) {
    (void)state;
    static heard h[4];
    place at = open_place((og_scheduler_params){.max_running = 1, .max_waiting = 1});
    og_error err = {0};
    og_request_params p = asking(at.ids, CTX + 1, -1, &h[0]);
    og_request *r = NULL;
    assert_int_equal(og_scheduler_submit(at.s, &p, &r, &err), OG_ERR_CONTEXT);
    assert_non_null(strstr(err.text, "321 tokens, but a request may have 320"));
    assert_null(r);
    p = asking(at.ids, 0, -1, &h[0]);
    assert_int_equal(og_scheduler_submit(at.s, &p, NULL, &err), OG_ERR_ARG);
    p = asking((const int32_t[]){1 << 20}, 1, -1, &h[0]);
    assert_int_equal(og_scheduler_submit(at.s, &p, NULL, &err), OG_ERR_ARG);
    p = asking(at.ids, 1, -2, &h[0]);
    assert_int_equal(og_scheduler_submit(at.s, &p, NULL, &err), OG_ERR_ARG);
    assert_int_equal(h[0].done, 0);
    int refused = 0;
    for (int i = 0; i < 4; i++) {
        p = asking(at.ids, 100, -1, &h[i]);
        const og_status status = og_scheduler_submit(at.s, &p, NULL, &err);
        if (status != OG_OK) assert_int_equal(status, OG_ERR_BUSY);
        refused += status != OG_OK;
    }
    assert_true(refused >= 2);
    og_scheduler_stats stats;
    og_scheduler_stats_get(at.s, &stats);
    assert_int_equal(stats.refused, refused);
    close_place(&at);
}

/* Pages of 64 positions: whole ones are shared, and the beginning of another is copied. */
static void beginnings_are_computed_once(void **state) {
    (void)state;
    static heard h, again;
    place at = open_place((og_scheduler_params){0});
    og_request_params p = asking(at.ids, 200, 20, &h);
    ask(&at, &p, &h);
    assert_int_equal(h.result.n_cached, 0);
    p = asking(at.ids, 200, 20, &again);
    ask(&at, &p, &again);
    same(&again, &h);
    assert_int_equal(again.result.n_cached, 199); /* the last gives the logits */
    int32_t other[200];
    memcpy(other, at.ids, sizeof other);
    other[100] = (other[100] + 1) % tiny_n_vocab(&at.t);
    p = asking(other, 200, 5, &h);
    ask(&at, &p, &h);
    assert_int_equal(h.result.n_cached, 100);
    alone(at.t.session, &p, &again);
    same(&h, &again);
    /* The answer is a beginning, too: this is how a chat goes on. */
    int32_t next[260];
    p = asking(at.ids, 200, 40, &h);
    ask(&at, &p, &h);
    memcpy(next, at.ids, 200 * sizeof *next);
    memcpy(next + 200, h.id, 40 * sizeof *next);
    memcpy(next + 240, at.ids, 20 * sizeof *next);
    p = asking(next, 260, 5, &h);
    ask(&at, &p, &h);
    assert_int_equal(h.result.n_cached, 239); /* its last token has not been evaluated */
    close_place(&at);
}

/* Those who come together share as well: one computes, the others wait for its pages. */
static void the_same_prompt_at_once_is_computed_once(void **state) {
    (void)state;
    enum { N = 6 };
    static heard h[N];
    place at = open_place((og_scheduler_params){.n_batch = 64});
    og_request *r[N];
    for (int i = 0; i < N; i++) {
        const og_request_params p = asking(at.ids, 270, 4, &h[i]);
        r[i] = submit(at.s, &p);
    }
    for (int i = 0; i < N; i++) {
        wait_for(&h[i]);
        og_request_close(r[i]);
        same(&h[i], &h[0]);
    }
    og_scheduler_stats stats;
    og_scheduler_stats_get(at.s, &stats);
    assert_true(stats.prompt_tokens < 270 + N * 64);
    close_place(&at);
}

static void probabilities_are_those_of_the_logits(void **state) {
    (void)state;
    static heard h, twice;
    place at = open_place((og_scheduler_params){.n_batch = 16});
    og_request_params p = asking(at.ids, 50, 10, &h);
    p.n_top = 3;
    p.echo = true;
    ask(&at, &p, &h);
    assert_int_equal(h.n, 60);
    assert_true(isnan(h.logprob[0]));
    assert_memory_equal(h.id, at.ids, 50 * sizeof *h.id);
    const int32_t n_vocab = tiny_n_vocab(&at.t);
    float *logits = malloc(60 * (size_t)n_vocab * sizeof *logits);
    og_error err = {0};
    tiny_rewind(at.t.session, 0);
    if (og_session_eval_all(at.t.session, h.id, 60, logits, &err) != OG_OK) fail_msg("%s", err.text);
    for (int i = 1; i < 60; i++) {
        const float *x = logits + (size_t)(i - 1) * (size_t)n_vocab;
        double sum = 0;
        for (int32_t j = 0; j < n_vocab; j++) sum += exp((double)x[j]);
        assert_true(fabs((double)h.logprob[i] - ((double)x[h.id[i]] - log(sum))) < 1e-5);
    }
    free(logits);
    /* The same with others about, to the bit. */
    static heard other[4];
    og_request *r[4];
    for (int i = 0; i < 4; i++) {
        const og_request_params q = mixed(at.ids, i, CTX, &other[i]);
        r[i] = submit(at.s, &q);
    }
    p.user = &twice;
    ask(&at, &p, &twice);
    for (int i = 0; i < 4; i++) {
        wait_for(&other[i]);
        og_request_close(r[i]);
    }
    assert_memory_equal(h.logprob + 1, twice.logprob + 1, 59 * sizeof(float));
    assert_string_equal(h.text, twice.text);
    close_place(&at);
}

/* The same answers in fewer steps, from what the text repeats, from a model that knows, and from one that does not. */
static void guessing_changes_nothing(void **state) {
    (void)state;
    enum { N = 4 };
    static heard h[N], whole;
    tiny other = tiny_open(og_arch_at(1), OG_F32, 2, CTX, 0);
    for (int with = 0; with < 3; with++) {
        tiny t = tiny_open(og_arch_at(0), OG_F32, 2, CTX, 0);
        int32_t *ids = tiny_tokens(&t, 2 * CTX);
        for (int i = 60; i < 120; i++) ids[i] = ids[i - 60 + i % 2]; /* something to find */
        og_scheduler *s = open_scheduler(t.model, (og_scheduler_params){.draft = with == 0 ? NULL : with == 1 ? t.model : other.model});
        og_request *r[N];
        for (int i = 0; i < N; i++) {
            og_request_params p = asking(ids + i, 120, 60, &h[i]);
            p.generate.sampling.temperature = i % 2 ? 0.3f : 0;
            p.speculate = true;
            r[i] = submit(s, &p);
        }
        uint32_t accepted = 0;
        for (int i = 0; i < N; i++) {
            heard unused;
            og_request_params p = asking(ids + i, 120, 60, &unused);
            p.generate.sampling.temperature = i % 2 ? 0.3f : 0;
            wait_for(&h[i]);
            og_request_close(r[i]);
            alone(t.session, &p, &whole);
            same(&h[i], &whole);
            accepted += h[i].result.n_accepted;
            assert_true(h[i].result.n_accepted <= h[i].result.n_drafted);
        }
        og_scheduler_stats stats;
        og_scheduler_stats_get(s, &stats);
        assert_int_equal(stats.accepted_tokens, accepted);
        assert_true(with == 2 || accepted > 60);
        og_scheduler_close(s);
        free(ids);
        tiny_close(&t);
    }
    tiny_close(&other);
}

/* A full context goes on as a request would whose prompt is what is left. */
static void a_context_shifts_if_asked(void **state) {
    (void)state;
    static heard h, rest;
    place at = open_place((og_scheduler_params){0});
    og_request_params p = asking(at.ids, 300, 40, &h);
    p.generate.sampling.temperature = 0;
    p.shift = true;
    p.n_keep = 10;
    ask(&at, &p, &h);
    assert_int_equal(h.result.stop, OG_STOP_LENGTH);
    assert_int_equal(h.result.n_tokens, 40);
    assert_int_equal(h.result.n_dropped, (CTX - 10) / 2);
    int32_t left[CTX];
    size_t n = 10;
    memcpy(left, at.ids, 10 * sizeof *left);
    for (uint32_t i = 10 + h.result.n_dropped; i < 300; i++) left[n++] = at.ids[i];
    for (int i = 0; i <= CTX - 300; i++) left[n++] = h.id[i];
    og_request_params q = asking(left, n, 19, &rest);
    q.generate.sampling.temperature = 0;
    ask(&at, &q, &rest);
    assert_memory_equal(rest.id, h.id + 21, 19 * sizeof *rest.id);
    /* A prompt that is too long from the start. */
    p = asking(at.ids, CTX + 50, 5, &h);
    p.shift = true;
    p.n_keep = 20;
    ask(&at, &p, &h);
    assert_int_equal(h.result.n_prompt, CTX + 50);
    assert_int_equal(h.result.n_dropped, CTX + 50 - 20 - (CTX - 20) / 2);
    close_place(&at);
}

typedef struct counted {
    atomic_uint_fast64_t at_20, at_end;
    uint32_t n;
    atomic_int done;
} counted;

static bool count(void *user, const og_request_piece *piece) {
    counted *c = user;
    c->n += (uint32_t)piece->n_tokens;
    if (c->n == 20) atomic_store(&c->at_20, og_alloc_count());
    atomic_store(&c->at_end, og_alloc_count());
    return true;
}

static void count_end(void *user, const og_request_result *result) {
    (void)result;
    atomic_store(&((counted *)user)->done, 1);
}

static void a_token_allocates_nothing(void **state) {
    (void)state;
    place at = open_place((og_scheduler_params){0});
    static heard unused;
    counted c = {0};
    og_request_params p = asking(at.ids, 100, 200, &unused);
    p.generate.sampling.temperature = 1;
    p.on_piece = count;
    p.on_done = count_end;
    p.user = &c;
    og_request *r = submit(at.s, &p);
    while (!atomic_load(&c.done)) nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    assert_int_equal(c.n, 200);
    assert_int_equal(atomic_load(&c.at_20), atomic_load(&c.at_end));
    og_request_close(r);
    close_place(&at);
}

static void a_budget_that_is_too_small_is_told(void **state) {
    (void)state;
    char path[256];
    og_engine *engine;
    og_model *model;
    og_scheduler *s = NULL;
    og_error err = {0};
    const og_engine_params ep = {.threads = 1, .memory_budget = 4 << 20};
    assert_int_equal(og_engine_open(&ep, &engine, &err), OG_OK);
    if (og_model_open(engine, tiny_file(og_arch_at(0), OG_F32, path), NULL, &model, &err) != OG_OK) fail_msg("%s", err.text);
    unlink(path);
    og_scheduler_params p = {.n_cache = 1 << 20};
    assert_int_equal(og_scheduler_open(model, &p, &s, &err), OG_ERR_MEMORY);
    assert_null(s);
    p = (og_scheduler_params){.n_ctx = 128, .n_batch = 16, .max_running = 2}; /* takes what there is */
    if (og_scheduler_open(model, &p, &s, &err) != OG_OK) fail_msg("%s", err.text);
    og_scheduler_close(s);
    og_model_close(model);
    og_engine_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_architecture_answers_as_alone),
        cmocka_unit_test(neighbours_change_nothing),
        cmocka_unit_test(every_way_to_end),
        cmocka_unit_test(a_closed_scheduler_leaves_nobody_waiting),
        cmocka_unit_test(what_cannot_run_is_refused),
        cmocka_unit_test(beginnings_are_computed_once),
        cmocka_unit_test(the_same_prompt_at_once_is_computed_once),
        cmocka_unit_test(probabilities_are_those_of_the_logits),
        cmocka_unit_test(guessing_changes_nothing),
        cmocka_unit_test(a_context_shifts_if_asked),
        cmocka_unit_test(a_token_allocates_nothing),
        cmocka_unit_test(a_budget_that_is_too_small_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
