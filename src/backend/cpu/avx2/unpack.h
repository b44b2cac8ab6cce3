/* unpack.h (avx2): packed weights in registers. What expanding a group and multiplying it as it lies have in common: the scales, and where
 * the bits of a slice are. A slice is two registers, rows 0..7 and 8..15. The layouts are written down in ../pack.h. */
#ifndef OG_BACKEND_CPU_AVX2_UNPACK_H
#define OG_BACKEND_CPU_AVX2_UNPACK_H

#include "backend/cpu/layout/blocks.h"
#include "backend/cpu/layout/k_scales.h"

#include <immintrin.h>

#define ALWAYS static inline __attribute__((always_inline))

enum {
    BLOCK_COLUMNS = 32,
    HALF = OG_SLICE / 2, /* bytes of a register */
    Q5_K_LOW = K_HEAD + 512,
    Q6_K_SCALES = 64,
    Q6_K_QUANTS = 64 + 256,
    Q6_K_HALF = 24 * OG_SLICE,
};

ALWAYS __m256i load(const uint8_t *p) {
    return _mm256_load_si256((const __m256i *)(const void *)p);
}
ALWAYS void store(uint8_t *p, __m256i x) {
    _mm256_store_si256((__m256i *)(void *)p, x);
}
ALWAYS __m256i low_nibbles(__m256i x) {
    return _mm256_and_si256(x, _mm256_set1_epi8(15));
}
ALWAYS __m256i high_nibbles(__m256i x) {
    return low_nibbles(_mm256_srli_epi16(x, 4));
}
/* Bit b of every byte, moved to bit 4. */
ALWAYS __m256i bit_to_4(__m256i x, const int b) {
    return _mm256_and_si256(b < 4 ? _mm256_slli_epi16(x, 4 - b) : _mm256_srli_epi16(x, b - 4), _mm256_set1_epi8(16));
}
/* To bit 2. */
ALWAYS __m256i bit_to_2(__m256i x, const int b) {
    return _mm256_and_si256(b < 2 ? _mm256_slli_epi16(x, 2 - b) : _mm256_srli_epi16(x, b - 2), _mm256_set1_epi8(4));
}
/* Bits 2i and 2i + 1 of every byte, moved to bits 4 and 5. */
ALWAYS __m256i pair_to_4(__m256i x, const int i) {
    return _mm256_and_si256(i < 2 ? _mm256_slli_epi16(x, 4 - 2 * i) : _mm256_srli_epi16(x, 2 * i - 4), _mm256_set1_epi8(48));
}

ALWAYS __m256 halves(const uint8_t *f16) {
    return _mm256_cvtph_ps(_mm_load_si128((const __m128i *)(const void *)f16));
}

/* n rows of 16 f16 scales, one row a block. */
ALWAYS void scales_f16(const uint8_t *f16, int n, float *scale) {
    for (int i = 0; i < n * 2; i++) _mm256_store_ps(scale + i * 8, halves(f16 + i * 16));
}

/* n rows of 16 bytes less `less`, times the rows' f16 factor. */
ALWAYS void scales_bytes(const uint8_t *x, int n, int less, const uint8_t *factor, float *out) {
    const __m256 f[2] = {halves(factor), halves(factor + 16)};
    for (int i = 0; i < n * 2; i++) {
        const __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(x + i * 8)));
        _mm256_store_ps(out + i * 8, _mm256_mul_ps(f[i % 2], _mm256_cvtepi32_ps(_mm256_sub_epi32(wide, _mm256_set1_epi32(less)))));
    }
}

/* The eight 6-bit numbers of 16 rows, less `less`, times the rows' f16 factor. */
ALWAYS void scales_6bit(const uint8_t *lo, const uint8_t *hi, int less, const uint8_t *factor, float *out) {
    const __m256i a = load(lo), b = load(lo + HALF), h = load(hi);
    _Alignas(32) uint8_t x[8 * OG_PANEL];
    store(x, _mm256_or_si256(low_nibbles(a), pair_to_4(h, 0)));
    store(x + HALF, _mm256_or_si256(low_nibbles(b), pair_to_4(h, 1)));
    store(x + 2 * HALF, _mm256_or_si256(high_nibbles(a), pair_to_4(h, 2)));
    store(x + 3 * HALF, _mm256_or_si256(high_nibbles(b), pair_to_4(h, 3)));
    scales_bytes(x, 8, less, factor, out);
}

