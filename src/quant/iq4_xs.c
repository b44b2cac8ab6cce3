/* iq4_xs.c: 256 weights, each one of IQ4_NL's 16 values, in 8 groups of 32 with 6-bit scales under one binary16 factor.
 *
 *   0  d         binary16
 *   2  scales_h  16 bits; bits 2g, 2g + 1: the high 2 bits of group g's scale
 *   4  scales_l  4 bytes; the low 4 bits, group 2j in the low nibble of byte j, 2j + 1 in the high one
 *   8  qs        16 bytes a group: index of weight i in the low nibble of byte i, of weight i + 16 in the high one
 *   w = (d * (scale - 32)) * og_fit_iq4.value[index] */
#include "quant/fit.h"

#include <string.h>

typedef struct iq4_xs_block {
    uint16_t d, scales_h;
    uint8_t scales_l[4];
    uint8_t qs[128];
} iq4_xs_block;
_Static_assert(sizeof(iq4_xs_block) == OG_IQ4_XS_BYTES, "iq4_xs block size");

void og_iq4_xs_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    iq4_xs_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d);
    for (int g = 0; g < 8; g++) {
        int low = b.scales_l[g / 2] >> (g % 2 * 4) & 15, high = b.scales_h >> (2 * g) & 3;
        scale[g] = d * (float)((low | high << 4) - 32);
        for (int i = 0; i < 16; i++) {
            q[32 * g + i] = og_fit_iq4.value[b.qs[16 * g + i] & 15];
            q[32 * g + 16 + i] = og_fit_iq4.value[b.qs[16 * g + i] >> 4];
        }
    }
}

void og_iq4_xs_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_IQ4_XS_BLOCK, out += OG_IQ4_XS_BYTES) {
        og_fit_super fit;
        iq4_xs_block b = {0};
        og_fit_super_table(src + at, importance ? importance + at : NULL, OG_IQ4_XS_GROUP, &og_fit_iq4, -32, 31, &fit);
        b.d = fit.d;
        for (int g = 0; g < 8; g++) {
            int u = fit.sc[g] + 32;
            b.scales_l[g / 2] |= (uint8_t)((u & 15) << (g % 2 * 4));
            b.scales_h |= (uint16_t)((u >> 4) << (2 * g));
            for (int i = 0; i < 16; i++) {
                const int8_t *q = fit.q + 32 * g + i;
                b.qs[16 * g + i] = (uint8_t)(og_fit_table_index(&og_fit_iq4, q[0]) | og_fit_table_index(&og_fit_iq4, q[16]) << 4);
            }
        }
        memcpy(out, &b, sizeof b);
    }
}
