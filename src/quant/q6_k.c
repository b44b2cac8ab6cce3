/* q6_k.c: 256 weights of 6 bits in 16 groups of 16, each with an int8 scale under one binary16 factor.
 *
 *   0    ql      low 4 bits. Half h (weights 128h ..) has 64 bytes; byte l holds weight l in its low nibble and weight l + 64 in its high
 * one 128  qh      high 2 bits. Half h has 32 bytes; bits 2j, 2j + 1 of byte l belong to weight l + 32j 192  scales  int8[16] 208  d
 * binary16 w = (d * scale) * (q - 32) */
#include "quant/fit.h"

#include <string.h>

typedef struct q6_k_block {
    uint8_t ql[128];
    uint8_t qh[64];
    int8_t scales[16];
    uint16_t d;
} q6_k_block;
_Static_assert(sizeof(q6_k_block) == OG_Q6_K_BYTES, "q6_k block size");

void og_q6_k_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    q6_k_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d);
    for (int g = 0; g < 16; g++) scale[g] = d * (float)b.scales[g];
    for (int h = 0; h < 2; h++) {
        const uint8_t *ql = b.ql + 64 * h, *qh = b.qh + 32 * h;
        int8_t *out = q + 128 * h;
        for (int l = 0; l < 32; l++) {
            out[l] = (int8_t)(((ql[l] & 15) | (qh[l] & 3) << 4) - 32);
            out[l + 32] = (int8_t)(((ql[l + 32] & 15) | (qh[l] >> 2 & 3) << 4) - 32);
            out[l + 64] = (int8_t)((ql[l] >> 4 | (qh[l] >> 4 & 3) << 4) - 32);
            out[l + 96] = (int8_t)((ql[l + 32] >> 4 | (qh[l] >> 6) << 4) - 32);
        }
    }
}

void og_q6_k_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q6_K_BLOCK, out += OG_Q6_K_BYTES) {
        og_fit_super fit;
        q6_k_block b;
        og_fit_super_signed(src + at, importance ? importance + at : NULL, OG_Q6_K_GROUP, -32, 31, -128, 127, &fit);
        b.d = fit.d;
        memcpy(b.scales, fit.sc, sizeof b.scales);
        for (int h = 0; h < 2; h++) {
            uint8_t *ql = b.ql + 64 * h, *qh = b.qh + 32 * h;
            for (int l = 0; l < 32; l++) {
                int u[4];
                for (int j = 0; j < 4; j++) u[j] = fit.q[128 * h + 32 * j + l] + 32;
                ql[l] = (uint8_t)((u[0] & 15) | (u[2] & 15) << 4);
                ql[l + 32] = (uint8_t)((u[1] & 15) | (u[3] & 15) << 4);
                qh[l] = (uint8_t)(u[0] >> 4 | (u[1] >> 4) << 2 | (u[2] >> 4) << 4 | (u[3] >> 4) << 6);
            }
        }
        memcpy(out, &b, sizeof b);
    }
}
