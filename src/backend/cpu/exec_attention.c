/* exec_attention.c: the KV cache and attention over its pages. */
#include "backend/cpu/cpu_backend.h"

#include <math.h>
#include <string.h>

/* Rows of one head's queries that share a page: enough that reading the page from memory costs little beside the products. */
enum { QUERIES = 128 };

/* The cache that a leaf stands for. */
static const og_kv *kv_of(const og_plan *plan, const og_tensor *cache) {
    return cache->i[3] ? plan->run->memory : plan->run->kv;
}

/* ---- storing ---- */

static void run_kv_store(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t;
    const float *k = og_cpu_data(plan, t->src[1]), *v = t->src[2] ? og_cpu_data(plan, t->src[2]) : NULL;
    const int32_t *place = og_cpu_data(plan, t->src[3]);
    const int64_t d = t->src[1]->dim[0], dv = t->src[2] ? t->src[2]->dim[0] : 0, heads = t->src[1]->dim[1], tokens = t->src[1]->dim[2];
    const og_kv *kv = kv_of(plan, t->src[0]);
    for (int64_t i = chunk * e->per; i < OG_MIN((chunk + 1) * e->per, tokens); i++)
        for (int64_t h = 0; h < heads; h++) {
            const og_kv_head head = og_cpu_kv_head(kv, t->src[0]->i[0], place[i] / OG_KV_PAGE, h);
            og_kv_put(kv->type, &head, place[i] % OG_KV_PAGE, k + (i * heads + h) * d, d, dv ? v + (i * heads + h) * dv : NULL, dv);
        }
}

void og_cpu_prepare_kv_store(og_exec *e, size_t *scratch) {
    (void)scratch;
    e->run = run_kv_store;
    e->per = 8;
    e->chunks = (int)OG_DIV_UP(e->t->src[1]->dim[2], e->per);
}

/* ---- attention ---- */

/* What a thread works on: rows [m] of one KV head's queries, those of `tokens` neighbours of one sequence. */
typedef struct unit {
    int64_t d, dv, heads, heads_kv, group, head_kv; /* where a head of the cache is cut in pieces, each counts as one */
    int64_t pieces;
    int m, tokens;
    float *q, *acc, *sum, *max, *bias, *scratch;
    int *from, *to;
} unit;

static const og_tensor *cache_of(const og_tensor *t) {
    return t->src[1]->op == OG_OP_kv_store ? t->src[1]->src[0] : t->src[1];
}

static void *lay(uint8_t *base, size_t *at, size_t bytes) {
    uint8_t *p = base ? base + *at : NULL;
    *at += OG_ALIGN_UP(bytes, 64);
    return p;
}

/* Lays out a thread's scratch; returns its size. base may be NULL. */
static size_t unit_layout(unit *u, uint8_t *base, int64_t rows) {
    const size_t n = (size_t)rows, wide = (size_t)OG_ALIGN_UP(OG_MAX(u->d, u->dv), 16);
    size_t at = 0;
    u->q = lay(base, &at, n * (size_t)u->d * 4);
    u->acc = lay(base, &at, n * (size_t)u->dv * 4);
    u->sum = lay(base, &at, n * 64);
    u->max = lay(base, &at, n * 4);
    u->from = lay(base, &at, n * sizeof(int));
    u->to = lay(base, &at, n * sizeof(int));
    u->bias = lay(base, &at, n * OG_KV_PAGE * 4);
    u->scratch = lay(base, &at, (n + wide) * OG_KV_PAGE * 4);
    return at;
}

static unit unit_of(const og_tensor *t, int64_t pieces) {
    const og_tensor *cache = cache_of(t);
    unit u = {.d = t->src[0]->dim[0], .dv = t->dim[0], .heads = t->dim[1], .heads_kv = cache->dim[1] * pieces, .pieces = pieces};
    u.group = u.heads / u.heads_kv;
    return u;
}

/* Positions that a token at `pos` sees: lo..hi - 1. `last`: of its sequence in this batch. */
static void range_of(const og_tensor *t, int32_t pos, int32_t last, int32_t *lo, int32_t *hi) {
    const int32_t window = t->i[0], chunk = t->i[1];
    const bool whole = t->i[2] != 0;
    *lo = 0;
    *hi = (whole ? last : pos) + 1;
    if (window > 0) *lo = OG_MAX(0, whole ? pos - window / 2 : pos - window + 1);
    if (window > 0 && whole) *hi = OG_MIN(*hi, pos + window / 2 + 1);
    if (chunk > 0) *lo = OG_MAX(*lo, pos / chunk * chunk);
}

