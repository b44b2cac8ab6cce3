/* floats.c: checks of the kernels over floats: activations, float products, rows, attention. */
#include "kcheck.h"

#include <math.h>
#include <string.h>

enum { FLOAT = sizeof(float) };

/* ---- activations ---- */

void kc_check_acts(kc *k) {
    const char *name = strchr(k->row->slot, '_') + 1;
    const bool is_float = !strcmp(name, "f32"), by_32 = !strcmp(name, "q8");
    const int n = kc_int(k, 1, OG_TILE), columns = is_float ? kc_int(k, 1, 300) : 32 * kc_int(k, 1, 24);
    const size_t stride = (size_t)(columns + kc_int(k, 0, 20)), cells = (size_t)(columns * n);
    kc_note(k, " columns %d n %d stride %zu", columns, n, stride);
    const size_t floats = (size_t)(n - 1) * stride + (size_t)columns;
    float *x = kc_memory(floats * FLOAT, FLOAT);
    kc_floats(k, "x", x, floats, 3e38f);
    void *q[2] = {0}, *d[2] = {0}, *sum16[2] = {0}, *sum32[2] = {0}, *out[2] = {0};
    const size_t n_d = (size_t)(by_32 ? columns / 32 : OG_DIV_UP(columns, OG_GROUP)) * (size_t)n;
    if (is_float) {
        kc_results(out, cells * FLOAT, FLOAT);
    } else {
        kc_results(q, cells, 4);
        kc_results(d, n_d * FLOAT, FLOAT);
        kc_results(sum16, cells / 16 * 4, 4);
        kc_results(sum32, cells / 32 * 4, 4);
    }
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        const og_tile tile = {n, q[side], d[side], sum16[side], sum32[side], out[side]};
        KC_FN(acts, side)(x, stride, columns, &tile);
    }
    if (is_float) {
        kc_same(k, "x", out, cells, FLOAT);
        return;
    }
    kc_same(k, "q", q, cells, 1);
    kc_same(k, "d", d, n_d, FLOAT);
    kc_same(k, "sum16", sum16, cells / 16, 4);
    kc_same(k, "sum32", sum32, cells / 32, 4);
}

/* ---- float products ---- */

void kc_check_fgemm(kc *k) {
    const og_quant *quant = kc_type_of(k);
    const int columns = kc_int(k, 1, 300), n = kc_int(k, 1, OG_TILE);
    const size_t panel = (size_t)(columns * OG_PANEL * quant->bytes), stride = kc_int(k, 0, 3) ? panel + (size_t)kc_int(k, 0, 2) * 64 : 0;
    kc_note(k, " columns %d n %d stride %zu", columns, n, stride);
    uint8_t *panels = kc_memory(stride + panel, 64);
    float *x = kc_memory((size_t)(columns * n) * FLOAT, FLOAT);
    kc_elements(k, "w", quant->type, panels, (stride + panel) / (size_t)quant->bytes, 1e15f);
    kc_floats(k, "x", x, (size_t)(columns * n), 1e15f);
    void *out[2];
    kc_results(out, (size_t)n * 32 * FLOAT, FLOAT);
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        KC_FN(fgemm, side)(panels, stride, columns, x, n, out[side]);
    }
    kc_same(k, "out", out, (size_t)n * 32, FLOAT);
}

/* ---- rows ---- */

void kc_check_binary(kc *k) {
    const int n = kc_int(k, 1, 100);
    kc_note(k, " n %d", n);
    float *a = kc_memory((size_t)n * FLOAT, FLOAT), *b = kc_memory((size_t)n * FLOAT, FLOAT);
    kc_floats(k, "a", a, (size_t)n, 1e30f);
    kc_floats(k, "b", b, (size_t)n, 1e30f);
    void *out[2];
    kc_results(out, (size_t)n * FLOAT, FLOAT);
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        KC_FN(binary, side)(a, b, out[side], n);
    }
    kc_same(k, "out", out, (size_t)n, FLOAT);
}

void kc_check_scale(kc *k) {
    const int n = kc_int(k, 1, 100);
    kc_note(k, " n %d", n);
    float *a = kc_memory((size_t)n * FLOAT, FLOAT), f;
    kc_floats(k, "a", a, (size_t)n, 1e30f);
    kc_floats(k, "f", &f, 1, 1e30f);
    void *out[2];
    kc_results(out, (size_t)n * FLOAT, FLOAT);
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        KC_FN(scale, side)(a, f, out[side], n);
    }
    kc_same(k, "out", out, (size_t)n, FLOAT);
}

