/* bytes.h: pieces that expansion and matrix-vector products share: nibbles of 64 bytes, and the heads of packed groups (see ../pack.h). */
#ifndef OG_AVX512VNNI_BYTES_H
#define OG_AVX512VNNI_BYTES_H

#include "backend/cpu/kernels.h"

#include <immintrin.h>
#include <string.h>

static inline __m512i load64(const uint8_t *p) {
    return _mm512_loadu_si512(p);
}
static inline __m512i low_nibbles(__m512i w) {
    return _mm512_and_si512(w, _mm512_set1_epi8(15));
}
static inline __m512i high_nibbles(__m512i w) {
    return _mm512_and_si512(_mm512_srli_epi16(w, 4), _mm512_set1_epi8(15));
}
/* 4 bytes of activations in every lane. */
static inline __m512i spread4(const int8_t *q) {
    int32_t v;
    memcpy(&v, q, 4);
    return _mm512_set1_epi32(v);
}
static inline __m512 load_f16x16(const uint8_t *p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p));
}
static inline __m512 bytes_to_float(const uint8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)));
}

/* 6-bit numbers of 8 sub-blocks as 128 bytes [8][16]: low 4 bits from lo[64], high 2 from hi[32]. */
static inline void k_six_bits(const uint8_t *lo, const uint8_t *hi, uint8_t out[128]) {
    const __m512i low = load64(lo);
    const __m256i two = _mm256_loadu_si256((const __m256i *)(const void *)hi);
    const __m512i high = _mm512_inserti64x4(_mm512_castsi256_si512(two), _mm256_srli_epi16(two, 2), 1);
    const __m512i first = _mm512_slli_epi16(_mm512_and_si512(high, _mm512_set1_epi8(3)), 4);
    _mm512_storeu_si512(out, _mm512_or_si512(low_nibbles(low), first));
    _mm512_storeu_si512(out + 64, _mm512_or_si512(high_nibbles(low), _mm512_and_si512(high, _mm512_set1_epi8(0x30))));
}

/* Bit 4 of a q5_k slice: 16 where bit b of the high-bit vector is set. */
static inline __m512i fifth_bit(__m512i nibbles, __m512i qh, int b) {
    const __mmask64 set = _mm512_test_epi8_mask(qh, _mm512_set1_epi8((char)(1 << b)));
    return _mm512_mask_add_epi8(nibbles, set, nibbles, _mm512_set1_epi8(16));
}

/* Bits 4 and 5 of a q6_k slice, from bits 2i and 2i + 1 of its H vector. */
static inline __m512i two_bits(__m512i h, int i) {
    const __m512i mask = _mm512_set1_epi8(0x30);
    return _mm512_and_si512(i == 0   ? _mm512_slli_epi16(h, 4)
                            : i == 1 ? _mm512_slli_epi16(h, 2)
                            : i == 2 ? h
                                     : _mm512_srli_epi16(h, 2),
                            mask);
}

enum { K_HEAD_BYTES = 256, Q6_QUANTS = 64 + 256, Q6_HALF = 24 * OG_SLICE };

#endif
