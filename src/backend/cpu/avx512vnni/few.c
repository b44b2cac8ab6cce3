/* few.c (avx512vnni): packed weights times a tile of a few tokens, straight from the packed bytes: each slice is unpacked in a register and
 * meets all tokens there, so that reading goes on while multiplying. A tile is taken 8, 4, 2 and 1 tokens at a time; what is read again for
 * the second part of a tile is in the first-level cache. */
#include "bytes.h"

#define FEW_KERNEL(name) og_few_fn og_few_##name##_avx512vnni;
FEW_KERNEL(q4_0)
FEW_KERNEL(q8_0)
FEW_KERNEL(q4_k)
FEW_KERNEL(q5_k)
FEW_KERNEL(q6_k)
FEW_KERNEL(iq4_xs)
FEW_KERNEL(iq4_nl)
FEW_KERNEL(mxfp4)

enum { MOST = 8 };

/* T tokens of a tile of n, from column c on. */
typedef struct part {
    int n;
    const int8_t *q;
    const float *d; /* from the column's group or block on */
    const int32_t *sum16, *sum32;
} part;

INLINE part part_of(const og_tile *tile, int t0, int c, const int T, const bool by_32) {
    const int n = T == 8 ? 8 : tile->n; /* constant, where it can be */
    return (part){n, tile->q + (c * n + t0 * 4), tile->d + c / (by_32 ? 32 : OG_GROUP) * n + t0, tile->sum16 + c / 16 * n + t0,
                  tile->sum32 + c / 32 * n + t0};
}

/* acc + u times the same 4 bytes in every lane, as one instruction: gcc 12 knows no broadcast within this one, and two are too many for
 * what a core can start in a cycle. */
INLINE __m512i times_spread(__m512i acc, __m512i u, const int8_t *q) {
    __asm__("vpdpbusd %2%{1to16%}, %1, %0" : "+v"(acc) : "v"(u), "m"(*(const int8_t(*)[4])q));
    return acc;
}

/* Loops over slices are unrolled, for else gcc 12 copies every sum from one register into another and back, each time round. */

/* dot[t] += slice u times column group k (4 columns) of token t. */
INLINE void slice_times(__m512i u, const part *x, int k, const int T, __m512i dot[MOST]) {
#pragma GCC unroll 8
    for (int t = 0; t < T; t++) dot[t] = times_spread(dot[t], u, x->q + (k * x->n + t) * 4);
}

INLINE void begin(const int32_t *sum, int offset, const int T, __m512i dot[MOST]) {
#pragma GCC unroll 8
    for (int t = 0; t < T; t++) dot[t] = offset ? _mm512_set1_epi32(-offset * sum[t]) : _mm512_setzero_si512();
}

/* acc[t] += float(dot[t]) * scale; acc stays in memory, since registers are taken. */
INLINE void add_scaled(const __m512i dot[MOST], __m512 scale, const int T, float acc[MOST][16]) {
#pragma GCC unroll 8
    for (int t = 0; t < T; t++) _mm512_store_ps(acc[t], _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[t]), scale, _mm512_load_ps(acc[t])));
}

/* The same with an activation scale for each token and block. */
INLINE void add_block(const __m512i dot[MOST], __m512 scale, const float *d, const int T, float acc[MOST][16]) {
#pragma GCC unroll 8
    for (int t = 0; t < T; t++) {
        const __m512 f = _mm512_mul_ps(scale, _mm512_set1_ps(d[t]));
        _mm512_store_ps(acc[t], _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[t]), f, _mm512_load_ps(acc[t])));
    }
}

/* The sum of a group, times the tokens' scales. */
INLINE void add_group(float sum[MOST][16], const float *d, const int T, float acc[MOST][16]) {
#pragma GCC unroll 8
    for (int t = 0; t < T; t++)
        _mm512_store_ps(acc[t], _mm512_fmadd_ps(_mm512_load_ps(sum[t]), _mm512_set1_ps(d[t]), _mm512_load_ps(acc[t])));
}

