/* recurrent.c: checks and benchmarks of the kernels of recurrent layers. */
#include "kcheck.h"

#include <stdlib.h>
#include <string.h>

enum { FLOAT = sizeof(float) };

static float *data(kc *k, const char *name, size_t n, float big) {
    float *x = kc_memory(n * FLOAT, FLOAT);
    kc_floats(k, name, x, n, big);
    return x;
}

void kc_check_conv(kc *k) {
    const int n = kc_int(k, 1, 70), taps = kc_int(k, 2, OG_CONV_TAPS), tokens = kc_int(k, 1, 9), in_place = kc_int(k, 0, 2);
    const size_t stride = (size_t)(n + kc_int(k, 0, 20)), past = (size_t)(taps - 2) * stride + (size_t)n,
                 cells = (size_t)(tokens - 1) * stride + (size_t)n;
    kc_note(k, " n %d taps %d tokens %d stride %zu%s", n, taps, tokens, stride, in_place ? "" : " in place");
    const float *w = data(k, "w", (size_t)(n * taps), 1e10f), *x = data(k, "x", cells, 1e10f);
    const float *bias = kc_int(k, 0, 1) ? data(k, "bias", (size_t)n, 1e10f) : NULL, *from = data(k, "from", past, 1e10f);
    const bool silu = kc_int(k, 0, 1), zeros = kc_int(k, 0, 3) == 0;
    void *out[2], *to[2];
    kc_results(out, cells * FLOAT, FLOAT);
    kc_results(to, past * FLOAT, FLOAT);
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        memset(out[side], 0, cells * FLOAT);
        memcpy(to[side], from, past * FLOAT);
        const og_conv_args args = {n,        taps,   tokens, x, out[side], w, bias, zeros ? NULL : in_place ? to[side] : from,
                                   to[side], stride, silu};
        KC_FN(conv, side)(&args);
    }
    kc_same(k, "out", out, cells, FLOAT);
    kc_same(k, "to", to, past, FLOAT);
}

void kc_check_ssm(kc *k) {
    const int n = kc_int(k, 1, 40), dim = kc_int(k, 1, 70), in_place = kc_int(k, 0, 1);
    const size_t cells = (size_t)(n * dim);
    kc_note(k, " n %d dim %d%s", n, dim, in_place ? " in place" : "");
    const float *from = data(k, "from", cells, 1e10f), *x = data(k, "x", (size_t)dim, 1e10f);
    const float *b = data(k, "b", (size_t)n, 1e10f), *c = data(k, "c", (size_t)n, 1e10f), *f = data(k, "decay, step, d", 3, 1e5f);
    void *to[2], *y[2];
    kc_results(to, cells * FLOAT, FLOAT);
    kc_results(y, (size_t)dim * FLOAT, FLOAT);
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        if (in_place) memcpy(to[side], from, cells * FLOAT);
        const og_ssm_args args = {n, dim, in_place ? to[side] : from, to[side], x, b, c, f[0], f[1], f[2], y[side]};
        KC_FN(ssm, side)(&args);
    }
    kc_same(k, "to", to, cells, FLOAT);
    kc_same(k, "y", y, (size_t)dim, FLOAT);
}

void kc_check_delta(kc *k) {
    const int n = kc_int(k, 1, 40), dim = kc_int(k, 1, 70), in_place = kc_int(k, 0, 1);
    const size_t cells = (size_t)(n * dim);
    kc_note(k, " n %d dim %d%s", n, dim, in_place ? " in place" : "");
    const float *from = data(k, "from", cells, 1e10f), *v = data(k, "v", (size_t)dim, 1e10f);
    const float *q = data(k, "q", (size_t)n, 1e10f), *keys = data(k, "k", (size_t)n, 1e10f), *f = data(k, "decay, beta, scale", 3, 1e5f);
    void *to[2], *y[2], *scratch[2];
    kc_results(to, cells * FLOAT, FLOAT);
    kc_results(y, (size_t)dim * FLOAT, FLOAT);
    kc_results(scratch, (size_t)n * 2 * FLOAT, FLOAT);
    for (int side = 0; side < 2; side++) {
        k->reference = side == 0;
        if (in_place) memcpy(to[side], from, cells * FLOAT);
        const og_delta_args args = {n, dim, in_place ? to[side] : from, to[side], q, keys, v, f[0], f[1], f[2], scratch[side], y[side]};
        KC_FN(delta, side)(&args);
    }
    kc_same(k, "to", to, cells, FLOAT);
    kc_same(k, "y", y, (size_t)dim, FLOAT);
}

/* ---- benchmarks: sizes of real models, in the caches ---- */

typedef struct bench {
    kc *k;
    og_conv_args conv;
    og_ssm_args ssm;
    og_delta_args delta;
} bench;

static float *floats(kc *k, size_t n) {
    float *x = kc_memory(n * FLOAT, 64);
    for (size_t i = 0; i < n; i++) x[i] = (float)kc_int(k, -1000, 1000) * 1e-3f;
    return x;
}

static void call_conv(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(conv, side)(&b->conv);
}

void kc_bench_conv(kc *k) {
    enum { N = 1024, T = 8 };
    bench b = {.k = k};
    float *state = floats(k, 3 * N);
    b.conv = (og_conv_args){N, 4, T, floats(k, N * T), floats(k, N * T), floats(k, N * 4), NULL, state, state, N, true};
    kc_report(k, 4.0 * N * T, "GMAC/s", call_conv, &b);
}

static void call_ssm(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(ssm, side)(&b->ssm);
}

void kc_bench_ssm(kc *k) {
    enum { N = 128, D = 64 };
    bench b = {.k = k};
    float *state = floats(k, N * D);
    b.ssm = (og_ssm_args){N, D, state, state, floats(k, D), floats(k, N), floats(k, N), 0.9f, 0.1f, 1.0f, floats(k, D)};
    kc_report(k, 2.0 * N * D, "GMAC/s", call_ssm, &b);
}

static void call_delta(void *ctx, int side) {
    const bench *b = ctx;
    const kc *k = b->k;
    KC_FN(delta, side)(&b->delta);
}

void kc_bench_delta(kc *k) {
    enum { N = 128, D = 128 };
    bench b = {.k = k};
    float *state = floats(k, N * D);
    b.delta =
        (og_delta_args){N, D, state, state, floats(k, N), floats(k, N), floats(k, D), 0.9f, 0.5f, 0.088f, floats(k, 2 * N), floats(k, D)};
    kc_report(k, 3.0 * N * D, "GMAC/s", call_delta, &b);
}
