/* iq1_s.c: 256 weights in 8 groups of 32 with 3-bit scales under one binary16 factor; 8 weights are one of 2048 points of -1, 0 and 1, and
 * a group is moved by an eighth up or down.
 *
 *   0   d   binary16
 *   2   qs  low 8 bits of 32 codes
 *   34  qh  16 bits a group: high 3 bits of code k in bits 3k .. 3k + 2, the scale in bits 12 .. 14, down in bit 15
 *   w = d * (2 * scale + 1) * (point +- 1/8), here (d * (2 * scale + 1) / 8) * q with q = 8 * point +- 1 */
#include "quant/fit_grid.h"
#include "quant/tables.h"

#include <string.h>

typedef struct iq1_s_block {
    uint16_t d;
    uint8_t qs[32];
    uint16_t qh[8];
} iq1_s_block;
_Static_assert(sizeof(iq1_s_block) == OG_IQ1_S_BYTES, "iq1_s block size");

void og_iq1_s_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    iq1_s_block b;
    memcpy(&b, block, sizeof b);
    float d = og_f16_to_f32(b.d) * 0.125f;
    for (int g = 0; g < 8; g++) {
        scale[g] = d * (float)(2 * (b.qh[g] >> 12 & 7) + 1);
        for (int v = 0; v < 4; v++) {
            const int8_t *p = og_iq1_grid[b.qs[4 * g + v] | (b.qh[g] >> (3 * v) & 7) << 8];
            for (int i = 0; i < 8; i++) q[32 * g + 8 * v + i] = (int8_t)(8 * p[i] + (b.qh[g] >> 15 ? -1 : 1));
        }
    }
}

/* The codebook for the encoder. */
static uint16_t near[6561][OG_GRID_NEAR];
static float value[2048 * 8];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static og_grid grid = {
    .point = og_iq1_grid[0],
    .n = 2048,
    .dim = 8,
    .levels = 3,
    .level = {-1, 0, 1},
    .signs = OG_GRID_SHIFT_GROUP,
    .group = OG_IQ1_S_GROUP,
    .l_max = 7,
    .from = 1.0f,
    .to = 3.5f,
    .near = near,
    .value = value,
    .lock = &lock,
};

void og_iq1_s_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_IQ1_S_BLOCK, out += OG_IQ1_S_BYTES) {
        og_fit_points fit;
        iq1_s_block b = {0};
        og_fit_grid(&grid, src + at, importance ? importance + at : NULL, 8, &fit);
        b.d = fit.d;
        for (int g = 0; g < 8; g++) {
            b.qh[g] = (uint16_t)(fit.l[g] << 12 | (fit.shift[4 * g] < 0) << 15);
            for (int v = 0; v < 4; v++) {
                b.qs[4 * g + v] = (uint8_t)fit.point[4 * g + v];
                b.qh[g] |= (uint16_t)(fit.point[4 * g + v] >> 8 << (3 * v));
            }
        }
        memcpy(out, &b, sizeof b);
    }
}
