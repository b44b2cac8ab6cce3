/* v16.h (neon): sixteen floats in four registers. The meaning of each operation is in ../scalar/v16.h. */
#ifndef OG_V16_NEON_H
#define OG_V16_NEON_H

#include "quant/quant.h"
#include <arm_neon.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define V_ISA neon
/* Of 32 registers, sums may take 24: six rows of 16 columns in attention, four tokens of a panel in float products. */
#define V_ROWS 6
#define V_COLS 1
#define V_FG_PANELS 1
#define V_FG_TOKENS 4

typedef struct v16 {
    float32x4_t x[4];
} v16;

#define V_EACH(f, ...)                                                                 \
    return (v16) {                                                                     \
        { f(0, __VA_ARGS__), f(1, __VA_ARGS__), f(2, __VA_ARGS__), f(3, __VA_ARGS__) } \
    }
#define V_CALL1(i, f, a) f((a).x[i])
#define V_CALL2(i, f, a, b) f((a).x[i], (b).x[i])

/* Lanes 4i .. 4i + 3 that are below n. */
static inline uint32x4_t v_lanes(int i, int n) {
    static const int32_t lane[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return vcltq_s32(vld1q_s32(lane + 4 * i), vdupq_n_s32(n));
}
static inline float32x4_t v_quarter_max(float32x4_t a, float32x4_t b) {
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}
static inline float32x4_t v_quarter_min(float32x4_t a, float32x4_t b) {
    return vbslq_f32(vcltq_f32(a, b), a, b);
}
static inline float32x4_t v_quarter_f16(const uint16_t *p) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}
static inline float32x4_t v_quarter_bf16(const uint16_t *p) {
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16));
}
static inline float32x4_t v_quarter_keep_or(float32x4_t a, int i, int n, float f) {
    return vbslq_f32(v_lanes(i, n), a, vdupq_n_f32(f));
}
static inline float32x4_t v_quarter_from(float32x4_t a, int i, int n, float f) {
    return vbslq_f32(v_lanes(i, n), vdupq_n_f32(f), a);
}
static inline float32x4_t v_quarter_pow2(float32x4_t a) {
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtq_s32_f32(a), vdupq_n_s32(127)), 23));
}

#define V_SET(i, f) vdupq_n_f32(f)
static inline v16 v_set(float f) {
    V_EACH(V_SET, f);
}
#define V_LOAD(i, load, p) load((p) + 4 * (i))
static inline v16 v_load(const float *p) {
    V_EACH(V_LOAD, vld1q_f32, p);
}
static inline v16 v_load_n(const float *p, int n) {
    float whole[16] = {0.0f};
    memcpy(whole, p, (size_t)n * sizeof(float));
    return v_load(whole);
}
static inline void v_store(float *p, v16 a) {
    for (int i = 0; i < 4; i++) vst1q_f32(p + 4 * i, a.x[i]);
}
static inline void v_store_n(float *p, v16 a, int n) {
    float whole[16];
    v_store(whole, a);
    memcpy(p, whole, (size_t)n * sizeof(float));
}
static inline v16 v_load_f16(const uint16_t *p) {
    V_EACH(V_LOAD, v_quarter_f16, p);
}
static inline v16 v_load_f16_n(const uint16_t *p, int n) {
    uint16_t whole[16] = {0};
    memcpy(whole, p, (size_t)n * sizeof(uint16_t));
    return v_load_f16(whole);
}
static inline v16 v_of_i8(int8x16_t x) {
    const int16x8_t low = vmovl_s8(vget_low_s8(x)), high = vmovl_s8(vget_high_s8(x));
    return (v16){{vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(low))),
                  vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(high)))}};
}
static inline v16 v_load_i8(const int8_t *p) {
    return v_of_i8(vld1q_s8(p));
}
static inline v16 v_load_low4(const uint8_t *p) {
    return v_of_i8(vreinterpretq_s8_u8(vandq_u8(vld1q_u8(p), vdupq_n_u8(15))));
}
static inline v16 v_load_high4(const uint8_t *p) {
    return v_of_i8(vreinterpretq_s8_u8(vshrq_n_u8(vld1q_u8(p), 4)));
}
static inline v16 v_load_bf16(const uint16_t *p) {
    V_EACH(V_LOAD, v_quarter_bf16, p);
}
static inline v16 v_add(v16 a, v16 b) {
    V_EACH(V_CALL2, vaddq_f32, a, b);
}
static inline v16 v_sub(v16 a, v16 b) {
    V_EACH(V_CALL2, vsubq_f32, a, b);
}
static inline v16 v_mul(v16 a, v16 b) {
    V_EACH(V_CALL2, vmulq_f32, a, b);
}
static inline v16 v_div(v16 a, v16 b) {
    V_EACH(V_CALL2, vdivq_f32, a, b);
}
#define V_FMA(i, a, b, c) vfmaq_f32((c).x[i], (a).x[i], (b).x[i])
static inline v16 v_fma(v16 a, v16 b, v16 c) {
    V_EACH(V_FMA, a, b, c);
}
static inline v16 v_max(v16 a, v16 b) {
    V_EACH(V_CALL2, v_quarter_max, a, b);
}
static inline v16 v_min(v16 a, v16 b) {
    V_EACH(V_CALL2, v_quarter_min, a, b);
}
static inline v16 v_abs(v16 a) {
    V_EACH(V_CALL1, vabsq_f32, a);
}
static inline v16 v_rint(v16 a) {
    V_EACH(V_CALL1, vrndnq_f32, a);
}
#define V_KEEP_OR(i, a, n, f) v_quarter_keep_or((a).x[i], i, n, f)
static inline v16 v_keep(v16 a, int n) {
    V_EACH(V_KEEP_OR, a, n, 0.0f);
}
static inline v16 v_keep_or(v16 a, int n, float f) {
    V_EACH(V_KEEP_OR, a, n, f);
}
#define V_FROM(i, a, n, f) v_quarter_from((a).x[i], i, n, f)
static inline v16 v_from(v16 a, int n, float f) {
    V_EACH(V_FROM, a, n, f);
}
static inline v16 v_pow2(v16 a) {
    V_EACH(V_CALL1, v_quarter_pow2, a);
}
static inline void v_store_i8(int8_t *p, v16 a) {
    int16x8_t low = vcombine_s16(vmovn_s32(vcvtq_s32_f32(a.x[0])), vmovn_s32(vcvtq_s32_f32(a.x[1])));
    int16x8_t high = vcombine_s16(vmovn_s32(vcvtq_s32_f32(a.x[2])), vmovn_s32(vcvtq_s32_f32(a.x[3])));
    vst1q_s8(p, vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
}
static inline float v_sum(v16 a) {
    float32x4_t q = vaddq_f32(vaddq_f32(a.x[0], a.x[2]), vaddq_f32(a.x[1], a.x[3]));
    float32x2_t h = vadd_f32(vget_low_f32(q), vget_high_f32(q));
    return vget_lane_f32(h, 0) + vget_lane_f32(h, 1);
}
static inline float v_hmax(v16 a) {
    return vmaxvq_f32(v_quarter_max(v_quarter_max(a.x[0], a.x[1]), v_quarter_max(a.x[2], a.x[3])));
}

#endif
