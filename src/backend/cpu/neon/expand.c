/* expand.c (neon): packed groups to bytes and float scales, for the formats that have a layout of their own. */
#include "backend/cpu/kernels.h"
#include "backend/cpu/neon/unpack.h"

og_expand_fn og_expand_q4_0_neon, og_expand_q8_0_neon, og_expand_q4_k_neon, og_expand_q5_k_neon, og_expand_q6_k_neon;

static void store_rows(float *to, rows16 r) {
    for (int i = 0; i < 4; i++) vst1q_f32(to + i * 4, r.x[i]);
}

/* f16 scales of nb blocks; returns where the quants begin. */
static const uint8_t *expand_scales(const uint8_t *packed, int nb, float *scale) {
    for (int b = 0; b < nb; b++) store_rows(scale + b * OG_PANEL, unpack_f16(packed + b * HEAD_Q32));
    return packed + OG_ALIGN_UP(nb * HEAD_Q32, 64);
}

void og_expand_q4_0_neon(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    const uint8_t *quants = expand_scales(packed, nb, scale);
    for (int b = 0; b < nb; b++, quants += 256, u += 512)
        for (int i = 0; i < 256; i += 16) {
            const uint8x16_t q = vld1q_u8(quants + i);
            vst1q_u8(u + i, unpack_low(q));
            vst1q_u8(u + 256 + i, unpack_high(q));
        }
}

void og_expand_q8_0_neon(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    const uint8_t *quants = expand_scales(packed, nb, scale);
    for (int i = 0; i < nb * 512; i += 16) vst1q_s8((int8_t *)u + i, unpack_q8(vld1q_u8(quants + i)));
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

void og_expand_q6_k_neon(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    const rows16 d = unpack_f16(packed);
    for (int j = 0; j < 16; j++) store_rows(scale + j * OG_PANEL, unpack_s8(vreinterpretq_s8_u8(vld1q_u8(packed + Q6K_SC + j * 16)), d));
    const uint8_t *half = packed + Q6K_QUANTS;
    for (int h = 0; h < 2; h++, half += Q6K_HALF, u += 2048)
        for (int i = 0; i < 512; i += 16) {
            const uint8x16_t a = vld1q_u8(half + i), b = vld1q_u8(half + 512 + i), bits = vld1q_u8(half + 1024 + i);
            for (int k = 0; k < 4; k++) vst1q_u8(u + k * 512 + i, unpack_q6(a, b, bits, k));
        }
}
