/* gemv.c (avx512vnni): packed weights times one token, for decoding: every byte of the weights is loaded once, in order. */
#include "bytes.h"

#define BLOCK(NAME, name, ...) og_gemv_fn og_gemv_##name##_avx512vnni;
#include "quant/quants.def"

/* Walks groups of panels: acc (16 rows) is carried through `group_fn` over the columns of each panel. */
#define GEMV(NAME, name, group_fn)                                                                                              \
    void og_gemv_##name##_avx512vnni(const uint8_t *panels, size_t stride, int count, int k, const og_tile *tile, float *out) { \
        for (int p = 0; p < count; p++) {                                                                                       \
            const uint8_t *at = panels + (size_t)p * stride;                                                                    \
            __m512 acc = _mm512_setzero_ps();                                                                                   \
            for (int c = 0; c < k; c += OG_GROUP) {                                                                             \
                const int nb = OG_MIN(OG_GROUP, k - c) / 32;                                                                    \
                acc = group_fn(OG_##NAME, at, nb, c, tile, acc);                                                                \
                at += group_bytes(OG_##NAME, nb);                                                                               \
            }                                                                                                                   \
            _mm512_storeu_ps(out + p * 16, acc);                                                                                \
        }                                                                                                                       \
    }

/* acc += scale * d * dot of one block with per-block activation scales. */
INLINE __m512 add_block(__m512i dot, __m512 scale, float d, __m512 acc) {
    return _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), _mm512_mul_ps(scale, _mm512_set1_ps(d)), acc);
}

INLINE int32_t offset_of(const og_type type) {
    return type == OG_MXFP4 ? OG_MXFP4_OFFSET : blocks_table(type) ? OG_IQ4_NL_OFFSET : type == OG_Q4_0 ? 8 : type == OG_Q5_0 ? 16 : 0;
}

/* Dot of a block of nibbles. */
INLINE __m512i nibbles_dot(const og_type type, const uint8_t *nibbles, __m512i fifth, __m512i table, const int8_t *q, int32_t isum) {
    __m512i d0 = _mm512_set1_epi32(-offset_of(type) * isum), d1 = _mm512_setzero_si512();
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++) {
        const __m512i w = stream64(nibbles + v * 64);
        d0 = _mm512_dpbusd_epi32(d0, block_slice(type, low_nibbles(w), fifth, table, v), spread4(q + v * 4));
        d1 = _mm512_dpbusd_epi32(d1, block_slice(type, high_nibbles(w), fifth, table, v + 4), spread4(q + 16 + v * 4));
    }
    return _mm512_add_epi32(d0, d1);
}

/* Formats whose blocks of nibbles stand alone. */
INLINE __m512 group_blocks(const og_type type, const uint8_t *packed, int nb, int c, const og_tile *tile, __m512 acc) {
    const uint8_t *block = packed + blocks_head(type, nb);
    const int8_t *q = tile->q + c;
    const __m512i table = block_table(type);
    for (int b = 0; b < nb; b++, block += blocks_quants(type), q += 32) {
        const int32_t isum = tile->sum32[c / 32 + b];
        const float d = tile->d[c / 32 + b];
        const __m512i fifth = blocks_five(type) ? stream64(block) : table;
        const __m512i dot = nibbles_dot(type, block + (blocks_five(type) ? 64 : 0), fifth, table, q, isum);
        acc = add_block(dot, block_scales(type, packed, b), d, acc);
        if (blocks_min(type)) acc = _mm512_fnmadd_ps(block_mins(packed, nb, b), _mm512_set1_ps(d * (float)isum), acc);
    }
    return acc;
}

INLINE __m512 group_q8_0(const og_type type, const uint8_t *packed, int nb, int c, const og_tile *tile, __m512 acc) {
    const uint8_t *quants = packed + blocks_head(type, nb);
    const int8_t *q = tile->q + c;
    for (int b = 0; b < nb; b++, quants += 512, q += 32) {
        __m512i d0 = _mm512_set1_epi32(-128 * tile->sum32[c / 32 + b]), d1 = _mm512_setzero_si512();
#pragma GCC unroll 4
        for (int v = 0; v < 8; v += 2) {
            d0 = _mm512_dpbusd_epi32(d0, stream64(quants + v * 64), spread4(q + v * 4));
            d1 = _mm512_dpbusd_epi32(d1, stream64(quants + v * 64 + 64), spread4(q + v * 4 + 4));
        }
        acc = add_block(_mm512_add_epi32(d0, d1), load_f16x16(packed + b * 32), tile->d[c / 32 + b], acc);
    }
    return acc;
}

