/* nvfp4: scales of all 16 columns, a byte each, then nibbles: of 16 columns two vectors, vector v with slice v in its low and slice v + 2
 * in its high nibbles. A block in the file is four scales, then 8 bytes of nibbles for each 16 columns, low ones first; packing copies
 * words. */
#include "backend/cpu/layout/bits.h"
#include "quant/tables.h"

static size_t bytes(int nb) {
    return bits_bytes(OG_NVFP4, nb);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    for (int b = 0; b < nb / 2; b++) {
        for (int j = 0; j < 4; j++)
            for (int r = 0; r < OG_PANEL; r++) dst[(b * 4 + j) * OG_PANEL + r] = row[r][b * OG_NVFP4_BYTES + j];
        og_layout_words(row, (size_t)b * OG_NVFP4_BYTES + 4, 8, dst + bits_head(OG_NVFP4, nb) + b * 512);
    }
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    for (int i = 0; i < nb * 2 * OG_PANEL; i++) scale[i] = og_nvfp4_half_scale(packed[i]);
    for (int t = 0; t < nb * 8; t++)
        for (int i = 0; i < OG_SLICE; i++) {
            const uint8_t both = packed[bits_head(OG_NVFP4, nb) + (size_t)(t / 4 * 128 + t % 2 * 64 + i)];
            u[t * OG_SLICE + i] = (uint8_t)(blocks_mxfp4[t % 4 < 2 ? both & 15 : both >> 4] + OG_NVFP4_OFFSET);
        }
}

const og_layout og_layout_nvfp4 = {OG_NVFP4, bytes, pack, expand};
