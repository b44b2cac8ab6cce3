/* q5_k.c: 256 weights of 5 bits in 8 groups of 32, each with a 6-bit scale and a 6-bit min under two binary16 factors.
 *
 *   0   d, dmin  binary16
 *   4   scales   12 bytes, see scales6.h
 *   16  qh       bit g of byte l: the fifth bit of weight l of group g
 *   48  qs       the low 4 bits, 32 bytes for each pair of groups (2p, 2p + 1): the first in the low nibbles, the second in the high
 *   w = (d * sc) * q - (dmin * m) */
#include "quant/fit.h"
#include "quant/scales6.h"

#include <string.h>

typedef struct q5_k_block {
    uint16_t d, dmin;
    uint8_t scales[12];
    uint8_t qh[32];
    uint8_t qs[128];
} q5_k_block;
_Static_assert(sizeof(q5_k_block) == OG_Q5_K_BYTES, "q5_k block size");

void og_q5_k_unpack(const void *block, int8_t *q, float *scale, float *min) {
    q5_k_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d), dmin = og_f16_to_f32(b.dmin);
    uint8_t sc[8], m[8];
    scales6_unpack(b.scales, sc, m);
    for (int g = 0; g < 8; g++) {
        scale[g] = d * (float)sc[g];
        min[g] = dmin * (float)m[g];
    }
    for (int p = 0; p < 4; p++)
        for (int l = 0; l < 32; l++) {
            int low = b.qs[32 * p + l], high = b.qh[l] >> (2 * p);
            q[64 * p + l] = (int8_t)((low & 15) | (high & 1) << 4);
            q[64 * p + 32 + l] = (int8_t)(low >> 4 | (high >> 1 & 1) << 4);
        }
}

void og_q5_k_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q5_K_BLOCK, out += OG_Q5_K_BYTES) {
        og_fit_super fit;
        q5_k_block b;
        og_fit_super_min(src + at, importance ? importance + at : NULL, OG_Q5_K_GROUP, OG_Q5_K_UMAX, 63, &fit);
        b.d = fit.d;
        b.dmin = fit.dmin;
        scales6_pack(fit.sc, fit.m, b.scales);
        memset(b.qh, 0, sizeof b.qh);
        for (int p = 0; p < 4; p++)
            for (int l = 0; l < 32; l++) {
                int first = fit.q[64 * p + l], second = fit.q[64 * p + 32 + l];
                b.qs[32 * p + l] = (uint8_t)((first & 15) | (second & 15) << 4);
                b.qh[l] |= (uint8_t)((first >> 4) << (2 * p) | (second >> 4) << (2 * p + 1));
            }
        memcpy(out, &b, sizeof b);
    }
}
