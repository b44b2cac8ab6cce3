/* q1_0: f16 scales, then a vector of bits a block: bit t is that of slice t. A block in the file is f16 d, 16 bytes of bits. */
#include "backend/cpu/layout/bits.h"

static size_t bytes(int nb) {
    return bits_bytes(OG_Q1_0, nb);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    memset(dst, 0, bits_head(OG_Q1_0, nb));
    blocks_pack_halves(row, nb / 4, OG_Q1_0_BYTES, 0, dst);
    for (int b = 0; b < nb; b++)
        blocks_pack_fifth(row, (size_t)(b / 4 * OG_Q1_0_BYTES + 2 + b % 4 * 4), dst + bits_head(OG_Q1_0, nb) + b * OG_SLICE);
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    bits_expand_halves(OG_Q1_0, packed, nb, scale);
    for (int i = 0; i < nb * 8 * OG_SLICE; i++) {
        const int b = i / (8 * OG_SLICE), t = i / OG_SLICE % 8;
        u[i] = (uint8_t)(packed[bits_head(OG_Q1_0, nb) + (size_t)(b * OG_SLICE + i % OG_SLICE)] >> t << 1 & 2);
    }
}

const og_layout og_layout_q1_0 = {OG_Q1_0, bytes, pack, expand};
