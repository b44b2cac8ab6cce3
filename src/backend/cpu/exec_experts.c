/* exec_experts.c: mixtures of experts. Which experts a token goes to is data: chunks are cut for the most that a batch of the shape can
 * meet, and those of experts that were not met are empty. */
#include "backend/cpu/product.h"
#include "base/real.h"

#include <math.h>
#include <string.h>

/* ---- routing ---- */

/* Weights whose sum is smaller are divided by this instead, as llama.cpp does. */
#define LEAST_SUM 6.103515625e-5f

typedef struct router {
    const og_tensor *t;
    int n, used; /* experts; those of a token */
    float *score, *choice;
    double *part; /* of the softmax */
} router;

static size_t router_layout(router *r, uint8_t *base, int n) {
    const size_t floats = OG_ALIGN_UP((size_t)n * sizeof(float), 64);
    if (base) {
        r->score = (float *)(void *)base;
        r->choice = (float *)(void *)(base + floats);
        r->part = (double *)(void *)(base + 2 * floats);
    }
    return 2 * floats + (size_t)n * sizeof(double);
}

/* out[i] = exp(x[i]) / sum of all, in double. x may be out. */
static void softmax(const router *r, const float *x, float *out, int n) {
    float max = x[0];
    double sum = 0;
    for (int i = 1; i < n; i++) max = x[i] > max ? x[i] : max;
    for (int i = 0; i < n; i++) sum += r->part[i] = og_real_exp((double)x[i] - (double)max);
    for (int i = 0; i < n; i++) out[i] = (float)(r->part[i] / sum);
}

static void score(const router *r, const float *logits) {
    switch ((og_score)r->t->i[0]) {
    case OG_SCORE_SOFTMAX:
        softmax(r, logits, r->score, r->n);
        return;
    case OG_SCORE_SIGMOID:
        for (int i = 0; i < r->n; i++) r->score[i] = (float)(1 / (1 + og_real_exp(-(double)logits[i])));
        return;
    case OG_SCORE_CHOSEN:
        memcpy(r->score, logits, (size_t)r->n * sizeof(float));
        return;
    }
}

/* Index of the largest of x[0..n) that is not -INFINITY, the first of equals; of nothing but -INFINITY and NaN, the first that is NaN, so
 * that damaged numbers choose something. */
static int largest(const float *x, int n) {
    int best = -1;
    for (int i = 0; i < n; i++)
        if (x[i] != -INFINITY && (best < 0 || x[i] > x[best])) best = i;
    return best < 0 ? 0 : best;
}

/* Leaves the experts of the best groups and sets the others to -INFINITY. A group is as good as its two best together. */
static void choose_groups(const router *r) {
    const int groups = r->t->i[2], kept = r->t->i[3], each = r->n / groups;
    for (int g = 0; g < groups; g++) {
        float *x = r->choice + g * each, first = -INFINITY, second = -INFINITY;
        for (int i = 0; i < each; i++)
            if (x[i] > first) {
                second = first;
                first = x[i];
            } else if (x[i] > second) {
                second = x[i];
            }
        r->part[g] = (double)first + (double)second;
    }
    for (int g = 0; g < groups; g++) {
        int better = 0;
        for (int o = 0; o < groups; o++) better += r->part[o] > r->part[g] || (r->part[o] == r->part[g] && o < g);
        if (better < kept) continue;
        for (int i = 0; i < each; i++) r->choice[g * each + i] = -INFINITY;
    }
}

static void route_token(const router *r, const float *logits, const float *bias, int32_t *ids, float *weights) {
    score(r, logits);
    for (int i = 0; i < r->n; i++) r->choice[i] = r->score[i] + (bias ? bias[i] : 0.0f);
    if (r->t->i[2] > 1) choose_groups(r);
    for (int u = 0; u < r->used; u++) {
        ids[u] = largest(r->choice, r->n);
        weights[u] = r->score[ids[u]];
        r->choice[ids[u]] = -INFINITY;
    }
    if (r->t->i[0] == OG_SCORE_CHOSEN) softmax(r, weights, weights, r->used);
    if (r->t->i[1]) {
        float sum = 0;
        for (int u = 0; u < r->used; u++) sum += weights[u];
        for (int u = 0; u < r->used; u++) weights[u] /= OG_MAX(sum, LEAST_SUM);
    }
    for (int u = 0; u < r->used; u++) weights[u] *= r->t->f[0];
}

