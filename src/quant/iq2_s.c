/* iq2_s.c: 256 weights in 16 groups of 16 with 4-bit scales under one binary16 factor; 8 weights are one of 1024 points.
 *
 *   0   d       binary16
 *   2   qs      low 8 bits of the code of each 8 weights
 *   34  signs   bit i of byte v: weight i of the v-th 8
 *   66  qh      high 2 bits of code 4j + k in bits 2k, 2k + 1 of byte j
 *   74  scales  scale of group 2j in the low nibble of byte j, of 2j + 1 in the high one
 *   w = (d * (0.5 + scale) / 4) * q */
#include "quant/fit_grid.h"
#include "quant/tables.h"

#include <string.h>

typedef struct iq2_s_block {
    uint16_t d;
    uint8_t qs[32];
    uint8_t signs[32];
    uint8_t qh[8];
    uint8_t scales[8];
} iq2_s_block;
_Static_assert(sizeof(iq2_s_block) == OG_IQ2_S_BYTES, "iq2_s block size");

void og_iq2_s_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    iq2_s_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d);
    for (int g = 0; g < 16; g++) scale[g] = d * (0.5f + (float)(b.scales[g / 2] >> (g % 2 * 4) & 15)) * 0.25f; /* exact */
    for (int v = 0; v < 32; v++) og_grid_signed(og_iq2_s_grid[b.qs[v] | (b.qh[v / 4] >> (v % 4 * 2) & 3) << 8], b.signs[v], 8, q + 8 * v);
}

/* The codebook for the encoder. */
static uint16_t near[6561][OG_GRID_NEAR];
static float value[1024 * 8];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static og_grid grid = {
    .point = og_iq2_s_grid[0],
    .n = 1024,
    .dim = 8,
    .levels = 3,
    .level = {8, 25, 43},
    .signs = OG_GRID_FREE,
    .group = OG_IQ2_S_GROUP,
    .l_max = 15,
    .from = 0.55f,
    .to = 1.25f,
    .near = near,
    .value = value,
    .lock = &lock,
};

void og_iq2_s_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_IQ2_S_BLOCK, out += OG_IQ2_S_BYTES) {
        og_fit_points fit;
        iq2_s_block b = {0};
        og_fit_grid(&grid, src + at, importance ? importance + at : NULL, 8, &fit);
        b.d = fit.d;
        for (int g = 0; g < 16; g++) b.scales[g / 2] |= (uint8_t)(fit.l[g] << (g % 2 * 4));
        for (int v = 0; v < 32; v++) {
            b.qs[v] = (uint8_t)fit.point[v];
            b.qh[v / 4] |= (uint8_t)(fit.point[v] >> 8 << (v % 4 * 2));
        }
        memcpy(b.signs, fit.sign, sizeof b.signs);
        memcpy(out, &b, sizeof b);
    }
}
