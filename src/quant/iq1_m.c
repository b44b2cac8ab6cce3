/* iq1_m.c: 256 weights in 16 groups of 16 with 3-bit scales under one binary16 factor; 8 weights are one of IQ1_S's 2048 points, moved by
 * an eighth up or down.
 *
 *   0   qs      low 8 bits of 32 codes
 *   32  qh      a nibble a code, the even ones in the low nibbles: the high 3 bits, and 8 for down
 *   48  scales  four times 16 bits: scales of groups 4j + k in bits 3k .. 3k + 2; bits 12 .. 15 are nibble j of the binary16
 *   w = d * (2 * scale + 1) * (point +- 1/8), here (d * (2 * scale + 1) / 8) * q with q = 8 * point +- 1 */
#include "quant/fit_grid.h"
#include "quant/tables.h"

#include <string.h>

typedef struct iq1_m_block {
    uint8_t qs[32];
    uint8_t qh[16];
    uint16_t scales[4];
} iq1_m_block;
_Static_assert(sizeof(iq1_m_block) == OG_IQ1_M_BYTES, "iq1_m block size");

void og_iq1_m_unpack(const void *block, int8_t *q, float *scale, float *min) {
    (void)min;
    iq1_m_block b;
    memcpy(&b, block, sizeof b);
    uint16_t half = 0;
    for (int j = 0; j < 4; j++) half |= (uint16_t)(b.scales[j] >> 12 << (4 * j));
    float d = og_f16_to_f32(half) * 0.125f;
    for (int g = 0; g < 16; g++) scale[g] = d * (float)(2 * (b.scales[g / 4] >> (g % 4 * 3) & 7) + 1);
    for (int v = 0; v < 32; v++) {
        int high = b.qh[v / 2] >> (v % 2 * 4);
        const int8_t *p = og_iq1_grid[b.qs[v] | (high & 7) << 8];
        for (int i = 0; i < 8; i++) q[8 * v + i] = (int8_t)(8 * p[i] + (high & 8 ? -1 : 1));
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
    .signs = OG_GRID_SHIFT_POINT,
    .group = OG_IQ1_M_GROUP,
    .l_max = 7,
    .from = 1.0f,
    .to = 3.0f,
    .near = near,
    .value = value,
    .lock = &lock,
};

void og_iq1_m_encode(const float *src, void *dst, size_t n, const float *importance) {
    uint8_t *out = dst;
    for (size_t at = 0; at < n; at += OG_IQ1_M_BLOCK, out += OG_IQ1_M_BYTES) {
        og_fit_points fit;
        iq1_m_block b = {0};
        og_fit_grid(&grid, src + at, importance ? importance + at : NULL, 8, &fit);
        for (int v = 0; v < 32; v++) {
            b.qs[v] = (uint8_t)fit.point[v];
            b.qh[v / 2] |= (uint8_t)((fit.point[v] >> 8 | (fit.shift[v] < 0) << 3) << (v % 2 * 4));
        }
        for (int g = 0; g < 16; g++) b.scales[g / 4] |= (uint16_t)(fit.l[g] << (g % 4 * 3));
        for (int j = 0; j < 4; j++) b.scales[j] |= (uint16_t)((fit.d >> (4 * j) & 15) << 12);
        memcpy(out, &b, sizeof b);
    }
}
