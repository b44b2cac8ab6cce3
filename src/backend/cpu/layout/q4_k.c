/* q4_k: head, then nibbles. In the file the 32 bytes p hold sub-block 2p in their low and 2p + 1 in their high nibbles; packing copies
 * words. */
#include "backend/cpu/layout/k_scales.h"

static size_t bytes(int nb) {
    (void)nb; /* always 8: rows are whole blocks of 256 */
    return K_HEAD + 2048;
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    k_pack_head(row, dst);
    og_layout_words(row, 16, 32, dst + K_HEAD);
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    k_expand_head(packed, scale, min);
    for (int p = 0; p < 4; p++)
        for (int i = 0; i < 8 * OG_SLICE; i++) {
            const uint8_t q = packed[K_HEAD + p * 8 * OG_SLICE + i];
            u[2 * p * 8 * OG_SLICE + i] = q & 15;
            u[(2 * p + 1) * 8 * OG_SLICE + i] = q >> 4;
        }
}

const og_layout og_layout_q4_k = {OG_Q4_K, bytes, pack, expand};
