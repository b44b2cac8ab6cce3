/* iq1_s: codes, and 16 bits a block with their high bits, scale and shift (grids.h). A block in the file is f16 d, 32 low bytes of codes,
 * eight times these 16 bits. */
#include "backend/cpu/layout/grids.h"

static size_t bytes(int nb) {
    (void)nb; /* always 8: rows are whole blocks of 256 */
    return grid_bytes(OG_IQ1_S);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    grid_pack_d(row, dst);
    for (int b = 0; b < 8; b++)
        for (int r = 0; r < OG_PANEL; r++) memcpy(dst + grid_high(OG_IQ1_S) + b * 32 + r * 2, row[r] + 34 + 2 * b, 2);
    grid_pack_bytes(row, 2, 32, dst + grid_codes(OG_IQ1_S));
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    og_grid_expand(OG_IQ1_S, packed, u, scale);
}

const og_layout og_layout_iq1_s = {OG_IQ1_S, bytes, pack, expand};
