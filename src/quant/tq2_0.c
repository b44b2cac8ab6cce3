/* tq2_0.c: 256 weights of -1, 0 or 1 in 2 bits each under one binary16 scale, for models trained that way.
 *
 *   0   qs  half h (weights 128h ..) has 32 bytes; bits 2j, 2j + 1 of byte l belong to weight l + 32j
 *   64  d   binary16
 *   w = d * (q - 1); the code 3 is not written, but read as 2 */
#include "quant/fit.h"

#include <string.h>

typedef struct tq2_0_block {
    uint8_t qs[64];
    uint16_t d;
} tq2_0_block;
_Static_assert(sizeof(tq2_0_block) == OG_TQ2_0_BYTES, "tq2_0 block size");

void og_tq2_0_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    tq2_0_block b;
    memcpy(&b, block, sizeof b);
    for (int g = 0; g < OG_TQ2_0_BLOCK / OG_TQ2_0_GROUP; g++) scale[g] = og_f16_to_f32(b.d);
    for (int i = 0; i < 256; i++) q[i] = (int8_t)((b.qs[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3) - 1);
}

void og_tq2_0_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_TQ2_0_BLOCK, out += OG_TQ2_0_BYTES) {
        og_fit fit;
        tq2_0_block b = {0};
        int8_t q[OG_TQ2_0_BLOCK];
        float d;
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_TQ2_0_BLOCK);
        b.d = og_fit_f16(&fit, og_fit_scale(fit.x, fit.w, fit.n, -1, 1), &d);
        og_fit_quantize(fit.x, fit.n, d, 0, -1, 1, q);
        for (int i = 0; i < 256; i++) b.qs[i / 128 * 32 + i % 32] |= (uint8_t)((q[i] + 1) << (i % 128 / 32 * 2));
        memcpy(out, &b, sizeof b);
    }
}
