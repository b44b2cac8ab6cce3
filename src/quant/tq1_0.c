/* tq1_0.c: 256 weights of -1, 0 or 1, five of them in a byte, under one binary16 scale.
 *
 *   0   qs  32 bytes, byte l holds weights l + 32j (j = 0..4); then 16 bytes, byte l holds weights 160 + l + 16j (j = 0..4)
 *   48  qh  4 bytes, byte l holds weights 240 + l + 4j (j = 0..3)
 *   52  d   binary16
 *   A byte is the fraction 0.t0 t1 t2 t3 t4 in base 3, in units of 1/256, rounded up: digit j is the integer part of byte * 3^j (mod 256)
 *   times 3 / 256. w = d * (digit - 1) */
#include "quant/fit.h"

#include <string.h>

typedef struct tq1_0_block {
    uint8_t qs[48];
    uint8_t qh[4];
    uint16_t d;
} tq1_0_block;
_Static_assert(sizeof(tq1_0_block) == OG_TQ1_0_BYTES, "tq1_0 block size");

/* Runs of bytes that share a stride: bytes [first, first + count) hold weights from `weight` on, `digits` in each. */
static const struct run { int first, count, weight, digits; } runs[] = {{0, 32, 0, 5}, {32, 16, 160, 5}, {48, 4, 240, 4}};

void og_tq1_0_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    uint16_t d;
    const uint8_t *bytes = block;
    memcpy(&d, bytes + offsetof(tq1_0_block, d), sizeof d);
    for (int g = 0; g < OG_TQ1_0_BLOCK / OG_TQ1_0_GROUP; g++) scale[g] = og_f16_to_f32(d);
    for (size_t r = 0; r < OG_LEN(runs); r++)
        for (int l = 0; l < runs[r].count; l++) {
            uint8_t rest = bytes[runs[r].first + l];
            for (int j = 0; j < runs[r].digits; j++, rest = (uint8_t)(rest * 3))
                q[runs[r].weight + l + runs[r].count * j] = (int8_t)((rest * 3 >> 8) - 1);
        }
}

void og_tq1_0_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_TQ1_0_BLOCK, out += OG_TQ1_0_BYTES) {
        og_fit fit;
        int8_t q[OG_TQ1_0_BLOCK];
        float d;
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_TQ1_0_BLOCK);
        uint16_t half = og_fit_f16(&fit, og_fit_scale(fit.x, fit.w, fit.n, -1, 1), &d);
        og_fit_quantize(fit.x, fit.n, d, 0, -1, 1, q);
        for (size_t r = 0; r < OG_LEN(runs); r++)
            for (int l = 0; l < runs[r].count; l++) {
                int number = 0; /* five digits; a run of four has a zero behind */
                for (int j = 0; j < 5; j++) number = number * 3 + (j < runs[r].digits ? q[runs[r].weight + l + runs[r].count * j] + 1 : 0);
                out[runs[r].first + l] = (uint8_t)((number * 256 + 242) / 243);
            }
        memcpy(out + offsetof(tq1_0_block, d), &half, sizeof half);
    }
}
