/* gemv.c (avx512vnni): packed weights times one token, for decoding: every byte of the weights is loaded once, in order. */
#include "bytes.h"

og_gemv_fn og_gemv_q4_0_avx512vnni, og_gemv_q8_0_avx512vnni, og_gemv_q4_k_avx512vnni, og_gemv_q5_k_avx512vnni, og_gemv_q6_k_avx512vnni;

#define INLINE static inline __attribute__((always_inline))

/* The hardware prefetcher stops at every 4 KiB and is confused by the parts of a group that are read side by side, so each load of weights
 * asks for the line AHEAD bytes further on; one by one, since a burst would fill the line buffers and stall. Past the end of the weights
 * that does nothing. */
enum { AHEAD = 2048 };

INLINE __m512i stream64(const uint8_t *p) {
    _mm_prefetch((const char *)p + AHEAD, _MM_HINT_T0);
    return load64(p);
}

/* Walks groups of panels: acc (16 rows) is carried through `group_fn` over the columns of each panel. */
#define GEMV(name, group_fn, group_bytes)                                                                                       \
    void og_gemv_##name##_avx512vnni(const uint8_t *panels, size_t stride, int count, int k, const og_tile *tile, float *out) { \
        for (int p = 0; p < count; p++) {                                                                                       \
            const uint8_t *at = panels + (size_t)p * stride;                                                                    \
            __m512 acc = _mm512_setzero_ps();                                                                                   \
            for (int c = 0; c < k; c += OG_GROUP) {                                                                             \
                const int nb = OG_MIN(OG_GROUP, k - c) / 32;                                                                    \
                acc = group_fn(at, nb, c, tile, acc);                                                                           \
                at += group_bytes;                                                                                              \
            }                                                                                                                   \
            _mm512_storeu_ps(out + p * 16, acc);                                                                                \
        }                                                                                                                       \
    }

/* acc += scale * d * dot of one block with per-block activation scales. */
INLINE __m512 add_block(__m512i dot, const uint8_t *half_scale, float d, __m512 acc) {
    return _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), _mm512_mul_ps(load_f16x16(half_scale), _mm512_set1_ps(d)), acc);
}

INLINE __m512 group_q4_0(const uint8_t *packed, int nb, int c, const og_tile *tile, __m512 acc) {
    const uint8_t *quants = packed + OG_ALIGN_UP(nb * 32, 64);
    const int8_t *q = tile->q + c;
    for (int b = 0; b < nb; b++, quants += 256, q += 32) {
        __m512i d0 = _mm512_set1_epi32(-8 * tile->sum32[c / 32 + b]), d1 = _mm512_setzero_si512();
#pragma GCC unroll 4
        for (int v = 0; v < 4; v++) {
            const __m512i w = stream64(quants + v * 64);
            d0 = _mm512_dpbusd_epi32(d0, low_nibbles(w), spread4(q + v * 4));
            d1 = _mm512_dpbusd_epi32(d1, high_nibbles(w), spread4(q + 16 + v * 4));
        }
        acc = add_block(_mm512_add_epi32(d0, d1), packed + b * 32, tile->d[c / 32 + b], acc);
    }
    return acc;
}

INLINE __m512 group_q8_0(const uint8_t *packed, int nb, int c, const og_tile *tile, __m512 acc) {
    const uint8_t *quants = packed + OG_ALIGN_UP(nb * 32, 64);
    const int8_t *q = tile->q + c;
    for (int b = 0; b < nb; b++, quants += 512, q += 32) {
        __m512i d0 = _mm512_set1_epi32(-128 * tile->sum32[c / 32 + b]), d1 = _mm512_setzero_si512();
#pragma GCC unroll 4
        for (int v = 0; v < 8; v += 2) {
            d0 = _mm512_dpbusd_epi32(d0, stream64(quants + v * 64), spread4(q + v * 4));
            d1 = _mm512_dpbusd_epi32(d1, stream64(quants + v * 64 + 64), spread4(q + v * 4 + 4));
        }
        acc = add_block(_mm512_add_epi32(d0, d1), packed + b * 32, tile->d[c / 32 + b], acc);
    }
    return acc;
}

/* One sub-block of a k-quant with mins into the group's sum. */
INLINE __m512 add_sub(__m512i dot, __m512 d, const uint8_t *sc, __m512 dmin, const uint8_t *m, int32_t isum, __m512 t) {
    t = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), _mm512_mul_ps(d, bytes_to_float(sc)), t);
    return _mm512_fnmadd_ps(_mm512_mul_ps(dmin, bytes_to_float(m)), _mm512_set1_ps((float)isum), t);
}

