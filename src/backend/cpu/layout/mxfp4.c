/* mxfp4: exponents of all blocks, a byte each, then nibbles, which are places in a table. A block in the file is the exponent, 16 bytes of
 * nibbles. */
#include "backend/cpu/layout/blocks.h"

#include <math.h>

static size_t bytes(int nb) {
    return blocks_bytes(OG_MXFP4, nb);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    uint8_t *quants = dst + blocks_head(OG_MXFP4, nb);
    for (int b = 0; b < nb; b++) {
        for (int r = 0; r < OG_PANEL; r++) dst[b * 16 + r] = row[r][b * OG_MXFP4_BYTES];
        og_layout_words(row, (size_t)b * OG_MXFP4_BYTES + 1, 4, quants + b * 256);
    }
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    const uint8_t *quants = packed + blocks_head(OG_MXFP4, nb);
    for (int i = 0; i < nb * OG_PANEL; i++) scale[i] = ldexpf(1, packed[i] - 128);
    for (int b = 0; b < nb; b++) blocks_expand(OG_MXFP4, quants + b * 256, u + b * 512);
}

const og_layout og_layout_mxfp4 = {OG_MXFP4, bytes, pack, expand};
