/* iq3_s: codes and signs (grids.h). A block in the file is f16 d, 64 low bytes of codes, 8 with the high bits of eight codes each, 32 bytes
 * of signs, 4 bytes of scales. */
#include "backend/cpu/layout/grids.h"

static size_t bytes(int nb) {
    (void)nb; /* always 8: rows are whole blocks of 256 */
    return grid_bytes(OG_IQ3_S);
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    grid_pack_d(row, dst);
    grid_pack_bytes(row, 106, 4, dst + GRID_SCALES);
    grid_pack_bytes(row, 66, 8, dst + grid_high(OG_IQ3_S));
    grid_pack_bytes(row, 2, 64, dst + grid_codes(OG_IQ3_S));
    grid_pack_bytes(row, 74, 32, dst + grid_signs(OG_IQ3_S));
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    og_grid_expand(OG_IQ3_S, packed, u, scale);
}

const og_layout og_layout_iq3_s = {OG_IQ3_S, bytes, pack, expand};
