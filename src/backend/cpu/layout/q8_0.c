/* q8_0: scales of all blocks, then bytes q + 128. */
#include "backend/cpu/layout/layout.h"

#include <string.h>

enum { BLOCK_BYTES = 34 };

static size_t bytes(int nb) {
    return OG_ALIGN_UP((size_t)nb * 32, 64) + (size_t)nb * 512;
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    uint8_t *quants = dst + OG_ALIGN_UP(nb * 32, 64);
    for (int b = 0; b < nb; b++) {
        for (int r = 0; r < OG_PANEL; r++) memcpy(dst + b * 32 + r * 2, row[r] + b * BLOCK_BYTES, 2);
        og_layout_words(row, (size_t)b * BLOCK_BYTES + 2, 8, quants + b * 512);
    }
    for (int i = 0; i < nb * 512; i++) quants[i] ^= 0x80;
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    for (int i = 0; i < nb * OG_PANEL; i++) {
        uint16_t d;
        memcpy(&d, packed + i * 2, 2);
        scale[i] = og_f16_to_f32(d);
    }
    memcpy(u, packed + OG_ALIGN_UP(nb * 32, 64), (size_t)nb * 512);
}

const og_layout og_layout_q8_0 = {OG_Q8_0, bytes, pack, expand};
