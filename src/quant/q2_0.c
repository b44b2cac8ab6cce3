/* q2_0.c: 64 weights of 2 bits under one binary16 scale.
 *
 *   0  d   binary16
 *   2  qs  bits 2j, 2j + 1 of byte l belong to weight 4l + j; w = d * (q - 1) */
#include "quant/fit.h"

#include <string.h>

typedef struct q2_0_block {
    uint16_t d;
    uint8_t qs[16];
} q2_0_block;
_Static_assert(sizeof(q2_0_block) == OG_Q2_0_BYTES, "q2_0 block size");

void og_q2_0_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    q2_0_block b;
    memcpy(&b, block, sizeof b);
    for (int g = 0; g < OG_Q2_0_BLOCK / OG_Q2_0_GROUP; g++) scale[g] = og_f16_to_f32(b.d);
    for (int i = 0; i < 64; i++) q[i] = (int8_t)((b.qs[i / 4] >> (i % 4 * 2) & 3) - 1);
}

void og_q2_0_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q2_0_BLOCK, out += OG_Q2_0_BYTES) {
        og_fit fit;
        q2_0_block b = {0};
        int8_t q[OG_Q2_0_BLOCK];
        float d;
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_Q2_0_BLOCK);
        b.d = og_fit_f16(&fit, og_fit_scale(fit.x, fit.w, fit.n, -1, 2), &d);
        og_fit_quantize(fit.x, fit.n, d, 0, -1, 2, q);
        for (int i = 0; i < 64; i++) b.qs[i / 4] |= (uint8_t)((q[i] + 1) << (i % 4 * 2));
        memcpy(out, &b, sizeof b);
    }
}
