/* exec_attention.c: the KV cache and attention over its pages. */
#include "backend/cpu/cpu_backend.h"

#include <math.h>
#include <string.h>

/* Rows of one head's queries that share a page: enough that reading the page from memory costs little beside the products. */
enum { QUERIES = 128 };

/* ---- storing ---- */

static void run_kv_store(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t;
    const float *k = og_cpu_data(plan, t->src[1]), *v = og_cpu_data(plan, t->src[2]);
    const int32_t *place = og_cpu_data(plan, t->src[3]);
    const int64_t d = t->src[1]->dim[0], heads = t->src[1]->dim[1], tokens = t->src[1]->dim[2];
    for (int64_t i = chunk * e->per; i < OG_MIN((chunk + 1) * e->per, tokens); i++)
        for (int64_t h = 0; h < heads; h++) {
            uint16_t *keys = og_kv_head(plan->run->kv, t->src[0]->i[0], place[i] / OG_KV_PAGE, h), *values = keys + d * OG_KV_PAGE;
            const int64_t slot = place[i] % OG_KV_PAGE;
            for (int64_t j = 0; j < d; j++) {
                keys[j * OG_KV_PAGE + slot] = og_f32_to_f16(k[(i * heads + h) * d + j]);
                values[slot * d + j] = og_f32_to_f16(v[(i * heads + h) * d + j]);
            }
        }
}

void og_cpu_prepare_kv_store(og_exec *e, size_t *scratch) {
    (void)scratch;
    e->run = run_kv_store;
    e->per = 8;
    e->chunks = (int)OG_DIV_UP(e->t->src[1]->dim[2], e->per);
}

/* ---- attention ---- */

typedef struct unit {
    int64_t d, heads, heads_kv, group, head_kv;
    int m, tokens;
    float *q, *acc, *sum, *max, *scratch;
    int *valid;
} unit;

/* Lays out a thread's scratch; returns its size. base may be NULL. */
static size_t unit_layout(unit *u, uint8_t *base, int64_t d, int64_t rows) {
    const size_t matrix = OG_ALIGN_UP((size_t)(rows * d) * 4, 64), d16 = (size_t)OG_ALIGN_UP(d, 16);
    size_t at = 0;
    const size_t q = at;
    at += matrix;
    const size_t acc = at;
    at += matrix;
    const size_t sum = at;
    at += (size_t)rows * 64;
    const size_t max = at;
    at += OG_ALIGN_UP((size_t)rows * 4, 64);
    const size_t valid = at;
    at += OG_ALIGN_UP((size_t)rows * sizeof(int), 64);
    const size_t scratch = at;
    at += ((size_t)rows + d16) * OG_KV_PAGE * 4;
    if (base) {
        u->q = (float *)(void *)(base + q);
        u->acc = (float *)(void *)(base + acc);
        u->sum = (float *)(void *)(base + sum);
        u->max = (float *)(void *)(base + max);
        u->valid = (int *)(void *)(base + valid);
        u->scratch = (float *)(void *)(base + scratch);
    }
    return at;
}

/* Tokens [first, first + u->tokens) of one sequence: span entries share their page list. */
static void attend_tokens(const og_plan *plan, const og_tensor *t, unit *u, int64_t first) {
    const og_tensor *cache = t->src[1]->op == OG_OP_kv_store ? t->src[1]->src[0] : t->src[1];
    const float *q = og_cpu_data(plan, t->src[0]);
    const int32_t *span = og_cpu_data(plan, t->src[2]), *pages = (const int32_t *)og_cpu_data(plan, t->src[3]) + span[2 * first + 1];
    float *out = og_cpu_out(plan, t);
    const size_t row = (size_t)(u->group * u->d) * sizeof(float);
    int32_t last = 0;
    u->m = u->tokens * (int)u->group;
    for (int i = 0; i < u->tokens; i++) {
        memcpy(u->q + i * u->group * u->d, q + ((first + i) * u->heads + u->head_kv * u->group) * u->d, row);
        last = OG_MAX(last, span[2 * (first + i)]);
    }
    memset(u->acc, 0, (size_t)u->m * (size_t)u->d * sizeof(float));
    memset(u->sum, 0, (size_t)u->m * 64);
    for (int i = 0; i < u->m; i++) u->max[i] = -INFINITY;
    for (int32_t p = 0; p <= last / OG_KV_PAGE; p++) {
        for (int i = 0; i < u->m; i++) {
            const int32_t seen = span[2 * (first + i / u->group)] + 1 - p * OG_KV_PAGE;
            u->valid[i] = OG_MAX(0, OG_MIN(OG_KV_PAGE, seen));
        }
        const uint16_t *keys = og_kv_head(plan->run->kv, cache->i[0], pages[p], u->head_kv);
        const og_attend_args args = {.m = u->m,
                                     .dim = (int)u->d,
                                     .q = u->q,
                                     .k = keys,
                                     .v = keys + u->d * OG_KV_PAGE,
                                     .valid = u->valid,
                                     .scale = t->f[0],
                                     .max = u->max,
                                     .sum = u->sum,
                                     .acc = u->acc,
                                     .scratch = u->scratch};
        plan->cpu->kernels.attend(&args);
    }
    for (int i = 0; i < u->m; i++) {
        float *lane = u->sum + i * 16;
        for (int h = 8; h > 0; h /= 2)
            for (int j = 0; j < h; j++) lane[j] = lane[j] + lane[j + h];
        float *to = out + ((first + i / u->group) * u->heads + u->head_kv * u->group + i % u->group) * u->d;
        for (int64_t j = 0; j < u->d; j++) to[j] = u->acc[i * u->d + j] / lane[0];
    }
}

static void run_attention(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_tensor *t = e->t;
    const og_tensor *cache = t->src[1]->op == OG_OP_kv_store ? t->src[1]->src[0] : t->src[1];
    const int32_t *span = og_cpu_data(plan, t->src[2]);
    unit u = {.d = t->dim[0], .heads = t->dim[1], .heads_kv = cache->dim[1]};
    u.group = u.heads / u.heads_kv;
    u.head_kv = chunk % u.heads_kv;
    unit_layout(&u, og_cpu_scratch(plan, thread), u.d, e->per * u.group);
    /* The longest first, so that no thread is left with a long one at the end. */
    const int64_t block = e->chunks / u.heads_kv - 1 - chunk / u.heads_kv, end = OG_MIN((block + 1) * e->per, t->dim[2]);
    for (int64_t i = block * e->per; i < end; i += u.tokens) {
        u.tokens = 1;
        while (i + u.tokens < end && span[2 * (i + u.tokens) + 1] == span[2 * i + 1]) u.tokens++;
        attend_tokens(plan, t, &u, i);
    }
}

void og_cpu_prepare_attention(const og_cpu *cpu, og_exec *e, size_t *scratch) {
    (void)cpu;
    const og_tensor *t = e->t, *cache = t->src[1]->op == OG_OP_kv_store ? t->src[1]->src[0] : t->src[1];
    const int64_t heads_kv = cache->dim[1], group = t->dim[1] / heads_kv;
    unit u;
    e->run = run_attention;
    e->per = OG_MAX((int64_t)1, QUERIES / group);
    e->chunks = (int)(heads_kv * OG_DIV_UP(t->dim[2], e->per));
    *scratch = unit_layout(&u, NULL, t->dim[0], e->per * group);
}
