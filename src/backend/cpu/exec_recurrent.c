/* exec_recurrent.c: nodes that read and write recurrent states. Work is cut across channels or heads; each piece takes the batch's runs in
 * order, token after token, so that results do not depend on chunks or neighbours. */
#include "backend/cpu/cpu_backend.h"
#include "base/real.h"

#include <string.h>

enum { CHUNK_FLOATS = 16384 };

/* ---- runs ---- */

typedef struct run {
    int64_t first, end; /* tokens */
    int from, to;
} run;

/* The run that begins at token r->end; false after the last token. */
static bool next_run(const int32_t *slots, int64_t tokens, run *r) {
    r->first = r->end;
    if (r->first == tokens) return false;
    r->from = slots[2 * r->first];
    r->to = slots[2 * r->first + 1];
    while (r->end < tokens && slots[2 * r->end] == r->from && slots[2 * r->end + 1] == r->to) r->end++;
    return true;
}

/* The leaf's part of a slot, `at` floats into it. */
static float *state_at(const og_plan *plan, const og_tensor *leaf, int slot, int64_t at) {
    const og_states *s = plan->run->states;
    return s->data + (size_t)slot * s->slot + s->layer[leaf->i[0]] + (size_t)(leaf->i[1] + at);
}

/* Chunks of as many of `units` pieces, of `cost` floats each, as are worth handing to another thread. */
static void cut(og_exec *e, int64_t units, int64_t cost) {
    e->per = OG_MAX((int64_t)1, CHUNK_FLOATS / OG_MAX(cost, (int64_t)1));
    e->chunks = (int)OG_DIV_UP(units, e->per);
}

/* ---- convolution ---- */

static void run_conv(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t, *leaf = t->src[3];
    const int64_t channels = t->dim[0], c = chunk * e->per * 16, taps = t->src[1]->dim[0];
    const float *x = og_cpu_data(plan, t->src[0]), *w = og_cpu_data(plan, t->src[1]);
    const float *bias = t->src[2] ? (const float *)og_cpu_data(plan, t->src[2]) + c : NULL;
    const int32_t *slots = og_cpu_data(plan, leaf->src[0]);
    float *out = og_cpu_out(plan, t);
    for (run r = {0}; next_run(slots, t->dim[1], &r);) {
        const og_conv_args args = {.n = (int)OG_MIN(e->per * 16, channels - c),
                                   .taps = (int)taps,
                                   .tokens = (int)(r.end - r.first),
                                   .x = x + r.first * channels + c,
                                   .out = out + r.first * channels + c,
                                   .w = w + c * taps,
                                   .bias = bias,
                                   .from = r.from < 0 ? NULL : state_at(plan, leaf, r.from, c),
                                   .to = state_at(plan, leaf, r.to, c),
                                   .stride = (size_t)channels,
                                   .silu = t->i[0] != 0};
        plan->cpu->kernels.conv(&args);
    }
}

void og_cpu_prepare_conv(og_exec *e) {
    const og_tensor *t = e->t;
    e->run = run_conv;
    cut(e, OG_DIV_UP(t->dim[0], 16), t->dim[1] * t->src[1]->dim[0] * 16);
}

/* ---- state space and delta rule ---- */

static double sigmoid(double x) {
    return 1 / (1 + og_real_exp(-x));
}

/* log(1 + exp(x)) */
static double softplus(double x) {
    return x > 30 ? x : og_real_log(1 + og_real_exp(x));
}

/* Where head h of n floats reads its state for a run's first token: a sequence that begins reads zeros. */
static const float *first_state(const og_plan *plan, const og_tensor *leaf, const run *r, int64_t h, int64_t n) {
    if (r->from >= 0) return state_at(plan, leaf, r->from, h * n);
    return memset(state_at(plan, leaf, r->to, h * n), 0, (size_t)n * sizeof(float));
}

