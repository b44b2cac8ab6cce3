/* pool.c: the thread pool.
 *
 * One step is open at a time. `ticket` hands out its chunks: it starts at CLOSED - count, every claim adds one, and a claim that
 * finds CLOSED or more got nothing. So a thread that comes late, even from an earlier run, learns from the ticket alone that there
 * is no work, and touches the job only while it holds a chunk, which keeps the job alive. Each thread takes what it has done off
 * `pending` when it finds the step exhausted; whoever brings that to zero opens the next step. Nobody coordinates, and handing a
 * step over costs one write to a line that the others are watching.
 *
 * Waiting: spin for SPIN_SECONDS (not when there are more threads than cores), then yield, then park on a condition variable. */
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#define CLOSED 0x80000000u
#define SPIN_SECONDS 50e-6
#define YIELD_SECONDS 500e-6

#if defined(__x86_64__) || defined(__i386__)
#define relax() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define relax() __asm__ volatile("isb" ::: "memory") /* `yield` does nothing on most cores */
#else
#define relax() atomic_signal_fence(memory_order_seq_cst)
#endif

typedef struct worker {
    og_pool *pool;
    int thread;
    pthread_t id;
} worker;

struct og_pool {
    int threads, started;
    double spin_seconds;
    worker *workers; /* threads - 1; worker i is thread i + 1 */

    /* The job: written by whoever opens a step (or starts a run), read by holders of a chunk. */
    int n_steps, step, count;
    const int *chunks;
    og_chunk_fn *fn;
    void *ctx;
    const volatile int *cancel;

    pthread_mutex_t turn; /* held during a run */
    pthread_mutex_t lock; /* for parking */
    pthread_cond_t work, done;

    _Alignas(OG_CACHE_LINE) _Atomic uint32_t ticket;
    _Alignas(OG_CACHE_LINE) _Atomic int pending; /* chunks of the open step not yet reported as done */
    _Alignas(OG_CACHE_LINE) _Atomic int parked;  /* workers on `work` */
    _Atomic int caller_parked;
    _Atomic bool running, cancelled, quit;
};

/* ---- waiting ---- */

static bool has_work(og_pool *pool) {
    return atomic_load(&pool->ticket) < CLOSED;
}

/* Workers wait for work or the end of the pool; the caller for work or the end of its run. */
static bool worker_ready(og_pool *pool) {
    return has_work(pool) || atomic_load(&pool->quit);
}
static bool caller_ready(og_pool *pool) {
    return has_work(pool) || !atomic_load(&pool->running);
}

static void park(og_pool *pool, bool caller) {
    _Atomic int *parked = caller ? &pool->caller_parked : &pool->parked;
    pthread_mutex_lock(&pool->lock);
    /* Announced before looking again: the other side changes the state before it looks for parked threads. */
    atomic_fetch_add(parked, 1);
    while (!(caller ? caller_ready(pool) : worker_ready(pool))) pthread_cond_wait(caller ? &pool->done : &pool->work, &pool->lock);
    atomic_fetch_sub(parked, 1);
    pthread_mutex_unlock(&pool->lock);
}

static void wait_ready(og_pool *pool, bool caller) {
    double start = 0;
    for (unsigned i = 0;; i++) {
        if (caller ? caller_ready(pool) : worker_ready(pool)) return;
        if (pool->spin_seconds > 0 && i % 16 != 15) {
            relax();
            continue;
        }
        double now = og_now();
        if (start == 0) start = now;
        if (now - start < pool->spin_seconds) continue;
        if (now - start > pool->spin_seconds + YIELD_SECONDS) break;
        sched_yield();
    }
    park(pool, caller);
}

static void wake(og_pool *pool, pthread_cond_t *cond) {
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(cond);
    pthread_mutex_unlock(&pool->lock);
}

/* ---- steps ---- */

static bool is_cancelled(og_pool *pool) {
    if (pool->cancel && __atomic_load_n(pool->cancel, __ATOMIC_RELAXED))
        atomic_store_explicit(&pool->cancelled, true, memory_order_relaxed);
    return atomic_load_explicit(&pool->cancelled, memory_order_relaxed);
}

static void finish(og_pool *pool) {
    atomic_store(&pool->running, false);
    if (atomic_load(&pool->caller_parked)) wake(pool, &pool->done);
}

