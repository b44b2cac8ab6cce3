/* iq4_nl.c: 32 weights, each one of 16 unevenly spaced values, under one binary16 scale.
 *
 *   0  d   binary16
 *   2  qs  byte i: index of weight i in the low nibble, of weight i + 16 in the high one; w = d * og_fit_iq4.value[index] */
#include "quant/fit.h"

#include <string.h>

typedef struct iq4_nl_block {
    uint16_t d;
    uint8_t qs[16];
} iq4_nl_block;
_Static_assert(sizeof(iq4_nl_block) == OG_IQ4_NL_BYTES, "iq4_nl block size");

void og_iq4_nl_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    iq4_nl_block b;
    memcpy(&b, block, sizeof b);
    scale[0] = og_f16_to_f32(b.d);
    for (int i = 0; i < 16; i++) {
        q[i] = og_fit_iq4.value[b.qs[i] & 15];
        q[i + 16] = og_fit_iq4.value[b.qs[i] >> 4];
    }
}

void og_iq4_nl_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_IQ4_NL_BLOCK, out += OG_IQ4_NL_BYTES) {
        og_fit fit;
        iq4_nl_block b;
        int8_t q[OG_IQ4_NL_BLOCK];
        float d;
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_IQ4_NL_BLOCK);
        b.d = og_fit_f16(&fit, og_fit_table_scale(fit.x, fit.w, fit.n, &og_fit_iq4), &d);
        og_fit_table_quantize(fit.x, fit.n, d, &og_fit_iq4, q);
        for (int i = 0; i < 16; i++)
            b.qs[i] = (uint8_t)(og_fit_table_index(&og_fit_iq4, q[i]) | og_fit_table_index(&og_fit_iq4, q[i + 16]) << 4);
        memcpy(out, &b, sizeof b);
    }
}
