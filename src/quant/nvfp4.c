/* nvfp4.c: 64 weights as 4-bit floats (e2m1) in 4 groups of 16, each under an unsigned 8-bit float (e4m3).
 *
 *   0  d   four scales: 4 bits of exponent (bias 7), 3 of mantissa; the top bit is not looked at; 0x7f stands for 0
 *   4  qs  8 bytes a group: code of weight i in the low nibble of byte i, of weight i + 8 in the high one; bit 3 is the sign
 *   The values are doubled to integers and the scale is halved: w = (d / 2) * q */
#include "quant/fit.h"
#include "quant/tables.h"

#include <math.h>
#include <string.h>

typedef struct nvfp4_block {
    uint8_t d[4];
    uint8_t qs[32];
} nvfp4_block;
_Static_assert(sizeof(nvfp4_block) == OG_NVFP4_BYTES, "nvfp4 block size");

static const int8_t code_value[16] = {OG_MXFP4_VALUES};

enum { LARGEST = 0x7e };

void og_nvfp4_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    nvfp4_block b;
    memcpy(&b, block, sizeof b);
    for (int g = 0; g < 4; g++) {
        scale[g] = og_nvfp4_half_scale(b.d[g]);
        for (int i = 0; i < 8; i++) {
            q[16 * g + i] = code_value[b.qs[8 * g + i] & 15];
            q[16 * g + 8 + i] = code_value[b.qs[8 * g + i] >> 4];
        }
    }
}

/* The byte whose scale, in normalised form, leaves the least error: tried from where the largest weight is 4 to where it is 8. */
static uint8_t choose_scale(const og_fit *fit, float *scale) {
    float amax = 0, best = INFINITY;
    for (int i = 0; i < fit->n; i++) amax = fabsf(fit->x[i]) > amax ? fabsf(fit->x[i]) : amax;
    uint8_t chosen = 0;
    *scale = 0;
    for (int d = 0; d <= LARGEST; d++) {
        float s = og_nvfp4_half_scale((uint8_t)d) / fit->unit;
        if (d < LARGEST && s * 16 < amax) continue;
        float error = og_fit_table_error(fit->x, fit->w, fit->n, s, &og_fit_e2m1);
        if (error < best) best = error, *scale = s, chosen = (uint8_t)d;
        if (s * 8 > amax) break;
    }
    return chosen;
}

void og_nvfp4_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_NVFP4_BLOCK, out += OG_NVFP4_BYTES) {
        nvfp4_block b;
        for (int g = 0; g < 4; g++) {
            og_fit fit;
            int8_t q[16];
            float scale;
            og_fit_begin(&fit, src + at + 16 * g, importance ? importance + at + 16 * g : NULL, 16);
            b.d[g] = choose_scale(&fit, &scale);
            og_fit_table_quantize(fit.x, fit.n, scale, &og_fit_e2m1, q);
            for (int i = 0; i < 8; i++) b.qs[8 * g + i] = (uint8_t)(og_fit_e2m1_code(q[i]) | og_fit_e2m1_code(q[i + 8]) << 4);
        }
        memcpy(out, &b, sizeof b);
    }
}
