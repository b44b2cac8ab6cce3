/* offgrid/engine.h: threads, memory budget, CPU features. Part of offgrid.h. */
#ifndef OFFGRID_ENGINE_H
#define OFFGRID_ENGINE_H

#include "offgrid/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_engine og_engine;

typedef struct og_engine_params {
    int threads;            /* 0: the number of cores this process may use */
    uint64_t memory_budget; /* bytes for weights, caches and activations together; 0: what the device has available */
    const char *cpu;        /* NULL or "": best the CPU has (or environment OFFGRID_CPU); else "scalar", "avx2", "avx512",
                               "avx512vnni", "neon", "dotprod", "i8mm": kernels up to that level only */
    const char *packed_dir; /* NULL or "": nowhere; else a folder (made if it is missing) in which packed weights are kept, so that a model
                               is ready at once the next time. What is there is checked against the model's content before use */
    uint64_t packed_limit;  /* bytes of that folder, the least recently used models go first; 0: 4 GiB */
    uint64_t packed_min;    /* models that pack to fewer bytes are not kept; 0: 32 MiB */
} og_engine_params;

/* Defaults for every field (all zero). */
OG_API og_engine_params og_engine_defaults(void);
OG_API og_status og_engine_open(const og_engine_params *params, og_engine **out, og_error *err);
OG_API void og_engine_close(og_engine *engine);

typedef struct og_engine_info {
    int threads;
    const char *cpu;       /* the kernel level in use, e.g. "avx512vnni" */
    const char *features;  /* detected CPU features, space separated */
    uint64_t memory_total; /* bytes: the device's, or the cgroup's limit if that is lower */
    uint64_t memory_available;
} og_engine_info;

OG_API void og_engine_describe(const og_engine *engine, og_engine_info *out);

/* The machine's limits as they are at this moment, each measured for about `seconds` on the engine's threads: bandwidth of
 * reading memory far larger than the caches [bytes/s], and rate of int8 multiply-adds from registers [1/s] with the widest
 * unit the engine uses. Neighbours move both, so measure them in alternation with what they are compared to. */
OG_API og_status og_engine_limits(og_engine *engine, double seconds, double *read_bytes_s, double *int8_mac_s, og_error *err);

#ifdef __cplusplus
}
#endif
#endif
