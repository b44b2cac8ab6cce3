/* q5_1: f16 scales of all blocks, f16 lowest values, then by block the fifth bits and nibbles. A block in the file is f16 d, f16 m, 32
 * fifth bits, 16 bytes of nibbles; w = d * q + m. */
#include "backend/cpu/layout/blocks.h"

static size_t bytes(int nb) {
    return blocks_bytes(OG_Q5_1, nb);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    uint8_t *quants = dst + blocks_head(OG_Q5_1, nb);
    blocks_pack_halves(row, nb, OG_Q5_1_BYTES, 0, dst);
    blocks_pack_halves(row, nb, OG_Q5_1_BYTES, 2, dst + nb * 32);
    for (int b = 0; b < nb; b++) {
        blocks_pack_fifth(row, (size_t)b * OG_Q5_1_BYTES + 4, quants + b * 320);
        og_layout_words(row, (size_t)b * OG_Q5_1_BYTES + 8, 4, quants + b * 320 + OG_SLICE);
    }
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    const uint8_t *quants = packed + blocks_head(OG_Q5_1, nb);
    blocks_halves(packed, nb * OG_PANEL, scale);
    blocks_halves(packed + nb * 32, nb * OG_PANEL, min);
    for (int i = 0; i < nb * OG_PANEL; i++) min[i] = -min[i];
    for (int b = 0; b < nb; b++) blocks_expand(OG_Q5_1, quants + b * 320, u + b * 512);
}

const og_layout og_layout_q5_1 = {OG_Q5_1, bytes, pack, expand};
