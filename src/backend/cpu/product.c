#include "backend/cpu/product.h"

#include <string.h>

enum {
    PAIRS = OG_PRODUCT_PAIRS,
    U_BYTES = PAIRS * 2 * OG_EXPANDED,
    SCALE_BYTES = PAIRS * 2 * OG_SUBS * OG_PANEL * 4,
    SCRATCH = U_BYTES + 2 * SCALE_BYTES + OG_PRODUCT_ROWS * OG_PRODUCT_TOKENS * 4,
};

size_t og_product_scratch(void) {
    return SCRATCH;
}

size_t og_product_gemv_scratch(int64_t panels) {
    return (size_t)panels * OG_PANEL * sizeof(float);
}

/* Adds bias and residual and writes rows first..first+n of a token. */
static void finish(const og_product *p, int64_t token, int64_t first, int64_t n, const float *c) {
    const int64_t at = (p->place ? p->place[token] : token) * p->rows + first;
    float *out = p->out + at;
    const float *bias = p->bias ? p->bias + first : NULL, *residual = p->residual ? p->residual + at : NULL;
    if (bias && residual)
        for (int64_t i = 0; i < n; i++) out[i] = (c[i] + bias[i]) + residual[i];
    else if (bias || residual)
        for (int64_t i = 0; i < n; i++) out[i] = c[i] + (bias ? bias : residual)[i];
    else
        memcpy(out, c, (size_t)n * sizeof(float));
}

void og_product_gemv(const og_product *p, int64_t first, int64_t count, uint8_t *scratch) {
    const og_tile tile = og_cpu_tile(&p->tiles, 0);
    float *out = (float *)(void *)scratch;
    og_kernels_gemv(&p->cpu->kernels, p->type)(p->panels + (size_t)first * p->panel_bytes, p->panel_bytes, (int)count, (int)p->k, &tile,
                                               out);
    finish(p, 0, first * OG_PANEL, OG_MIN(count * OG_PANEL, p->rows - first * OG_PANEL), out);
}

size_t og_product_few_scratch(int64_t panels) {
    return OG_TILE * og_product_gemv_scratch(panels);
}

void og_product_few(const og_product *p, int64_t first, int64_t count, uint8_t *scratch) {
    og_few_fn *fn = og_kernels_few(&p->cpu->kernels, p->type);
    float *out = (float *)(void *)scratch;
    for (int64_t i = 0; i < OG_DIV_UP(p->tiles.tokens, OG_TILE); i++) {
        const og_tile tile = og_cpu_tile(&p->tiles, i);
        fn(p->panels + (size_t)first * p->panel_bytes, p->panel_bytes, (int)count, (int)p->k, &tile, out);
        for (int t = 0; t < tile.n; t++)
            finish(p, i * OG_TILE + t, first * OG_PANEL, OG_MIN(count * OG_PANEL, p->rows - first * OG_PANEL), out + t * count * OG_PANEL);
    }
}

/* Panels 2i and 2i + 1 (the second may not exist: its results are dropped). */
static size_t second_panel(const og_product *p, int64_t pair) {
    return pair * 2 + 1 < p->n_panels ? p->panel_bytes : 0;
}

void og_product_floats(const og_product *p, int64_t first, int64_t end, uint8_t *scratch) {
    og_fgemm_fn *fn = og_kernels_fgemm(&p->cpu->kernels, p->type);
    float *c = (float *)(void *)scratch;
    const int64_t tiles = OG_DIV_UP(p->tiles.tokens, OG_TILE);
    for (int64_t pair = first; pair < end; pair++)
        for (int64_t i = 0; i < tiles; i++) {
            const og_tile tile = og_cpu_tile(&p->tiles, i);
            fn(p->panels + (size_t)pair * 2 * p->panel_bytes, second_panel(p, pair), (int)p->k, tile.x, tile.n, c);
            for (int j = 0; j < tile.n; j++) finish(p, i * OG_TILE + j, pair * 32, OG_MIN((int64_t)32, p->rows - pair * 32), c + j * 32);
        }
}

/* What a thread holds while it multiplies: PAIRS pairs of panels, expanded, and their sums over all tokens. */
typedef struct expanded {
    uint8_t *u;         /* [PAIRS][2][OG_EXPANDED] */
    float *scale, *min; /* [PAIRS][2][OG_SUBS][16] */
    float *c;           /* [rows / 32][tokens][32] */
} expanded;

/* One group, from column k0, of `pairs` pairs of panels times tokens [t0, t1), added to sums [pairs][t1 - t0][32]. */
static void group_times_tiles(const og_product *product, const og_quant *q, const expanded *x, float *sums, int pairs, int64_t k0, int nb,
                              int64_t t0, int64_t t1) {
    const og_kernels *k = &product->cpu->kernels;
    og_gemm_fn *fn = og_kernels_gemm(k, q->type);
    const int offset = q->umax > 127 && k->wide_signed ? 0 : q->offset;
    const int64_t pair = (t1 - t0) * 32;
    for (int64_t i = t0; i < t1; i += OG_TILE) {
        const og_tile tile = og_cpu_tile(&product->tiles, i / OG_TILE);
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

/* A missing second panel of a pair stands for the one before it and is dropped. */
void og_product_blocks(const og_product *product, int64_t first, int64_t end, int64_t t0, int64_t t1, uint8_t *scratch) {
    const expanded x = {scratch, (float *)(void *)(scratch + U_BYTES), (float *)(void *)(scratch + U_BYTES + SCALE_BYTES),
                        (float *)(void *)(scratch + U_BYTES + 2 * SCALE_BYTES)};
    const og_quant *q = og_quant_of(product->type);
    og_expand_fn *expand = og_kernels_expand(&product->cpu->kernels, q->type);
    const uint8_t *at = product->panels;
    const int64_t pairs = OG_DIV_UP(end - first, 2);
    memset(x.c, 0, (size_t)(pairs * (t1 - t0)) * 32 * sizeof(float));
    for (int64_t k0 = 0; k0 < product->k; k0 += OG_GROUP) {
        const int nb = (int)OG_MIN((int64_t)OG_GROUP, product->k - k0) / 32;
        for (int64_t pair = 0; pair < pairs; pair += PAIRS) {
            const int count = (int)OG_MIN((int64_t)PAIRS, pairs - pair);
            for (int p = 0; p < count * 2; p++)
                expand(at + (size_t)OG_MIN(first + pair * 2 + p, end - 1) * product->panel_bytes, nb, x.u + p * OG_EXPANDED,
                       x.scale + p * OG_SUBS * OG_PANEL, x.min + p * OG_SUBS * OG_PANEL);
            group_times_tiles(product, q, &x, x.c + pair * (t1 - t0) * 32, count, k0, nb, t0, t1);
        }
        at += og_pack_group_bytes(q->type, nb);
    }
    for (int64_t i = t0; i < t1; i++)
        for (int64_t p = 0; p < pairs; p++) {
            const int64_t row = (first + p * 2) * OG_PANEL;
            finish(product, i, row, OG_MIN((int64_t)32, product->rows - row), x.c + (p * (t1 - t0) + i - t0) * 32);
        }
}