void kc_check_weigh(kc *k) {
    const int n = kc_int(k, 1, 100), rows = kc_int(k, 1, 10);
    const size_t stride = (size_t)(n + kc_int(k, 0, 20)), floats = (size_t)(rows - 1) * stride + (size_t)n;
    kc_note(k, " n %d rows %d", n, rows);
    float *y = kc_memory(floats * FLOAT, FLOAT), *w = kc_memory((size_t)rows * FLOAT, FLOAT), *residual = NULL;
    kc_floats(k, "y", y, floats, 1e15f);
    kc_floats(k, "w", w, (size_t)rows, 1e15f);
    if (kc_int(k, 0, 1)) {
        residual = kc_memory((size_t)n * FLOAT, FLOAT);
        kc_floats(k, "residual", residual, (size_t)n, 1e30f);
    }
    void *out[2];
    kc_results(out, (size_t)n * FLOAT, FLOAT);
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        KC_FN(weigh, side)(y, stride, w, rows, residual, out[side], n);
    }
    kc_same(k, "out", out, (size_t)n, FLOAT);
}

void kc_check_norm(kc *k) {
    const int n = kc_int(k, 0, 4) ? kc_int(k, 1, 100) : kc_int(k, 100, 2000);
    const float eps = kc_int(k, 0, 1) ? 1e-5f : 1e-6f;
    kc_note(k, " n %d", n);
    float *x = kc_memory((size_t)n * FLOAT, FLOAT), *w = NULL, *b = NULL;
    kc_floats(k, "x", x, (size_t)n, 1e30f);
    if (kc_int(k, 0, 3)) {
        w = kc_memory((size_t)n * FLOAT, FLOAT);
        kc_floats(k, "w", w, (size_t)n, 1e6f);
    }
    if (!strstr(k->row->slot, "rms") && kc_int(k, 0, 3)) { /* rms_norm has no bias */
        b = kc_memory((size_t)n * FLOAT, FLOAT);
        kc_floats(k, "b", b, (size_t)n, 1e6f);
    }
    void *out[2];
    kc_results(out, (size_t)n * FLOAT, FLOAT);
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        KC_FN(norm, side)(x, w, b, eps, out[side], n);
    }
    kc_same(k, "out", out, (size_t)n, FLOAT);
}

static int random_dim(kc *k) {
    return kc_int(k, 0, 3) ? KC_PICK(k, 2, 8, 20, 64, 80, 96, 128, 256) : 2 * kc_int(k, 1, 70);
}

void kc_check_rope(kc *k) {
    const int d = random_dim(k), h = kc_int(k, 0, 2) ? d / 2 : kc_int(k, 0, d / 2);
    kc_note(k, " d %d h %d", d, h);
    float *x = kc_memory((size_t)d * FLOAT, FLOAT), *table = kc_memory((size_t)(2 * h) * FLOAT, FLOAT);
    kc_floats(k, "x", x, (size_t)d, 1e30f);
    kc_floats(k, "table", table, (size_t)(2 * h), 1.0f);
    void *out[2];
    kc_results(out, (size_t)d * FLOAT, FLOAT);
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        KC_FN(rope, side)(x, table, h, d, out[side]);
    }
    kc_same(k, "out", out, (size_t)d, FLOAT);
}

/* ---- attention ---- */

typedef struct state {
    void *max[2], *sum[2], *acc[2], *scratch[2];
} state;

/* What stays from page to page. */
typedef struct shape {
    int m, dim, dim_v;
    float scale, cap;
    bool biased, latent; /* latent: values are part of the keys */
    const float *q;
} shape;

