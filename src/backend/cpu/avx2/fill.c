/* fill.c (avx2): the formats of fill.h: expanders, and products with one token that expand a group and multiply it where it lies. */
#include "backend/cpu/avx2/fill.h"

#define BLOCK(NAME, name, ...)            \
    og_expand_fn og_expand_##name##_avx2; \
    og_gemv_fn og_gemv_##name##_avx2;
#include "quant/quants.def"

/* Rows 8h..8h + 7 of `slices` slices; of `fit` the products can be added in 16 bits. */
ALWAYS __m256i bytes_dot(const uint8_t *u, const int8_t *q, const int slices, const int fit, int h) {
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i total = _mm256_setzero_si256();
    for (int first = 0; first < slices; first += fit) {
        __m256i sum = _mm256_setzero_si256();
        for (int v = first; v < first + fit; v++) {
            int32_t a;
            memcpy(&a, q + v * 4, 4);
            sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(load(u + v * OG_SLICE + h * HALF), _mm256_set1_epi32(a)));
        }
        total = _mm256_add_epi32(total, _mm256_madd_epi16(sum, ones));
    }
    return total;
}

/* 2 * 127 * umax is the largest sum that maddubs gives; umax is at most 127. */
ALWAYS int how_many_fit(const int umax, const int slices) {
    return umax <= 15 ? slices : umax <= 31 ? 4 : umax <= 63 ? 2 : 1;
}

ALWAYS void gemv(const og_type type, const og_act act, const int group, const int offset, const int umax, const uint8_t *panels,
                 size_t stride, int count, int k, const og_tile *tile, float *out) {
    _Alignas(32) uint8_t u[OG_EXPANDED];
    _Alignas(32) float scale[OG_SUBS * OG_PANEL];
    const int32_t *sums = group == 16 ? tile->sum16 : tile->sum32;
    for (int p = 0; p < count; p++) {
        const uint8_t *at = panels + (size_t)p * stride;
        __m256 acc[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
        for (int c = 0; c < k; c += OG_GROUP) {
            const int nb = OG_MIN(OG_GROUP, k - c) / 32;
            __m256 t[2];
            for (int h = 0; h < 2; h++) t[h] = act == OG_ACT_q8 ? acc[h] : _mm256_setzero_ps();
            fill(type, at, nb, u, scale);
            at += fill_bytes(type, nb);
            for (int j = 0; j < nb * 32 / group; j++) {
                const __m256 d = _mm256_set1_ps(act == OG_ACT_q8 ? tile->d[c / 32 + j] : 1);
                const __m256i taken = _mm256_set1_epi32(offset * sums[c / group + j]);
                for (int h = 0; h < 2; h++) {
                    const __m256i dot = bytes_dot(u + j * group * 16, tile->q + c + j * group, group / 4, how_many_fit(umax, group / 4), h);
                    const __m256 s = _mm256_load_ps(scale + j * OG_PANEL + h * 8);
                    t[h] =
                        _mm256_fmadd_ps(_mm256_cvtepi32_ps(_mm256_sub_epi32(dot, taken)), act == OG_ACT_q8 ? _mm256_mul_ps(s, d) : s, t[h]);
                }
            }
            for (int h = 0; h < 2; h++)
                acc[h] = act == OG_ACT_q8 ? t[h] : _mm256_fmadd_ps(t[h], _mm256_set1_ps(tile->d[c / OG_GROUP]), acc[h]);
        }
        for (int h = 0; h < 2; h++) _mm256_storeu_ps(out + p * OG_PANEL + h * 8, acc[h]);
    }
}

#define FILL(NAME, name, act)                                                                                               \
    void og_expand_##name##_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {                     \
        (void)min;                                                                                                          \
        fill(OG_##NAME, packed, nb, u, scale);                                                                              \
    }                                                                                                                       \
    void og_gemv_##name##_avx2(const uint8_t *panels, size_t stride, int count, int k, const og_tile *tile, float *out) {   \
        gemv(OG_##NAME, act, OG_##NAME##_GROUP, OG_##NAME##_OFFSET, OG_##NAME##_UMAX, panels, stride, count, k, tile, out); \
    }
FILL(IQ1_S, iq1_s, OG_ACT_q8k)
FILL(IQ1_M, iq1_m, OG_ACT_q8k)
FILL(IQ2_XXS, iq2_xxs, OG_ACT_q8k)
FILL(IQ2_XS, iq2_xs, OG_ACT_q8k)
FILL(IQ2_S, iq2_s, OG_ACT_q8k)
FILL(IQ3_XXS, iq3_xxs, OG_ACT_q8k)
FILL(IQ3_S, iq3_s, OG_ACT_q8k)
FILL(TQ1_0, tq1_0, OG_ACT_q8k)
FILL(TQ2_0, tq2_0, OG_ACT_q8k)
FILL(NVFP4, nvfp4, OG_ACT_q8k)
FILL(Q1_0, q1_0, OG_ACT_q8)
FILL(Q2_0, q2_0, OG_ACT_q8)
