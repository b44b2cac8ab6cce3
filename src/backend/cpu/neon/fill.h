/* fill.h (neon): groups whose weights take some work to make, as bytes u and scales in the first-level cache: formats of codebooks, and
 * those of one or two bits. Expanders and matrix-vector products share it. Slices are made by quarters: rows 4i..4i + 3. */
#ifndef OG_FILL_NEON_H
#define OG_FILL_NEON_H

#include "backend/cpu/layout/bits.h"
#include "backend/cpu/layout/grid_copy.h"
#include "backend/cpu/neon/unpack.h"

static inline void fill_store(float *to, rows16 r) {
    for (int i = 0; i < 4; i++) vst1q_f32(to + i * 4, r.x[i]);
}

static inline rows16 fill_times(rows16 r, float f) {
    for (int i = 0; i < 4; i++) r.x[i] = vmulq_n_f32(r.x[i], f);
    return r;
}

/* Bytes shifted to the right by a number that need not be constant. */
static inline uint8x16_t fill_right(uint8x16_t x, int n) {
    return vshlq_u8(x, vdupq_n_s8((int8_t)-n));
}

/* The low and high bytes of 16 words. */
static inline uint8x16_t fill_low_bytes(uint16x8_t a, uint16x8_t b) {
    return vuzp1q_u8(vreinterpretq_u8_u16(a), vreinterpretq_u8_u16(b));
}
static inline uint8x16_t fill_high_bytes(const uint8_t *words) {
    return vuzp2q_u8(vld1q_u8(words), vld1q_u8(words + 16));
}

/* ---- codebooks ---- */

/* Signs of 8 columns; of seven the eighth makes their number even. */
static inline UNPACK_ALWAYS uint8x16_t fill_signs(const og_type type, const uint8_t *signs) {
    const uint8x16_t s = vld1q_u8(signs), seven = vandq_u8(s, vdupq_n_u8(127));
    return grid_seven(type) ? vorrq_u8(seven, vshlq_n_u8(vcntq_u8(seven), 7)) : s;
}

/* What the rows of IQ1 have more than 8 * (p + 1), in point v of block b. */
static inline UNPACK_ALWAYS uint8x16_t fill_upward(const og_type type, const uint8_t *packed, int b, int v) {
    const uint8_t *high = packed + grid_high(type);
    const uint8x16_t x = type == OG_IQ1_S ? fill_high_bytes(high + b * 32) : vld1q_u8(high + (b * 2 + v / 2) * 16);
    const uint8x16_t down = vtstq_u8(x, vdupq_n_u8((uint8_t)(type == OG_IQ1_S ? 0x80 : 8 << (v % 2 * 4))));
    return vbicq_u8(vdupq_n_u8(2), down);
}

/* Magnitudes to u; bit j of each of a lane's bytes of the rows' signs is tested by `bits`. */
static inline uint8x16_t fill_with_signs(uint8x16_t size, uint8x16_t signs, uint32_t bits, int offset) {
    const uint8x16_t minus = vtstq_u8(signs, vreinterpretq_u8_u32(vdupq_n_u32(bits)));
    return vaddq_u8(vsubq_u8(veorq_u8(size, minus), minus), vdupq_n_u8((uint8_t)offset));
}

/* Slices 2v and 2v + 1 of block b, from its points. */
static inline UNPACK_ALWAYS void fill_points(const og_type type, const uint8_t *packed, int b, int v, const uint8_t *raw, uint8_t *u) {
    const uint8x16_t four = vcombine_u8(vcreate_u8(0x0101010100000000), vcreate_u8(0x0303030302020202));
    const uint8x16_t table = vreinterpretq_u8_u16(vsetq_lane_u16(0x1008, vdupq_n_u16(0), 0));
    const uint8x16_t rows =
        grid_iq1(type) ? fill_upward(type, packed, b, v) : fill_signs(type, packed + grid_signs(type) + (b * 4 + v) * 16);
    for (int i = 0; i < 4; i++) {
        const uint8x16_t row = vqtbl1q_u8(rows, vaddq_u8(four, vdupq_n_u8((uint8_t)(4 * i))));
        uint8x16_t w[2];
        if (grid_dim(type) == 8) {
            const uint32x4_t x = vreinterpretq_u32_u8(vld1q_u8(raw + i * 32)), y = vreinterpretq_u32_u8(vld1q_u8(raw + i * 32 + 16));
            w[0] = vreinterpretq_u8_u32(vuzp1q_u32(x, y)), w[1] = vreinterpretq_u8_u32(vuzp2q_u32(x, y));
        } else {
            w[0] = vld1q_u8(raw + i * 16), w[1] = vld1q_u8(raw + 64 + i * 16);
        }
        for (int h = 0; h < 2; h++) { /* a point -1 takes 0 from the table */
            w[h] = grid_iq1(type) ? vaddq_u8(vqtbl1q_u8(table, w[h]), row)
                                  : fill_with_signs(w[h], row, h ? 0x80402010 : 0x08040201, grid_offset(type));
            vst1q_u8(u + h * 64 + i * 16, w[h]);
        }
    }
}

