/* q4_0.c: 32 weights of 4 bits under one binary16 scale.
 *
 *   0  d   binary16
 *   2  qs  byte i: weight i in the low nibble, weight i + 16 in the high one; w = d * (nibble - 8) */
#include "quant/fit.h"

#include <string.h>

typedef struct q4_0_block {
    uint16_t d;
    uint8_t qs[16];
} q4_0_block;
_Static_assert(sizeof(q4_0_block) == OG_Q4_0_BYTES, "q4_0 block size");

void og_q4_0_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    q4_0_block b;
    memcpy(&b, block, sizeof b);
    scale[0] = og_f16_to_f32(b.d);
    for (int i = 0; i < 16; i++) {
        q[i] = (int8_t)((b.qs[i] & 15) - 8);
        q[i + 16] = (int8_t)((b.qs[i] >> 4) - 8);
    }
}

void og_q4_0_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q4_0_BLOCK, out += OG_Q4_0_BYTES) {
        og_fit fit;
        q4_0_block b;
        int8_t q[OG_Q4_0_BLOCK];
        float d;
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_Q4_0_BLOCK);
        b.d = og_fit_f16(&fit, og_fit_scale(fit.x, fit.w, fit.n, -8, 7), &d);
        og_fit_quantize(fit.x, fit.n, d, 0, -8, 7, q);
        for (int i = 0; i < 16; i++) b.qs[i] = (uint8_t)((q[i] + 8) | (q[i + 16] + 8) << 4);
        memcpy(out, &b, sizeof b);
    }
}
