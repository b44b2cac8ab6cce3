/* fit.c: least-squares fits of a group of weights to scale * q - min. Sums are kept in 8 lanes so that compilers vectorise them without
 * reordering, and are folded in a fixed order. */
#include "quant/fit.h"

#include <math.h>
#include <string.h>

enum { LANES = 8 };

/* Nearest integer, ties to even, for |v| < 2^22; vectorises without a rounding instruction. */
static inline float round_even(float v) {
    return (v + 12582912.0f) - 12582912.0f;
}

static inline float clamp(float v, float lo, float hi) {
    v = v > lo ? v : lo;
    return v < hi ? v : hi;
}

static float fold(const float *lane) {
    float a = (lane[0] + lane[4]) + (lane[2] + lane[6]);
    float b = (lane[1] + lane[5]) + (lane[3] + lane[7]);
    return a + b;
}

/* Scales below this are taken as zero: their inverse would overflow. */
static const float scale_floor = 1e-36f;

bool og_fit_begin(og_fit *fit, const float *src, const float *importance, int n) {
    fit->n = n;
    fit->unit = 1;
    float amax = 0;
    for (int i = 0; i < n; i++) amax = fabsf(src[i]) > amax ? fabsf(src[i]) : amax;
    float inverse = 0;
    if (amax > 0x1p-100f) { /* else below anything binary16 scales can tell from zero */
        int exponent;
        frexpf(amax, &exponent);
        fit->unit = ldexpf(1, exponent - 2);
        inverse = ldexpf(1, 2 - exponent);
    }
    for (int i = 0; i < n; i++) fit->x[i] = src[i] * inverse;

    float top = 0;
    if (importance)
        for (int i = 0; i < n; i++) top = importance[i] > top ? importance[i] : top;
    if (top > 0x1p-100f) {
        /* The floor keeps a group of zero importance well defined. */
        for (int i = 0; i < n; i++) fit->w[i] = importance[i] / top + 1e-6f;
        return true;
    }
    float squares = 0;
    for (int i = 0; i < n; i++) squares += fit->x[i] * fit->x[i];
    float rms = sqrtf(squares / (float)n);
    for (int i = 0; i < n; i++) fit->w[i] = (rms + fabsf(fit->x[i])) * 0.25f + 1e-6f;
    return false;
}

uint16_t og_fit_f16(const og_fit *fit, float v, float *stored) {
    uint16_t h = og_f32_to_f16(clamp(v * fit->unit, -65504.0f, 65504.0f));
    *stored = og_f16_to_f32(h) / fit->unit;
    return h;
}

void og_fit_quantize(const float *x, int n, float scale, float min, int lo, int hi, int8_t *q) {
    float inverse = fabsf(scale) > scale_floor ? 1 / scale : 0;
    for (int i = 0; i < n; i++) q[i] = (int8_t)round_even(clamp((x[i] + min) * inverse, (float)lo, (float)hi));
}

float og_fit_error(const float *x, const float *w, int n, float scale, float min, int lo, int hi) {
    float inverse = fabsf(scale) > scale_floor ? 1 / scale : 0, bottom = (float)lo, top = (float)hi;
    float sum[LANES] = {0};
    for (int i = 0; i < n; i += LANES)
        for (int l = 0; l < LANES; l++) {
            float q = round_even(clamp((x[i + l] + min) * inverse, bottom, top));
            float e = scale * q - min - x[i + l];
            sum[l] += w[i + l] * e * e;
        }
    return fold(sum);
}

static float dot(const float *a, const float *b, int n) {
    float sum[LANES] = {0};
    for (int i = 0; i < n; i += LANES)
        for (int l = 0; l < LANES; l++) sum[l] += a[i + l] * b[i + l];
    return fold(sum);
}

static float total(const float *a, int n) {
    float sum[LANES] = {0};
    for (int i = 0; i < n; i += LANES)
        for (int l = 0; l < LANES; l++) sum[l] += a[i + l];
    return fold(sum);
}

/* The integers nearest to (x + shift) * inverse, as floats, and times their weights. */
static void quantize_weighted(const float *x, const float *w, int n, float inverse, float shift, int lo, int hi, float *q, float *wq) {
    float bottom = (float)lo, top = (float)hi;
    for (int i = 0; i < n; i++) {
        q[i] = round_even(clamp((x[i] + shift) * inverse, bottom, top));
        wq[i] = w[i] * q[i];
    }
}

