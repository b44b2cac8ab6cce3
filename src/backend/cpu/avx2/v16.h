/* v16.h (avx2): sixteen floats in two registers. The meaning of each operation is in ../scalar/v16.h. */
#ifndef OG_V16_AVX2_H
#define OG_V16_AVX2_H

#include "quant/quant.h"
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define V_ISA avx2
/* Of 16 registers: 12 hold sums, 2 one vector of the right side, 1 a broadcast. */
#define V_ROWS 6
#define V_COLS 1
#define V_FG_PANELS 1
#define V_FG_TOKENS 4

typedef struct v16 {
    __m256 lo, hi;
} v16;

#define V_1(op, a) ((v16){op((a).lo), op((a).hi)})
#define V_2(op, a, b) ((v16){op((a).lo, (b).lo), op((a).hi, (b).hi)})

/* All ones in lanes i < n of the half that starts at lane `first`. */
static inline __m256i v_mask(int n, int first) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n - first), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline v16 v_set(float f) {
    return (v16){_mm256_set1_ps(f), _mm256_set1_ps(f)};
}
static inline v16 v_load(const float *p) {
    return (v16){_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
static inline v16 v_load_n(const float *p, int n) {
    return (v16){_mm256_maskload_ps(p, v_mask(n, 0)), _mm256_maskload_ps(p + 8, v_mask(n, 8))};
}
static inline void v_store(float *p, v16 a) {
    _mm256_storeu_ps(p, a.lo);
    _mm256_storeu_ps(p + 8, a.hi);
}
static inline void v_store_n(float *p, v16 a, int n) {
    _mm256_maskstore_ps(p, v_mask(n, 0), a.lo);
    _mm256_maskstore_ps(p + 8, v_mask(n, 8), a.hi);
}
static inline v16 v_load_f16(const uint16_t *p) {
    return (v16){_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)), _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 8)))};
}
static inline v16 v_load_f16_n(const uint16_t *p, int n) { /* no masked load of 16-bit elements here */
    uint16_t all[16] = {0};
    memcpy(all, p, (size_t)n * sizeof *p);
    return v_load_f16(all);
}
static inline __m256 v_bf16_half(const uint16_t *p) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p)), 16));
}
static inline v16 v_load_i8(const int8_t *p) {
    const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
    return (v16){_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(x)), _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_unpackhi_epi64(x, x)))};
}
static inline v16 v_nibbles(__m128i x) {
    x = _mm_and_si128(x, _mm_set1_epi8(15));
    return (v16){_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(x)), _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_unpackhi_epi64(x, x)))};
}
static inline v16 v_load_low4(const uint8_t *p) {
    return v_nibbles(_mm_loadu_si128((const __m128i *)(const void *)p));
}
static inline v16 v_load_high4(const uint8_t *p) {
    return v_nibbles(_mm_srli_epi16(_mm_loadu_si128((const __m128i *)(const void *)p), 4));
}
static inline v16 v_load_bf16(const uint16_t *p) {
    return (v16){v_bf16_half(p), v_bf16_half(p + 8)};
}
static inline v16 v_add(v16 a, v16 b) {
    return V_2(_mm256_add_ps, a, b);
}
static inline v16 v_sub(v16 a, v16 b) {
    return V_2(_mm256_sub_ps, a, b);
}
static inline v16 v_mul(v16 a, v16 b) {
    return V_2(_mm256_mul_ps, a, b);
}
static inline v16 v_div(v16 a, v16 b) {
    return V_2(_mm256_div_ps, a, b);
}
static inline v16 v_fma(v16 a, v16 b, v16 c) {
    return (v16){_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}
static inline v16 v_max(v16 a, v16 b) {
    return V_2(_mm256_max_ps, a, b);
}
static inline v16 v_min(v16 a, v16 b) {
    return V_2(_mm256_min_ps, a, b);
}
static inline __m256 v_abs_half(__m256 a) {
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
}
static inline v16 v_abs(v16 a) {
    return V_1(v_abs_half, a);
}
static inline __m256 v_rint_half(__m256 a) {
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
static inline v16 v_rint(v16 a) {
    return V_1(v_rint_half, a);
}
static inline v16 v_keep(v16 a, int n) {
    return (v16){_mm256_and_ps(a.lo, _mm256_castsi256_ps(v_mask(n, 0))), _mm256_and_ps(a.hi, _mm256_castsi256_ps(v_mask(n, 8)))};
}
static inline v16 v_keep_or(v16 a, int n, float f) {
    const __m256 b = _mm256_set1_ps(f);
    return (v16){_mm256_blendv_ps(b, a.lo, _mm256_castsi256_ps(v_mask(n, 0))),
                 _mm256_blendv_ps(b, a.hi, _mm256_castsi256_ps(v_mask(n, 8)))};
}
static inline v16 v_from(v16 a, int n, float f) {
    const __m256 b = _mm256_set1_ps(f);
    return (v16){_mm256_blendv_ps(a.lo, b, _mm256_castsi256_ps(v_mask(n, 0))),
                 _mm256_blendv_ps(a.hi, b, _mm256_castsi256_ps(v_mask(n, 8)))};
}
static inline __m256 v_pow2_half(__m256 a) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(a), _mm256_set1_epi32(127)), 23));
}
static inline v16 v_pow2(v16 a) {
    return V_1(v_pow2_half, a);
}
static inline void v_store_i8(int8_t *p, v16 a) {
    const __m256i w = _mm256_packs_epi32(_mm256_cvtps_epi32(a.lo), _mm256_cvtps_epi32(a.hi)); /* by 4: lo, hi, lo, hi */
    const __m256i s = _mm256_permute4x64_epi64(w, _MM_SHUFFLE(3, 1, 2, 0));
    _mm_storeu_si128((__m128i *)p, _mm_packs_epi16(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1)));
}
static inline float v_sum(v16 a) {
    const __m256 h = _mm256_add_ps(a.lo, a.hi);
    __m128 q = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
    q = _mm_add_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
}
static inline float v_hmax(v16 a) {
    const __m256 h = _mm256_max_ps(a.lo, a.hi);
    __m128 q = _mm_max_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
    q = _mm_max_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_max_ss(q, _mm_movehdup_ps(q)));
}

#undef V_1
#undef V_2
#endif
