/* q3_k: f16 d, 6-bit scales, then two bits, four blocks to a byte, and the third bits. A block in the file is hmask[32], qs[64],
 * scales[12], f16 d. qs[32h + l] has two bits of columns l, l + 32, l + 64 and l + 96 of half h, hmask[l] the third bits of columns l,
 * l + 32, ...; packing copies words, and the bytes of the scales as they are. */
#include "backend/cpu/layout/k_scales.h"

static size_t bytes(int nb) {
    (void)nb;
    return Q3_HIGH + 8 * OG_SLICE;
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    memset(dst, 0, Q3_QUANTS);
    for (int r = 0; r < OG_PANEL; r++) {
        memcpy(dst + r * 2, row[r] + 108, 2);
        for (int j = 0; j < 8; j++) dst[Q3_SC_LO + j * 16 + r] = row[r][96 + j];
        for (int j = 0; j < 4; j++) dst[Q3_SC_HI + j * 16 + r] = row[r][104 + j];
    }
    og_layout_words(row, 32, 16, dst + Q3_QUANTS);
    og_layout_words(row, 0, 8, dst + Q3_HIGH);
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    for (int j = 0; j < 16; j++)
        for (int r = 0; r < OG_PANEL; r++) {
            uint16_t d;
            memcpy(&d, packed + r * 2, 2);
            const int low = packed[Q3_SC_LO + j % 8 * 16 + r] >> (j / 8 * 4) & 15,
                      high = packed[Q3_SC_HI + j % 4 * 16 + r] >> (j / 4 * 2) & 3;
            scale[j * OG_PANEL + r] = og_f16_to_f32(d) * (float)((low | high << 4) - 32);
        }
    for (int b = 0; b < 8; b++)
        for (int i = 0; i < 8 * OG_SLICE; i++) {
            const int low = packed[Q3_QUANTS + b / 4 * 8 * OG_SLICE + i] >> (b % 4 * 2) & 3;
            u[b * 8 * OG_SLICE + i] = (uint8_t)(low | (packed[Q3_HIGH + i] >> b & 1) << 2);
        }
}

const og_layout og_layout_q3_k = {OG_Q3_K, bytes, pack, expand};
