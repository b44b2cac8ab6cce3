/* q5_0: f16 scales of all blocks, then by block the fifth bits and nibbles. A block in the file is f16 d, 32 fifth bits, 16 bytes of
 * nibbles. */
#include "backend/cpu/layout/blocks.h"

static size_t bytes(int nb) {
    return blocks_bytes(OG_Q5_0, nb);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    uint8_t *quants = dst + blocks_head(OG_Q5_0, nb);
    blocks_pack_halves(row, nb, OG_Q5_0_BYTES, 0, dst);
    for (int b = 0; b < nb; b++) {
        blocks_pack_fifth(row, (size_t)b * OG_Q5_0_BYTES + 2, quants + b * 320);
        og_layout_words(row, (size_t)b * OG_Q5_0_BYTES + 6, 4, quants + b * 320 + OG_SLICE);
    }
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    const uint8_t *quants = packed + blocks_head(OG_Q5_0, nb);
    blocks_halves(packed, nb * OG_PANEL, scale);
    for (int b = 0; b < nb; b++) blocks_expand(OG_Q5_0, quants + b * 320, u + b * 512);
}

const og_layout og_layout_q5_0 = {OG_Q5_0, bytes, pack, expand};