/* q3_k's sixteen. */
ALWAYS void scales_q3_k(const uint8_t *packed, float *scale) {
    _Alignas(32) uint8_t x[16 * OG_PANEL];
    const __m256i hi[2] = {load(packed + Q3_SC_HI), load(packed + Q3_SC_HI + HALF)};
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        const __m256i lo = load(packed + Q3_SC_LO + i * HALF);
        store(x + i * HALF, _mm256_or_si256(low_nibbles(lo), pair_to_4(hi[i % 2], i / 2)));
        store(x + (4 + i) * HALF, _mm256_or_si256(high_nibbles(lo), pair_to_4(hi[i % 2], 2 + i / 2)));
    }
    scales_bytes(x, 16, 32, packed, scale);
}

ALWAYS void scales_q2_k(const uint8_t *packed, float *scale, float *min) {
    _Alignas(32) uint8_t sc[16 * OG_PANEL], m[16 * OG_PANEL];
    for (int i = 0; i < 8; i++) {
        const __m256i x = load(packed + Q2_SC + i * HALF);
        store(sc + i * HALF, low_nibbles(x));
        store(m + i * HALF, high_nibbles(x));
    }
    scales_bytes(sc, 16, 0, packed + K_D, scale);
    scales_bytes(m, 16, 0, packed + K_DMIN, min);
}

/* n rows of 16 exponents: 2^(e - 128), of which the lowest two are subnormal. */
ALWAYS void scales_mxfp4(const uint8_t *packed, int n, float *scale) {
    for (int i = 0; i < n * 2; i++) {
        const __m256i e = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(packed + i * 8)));
        const __m256i normal = _mm256_slli_epi32(_mm256_sub_epi32(e, _mm256_set1_epi32(1)), 23);
        const __m256i small = _mm256_sllv_epi32(_mm256_set1_epi32(1 << 21), e);
        const __m256i x = _mm256_blendv_epi8(normal, small, _mm256_cmpgt_epi32(_mm256_set1_epi32(2), e));
        _mm256_store_ps(scale + i * 8, _mm256_castsi256_ps(x));
    }
}

/* Mins are the file's lowest values, negated. */
ALWAYS void mins_f16(const uint8_t *f16, int n, float *min) {
    for (int i = 0; i < n * 2; i++) _mm256_store_ps(min + i * 8, _mm256_xor_ps(halves(f16 + i * 16), _mm256_set1_ps(-0.0f)));
}

ALWAYS void scales_q6_k(const uint8_t *packed, float *scale) {
    const __m256 f[2] = {halves(packed), halves(packed + 16)};
    for (int i = 0; i < 32; i++) {
        const __m256i n = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(packed + Q6_K_SCALES + i * 8)));
        _mm256_store_ps(scale + i * 8, _mm256_mul_ps(f[i % 2], _mm256_cvtepi32_ps(n)));
    }
}

/* Scales, and mins where the type has them, of one group. */
ALWAYS void unpack_scales(const og_type type, const uint8_t *packed, int nb, float *scale, float *min) {
    switch (type) {
    case OG_Q4_K:
    case OG_Q5_K:
        scales_6bit(packed + K_SC_LO, packed + K_SC_HI, 0, packed + K_D, scale);
        scales_6bit(packed + K_M_LO, packed + K_M_HI, 0, packed + K_DMIN, min);
        break;
    case OG_IQ4_XS:
        scales_6bit(packed + XS_SC_LO, packed + XS_SC_HI, 32, packed, scale);
        break;
    case OG_Q6_K:
        scales_q6_k(packed, scale);
        break;
    case OG_Q3_K:
        scales_q3_k(packed, scale);
        break;
    case OG_Q2_K:
        scales_q2_k(packed, scale, min);
        break;
    case OG_MXFP4:
        scales_mxfp4(packed, nb, scale);
        break;
    default:
        scales_f16(packed, nb, scale);
        if (blocks_min(type)) mins_f16(packed + nb * 32, nb, min);
    }
}

