/* grid_copy.h: the points of a group, copied out of the codebook by plain loads and stores: gather instructions are slower, the more so
 * where they were made safe, and other instruction sets have none. Included by kernels; compiled with their flags. */
#ifndef OG_BACKEND_CPU_LAYOUT_GRID_COPY_H
#define OG_BACKEND_CPU_LAYOUT_GRID_COPY_H

#include "backend/cpu/layout/grids.h"

#define GRID_INLINE static inline __attribute__((always_inline))

/* Codes of point v of block b, of 16 rows; these loops are vectorized. */
GRID_INLINE void grid_rows(const og_type type, const uint8_t *packed, int b, int v, uint16_t code[OG_PANEL]) {
    const int n = 32 / grid_dim(type);
    const uint8_t *low = packed + grid_codes(type) + (b * n + v) * OG_PANEL, *high = packed + grid_high(type);
    const uint8_t *signs = packed + grid_signs(type) + (b * n + v) * OG_PANEL;
    uint16_t word[OG_PANEL];
    switch (type) {
    case OG_IQ1_S:
        memcpy(word, high + b * 32, sizeof word);
        for (int r = 0; r < OG_PANEL; r++) code[r] = (uint16_t)(low[r] | (word[r] >> (3 * v) & 7) << 8);
        break;
    case OG_IQ1_M:
        for (int r = 0; r < OG_PANEL; r++) code[r] = (uint16_t)(low[r] | (high[(b * 2 + v / 2) * OG_PANEL + r] >> (v % 2 * 4) & 7) << 8);
        break;
    case OG_IQ2_XS:
        for (int r = 0; r < OG_PANEL; r++) code[r] = (uint16_t)(low[r] | signs[r] >> 7 << 8);
        break;
    case OG_IQ2_S:
        for (int r = 0; r < OG_PANEL; r++) code[r] = (uint16_t)(low[r] | (high[b * OG_PANEL + r] >> (2 * v) & 3) << 8);
        break;
    case OG_IQ3_S:
        for (int r = 0; r < OG_PANEL; r++) code[r] = (uint16_t)(low[r] | (high[b * OG_PANEL + r] >> v & 1) << 8);
        break;
    default:
        for (int r = 0; r < OG_PANEL; r++) code[r] = low[r];
    }
}

/* 16 points of 8 or 4 bytes. */
GRID_INLINE void grid_points_copy(const int8_t *points, const uint16_t code[OG_PANEL], const int dim, uint8_t *raw) {
    for (int r = 0; r < OG_PANEL; r++)
        if (dim == 8) {
            uint64_t x;
            memcpy(&x, points + code[r] * 8, sizeof x);
            __asm__("" : "+r"(x)); /* or compilers make gathers of it */
            memcpy(raw + r * 8, &x, sizeof x);
        } else {
            uint32_t x;
            memcpy(&x, points + code[r] * 4, sizeof x);
            __asm__("" : "+r"(x));
            memcpy(raw + r * 4, &x, sizeof x);
        }
}

/* raw: 4096 bytes, [256 / dim][16 rows][dim]. Written for the whole group before any of it is read again: wide loads of what narrow stores
 * just wrote would wait for them. */
GRID_INLINE void grid_copy(const og_type type, const uint8_t *packed, uint8_t *raw) {
    const int dim = grid_dim(type);
    for (int b = 0; b < 8; b++)
#pragma GCC unroll 8
        for (int v = 0; v < 32 / dim; v++, raw += OG_PANEL * dim) {
            uint16_t code[OG_PANEL];
            grid_rows(type, packed, b, v, code);
            __asm__("" : "+m"(code)); /* to be loaded again, one by one: to take registers apart costs more */
            grid_points_copy(grid_points(type), code, dim, raw);
        }
}

#endif
