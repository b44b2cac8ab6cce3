/* iq2_xs: codes, and in a byte seven signs and the ninth bit of the code (grids.h). A block in the file is f16 d, 16 bits for each 8
 * columns (9 of code, 7 of signs), 8 bytes of scales. */
#include "backend/cpu/layout/grids.h"

static size_t bytes(int nb) {
    (void)nb; /* always 8: rows are whole blocks of 256 */
    return grid_bytes(OG_IQ2_XS);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    grid_pack_d(row, dst);
    grid_pack_bytes(row, 66, 8, dst + GRID_SCALES);
    for (int v = 0; v < 32; v++)
        for (int r = 0; r < OG_PANEL; r++) {
            const unsigned high = row[r][3 + 2 * v];
            dst[grid_codes(OG_IQ2_XS) + (size_t)(v * OG_PANEL + r)] = row[r][2 + 2 * v];
            dst[grid_signs(OG_IQ2_XS) + (size_t)(v * OG_PANEL + r)] = (uint8_t)(high >> 1 | (high & 1) << 7);
        }
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    og_grid_expand(OG_IQ2_XS, packed, u, scale);
}

const og_layout og_layout_iq2_xs = {OG_IQ2_XS, bytes, pack, expand};