/* One page on both sides; the state goes on from the last. */
static void attend_page(kc *k, const shape *a, const state *s) {
    const size_t keys_n = (size_t)a->dim * OG_KV_PAGE, values_n = (size_t)a->dim_v * OG_KV_PAGE, m = (size_t)a->m;
    const og_type type = kc_type_of(k)->type;
    const size_t bytes = og_kv_head_bytes(type, a->dim, a->dim_v);
    const og_kv_head head = og_kv_head_at(type, kc_memory(bytes, type == OG_F16 ? 2 : 64), a->dim, a->dim_v);
    int *from = kc_memory(m * sizeof *from, 4), *to = kc_memory(m * sizeof *to, 4);
    float *bias = a->biased ? kc_memory(m * OG_KV_PAGE * FLOAT, 4) : NULL;
    if (type == OG_F16) {
        kc_elements(k, "k", OG_F16, head.k, keys_n, 65504.0f);
        kc_elements(k, "v", OG_F16, head.v, values_n, 65504.0f);
    } else { /* any bytes, and scales where they are */
        kc_bytes(k, "kv", head.k_scale, bytes, 0, 255);
        kc_elements(k, "k scale", OG_F16, head.k_scale, (size_t)OG_DIV_UP(a->dim, 32) * OG_KV_PAGE, 500.0f);
        kc_elements(k, "v scale", OG_F16, head.v_scale, (size_t)OG_DIV_UP(a->dim_v, 32) * OG_KV_PAGE, 500.0f);
    }
    if (bias) kc_floats(k, "bias", bias, m * OG_KV_PAGE, 1e4f);
    for (size_t i = 0; i < m; i++) {
        to[i] = kc_int(k, 0, 2) ? kc_int(k, 0, OG_KV_PAGE) : KC_PICK(k, 0, 1, 16, 63, OG_KV_PAGE);
        from[i] = kc_int(k, 0, 1) ? 0 : KC_PICK(k, 1, 16, 17, 63, OG_KV_PAGE, kc_int(k, 0, OG_KV_PAGE));
    }
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        /* no numbers: nobody may count on it */
        memset(s->scratch[side], 0xff, (m + (size_t)OG_ALIGN_UP(OG_MAX(a->dim, a->dim_v), 16)) * OG_KV_PAGE * FLOAT);
        const og_attend_args args = {.m = a->m,
                                     .dim = a->dim,
                                     .dim_v = a->dim_v,
                                     .q = a->q,
                                     .k = head.k,
                                     .v = a->latent ? NULL : head.v,
                                     .k_scale = head.k_scale,
                                     .v_scale = head.v_scale,
                                     .from = from,
                                     .to = to,
                                     .scale = a->scale,
                                     .cap = a->cap,
                                     .bias = bias,
                                     .max = s->max[side],
                                     .sum = s->sum[side],
                                     .acc = s->acc[side],
                                     .scratch = s->scratch[side]};
        KC_FN(attend, side)(&args);
    }
    kc_same(k, "max", s->max, m, FLOAT);
    kc_same(k, "sum", s->sum, m * 16, FLOAT);
    kc_same(k, "acc", s->acc, m * (size_t)a->dim_v, FLOAT);
}

void kc_check_attend(kc *k) {
    const int dim = random_dim(k), dim_v = kc_int(k, 0, 2) ? dim : random_dim(k), m = kc_int(k, 1, dim > 96 ? 9 : kc_int(k, 1, 40));
    const float scale = kc_int(k, 0, 1) ? 1.0f / sqrtf((float)dim) : 1.0f, cap = kc_int(k, 0, 2) ? 0 : 50;
    const bool biased = kc_int(k, 0, 2) == 0, latent = dim_v <= dim && kc_int(k, 0, 3) == 0;
    kc_note(k, " m %d dim %d and %d cap %g%s%s", m, dim, dim_v, (double)cap, biased ? " biased" : "", latent ? " latent" : "");
    float *q = kc_memory((size_t)(m * dim) * FLOAT, FLOAT);
    kc_floats(k, "q", q, (size_t)(m * dim), 1e4f);
    const shape a = {m, dim, dim_v, scale, cap, biased, latent, q};
    state s;
    kc_results(s.max, (size_t)m * FLOAT, FLOAT);
    kc_results(s.sum, (size_t)m * 16 * FLOAT, FLOAT);
    kc_results(s.acc, (size_t)(m * dim_v) * FLOAT, FLOAT);
    kc_results(s.scratch, (size_t)(m + OG_ALIGN_UP(OG_MAX(dim, dim_v), 16)) * OG_KV_PAGE * FLOAT, 64);
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < m; i++) ((float *)s.max[side])[i] = -INFINITY;
        memset(s.sum[side], 0, (size_t)m * 16 * FLOAT);
        memset(s.acc[side], 0, (size_t)(m * dim_v) * FLOAT);
    }
    for (int page = 0; page < 2 && !k->failed; page++) attend_page(k, &a, &s);
}