/* What is added to the scores of a query at `pos` for the keys of page p. */
static void fill_bias(const og_tensor *t, const float *table, int64_t head, int32_t pos, int32_t p, float *out) {
    const int32_t reach = (int32_t)(t->src[5]->dim[0] / 2);
    for (int32_t j = 0; j < OG_KV_PAGE; j++) {
        const int32_t d = p * OG_KV_PAGE + j - pos;
        if (t->i[3])
            out[j] = table[head] * (float)(d < 0 ? d : -d);
        else
            out[j] = table[head * t->src[5]->dim[0] + reach + OG_MAX(-reach, OG_MIN(reach, d))];
    }
}

/* The queries, and a softmax that has seen nothing but the head's sink. */
static void begin(const og_plan *plan, const og_tensor *t, unit *u, int64_t first) {
    const float *q = og_cpu_data(plan, t->src[0]), *sinks = t->src[4] ? og_cpu_data(plan, t->src[4]) : NULL;
    u->m = u->tokens * (int)u->group;
    for (int i = 0; i < u->tokens; i++)
        memcpy(u->q + i * u->group * u->d, q + ((first + i) * u->heads + u->head_kv * u->group) * u->d,
               (size_t)(u->group * u->d) * sizeof(float));
    memset(u->acc, 0, (size_t)u->m * (size_t)u->dv * sizeof(float));
    memset(u->sum, 0, (size_t)u->m * 64);
    for (int i = 0; i < u->m; i++) {
        u->max[i] = sinks ? sinks[u->head_kv * u->group + i % u->group] : -INFINITY;
        u->sum[i * 16] = sinks ? 1.0f : 0.0f;
    }
}

static void finish(const og_plan *plan, const og_tensor *t, unit *u, int64_t first) {
    float *out = og_cpu_out(plan, t);
    for (int i = 0; i < u->m; i++) {
        float *lane = u->sum + i * 16;
        for (int h = 8; h > 0; h /= 2)
            for (int j = 0; j < h; j++) lane[j] = lane[j] + lane[j + h];
        float *to = out + ((first + i / u->group) * u->heads + u->head_kv * u->group + i % u->group) * u->dv;
        for (int64_t j = 0; j < u->dv; j++) to[j] = u->acc[i * u->dv + j] / lane[0];
    }
}

/* Tokens [first, first + u->tokens) of one sequence: span entries share their page list. */
static void attend_tokens(const og_plan *plan, const og_tensor *t, unit *u, int64_t first) {
    const og_tensor *cache = cache_of(t);
    const int32_t *span = og_cpu_data(plan, t->src[2]), list = span[2 * first + 1];
    const int32_t *pages = (const int32_t *)og_cpu_data(plan, t->src[3]) + list;
    const float *table = t->src[5] ? og_cpu_data(plan, t->src[5]) : NULL;
    int32_t last = 0, begins = INT32_MAX, ends = 0;
    for (int64_t i = 0; t->i[2] && i < t->dim[2]; i++)
        if (span[2 * i + 1] == list) last = OG_MAX(last, span[2 * i]);
    for (int i = 0; i < u->tokens; i++) {
        int32_t lo, hi;
        range_of(t, span[2 * (first + i)], last, &lo, &hi);
        begins = OG_MIN(begins, lo);
        ends = OG_MAX(ends, hi);
    }
    og_attend_fn *attend = og_kernels_attend(&plan->cpu->kernels, kv_of(plan, cache)->type);
    const int64_t at = u->head_kv / u->pieces;
    begin(plan, t, u, first);
    for (int32_t p = begins / OG_KV_PAGE; p * OG_KV_PAGE < ends; p++) {
        for (int i = 0; i < u->m; i++) {
            const int32_t pos = span[2 * (first + i / u->group)];
            int32_t lo, hi;
            range_of(t, pos, last, &lo, &hi);
            u->from[i] = OG_MAX(0, OG_MIN(OG_KV_PAGE, lo - p * OG_KV_PAGE));
            u->to[i] = OG_MAX(0, OG_MIN(OG_KV_PAGE, hi - p * OG_KV_PAGE));
            if (table) fill_bias(t, table, u->head_kv * u->group + i % u->group, pos, p, u->bias + i * OG_KV_PAGE);
        }
        const og_kv_head head = og_cpu_kv_head(kv_of(plan, cache), cache->i[0], pages[p], at);
        const og_attend_args args = {.m = u->m,
                                     .dim = (int)u->d,
                                     .dim_v = (int)u->dv,
                                     .q = u->q,
                                     .k = head.k,
                                     .k_scale = head.k_scale,
                                     .v = cache->i[2] ? head.v : NULL,
                                     .v_scale = head.v_scale,
                                     .next = (p + 1) * OG_KV_PAGE < ends ? og_cpu_kv_at(kv_of(plan, cache), cache->i[0], pages[p + 1], at)
                                                                         : NULL,
                                     .next_bytes = kv_of(plan, cache)->layer[cache->i[0]].head,
                                     .from = u->from,
                                     .to = u->to,
                                     .scale = t->f[0],
                                     .cap = t->f[1],
                                     .bias = table ? u->bias : NULL,
                                     .max = u->max,
                                     .sum = u->sum,
                                     .acc = u->acc,
                                     .scratch = u->scratch};
        attend(&args);
    }
    finish(plan, t, u, first);
}

