/* bench.c: speeds of single kernels. Matrix-vector products read panels from memory, and once more from the second-level cache; everything
 * else stays in the caches. */
#include "kcheck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { K = 2048, N = OG_TILE, FLOAT = sizeof(float), ROW = 4096, MEMORY = 96 << 20, PART = 4 << 20, CACHED = 256 << 10 };

/* Seconds of this thread on a core: other programs may take turns with it. */
static double cpu_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds of the fastest call. */
static double best(void (*call)(void *, int), void *ctx, int side) {
    int calls = 1;
    double least = 1e9;
    const double end = cpu_now() + 0.25;
    do {
        const double t = cpu_now();
        for (int i = 0; i < calls; i++) call(ctx, side);
        const double took = cpu_now() - t;
        least = OG_MIN(least, took / calls);
        if (took < 1e-3) calls *= 2;
    } while (cpu_now() < end);
    return least;
}

void kc_report(kc *k, double work, const char *unit, void (*call)(void *ctx, int side), void *ctx) {
    const double slow = best(call, ctx, 0), fast = best(call, ctx, 1);
    printf("%-24s %-11s %8.2f %-6s %6.1fx\n", k->row->slot, k->row->isa, work / fast * 1e-9, unit, slow / fast);
}

/* Zeroed memory that stays: the program ends after its benchmarks. */
static void *memory(size_t bytes) {
    void *p = og_pages_alloc(bytes);
    if (p) return p;
    fprintf(stderr, "kcheck: not enough memory for the benchmark\n");
    exit(2);
}

static float *floats(kc *k, size_t n) {
    float *x = memory(n * FLOAT);
    for (size_t i = 0; i < n; i++) x[i] = (float)kc_int(k, -1000, 1000) * 1e-3f;
    return x;
}

/* One packed panel of K columns. */
static uint8_t *packed_panel(kc *k, const og_quant *quant) {
    const size_t bytes = (size_t)(K / quant->block) * (size_t)quant->bytes;
    uint8_t *data = memory(OG_PANEL * bytes), *panel = memory(og_pack_panel_bytes(quant->type, K));
    const uint8_t *rows[OG_PANEL];
    float *x = floats(k, K);
    for (int r = 0; r < OG_PANEL; r++) {
        og_quant_encode(quant->type, x, data + (size_t)r * bytes, K, NULL);
        rows[r] = data + (size_t)r * bytes;
    }
    og_pack_panel(quant->type, rows, K, panel);
    return panel;
}

static og_tile acts_tile(kc *k, int n) {
    const og_tile tile = {n,
                          memory((size_t)(K * n)),
                          floats(k, (size_t)(K / 32 * n)),
                          memory((size_t)(K / 16 * n) * 4),
                          memory((size_t)(K / 32 * n) * 4),
                          memory((size_t)(K * n) * FLOAT)};
    kc_acts(k, tile.q, (size_t)(K * n));
    kc_sums(tile.q, K, n, 16, tile.sum16);
    kc_sums(tile.q, K, n, 32, tile.sum32);
    return tile;
}

typedef struct bench {
    kc *k;
    const og_quant *quant;
    const uint8_t *panels;
    size_t panel;
    int parts, part, count; /* memory holds `parts` times `count` panels; `part` is next */
    og_tile tile;
    og_gemm_args gemm;
    uint8_t *u;
    float *x, *w, *out;
    og_attend_args attend;
} bench;

/* ---- weights ---- */

static void call_expand(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(expand, side)(b->panels, OG_GROUP / 32, b->u, b->x, b->w);
}

void kc_bench_expand(kc *k) {
    bench b = {.k = k, .u = memory(OG_EXPANDED), .x = floats(k, OG_SUBS * OG_PANEL), .w = floats(k, OG_SUBS * OG_PANEL)};
    b.quant = kc_type_of(k);
    b.panels = packed_panel(k, b.quant);
    kc_report(k, (double)og_pack_group_bytes(b.quant->type, OG_GROUP / 32), "GB/s", call_expand, &b);
}

static void call_gemm(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(gemm, side)(&b->gemm);
}

