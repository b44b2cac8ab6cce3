/* engine.h: the engine inside the runtime: shared by models, with one budget for all memory of weights, caches and activations. */
#ifndef OG_RUNTIME_ENGINE_H
#define OG_RUNTIME_ENGINE_H

#include "offgrid/engine.h"
#include "backend/backend.h"
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>

struct og_engine {
    atomic_int refs;
    og_pool *pool;
    og_backend *be;
    uint32_t flags; /* CPU features in use */
    uint64_t budget;
    pthread_mutex_t lock; /* of used */
    uint64_t used;
    char features[256];
    char *packed_dir; /* see og_engine_params; NULL: packed weights are not kept */
    uint64_t packed_limit, packed_min;
};

og_engine *og_engine_hold(og_engine *engine);

/* Takes `bytes` from the budget, if bytes + extra are left (`extra`: what must remain to make use of them). The error says what for. */
og_status og_engine_reserve(og_engine *engine, uint64_t bytes, uint64_t extra, const char *what, og_error *err);
void og_engine_unreserve(og_engine *engine, uint64_t bytes);

#endif
