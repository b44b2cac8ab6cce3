/* lanes.h: four floats at once, as gcc and clang spell it on every CPU. Sums of the encoders are kept in eight lanes, two of these, and
 * folded in one order, so that they are the same everywhere. Private to src/quant. */
#ifndef OG_QUANT_LANES_H
#define OG_QUANT_LANES_H

#include <stdint.h>
#include <string.h>

typedef float lanes __attribute__((vector_size(16)));
typedef int32_t lanes_mask __attribute__((vector_size(16)));

static inline lanes lanes_load(const float *x) {
    lanes v;
    memcpy(&v, x, sizeof v);
    return v;
}

static inline void lanes_store(float *x, lanes v) {
    memcpy(x, &v, sizeof v);
}

static inline lanes lanes_all(float x) {
    return (lanes){x, x, x, x};
}

/* Nearest integers, ties to even, for |v| < 2^22; needs no rounding instruction. */
static inline lanes lanes_round(lanes v) {
    return (v + 12582912.0f) - 12582912.0f;
}

static inline lanes lanes_clamp(lanes v, float lo, float hi) {
    lanes r;
    for (int l = 0; l < 4; l++) {
        float t = v[l] > lo ? v[l] : lo;
        r[l] = t < hi ? t : hi;
    }
    return r;
}

static inline lanes lanes_max(lanes a, lanes b) {
    lanes r;
    for (int l = 0; l < 4; l++) r[l] = a[l] > b[l] ? a[l] : b[l];
    return r;
}

static inline lanes lanes_abs(lanes v) {
    return (lanes)((lanes_mask)v & 0x7fffffff);
}

/* Step where v is above the bound, else 0. */
static inline lanes lanes_step(lanes v, lanes bound, lanes step) {
    return (lanes)((v > bound) & (lanes_mask)step);
}

/* Of eight lanes. */
static inline float lanes_sum(lanes low, lanes high) {
    lanes s = low + high;
    return (s[0] + s[2]) + (s[1] + s[3]);
}

static inline float lanes_top(lanes low, lanes high) {
    lanes s = lanes_max(low, high);
    float a = s[0] > s[2] ? s[0] : s[2], b = s[1] > s[3] ? s[1] : s[3];
    return a > b ? a : b;
}

#endif
