/* exec_matmul.c: matrix products over packed weights.
 *
 * One token: matrix-vector kernels read the packed panels once. Several tokens: a group of 64 rows is expanded into the first-level cache
 * and meets all tokens before the next group; partial sums stay in scratch. Both give the same bits. */
#include "backend/cpu/cpu_backend.h"

#include <string.h>

enum {
    GEMV_CHUNK = 256 << 10, /* bytes of weights that a thread claims at once when decoding */
    TOKENS = 256,           /* tokens that share one expansion */
    ROWS = 256,             /* rows that share a group of activations while it is in the second-level cache */
    PAIRS = 2,              /* pairs of panels that meet a tile of activations while it is in the first-level cache */
    U_BYTES = PAIRS * 2 * OG_EXPANDED,
    SCALE_BYTES = PAIRS * 2 * OG_SUBS * OG_PANEL * 4,
    SCRATCH = U_BYTES + 2 * SCALE_BYTES + ROWS * TOKENS * 4,
};

/* Adds bias and residual and writes rows first..first+n of token t. */
static void finish(const og_plan *plan, const og_tensor *t, int64_t token, int64_t first, int64_t n, const float *c) {
    const int64_t rows = t->dim[0];
    float *out = og_cpu_out(plan, t) + token * rows + first;
    const float *bias = t->src[2] ? (const float *)og_cpu_data(plan, t->src[2]) + first : NULL;
    const float *residual = t->src[3] ? (const float *)og_cpu_data(plan, t->src[3]) + token * rows + first : NULL;
    if (bias && residual)
        for (int64_t i = 0; i < n; i++) out[i] = (c[i] + bias[i]) + residual[i];
    else if (bias || residual)
        for (int64_t i = 0; i < n; i++) out[i] = c[i] + (bias ? bias : residual)[i];
    else
        memcpy(out, c, (size_t)n * sizeof(float));
}

static void run_gemv(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_tensor *t = e->t;
    const og_cpu_weight *w = t->src[0]->weight->handle;
    const int64_t first = chunk * e->per, count = OG_MIN(e->per, w->n_panels - first);
    const og_tile tile = og_cpu_tile(plan, t->src[1], 0);
    float *out = (float *)(void *)og_cpu_scratch(plan, thread);
    og_kernels_gemv(&plan->cpu->kernels, t->src[0]->type)(w->panels + (size_t)first * w->panel_bytes, w->panel_bytes, (int)count,
                                                          (int)t->src[0]->dim[0], &tile, out);
    finish(plan, t, 0, first * OG_PANEL, OG_MIN(count * OG_PANEL, t->dim[0] - first * OG_PANEL), out);
}

/* Panels 2p and 2p + 1 (the second may not exist: its results are dropped). */
static size_t second_panel(const og_cpu_weight *w, int64_t pair) {
    return pair * 2 + 1 < w->n_panels ? w->panel_bytes : 0;
}

static void run_fgemm(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_tensor *t = e->t, *acts = t->src[1];
    const og_cpu_weight *w = t->src[0]->weight->handle;
    og_fgemm_fn *fn = og_kernels_fgemm(&plan->cpu->kernels, t->src[0]->type);
    float *c = (float *)(void *)og_cpu_scratch(plan, thread);
    const int64_t pairs = OG_DIV_UP(w->n_panels, 2), tiles = OG_DIV_UP(acts->dim[1], OG_TILE);
    for (int64_t p = chunk * e->per; p < OG_MIN((chunk + 1) * e->per, pairs); p++)
        for (int64_t i = 0; i < tiles; i++) {
            const og_tile tile = og_cpu_tile(plan, acts, i);
            fn(w->panels + (size_t)p * 2 * w->panel_bytes, second_panel(w, p), (int)acts->dim[0], tile.x, tile.n, c);
            for (int j = 0; j < tile.n; j++) finish(plan, t, i * OG_TILE + j, p * 32, OG_MIN((int64_t)32, t->dim[0] - p * 32), c + j * 32);
        }
}

