/* q5_1.c: 32 weights of 5 bits under one binary16 scale and one binary16 lowest value.
 *
 *   0  d, m  binary16
 *   4  qh    bit i of the little-endian 32-bit word: the fifth bit of weight i
 *   8  qs    byte i: the low 4 bits of weight i in the low nibble, of weight i + 16 in the high one; w = d * q + m, so min = -m */
#include "quant/fit.h"

#include <string.h>

typedef struct q5_1_block {
    uint16_t d, m;
    uint8_t qh[4];
    uint8_t qs[16];
} q5_1_block;
_Static_assert(sizeof(q5_1_block) == OG_Q5_1_BYTES, "q5_1 block size");

void og_q5_1_unpack(const void *block, int8_t *q, float *scale, float *min) {
    q5_1_block b;
    memcpy(&b, block, sizeof b);
    scale[0] = og_f16_to_f32(b.d);
    min[0] = -og_f16_to_f32(b.m);
    for (int i = 0; i < 32; i++) {
        int low = i < 16 ? b.qs[i] & 15 : b.qs[i - 16] >> 4, high = b.qh[i / 8] >> (i % 8) & 1;
        q[i] = (int8_t)(low | high << 4);
    }
}

void og_q5_1_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q5_1_BLOCK, out += OG_Q5_1_BYTES) {
        og_fit fit;
        q5_1_block b = {0};
        int8_t q[OG_Q5_1_BLOCK];
        float d, m;
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_Q5_1_BLOCK);
        og_fit_scale_min(fit.x, fit.w, fit.n, OG_Q5_1_UMAX, true, &d, &m);
        b.d = og_fit_f16(&fit, d, &d);
        b.m = og_fit_f16(&fit, -m, &m);
        og_fit_quantize(fit.x, fit.n, d, -m, 0, OG_Q5_1_UMAX, q);
        for (int i = 0; i < 32; i++) {
            b.qs[i % 16] |= (uint8_t)(i < 16 ? q[i] & 15 : (q[i] & 15) << 4);
            b.qh[i / 8] |= (uint8_t)((q[i] >> 4) << (i % 8));
        }
        memcpy(out, &b, sizeof b);
    }
}
