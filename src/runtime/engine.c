#include "runtime/engine.h"

#include "base/cpu.h"

#include <string.h>

enum { MAX_THREADS = 1024 };

static const uint64_t packed_limit = (uint64_t)4 << 30, packed_min = 32 << 20;

og_engine_params og_engine_defaults(void) {
    return (og_engine_params){0};
}

static og_status engine_init(og_engine *engine, const og_engine_params *params, og_error *err) {
    int threads = params->threads ? params->threads : og_cpu_count();
    if (threads < 1 || threads > MAX_THREADS)
        return og_fail(err, OG_ERR_ARG, "%d threads are not possible: 1 to %d, or 0 for as many as there are cores", params->threads,
                       MAX_THREADS);
    OG_TRY(og_cpu_select(params->cpu, &engine->flags, err));
    og_cpu_features(og_cpu_detect(), engine->features, sizeof engine->features);
    engine->budget = params->memory_budget ? params->memory_budget : og_mem_available();
    engine->packed_limit = params->packed_limit ? params->packed_limit : packed_limit;
    engine->packed_min = params->packed_min ? params->packed_min : packed_min;
    if (params->packed_dir && params->packed_dir[0]) {
        engine->packed_dir = og_strndup(params->packed_dir, strlen(params->packed_dir));
        if (!engine->packed_dir) return og_fail(err, OG_ERR_MEMORY, "out of memory for an engine");
    }
    OG_TRY(og_pool_open(threads, &engine->pool, err));
    return og_cpu_backend_open(engine->pool, engine->flags, &engine->be, err);
}

og_status og_engine_open(const og_engine_params *params, og_engine **out, og_error *err) {
    if (!out) return og_fail(err, OG_ERR_ARG, "og_engine_open needs a place for the engine");
    og_engine_params defaults = og_engine_defaults();
    og_engine *engine = og_calloc(1, sizeof *engine);
    if (!engine) return og_fail(err, OG_ERR_MEMORY, "out of memory for an engine");
    atomic_init(&engine->refs, 1);
    pthread_mutex_init(&engine->lock, NULL);
    og_status status = engine_init(engine, params ? params : &defaults, err);
    if (status == OG_OK)
        *out = engine;
    else
        og_engine_close(engine);
    return status;
}

og_engine *og_engine_hold(og_engine *engine) {
    atomic_fetch_add(&engine->refs, 1);
    return engine;
}

void og_engine_close(og_engine *engine) {
    if (!engine || atomic_fetch_sub(&engine->refs, 1) > 1) return;
    if (engine->be) engine->be->close(engine->be);
    if (engine->pool) og_pool_close(engine->pool);
    pthread_mutex_destroy(&engine->lock);
    og_release(engine->packed_dir);
    og_release(engine);
}

void og_engine_describe(const og_engine *engine, og_engine_info *out) {
    *out = (og_engine_info){
        .threads = og_pool_threads(engine->pool),
        .cpu = og_cpu_level_name(engine->flags),
        .features = engine->features,
        .memory_total = og_mem_total(),
        .memory_available = og_mem_available(),
    };
}

og_status og_engine_limits(og_engine *engine, double seconds, double *read_bytes_s, double *int8_mac_s, og_error *err) {
    if (!engine || !read_bytes_s || !int8_mac_s)
        return og_fail(err, OG_ERR_ARG, "og_engine_limits needs an engine and places for both rates");
    if (!(seconds > 0 && seconds <= 60))
        return og_fail(err, OG_ERR_ARG, "measuring for %g seconds is not possible: more than 0, 60 at most", seconds);
    return og_cpu_limits(engine->pool, engine->flags, seconds, read_bytes_s, int8_mac_s, err);
}

og_status og_engine_reserve(og_engine *engine, uint64_t bytes, uint64_t extra, const char *what, og_error *err) {
    uint64_t need;
    pthread_mutex_lock(&engine->lock);
    uint64_t left = engine->budget - engine->used;
    bool fits = og_add_u64(bytes, extra, &need) && need <= left;
    if (fits) engine->used += bytes;
    pthread_mutex_unlock(&engine->lock);
    if (fits) return OG_OK;
    return og_fail(err, OG_ERR_MEMORY,
                   "%s takes %.1f MiB and %.1f MiB to work with, but %.1f of the budget of %.1f MiB are left: use a smaller model or "
                   "context, close others, or raise the budget",
                   what, (double)bytes / 1048576, (double)extra / 1048576, (double)left / 1048576, (double)engine->budget / 1048576);
}

void og_engine_unreserve(og_engine *engine, uint64_t bytes) {
    pthread_mutex_lock(&engine->lock);
    engine->used -= bytes;
    pthread_mutex_unlock(&engine->lock);
}
