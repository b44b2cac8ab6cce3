/* exec.c: nodes that work along rows: norms, element-wise operations, gathers, positions. */
#include "backend/cpu/cpu_backend.h"
#include "base/real.h"

#include <string.h>

enum { CHUNK_FLOATS = 8192 }; /* about the work that is worth handing to another thread */

static int64_t rows_of(const og_tensor *t) {
    return t->dim[1] * t->dim[2];
}

/* Chunks of `units` pieces of `cost` floats each. */
static void cut(og_exec *e, int64_t units, int64_t cost) {
    e->per = OG_MAX((int64_t)1, CHUNK_FLOATS / OG_MAX(cost, (int64_t)1));
    e->chunks = (int)OG_DIV_UP(units, e->per);
}

#define FOR_CHUNK(i, units) for (int64_t i = chunk * e->per, end_ = OG_MIN(i + e->per, units); i < end_; i++)

static void run_binary(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t;
    const og_kernels *k = &plan->cpu->kernels;
    og_binary_fn *fn = t->op == OG_OP_add ? k->add : t->op == OG_OP_mul ? k->mul : t->op == OG_OP_silu_mul ? k->silu_mul : k->gelu_mul;
    if (t->op == OG_OP_clamped_mul) fn = k->clamped_mul;
    const float *a = og_cpu_data(plan, t->src[0]), *b = og_cpu_data(plan, t->src[1]);
    float *out = og_cpu_out(plan, t);
    const int64_t n = t->dim[0], rows = rows_of(t), b_step = rows_of(t->src[1]) == 1 ? 0 : n;
    if (rows == 1) { /* one long row: cut along it */
        const int64_t at = chunk * e->per;
        fn(a + at, b + at, out + at, (int)OG_MIN(e->per, n - at));
        return;
    }
    FOR_CHUNK(r, rows) fn(a + r * n, b + r * b_step, out + r * n, (int)n);
}

static og_scale_fn *unary_of(const og_kernels *k, og_op op) {
    switch (op) {
    case OG_OP_cap:
        return k->cap;
    case OG_OP_relu:
        return k->relu;
    case OG_OP_relu2:
        return k->relu2;
    case OG_OP_silu:
        return k->silu;
    case OG_OP_sigmoid:
        return k->sigmoid;
    case OG_OP_tanh:
        return k->tanh;
    case OG_OP_gelu:
        return k->gelu;
    case OG_OP_gelu_erf:
        return k->gelu_erf;
    default:
        return k->scale;
    }
}

static void run_unary(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    og_scale_fn *fn = unary_of(&plan->cpu->kernels, e->t->op);
    const float *a = og_cpu_data(plan, e->t->src[0]);
    float *out = og_cpu_out(plan, e->t);
    const int64_t n = e->t->dim[0];
    FOR_CHUNK(r, rows_of(e->t)) fn(a + r * n, e->t->f[0], out + r * n, (int)n);
}

static void run_sigmoid_rows(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const float *a = og_cpu_data(plan, e->t->src[0]), *b = og_cpu_data(plan, e->t->src[1]);
    float *out = og_cpu_out(plan, e->t);
    const int64_t n = e->t->dim[0];
    FOR_CHUNK(r, rows_of(e->t)) {
        const float f = (float)(1 / (1 + og_real_exp(-(double)b[r])));
        plan->cpu->kernels.scale(a + r * n, f, out + r * n, (int)n);
    }
}

static void run_norm(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t;
    og_norm_fn *fn = t->op == OG_OP_rms_norm ? plan->cpu->kernels.rms_norm : plan->cpu->kernels.layer_norm;
    const float *x = og_cpu_data(plan, t->src[0]);
    const float *w = t->src[1] ? og_cpu_data(plan, t->src[1]) : NULL, *b = t->src[2] ? og_cpu_data(plan, t->src[2]) : NULL;
    float *out = og_cpu_out(plan, t);
    const int64_t n = t->dim[0], w_rows = w ? t->src[1]->dim[1] : 1, b_rows = b ? t->src[2]->dim[1] : 1;
    FOR_CHUNK(r, rows_of(t))
    fn(x + r * n, w ? w + r % w_rows * n : NULL, b ? b + r % b_rows * n : NULL, t->f[0], out + r * n, (int)n);
}