static inline UNPACK_ALWAYS rows16 fill_grid_d(const og_type type, const uint8_t *packed) {
    if (type != OG_IQ1_M) return fill_times(unpack_f16(packed), grid_factor(type));
    uint8_t d[32];
    for (int h = 0; h < 32; h += 16) {
        uint16x8_t x = vdupq_n_u16(0);
        for (int i = 0; i < 4; i++) {
            const uint16x8_t four = vshrq_n_u16(vreinterpretq_u16_u8(vld1q_u8(packed + i * 32 + h)), 12);
            x = vorrq_u16(x, vshlq_u16(four, vdupq_n_s16((int16_t)(4 * i))));
        }
        vst1q_u8(d + h, vreinterpretq_u8_u16(x));
    }
    return fill_times(unpack_f16(d), grid_factor(type));
}

/* Scale of sub-block j; d: the rows' factor. */
static inline UNPACK_ALWAYS rows16 fill_grid_scale(const og_type type, const uint8_t *packed, int j, rows16 d) {
    uint8x16_t x = vdupq_n_u8(0);
    if (type == OG_IQ1_S) {
        x = vandq_u8(vshrq_n_u8(fill_high_bytes(packed + grid_high(type) + j * 32), 4), vdupq_n_u8(7));
    } else if (type == OG_IQ1_M) {
        const int16x8_t n = vdupq_n_s16((int16_t)(-3 * (j % 4)));
        const uint16x8_t a = vreinterpretq_u16_u8(vld1q_u8(packed + j / 4 * 32)),
                         b = vreinterpretq_u16_u8(vld1q_u8(packed + j / 4 * 32 + 16));
        x = vandq_u8(fill_low_bytes(vshlq_u16(a, n), vshlq_u16(b, n)), vdupq_n_u8(7));
    } else if (grid_seven(type) && type != OG_IQ2_XS) {
        for (int k = 0; k < 4; k++) x = vorrq_u8(x, fill_right(vshrq_n_u8(vld1q_u8(packed + grid_signs(type) + (j * 4 + k) * 16), 7), -k));
    } else {
        x = vandq_u8(fill_right(vld1q_u8(packed + GRID_SCALES + j / 2 * 16), j % 2 * 4), vdupq_n_u8(15));
    }
    return unpack_u8(vaddq_u8(vaddq_u8(x, x), vdupq_n_u8(1)), d);
}

static inline UNPACK_ALWAYS void fill_grid(const og_type type, const uint8_t *packed, uint8_t *u, float *scale) {
    uint8_t raw[OG_EXPANDED];
    const rows16 d = fill_grid_d(type, packed);
    for (int j = 0; j < 256 / grid_group(type); j++) fill_store(scale + j * OG_PANEL, fill_grid_scale(type, packed, j, d));
    grid_copy(type, packed, raw);
    for (int v = 0; v < 32; v++) fill_points(type, packed, v / 4, v % 4, raw + v * 128, u + v * 128);
}

/* ---- tq1_0, tq2_0: one scale ---- */

static inline UNPACK_ALWAYS void fill_tq(const og_type type, const uint8_t *packed, uint8_t *u, float *scale) {
    const uint8_t *quants = packed + TQ_QUANTS;
    const rows16 d = unpack_f16(packed);
    for (int b = 0; b < 8; b++) fill_store(scale + b * OG_PANEL, d);
    for (int i = 0; i < (type == OG_TQ2_0 ? 16 : 13) * OG_SLICE; i += 16) {
        uint8x16_t x = vld1q_u8(quants + i);
        if (type == OG_TQ2_0) {
            for (int b = 0; b < 4; b++, x = vshrq_n_u8(x, 2)) vst1q_u8(u + (i / 512 * 4 + b) * 512 + i % 512, vandq_u8(x, vdupq_n_u8(3)));
            continue;
        }
        for (int j = 0; j < tq1_digits(i / OG_SLICE); j++) { /* a digit is how many thirds of 256 there are */
            const uint8x16_t less = vaddq_u8(vcgeq_u8(x, vdupq_n_u8(86)), vcgeq_u8(x, vdupq_n_u8(171)));
            vst1q_u8(u + tq1_slice(i / OG_SLICE, j) * OG_SLICE + i % OG_SLICE, vsubq_u8(vdupq_n_u8(0), less));
            x = vaddq_u8(x, vaddq_u8(x, x));
        }
    }
}

