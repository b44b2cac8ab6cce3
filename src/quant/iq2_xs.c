/* iq2_xs.c: 256 weights in 16 groups of 16 with 4-bit scales under one binary16 factor; 8 weights are one of 512 points, whose signs have
 * seven bits.
 *
 *   0   d       binary16
 *   2   qs      16 bits for each 8 weights: code in the low 9, signs in the high 7
 *   66  scales  scale of group 2j in the low nibble of byte j, of 2j + 1 in the high one
 *   w = (d * (0.5 + scale) / 4) * q */
#include "quant/fit_grid.h"
#include "quant/tables.h"

#include <string.h>

typedef struct iq2_xs_block {
    uint16_t d;
    uint16_t qs[32];
    uint8_t scales[8];
} iq2_xs_block;
_Static_assert(sizeof(iq2_xs_block) == OG_IQ2_XS_BYTES, "iq2_xs block size");

void og_iq2_xs_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    iq2_xs_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d);
    for (int g = 0; g < 16; g++) scale[g] = d * (0.5f + (float)(b.scales[g / 2] >> (g % 2 * 4) & 15)) * 0.25f; /* exact */
    for (int v = 0; v < 32; v++) og_grid_signed(og_iq2_xs_grid[b.qs[v] & 511], og_even_signs(b.qs[v] >> 9), 8, q + 8 * v);
}

/* The codebook for the encoder. */
static uint16_t near[6561][OG_GRID_NEAR];
static float value[512 * 8];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static og_grid grid = {
    .point = og_iq2_xs_grid[0],
    .n = 512,
    .dim = 8,
    .levels = 3,
    .level = {8, 25, 43},
    .signs = OG_GRID_EVEN,
    .group = OG_IQ2_XS_GROUP,
    .l_max = 15,
    .from = 0.55f,
    .to = 1.25f,
    .near = near,
    .value = value,
    .lock = &lock,
};

void og_iq2_xs_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_IQ2_XS_BLOCK, out += OG_IQ2_XS_BYTES) {
        og_fit_points fit;
        iq2_xs_block b = {0};
        og_fit_grid(&grid, src + at, importance ? importance + at : NULL, 8, &fit);
        b.d = fit.d;
        for (int g = 0; g < 16; g++) b.scales[g / 2] |= (uint8_t)(fit.l[g] << (g % 2 * 4));
        for (int v = 0; v < 32; v++) b.qs[v] = (uint16_t)(fit.point[v] | (fit.sign[v] & 127) << 9);
        memcpy(out, &b, sizeof b);
    }
}
