/* q2_k.c: 256 weights of 2 bits in 16 groups of 16, each with a 4-bit scale and a 4-bit min under two binary16 factors.
 *
 *   0   scales   16 bytes: scale in the low nibble, min in the high one
 *   16  qs       half h (weights 128h ..) has 32 bytes; bits 2j, 2j + 1 of byte l belong to weight l + 32j
 *   80  d, dmin  binary16
 *   w = (d * scale) * q - (dmin * min) */
#include "quant/fit.h"

#include <string.h>

typedef struct q2_k_block {
    uint8_t scales[16];
    uint8_t qs[64];
    uint16_t d, dmin;
} q2_k_block;
_Static_assert(sizeof(q2_k_block) == OG_Q2_K_BYTES, "q2_k block size");

void og_q2_k_unpack(const void *block, int8_t *q, float *scale, float *min) {
    q2_k_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d), dmin = og_f16_to_f32(b.dmin);
    for (int g = 0; g < 16; g++) {
        scale[g] = d * (float)(b.scales[g] & 15);
        min[g] = dmin * (float)(b.scales[g] >> 4);
    }
    for (int i = 0; i < 256; i++) q[i] = (int8_t)(b.qs[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3);
}

void og_q2_k_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q2_K_BLOCK, out += OG_Q2_K_BYTES) {
        og_fit_super fit;
        q2_k_block b = {0};
        og_fit_super_min(src + at, importance ? importance + at : NULL, OG_Q2_K_GROUP, OG_Q2_K_UMAX, 15, &fit);
        b.d = fit.d;
        b.dmin = fit.dmin;
        for (int g = 0; g < 16; g++) b.scales[g] = (uint8_t)(fit.sc[g] | fit.m[g] << 4);
        for (int i = 0; i < 256; i++) b.qs[i / 128 * 32 + i % 32] |= (uint8_t)(fit.q[i] << (i % 128 / 32 * 2));
        memcpy(out, &b, sizeof b);
    }
}
