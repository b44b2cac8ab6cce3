/* v16.h (avx512): sixteen floats in one register. The meaning of each operation is in ../scalar/v16.h. */
#ifndef OG_V16_AVX512_H
#define OG_V16_AVX512_H

#include "quant/quant.h"
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define V_ISA avx512
#define V_ROWS 6
#define V_COLS 4
#define V_FG_PANELS 2
#define V_FG_TOKENS 8

typedef __m512 v16;

#define V_MASK(n) ((__mmask16)((n) >= 16 ? 0xffffu : (1u << (n)) - 1u))

/* clang-format off */
static inline v16 v_set(float f) { return _mm512_set1_ps(f); }
static inline v16 v_load(const float *p) { return _mm512_loadu_ps(p); }
static inline v16 v_load_n(const float *p, int n) { return _mm512_maskz_loadu_ps(V_MASK(n), p); }
static inline void v_store(float *p, v16 a) { _mm512_storeu_ps(p, a); }
static inline void v_store_n(float *p, v16 a, int n) { _mm512_mask_storeu_ps(p, V_MASK(n), a); }
static inline v16 v_load_f16(const uint16_t *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
static inline v16 v_load_f16_n(const uint16_t *p, int n) { return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(V_MASK(n), p)); }
static inline v16 v_load_i8(const int8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)));
}
static inline v16 v_load_low4(const uint8_t *p) {
    const __m512i x = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
    return _mm512_cvtepi32_ps(_mm512_and_si512(x, _mm512_set1_epi32(15)));
}
static inline v16 v_load_high4(const uint8_t *p) {
    const __m512i x = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
    return _mm512_cvtepi32_ps(_mm512_srli_epi32(x, 4));
}
static inline v16 v_load_bf16(const uint16_t *p) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)), 16));
}
static inline v16 v_add(v16 a, v16 b) { return _mm512_add_ps(a, b); }
static inline v16 v_sub(v16 a, v16 b) { return _mm512_sub_ps(a, b); }
static inline v16 v_mul(v16 a, v16 b) { return _mm512_mul_ps(a, b); }
static inline v16 v_div(v16 a, v16 b) { return _mm512_div_ps(a, b); }
static inline v16 v_fma(v16 a, v16 b, v16 c) { return _mm512_fmadd_ps(a, b, c); }
static inline v16 v_max(v16 a, v16 b) { return _mm512_max_ps(a, b); }
static inline v16 v_min(v16 a, v16 b) { return _mm512_min_ps(a, b); }
static inline v16 v_abs(v16 a) { return _mm512_abs_ps(a); }
static inline v16 v_rint(v16 a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
static inline v16 v_keep(v16 a, int n) { return _mm512_maskz_mov_ps(V_MASK(n), a); }
static inline v16 v_keep_or(v16 a, int n, float f) { return _mm512_mask_mov_ps(_mm512_set1_ps(f), V_MASK(n), a); }
static inline v16 v_from(v16 a, int n, float f) { return _mm512_mask_mov_ps(a, V_MASK(n), _mm512_set1_ps(f)); }
static inline v16 v_pow2(v16 a) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(a), _mm512_set1_epi32(127)), 23));
}
static inline void v_store_i8(int8_t *p, v16 a) { _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(a))); }
static inline float v_sum(v16 a) {
    __m256 h = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
    __m128 q = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
    q = _mm_add_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
}
static inline float v_hmax(v16 a) { return _mm512_reduce_max_ps(a); }
/* clang-format on */

#endif
