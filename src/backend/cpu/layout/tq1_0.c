/* tq1_0: f16 d, then five digits of base 3 to a byte. A block in the file is qs[48], qh[4], f16 d. Digit j of word w belongs to slice
 * 8j + w (w < 8), 40 + 4j + w - 8 (w < 12), 60 + j (w = 12, four digits); packing copies words. */
#include "backend/cpu/layout/k_scales.h"

static size_t bytes(int nb) {
    (void)nb;
    return TQ1_BYTES;
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    memset(dst, 0, TQ_QUANTS);
    for (int r = 0; r < OG_PANEL; r++) memcpy(dst + r * 2, row[r] + 52, 2);
    og_layout_words(row, 0, 13, dst + TQ_QUANTS);
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    for (int i = 0; i < 8 * OG_PANEL; i++) {
        uint16_t d;
        memcpy(&d, packed + i % OG_PANEL * 2, 2);
        scale[i] = og_f16_to_f32(d);
    }
    for (int w = 0; w < 13; w++)
        for (int i = 0; i < OG_SLICE; i++) {
            uint8_t rest = packed[TQ_QUANTS + w * OG_SLICE + i];
            for (int j = 0; j < tq1_digits(w); j++, rest = (uint8_t)(rest * 3))
                u[tq1_slice(w, j) * OG_SLICE + i] = (uint8_t)(rest * 3 >> 8);
        }
}

const og_layout og_layout_tq1_0 = {OG_TQ1_0, bytes, pack, expand};
