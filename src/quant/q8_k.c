/* q8_k.c: 256 weights of 8 bits under one float scale, and their sums. What activations become in other engines; a file may hold it.
 *
 *   0    d      float
 *   4    qs     int8[256]; w = d * qs
 *   260  bsums  int16[16]: sums of 16 qs each; not needed to decode */
#include "quant/fit.h"

#include <float.h>
#include <string.h>

typedef struct q8_k_block {
    float d;
    int8_t qs[256];
    int16_t bsums[16];
} q8_k_block;
_Static_assert(sizeof(q8_k_block) == OG_Q8_K_BYTES, "q8_k block size");

void og_q8_k_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    q8_k_block b;
    memcpy(&b, block, sizeof b);
    for (int g = 0; g < OG_Q8_K_BLOCK / OG_Q8_K_GROUP; g++) scale[g] = b.d;
    memcpy(q, b.qs, sizeof b.qs);
}

void og_q8_k_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q8_K_BLOCK, out += OG_Q8_K_BYTES) {
        og_fit fit;
        q8_k_block b = {0};
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_Q8_K_BLOCK);
        float d = og_fit_scale(fit.x, fit.w, fit.n, -127, 127);
        og_fit_quantize(fit.x, fit.n, d, 0, -127, 127, b.qs);
        b.d = d * fit.unit > FLT_MAX / 127 ? FLT_MAX / 127 : d * fit.unit;
        for (int i = 0; i < 256; i++) b.bsums[i / 16] = (int16_t)(b.bsums[i / 16] + b.qs[i]);
        memcpy(out, &b, sizeof b);
    }
}
