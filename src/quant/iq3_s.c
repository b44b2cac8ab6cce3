/* iq3_s.c: 256 weights in 8 groups of 32 with 4-bit scales under one binary16 factor; 4 weights are one of 512 points.
 *
 *   0    d       binary16
 *   2    qs      low 8 bits of 64 codes
 *   66   qh      bit k of byte g: the ninth bit of code 8g + k
 *   74   signs   bit i of byte v: weight i of the v-th 8
 *   106  scales  scale of group 2j in the low nibble of byte j, of 2j + 1 in the high one
 *   w = (d * (1 + 2 * scale)) * q */
#include "quant/fit_grid.h"
#include "quant/tables.h"

#include <string.h>

typedef struct iq3_s_block {
    uint16_t d;
    uint8_t qs[64];
    uint8_t qh[8];
    uint8_t signs[32];
    uint8_t scales[4];
} iq3_s_block;
_Static_assert(sizeof(iq3_s_block) == OG_IQ3_S_BYTES, "iq3_s block size");

void og_iq3_s_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    iq3_s_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d);
    for (int g = 0; g < 8; g++) scale[g] = d * (float)(1 + 2 * (b.scales[g / 2] >> (g % 2 * 4) & 15));
    for (int v = 0; v < 64; v++)
        og_grid_signed(og_iq3_s_grid[b.qs[v] | (b.qh[v / 8] >> (v % 8) & 1) << 8], b.signs[v / 2] >> (v % 2 * 4), 4, q + 4 * v);
}

/* The codebook for the encoder. */
static uint16_t near[4096][OG_GRID_NEAR];
static float value[512 * 4];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static og_grid grid = {
    .point = og_iq3_s_grid[0],
    .n = 512,
    .dim = 4,
    .levels = 8,
    .level = {1, 3, 5, 7, 9, 11, 13, 15},
    .signs = OG_GRID_FREE,
    .group = OG_IQ3_S_GROUP,
    .l_max = 15,
    .from = 0.65f,
    .to = 1.15f,
    .near = near,
    .value = value,
    .lock = &lock,
};

void og_iq3_s_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_IQ3_S_BLOCK, out += OG_IQ3_S_BYTES) {
        og_fit_points fit;
        iq3_s_block b = {0};
        og_fit_grid(&grid, src + at, importance ? importance + at : NULL, 1, &fit);
        b.d = fit.d;
        for (int v = 0; v < 64; v++) {
            b.qs[v] = (uint8_t)fit.point[v];
            b.qh[v / 8] |= (uint8_t)(fit.point[v] >> 8 << (v % 8));
        }
        memcpy(b.signs, fit.sign, sizeof b.signs);
        for (int g = 0; g < 8; g++) b.scales[g / 2] |= (uint8_t)(fit.l[g] << (g % 2 * 4));
        memcpy(out, &b, sizeof b);
    }
}