/* Bytes of a group. */
ALWAYS size_t group_bytes(const og_type type, int nb) {
    switch (type) {
    case OG_Q4_K:
        return K_HEAD + 2048;
    case OG_Q5_K:
        return Q5_K_LOW + 2048;
    case OG_IQ4_XS:
        return XS_HEAD + 2048;
    case OG_Q6_K:
        return Q6_K_QUANTS + 2 * Q6_K_HALF;
    case OG_Q3_K:
        return Q3_HIGH + 8 * OG_SLICE;
    case OG_Q2_K:
        return Q2_QUANTS + 16 * OG_SLICE;
    default:
        return blocks_bytes(type, nb);
    }
}

/* Whether weights are taken as signed bytes. */
ALWAYS bool is_signed(const og_type type) {
    return type == OG_Q8_0 || type == OG_IQ4_NL || type == OG_IQ4_XS;
}

/* Slices v (w[0]) and v + 4 (w[1]) of a block of nibbles (see ../layout/blocks.h), rows 8h..8h + 7. */
ALWAYS void block_slices(const og_type type, const uint8_t *quants, int v, int h, __m256i w[2]) {
    const __m256i x = load(quants + (blocks_five(type) ? OG_SLICE : 0) + v * OG_SLICE + h * HALF);
    w[0] = low_nibbles(x);
    w[1] = high_nibbles(x);
    if (blocks_five(type)) {
        const __m256i fifth = load(quants + h * HALF);
        w[0] = _mm256_or_si256(w[0], bit_to_4(fifth, v));
        w[1] = _mm256_or_si256(w[1], bit_to_4(fifth, v + 4));
    }
    if (blocks_table(type)) {
        const __m256i q = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)blocks_table(type)));
        const __m256i table = is_signed(type) ? q : _mm256_add_epi8(q, _mm256_set1_epi8(OG_MXFP4_OFFSET));
        for (int i = 0; i < 2; i++) w[i] = _mm256_shuffle_epi8(table, w[i]);
    }
}

/* Slice v of the four blocks of a half, rows 8h..8h + 7, of the types with a scale per 16 columns. */
ALWAYS void half_slices(const og_type type, const uint8_t *packed, const int half, int v, int h, __m256i w[4]) {
    const int at = v * OG_SLICE + h * HALF;
    if (type == OG_Q6_K) {
        const uint8_t *a = packed + Q6_K_QUANTS + half * Q6_K_HALF + at, *b = a + 8 * OG_SLICE, *high = b + 8 * OG_SLICE;
        const __m256i x = load(a), y = load(b), bits = load(high);
        w[0] = _mm256_or_si256(low_nibbles(x), pair_to_4(bits, 0));
        w[1] = _mm256_or_si256(low_nibbles(y), pair_to_4(bits, 1));
        w[2] = _mm256_or_si256(high_nibbles(x), pair_to_4(bits, 2));
        w[3] = _mm256_or_si256(high_nibbles(y), pair_to_4(bits, 3));
        return;
    }
    const __m256i x = load(packed + (type == OG_Q3_K ? Q3_QUANTS : Q2_QUANTS) + half * 8 * OG_SLICE + at);
    const __m256i high = type == OG_Q3_K ? load(packed + Q3_HIGH + at) : x;
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        w[i] = _mm256_and_si256(_mm256_srli_epi16(x, 2 * i), _mm256_set1_epi8(3));
        if (type == OG_Q3_K) w[i] = _mm256_or_si256(w[i], bit_to_2(high, 4 * half + i));
    }
}

#endif
