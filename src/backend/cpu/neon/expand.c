/* expand.c (neon): packed groups to bytes and float scales, for the formats that have a layout of their own. */
#include "backend/cpu/kernels.h"
#include "backend/cpu/neon/unpack.h"

#define BLOCK(NAME, name, ...) og_expand_fn og_expand_##name##_neon;
#include "quant/quants.def"

static void store_rows(float *to, rows16 r) {
    for (int i = 0; i < 4; i++) vst1q_f32(to + i * 4, r.x[i]);
}

static inline UNPACK_ALWAYS void expand_nibbles(const og_type type, const uint8_t *quants, uint8_t *u) {
    for (int v = 0; v < 4; v++)
        for (int i = 0; i < OG_SLICE; i += 16) {
            uint8x16_t w[2];
            unpack_block(type, quants, v, i, w);
            vst1q_u8(u + v * OG_SLICE + i, w[0]);
            vst1q_u8(u + (v + 4) * OG_SLICE + i, w[1]);
        }
}

static inline UNPACK_ALWAYS void expand_blocks(const og_type type, const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    const uint8_t *quants = packed + blocks_head(type, nb);
    for (int b = 0; b < nb; b++, quants += blocks_quants(type), u += 512) {
        store_rows(scale + b * OG_PANEL, unpack_block_scales(type, packed, b));
        if (blocks_min(type)) store_rows(min + b * OG_PANEL, unpack_block_mins(packed, nb, b));
        if (type == OG_Q8_0)
            for (int i = 0; i < 512; i += 16) vst1q_s8((int8_t *)u + i, unpack_q8(vld1q_u8(quants + i)));
        else
            expand_nibbles(type, quants, u);
    }
}

#define EXPAND_BLOCKS(NAME, name)                                                                       \
    void og_expand_##name##_neon(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) { \
        expand_blocks(OG_##NAME, packed, nb, u, scale, min);                                            \
    }
EXPAND_BLOCKS(Q4_0, q4_0)
EXPAND_BLOCKS(Q8_0, q8_0)
EXPAND_BLOCKS(IQ4_NL, iq4_nl)
EXPAND_BLOCKS(MXFP4, mxfp4)
EXPAND_BLOCKS(Q5_0, q5_0)
EXPAND_BLOCKS(Q4_1, q4_1)
EXPAND_BLOCKS(Q5_1, q5_1)

void og_expand_iq4_xs_neon(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    const rows16 d = unpack_f16(packed);
    for (int b = 0; b < 8; b++) {
        store_rows(scale + b * OG_PANEL, unpack_less_32(unpack_six(packed + XS_SC_LO, packed + XS_SC_HI, b), d));
        expand_nibbles(OG_IQ4_XS, packed + XS_HEAD + b * 256, u + b * 512);
    }
}

static void expand_k_head(const uint8_t *packed, float *scale, float *min) {
    const rows16 d = unpack_f16(packed + K_D), dmin = unpack_f16(packed + K_DMIN);
    for (int j = 0; j < 8; j++) {
        store_rows(scale + j * OG_PANEL, unpack_u8(unpack_six(packed + K_SC_LO, packed + K_SC_HI, j), d));
        store_rows(min + j * OG_PANEL, unpack_u8(unpack_six(packed + K_M_LO, packed + K_M_HI, j), dmin));
    }
}

void og_expand_q4_k_neon(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    expand_k_head(packed, scale, min);
    const uint8_t *quants = packed + K_HEAD;
    for (int p = 0; p < 4; p++, quants += 512, u += 1024)
        for (int i = 0; i < 512; i += 16) {
            const uint8x16_t q = vld1q_u8(quants + i);
            vst1q_u8(u + i, unpack_low(q));
            vst1q_u8(u + 512 + i, unpack_high(q));
        }
}

void og_expand_q5_k_neon(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    expand_k_head(packed, scale, min);
    const uint8_t *bits = packed + K_HEAD, *quants = packed + Q5K_QUANTS;
    for (int p = 0; p < 4; p++, quants += 512, u += 1024) {
        const uint8x16_t first = vdupq_n_u8((uint8_t)(1 << (2 * p))), second = vdupq_n_u8((uint8_t)(2 << (2 * p)));
        for (int i = 0; i < 512; i += 16) {
            const uint8x16_t q = vld1q_u8(quants + i), h = vld1q_u8(bits + i);
            vst1q_u8(u + i, unpack_fifth(unpack_low(q), h, first));
            vst1q_u8(u + 512 + i, unpack_fifth(unpack_high(q), h, second));
        }
    }
}

static inline UNPACK_ALWAYS void expand_16(const og_type type, const uint8_t *packed, uint8_t *u, float *scale, float *min) {
    const rows16 d = unpack_f16(packed + K_D), dmin = unpack_f16(packed + K_DMIN);
    for (int j = 0; j < 16; j++) {
        store_rows(scale + j * OG_PANEL, unpack_scale16(type, packed, j, d));
        if (type == OG_Q2_K) store_rows(min + j * OG_PANEL, unpack_min16(packed, j, dmin));
    }
    for (int half = 0; half < 2; half++, u += 2048)
        for (int i = 0; i < 512; i += 16) {
            uint8x16_t x[4];
            unpack_half(type, packed, half, i, x);
            for (int b = 0; b < 4; b++) vst1q_u8(u + b * 512 + i, x[b]);
        }
}

#define EXPAND_16(NAME, name)                                                                           \
    void og_expand_##name##_neon(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) { \
        (void)nb;                                                                                       \
        expand_16(OG_##NAME, packed, u, scale, min);                                                    \
    }
EXPAND_16(Q6_K, q6_k)
EXPAND_16(Q3_K, q3_k)
EXPAND_16(Q2_K, q2_k)
