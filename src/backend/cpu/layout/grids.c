#include "backend/cpu/layout/grids.h"

/* 16 bits of row r. */
static unsigned word(const uint8_t *p, int r) {
    return p[r * 2] | (unsigned)p[r * 2 + 1] << 8;
}

/* The code of point v. */
static unsigned code(const og_type type, const uint8_t *packed, int v, int r) {
    const uint8_t *high = packed + grid_high(type);
    const unsigned low = packed[grid_codes(type) + (size_t)(v * OG_PANEL + r)];
    switch (type) {
    case OG_IQ1_S:
        return low | (word(high + v / 4 * 32, r) >> (v % 4 * 3) & 7) << 8;
    case OG_IQ1_M:
        return low | (high[v / 2 * OG_PANEL + r] >> (v % 2 * 4) & 7u) << 8;
    case OG_IQ2_S:
        return low | (high[v / 4 * OG_PANEL + r] >> (v % 4 * 2) & 3u) << 8;
    case OG_IQ2_XS:
        return low | (packed[grid_signs(type) + (size_t)(v * OG_PANEL + r)] >> 7 & 1u) << 8;
    case OG_IQ3_S:
        return low | (high[v / 8 * OG_PANEL + r] >> (v % 8) & 1u) << 8;
    default:
        return low;
    }
}

/* Scale of sub-block j, before d. */
static unsigned scale_bits(const og_type type, const uint8_t *packed, int j, int r) {
    unsigned x = 0;
    switch (type) {
    case OG_IQ1_S:
        return word(packed + grid_high(type) + j * 32, r) >> 12 & 7;
    case OG_IQ1_M:
        return word(packed + j / 4 * 32, r) >> (j % 4 * 3) & 7;
    case OG_IQ2_XXS:
    case OG_IQ3_XXS:
        for (int k = 0; k < 4; k++) x |= (packed[grid_signs(type) + (size_t)((j * 4 + k) * OG_PANEL + r)] >> 7 & 1u) << k;
        return x;
    default:
        return packed[GRID_SCALES + j / 2 * OG_PANEL + r] >> (j % 2 * 4) & 15;
    }
}

static float factor(const og_type type, const uint8_t *packed, int r) {
    unsigned d = word(packed, r);
    if (type == OG_IQ1_M) {
        d = 0;
        for (int i = 0; i < 4; i++) d |= word(packed + i * 32, r) >> 12 << (4 * i);
    }
    return og_f16_to_f32((uint16_t)d) * grid_factor(type);
}

/* Whether the 8 weights of row r from column 8v on are moved down (IQ1). */
static bool down(const og_type type, const uint8_t *packed, int v, int r) {
    const uint8_t *high = packed + grid_high(type);
    return type == OG_IQ1_S ? word(high + v / 4 * 32, r) >> 15 : high[v / 2 * OG_PANEL + r] >> (v % 2 * 4 + 3) & 1;
}

void og_grid_expand(og_type type, const uint8_t *packed, uint8_t *u, float *scale) {
    const int dim = grid_dim(type), group = grid_group(type);
    for (int r = 0; r < OG_PANEL; r++) {
        for (int j = 0; j < 256 / group; j++)
            scale[j * OG_PANEL + r] = factor(type, packed, r) * (float)(2 * scale_bits(type, packed, j, r) + 1);
        for (int c = 0; c < 256; c++) {
            int q = grid_points(type)[code(type, packed, c / dim, r) * (unsigned)dim + (unsigned)(c % dim)];
            if (grid_iq1(type)) {
                q = 8 * q + (down(type, packed, c / 8, r) ? -1 : 1);
            } else {
                const unsigned bits = packed[grid_signs(type) + (size_t)(c / 8 * OG_PANEL + r)];
                if ((grid_seven(type) ? og_even_signs(bits) : bits) >> (c % 8) & 1) q = -q;
            }
            u[c / 4 * OG_SLICE + r * 4 + c % 4] = (uint8_t)(q + grid_offset(type));
        }
    }
}