/* What a thread holds while it multiplies: PAIRS pairs of panels, expanded, and their sums over all tokens. */
typedef struct expanded {
    uint8_t *u;         /* [PAIRS][2][OG_EXPANDED] */
    float *scale, *min; /* [PAIRS][2][OG_SUBS][16] */
    float *c;           /* [rows / 32][tokens][32] */
} expanded;

/* One group, from column k0, of `pairs` pairs of panels times tokens [t0, t1), added to sums [pairs][t1 - t0][32]. */
static void group_times_tiles(const og_plan *plan, const og_tensor *t, const og_quant *q, const expanded *x, float *sums, int pairs,
                              int64_t k0, int nb, int64_t t0, int64_t t1) {
    const og_kernels *k = &plan->cpu->kernels;
    og_gemm_fn *fn = og_kernels_gemm(k, q->type);
    const int offset = q->umax > 127 && k->wide_signed ? 0 : q->offset;
    const int64_t pair = (t1 - t0) * 32;
    for (int64_t i = t0; i < t1; i += OG_TILE) {
        const og_tile tile = og_cpu_tile(plan, t->src[1], i / OG_TILE);
        const int n = tile.n;
        float *c = sums + (i - t0) * 32;
        for (int p = 0; p < pairs; p++) {
            const og_gemm_args args = {
                .u = x->u + p * 2 * OG_EXPANDED,
                .scale = x->scale + p * 2 * OG_SUBS * OG_PANEL,
                .min = x->min + p * 2 * OG_SUBS * OG_PANEL,
                .nb = nb,
                .umax = q->umax,
                .offset = offset,
                .n = n,
                .q = tile.q + k0 * n,
                .d = tile.d + k0 / (q->act == OG_ACT_q8 ? 32 : OG_GROUP) * n,
                .sum = q->group == 16 ? tile.sum16 + k0 / 16 * n : tile.sum32 + k0 / 32 * n,
                .c = c + p * pair,
            };
            fn(&args);
        }
    }
}

/* Panels [first, end), at most ROWS rows, over tokens [t0, t1). A missing second panel of a pair stands for the one before it and is
 * dropped. */
static void rows_times_tokens(const og_plan *plan, const og_tensor *t, const expanded *x, int64_t first, int64_t end, int64_t t0,
                              int64_t t1) {
    const og_cpu_weight *w = t->src[0]->weight->handle;
    const og_quant *q = og_quant_of(t->src[0]->type);
    og_expand_fn *expand = og_kernels_expand(&plan->cpu->kernels, q->type);
    const uint8_t *at = w->panels;
    const int64_t k = t->src[0]->dim[0], pairs = OG_DIV_UP(end - first, 2);
    memset(x->c, 0, (size_t)(pairs * (t1 - t0)) * 32 * sizeof(float));
    for (int64_t k0 = 0; k0 < k; k0 += OG_GROUP) {
        const int nb = (int)OG_MIN((int64_t)OG_GROUP, k - k0) / 32;
        for (int64_t pair = 0; pair < pairs; pair += PAIRS) {
            const int count = (int)OG_MIN((int64_t)PAIRS, pairs - pair);
            for (int p = 0; p < count * 2; p++)
                expand(at + (size_t)OG_MIN(first + pair * 2 + p, end - 1) * w->panel_bytes, nb, x->u + p * OG_EXPANDED,
                       x->scale + p * OG_SUBS * OG_PANEL, x->min + p * OG_SUBS * OG_PANEL);
            group_times_tiles(plan, t, q, x, x->c + pair * (t1 - t0) * 32, count, k0, nb, t0, t1);
        }
        at += og_pack_group_bytes(q->type, nb);
    }
    for (int64_t i = t0; i < t1; i++)
        for (int64_t p = 0; p < pairs; p++) {
            const int64_t row = (first + p * 2) * OG_PANEL;
            finish(plan, t, i, row, OG_MIN((int64_t)32, t->dim[0] - row), x->c + (p * (t1 - t0) + i - t0) * 32);
        }
}