INLINE void clear(const int T, float x[MOST][16]) {
    for (int t = 0; t < T; t++) _mm512_store_ps(x[t], _mm512_setzero_ps());
}

INLINE int offset_of(const og_type type) {
    return type == OG_MXFP4 ? OG_MXFP4_OFFSET : type == OG_Q4_0 ? 8 : OG_IQ4_NL_OFFSET;
}

/* A block of nibbles, four columns at k0 first. */
INLINE void nibbles_times(const og_type type, const uint8_t *nibbles, __m512i table, const part *x, int k0, const int T,
                          __m512i dot[MOST]) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++) {
        const __m512i w = stream64(nibbles + v * 64);
        slice_times(block_slice(type, low_nibbles(w), table, table, v), x, k0 + v, T, dot);
        slice_times(block_slice(type, high_nibbles(w), table, table, v + 4), x, k0 + v + 4, T, dot);
    }
}

INLINE void group_blocks(const og_type type, const uint8_t *packed, int nb, int c, const og_tile *tile, int t0, const int T,
                         float acc[MOST][16]) {
    const part x = part_of(tile, t0, c, T, true);
    const uint8_t *block = packed + blocks_head(type, nb);
    const __m512i table = block_table(type);
    for (int b = 0; b < nb; b++, block += blocks_quants(type)) {
        __m512i dot[MOST];
        begin(x.sum32 + b * x.n, offset_of(type), T, dot);
        nibbles_times(type, block, table, &x, b * 8, T, dot);
        add_block(dot, block_scales(type, packed, b), x.d + b * x.n, T, acc);
    }
}

INLINE void group_q8_0(const og_type type, const uint8_t *packed, int nb, int c, const og_tile *tile, int t0, const int T,
                       float acc[MOST][16]) {
    const part x = part_of(tile, t0, c, T, true);
    const uint8_t *quants = packed + blocks_head(type, nb);
    for (int b = 0; b < nb; b++, quants += 512) {
        __m512i dot[MOST];
        begin(x.sum32 + b * x.n, 128, T, dot);
#pragma GCC unroll 8
        for (int v = 0; v < 8; v++) slice_times(stream64(quants + v * 64), &x, b * 8 + v, T, dot);
        add_block(dot, load_f16x16(packed + b * 32), x.d + b * x.n, T, acc);
    }
}

/* sum[t] += float(dot[t]) * scale - min * isum[t] */
INLINE void add_sub(const __m512i dot[MOST], __m512 d, const uint8_t *sc, __m512 dmin, const uint8_t *m, const float *isum, const int T,
                    float sum[MOST][16]) {
    const __m512 scale = _mm512_mul_ps(d, bytes_to_float(sc)), min = _mm512_mul_ps(dmin, bytes_to_float(m));
#pragma GCC unroll 8
    for (int t = 0; t < T; t++) {
        const __m512 s = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[t]), scale, _mm512_load_ps(sum[t]));
        _mm512_store_ps(sum[t], _mm512_fnmadd_ps(min, _mm512_set1_ps(isum[t]), s));
    }
}

