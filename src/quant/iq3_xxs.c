/* iq3_xxs.c: 256 weights in 8 groups of 32 with 4-bit scales under one binary16 factor; 4 weights are one of 256 points, and the signs of 8
 * have seven bits.
 *
 *   0   d    binary16
 *   2   qs   64 codes
 *   66  aux  32 bits a group: four times 7 sign bits, from the lowest on, and the scale in the highest 4
 *   w = (d * (0.5 + scale) / 2) * q */
#include "quant/fit_grid.h"
#include "quant/tables.h"

#include <string.h>

typedef struct iq3_xxs_block {
    uint16_t d;
    uint8_t qs[64];
    uint8_t aux[32];
} iq3_xxs_block;
_Static_assert(sizeof(iq3_xxs_block) == OG_IQ3_XXS_BYTES, "iq3_xxs block size");

void og_iq3_xxs_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    iq3_xxs_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d);
    for (int g = 0; g < 8; g++) {
        uint32_t bits;
        memcpy(&bits, b.aux + 4 * g, sizeof bits);
        scale[g] = d * (0.5f + (float)(bits >> 28)) * 0.5f; /* exact */
        for (int v = 0; v < 8; v++) {
            uint8_t signs = og_even_signs(bits >> (7 * (v / 2)));
            og_grid_signed(og_iq3_xxs_grid[b.qs[8 * g + v]], signs >> (v % 2 * 4), 4, q + 32 * g + 4 * v);
        }
    }
}

/* The codebook for the encoder. */
static uint16_t near[4096][OG_GRID_NEAR];
static float value[256 * 4];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static og_grid grid = {
    .point = og_iq3_xxs_grid[0],
    .n = 256,
    .dim = 4,
    .levels = 8,
    .level = {4, 12, 20, 28, 36, 44, 52, 62},
    .signs = OG_GRID_EVEN,
    .group = OG_IQ3_XXS_GROUP,
    .l_max = 15,
    .from = 0.65f,
    .to = 1.15f,
    .near = near,
    .value = value,
    .lock = &lock,
};

void og_iq3_xxs_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_IQ3_XXS_BLOCK, out += OG_IQ3_XXS_BYTES) {
        og_fit_points fit;
        iq3_xxs_block b = {0};
        og_fit_grid(&grid, src + at, importance ? importance + at : NULL, 4, &fit);
        b.d = fit.d;
        for (int v = 0; v < 64; v++) b.qs[v] = (uint8_t)fit.point[v];
        for (int g = 0; g < 8; g++) {
            uint32_t bits = (uint32_t)fit.l[g] << 28;
            for (int v = 0; v < 4; v++) bits |= (uint32_t)(fit.sign[4 * g + v] & 127) << (7 * v);
            memcpy(b.aux + 4 * g, &bits, sizeof bits);
        }
        memcpy(out, &b, sizeof b);
    }
}