static void run_ssm_head(const og_plan *plan, const og_tensor *t, int64_t h, const run *r) {
    const og_tensor *leaf = t->src[5];
    const int64_t p = t->dim[0], heads = t->dim[1], row = t->src[0]->dim[0], groups = t->i[0], n = (row - p * heads) / 2 / groups;
    const float *xbc = og_cpu_data(plan, t->src[0]), *dt = og_cpu_data(plan, t->src[1]), *dt_bias = og_cpu_data(plan, t->src[2]);
    const float *a = og_cpu_data(plan, t->src[3]), *d = og_cpu_data(plan, t->src[4]);
    float *out = og_cpu_out(plan, t);
    const int64_t group = h / (heads / groups);
    og_ssm_args args = {.n = (int)n, .dim = (int)p, .from = first_state(plan, leaf, r, h, n * p), .d = d[h]};
    args.to = state_at(plan, leaf, r->to, h * n * p);
    for (int64_t i = r->first; i < r->end; i++) {
        const double step = softplus((double)dt[i * heads + h] + (double)dt_bias[h]);
        args.step = (float)step;
        args.decay = (float)og_real_exp(step * (double)a[h]);
        args.x = xbc + i * row + h * p;
        args.b = xbc + i * row + heads * p + group * n;
        args.c = args.b + groups * n;
        args.y = out + (i * heads + h) * p;
        plan->cpu->kernels.ssm(&args);
        args.from = args.to;
    }
}

static void run_ssm(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t;
    const int32_t *slots = og_cpu_data(plan, t->src[5]->src[0]);
    for (int64_t h = chunk * e->per; h < OG_MIN((chunk + 1) * e->per, t->dim[1]); h++)
        for (run r = {0}; next_run(slots, t->dim[2], &r);) run_ssm_head(plan, t, h, &r);
}

void og_cpu_prepare_ssm(og_exec *e) {
    const og_tensor *t = e->t;
    e->run = run_ssm;
    cut(e, t->dim[1], t->dim[2] * (t->src[5]->dim[0] / t->dim[1]));
}

static void run_delta_head(const og_plan *plan, const og_tensor *t, int64_t h, const run *r, float *scratch) {
    const og_tensor *leaf = t->src[5];
    const int64_t dv = t->dim[0], heads = t->dim[1], row = t->src[0]->dim[0], keys = t->i[0], dk = (row - dv * heads) / 2 / keys;
    const float *qkv = og_cpu_data(plan, t->src[0]), *alpha = og_cpu_data(plan, t->src[1]), *beta = og_cpu_data(plan, t->src[2]);
    const float *dt_bias = og_cpu_data(plan, t->src[3]), *a = og_cpu_data(plan, t->src[4]);
    float *out = og_cpu_out(plan, t);
    const int64_t key = t->i[1] ? h % keys : h / (heads / keys);
    og_delta_args args = {.n = (int)dk, .dim = (int)dv, .from = first_state(plan, leaf, r, h, dk * dv), .scratch = scratch};
    args.to = state_at(plan, leaf, r->to, h * dk * dv);
    args.scale = 1.0f / sqrtf((float)dk);
    for (int64_t i = r->first; i < r->end; i++) {
        args.decay = (float)og_real_exp((double)a[h] * softplus((double)alpha[i * heads + h] + (double)dt_bias[h]));
        args.beta = (float)sigmoid((double)beta[i * heads + h]);
        args.q = qkv + i * row + key * dk;
        args.k = args.q + keys * dk;
        args.v = qkv + i * row + 2 * keys * dk + h * dv;
        args.y = out + (i * heads + h) * dv;
        plan->cpu->kernels.delta(&args);
        args.from = args.to;
    }
}

static void run_delta(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_tensor *t = e->t;
    const int32_t *slots = og_cpu_data(plan, t->src[5]->src[0]);
    float *scratch = (float *)(void *)og_cpu_scratch(plan, thread);
    for (int64_t h = chunk * e->per; h < OG_MIN((chunk + 1) * e->per, t->dim[1]); h++)
        for (run r = {0}; next_run(slots, t->dim[2], &r);) run_delta_head(plan, t, h, &r, scratch);
}

void og_cpu_prepare_delta(og_exec *e, size_t *scratch) {
    const og_tensor *t = e->t;
    const int64_t state = t->src[5]->dim[0] / t->dim[1];
    e->run = run_delta;
    *scratch = 2 * (size_t)(state / t->dim[0]) * sizeof(float);
    cut(e, t->dim[1], t->dim[2] * state * 2);
}