INLINE void group_k(const og_type type, const uint8_t *packed, int nb, int c, const og_tile *tile, int t0, const int T,
                    float acc[MOST][16]) {
    const bool five = type == OG_Q5_K;
    const part x = part_of(tile, t0, c, T, false);
    _Alignas(64) uint8_t sc[128], m[128];
    _Alignas(64) float sum[MOST][16];
    (void)nb;
    const __m512 d = load_f16x16(packed), dmin = load_f16x16(packed + 32);
    k_six_bits(packed + 64, packed + 192, sc);
    k_six_bits(packed + 128, packed + 224, m);
    const uint8_t *high = packed + K_HEAD, *quants = high + (five ? 512 : 0);
    float isum[8][MOST];
    for (int b = 0; b < 8; b++)
        for (int t = 0; t < T; t++) isum[b][t] = (float)x.sum32[b * x.n + t];
    clear(T, sum);
    for (int p = 0; p < 4; p++, quants += 512) {
        __m512i d0[MOST], d1[MOST];
        begin(NULL, 0, T, d0);
        begin(NULL, 0, T, d1);
#pragma GCC unroll 8
        for (int v = 0; v < 8; v++) {
            const __m512i w = stream64(quants + v * 64);
            __m512i lo = low_nibbles(w), hi = high_nibbles(w);
            if (five) {
                const __m512i h = p ? load64(high + v * 64) : stream64(high + v * 64);
                lo = fifth_bit(lo, h, 2 * p);
                hi = fifth_bit(hi, h, 2 * p + 1);
            }
            slice_times(lo, &x, p * 16 + v, T, d0);
            slice_times(hi, &x, p * 16 + 8 + v, T, d1);
        }
        add_sub(d0, d, sc + p * 32, dmin, m + p * 32, isum[2 * p], T, sum);
        add_sub(d1, d, sc + p * 32 + 16, dmin, m + p * 32 + 16, isum[2 * p + 1], T, sum);
    }
    add_group(sum, x.d, T, acc);
}

INLINE void group_iq4_xs(const og_type type, const uint8_t *packed, int nb, int c, const og_tile *tile, int t0, const int T,
                         float acc[MOST][16]) {
    const part x = part_of(tile, t0, c, T, false);
    const __m512 d = load_f16x16(packed);
    const __m512i table = block_table(type);
    _Alignas(64) uint8_t sc[128];
    _Alignas(64) float sum[MOST][16];
    (void)nb;
    k_six_bits(packed + XS_SC_LO, packed + XS_SC_HI, sc);
    clear(T, sum);
    for (int b = 0; b < 8; b++) {
        __m512i dot[MOST];
        begin(x.sum32 + b * x.n, offset_of(type), T, dot);
        nibbles_times(type, packed + XS_HEAD + b * 256, table, &x, b * 8, T, dot);
        add_scaled(dot, scale_less_32(sc + b * 16, d), T, sum);
    }
    add_group(sum, x.d, T, acc);
}

/* Dots of 16 columns each, of the blocks that share a vector of low and high nibbles: `first` and `first` + 2 of a half (8 sub-blocks). */
INLINE void q6_pair(const uint8_t *half, const int first, const part *x, int k0, const int32_t *sum, const int T,
                    int32_t dots[8][MOST][16]) {
    for (int s = 0; s < 2; s++) {
        const int j0 = 2 * first + s, j1 = j0 + 4;
        __m512i d0[MOST], d1[MOST];
        begin(sum + j0 * x->n, OG_Q6_K_OFFSET, T, d0);
        begin(sum + j1 * x->n, OG_Q6_K_OFFSET, T, d1);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            const int v = 4 * s + i;
            const uint8_t *at = half + v * 64;
            const __m512i w = stream64(at + first * 512), bits = first ? load64(at + 1024) : stream64(at + 1024);
            slice_times(_mm512_or_si512(low_nibbles(w), two_bits(bits, first)), x, k0 + first * 8 + v, T, d0);
            slice_times(_mm512_or_si512(high_nibbles(w), two_bits(bits, first + 2)), x, k0 + first * 8 + 16 + v, T, d1);
        }
#pragma GCC unroll 8
        for (int t = 0; t < T; t++) {
            _mm512_store_si512(dots[j0][t], d0[t]);
            _mm512_store_si512(dots[j1][t], d1[t]);
        }
    }
}

