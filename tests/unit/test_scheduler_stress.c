/* Threads that submit, cancel, give up and let deadlines pass, while the scheduler may be closed under them: every request ends once, and
 * nothing is lost. For ThreadSanitizer, above all. */
#include "tiny_session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { THREADS = 4, EACH = 25, CTX = 192 };

typedef struct ending {
    atomic_int done;
    atomic_uint pieces;
    uint32_t stop_after; /* pieces; 0: never */
} ending;

typedef struct crowd {
    og_scheduler *s;
    const int32_t *ids;
    ending end[THREADS][EACH];
    atomic_int accepted, refused;
} crowd;

typedef struct member {
    crowd *c;
    int number;
} member;

static uint32_t next(uint32_t *random) {
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

static bool hear(void *user, const og_request_piece *piece) {
    ending *e = user;
    (void)piece;
    const uint32_t n = atomic_fetch_add(&e->pieces, 1) + 1;
    return !e->stop_after || n < e->stop_after;
}

static void finish(void *user, const og_request_result *result) {
    ending *e = user;
    if (result->status != OG_OK && result->status != OG_ERR_CANCELLED) fail_msg("%s", result->error.text);
    atomic_fetch_add(&e->done, 1);
}

static void *member_main(void *user) {
    const member *m = user;
    crowd *c = m->c;
    uint32_t random = (uint32_t)m->number * 7919u + 1;
    og_request *held[3] = {0};
    for (int i = 0; i < EACH; i++) {
        ending *e = &c->end[m->number][i];
        og_request_params p = og_request_defaults();
        og_error err = {0};
        og_request *r = NULL;
        const uint32_t kind = next(&random) % 8;
        p.ids = c->ids + next(&random) % 3 * 5;
        p.n = 1 + next(&random) % 100;
        p.generate.max_tokens = (int32_t)(next(&random) % 12);
        p.generate.sampling.seed = random;
        p.speculate = kind % 2 == 0;
        p.n_top = kind == 1 ? 2 : -1;
        p.deadline = kind == 2 ? 0.002 : 0;
        p.on_piece = hear;
        p.on_done = finish;
        p.user = e;
        e->stop_after = kind == 3 ? 2 : 0;
        const og_status status = og_scheduler_submit(c->s, &p, &r, &err);
        if (status != OG_OK) {
            atomic_fetch_add(&c->refused, 1);
            atomic_fetch_add(&e->done, 1);
            continue;
        }
        atomic_fetch_add(&c->accepted, 1);
        og_request **place = &held[next(&random) % 3];
        og_request_close(*place); /* gives up what is still running there */
        *place = r;
        if (kind == 4) og_request_cancel(r);
        if (kind == 5) nanosleep(&(struct timespec){.tv_nsec = next(&random) % 2000000}, NULL);
    }
    for (size_t i = 0; i < OG_LEN(held); i++) og_request_close(held[i]);
    return NULL;
}

static void crowd_at(og_model *model, const int32_t *ids, bool patient) {
    static crowd c;
    pthread_t thread[THREADS];
    member m[THREADS];
    og_error err = {0};
    c = (crowd){.ids = ids};
    const og_scheduler_params p = {.n_ctx = CTX, .n_cache = CTX + 128, .n_batch = 32, .max_running = 5, .max_waiting = 12};
    if (og_scheduler_open(model, &p, &c.s, &err) != OG_OK) fail_msg("%s", err.text);
    for (int i = 0; i < THREADS; i++) {
        m[i] = (member){&c, i};
        assert_int_equal(pthread_create(&thread[i], NULL, member_main, &m[i]), 0);
    }
    og_scheduler_stats stats;
    og_scheduler_stats_get(c.s, &stats);
    for (int i = 0; i < THREADS; i++) pthread_join(thread[i], NULL);
    if (patient) /* all that were taken end by themselves */
        for (int i = 0; i < THREADS * EACH; i++)
            while (!atomic_load(&c.end[i / EACH][i % EACH].done)) nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    og_scheduler_close(c.s);
    for (int i = 0; i < THREADS * EACH; i++) assert_int_equal(atomic_load(&c.end[i / EACH][i % EACH].done), 1);
    assert_int_equal(atomic_load(&c.accepted) + atomic_load(&c.refused), THREADS * EACH);
    assert_true(atomic_load(&c.accepted) > THREADS);
}

static void a_crowd_is_served(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++) { /* with pages, and with states */
        if (i > 0 && strcmp(og_arch_at(i)->name, "lfm2") != 0) continue;
        tiny t = tiny_open(og_arch_at(i), OG_F32, 2, CTX, 0);
        int32_t *ids = tiny_tokens(&t, CTX);
        crowd_at(t.model, ids, true);
        crowd_at(t.model, ids, false);
        free(ids);
        tiny_close(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_crowd_is_served)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
