/* tile.h (i8mm): sums of 8 rows and up to 8 tokens, by products of 2 x 8 and 8 x 2 bytes. Activations are put in pairs of tokens, 8 columns
 * each, once for all rows; weights come as 4 columns of 4 rows, and two slices are zipped into 8 columns of 2 rows.
 * Register [i][j] of a tile is rows 2i and 2i + 1 of token 2j, then the same of token 2j + 1; of a single token its lower half. */
#ifndef OG_TILE_I8MM_H
#define OG_TILE_I8MM_H

#include "backend/cpu/kernels.h"
#include "backend/cpu/neon/lane.h"

#include <arm_neon.h>
#include <string.h>

#define TILE_ISA i8mm
#define TILE_I 4
#define TILE_J(tokens) (((tokens) + 1) / 2)
enum { TILE_TOKENS = 8 };

typedef struct tile_acts {
    int n;                              /* tokens, made even */
    int8_t q[OG_GROUP / 8][OG_TILE][8]; /* used as [slice / 2][n][8] */
} tile_acts;

/* The numbers of the rows of registers [i][..], and those of the tokens of registers [..][j] (of `tokens` at p). */
static inline float32x4_t tile_row(const float *p, int i) {
    const float32x2_t x = vld1_f32(p + 2 * i);
    return vcombine_f32(x, x);
}

static inline float32x4_t tile_token(const float *p, int j, const int tokens) {
    if (tokens == 1) return vdupq_n_f32(p[0]);
    const float32x4_t x = vcombine_f32(vld1_f32(p + 2 * j), vdup_n_f32(0.0f));
    return vzip1q_f32(x, x);
}

static inline int32x4_t tile_token_int(const int32_t *p, int j, const int tokens) {
    if (tokens == 1) return vdupq_n_s32(p[0]);
    const int32x4_t x = vcombine_s32(vld1_s32(p + 2 * j), vdup_n_s32(0));
    return vzip1q_s32(x, x);
}

/* Register [i][j] from and to c[token * 32 + row]. */
static inline float32x4_t tile_get(const float *c, int i, int j, const int tokens) {
    const float32x2_t low = vld1_f32(c + 2 * j * 32 + 2 * i);
    return vcombine_f32(low, tokens == 1 ? low : vld1_f32(c + (2 * j + 1) * 32 + 2 * i));
}

static inline void tile_put(float *c, int i, int j, const int tokens, float32x4_t x) {
    vst1_f32(c + 2 * j * 32 + 2 * i, vget_low_f32(x));
    if (tokens > 1) vst1_f32(c + (2 * j + 1) * 32 + 2 * i, vget_high_f32(x));
}

static inline int8x16_t tile_zip_low(int8x16_t a, int8x16_t b) {
    return vreinterpretq_s8_s32(vzip1q_s32(vreinterpretq_s32_s8(a), vreinterpretq_s32_s8(b)));
}

static inline int8x16_t tile_zip_high(int8x16_t a, int8x16_t b) {
    return vreinterpretq_s8_s32(vzip2q_s32(vreinterpretq_s32_s8(a), vreinterpretq_s32_s8(b)));
}

static inline void tile_take(tile_acts *acts, const og_gemm_args *a) {
    const int n = a->n, even = OG_ALIGN_UP(n, 2);
    acts->n = even;
    int8_t *to = acts->q[0][0];
    const int8_t *q = a->q;
    for (int v = 0; v < a->nb * 8; v += 2, q += 8 * n, to += 8 * even) {
        int t = 0;
        for (; t + 4 <= n; t += 4) {
            const int8x16_t even_slice = vld1q_s8(q + t * 4), odd_slice = vld1q_s8(q + (n + t) * 4);
            vst1q_s8(to + t * 8, tile_zip_low(even_slice, odd_slice));
            vst1q_s8(to + t * 8 + 16, tile_zip_high(even_slice, odd_slice));
        }
        for (; t < n; t++) {
            memcpy(to + t * 8, q + t * 4, 4);
            memcpy(to + t * 8 + 4, q + (n + t) * 4, 4);
        }
        if (n < even) memset(to + n * 8, 0, 8);
    }
}

/* Only plain NEON has a shorter way for narrow weights; `narrow` is always false here. */
static inline bool tile_narrow(int wmax, int group) {
    (void)wmax, (void)group;
    return false;
}

/* Exact sums over `slices` slices (an even number) from `slice` on, registers [..][j] starting at start[j]; u: the first of 8 rows in
 * slice 0. t is even; `tokens` is even or 1. */
static inline __attribute__((always_inline)) void tile_dot(const uint8_t *u, const tile_acts *acts, int slice, const int slices, int t,
                                                           const int tokens, const int32x4_t *start, const bool narrow,
                                                           int32x4_t out[TILE_I][8]) {
    (void)narrow;
    for (int i = 0; i < TILE_I; i++)
        for (int j = 0; j < TILE_J(tokens); j++) out[i][j] = start[j];
    const int8_t *q = &acts->q[0][0][0] + ((size_t)(slice / 2) * (size_t)acts->n + (size_t)t) * 8;
    LANE_KEEP_LOOP
    for (int v = slice; v < slice + slices; v += 2, q += 8 * acts->n) {
        int8x16_t w[TILE_I], a[4];
        for (int i = 0; i < 2; i++) {
            const int8x16_t even = vreinterpretq_s8_u8(vld1q_u8(u + v * OG_SLICE + i * 16));
            const int8x16_t odd = vreinterpretq_s8_u8(vld1q_u8(u + (v + 1) * OG_SLICE + i * 16));
            w[2 * i] = tile_zip_low(even, odd);
            w[2 * i + 1] = tile_zip_high(even, odd);
        }
        for (int j = 0; j < TILE_J(tokens); j++) a[j] = vld1q_s8(q + j * 16);
        for (int i = 0; i < TILE_I; i++)
            for (int j = 0; j < TILE_J(tokens); j++) out[i][j] = vmmlaq_s32(out[i][j], a[j], w[i]);
    }
}

#endif
