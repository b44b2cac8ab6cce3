/* q3_k.c: 256 weights of 3 bits in 16 groups of 16, each with a 6-bit scale under one binary16 factor.
 *
 *   0    hmask   bit i / 32 of byte i % 32: the high bit of weight i
 *   32   qs      low 2 bits. Half h (weights 128h ..) has 32 bytes; bits 2j, 2j + 1 of byte l belong to weight l + 32j
 *   96   scales  bytes 0..7: low 4 bits of scale j in the low nibble, of scale j + 8 in the high one;
 *                bytes 8..11: bits 2k, 2k + 1 of byte 8 + j are the high 2 bits of scale j + 4k
 *   108  d       binary16
 *   w = (d * (scale - 32)) * (q - 4) */
#include "quant/fit.h"

#include <string.h>

typedef struct q3_k_block {
    uint8_t hmask[32];
    uint8_t qs[64];
    uint8_t scales[12];
    uint16_t d;
} q3_k_block;
_Static_assert(sizeof(q3_k_block) == OG_Q3_K_BYTES, "q3_k block size");

void og_q3_k_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    q3_k_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d);
    for (int g = 0; g < 16; g++) {
        int low = b.scales[g % 8] >> (g / 8 * 4) & 15, high = b.scales[8 + g % 4] >> (g / 4 * 2) & 3;
        scale[g] = d * (float)((low | high << 4) - 32);
    }
    for (int i = 0; i < 256; i++) {
        int low = b.qs[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3, high = b.hmask[i % 32] >> (i / 32) & 1;
        q[i] = (int8_t)((low | high << 2) - 4);
    }
}

void og_q3_k_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_Q3_K_BLOCK, out += OG_Q3_K_BYTES) {
        og_fit_super fit;
        q3_k_block b = {0};
        og_fit_super_signed(src + at, importance ? importance + at : NULL, OG_Q3_K_GROUP, -4, 3, -32, 31, &fit);
        b.d = fit.d;
        for (int g = 0; g < 16; g++) {
            int u = fit.sc[g] + 32;
            b.scales[g % 8] |= (uint8_t)((u & 15) << (g / 8 * 4));
            b.scales[8 + g % 4] |= (uint8_t)((u >> 4) << (g / 4 * 2));
        }
        for (int i = 0; i < 256; i++) {
            int u = fit.q[i] + 4;
            b.qs[i / 128 * 32 + i % 32] |= (uint8_t)((u & 3) << (i % 128 / 32 * 2));
            b.hmask[i % 32] |= (uint8_t)((u >> 2) << (i / 32));
        }
        memcpy(out, &b, sizeof b);
    }
}
