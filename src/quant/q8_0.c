/* q8_0.c: 32 weights of 8 bits under one binary16 scale.
 *
 *   0  d   binary16
 *   2  qs  int8[32]; w = d * qs. The encoder keeps to -127..127, so that negation never overflows in anybody's kernel. */
#include "quant/fit.h"

#include <string.h>

typedef struct q8_0_block {
    uint16_t d;
    int8_t qs[32];
} q8_0_block;
_Static_assert(sizeof(q8_0_block) == OG_Q8_0_BYTES, "q8_0 block size");

void og_q8_0_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    q8_0_block b;
    memcpy(&b, block, sizeof b);
    scale[0] = og_f16_to_f32(b.d);
    memcpy(q, b.qs, sizeof b.qs);
}

void og_q8_0_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q8_0_BLOCK, out += OG_Q8_0_BYTES) {
        og_fit fit;
        q8_0_block b;
        float d;
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_Q8_0_BLOCK);
        b.d = og_fit_f16(&fit, og_fit_scale(fit.x, fit.w, fit.n, -127, 127), &d);
        og_fit_quantize(fit.x, fit.n, d, 0, -127, 127, b.qs);
        memcpy(out, &b, sizeof b);
    }
}
