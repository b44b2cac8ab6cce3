/* The thread pool: every chunk once, steps in order, whatever the threads, the costs and the moment of a cancel. */
#include "base/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static const int thread_counts[] = {1, 2, 3, 8};

enum { MAX_STEPS = 300, MAX_CHUNKS = 64 };

typedef struct job {
    const int *chunks;
    int threads;
    _Atomic int ran[MAX_STEPS][MAX_CHUNKS];
    _Atomic int done[MAX_STEPS];
    _Atomic int mistakes;
    int plain[MAX_STEPS]; /* written without atomics by chunk 0: the next step must see it */
    void (*cost)(int step, int chunk);
    volatile int *cancel;
    int cancel_step;
} job;

static void run_chunk(void *ctx, int step, int chunk, int thread) {
    job *j = ctx;
    if (thread < 0 || thread >= j->threads || chunk < 0 || chunk >= j->chunks[step]) atomic_fetch_add(&j->mistakes, 1);
    int before = step - 1;
    while (before >= 0 && j->chunks[before] == 0) before--;
    if (before >= 0 && (atomic_load(&j->done[before]) != j->chunks[before] || j->plain[before] != before + 1))
        atomic_fetch_add(&j->mistakes, 1);
    if (j->cost) j->cost(step, chunk);
    atomic_fetch_add(&j->ran[step][chunk], 1);
    if (chunk == 0) j->plain[step] = step + 1;
    if (j->cancel && step == j->cancel_step) __atomic_store_n(j->cancel, 1, __ATOMIC_RELAXED);
    atomic_fetch_add(&j->done[step], 1);
}

static void check_whole(job *j, const int *chunks, int n_steps) {
    assert_int_equal(atomic_load(&j->mistakes), 0);
    for (int s = 0; s < n_steps; s++) {
        for (int c = 0; c < MAX_CHUNKS; c++) assert_int_equal(atomic_load(&j->ran[s][c]), c < chunks[s] ? 1 : 0);
    }
}

static og_pool *open_pool(int threads) {
    og_pool *pool = NULL;
    og_error err;
    if (og_pool_open(threads, &pool, &err) != OG_OK) fail_msg("%s", err.text);
    assert_int_equal(og_pool_threads(pool), threads);
    return pool;
}

static void busy(double seconds) {
    for (double end = og_now() + seconds; og_now() < end;) {}
}

/* One chunk in eight is a hundred times as dear. */
static void unequal(int step, int chunk) {
    busy((step * 7 + chunk) % 8 == 0 ? 100e-6 : 1e-6);
}

/* Long enough for the others to park, and to sleep through the steps after. */
static void with_pauses(int step, int chunk) {
    if (step % 10 == 0 && chunk == 0) usleep(2000);
}

static void run_all(void (*cost)(int, int), int n_steps, int rounds) {
    static job j;
    int chunks[MAX_STEPS];
    for (int s = 0; s < n_steps; s++) chunks[s] = s % 11 == 5 ? 0 : s % 3 == 0 ? 1 : (s * 5) % MAX_CHUNKS;
    for (size_t t = 0; t < OG_LEN(thread_counts); t++) {
        og_pool *pool = open_pool(thread_counts[t]);
        for (int round = 0; round < rounds; round++) {
            memset(&j, 0, sizeof(j));
            j.chunks = chunks;
            j.threads = thread_counts[t];
            j.cost = cost;
            assert_true(og_pool_run(pool, n_steps, chunks, run_chunk, &j, NULL));
            check_whole(&j, chunks, n_steps);
        }
        og_pool_close(pool);
    }
}

static void every_chunk_runs_once_in_order(void **state) {
    (void)state;
    run_all(NULL, MAX_STEPS, 50);
}

static void unequal_chunks(void **state) {
    (void)state;
    run_all(unequal, 100, 2);
}

static void parked_threads_come_back(void **state) {
    (void)state;
    run_all(with_pauses, 60, 2);
}

/* Chunk 0 does not end before all others have: whoever has it, the other thread does the rest. */
static job shared;

static void wait_for_the_rest(int step, int chunk) {
    double limit = og_now() + 20;
    while (chunk == 0 && atomic_load(&shared.done[step]) < shared.chunks[step] - 1) {
        if (og_now() > limit) {
            atomic_fetch_add(&shared.mistakes, 1);
            return;
        }
        sched_yield();
    }
}

static void a_long_chunk_holds_up_no_other(void **state) {
    (void)state;
    const int chunks[] = {40, 40};
    og_pool *pool = open_pool(2);
    memset(&shared, 0, sizeof(shared));
    shared.chunks = chunks;
    shared.threads = 2;
    shared.cost = wait_for_the_rest;
    assert_true(og_pool_run(pool, 2, chunks, run_chunk, &shared, NULL));
    check_whole(&shared, chunks, 2);
    og_pool_close(pool);
}