INLINE __m512 group_k(const uint8_t *packed, int c, const og_tile *tile, __m512 acc, const bool five) {
    uint8_t sc[128], m[128];
    const __m512 d = load_f16x16(packed), dmin = load_f16x16(packed + 32);
    k_six_bits(packed + 64, packed + 192, sc);
    k_six_bits(packed + 128, packed + 224, m);
    const uint8_t *high = packed + K_HEAD_BYTES, *quants = high + (five ? 512 : 0);
    const int8_t *q = tile->q + c;
    const int32_t *isum = tile->sum32 + c / 32;
    __m512 t = _mm512_setzero_ps();
#pragma GCC unroll 4
    for (int p = 0; p < 4; p++, quants += 512, q += 64) {
        __m512i d0 = _mm512_setzero_si512(), d1 = d0;
#pragma GCC unroll 8
        for (int v = 0; v < 8; v++) {
            const __m512i w = stream64(quants + v * 64);
            __m512i lo = low_nibbles(w), hi = high_nibbles(w);
            if (five) {
                const __m512i h = stream64(high + v * 64);
                lo = fifth_bit(lo, h, 2 * p);
                hi = fifth_bit(hi, h, 2 * p + 1);
            }
            d0 = _mm512_dpbusd_epi32(d0, lo, spread4(q + v * 4));
            d1 = _mm512_dpbusd_epi32(d1, hi, spread4(q + 32 + v * 4));
        }
        t = add_sub(d0, d, sc + p * 32, dmin, m + p * 32, isum[2 * p], t);
        t = add_sub(d1, d, sc + p * 32 + 16, dmin, m + p * 32 + 16, isum[2 * p + 1], t);
    }
    return _mm512_fmadd_ps(t, _mm512_set1_ps(tile->d[c / OG_GROUP]), acc);
}

INLINE __m512 group_q4_k(const uint8_t *packed, int nb, int c, const og_tile *tile, __m512 acc) {
    (void)nb;
    return group_k(packed, c, tile, acc, false);
}

INLINE __m512 group_q5_k(const uint8_t *packed, int nb, int c, const og_tile *tile, __m512 acc) {
    (void)nb;
    return group_k(packed, c, tile, acc, true);
}

INLINE __m512 group_q6_k(const uint8_t *packed, int nb, int c, const og_tile *tile, __m512 acc) {
    (void)nb;
    const __m512 d = load_f16x16(packed);
    const int32_t *isum = tile->sum16 + c / 16;
    __m512 t = _mm512_setzero_ps();
    for (int h = 0; h < 2; h++) {
        const uint8_t *a = packed + Q6_QUANTS + h * Q6_HALF, *b = a + 512, *high = a + 1024;
        const int8_t *q = tile->q + c + h * 128;
        __m512i dot[8]; /* of 16 columns each: two for each of the half's four blocks */
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++) dot[j] = _mm512_set1_epi32(-32 * isum[h * 8 + j]);
#pragma GCC unroll 8
        for (int v = 0; v < 8; v++) {
            const __m512i wa = stream64(a + v * 64), wb = stream64(b + v * 64), wh = stream64(high + v * 64);
            const int j = v / 4;
            dot[j] = _mm512_dpbusd_epi32(dot[j], _mm512_or_si512(low_nibbles(wa), two_bits(wh, 0)), spread4(q + v * 4));
            dot[2 + j] = _mm512_dpbusd_epi32(dot[2 + j], _mm512_or_si512(low_nibbles(wb), two_bits(wh, 1)), spread4(q + 32 + v * 4));
            dot[4 + j] = _mm512_dpbusd_epi32(dot[4 + j], _mm512_or_si512(high_nibbles(wa), two_bits(wh, 2)), spread4(q + 64 + v * 4));
            dot[6 + j] = _mm512_dpbusd_epi32(dot[6 + j], _mm512_or_si512(high_nibbles(wb), two_bits(wh, 3)), spread4(q + 96 + v * 4));
        }
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++) {
            const __m512i sc = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)(packed + 64 + (h * 8 + j) * 16)));
            t = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[j]), _mm512_mul_ps(d, _mm512_cvtepi32_ps(sc)), t);
        }
    }
    return _mm512_fmadd_ps(t, _mm512_set1_ps(tile->d[c / OG_GROUP]), acc);
}

GEMV(q4_0, group_q4_0, (size_t)(OG_ALIGN_UP(nb * 32, 64) + nb * 256))
GEMV(q8_0, group_q8_0, (size_t)(OG_ALIGN_UP(nb * 32, 64) + nb * 512))
GEMV(q4_k, group_q4_k, K_HEAD_BYTES + 2048)
GEMV(q5_k, group_q5_k, K_HEAD_BYTES + 512 + 2048)
GEMV(q6_k, group_q6_k, Q6_QUANTS + 2 * Q6_HALF)
