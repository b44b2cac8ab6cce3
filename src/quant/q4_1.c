/* q4_1.c: 32 weights of 4 bits under one binary16 scale and one binary16 lowest value.
 *
 *   0  d, m  binary16
 *   4  qs    byte i: weight i in the low nibble, weight i + 16 in the high one; w = d * q + m, so min = -m */
#include "quant/fit.h"

#include <string.h>

typedef struct q4_1_block {
    uint16_t d, m;
    uint8_t qs[16];
} q4_1_block;
_Static_assert(sizeof(q4_1_block) == OG_Q4_1_BYTES, "q4_1 block size");

void og_q4_1_unpack(const void *block, int8_t *q, float *scale, float *min) {
    q4_1_block b;
    memcpy(&b, block, sizeof b);
    scale[0] = og_f16_to_f32(b.d);
    min[0] = -og_f16_to_f32(b.m);
    for (int i = 0; i < 16; i++) {
        q[i] = (int8_t)(b.qs[i] & 15);
        q[i + 16] = (int8_t)(b.qs[i] >> 4);
    }
}

void og_q4_1_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q4_1_BLOCK, out += OG_Q4_1_BYTES) {
        og_fit fit;
        q4_1_block b;
        int8_t q[OG_Q4_1_BLOCK];
        float d, m;
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_Q4_1_BLOCK);
        og_fit_scale_min(fit.x, fit.w, fit.n, OG_Q4_1_UMAX, true, &d, &m);
        b.d = og_fit_f16(&fit, d, &d);
        b.m = og_fit_f16(&fit, -m, &m);
        og_fit_quantize(fit.x, fit.n, d, -m, 0, OG_Q4_1_UMAX, q);
        for (int i = 0; i < 16; i++) b.qs[i] = (uint8_t)(q[i] | q[i + 16] << 4);
        memcpy(out, &b, sizeof b);
    }
}
