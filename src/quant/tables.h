/* tables.h: the numbers that codes stand for, in the order of the codes. */
#ifndef OG_QUANT_TABLES_H
#define OG_QUANT_TABLES_H

#include <math.h>
#include <stdint.h>

#define OG_IQ4_VALUES -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
/* e2m1 floats, doubled: bit 3 is the sign. */
#define OG_MXFP4_VALUES 0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12

/* Codebooks: a code stands for 8 or 4 values at once. IQ2's and IQ3's are magnitudes, whose signs are stored apart; IQ1's are -1, 0, 1. */
extern const int8_t og_iq2_xxs_grid[256][8], og_iq2_xs_grid[512][8], og_iq2_s_grid[1024][8], og_iq1_grid[2048][8];
extern const int8_t og_iq3_xxs_grid[256][4], og_iq3_s_grid[512][4];

/* Seven sign bits stand for eight: the last makes their number even. */
static inline uint8_t og_even_signs(unsigned seven) {
    return (uint8_t)((seven & 127) | (unsigned)__builtin_parity(seven & 127) << 7);
}

/* The n values of a point, those negated whose bit is set. */
static inline void og_grid_signed(const int8_t *point, unsigned signs, int n, int8_t *q) {
    for (int i = 0; i < n; i++) q[i] = (int8_t)(signs >> i & 1 ? -point[i] : point[i]);
}

/* Half of what a scale's byte of NVFP4 means: an unsigned float of 4 bits of exponent and 3 of mantissa. */
static inline float og_nvfp4_half_scale(uint8_t d) {
    const int exponent = d >> 3 & 15, mantissa = d & 7;
    if (d == 0x7f) return 0;
    return exponent ? ldexpf((float)(8 + mantissa), exponent - 11) : ldexpf((float)mantissa, -10);
}

#endif
