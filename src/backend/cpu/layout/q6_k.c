/* q6_k: f16 d, int8 scales, then low and high bits by halves of 128 columns. A block in the file is ql[128], qh[64], sc[16], f16 d. For
 * half h, ql[64h + l] holds column l (low nibble) and l + 64 (high), ql[64h + 32 + l] columns l + 32 and l + 96, and qh[32h + l] two bits
 * of each of the four. */
#include "backend/cpu/layout/layout.h"

#include <string.h>

enum { SC = 64, QUANTS = SC + 256, HALF = 24 * OG_SLICE };

static size_t bytes(int nb) {
    (void)nb;
    return QUANTS + 2 * HALF;
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    memset(dst, 0, SC);
    for (int r = 0; r < OG_PANEL; r++) {
        memcpy(dst + r * 2, row[r] + 208, 2);
        for (int j = 0; j < 16; j++) dst[SC + j * 16 + r] = row[r][192 + j];
    }
    for (int h = 0; h < 2; h++) {
        og_layout_words(row, (size_t)h * 64, 16, dst + QUANTS + h * HALF);
        og_layout_words(row, 128 + (size_t)h * 32, 8, dst + QUANTS + h * HALF + 16 * OG_SLICE);
    }
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    for (int j = 0; j < 16; j++)
        for (int r = 0; r < OG_PANEL; r++) {
            uint16_t d;
            memcpy(&d, packed + r * 2, 2);
            scale[j * OG_PANEL + r] = og_f16_to_f32(d) * (float)(int8_t)packed[SC + j * 16 + r];
        }
    for (int h = 0; h < 2; h++) {
        const uint8_t *low = packed + QUANTS + h * HALF, *high = low + 16 * OG_SLICE;
        for (int b = 0; b < 4; b++)
            for (int i = 0; i < 8 * OG_SLICE; i++) {
                const int nibble = low[b % 2 * 8 * OG_SLICE + i] >> (b / 2 * 4) & 15;
                u[(h * 4 + b) * 8 * OG_SLICE + i] = (uint8_t)(nibble | (high[i] >> (2 * b) & 3) << 4);
            }
    }
}

const og_layout og_layout_q6_k = {OG_Q6_K, bytes, pack, expand};