static void empty_programs_return(void **state) {
    (void)state;
    const int none[] = {0, 0, 0};
    for (size_t t = 0; t < OG_LEN(thread_counts); t++) {
        og_pool *pool = open_pool(thread_counts[t]);
        job j = {.chunks = none, .threads = thread_counts[t]};
        assert_true(og_pool_run(pool, 0, none, run_chunk, &j, NULL));
        assert_true(og_pool_run(pool, 3, none, run_chunk, &j, NULL));
        og_pool_close(pool);
    }
}

/* Cancelled in step 20: what comes after it never starts, and the pool serves the next run. */
static void cancel_stops_between_chunks(void **state) {
    (void)state;
    static job j;
    int chunks[100];
    for (int s = 0; s < 100; s++) chunks[s] = s % 4 == 0 ? 1 : 16;
    for (size_t t = 0; t < OG_LEN(thread_counts); t++) {
        og_pool *pool = open_pool(thread_counts[t]);
        for (int cancel_step = 20; cancel_step < 24; cancel_step++) {
            volatile int cancel = 0;
            memset(&j, 0, sizeof(j));
            j.chunks = chunks;
            j.threads = thread_counts[t];
            j.cancel = &cancel;
            j.cancel_step = cancel_step;
            assert_false(og_pool_run(pool, 100, chunks, run_chunk, &j, &cancel));
            assert_int_equal(atomic_load(&j.mistakes), 0);
            assert_int_equal(atomic_load(&j.done[cancel_step - 1]), chunks[cancel_step - 1]);
            for (int s = cancel_step + 1; s < 100; s++) assert_int_equal(atomic_load(&j.done[s]), 0);

            memset(&j, 0, sizeof(j));
            j.chunks = chunks;
            j.threads = thread_counts[t];
            assert_true(og_pool_run(pool, 100, chunks, run_chunk, &j, NULL));
            check_whole(&j, chunks, 100);
        }
        volatile int already = 1;
        memset(&j, 0, sizeof(j));
        j.chunks = chunks;
        j.threads = thread_counts[t];
        assert_false(og_pool_run(pool, 100, chunks, run_chunk, &j, &already));
        assert_int_equal(atomic_load(&j.done[0]), 0);
        og_pool_close(pool);
    }
}

typedef struct caller {
    og_pool *pool;
    int bad;
} caller;

static void *call_often(void *arg) {
    caller *c = arg;
    int chunks[20];
    for (int s = 0; s < 20; s++) chunks[s] = 1 + s % 7;
    job *j = og_calloc(1, sizeof(*j));
    for (int round = 0; round < 200 && j; round++) {
        memset(j, 0, sizeof(*j));
        j->chunks = chunks;
        j->threads = og_pool_threads(c->pool);
        if (!og_pool_run(c->pool, 20, chunks, run_chunk, j, NULL) || atomic_load(&j->mistakes)) c->bad++;
        for (int s = 0; s < 20; s++) c->bad += atomic_load(&j->done[s]) != chunks[s];
    }
    if (!j) c->bad++;
    og_release(j);
    return NULL;
}

static void callers_take_turns(void **state) {
    (void)state;
    og_pool *pool = open_pool(3);
    caller callers[4];
    pthread_t ids[4];
    for (int i = 0; i < 4; i++) {
        callers[i] = (caller){pool, 0};
        assert_int_equal(pthread_create(&ids[i], NULL, call_often, &callers[i]), 0);
    }
    for (int i = 0; i < 4; i++) pthread_join(ids[i], NULL);
    for (int i = 0; i < 4; i++) assert_int_equal(callers[i].bad, 0);
    og_pool_close(pool);
}

static void runs_allocate_nothing(void **state) {
    (void)state;
    static job j;
    const int chunks[] = {8, 1, 8};
    og_pool *pool = open_pool(3);
    uint64_t before = og_alloc_count();
    for (int i = 0; i < 100; i++) {
        memset(&j, 0, sizeof(j));
        j.chunks = chunks;
        j.threads = 3;
        assert_true(og_pool_run(pool, 3, chunks, run_chunk, &j, NULL));
    }
    assert_int_equal(og_alloc_count(), before);
    og_pool_close(pool);
}

static void opening_can_fail(void **state) {
    (void)state;
    og_pool *pool = NULL;
    og_error err = {0};
    assert_int_equal(og_pool_open(0, &pool, &err), OG_ERR_ARG);
    assert_int_equal(og_pool_open(-3, &pool, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "-3"));
    assert_int_equal(og_pool_open(100000, &pool, &err), OG_ERR_ARG);
    for (uint64_t n = 1; n <= 2; n++) {
        og_alloc_fail_after(n);
        og_status status = og_pool_open(2, &pool, &err);
        og_alloc_fail_after(0);
        assert_int_equal(status, OG_ERR_MEMORY);
    }
    assert_null(pool);
    og_pool_close(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chunk_runs_once_in_order),
        cmocka_unit_test(unequal_chunks),
        cmocka_unit_test(parked_threads_come_back),
        cmocka_unit_test(a_long_chunk_holds_up_no_other),
        cmocka_unit_test(empty_programs_return),
        cmocka_unit_test(cancel_stops_between_chunks),
        cmocka_unit_test(callers_take_turns),
        cmocka_unit_test(runs_allocate_nothing),
        cmocka_unit_test(opening_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
