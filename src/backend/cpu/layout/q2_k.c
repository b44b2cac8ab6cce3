/* q2_k: f16 d and dmin, 4-bit scales and mins, then two bits, four blocks to a byte. A block in the file is scales[16] (min in the high
 * nibble), qs[64], f16 d, f16 dmin. qs[32h + l] has two bits of columns l, l + 32, l + 64 and l + 96 of half h; packing copies words. */
#include "backend/cpu/layout/k_scales.h"

static size_t bytes(int nb) {
    (void)nb;
    return Q2_QUANTS + 16 * OG_SLICE;
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    for (int r = 0; r < OG_PANEL; r++) {
        memcpy(dst + K_D + r * 2, row[r] + 80, 2);
        memcpy(dst + K_DMIN + r * 2, row[r] + 82, 2);
        for (int j = 0; j < 16; j++) dst[Q2_SC + j * 16 + r] = row[r][j];
    }
    og_layout_words(row, 16, 16, dst + Q2_QUANTS);
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    for (int j = 0; j < 16; j++)
        for (int r = 0; r < OG_PANEL; r++) {
            uint16_t d, dmin;
            memcpy(&d, packed + K_D + r * 2, 2);
            memcpy(&dmin, packed + K_DMIN + r * 2, 2);
            scale[j * OG_PANEL + r] = og_f16_to_f32(d) * (float)(packed[Q2_SC + j * 16 + r] & 15);
            min[j * OG_PANEL + r] = og_f16_to_f32(dmin) * (float)(packed[Q2_SC + j * 16 + r] >> 4);
        }
    for (int b = 0; b < 8; b++)
        for (int i = 0; i < 8 * OG_SLICE; i++) u[b * 8 * OG_SLICE + i] = packed[Q2_QUANTS + b / 4 * 8 * OG_SLICE + i] >> (b % 4 * 2) & 3;
}

const og_layout og_layout_q2_k = {OG_Q2_K, bytes, pack, expand};
