/* unpack.h: packed weights (../pack.h) to bytes and floats, 16 bytes at a time; used by the expanders and the matrix-vector products. */
#ifndef OG_UNPACK_NEON_H
#define OG_UNPACK_NEON_H

#include "backend/cpu/layout/k_scales.h"

#include <arm_neon.h>
#include <stdint.h>

/* Offsets in packed groups; those of the head of q4_k and q5_k are in k_scales.h. */
enum {
    HEAD_Q32 = 32, /* q4_0, q8_0: bytes of scales a block; their sum is padded to 64 */
    Q5K_QUANTS = K_HEAD + 512,
    Q6K_SC = 64,
    Q6K_QUANTS = Q6K_SC + 256,
    Q6K_HALF = 24 * 64,
};

typedef struct rows16 {
    float32x4_t x[4]; /* a number a row */
} rows16;

static inline uint8x16_t unpack_low(uint8x16_t x) {
    return vandq_u8(x, vdupq_n_u8(15));
}

static inline uint8x16_t unpack_high(uint8x16_t x) {
    return vshrq_n_u8(x, 4);
}

/* Nibbles with the fifth bit that is marked in `bit` of h. */
static inline uint8x16_t unpack_fifth(uint8x16_t nibbles, uint8x16_t h, uint8x16_t bit) {
    return vbslq_u8(vdupq_n_u8(16), vtstq_u8(h, bit), nibbles);
}

/* The four blocks of a q6_k half: a and b hold nibbles, h two more bits of each. */
static inline uint8x16_t unpack_q6(uint8x16_t a, uint8x16_t b, uint8x16_t h, int block) {
    const uint8x16_t top = vdupq_n_u8(0x30);
    switch (block) {
    case 0:
        return vsliq_n_u8(a, vandq_u8(h, vdupq_n_u8(3)), 4);
    case 1:
        return vsliq_n_u8(b, vandq_u8(vshrq_n_u8(h, 2), vdupq_n_u8(3)), 4);
    case 2:
        return vsriq_n_u8(vandq_u8(h, top), a, 4);
    default:
        return vsriq_n_u8(vandq_u8(vshrq_n_u8(h, 2), top), b, 4);
    }
}

static inline int8x16_t unpack_q8(uint8x16_t x) {
    return vreinterpretq_s8_u8(veorq_u8(x, vdupq_n_u8(0x80)));
}

/* f16 of 16 rows. */
static inline rows16 unpack_f16(const uint8_t *p) {
    rows16 r;
    for (int i = 0; i < 4; i++) r.x[i] = vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p + i * 8)));
    return r;
}

/* Bytes of 16 rows times f. */
static inline rows16 unpack_u8(uint8x16_t x, rows16 f) {
    const uint16x8_t low = vmovl_u8(vget_low_u8(x)), high = vmovl_high_u8(x);
    const uint32x4_t q[4] = {vmovl_u16(vget_low_u16(low)), vmovl_high_u16(low), vmovl_u16(vget_low_u16(high)), vmovl_high_u16(high)};
    for (int i = 0; i < 4; i++) f.x[i] = vmulq_f32(f.x[i], vcvtq_f32_u32(q[i]));
    return f;
}

static inline rows16 unpack_s8(int8x16_t x, rows16 f) {
    const int16x8_t low = vmovl_s8(vget_low_s8(x)), high = vmovl_high_s8(x);
    const int32x4_t q[4] = {vmovl_s16(vget_low_s16(low)), vmovl_high_s16(low), vmovl_s16(vget_low_s16(high)), vmovl_high_s16(high)};
    for (int i = 0; i < 4; i++) f.x[i] = vmulq_f32(f.x[i], vcvtq_f32_s32(q[i]));
    return f;
}

/* The 6-bit number of sub-block j of 16 rows; lo, hi: K_SC_LO and K_SC_HI, or K_M_LO and K_M_HI. */
static inline uint8x16_t unpack_six(const uint8_t *lo, const uint8_t *hi, int j) {
    const uint8x16_t low = vshlq_u8(vld1q_u8(lo + j % 4 * 16), vdupq_n_s8((int8_t)(j < 4 ? 0 : -4)));
    const uint8x16_t high = vshlq_u8(vld1q_u8(hi + j % 2 * 16), vdupq_n_s8((int8_t)(-2 * (j / 2))));
    return vsliq_n_u8(low, vandq_u8(high, vdupq_n_u8(3)), 4);
}

#endif
