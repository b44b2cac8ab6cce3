/* q8_1.c: 32 weights of 8 bits under one binary16 scale, and their sum. What activations become in other engines; a file may hold it.
 *
 *   0  d   binary16
 *   2  s   binary16: d times the sum of qs; not needed to decode
 *   4  qs  int8[32]; w = d * qs */
#include "quant/fit.h"

#include <string.h>

typedef struct q8_1_block {
    uint16_t d, s;
    int8_t qs[32];
} q8_1_block;
_Static_assert(sizeof(q8_1_block) == OG_Q8_1_BYTES, "q8_1 block size");

void og_q8_1_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    q8_1_block b;
    memcpy(&b, block, sizeof b);
    scale[0] = og_f16_to_f32(b.d);
    memcpy(q, b.qs, sizeof b.qs);
}

void og_q8_1_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q8_1_BLOCK, out += OG_Q8_1_BYTES) {
        og_fit fit;
        q8_1_block b;
        float d;
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_Q8_1_BLOCK);
        b.d = og_fit_f16(&fit, og_fit_scale(fit.x, fit.w, fit.n, -127, 127), &d);
        og_fit_quantize(fit.x, fit.n, d, 0, -127, 127, b.qs);
        int sum = 0;
        for (int i = 0; i < 32; i++) sum += b.qs[i];
        b.s = og_fit_f16(&fit, d * (float)sum, &d);
        memcpy(out, &b, sizeof b);
    }
}
