/* q1_0.c: 128 weights of one sign bit each under one binary16 scale.
 *
 *   0  d   binary16
 *   2  qs  bit i % 8 of byte i / 8: 1 for d, 0 for -d */
#include "quant/fit.h"

#include <math.h>
#include <string.h>

typedef struct q1_0_block {
    uint16_t d;
    uint8_t qs[16];
} q1_0_block;
_Static_assert(sizeof(q1_0_block) == OG_Q1_0_BYTES, "q1_0 block size");

void og_q1_0_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    q1_0_block b;
    memcpy(&b, block, sizeof b);
    for (int g = 0; g < OG_Q1_0_BLOCK / OG_Q1_0_GROUP; g++) scale[g] = og_f16_to_f32(b.d);
    for (int i = 0; i < 128; i++) q[i] = b.qs[i / 8] >> (i % 8) & 1 ? 1 : -1;
}

/* The mean of |x|: the scale of least error. Where nothing says which weights matter, all count the same: to count the large ones more
 * would only make the scale larger. */
void og_q1_0_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q1_0_BLOCK, out += OG_Q1_0_BYTES) {
        og_fit fit;
        q1_0_block b = {0};
        float sum = 0, weight = 0, d;
        bool weighted = og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_Q1_0_BLOCK);
        for (int i = 0; i < 128; i++) {
            float w = weighted ? fit.w[i] : 1;
            sum += w * fabsf(fit.x[i]);
            weight += w;
            b.qs[i / 8] |= (uint8_t)((fit.x[i] >= 0) << (i % 8));
        }
        b.d = og_fit_f16(&fit, sum / weight, &d);
        memcpy(out, &b, sizeof b);
    }
}
