/* iq2_xxs.c: 256 weights in 8 groups of 32 with 4-bit scales under one binary16 factor; 8 weights are one of 256 points, whose signs have
 * seven bits.
 *
 *   0  d   binary16
 *   2  qs  8 bytes a group: four codes; then 32 bits: four times 7 sign bits, from the lowest on, and the scale in the highest 4
 *   w = (d * (0.5 + scale) / 4) * q */
#include "quant/fit_grid.h"
#include "quant/tables.h"

#include <string.h>

typedef struct iq2_xxs_block {
    uint16_t d;
    uint8_t qs[64];
} iq2_xxs_block;
_Static_assert(sizeof(iq2_xxs_block) == OG_IQ2_XXS_BYTES, "iq2_xxs block size");

void og_iq2_xxs_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    iq2_xxs_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d);
    for (int g = 0; g < 8; g++) {
        uint32_t bits;
        memcpy(&bits, b.qs + 8 * g + 4, sizeof bits);
        scale[g] = d * (0.5f + (float)(bits >> 28)) * 0.25f; /* exact */
        for (int v = 0; v < 4; v++) og_grid_signed(og_iq2_xxs_grid[b.qs[8 * g + v]], og_even_signs(bits >> (7 * v)), 8, q + 32 * g + 8 * v);
    }
}

/* The codebook for the encoder. */
static uint16_t near[6561][OG_GRID_NEAR];
static float value[256 * 8];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static og_grid grid = {
    .point = og_iq2_xxs_grid[0],
    .n = 256,
    .dim = 8,
    .levels = 3,
    .level = {8, 25, 43},
    .signs = OG_GRID_EVEN,
    .group = OG_IQ2_XXS_GROUP,
    .l_max = 15,
    .from = 0.55f,
    .to = 1.25f,
    .near = near,
    .value = value,
    .lock = &lock,
};

void og_iq2_xxs_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_IQ2_XXS_BLOCK, out += OG_IQ2_XXS_BYTES) {
        og_fit_points fit;
        iq2_xxs_block b = {0};
        og_fit_grid(&grid, src + at, importance ? importance + at : NULL, 8, &fit);
        b.d = fit.d;
        for (int g = 0; g < 8; g++) {
            uint32_t bits = (uint32_t)fit.l[g] << 28;
            for (int v = 0; v < 4; v++) {
                b.qs[8 * g + v] = (uint8_t)fit.point[4 * g + v];
                bits |= (uint32_t)(fit.sign[4 * g + v] & 127) << (7 * v);
            }
            memcpy(b.qs + 8 * g + 4, &bits, sizeof bits);
        }
        memcpy(out, &b, sizeof b);
    }
}
