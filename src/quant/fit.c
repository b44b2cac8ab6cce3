/* fit.c: least-squares fits of a group of weights to scale * q - min. Sums are kept in 8 lanes so that compilers vectorise them without
 * reordering, and are folded in a fixed order. */
#include "quant/fit.h"
#include "quant/lanes.h"

#include <math.h>
#include <string.h>

enum { LANES = 8 };

static inline float clamp(float v, float lo, float hi) {
    v = v > lo ? v : lo;
    return v < hi ? v : hi;
}

/* Scales below this are taken as zero: their inverse would overflow. */
static const float scale_floor = 1e-36f;

/* The largest magnitude. */
static float largest(const float *x, int n) {
    lanes top[2] = {{0}};
    for (int i = 0; i < n; i += LANES)
        for (int h = 0; h < 2; h++) top[h] = lanes_max(lanes_abs(lanes_load(x + i + 4 * h)), top[h]);
    return lanes_top(top[0], top[1]);
}

static float dot(const float *a, const float *b, int n) {
    lanes sum[2] = {{0}};
    for (int i = 0; i < n; i += LANES)
        for (int h = 0; h < 2; h++) sum[h] += lanes_load(a + i + 4 * h) * lanes_load(b + i + 4 * h);
    return lanes_sum(sum[0], sum[1]);
}

static float total(const float *a, int n) {
    lanes sum[2] = {{0}};
    for (int i = 0; i < n; i += LANES)
        for (int h = 0; h < 2; h++) sum[h] += lanes_load(a + i + 4 * h);
    return lanes_sum(sum[0], sum[1]);
}

bool og_fit_begin(og_fit *fit, const float *src, const float *importance, int n) {
    fit->n = n;
    fit->unit = 1;
    float amax = largest(src, n);
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
    float rms = sqrtf(dot(fit->x, fit->x, n) / (float)n);
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
    for (int i = 0; i < n; i += 4) {
        lanes v = lanes_round(lanes_clamp((lanes_load(x + i) + min) * inverse, (float)lo, (float)hi));
        for (int l = 0; l < 4; l++) q[i + l] = (int8_t)v[l];
    }
}

float og_fit_error(const float *x, const float *w, int n, float scale, float min, int lo, int hi) {
    float inverse = fabsf(scale) > scale_floor ? 1 / scale : 0, bottom = (float)lo, top = (float)hi;
    lanes sum[2] = {{0}};
    for (int i = 0; i < n; i += LANES)
        for (int h = 0; h < 2; h++) {
            lanes v = lanes_load(x + i + 4 * h), q = lanes_round(lanes_clamp((v + min) * inverse, bottom, top)), e = scale * q - min - v;
            sum[h] += lanes_load(w + i + 4 * h) * e * e;
        }
    return lanes_sum(sum[0], sum[1]);
}

/* Weighted sums over the integers nearest to (x + shift) * inverse, clamped. */
typedef struct grid_sums {
    float q, qq, qx;
} grid_sums;

static inline grid_sums sum_grid(const float *x, const float *w, int n, float inverse, float shift, float lo, float hi) {
    lanes q1[2] = {{0}}, qq[2] = {{0}}, qx[2] = {{0}};
    for (int i = 0; i < n; i += LANES)
        for (int h = 0; h < 2; h++) {
            lanes v = lanes_load(x + i + 4 * h), q = lanes_round(lanes_clamp((v + shift) * inverse, lo, hi)),
                  wq = lanes_load(w + i + 4 * h) * q;
            q1[h] += wq;
            qq[h] += wq * q;
            qx[h] += wq * v;
        }
    return (grid_sums){lanes_sum(q1[0], q1[1]), lanes_sum(qq[0], qq[1]), lanes_sum(qx[0], qx[1])};
}

/* The best scale for the integers that 1 / inverse gives; returns by how much the error is below that of scale 0. */
static float try_scale(const float *x, const float *w, int n, float inverse, int lo, int hi, float *scale) {
    grid_sums s = sum_grid(x, w, n, inverse, 0, (float)lo, (float)hi);
    if (!(s.qq > 0)) return 0;
    *scale = s.qx / s.qq;
    return s.qx * *scale;
}

float og_fit_scale(const float *x, const float *w, int n, int lo, int hi) {
    float amax = largest(x, n);
    if (!(amax > scale_floor)) return 0;
    float best = 0, best_gain = 0;
    int reach = OG_MAX(-lo, hi);
    /* The largest value lands on `at` steps: past the range it is clipped, below it the grid is wider than needed. */
    float from = reach > 8 ? (float)reach - 3 : 0.65f * (float)reach, step = reach > 8 ? 0.65f : reach > 4 || reach == 1 ? 0.5f : 0.375f;
    float to = reach > 1 ? (float)reach + 1 : 5; /* three levels clip most of a group */
    /* Where the ends differ: coarse grids try both signs, fine ones let the largest value have the longer end. */
    int first = lo == -hi ? 1 : -1, last = 1;
    if (lo != -hi && reach > 8) {
        bool negative = false;
        for (int i = 0; i < n; i++) negative |= x[i] == -amax;
        first = last = negative == (-lo > hi) ? 1 : -1;
    }
    for (int sign = first; sign <= last; sign += 2)
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

/* As try_scale for scale * q - min; returns the error left, but for that of scale and min 0. */
static float try_scale_min(const float *x, const float *w, int n, group_sums sums, float inverse, float shift, int hi, bool any_min,
                           float *scale, float *min) {
    grid_sums s = sum_grid(x, w, n, inverse, shift, 0, (float)hi);
    float det = sums.w * s.qq - s.q * s.q;
    *scale = *min = 0;
    bool solved = det > 1e-6f * sums.w * s.qq; /* else every q is the same */
    if (solved) {
        *scale = (sums.w * s.qx - sums.wx * s.q) / det;
        *min = (s.q * s.qx - s.qq * sums.wx) / det;
    } else if (any_min) {
        *min = -sums.wx / sums.w;
    }
    if (!any_min && (!solved || *scale < 0 || *min < 0)) {
        *min = 0;
        *scale = s.qq > 0 && s.qx > 0 ? s.qx / s.qq : 0;
    }
    return *scale * (*scale * s.qq - 2 * s.qx - 2 * *min * s.q) + *min * (*min * sums.w + 2 * sums.wx);
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
    float best = *min * (*min * sums.w + 2 * sums.wx), s, m;
    /* Ends moved inwards (values there are clipped) on either side, by shares of a step, both together by two at most; outwards too where
     * the ends are free. */
    for (int a = any_min ? -1 : 0; a < 4; a++)
        for (int b = any_min ? -1 : 0; b < 4; b++) {
            float width = (high - low) / (float)hi, from = low + 0.4f * (float)a * width, to = high - 0.4f * (float)b * width;
            if (!(to - from > scale_floor) || (!any_min && a + b > 2)) continue;
            float error = try_scale_min(x, w, n, sums, (float)hi / (to - from), -from, hi, any_min, &s, &m);
            if (error < best) best = error, *scale = s, *min = m;
        }
    for (int round = 0; round < 4 && *scale > scale_floor; round++) {
        float error = try_scale_min(x, w, n, sums, 1 / *scale, *min, hi, any_min, &s, &m);
        if (!(error < best)) break;
        best = error, *scale = s, *min = m;
    }
}