/* ---- q1_0, q2_0, nvfp4 ---- */

/* Half of unsigned floats of 4 bits of exponent and 3 of mantissa: f16 has both, with another bias. 0x7f stands for 0. */
static inline rows16 fill_scale_nvfp4(const uint8_t *p) {
    const uint8x16_t x = vld1q_u8(p), seven = vandq_u8(vbicq_u8(x, vceqq_u8(x, vdupq_n_u8(127))), vdupq_n_u8(127));
    uint8_t half[32];
    vst1q_u8(half, vreinterpretq_u8_u16(vshlq_n_u16(vmovl_u8(vget_low_u8(seven)), 7)));
    vst1q_u8(half + 16, vreinterpretq_u8_u16(vshlq_n_u16(vmovl_high_u8(seven), 7)));
    return fill_times(unpack_f16(half), 128);
}

static inline void fill_nvfp4_block(const uint8_t *quants, uint8_t *u) {
    const uint8x16_t table = vaddq_u8(vreinterpretq_u8_s8(vld1q_s8(blocks_table(OG_MXFP4))), vdupq_n_u8(OG_NVFP4_OFFSET));
    for (int i = 0; i < 4 * OG_SLICE; i += 16) {
        const uint8x16_t x = vld1q_u8(quants + i);
        uint8_t *to = u + i / 128 * 256 + i % 128;
        vst1q_u8(to, vqtbl1q_u8(table, unpack_low(x)));
        vst1q_u8(to + 128, vqtbl1q_u8(table, unpack_high(x)));
    }
}

static inline UNPACK_ALWAYS void fill_bits(const og_type type, const uint8_t *packed, int nb, uint8_t *u, float *scale) {
    const uint8_t *quants = packed + bits_head(type, nb);
    for (int b = 0; b < nb; b++, quants += bits_quants(type), u += 512) {
        if (type == OG_NVFP4) {
            for (int i = b * 2; i < b * 2 + 2; i++) fill_store(scale + i * OG_PANEL, fill_scale_nvfp4(packed + i * OG_PANEL));
            fill_nvfp4_block(quants, u);
            continue;
        }
        fill_store(scale + b * OG_PANEL, unpack_f16(packed + b / bits_share(type) * 32));
        for (int i = 0; i < 8 * OG_SLICE; i += 16) {
            const int t = i / OG_SLICE;
            const uint8x16_t x = vld1q_u8(quants + (type == OG_Q2_0 ? t / 4 * 64 : 0) + i % OG_SLICE);
            const uint8x16_t bit = vandq_u8(vtstq_u8(x, vdupq_n_u8((uint8_t)(1 << t))), vdupq_n_u8(2));
            vst1q_u8(u + i, type == OG_Q2_0 ? vandq_u8(fill_right(x, t % 4 * 2), vdupq_n_u8(3)) : bit);
        }
    }
}

/* nb blocks of 32 columns: u[nb * 8][64], scale[32 * nb / group][16]. */
static inline UNPACK_ALWAYS void fill(const og_type type, const uint8_t *packed, int nb, uint8_t *u, float *scale) {
    if (type == OG_TQ1_0 || type == OG_TQ2_0)
        fill_tq(type, packed, u, scale);
    else if (type == OG_Q1_0 || type == OG_Q2_0 || type == OG_NVFP4)
        fill_bits(type, packed, nb, u, scale);
    else
        fill_grid(type, packed, u, scale);
}

static inline size_t fill_bytes(const og_type type, int nb) {
    if (type == OG_TQ1_0 || type == OG_TQ2_0) return type == OG_TQ1_0 ? TQ1_BYTES : TQ2_BYTES;
    return type == OG_Q1_0 || type == OG_Q2_0 || type == OG_NVFP4 ? bits_bytes(type, nb) : grid_bytes(type);
}

#endif
