/* tile.h: sums of 8 rows and up to TILE_TOKENS tokens over dot_two; included after a dot.h. The other kind of tile is ../i8mm/tile.h. */
#ifndef OG_TILE_NEON_H
#define OG_TILE_NEON_H

#include "backend/cpu/kernels.h"
#include "backend/cpu/neon/lane.h"

#include <string.h>

#define TILE_ISA DOT_ISA

typedef struct tile_acts {
    const int8_t *q;
    int n;
} tile_acts;

static inline void tile_take(tile_acts *acts, const og_gemm_args *a) {
    *acts = (tile_acts){a->q, a->n};
}

/* Activations of tokens t .. t + tokens - 1 in one slice. */
static inline __attribute__((always_inline)) void tile_load(const tile_acts *acts, int slice, int t, const int tokens, int8x16_t a[2]) {
    const int8_t *q = acts->q + ((size_t)slice * (size_t)acts->n + (size_t)t) * 4;
    int32_t one;
    switch (tokens) {
    case 8: a[1] = vld1q_s8(q + 16); /* fall through */
    case 4: a[0] = vld1q_s8(q); break;
    case 2: a[0] = vcombine_s8(vld1_s8(q), vdup_n_s8(0)); break;
    default: memcpy(&one, q, sizeof one); a[0] = vreinterpretq_s8_s32(vdupq_n_s32(one));
    }
}

static inline bool tile_narrow(int wmax, int group) {
    return dot_narrow(wmax, group);
}

/* Exact sums over `slices` slices (an even number) from `slice` on; u: the first of 8 rows in slice 0. out[i][t]: rows 4i .. 4i + 3, token t. */
static inline __attribute__((always_inline)) void tile_dot(const uint8_t *u, const tile_acts *acts, int slice, const int slices, int t,
                                                           const int tokens, const int32_t *start, const bool narrow, int32x4_t out[2][8]) {
    dot4 s[2][8];
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < tokens; j++) s[i][j] = dot_start(start[j], narrow);
    LANE_KEEP_LOOP
    for (int v = slice; v < slice + slices; v += 2) {
        int8x16_t w[2][2], a[2][2];
        for (int h = 0; h < 2; h++) {
            for (int i = 0; i < 2; i++) w[h][i] = vreinterpretq_s8_u8(vld1q_u8(u + (v + h) * OG_SLICE + i * 16));
            tile_load(acts, v + h, t, tokens, a[h]);
        }
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < tokens; j++) s[i][j] = dot_two(s[i][j], w[0][i], w[1][i], a[0][j / 4], j % 4, a[1][j / 4], j % 4, narrow);
    }
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < tokens; j++) out[i][j] = dot_end(s[i][j], start[j], narrow);
}

#endif
