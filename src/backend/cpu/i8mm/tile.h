/* tile.h (i8mm): sums of 8 rows and up to 8 tokens, by products of 2 x 8 and 8 x 2 bytes. Activations are put in pairs of tokens, 8 columns
 * each, once for all rows; weights come as 4 columns of 4 rows, and two slices are zipped into 8 columns of 2 rows. */
#ifndef OG_TILE_I8MM_H
#define OG_TILE_I8MM_H

#include "backend/cpu/kernels.h"
#include "backend/cpu/neon/lane.h"

#include <arm_neon.h>
#include <string.h>

#define TILE_ISA i8mm
enum { TILE_TOKENS = 8 };

typedef struct tile_acts {
    int n;                              /* tokens, made even */
    int8_t q[OG_GROUP / 8][OG_TILE][8]; /* used as [slice / 2][n][8] */
} tile_acts;

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

/* Exact sums over `slices` slices (an even number) from `slice` on, each starting at start[token]; u: the first of 8 rows in slice 0.
 * out[i][t]: rows 4i .. 4i + 3, token t. t is even; `tokens` is even or 1. */
static inline __attribute__((always_inline)) void tile_dot(const uint8_t *u, const tile_acts *acts, int slice, const int slices, int t,
                                                           const int tokens, const int32_t *start, const bool narrow, int32x4_t out[2][8]) {
    (void)narrow;
    const int pairs = (tokens + 1) / 2;
    int32x4_t s[4][4]; /* [pair of rows][pair of tokens]: token 0 rows 0 and 1, token 1 rows 0 and 1 */
    for (int j = 0; j < pairs; j++) {
        const int32x2_t first = vdup_n_s32(start[2 * j]), second = 2 * j + 1 < tokens ? vdup_n_s32(start[2 * j + 1]) : first;
        for (int i = 0; i < 4; i++) s[i][j] = vcombine_s32(first, second);
    }
    const int8_t *q = &acts->q[0][0][0] + ((size_t)(slice / 2) * (size_t)acts->n + (size_t)t) * 8;
    LANE_KEEP_LOOP
    for (int v = slice; v < slice + slices; v += 2, q += 8 * acts->n) {
        int8x16_t w[4], a[4];
        for (int i = 0; i < 2; i++) {
            const int8x16_t even = vreinterpretq_s8_u8(vld1q_u8(u + v * OG_SLICE + i * 16));
            const int8x16_t odd = vreinterpretq_s8_u8(vld1q_u8(u + (v + 1) * OG_SLICE + i * 16));
            w[2 * i] = tile_zip_low(even, odd);
            w[2 * i + 1] = tile_zip_high(even, odd);
        }
        for (int j = 0; j < pairs; j++) a[j] = vld1q_s8(q + j * 16);
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < pairs; j++) s[i][j] = vmmlaq_s32(s[i][j], a[j], w[i]);
    }
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < pairs; j++) {
            const int64x2_t x = vreinterpretq_s64_s32(s[2 * i][j]), y = vreinterpretq_s64_s32(s[2 * i + 1][j]);
            out[i][2 * j] = vreinterpretq_s32_s64(vzip1q_s64(x, y));
            out[i][2 * j + 1] = vreinterpretq_s32_s64(vzip2q_s64(x, y));
        }
}

#endif