static void run_gemm(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_cpu_weight *w = e->t->src[0]->weight->handle;
    uint8_t *scratch = og_cpu_scratch(plan, thread);
    const expanded x = {scratch, (float *)(void *)(scratch + U_BYTES), (float *)(void *)(scratch + U_BYTES + SCALE_BYTES),
                        (float *)(void *)(scratch + U_BYTES + 2 * SCALE_BYTES)};
    const int64_t t0 = chunk % e->parts * TOKENS, first = chunk / e->parts * e->per;
    rows_times_tokens(plan, e->t, &x, first, OG_MIN(first + e->per, w->n_panels), t0, OG_MIN(t0 + TOKENS, e->t->dim[1]));
}

void og_cpu_prepare_matmul(const og_cpu *cpu, og_exec *e, size_t *scratch) {
    const og_tensor *t = e->t, *w = t->src[0];
    const int64_t panels = OG_DIV_UP(w->dim[1], OG_PANEL), pairs = OG_DIV_UP(panels, 2);
    const size_t panel_bytes = og_pack_panel_bytes(w->type, w->dim[0]);
    const int threads = og_pool_threads(cpu->pool);
    e->parts = 1;
    *scratch = SCRATCH;
    if (og_quant_of(w->type)->is_float) {
        e->run = run_fgemm;
        e->per = OG_MAX((int64_t)1, t->dim[1] == 1 ? (int64_t)(GEMV_CHUNK / OG_MAX(panel_bytes * 2, (size_t)1)) : pairs / (threads * 16));
        e->chunks = (int)OG_DIV_UP(pairs, e->per);
        return;
    }
    if (t->dim[1] == 1 && og_kernels_gemv(&cpu->kernels, w->type)) {
        e->run = run_gemv;
        e->per = OG_MAX((int64_t)1, (int64_t)(GEMV_CHUNK / panel_bytes));
        e->per = OG_MIN(e->per, OG_MAX((int64_t)1, panels / (threads * 4)));
        e->chunks = (int)OG_DIV_UP(panels, e->per);
        *scratch = (size_t)e->per * OG_PANEL * sizeof(float);
        return;
    }
    e->run = run_gemm;
    e->parts = OG_DIV_UP(t->dim[1], TOKENS);
    /* Whole blocks of rows, unless that leaves threads without work. */
    const int64_t fair = OG_DIV_UP(panels * e->parts, threads * 4);
    e->per = OG_MIN((int64_t)ROWS / OG_PANEL, OG_ALIGN_UP(fair, 2 * PAIRS));
    e->chunks = (int)(OG_DIV_UP(panels, e->per) * e->parts);
}

/* ---- packing of activations ---- */

enum { ACTS_COLUMNS = 2048 }; /* of one token: a chunk when there are few tokens */

static void run_acts(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t;
    const og_act act = (og_act)t->i[0];
    const int64_t k = t->dim[0], i = chunk / e->parts, k0 = chunk % e->parts * e->per, width = OG_MIN(e->per, k - k0);
    const float *x = (const float *)og_cpu_data(plan, t->src[0]) + i * OG_TILE * k + k0;
    og_tile tile = og_cpu_tile(plan, t, i);
    if (act == OG_ACT_f32) {
        tile.x += k0 * tile.n;
        plan->cpu->kernels.acts_f32(x, (size_t)k, (int)width, &tile);
        return;
    }
    tile.q += k0 * tile.n;
    tile.d += k0 / (act == OG_ACT_q8 ? 32 : OG_GROUP) * tile.n;
    tile.sum16 += k0 / 16 * tile.n;
    tile.sum32 += k0 / 32 * tile.n;
    (act == OG_ACT_q8 ? plan->cpu->kernels.acts_q8 : plan->cpu->kernels.acts_q8k)(x, (size_t)k, (int)width, &tile);
}

void og_cpu_prepare_acts(const og_cpu *cpu, og_exec *e) {
    (void)cpu;
    const int64_t k = e->t->dim[0], tokens = e->t->dim[1];
    e->run = run_acts;
    e->per = tokens < OG_TILE ? ACTS_COLUMNS : OG_ALIGN_UP(k, OG_GROUP);
    e->parts = OG_DIV_UP(k, e->per);
    e->chunks = (int)(OG_DIV_UP(tokens, OG_TILE) * e->parts);
}
