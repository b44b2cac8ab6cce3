/* q8_0: scales of all blocks, then bytes q + 128. */
#include "backend/cpu/layout/blocks.h"

static size_t bytes(int nb) {
    return blocks_bytes(OG_Q8_0, nb);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    uint8_t *quants = dst + blocks_head(OG_Q8_0, nb);
    blocks_pack_halves(row, nb, OG_Q8_0_BYTES, 0, dst);
    for (int b = 0; b < nb; b++) og_layout_words(row, (size_t)b * OG_Q8_0_BYTES + 2, 8, quants + b * 512);
    for (int i = 0; i < nb * 512; i++) quants[i] ^= 0x80;
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    blocks_halves(packed, nb * OG_PANEL, scale);
    memcpy(u, packed + blocks_head(OG_Q8_0, nb), (size_t)nb * 512);
}

const og_layout og_layout_q8_0 = {OG_Q8_0, bytes, pack, expand};