/* One round of the alternation: the best integers for a scale of 1 / inverse, then the best scale for those integers. Returns by how much
 * the error is below that of scale 0. */
static float try_scale(const float *x, const float *w, int n, float inverse, int lo, int hi, float *scale) {
    float q[OG_QUANT_BLOCK_MAX], wq[OG_QUANT_BLOCK_MAX];
    quantize_weighted(x, w, n, inverse, 0, lo, hi, q, wq);
    float xq = dot(wq, x, n), qq = dot(wq, q, n);
    if (!(qq > 0)) return 0;
    *scale = xq / qq;
    return xq * *scale;
}

float og_fit_scale(const float *x, const float *w, int n, int lo, int hi) {
    float amax = 0;
    for (int i = 0; i < n; i++) amax = fabsf(x[i]) > amax ? fabsf(x[i]) : amax;
    if (!(amax > scale_floor)) return 0;
    float best = 0, best_gain = 0;
    int reach = OG_MAX(-lo, hi);
    /* The largest value lands on `at` steps: past the range it is clipped, below it the grid is wider than needed. */
    float from = reach > 8 ? (float)reach - 3 : 0.65f * (float)reach, step = reach > 4 ? 0.25f : 0.125f;
    float to = reach > 1 ? (float)reach + 1 : 5; /* three levels clip most of a group */
    for (int sign = 1; sign >= (lo == -hi ? 1 : -1); sign -= 2)
        for (float at = from; at < to; at += step) {
            float scale = 0, gain = try_scale(x, w, n, (float)sign * at / amax, lo, hi, &scale);
            if (gain > best_gain) best = scale, best_gain = gain;
        }
    for (int round = 0; round < 3 && fabsf(best) > scale_floor; round++) {
        float scale = 0, gain = try_scale(x, w, n, 1 / best, lo, hi, &scale);
        if (!(gain > best_gain)) break;
        best = scale, best_gain = gain;
    }
    return best;
}

/* What the normal equations of scale and min need besides the integers. */
typedef struct group_sums {
    float w, wx;
} group_sums;

/* As try_scale for scale * q - min; returns the error left. */
static float try_scale_min(const float *x, const float *w, int n, group_sums sums, float inverse, float shift, int hi, bool any_min,
                           float *scale, float *min) {
    float q[OG_QUANT_BLOCK_MAX], wq[OG_QUANT_BLOCK_MAX];
    quantize_weighted(x, w, n, inverse, shift, 0, hi, q, wq);
    float wq1 = total(wq, n), wqq = dot(wq, q, n), wqx = dot(wq, x, n), det = sums.w * wqq - wq1 * wq1;
    *scale = *min = 0;
    bool solved = det > 1e-6f * sums.w * wqq; /* else every q is the same */
    if (solved) {
        *scale = (sums.w * wqx - sums.wx * wq1) / det;
        *min = (wq1 * wqx - wqq * sums.wx) / det;
    } else if (any_min) {
        *min = -sums.wx / sums.w;
    }
    if (!any_min && (!solved || *scale < 0 || *min < 0)) {
        *min = 0;
        *scale = wqq > 0 && wqx > 0 ? wqx / wqq : 0;
    }
    return og_fit_error(x, w, n, *scale, *min, 0, hi);
}

void og_fit_scale_min(const float *x, const float *w, int n, int hi, bool any_min, float *scale, float *min) {
    float low = x[0], high = x[0];
    for (int i = 1; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    if (low > 0 && !any_min) low = 0;
    *scale = 0;
    *min = -low;
    if (!(high - low > scale_floor)) return;
    group_sums sums = {total(w, n), dot(w, x, n)};
    float best = og_fit_error(x, w, n, 0, *min, 0, hi), s, m;
    /* Ends moved inwards (values there are clipped) on either side, by shares of a step. */
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++) {
            float width = (high - low) / (float)hi, from = low + 0.4f * (float)a * width, to = high - 0.4f * (float)b * width;
            if (!(to - from > scale_floor)) continue;
            float error = try_scale_min(x, w, n, sums, (float)hi / (to - from), -from, hi, any_min, &s, &m);
            if (error < best) best = error, *scale = s, *min = m;
        }
    for (int round = 0; round < 4 && *scale > scale_floor; round++) {
        float error = try_scale_min(x, w, n, sums, 1 / *scale, *min, hi, any_min, &s, &m);
        if (!(error < best)) break;
        best = error, *scale = s, *min = m;
    }
}