static void run_attention(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_tensor *t = e->t;
    const int32_t *span = og_cpu_data(plan, t->src[2]);
    unit u = unit_of(t, e->parts);
    u.head_kv = chunk % u.heads_kv;
    unit_layout(&u, og_cpu_scratch(plan, thread), e->per * u.group);
    /* The longest first, so that no thread is left with a long one at the end. */
    const int64_t block = e->chunks / u.heads_kv - 1 - chunk / u.heads_kv, end = OG_MIN((block + 1) * e->per, t->dim[2]);
    for (int64_t i = block * e->per; i < end; i += u.tokens) {
        u.tokens = 1;
        while (i + u.tokens < end && span[2 * (i + u.tokens) + 1] == span[2 * i + 1]) u.tokens++;
        attend_tokens(plan, t, &u, i);
    }
}

void og_cpu_prepare_attention(const og_cpu *cpu, og_exec *e, size_t *scratch) {
    unit u = unit_of(e->t, 1);
    e->run = run_attention;
    /* Fewer heads in the cache than threads: their queries are divided. */
    for (e->parts = 1; u.heads_kv < og_pool_threads(cpu->pool) && u.group % 2 == 0;) u = unit_of(e->t, e->parts *= 2);
    e->per = OG_MAX((int64_t)1, QUERIES / u.group);
    e->chunks = (int)(u.heads_kv * OG_DIV_UP(e->t->dim[2], e->per));
    *scratch = unit_layout(&u, NULL, e->per * u.group);
}

/* ---- scores by themselves ---- */

/* One page of positions for all heads and tokens; sums go over the head's dimensions in order. */
static void run_scores(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_tensor *t = e->t, *cache = cache_of(t);
    const float *q = og_cpu_data(plan, t->src[0]);
    const int32_t *pages = og_cpu_data(plan, t->src[2]);
    const int64_t d = t->src[0]->dim[0], heads = t->dim[1], group = heads / cache->dim[1], first = (int64_t)chunk * OG_KV_PAGE;
    const int64_t n = OG_MIN((int64_t)OG_KV_PAGE, t->dim[0] - first);
    float *key = (float *)(void *)og_cpu_scratch(plan, thread);
    for (int64_t h = 0; h < heads; h++) {
        const og_kv_head head = og_cpu_kv_head(kv_of(plan, cache), cache->i[0], pages[chunk], h / group);
        const uint16_t *half = (const uint16_t *)(const void *)head.k;
        for (int64_t i = 0; i < d * OG_KV_PAGE; i++) key[i] = og_f16_to_f32(half[i]);
        for (int64_t token = 0; token < t->dim[2]; token++) {
            const float *query = q + (token * heads + h) * d;
            float sum[OG_KV_PAGE] = {0};
            for (int64_t j = 0; j < d; j++)
                for (int64_t i = 0; i < OG_KV_PAGE; i++) sum[i] += query[j] * key[j * OG_KV_PAGE + i];
            float *out = og_cpu_out(plan, t) + (token * heads + h) * t->dim[0] + first;
            for (int64_t i = 0; i < n; i++) out[i] = sum[i] * t->f[0];
        }
    }
}

void og_cpu_prepare_scores(og_exec *e, size_t *scratch) {
    e->run = run_scores;
    *scratch = (size_t)e->t->src[0]->dim[0] * OG_KV_PAGE * sizeof(float);
    e->chunks = (int)OG_DIV_UP(e->t->dim[0], (int64_t)OG_KV_PAGE);
}
