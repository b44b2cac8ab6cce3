/* unpack.h: packed weights (../pack.h) to bytes and floats, 16 bytes at a time; used by the expanders and the matrix-vector products. */
#ifndef OG_UNPACK_NEON_H
#define OG_UNPACK_NEON_H

#include "backend/cpu/layout/blocks.h"
#include "backend/cpu/layout/k_scales.h"

#include <arm_neon.h>
#include <stdint.h>

#define UNPACK_ALWAYS __attribute__((always_inline))

/* Offsets in packed groups; those of the head of q4_k and q5_k are in k_scales.h. */
enum {
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

/* Bytes of 16 rows less 32, times f. */
static inline rows16 unpack_less_32(uint8x16_t x, rows16 f) {
    return unpack_s8(vreinterpretq_s8_u8(vsubq_u8(x, vdupq_n_u8(32))), f);
}

/* q3_k's 6-bit number of sub-block j. */
static inline uint8x16_t unpack_q3_six(const uint8_t *packed, int j) {
    const uint8x16_t low = vshlq_u8(vld1q_u8(packed + Q3_SC_LO + j % 8 * 16), vdupq_n_s8((int8_t)(j < 8 ? 0 : -4)));
    const uint8x16_t high = vshlq_u8(vld1q_u8(packed + Q3_SC_HI + j % 4 * 16), vdupq_n_s8((int8_t)(-2 * (j / 4))));
    return vsliq_n_u8(low, vandq_u8(high, vdupq_n_u8(3)), 4);
}

/* Scale, and q2_k's min, of sub-block j of the types with a scale per 16 columns; d, dmin: the rows' factors. */
static inline UNPACK_ALWAYS rows16 unpack_scale16(const og_type type, const uint8_t *packed, int j, rows16 d) {
    if (type == OG_Q6_K) return unpack_s8(vreinterpretq_s8_u8(vld1q_u8(packed + Q6K_SC + j * 16)), d);
    if (type == OG_Q3_K) return unpack_less_32(unpack_q3_six(packed, j), d);
    return unpack_u8(unpack_low(vld1q_u8(packed + Q2_SC + j * 16)), d);
}

static inline rows16 unpack_min16(const uint8_t *packed, int j, rows16 dmin) {
    return unpack_u8(unpack_high(vld1q_u8(packed + Q2_SC + j * 16)), dmin);
}

/* u of 16 bytes of the four blocks of half `half` of such a type; at: their place in the slices of a block. */
static inline UNPACK_ALWAYS void unpack_half(const og_type type, const uint8_t *packed, int half, int at, uint8x16_t u[4]) {
    if (type == OG_Q6_K) {
        const uint8_t *w = packed + Q6K_QUANTS + half * Q6K_HALF + at;
        const uint8x16_t a = vld1q_u8(w), b = vld1q_u8(w + 512), bits = vld1q_u8(w + 1024);
        for (int i = 0; i < 4; i++) u[i] = unpack_q6(a, b, bits, i);
        return;
    }
    const uint8x16_t x = vld1q_u8(packed + (type == OG_Q3_K ? Q3_QUANTS : Q2_QUANTS) + half * 512 + at), two = vdupq_n_u8(3);
    u[0] = vandq_u8(x, two), u[1] = vandq_u8(vshrq_n_u8(x, 2), two), u[2] = vandq_u8(vshrq_n_u8(x, 4), two), u[3] = vshrq_n_u8(x, 6);
    if (type == OG_Q3_K) {
        const uint8x16_t high = vld1q_u8(packed + Q3_HIGH + at);
        for (int i = 0; i < 4; i++)
            u[i] = vorrq_u8(u[i], vandq_u8(vtstq_u8(high, vdupq_n_u8((uint8_t)(1 << (4 * half + i)))), vdupq_n_u8(4)));
    }
}

/* ---- blocks that stand alone (../layout/blocks.h), inlined with a constant type ---- */

/* Whether weights are taken as signed bytes. */
static inline bool unpack_is_signed(const og_type type) {
    return type == OG_Q8_0 || type == OG_IQ4_NL || type == OG_IQ4_XS;
}

/* 16 bytes of slices v (w[0]) and v + 4 (w[1]) of a block of nibbles, from byte `at` of the slices on: u, or the signed weights. */
static inline UNPACK_ALWAYS void unpack_block(const og_type type, const uint8_t *quants, int v, int at, uint8x16_t w[2]) {
    const uint8x16_t x = vld1q_u8(quants + (blocks_five(type) ? OG_SLICE : 0) + v * OG_SLICE + at);
    w[0] = unpack_low(x), w[1] = unpack_high(x);
    if (blocks_five(type)) {
        const uint8x16_t fifth = vld1q_u8(quants + at);
        for (int i = 0; i < 2; i++) w[i] = unpack_fifth(w[i], fifth, vdupq_n_u8((uint8_t)(1 << (v + 4 * i))));
    }
    if (blocks_table(type)) {
        const uint8x16_t q = vreinterpretq_u8_s8(vld1q_s8(blocks_table(type)));
        const uint8x16_t table = unpack_is_signed(type) ? q : vaddq_u8(q, vdupq_n_u8(OG_MXFP4_OFFSET));
        for (int i = 0; i < 2; i++) w[i] = vqtbl1q_u8(table, w[i]);
    }
}

/* The scales of block b of a group. */
static inline UNPACK_ALWAYS rows16 unpack_block_scales(const og_type type, const uint8_t *packed, int b) {
    if (type != OG_MXFP4) return unpack_f16(packed + b * 32);
    /* 2^(e - 128); the lowest two are subnormal. */
    rows16 r;
    for (int i = 0; i < 4; i++) {
        uint32_t four;
        memcpy(&four, packed + b * 16 + i * 4, sizeof four);
        const uint32x4_t e = vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(four))));
        const uint32x4_t normal = vshlq_n_u32(vsubq_u32(e, vdupq_n_u32(1)), 23);
        const uint32x4_t small = vshlq_u32(vdupq_n_u32(1 << 21), vreinterpretq_s32_u32(e));
        r.x[i] = vreinterpretq_f32_u32(vbslq_u32(vcltq_u32(e, vdupq_n_u32(2)), small, normal));
    }
    return r;
}

/* Mins are the file's lowest values, negated. */
static inline rows16 unpack_block_mins(const uint8_t *packed, int nb, int b) {
    rows16 r = unpack_f16(packed + nb * 32 + b * 32);
    for (int i = 0; i < 4; i++) r.x[i] = vnegq_f32(r.x[i]);
    return r;
}

#endif
