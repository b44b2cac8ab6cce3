/* iq3_xxs: codes and signs (grids.h). A block in the file is f16 d, 64 codes, 32 bits of signs and scale for each 32 columns. */
#include "backend/cpu/layout/grids.h"

static size_t bytes(int nb) {
    (void)nb; /* always 8: rows are whole blocks of 256 */
    return grid_bytes(OG_IQ3_XXS);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    grid_pack_d(row, dst);
    grid_pack_bytes(row, 2, 64, dst + grid_codes(OG_IQ3_XXS));
    grid_pack_seven(row, 66, 4, dst + grid_signs(OG_IQ3_XXS));
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    og_grid_expand(OG_IQ3_XXS, packed, u, scale);
}

const og_layout og_layout_iq3_xxs = {OG_IQ3_XXS, bytes, pack, expand};