static float *weights_of(int32_t *route, const og_tensor *t) {
    return (float *)(void *)(route + t->dim[0] * t->dim[1]);
}

static void run_route(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_tensor *t = e->t;
    router r = {.t = t, .n = (int)t->src[0]->dim[0], .used = (int)t->dim[0]};
    router_layout(&r, og_cpu_scratch(plan, thread), r.n);
    const float *logits = og_cpu_data(plan, t->src[0]), *bias = t->src[1] ? og_cpu_data(plan, t->src[1]) : NULL;
    int32_t *ids = (int32_t *)(void *)og_cpu_out(plan, t);
    float *weights = weights_of(ids, t);
    for (int64_t i = chunk * e->per; i < OG_MIN((chunk + 1) * e->per, t->dim[1]); i++)
        route_token(&r, logits + i * r.n, bias, ids + i * r.used, weights + i * r.used);
}

void og_cpu_prepare_route(og_exec *e, size_t *scratch) {
    router r;
    e->run = run_route;
    e->per = 8;
    e->chunks = (int)OG_DIV_UP(e->t->dim[1], e->per);
    *scratch = router_layout(&r, NULL, (int)e->t->src[0]->dim[0]);
}

static void run_route_each(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)chunk;
    (void)thread;
    const og_tensor *t = e->t;
    int32_t *ids = (int32_t *)(void *)og_cpu_out(plan, t);
    float *weights = weights_of(ids, t);
    for (int64_t s = 0; s < t->dim[0] * t->dim[1]; s++) {
        ids[s] = (int32_t)(s % t->dim[0]);
        weights[s] = 1;
    }
}

void og_cpu_prepare_route_each(og_exec *e) {
    e->run = run_route_each;
    e->chunks = 1;
}

/* ---- slots by expert ---- */

/* The parts of a group's numbers; see tensor.h. */
typedef struct group {
    int32_t *n, *expert, *first, *slot;
} group;

static group group_of(const og_plan *plan, const og_tensor *t) {
    int32_t *at = (int32_t *)(void *)og_cpu_out(plan, t);
    const int64_t most = og_group_experts(t->src[0]);
    return (group){at, at + 1, at + 1 + most, at + 2 + 2 * most};
}

static void run_group(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)chunk;
    const og_tensor *route = e->t->src[0];
    const int32_t *ids = og_cpu_data(plan, route);
    const int64_t slots = route->dim[0] * route->dim[1], experts = og_route_experts(route);
    const group g = group_of(plan, e->t);
    int32_t *at = (int32_t *)(void *)og_cpu_scratch(plan, thread), row = 0; /* counts, then the next row of each */
    memset(at, 0, (size_t)experts * sizeof *at);
    for (int64_t s = 0; s < slots; s++) at[ids[s]]++;
    *g.n = 0;
    for (int32_t x = 0; x < experts; x++) {
        const int32_t count = at[x];
        at[x] = row;
        if (!count) continue;
        g.expert[*g.n] = x;
        g.first[*g.n] = row;
        row += count;
        ++*g.n;
    }
    g.first[*g.n] = row;
    for (int32_t s = 0; s < slots; s++) g.slot[at[ids[s]]++] = s;
}

void og_cpu_prepare_group(og_exec *e, size_t *scratch) {
    e->run = run_group;
    e->chunks = 1;
    *scratch = (size_t)og_route_experts(e->t->src[0]) * sizeof(int32_t);
}

