/* q4_k.c: 256 weights of 4 bits in 8 groups of 32, each with a 6-bit scale and a 6-bit min under two binary16 factors.
 *
 *   0   d, dmin  binary16
 *   4   scales   12 bytes, see scales6.h
 *   16  qs       32 bytes for each pair of groups (2p, 2p + 1): weight l of the first in the low nibble of byte l, of the second in the
 * high w = (d * sc) * q - (dmin * m) */
#include "quant/fit.h"
#include "quant/scales6.h"

#include <string.h>

typedef struct q4_k_block {
    uint16_t d, dmin;
    uint8_t scales[12];
    uint8_t qs[128];
} q4_k_block;
_Static_assert(sizeof(q4_k_block) == OG_Q4_K_BYTES, "q4_k block size");

void og_q4_k_unpack(const void *block, int8_t *q, float *scale, float *min) {
    q4_k_block b;
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
            q[64 * p + l] = (int8_t)(b.qs[32 * p + l] & 15);
            q[64 * p + 32 + l] = (int8_t)(b.qs[32 * p + l] >> 4);
        }
}

void og_q4_k_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q4_K_BLOCK, out += OG_Q4_K_BYTES) {
        og_fit_super fit;
        q4_k_block b;
        og_fit_super_min(src + at, importance ? importance + at : NULL, OG_Q4_K_GROUP, OG_Q4_K_UMAX, 63, &fit);
        b.d = fit.d;
        b.dmin = fit.dmin;
        scales6_pack(fit.sc, fit.m, b.scales);
        for (int p = 0; p < 4; p++)
            for (int l = 0; l < 32; l++) b.qs[32 * p + l] = (uint8_t)(fit.q[64 * p + l] | fit.q[64 * p + 32 + l] << 4);
        memcpy(out, &b, sizeof b);
    }
}
