/* iq4_nl: as q4_0; the nibbles are places in a table. */
#include "backend/cpu/layout/blocks.h"

static size_t bytes(int nb) {
    return blocks_bytes(OG_IQ4_NL, nb);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    uint8_t *quants = dst + blocks_head(OG_IQ4_NL, nb);
    blocks_pack_halves(row, nb, OG_IQ4_NL_BYTES, 0, dst);
    for (int b = 0; b < nb; b++) og_layout_words(row, (size_t)b * OG_IQ4_NL_BYTES + 2, 4, quants + b * 256);
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    const uint8_t *quants = packed + blocks_head(OG_IQ4_NL, nb);
    blocks_halves(packed, nb * OG_PANEL, scale);
    for (int b = 0; b < nb; b++) blocks_expand(OG_IQ4_NL, quants + b * 256, u + b * 512);
}

const og_layout og_layout_iq4_nl = {OG_IQ4_NL, bytes, pack, expand};