/* Tiles of the rows of the i-th expert that was met. */
static og_tiles tiles_of(const og_plan *plan, const og_tensor *acts, const group *g, int64_t i) {
    og_tiles tiles = og_cpu_tiles(plan, acts);
    const int64_t one = og_acts_bytes(tiles.act, tiles.k, 1);
    tiles.at += g->first[i] * one;
    tiles.step = OG_TILE * one;
    tiles.tokens = g->first[i + 1] - g->first[i];
    return tiles;
}

/* Words of n tokens side by side: to[k * n + t] = from[t][k]. Everything in a tile is words of 4 bytes. */
static void interleave(const void *const from[OG_TILE], int n, int64_t words, void *to) {
    uint32_t *out = to;
    if (n == OG_TILE) {
        const uint32_t *a = from[0], *b = from[1], *c = from[2], *d = from[3], *e = from[4], *f = from[5], *g = from[6], *h = from[7];
        for (int64_t k = 0; k < words; k++, out += OG_TILE) {
            out[0] = a[k], out[1] = b[k], out[2] = c[k], out[3] = d[k];
            out[4] = e[k], out[5] = f[k], out[6] = g[k], out[7] = h[k];
        }
        return;
    }
    for (int t = 0; t < n; t++)
        for (int64_t k = 0; k < words; k++) out[k * n + t] = ((const uint32_t *)from[t])[k];
}

/* Tile i of `to` from the tokens that row `first` and the next are slots of. */
static void gather_tile(const og_tiles *from, const og_tiles *to, int64_t i, const int32_t *slot, int64_t each) {
    const og_tile out = og_cpu_tile(to, i);
    const int64_t k = to->k;
    const void *part[4][OG_TILE] = {{0}};
    for (int t = 0; t < out.n; t++) {
        const og_tile one = og_cpu_tile(from, slot[i * OG_TILE + t] / each);
        part[0][t] = to->act == OG_ACT_f32 ? (const void *)one.x : one.q;
        part[1][t] = one.d;
        part[2][t] = one.sum16;
        part[3][t] = one.sum32;
    }
    if (to->act == OG_ACT_f32) {
        interleave(part[0], out.n, k, out.x);
        return;
    }
    interleave(part[0], out.n, k / 4, out.q);
    interleave(part[1], out.n, to->act == OG_ACT_q8 ? k / 32 : OG_DIV_UP(k, OG_GROUP), out.d);
    interleave(part[2], out.n, k / 16, out.sum16);
    interleave(part[3], out.n, k / 32, out.sum32);
}

static void run_group_acts(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t, *tokens = t->src[0];
    const group g = group_of(plan, t->src[1]);
    if (chunk >= *g.n) return;
    const og_tiles from = og_cpu_tiles(plan, tokens), to = tiles_of(plan, t, &g, chunk);
    for (int64_t i = 0; i < OG_DIV_UP(to.tokens, OG_TILE); i++)
        gather_tile(&from, &to, i, g.slot + g.first[chunk], t->dim[1] / tokens->dim[1]);
}

void og_cpu_prepare_group_acts(og_exec *e) {
    e->run = run_group_acts;
    e->chunks = (int)og_group_experts(e->t->src[1]->src[0]);
}

/* ---- products ---- */

static og_product product_of(const og_plan *plan, const og_tensor *t, int32_t expert) {
    const og_cpu_weight *w = t->src[0]->weight->handle;
    const float *bias = t->src[3] ? og_cpu_data(plan, t->src[3]) : NULL;
    return (og_product){
        .cpu = plan->cpu,
        .type = t->src[0]->type,
        .k = t->src[0]->dim[0],
        .rows = t->dim[0],
        .n_panels = w->n_panels,
        .panels = w->panels + (size_t)(expert * w->n_panels) * w->panel_bytes,
        .panel_bytes = w->panel_bytes,
        .out = og_cpu_out(plan, t),
        .bias = bias ? bias + expert * t->dim[0] : NULL,
    };
}

