/* iq4_xs: f16 d, 6-bit scales in the order of k_scales.h, then nibbles, which are places in a table. In the file a block is f16 d, 16 bits
 * with the high 2 bits of 8 scales, 4 bytes with their low 4 bits, then 16 bytes of nibbles for each of 8 sub-blocks. */
#include "backend/cpu/layout/blocks.h"
#include "backend/cpu/layout/k_scales.h"

static size_t bytes(int nb) {
    (void)nb; /* always 8: rows are whole blocks of 256 */
    return XS_HEAD + 2048;
}

static void pack(const uint8_t *const row[OG_PANEL], int nb, uint8_t *dst) {
    (void)nb;
    memset(dst, 0, XS_HEAD);
    for (int r = 0; r < OG_PANEL; r++) {
        const uint8_t *s = row[r];
        memcpy(dst + r * 2, s, 2);
        for (int j = 0; j < 8; j++) {
            const unsigned low = s[4 + j / 2] >> (j % 2 * 4) & 15u, high = s[2 + j / 4] >> (j % 4 * 2) & 3u;
            k_put(dst + XS_SC_LO, dst + XS_SC_HI, j, r, low | high << 4);
        }
    }
    og_layout_words(row, 8, 32, dst + XS_HEAD);
}

static void expand(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    float d[OG_PANEL];
    blocks_halves(packed, OG_PANEL, d);
    for (int j = 0; j < 8; j++)
        for (int r = 0; r < OG_PANEL; r++)
            scale[j * OG_PANEL + r] = d[r] * (float)((int)k_get(packed + XS_SC_LO, packed + XS_SC_HI, j, r) - 32);
    for (int b = 0; b < 8; b++) blocks_expand(OG_IQ4_XS, packed + XS_HEAD + b * 256, u + b * 512);
}

const og_layout og_layout_iq4_xs = {OG_IQ4_XS, bytes, pack, expand};
