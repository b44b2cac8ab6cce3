/* q2_0: f16 scales, then two vectors of two bits a block: bits 2i, 2i + 1 of vector h are those of slice 4h + i. A block in the file is f16
 * d, 16 bytes, each with the bits of four columns. */
#include "backend/cpu/layout/bits.h"

static size_t bytes(int nb) {
    return bits_bytes(OG_Q2_0, nb);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    uint8_t *quants = dst + bits_head(OG_Q2_0, nb);
    memset(dst, 0, bits_head(OG_Q2_0, nb) + (size_t)nb * bits_quants(OG_Q2_0));
    blocks_pack_halves(row, nb / 2, OG_Q2_0_BYTES, 0, dst);
    for (int r = 0; r < OG_PANEL; r++)
        for (int t = 0; t < nb * 8; t++) {
            const unsigned four = row[r][t / 16 * OG_Q2_0_BYTES + 2 + t % 16];
            for (int j = 0; j < 4; j++) quants[t / 4 * OG_SLICE + r * 4 + j] |= (uint8_t)((four >> (2 * j) & 3) << (t % 4 * 2));
        }
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    bits_expand_halves(OG_Q2_0, packed, nb, scale);
    for (int t = 0; t < nb * 8; t++)
        for (int i = 0; i < OG_SLICE; i++)
            u[t * OG_SLICE + i] = packed[bits_head(OG_Q2_0, nb) + (size_t)(t / 4 * OG_SLICE + i)] >> (t % 4 * 2) & 3;
}

const og_layout og_layout_q2_0 = {OG_Q2_0, bytes, pack, expand};