/* One sub-block of a k-quant with mins into the group's sum. */
INLINE __m512 add_sub(__m512i dot, __m512 d, const uint8_t *sc, __m512 dmin, const uint8_t *m, int32_t isum, __m512 t) {
    t = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), _mm512_mul_ps(d, bytes_to_float(sc)), t);
    return _mm512_fnmadd_ps(_mm512_mul_ps(dmin, bytes_to_float(m)), _mm512_set1_ps((float)isum), t);
}

INLINE __m512 group_k(const og_type type, const uint8_t *packed, int nb, int c, const og_tile *tile, __m512 acc) {
    const bool five = type == OG_Q5_K;
    (void)nb;
    uint8_t sc[128], m[128];
    const __m512 d = load_f16x16(packed), dmin = load_f16x16(packed + 32);
    k_six_bits(packed + 64, packed + 192, sc);
    k_six_bits(packed + 128, packed + 224, m);
    const uint8_t *high = packed + K_HEAD, *quants = high + (five ? 512 : 0);
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

INLINE __m512 group_iq4_xs(const og_type type, const uint8_t *packed, int nb, int c, const og_tile *tile, __m512 acc) {
    (void)nb;
    uint8_t sc[128];
    const __m512 d = load_f16x16(packed);
    const __m512i table = block_table(type);
    __m512 t = _mm512_setzero_ps();
    k_six_bits(packed + XS_SC_LO, packed + XS_SC_HI, sc);
    for (int b = 0; b < 8; b++) {
        const __m512i dot = nibbles_dot(type, packed + XS_HEAD + b * 256, table, table, tile->q + c + b * 32, tile->sum32[c / 32 + b]);
        t = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), scale_less_32(sc + b * 16, d), t);
    }
    return _mm512_fmadd_ps(t, _mm512_set1_ps(tile->d[c / OG_GROUP]), acc);
}

/* The formats with a scale per 16 columns. */
INLINE __m512 group_16(const og_type type, const uint8_t *packed, int nb, int c, const og_tile *tile, __m512 acc) {
    (void)nb;
    const int offset = type == OG_Q6_K ? OG_Q6_K_OFFSET : type == OG_Q3_K ? OG_Q3_K_OFFSET : 0;
    const __m512 d = load_f16x16(packed), dmin = load_f16x16(packed + 32);
    const int32_t *isum = tile->sum16 + c / 16;
    uint8_t six[256];
    if (type == OG_Q3_K) q3_six_bits(packed, six);
    __m512 t = _mm512_setzero_ps();
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
        const int8_t *q = tile->q + c + h * 128;
        __m512i dot[8]; /* of 16 columns each: two for each of the half's four blocks */
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++) dot[j] = _mm512_set1_epi32(-offset * isum[h * 8 + j]);
#pragma GCC unroll 8
        for (int v = 0; v < 8; v++) {
            __m512i u[4];
            half_slices(type, packed, h, v, true, u);
#pragma GCC unroll 4
            for (int b = 0; b < 4; b++) dot[2 * b + v / 4] = _mm512_dpbusd_epi32(dot[2 * b + v / 4], u[b], spread4(q + b * 32 + v * 4));
        }
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++) {
            const int sub = h * 8 + j;
            t = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot[j]), scale_16(type, packed, six, sub, d), t);
            if (type == OG_Q2_K) t = _mm512_fnmadd_ps(min_16(packed, sub, dmin), _mm512_set1_ps((float)isum[sub]), t);
        }
    }
    return _mm512_fmadd_ps(t, _mm512_set1_ps(tile->d[c / OG_GROUP]), acc);
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
    case OG_Q3_K:
        return Q3_HIGH + 512;
    case OG_Q2_K:
        return Q2_QUANTS + 1024;
    default:
        return blocks_bytes(type, nb);
    }
}

GEMV(Q4_0, q4_0, group_blocks)
GEMV(Q8_0, q8_0, group_q8_0)
GEMV(Q4_K, q4_k, group_k)
GEMV(Q5_K, q5_k, group_k)
GEMV(Q6_K, q6_k, group_16)
GEMV(IQ4_XS, iq4_xs, group_iq4_xs)
GEMV(IQ4_NL, iq4_nl, group_blocks)
GEMV(MXFP4, mxfp4, group_blocks)
GEMV(Q5_0, q5_0, group_blocks)
GEMV(Q4_1, q4_1, group_blocks)
GEMV(Q5_1, q5_1, group_blocks)
GEMV(Q3_K, q3_k, group_16)
GEMV(Q2_K, q2_k, group_16)