/* The widths of the types that use the slot, or all if none does. */
void kc_bench_gemm(kc *k) {
    const kc_gemm_kind kind = kc_gemm_kind_of(k->row->slot);
    og_kernels only = {0};
    memcpy((char *)&only + k->row->field, &k->row->fn, sizeof k->row->fn);
    bench b = {.k = k,
               .u = memory(2 * OG_EXPANDED),
               .tile = acts_tile(k, N),
               .x = floats(k, 2 * OG_SUBS * OG_PANEL),
               .w = floats(k, 2 * OG_SUBS * OG_PANEL),
               .out = floats(k, N * 32)};
    unsigned seen = 0;
    const og_quant *quant;
    for (int i = 0; (quant = og_quant_at(i)); i++) {
        if (!og_kernels_gemm(&only, quant->type)) continue;
        const unsigned bit = 1u << (quant->umax > 63 ? 3 : quant->umax > 31 ? 2 : quant->umax > 15);
        if (seen & bit) continue;
        seen |= bit;
        const bool is_signed = quant->umax > 127 && k->row->wide_signed;
        for (int j = 0; j < 2 * OG_EXPANDED; j++) b.u[j] = (uint8_t)(kc_int(k, 0, quant->umax) - (is_signed ? quant->offset : 0));
        b.gemm = (og_gemm_args){b.u,         b.x, b.w,      OG_GROUP / 32, is_signed ? 0 : quant->offset,
                                quant->umax, N,   b.tile.q, b.tile.d,      kind.group == 16 ? b.tile.sum16 : b.tile.sum32,
                                b.out};
        char unit[32];
        snprintf(unit, sizeof unit, "GMAC/s, u <= %d", quant->umax);
        kc_report(k, 2.0 * OG_PANEL * OG_GROUP * N, unit, call_gemm, &b);
    }
}

static void call_products(void *ctx, int side) {
    bench *b = ctx;
    const kc *k = b->k;
    const uint8_t *panels = b->panels + (size_t)(b->part * b->count) * b->panel;
    b->part = (b->part + 1) % b->parts;
    if (side) /* few has gemv's arguments */
        KC_FN(few, 1)(panels, b->panel, b->count, K, &b->tile, b->out);
    else
        kc_gemv(k->scalar, b->quant, panels, b->panel, b->count, K, &b->tile, b->out);
}

static void bench_products(kc *k, int n) {
    bench b = {.k = k, .quant = kc_type_of(k), .tile = acts_tile(k, n)};
    const uint8_t *one = packed_panel(k, b.quant);
    b.panel = og_pack_panel_bytes(b.quant->type, K);
    b.count = (int)(PART / b.panel);
    b.parts = MEMORY / PART;
    b.out = floats(k, (size_t)(b.count * n) * OG_PANEL);
    uint8_t *all = memory(MEMORY);
    for (int i = 0; i < b.count * b.parts; i++) memcpy(all + (size_t)i * b.panel, one, b.panel);
    b.panels = all;
    kc_report(k, (double)b.panel * b.count, "GB/s", call_products, &b);
    b.parts = 1;
    b.part = 0;
    b.count = (int)(CACHED / b.panel);
    kc_report(k, (double)b.panel * b.count, "GB/s, cached", call_products, &b);
    og_pages_free(all, MEMORY);
}

void kc_bench_gemv(kc *k) {
    bench_products(k, 1);
}
void kc_bench_few(kc *k) {
    bench_products(k, OG_TILE);
}

/* ---- floats ---- */

static void call_acts(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(acts, side)(b->x, K, K, &b->tile);
}

void kc_bench_acts(kc *k) {
    bench b = {.k = k, .tile = acts_tile(k, N), .x = floats(k, K * N)};
    kc_report(k, (double)K * N * FLOAT, "GB/s", call_acts, &b);
}

static void call_fgemm(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(fgemm, side)(b->panels, b->panel, OG_GROUP, b->x, b->tile.n, b->out);
}