INLINE void group_q6_k(const og_type type, const uint8_t *packed, int nb, int c, const og_tile *tile, int t0, const int T,
                       float acc[MOST][16]) {
    const part x = part_of(tile, t0, c, T, false);
    const __m512 d = load_f16x16(packed);
    _Alignas(64) int32_t dots[8][MOST][16];
    _Alignas(64) float sum[MOST][16];
    (void)nb;
    clear(T, sum);
    for (int h = 0; h < 2; h++) {
        const uint8_t *half = packed + Q6_QUANTS + h * Q6_HALF;
        q6_pair(half, 0, &x, h * 32, x.sum16 + h * 8 * x.n, T, dots);
        q6_pair(half, 1, &x, h * 32, x.sum16 + h * 8 * x.n, T, dots);
        for (int j = 0; j < 8; j++) {
            __m512i dot[MOST];
#pragma GCC unroll 8
            for (int t = 0; t < T; t++) dot[t] = _mm512_load_si512(dots[j][t]);
            add_scaled(dot, scale_16(type, packed, NULL, h * 8 + j, d), T, sum);
        }
    }
    add_group(sum, x.d, T, acc);
}

INLINE size_t group_bytes(const og_type type, int nb) {
    switch (type) {
    case OG_Q4_K:
        return K_HEAD + 2048;
    case OG_Q5_K:
        return K_HEAD + 512 + 2048;
    case OG_IQ4_XS:
        return XS_HEAD + 2048;
    case OG_Q6_K:
        return Q6_QUANTS + 2 * Q6_HALF;
    default:
        return blocks_bytes(type, nb);
    }
}

/* One panel times T tokens from t0 on. Each T is a function of its own, so that registers are shared out for it alone. */
#define PANEL(NAME, name, group_fn, T)                                                                            \
    static void name##_times_##T(const uint8_t *at, int k, const og_tile *tile, int t0, float *out, size_t row) { \
        _Alignas(64) float acc[MOST][16];                                                                         \
        clear(T, acc);                                                                                            \
        for (int c = 0; c < k; c += OG_GROUP) {                                                                   \
            const int nb = OG_MIN(OG_GROUP, k - c) / 32;                                                          \
            group_fn(OG_##NAME, at, nb, c, tile, t0, T, acc);                                                     \
            at += group_bytes(OG_##NAME, nb);                                                                     \
        }                                                                                                         \
        for (int t = 0; t < T; t++) _mm512_storeu_ps(out + (size_t)(t0 + t) * row, _mm512_load_ps(acc[t]));       \
    }

#define FEW(NAME, name, group_fn)                                                                                              \
    PANEL(NAME, name, group_fn, 8)                                                                                             \
    PANEL(NAME, name, group_fn, 4)                                                                                             \
    PANEL(NAME, name, group_fn, 2)                                                                                             \
    PANEL(NAME, name, group_fn, 1)                                                                                             \
    void og_few_##name##_avx512vnni(const uint8_t *panels, size_t stride, int count, int k, const og_tile *tile, float *out) { \
        const size_t row = (size_t)count * OG_PANEL;                                                                           \
        const int n = tile->n;                                                                                                 \
        for (int p = 0; p < count; p++, panels += stride, out += OG_PANEL) {                                                   \
            if (n == 8) name##_times_8(panels, k, tile, 0, out, row);                                                          \
            if (n % 8 >= 4) name##_times_4(panels, k, tile, 0, out, row);                                                      \
            if (n % 4 >= 2) name##_times_2(panels, k, tile, n / 4 % 2 * 4, out, row);                                          \
            if (n % 2) name##_times_1(panels, k, tile, n - 1, out, row);                                                       \
        }                                                                                                                      \
    }

FEW(Q4_0, q4_0, group_blocks)
FEW(Q8_0, q8_0, group_q8_0)
FEW(Q4_K, q4_k, group_k)
FEW(Q5_K, q5_k, group_k)
FEW(Q6_K, q6_k, group_q6_k)
FEW(IQ4_XS, iq4_xs, group_iq4_xs)
FEW(IQ4_NL, iq4_nl, group_blocks)
FEW(MXFP4, mxfp4, group_blocks)