static void run_rows(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_weight *w = e->t->src[0]->weight;
    const int32_t *ids = og_cpu_data(plan, e->t->src[1]);
    float *out = og_cpu_out(plan, e->t);
    const int64_t n = w->dim[0];
    const uint64_t row = w->bytes / (uint64_t)w->dim[1];
    uint8_t *copy = og_cpu_scratch(plan, thread);
    /* Read, not looked at through the mapping: that would make more and more of the table resident, 64 KiB a token. */
    FOR_CHUNK(r, e->t->dim[1]) {
        /* The range was checked when the file was opened; a file that shrinks while in use gives zeros. */
        if (og_source_read(w->src, w->offset + (uint64_t)ids[r] * row, copy, (size_t)row, NULL) != OG_OK) memset(copy, 0, (size_t)row);
        og_quant_decode(w->type, copy, out + r * n, (size_t)n);
    }
}

static void run_take(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const float *x = og_cpu_data(plan, e->t->src[0]);
    const int32_t *idx = og_cpu_data(plan, e->t->src[1]);
    float *out = og_cpu_out(plan, e->t);
    const int64_t n = e->t->dim[0];
    FOR_CHUNK(r, e->t->dim[1]) memcpy(out + r * n, x + idx[r] * n, (size_t)n * sizeof(float));
}

static void run_part(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t;
    const float *x = (const float *)og_cpu_data(plan, t->src[0]) + t->i[0];
    float *out = og_cpu_out(plan, t);
    const int64_t n = t->dim[0], row = t->src[0]->dim[0];
    FOR_CHUNK(r, rows_of(t)) memcpy(out + r * n, x + r * row, (size_t)n * sizeof(float));
}

static void run_join(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t;
    const float *a = og_cpu_data(plan, t->src[0]), *b = og_cpu_data(plan, t->src[1]);
    float *out = og_cpu_out(plan, t);
    const int64_t n = t->dim[0], k = t->src[0]->dim[0], l = n - k, each = t->dim[1] / t->src[1]->dim[1];
    FOR_CHUNK(r, rows_of(t)) {
        memcpy(out + r * n, a + r * k, (size_t)k * sizeof(float));
        memcpy(out + r * n + k, b + r / each * l, (size_t)l * sizeof(float));
    }
}

static void run_unfold(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t, *x = t->src[0];
    const float *in = og_cpu_data(plan, x);
    float *out = og_cpu_out(plan, t);
    const int64_t k = x->dim[0], row = t->dim[0] * (int64_t)sizeof(float);
    FOR_CHUNK(r, t->dim[1]) {
        const int64_t first = r * t->i[1] - t->i[2], from = OG_MAX((int64_t)0, first), end = OG_MIN(x->dim[1], first + t->i[0]);
        float *to = out + r * t->dim[0];
        if (end - from < t->i[0]) memset(to, 0, (size_t)row);
        if (end > from) memcpy(to + (from - first) * k, in + from * k, (size_t)((end - from) * k) * sizeof(float));
    }
}

static void run_mean_rows(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const float *x = og_cpu_data(plan, e->t->src[0]);
    const int32_t *range = og_cpu_data(plan, e->t->src[1]);
    float *out = og_cpu_out(plan, e->t);
    const int64_t n = e->t->dim[0];
    FOR_CHUNK(r, e->t->dim[1]) {
        const float *row = x + range[2 * r] * n;
        const int32_t count = range[2 * r + 1];
        memcpy(out + r * n, row, (size_t)n * sizeof(float));
        for (int32_t i = 1; i < count; i++) plan->cpu->kernels.add(out + r * n, row + i * n, out + r * n, (int)n);
        plan->cpu->kernels.scale(out + r * n, 1.0f / (float)count, out + r * n, (int)n);
    }
}

static void run_rope_table(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const int32_t *pos = og_cpu_data(plan, e->t->src[0]);
    const float *freq = og_cpu_data(plan, e->t->src[1]);
    const int64_t h = e->t->dim[0] / 2;
    const double growth = (double)e->t->f[1];
    float *out = og_cpu_out(plan, e->t);
    FOR_CHUNK(r, e->t->dim[1]) {
        double scale = (double)e->t->f[0], sine, cosine;
        if (growth != 0) scale *= 1 + growth * og_real_log(1.0 + pos[r] / e->t->i[0]);
        for (int64_t j = 0; j < h; j++) {
            og_real_sin_cos((double)pos[r] * (double)freq[j], &sine, &cosine);
            out[r * 2 * h + j] = (float)(cosine * scale);
            out[r * 2 * h + h + j] = (float)(sine * scale);
        }
    }
}

