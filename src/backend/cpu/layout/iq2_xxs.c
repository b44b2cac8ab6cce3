/* iq2_xxs: codes and signs (grids.h). A block in the file is f16 d, then for each 32 columns four codes and 32 bits. */
#include "backend/cpu/layout/grids.h"

static size_t bytes(int nb) {
    (void)nb; /* always 8: rows are whole blocks of 256 */
    return grid_bytes(OG_IQ2_XXS);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    grid_pack_d(row, dst);
    for (int b = 0; b < 8; b++) grid_pack_bytes(row, 2 + 8 * (size_t)b, 4, dst + grid_codes(OG_IQ2_XXS) + b * 64);
    grid_pack_seven(row, 6, 8, dst + grid_signs(OG_IQ2_XXS));
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    og_grid_expand(OG_IQ2_XXS, packed, u, scale);
}

const og_layout og_layout_iq2_xxs = {OG_IQ2_XXS, bytes, pack, expand};
