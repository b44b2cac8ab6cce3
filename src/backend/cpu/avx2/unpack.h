/* unpack.h (avx2): packed weights in registers. What expanding a group and multiplying it as it lies have in common: the scales, and where the
 * bits of a slice are. A slice is two registers, rows 0..7 and 8..15. The layouts are written down in ../pack.h. */
#ifndef OG_BACKEND_CPU_AVX2_UNPACK_H
#define OG_BACKEND_CPU_AVX2_UNPACK_H

#include "backend/cpu/kernels.h"

#include <immintrin.h>

#define ALWAYS static inline __attribute__((always_inline))

enum {
    BLOCK_COLUMNS = 32,
    HALF = OG_SLICE / 2, /* bytes of a register */
    K_M_LO = 128,        /* q4_k, q5_k: offsets in the head */
    K_SC_LO = 64,
    K_SC_HI = 192,
    K_M_HI = 224,
    K_HEAD = 256,
    Q5_K_LOW = K_HEAD + 512,
    Q6_K_SCALES = 64,
    Q6_K_QUANTS = 64 + 256,
    Q6_K_HALF = 24 * OG_SLICE,
};

ALWAYS __m256i load(const uint8_t *p) { return _mm256_load_si256((const __m256i *)(const void *)p); }
ALWAYS void store(uint8_t *p, __m256i x) { _mm256_store_si256((__m256i *)(void *)p, x); }
ALWAYS __m256i low_nibbles(__m256i x) { return _mm256_and_si256(x, _mm256_set1_epi8(15)); }
ALWAYS __m256i high_nibbles(__m256i x) { return low_nibbles(_mm256_srli_epi16(x, 4)); }
/* Bit b of every byte, moved to bit 4. */
ALWAYS __m256i bit_to_4(__m256i x, const int b) {
    return _mm256_and_si256(b < 4 ? _mm256_slli_epi16(x, 4 - b) : _mm256_srli_epi16(x, b - 4), _mm256_set1_epi8(16));
}
/* Bits 2i and 2i + 1 of every byte, moved to bits 4 and 5. */
ALWAYS __m256i pair_to_4(__m256i x, const int i) {
    return _mm256_and_si256(i < 2 ? _mm256_slli_epi16(x, 4 - 2 * i) : _mm256_srli_epi16(x, 2 * i - 4), _mm256_set1_epi8(48));
}

ALWAYS __m256 halves(const uint8_t *f16) { return _mm256_cvtph_ps(_mm_load_si128((const __m128i *)(const void *)f16)); }

/* n rows of 16 f16 scales, one row a block. */
ALWAYS void scales_f16(const uint8_t *f16, int n, float *scale) {
    for (int i = 0; i < n * 2; i++) _mm256_store_ps(scale + i * 8, halves(f16 + i * 16));
}

/* The eight 6-bit numbers of 16 rows, times the rows' f16 factor. */
ALWAYS void scales_6bit(const uint8_t *lo, const uint8_t *hi, const uint8_t *factor, float *out) {
    const __m256i a = load(lo), b = load(lo + HALF), h = load(hi);
    _Alignas(32) uint8_t x[8 * OG_PANEL];
    store(x, _mm256_or_si256(low_nibbles(a), pair_to_4(h, 0)));
    store(x + HALF, _mm256_or_si256(low_nibbles(b), pair_to_4(h, 1)));
    store(x + 2 * HALF, _mm256_or_si256(high_nibbles(a), pair_to_4(h, 2)));
    store(x + 3 * HALF, _mm256_or_si256(high_nibbles(b), pair_to_4(h, 3)));
    const __m256 f[2] = {halves(factor), halves(factor + 16)};
    for (int i = 0; i < 16; i++) {
        const __m256i n = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(x + i * 8)));
        _mm256_store_ps(out + i * 8, _mm256_mul_ps(f[i % 2], _mm256_cvtepi32_ps(n)));
    }
}

ALWAYS void scales_q6_k(const uint8_t *packed, float *scale) {
    const __m256 f[2] = {halves(packed), halves(packed + 16)};
    for (int i = 0; i < 32; i++) {
        const __m256i n = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(packed + Q6_K_SCALES + i * 8)));
        _mm256_store_ps(scale + i * 8, _mm256_mul_ps(f[i % 2], _mm256_cvtepi32_ps(n)));
    }
}

/* Bytes before the quants of a group of nb blocks of q4_0 or q8_0. */
ALWAYS size_t f16_head(int nb) { return OG_ALIGN_UP((size_t)nb * 32, 64); }

/* Scales, and mins where the type has them, of one group. */
ALWAYS void unpack_scales(const og_type type, const uint8_t *packed, int nb, float *scale, float *min) {
    if (type == OG_Q4_0 || type == OG_Q8_0) {
        scales_f16(packed, nb, scale);
    } else if (type == OG_Q6_K) {
        scales_q6_k(packed, scale);
    } else {
        scales_6bit(packed + K_SC_LO, packed + K_SC_HI, packed, scale);
        scales_6bit(packed + K_M_LO, packed + K_M_HI, packed + 2 * OG_PANEL, min);
    }
}

/* Bytes of a group. */
ALWAYS size_t group_bytes(const og_type type, int nb) {
    switch (type) {
    case OG_Q4_0: return f16_head(nb) + (size_t)nb * 256;
    case OG_Q8_0: return f16_head(nb) + (size_t)nb * 512;
    case OG_Q4_K: return K_HEAD + 2048;
    case OG_Q5_K: return Q5_K_LOW + 2048;
    default: return Q6_K_QUANTS + 2 * Q6_K_HALF;
    }
}

#endif