static void run_rope(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tensor *t = e->t;
    og_rope_fn *fn = t->i[0] == 0 ? plan->cpu->kernels.rope_pairs : plan->cpu->kernels.rope_halves;
    const float *x = og_cpu_data(plan, t->src[0]), *table = og_cpu_data(plan, t->src[1]);
    const int64_t d = t->dim[0], heads = t->dim[1], h = t->src[1]->dim[0] / 2;
    float *out = og_cpu_out(plan, t);
    FOR_CHUNK(r, t->dim[2])
    for (int64_t i = r * heads; i < (r + 1) * heads; i++) fn(x + i * d, table + r * 2 * h, (int)h, (int)d, out + i * d);
}

og_status og_cpu_prepare(const og_cpu *cpu, og_exec *e, size_t *scratch, og_error *err) {
    const og_tensor *t = e->t;
    const int64_t n = t->dim[0], rows = rows_of(t);
    switch (t->op) {
    case OG_OP_add:
    case OG_OP_mul:
    case OG_OP_silu_mul:
    case OG_OP_gelu_mul:
    case OG_OP_clamped_mul:
        e->run = run_binary;
        cut(e, rows == 1 ? n : rows, rows == 1 ? 1 : n);
        return OG_OK;
    case OG_OP_scale:
    case OG_OP_cap:
    case OG_OP_relu:
    case OG_OP_relu2:
    case OG_OP_silu:
    case OG_OP_sigmoid:
    case OG_OP_tanh:
    case OG_OP_gelu:
    case OG_OP_gelu_erf:
        e->run = run_unary;
        break;
    case OG_OP_sigmoid_rows:
        e->run = run_sigmoid_rows;
        break;
    case OG_OP_rms_norm:
    case OG_OP_layer_norm:
        e->run = run_norm;
        break;
    case OG_OP_take:
        e->run = run_take;
        break;
    case OG_OP_part:
        e->run = run_part;
        break;
    case OG_OP_join:
        e->run = run_join;
        break;
    case OG_OP_unfold:
        e->run = run_unfold;
        break;
    case OG_OP_mean_rows:
        e->run = run_mean_rows;
        cut(e, rows, n * OG_MAX((int64_t)1, t->src[0]->dim[1] / rows));
        return OG_OK;
    case OG_OP_rows:
        e->run = run_rows;
        *scratch = (size_t)(t->src[0]->weight->bytes / (uint64_t)t->src[0]->weight->dim[1]);
        break;
    case OG_OP_rope_table:
        e->run = run_rope_table;
        cut(e, rows, n * 16);
        return OG_OK;
    case OG_OP_rope:
        e->run = run_rope;
        cut(e, t->dim[2], n * t->dim[1]);
        return OG_OK;
    case OG_OP_pack_acts:
        og_cpu_prepare_acts(cpu, e);
        return OG_OK;
    case OG_OP_matmul:
        og_cpu_prepare_matmul(cpu, e, scratch);
        return OG_OK;
    case OG_OP_conv:
        og_cpu_prepare_conv(e);
        return OG_OK;
    case OG_OP_ssm:
        og_cpu_prepare_ssm(e);
        return OG_OK;
    case OG_OP_delta:
        og_cpu_prepare_delta(e, scratch);
        return OG_OK;
    case OG_OP_route:
        og_cpu_prepare_route(e, scratch);
        return OG_OK;
    case OG_OP_route_each:
        og_cpu_prepare_route_each(e);
        return OG_OK;
    case OG_OP_group:
        og_cpu_prepare_group(e, scratch);
        return OG_OK;
    case OG_OP_group_acts:
        og_cpu_prepare_group_acts(e);
        return OG_OK;
    case OG_OP_matmul_experts:
        og_cpu_prepare_matmul_experts(cpu, e, scratch);
        return OG_OK;
    case OG_OP_sum_experts:
        og_cpu_prepare_sum_experts(e);
        return OG_OK;
    case OG_OP_kv_store:
        og_cpu_prepare_kv_store(e, scratch);
        return OG_OK;
    case OG_OP_attention:
        og_cpu_prepare_attention(cpu, e, scratch);
        return OG_OK;
    case OG_OP_scores:
        og_cpu_prepare_scores(e, scratch);
        return OG_OK;
    default:
        return og_fail(err, OG_ERR_INTERNAL, "CPU backend: no way to run %s", og_op_name(t->op));
    }
    cut(e, rows, n);
    return OG_OK;
}
