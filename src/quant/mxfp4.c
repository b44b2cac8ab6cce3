/* mxfp4.c: 32 weights as 4-bit floats (e2m1) under one power of two (e8m0): OCP Microscaling Formats v1.0.
 *
 *   0  e   exponent
 *   1  qs  byte i: code of weight i in the low nibble, of weight i + 16 in the high one; bit 3 is the sign, the rest indexes 0 .5 1 1.5 2 3
 * 4 6 The values are doubled to integers and the power of two is halved: w = 2^(e - 128) * q */
#include "quant/fit.h"
#include "quant/tables.h"

#include <math.h>
#include <string.h>

typedef struct mxfp4_block {
    uint8_t e;
    uint8_t qs[16];
} mxfp4_block;
_Static_assert(sizeof(mxfp4_block) == OG_MXFP4_BYTES, "mxfp4 block size");

static const int8_t code_value[16] = {OG_MXFP4_VALUES};

/* The largest exponent under which every value is finite. */
enum { EXPONENT_MAX = 252 };

void og_mxfp4_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    mxfp4_block b;
    memcpy(&b, block, sizeof b);
    scale[0] = ldexpf(1, b.e - 128);
    for (int i = 0; i < 16; i++) {
        q[i] = code_value[b.qs[i] & 15];
        q[i + 16] = code_value[b.qs[i] >> 4];
    }
}

/* Normalised values are below 4, so that steps of 1/8, 1/4 and 1/2 reach 1.5, 3 and 6. */
static float choose_scale(const og_fit *fit, uint8_t *e) {
    float best = INFINITY, scale = 0;
    for (int power = -3; power <= -1; power++) {
        int exponent = ilogbf(fit->unit) + power + 128;
        if (exponent > EXPONENT_MAX || exponent < 0) continue;
        float error = og_fit_table_error(fit->x, fit->w, fit->n, ldexpf(1, power), &og_fit_e2m1);
        if (error < best) best = error, scale = ldexpf(1, power), *e = (uint8_t)exponent;
    }
    return scale;
}

void og_mxfp4_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_MXFP4_BLOCK, out += OG_MXFP4_BYTES) {
        og_fit fit;
        mxfp4_block b = {0};
        int8_t q[OG_MXFP4_BLOCK];
        og_fit_begin(&fit, src + at, importance ? importance + at : NULL, OG_MXFP4_BLOCK);
        og_fit_table_quantize(fit.x, fit.n, choose_scale(&fit, &b.e), &og_fit_e2m1, q);
        for (int i = 0; i < 16; i++) b.qs[i] = (uint8_t)(og_fit_e2m1_code(q[i]) | og_fit_e2m1_code(q[i + 16]) << 4);
        memcpy(out, &b, sizeof b);
    }
}
