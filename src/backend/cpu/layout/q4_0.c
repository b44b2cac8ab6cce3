/* q4_0: scales of all blocks, then nibbles. In the file a block is f16 d and 16 bytes whose low nibbles are columns 0..15 and high
 * nibbles 16..31, so a 4-byte word is slice v in its low and slice v + 4 in its high nibbles, and packing copies words. */
#include "backend/cpu/layout/layout.h"

#include <string.h>

enum { BLOCK_BYTES = 18 };

static size_t bytes(int nb) {
    return OG_ALIGN_UP((size_t)nb * 32, 64) + (size_t)nb * 256;
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    uint8_t *quants = dst + OG_ALIGN_UP(nb * 32, 64);
    for (int b = 0; b < nb; b++) {
        for (int r = 0; r < OG_PANEL; r++) memcpy(dst + b * 32 + r * 2, row[r] + b * BLOCK_BYTES, 2);
        og_layout_words(row, (size_t)b * BLOCK_BYTES + 2, 4, quants + b * 256);
    }
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    const uint8_t *quants = packed + OG_ALIGN_UP(nb * 32, 64);
    for (int i = 0; i < nb * OG_PANEL; i++) {
        uint16_t d;
        memcpy(&d, packed + i * 2, 2);
        scale[i] = og_f16_to_f32(d);
    }
    for (int b = 0; b < nb; b++)
        for (int v = 0; v < 4; v++)
            for (int i = 0; i < OG_SLICE; i++) {
                const uint8_t q = quants[b * 256 + v * OG_SLICE + i];
                u[(b * 8 + v) * OG_SLICE + i] = q & 15;
                u[(b * 8 + v + 4) * OG_SLICE + i] = q >> 4;
            }
}

const og_layout og_layout_q4_0 = {OG_Q4_0, bytes, pack, expand};
