/* tq2_0: f16 d, then two bits, four blocks to a byte, as q2_k's. A block in the file is qs[64], f16 d. */
#include "backend/cpu/layout/k_scales.h"

static size_t bytes(int nb) {
    (void)nb;
    return TQ2_BYTES;
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    memset(dst, 0, TQ_QUANTS);
    for (int r = 0; r < OG_PANEL; r++) memcpy(dst + r * 2, row[r] + 64, 2);
    og_layout_words(row, 0, 16, dst + TQ_QUANTS);
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    for (int i = 0; i < 8 * OG_PANEL; i++) {
        uint16_t d;
        memcpy(&d, packed + i % OG_PANEL * 2, 2);
        scale[i] = og_f16_to_f32(d);
    }
    for (int b = 0; b < 8; b++)
        for (int i = 0; i < 8 * OG_SLICE; i++) u[b * 8 * OG_SLICE + i] = packed[TQ_QUANTS + b / 4 * 8 * OG_SLICE + i] >> (b % 4 * 2) & 3;
}

const og_layout og_layout_tq2_0 = {OG_TQ2_0, bytes, pack, expand};
