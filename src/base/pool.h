/* pool.h: threads that claim chunks of a sequence of steps.
 *
 * A program is a list of steps; a step is a number of chunks that may run in any order on any thread, and the next step starts
 * when all its chunks are done. Threads claim chunks by an atomic counter, so slow and fast cores both stay busy, and no result may
 * depend on who ran a chunk. Workers spin for a short time between steps and park when there is nothing to do. */
#ifndef OG_BASE_POOL_H
#define OG_BASE_POOL_H

#include "base/base.h"

typedef struct og_pool og_pool;

/* Runs chunk `chunk` of step `step`; `thread` is 0..n_threads-1, for per-thread scratch. */
typedef void og_chunk_fn(void *ctx, int step, int chunk, int thread);

/* threads >= 1; the caller of og_pool_run is one of them. */
og_status og_pool_open(int threads, og_pool **out, og_error *err);
void og_pool_close(og_pool *pool);
int og_pool_threads(const og_pool *pool);

/* Runs steps 0..n_steps-1, step s with chunks[s] chunks, and returns when all are done, or soon after *cancel becomes non-zero
 * (cancel may be NULL); returns false if cancelled. Allocates nothing. Calls from several threads take turns. A chunk must not
 * call og_pool_run. */
bool og_pool_run(og_pool *pool, int n_steps, const int *chunks, og_chunk_fn *fn, void *ctx, const volatile int *cancel);

#endif
