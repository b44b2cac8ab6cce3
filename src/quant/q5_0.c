/* q5_0.c: 32 weights of 5 bits under one binary16 scale.
 *
 *   0  d   binary16
 *   2  qh  bit i of the little-endian 32-bit word: the fifth bit of weight i
 *   6  qs  byte i: the low 4 bits of weight i in the low nibble, of weight i + 16 in the high one; w = d * (q - 16) */
#include "quant/fit.h"

#include <string.h>

typedef struct q5_0_block {
    uint16_t d;
    uint8_t qh[4];
    uint8_t qs[16];
} q5_0_block;
_Static_assert(sizeof(q5_0_block) == OG_Q5_0_BYTES, "q5_0 block size");

void og_q5_0_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    q5_0_block b;
    memcpy(&b, block, sizeof b);
    scale[0] = og_f16_to_f32(b.d);
    for (int i = 0; i < 32; i++) {
        int low = i < 16 ? b.qs[i] & 15 : b.qs[i - 16] >> 4, high = b.qh[i / 8] >> (i % 8) & 1;
        q[i] = (int8_t)((low | high << 4) - 16);
    }
}

void og_q5_0_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q5_0_BLOCK, out += OG_Q5_0_BYTES) {
        og_fit fit;
        q5_0_block b = {0};
        int8_t q[OG_Q5_0_BLOCK];
        float d;
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_Q5_0_BLOCK);
        b.d = og_fit_f16(&fit, og_fit_scale(fit.x, fit.w, fit.n, -16, 15), &d);
        og_fit_quantize(fit.x, fit.n, d, 0, -16, 15, q);
        for (int i = 0; i < 32; i++) {
            int u = q[i] + 16;
            b.qs[i % 16] |= (uint8_t)(i < 16 ? u & 15 : (u & 15) << 4);
            b.qh[i / 8] |= (uint8_t)((u >> 4) << (i % 8));
        }
        memcpy(out, &b, sizeof b);
    }
}