void kc_bench_fgemm(kc *k) {
    bench b = {.k = k, .quant = kc_type_of(k), .tile = {.n = N}, .x = floats(k, OG_GROUP * N), .out = floats(k, N * 32)};
    uint8_t *panels = memory(2 * OG_GROUP * OG_PANEL * FLOAT);
    float *w = floats(k, 2 * OG_GROUP * OG_PANEL);
    og_quant_encode(b.quant->type, w, panels, 2 * OG_GROUP * OG_PANEL, NULL);
    b.panels = panels;
    b.panel = (size_t)(OG_GROUP * OG_PANEL * b.quant->bytes);
    kc_report(k, 2.0 * OG_PANEL * OG_GROUP * N, "GMAC/s", call_fgemm, &b);
    b.tile.n = 1;
    kc_report(k, 2.0 * (double)b.panel, "GB/s, n = 1", call_fgemm, &b);
}

static void call_binary(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(binary, side)(b->x, b->w, b->out, ROW);
}
static void call_scale(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(scale, side)(b->x, 0.5f, b->out, ROW);
}
static void call_weigh(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(weigh, side)(b->x, ROW / 8, b->w, 8, NULL, b->out, ROW / 8);
}
static void call_norm(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(norm, side)(b->x, b->w, b->w, 1e-5f, b->out, ROW);
}
static void call_rope(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(rope, side)(b->x, b->w, 64, 128, b->out);
}

static void bench_row(kc *k, double bytes, void (*call)(void *, int)) {
    bench b = {.k = k, .x = floats(k, ROW), .w = floats(k, ROW), .out = floats(k, ROW)};
    kc_report(k, bytes, "GB/s", call, &b);
}

void kc_bench_binary(kc *k) {
    bench_row(k, 3.0 * ROW * FLOAT, call_binary);
}
void kc_bench_scale(kc *k) {
    bench_row(k, 2.0 * ROW * FLOAT, call_scale);
}
void kc_bench_weigh(kc *k) {
    bench_row(k, 1.125 * ROW * FLOAT, call_weigh);
}
void kc_bench_norm(kc *k) {
    bench_row(k, 3.0 * ROW * FLOAT, call_norm);
}
void kc_bench_rope(kc *k) {
    bench_row(k, 3.0 * 128 * FLOAT, call_rope);
}

static void call_attend(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(attend, side)(&b->attend);
}

void kc_bench_attend(kc *k) {
    static const struct { int m, dim; } sizes[] = {{1, 64}, {4, 64}, {32, 64}, {1, 128}, {4, 128}, {32, 128}};
    for (size_t i = 0; i < OG_LEN(sizes); i++) {
        const int m = sizes[i].m, dim = sizes[i].dim;
        const size_t cells = (size_t)dim * OG_KV_PAGE;
        const og_type type = kc_type_of(k)->type;
        const og_kv_head head = og_kv_head_at(type, memory(og_kv_head_bytes(type, dim, dim)), dim, dim);
        const float *w = floats(k, cells);
        for (int j = 0; j < OG_KV_PAGE; j++) og_kv_put(type, &head, j, w + j * dim, dim, w + j * dim, dim);
        int from[32] = {0}, to[32];
        for (int j = 0; j < m; j++) to[j] = OG_KV_PAGE;
        bench b = {.k = k};
        b.attend = (og_attend_args){.m = m,
                                    .dim = dim,
                                    .dim_v = dim,
                                    .q = floats(k, (size_t)(m * dim)),
                                    .k = head.k,
                                    .v = head.v,
                                    .k_scale = head.k_scale,
                                    .v_scale = head.v_scale,
                                    .from = from,
                                    .to = to,
                                    .scale = 0.1f,
                                    .max = floats(k, (size_t)m),
                                    .sum = floats(k, (size_t)m * 16),
                                    .acc = floats(k, (size_t)(m * dim)),
                                    .scratch = floats(k, (size_t)(m + dim) * OG_KV_PAGE)};
        char unit[48];
        snprintf(unit, sizeof unit, "GMAC/s, %d queries of %d", m, dim);
        kc_report(k, 2.0 * m * (double)cells, unit, call_attend, &b);
    }
}