/* Panels [first, end) times whatever tokens there are. */
static void multiply(const og_product *p, int64_t first, int64_t end, uint8_t *scratch) {
    if (og_quant_of(p->type)->is_float) {
        og_product_floats(p, first / 2, OG_DIV_UP(end, 2), scratch);
    } else if (p->tiles.tokens == 1 && og_kernels_gemv(&p->cpu->kernels, p->type)) {
        og_product_gemv(p, first, end - first, scratch);
    } else {
        for (int64_t t = 0; t < p->tiles.tokens; t += OG_PRODUCT_TOKENS)
            og_product_blocks(p, first, end, t, OG_MIN(t + OG_PRODUCT_TOKENS, p->tiles.tokens), scratch);
    }
}

/* One token: the experts are its slots, and each reads the token, or the slot's own row, as it was packed. */
static void run_slots(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_tensor *t = e->t, *acts = t->src[1];
    const int32_t slot = (int32_t)(chunk / e->parts), *ids = og_cpu_data(plan, t->src[2]);
    og_product p = product_of(plan, t, ids[slot]);
    p.tiles = og_cpu_tiles(plan, acts);
    p.tiles.at += acts->dim[1] == 1 ? 0 : slot * p.tiles.step;
    p.tiles.tokens = 1;
    p.out += slot * p.rows;
    const int64_t first = chunk % e->parts * e->per;
    multiply(&p, first, OG_MIN(first + e->per, p.n_panels), og_cpu_scratch(plan, thread));
}

static void run_groups(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_tensor *t = e->t;
    const group g = group_of(plan, t->src[2]);
    const int64_t i = chunk / e->parts, first = chunk % e->parts * e->per;
    if (i >= *g.n) return;
    og_product p = product_of(plan, t, g.expert[i]);
    p.tiles = tiles_of(plan, t->src[1], &g, i);
    p.place = g.slot + g.first[i];
    multiply(&p, first, OG_MIN(first + e->per, p.n_panels), og_cpu_scratch(plan, thread));
}

void og_cpu_prepare_matmul_experts(const og_cpu *cpu, og_exec *e, size_t *scratch) {
    const og_tensor *t = e->t, *w = t->src[0], *route = t->src[5];
    const int64_t panels = OG_DIV_UP(w->dim[1], OG_PANEL), experts = og_group_experts(route);
    const int64_t bytes = (int64_t)og_pack_panel_bytes(w->type, w->dim[0]);
    const int64_t some = t->src[2] == route ? OG_PRODUCT_CHUNK / OG_MAX(bytes, (int64_t)1) : OG_PRODUCT_ROWS / OG_PANEL;
    const int64_t fair = OG_DIV_UP(panels * experts, og_pool_threads(cpu->pool) * 4);
    e->run = t->src[2] == route ? run_slots : run_groups;
    e->per = OG_ALIGN_UP(OG_MAX((int64_t)1, OG_MIN(some, fair)), 2 * OG_PRODUCT_PAIRS);
    e->per = OG_MIN(e->per, (int64_t)OG_PRODUCT_ROWS / OG_PANEL);
    e->parts = OG_DIV_UP(panels, e->per);
    e->chunks = (int)(experts * e->parts);
    *scratch = OG_MAX(og_product_scratch(), og_product_gemv_scratch(e->per));
}

/* ---- sums ---- */

static void run_sum_experts(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t, *route = t->src[1];
    const int64_t n = t->dim[0], used = route->dim[0], tokens = t->dim[1];
    const float *y = og_cpu_data(plan, t->src[0]), *residual = t->src[3] ? og_cpu_data(plan, t->src[3]) : NULL;
    const float *weights = (const float *)og_cpu_data(plan, route) + used * tokens;
    for (int64_t i = chunk * e->per; i < OG_MIN((chunk + 1) * e->per, tokens); i++)
        plan->cpu->kernels.weigh(y + i * used * n, (size_t)n, weights + i * used, (int)used, residual ? residual + i * n : NULL,
                                 og_cpu_out(plan, t) + i * n, (int)n);
}

void og_cpu_prepare_sum_experts(og_exec *e) {
    e->run = run_sum_experts;
    e->per = 4;
    e->chunks = (int)OG_DIV_UP(e->t->dim[1], e->per);
}
