/* v16.h (scalar): sixteen floats at a time, as plain C. This is the meaning of every operation; the other folders' v16.h do the same
 * with registers, and the kernels of ../common are written once over these names.
 *
 * max and min are `a > b ? a : b` and `a < b ? a : b`, so that a NaN in a gives b. */
#ifndef OG_V16_SCALAR_H
#define OG_V16_SCALAR_H

#include "quant/quant.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

#define V_ISA scalar
#define V_ROWS 4 /* rows and v16 columns that attention's products keep in registers at a time */
#define V_COLS 1
#define V_FG_PANELS 1 /* panels and tokens of the float product's register tile */
#define V_FG_TOKENS 4

typedef struct v16 {
    float x[16];
} v16;

#define V_EACH(expr)                              \
    v16 r;                                        \
    for (int i = 0; i < 16; i++) r.x[i] = (expr); \
    return r

/* clang-format off */
static inline v16 v_set(float f) { V_EACH(f); }
static inline v16 v_load(const float *p) { V_EACH(p[i]); }
static inline v16 v_load_n(const float *p, int n) { V_EACH(i < n ? p[i] : 0.0f); } /* lanes past n are 0 */
static inline void v_store(float *p, v16 a) { memcpy(p, a.x, sizeof a.x); }
static inline void v_store_n(float *p, v16 a, int n) { memcpy(p, a.x, (size_t)n * sizeof(float)); }
static inline v16 v_load_f16(const uint16_t *p) { V_EACH(og_f16_to_f32(p[i])); }
static inline v16 v_load_f16_n(const uint16_t *p, int n) { V_EACH(i < n ? og_f16_to_f32(p[i]) : 0.0f); }
static inline v16 v_load_i8(const int8_t *p) { V_EACH((float)p[i]); }
static inline v16 v_load_low4(const uint8_t *p) { V_EACH((float)(p[i] & 15)); } /* the low or high nibbles of 16 bytes */
static inline v16 v_load_high4(const uint8_t *p) { V_EACH((float)(p[i] >> 4)); }
static inline v16 v_load_bf16(const uint16_t *p) { V_EACH(og_bf16_to_f32(p[i])); }
static inline v16 v_add(v16 a, v16 b) { V_EACH(a.x[i] + b.x[i]); }
static inline v16 v_sub(v16 a, v16 b) { V_EACH(a.x[i] - b.x[i]); }
static inline v16 v_mul(v16 a, v16 b) { V_EACH(a.x[i] * b.x[i]); }
static inline v16 v_div(v16 a, v16 b) { V_EACH(a.x[i] / b.x[i]); }
static inline v16 v_fma(v16 a, v16 b, v16 c) { V_EACH(fmaf(a.x[i], b.x[i], c.x[i])); }
static inline v16 v_max(v16 a, v16 b) { V_EACH(a.x[i] > b.x[i] ? a.x[i] : b.x[i]); }
static inline v16 v_min(v16 a, v16 b) { V_EACH(a.x[i] < b.x[i] ? a.x[i] : b.x[i]); }
static inline v16 v_abs(v16 a) { V_EACH(fabsf(a.x[i])); }
static inline v16 v_rint(v16 a) { V_EACH(rintf(a.x[i])); } /* to nearest, ties to even */
static inline v16 v_keep(v16 a, int n) { V_EACH(i < n ? a.x[i] : 0.0f); } /* lanes from n on become 0 */
static inline v16 v_keep_or(v16 a, int n, float f) { V_EACH(i < n ? a.x[i] : f); }
static inline v16 v_from(v16 a, int n, float f) { V_EACH(i < n ? f : a.x[i]); } /* lanes below n become f */
/* 2^a for integral a in [-126, 127]. */
static inline v16 v_pow2(v16 a) {
    v16 r;
    for (int i = 0; i < 16; i++) {
        uint32_t bits = (uint32_t)((int32_t)a.x[i] + 127) << 23;
        memcpy(&r.x[i], &bits, 4);
    }
    return r;
}
/* Integral values within -128..127 to bytes. */
static inline void v_store_i8(int8_t *p, v16 a) {
    for (int i = 0; i < 16; i++) p[i] = (int8_t)a.x[i];
}
/* 8+8, 4+4, 2+2, 1+1. */
static inline float v_sum(v16 a) {
    for (int h = 8; h > 0; h /= 2)
        for (int i = 0; i < h; i++) a.x[i] = a.x[i] + a.x[i + h];
    return a.x[0];
}
static inline float v_hmax(v16 a) {
    float m = a.x[0];
    for (int i = 1; i < 16; i++) m = a.x[i] > m ? a.x[i] : m;
    return m;
}
/* clang-format on */

#endif
