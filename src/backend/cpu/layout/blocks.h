/* blocks.h: what formats of blocks of 32 that stand alone share: a head with the scales (and mins) of all blocks of a group, then the
 * blocks' quants. Except q8_0's they are nibbles, in the file 16 bytes whose low halves are columns 0..15 and high halves 16..31, so that a
 * 4-byte word is slice v in its low and slice v + 4 in its high nibbles, and packing copies words. */
#ifndef OG_BACKEND_CPU_LAYOUT_BLOCKS_H
#define OG_BACKEND_CPU_LAYOUT_BLOCKS_H

#include "backend/cpu/layout/layout.h"
#include "quant/tables.h"

#include <string.h>

/* The nibbles of iq4_nl, iq4_xs and mxfp4 are places in a table. */
static const int8_t blocks_iq4[16] = {OG_IQ4_VALUES}, blocks_mxfp4[16] = {OG_MXFP4_VALUES};

/* NULL where nibbles are numbers. */
static inline const int8_t *blocks_table(const og_type type) {
    return type == OG_IQ4_NL || type == OG_IQ4_XS ? blocks_iq4 : type == OG_MXFP4 ? blocks_mxfp4 : NULL;
}

/* Whether a vector with the fifth bits goes before the nibbles of a block. */
static inline bool blocks_five(const og_type type) {
    return type == OG_Q5_0 || type == OG_Q5_1;
}

static inline bool blocks_min(const og_type type) {
    return type == OG_Q4_1 || type == OG_Q5_1;
}

/* Bytes before the blocks of a group. Mins, after the scales, begin in the middle. */
static inline size_t blocks_head(const og_type type, int nb) {
    if (blocks_min(type)) return (size_t)nb * 64;
    return OG_ALIGN_UP((size_t)nb * (type == OG_MXFP4 ? 16 : 32), 64);
}

/* Bytes of the quants of a block of 16 rows. */
static inline size_t blocks_quants(const og_type type) {
    return type == OG_Q8_0 ? 512 : blocks_five(type) ? 320 : 256;
}

static inline size_t blocks_bytes(const og_type type, int nb) {
    return blocks_head(type, nb) + (size_t)nb * blocks_quants(type);
}

/* The f16 numbers `at` bytes into each of nb blocks of `bytes` bytes: [nb][16]. */
static inline void blocks_pack_halves(const uint8_t *const row[OG_PANEL], int nb, int bytes, int at, uint8_t *dst) {
    for (int b = 0; b < nb; b++)
        for (int r = 0; r < OG_PANEL; r++) memcpy(dst + b * 32 + r * 2, row[r] + b * bytes + at, 2);
}

static inline void blocks_halves(const uint8_t *packed, int n, float *out) {
    for (int i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, packed + i * 2, 2);
        out[i] = og_f16_to_f32(h);
    }
}

/* Bit c of the word `at` bytes into row r, the fifth bit of column c, goes to bit c / 4 of byte c % 4 of the row. */
static inline void blocks_pack_fifth(const uint8_t *const row[OG_PANEL], size_t at, uint8_t *dst) {
    for (int r = 0; r < OG_PANEL; r++) {
        uint32_t word;
        memcpy(&word, row[r] + at, 4);
        for (int j = 0; j < 4; j++) { /* every fourth bit, moved together */
            uint32_t x = word >> j & 0x11111111;
            x = (x | x >> 3) & 0x03030303;
            x = (x | x >> 6) & 0x000f000f;
            dst[r * 4 + j] = (uint8_t)(x | x >> 12);
        }
    }
}

/* u of one block: 8 slices. */
static inline void blocks_expand(const og_type type, const uint8_t *quants, uint8_t *u) {
    const uint8_t *fifth = quants, *nibbles = quants + (blocks_five(type) ? OG_SLICE : 0);
    const int8_t *table = blocks_table(type);
    const int offset = table ? og_quant_of(type)->offset : 0;
    for (int v = 0; v < 8; v++)
        for (int i = 0; i < OG_SLICE; i++) {
            uint8_t x = nibbles[v % 4 * OG_SLICE + i] >> (v / 4 * 4) & 15;
            if (table) x = (uint8_t)(table[x] + offset);
            if (blocks_five(type)) x |= (uint8_t)((fifth[i] >> v & 1) << 4);
            u[v * OG_SLICE + i] = x;
        }
}

#endif
