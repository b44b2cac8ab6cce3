/* limits.c: the machine's limits, measured with the same instructions the kernels use. */
#include "backend/backend.h"
#include "backend/cpu/limits.h"

#include "base/cpu.h"

static const struct mac_row {
    uint32_t needs;
    og_limit_mac_fn *fn;
} macs[] = {
    {0, og_limit_mac_scalar},
#ifdef OG_HAVE_AVX2
    {CPU_AVX2, og_limit_mac_avx2},
#endif
#ifdef OG_HAVE_AVX512VNNI
    {CPU_AVX512 | CPU_AVX512VNNI, og_limit_mac_avx512vnni},
#endif
#ifdef OG_HAVE_NEON
    {CPU_NEON, og_limit_mac_neon},
#endif
#ifdef OG_HAVE_DOTPROD
    {CPU_DOTPROD, og_limit_mac_dotprod},
#endif
#ifdef OG_HAVE_I8MM
    {CPU_I8MM, og_limit_mac_i8mm},
#endif
};

static const struct read_row {
    uint32_t needs;
    og_limit_read_fn *fn;
} reads[] = {
    {0, og_limit_read_scalar},
#ifdef OG_HAVE_AVX2
    {CPU_AVX2, og_limit_read_avx2},
#endif
#ifdef OG_HAVE_AVX512
    {CPU_AVX512, og_limit_read_avx512},
#endif
};

enum { READ_BYTES = 256 << 20, READ_CHUNK = 1 << 20, MAC_ROUNDS = 20000, MAC_CHUNKS = 64 };

typedef struct probe {
    og_limit_mac_fn *mac;
    og_limit_read_fn *read;
    const uint8_t *data;
    volatile uint64_t sink;
    uint64_t rounds;
} probe;

static void read_chunk(void *ctx, int step, int chunk, int thread) {
    probe *p = ctx;
    (void)step;
    (void)thread;
    p->sink = p->read(p->data + (size_t)chunk * READ_CHUNK, READ_CHUNK);
}

static void mac_chunk(void *ctx, int step, int chunk, int thread) {
    const probe *p = ctx;
    (void)step;
    (void)chunk;
    (void)thread;
    p->mac(p->rounds);
}

/* The best of the passes that fit into `seconds`, at least three: a limit is what the machine can do when nothing disturbs it. */
static double best_rate(og_pool *pool, og_chunk_fn *fn, probe *p, int chunks, double units, double seconds) {
    const double start = og_now();
    double best = 0;
    for (int i = 0; i < 3 || og_now() - start < seconds; i++) {
        const double t = og_now();
        og_pool_run(pool, 1, &chunks, fn, p, NULL);
        const double rate = units / (og_now() - t);
        best = OG_MAX(best, rate);
    }
    return best;
}

og_status og_cpu_limits(og_pool *pool, uint32_t flags, double seconds, double *read_bytes_s, double *int8_mac_s, og_error *err) {
    probe p = {.rounds = MAC_ROUNDS};
    for (size_t i = 0; i < OG_LEN(macs); i++)
        if ((macs[i].needs & flags) == macs[i].needs) p.mac = macs[i].fn;
    for (size_t i = 0; i < OG_LEN(reads); i++)
        if ((reads[i].needs & flags) == reads[i].needs) p.read = reads[i].fn;
    uint8_t *data = og_pages_alloc(READ_BYTES);
    if (!data) return og_fail(err, OG_ERR_MEMORY, "measuring the memory bandwidth needs %d MiB", READ_BYTES >> 20);
    for (size_t i = 0; i < READ_BYTES; i += 512) data[i] = (uint8_t)(i >> 9); /* pages of its own, not the shared zero page */
    p.data = data;
    *read_bytes_s = best_rate(pool, read_chunk, &p, READ_BYTES / READ_CHUNK, READ_BYTES, seconds);
    og_pages_free(data, READ_BYTES);
    const double macs_a_chunk = (double)p.mac(1) * MAC_ROUNDS;
    *int8_mac_s = best_rate(pool, mac_chunk, &p, MAC_CHUNKS, macs_a_chunk * MAC_CHUNKS, seconds);
    return OG_OK;
}
