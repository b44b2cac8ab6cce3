/* iq1_m: scales with d in them, nibbles with high bits and shifts of codes, codes (grids.h). A block in the file is 32 low bytes of codes,
 * 16 bytes of nibbles, four times 16 bits with 3-bit scales and 4 bits of the f16 d. */
#include "backend/cpu/layout/grids.h"

static size_t bytes(int nb) {
    (void)nb; /* always 8: rows are whole blocks of 256 */
    return grid_bytes(OG_IQ1_M);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    for (int i = 0; i < 4; i++)
        for (int r = 0; r < OG_PANEL; r++) memcpy(dst + i * 32 + r * 2, row[r] + 48 + 2 * i, 2);
    grid_pack_bytes(row, 32, 16, dst + grid_high(OG_IQ1_M));
    grid_pack_bytes(row, 0, 32, dst + grid_codes(OG_IQ1_M));
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    og_grid_expand(OG_IQ1_M, packed, u, scale);
}

const og_layout og_layout_iq1_m = {OG_IQ1_M, bytes, pack, expand};
