/* bits.h: layouts of q1_0, q2_0 and nvfp4, whose blocks are of 128 and 64 columns: scales of all, then quants by blocks of 32. */
#ifndef OG_BACKEND_CPU_LAYOUT_BITS_H
#define OG_BACKEND_CPU_LAYOUT_BITS_H

#include "backend/cpu/layout/blocks.h"

/* Bytes before the quants of nb blocks of 32. */
static inline size_t bits_head(const og_type type, int nb) {
    const int columns = nb * 32;
    return type == OG_NVFP4 ? (size_t)columns : OG_ALIGN_UP((size_t)columns / (type == OG_Q1_0 ? OG_Q1_0_BLOCK : OG_Q2_0_BLOCK) * 32, 64);
}

/* Of the quants of a block of 32. */
static inline size_t bits_quants(const og_type type) {
    return type == OG_NVFP4 ? 256 : type == OG_Q2_0 ? 128 : 64;
}

static inline size_t bits_bytes(const og_type type, int nb) {
    return bits_head(type, nb) + (size_t)nb * bits_quants(type);
}

/* Blocks of 32 that share an f16 scale (q1_0, q2_0). */
static inline int bits_share(const og_type type) {
    return (type == OG_Q1_0 ? OG_Q1_0_BLOCK : OG_Q2_0_BLOCK) / 32;
}

static inline void bits_expand_halves(const og_type type, const uint8_t *packed, int nb, float *scale) {
    for (int b = 0; b < nb; b++) blocks_halves(packed + b / bits_share(type) * 32, OG_PANEL, scale + b * OG_PANEL);
}

#endif
