/* grids.h: what the formats share whose codes stand for points of a codebook (IQ1, IQ2, IQ3), in groups of 256 columns:
 *
 *   f16 d[16], 32 bytes of padding; scales; high bits of codes; codes[256 / dim][16]; signs[32][16]
 *
 * all by bytes, one a row. Scales are one less than half of what d is multiplied by: odd numbers. iq1_m: scales first, with d in them. */
#ifndef OG_BACKEND_CPU_LAYOUT_GRIDS_H
#define OG_BACKEND_CPU_LAYOUT_GRIDS_H

#include "backend/cpu/layout/layout.h"
#include "quant/tables.h"

#include <string.h>

/* Columns of a point. */
static inline int grid_dim(const og_type type) {
    return type == OG_IQ3_XXS || type == OG_IQ3_S ? 4 : 8;
}

static inline const int8_t *grid_points(const og_type type) {
    switch (type) {
    case OG_IQ2_XXS:
        return og_iq2_xxs_grid[0];
    case OG_IQ2_XS:
        return og_iq2_xs_grid[0];
    case OG_IQ2_S:
        return og_iq2_s_grid[0];
    case OG_IQ3_XXS:
        return og_iq3_xxs_grid[0];
    case OG_IQ3_S:
        return og_iq3_s_grid[0];
    default:
        return og_iq1_grid[0];
    }
}

static inline bool grid_iq1(const og_type type) {
    return type == OG_IQ1_S || type == OG_IQ1_M;
}

/* Whether the eighth sign follows from seven, and its bit holds something else: of iq2_xs the code's ninth bit, of the others bit k of a
 * block's scale, in the k-th byte of the block. */
static inline bool grid_seven(const og_type type) {
    return type == OG_IQ2_XXS || type == OG_IQ2_XS || type == OG_IQ3_XXS;
}

/* Bytes of scales, after the first 64 bytes; of high bits. iq1_s: 16 bits a block as in the file, with codes' high bits, scale and shift.
 */
static inline size_t grid_scale_bytes(const og_type type) {
    return type == OG_IQ2_XS || type == OG_IQ2_S ? 128 : type == OG_IQ3_S || type == OG_IQ1_M ? 64 : 0;
}
static inline size_t grid_high_bytes(const og_type type) {
    return grid_iq1(type) ? 256 : type == OG_IQ2_S || type == OG_IQ3_S ? 128 : 0;
}

enum { GRID_SCALES = 64 };
static inline size_t grid_high(const og_type type) {
    return GRID_SCALES + grid_scale_bytes(type);
}
static inline size_t grid_codes(const og_type type) {
    return grid_high(type) + grid_high_bytes(type);
}
static inline size_t grid_signs(const og_type type) {
    return grid_codes(type) + 4096 / (size_t)grid_dim(type);
}
static inline size_t grid_bytes(const og_type type) {
    return grid_signs(type) + (grid_iq1(type) ? 0 : 512);
}

/* A scale is d * grid_factor * (2 * scale + 1), exact but for the rounding of the last product. */
static inline float grid_factor(const og_type type) {
    return type == OG_IQ3_S ? 1.0f : type == OG_IQ3_XXS ? 0.25f : 0.125f;
}

/* Columns that share a scale. */
static inline int grid_group(const og_type type) {
    return type == OG_IQ2_XS || type == OG_IQ2_S || type == OG_IQ1_M ? 16 : 32;
}

/* u of a weight 0. */
static inline int grid_offset(const og_type type) {
    return grid_iq1(type) ? OG_IQ1_S_OFFSET : type == OG_IQ3_XXS ? OG_IQ3_XXS_OFFSET : type == OG_IQ3_S ? OG_IQ3_S_OFFSET : OG_IQ2_S_OFFSET;
}

/* Bytes at `at` of 16 rows, n of them, side by side. */
static inline void grid_pack_bytes(const uint8_t *const row[OG_PANEL], size_t at, int n, uint8_t *dst) {
    for (int i = 0; i < n; i++)
        for (int r = 0; r < OG_PANEL; r++) dst[i * OG_PANEL + r] = row[r][at + (size_t)i];
}

/* d and the padding. */
static inline void grid_pack_d(const uint8_t *const row[OG_PANEL], uint8_t *dst) {
    memset(dst, 0, 64);
    for (int r = 0; r < OG_PANEL; r++) memcpy(dst + r * 2, row[r], 2);
}

/* The 32 bits at `at` of blocks `step` bytes apart: four times seven signs and a scale. */
static inline void grid_pack_seven(const uint8_t *const row[OG_PANEL], size_t at, size_t step, uint8_t *signs) {
    for (size_t b = 0; b < 8; b++)
        for (int r = 0; r < OG_PANEL; r++) {
            uint32_t bits;
            memcpy(&bits, row[r] + at + b * step, sizeof bits);
            for (unsigned k = 0; k < 4; k++)
                signs[(b * 4 + k) * OG_PANEL + (size_t)r] = (uint8_t)((bits >> (7 * k) & 127) | (bits >> (28 + k) & 1) << 7);
        }
}

/* The definition of what is packed (scalar). */
void og_grid_expand(og_type type, const uint8_t *packed, uint8_t *u, float *scale);

#endif
