/* q5_k: head, high bits, nibbles as q4_k. In the file bit b of byte i of qh is the high bit of element i of sub-block b; packing copies
 * words. */
#include "backend/cpu/layout/k_scales.h"

enum { QH = K_HEAD, QL = K_HEAD + 512 };

static size_t bytes(int nb) {
    (void)nb;
    return K_HEAD + 512 + 2048;
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    k_pack_head(row, dst);
    og_layout_words(row, 16, 8, dst + QH);
    og_layout_words(row, 48, 32, dst + QL);
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    k_expand_head(packed, scale, min);
    for (int b = 0; b < 8; b++)
        for (int i = 0; i < 8 * OG_SLICE; i++) {
            const uint8_t low = packed[QL + b / 2 * 8 * OG_SLICE + i] >> (b % 2 * 4) & 15;
            u[b * 8 * OG_SLICE + i] = (uint8_t)(low | (packed[QH + i] >> b & 1) << 4);
        }
}

const og_layout og_layout_q5_k = {OG_Q5_K, bytes, pack, expand};