/* Opens the step after pool->step; called when no chunk is out. Steps of one chunk are run here at once: giving them away would
 * cost more than it brings. */
static void advance(og_pool *pool, int thread) {
    while (++pool->step < pool->n_steps && !is_cancelled(pool)) {
        int count = pool->chunks[pool->step];
        if (count == 1) pool->fn(pool->ctx, pool->step, 0, thread);
        if (count <= 1) continue;
        pool->count = count;
        atomic_store_explicit(&pool->pending, count, memory_order_relaxed);
        atomic_store(&pool->ticket, CLOSED - (uint32_t)count);
        if (atomic_load(&pool->parked)) wake(pool, &pool->work);
        if (atomic_load(&pool->caller_parked)) wake(pool, &pool->done);
        return;
    }
    finish(pool);
}

/* Claims and runs chunks until the open step has none left. */
static void work(og_pool *pool, int thread) {
    int done = 0;
    for (;;) {
        uint32_t ticket = atomic_fetch_add(&pool->ticket, 1);
        if (ticket >= CLOSED) break;
        int chunk = pool->count - (int)(CLOSED - ticket);
        if (!is_cancelled(pool)) pool->fn(pool->ctx, pool->step, chunk, thread);
        done++;
    }
    if (done && atomic_fetch_sub(&pool->pending, done) == done) advance(pool, thread);
}

static void *worker_main(void *arg) {
    worker *w = arg;
    while (!atomic_load(&w->pool->quit)) {
        wait_ready(w->pool, false);
        if (has_work(w->pool)) work(w->pool, w->thread);
    }
    return NULL;
}

bool og_pool_run(og_pool *pool, int n_steps, const int *chunks, og_chunk_fn *fn, void *ctx, const volatile int *cancel) {
    pthread_mutex_lock(&pool->turn);
    pool->n_steps = n_steps;
    pool->chunks = chunks;
    pool->fn = fn;
    pool->ctx = ctx;
    pool->cancel = cancel;
    pool->step = -1;
    atomic_store(&pool->cancelled, false);
    atomic_store(&pool->running, true);
    advance(pool, 0);
    while (atomic_load(&pool->running)) {
        work(pool, 0);
        wait_ready(pool, true);
    }
    bool whole = !atomic_load(&pool->cancelled);
    pthread_mutex_unlock(&pool->turn);
    return whole;
}

/* ---- life ---- */

/* Signals belong to the program's own threads. */
static int start_worker(worker *w) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&w->id, NULL, worker_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

og_status og_pool_open(int threads, og_pool **out, og_error *err) {
    if (threads < 1 || threads > 4096) return og_fail(err, OG_ERR_ARG, "cannot run on %d threads: choose 1 to 4096", threads);
    og_pool *pool = og_pages_alloc(sizeof(*pool)); /* zeroed, and aligned to cache lines */
    if (!pool) return og_fail(err, OG_ERR_MEMORY, "out of memory for a thread pool");
    pthread_mutex_init(&pool->turn, NULL);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    atomic_store(&pool->ticket, CLOSED);
    pool->threads = threads;
    pool->spin_seconds = threads > og_cpu_count() ? 0 : SPIN_SECONDS;
    pool->workers = og_calloc((size_t)threads, sizeof(*pool->workers));
    if (!pool->workers) {
        og_pool_close(pool);
        return og_fail(err, OG_ERR_MEMORY, "out of memory for a pool of %d threads", threads);
    }
    for (int i = 0; i < threads - 1; i++) {
        pool->workers[i] = (worker){.pool = pool, .thread = i + 1};
        int failure = start_worker(&pool->workers[i]);
        if (failure) {
            og_pool_close(pool);
            return og_fail(err, OG_ERR_MEMORY, "the system refused thread %d of %d (%s): ask for fewer threads", i + 2, threads,
                           strerror(failure));
        }
        pool->started++;
    }
    *out = pool;
    return OG_OK;
}

void og_pool_close(og_pool *pool) {
    if (!pool) return;
    atomic_store(&pool->quit, true);
    wake(pool, &pool->work);
    for (int i = 0; i < pool->started; i++) pthread_join(pool->workers[i].id, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    pthread_mutex_destroy(&pool->turn);
    og_release(pool->workers);
    og_pages_free(pool, sizeof(*pool));
}

int og_pool_threads(const og_pool *pool) {
    return pool->threads;
}
