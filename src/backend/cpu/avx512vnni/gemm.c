/* gemm.c (avx512vnni): the integer dots of 32 rows x 8 tokens are in registers; weights are loaded once for 8 tokens, activations
 * broadcast. The float sums do not fit beside them and go through the first-level cache, once per sub-block, where loads and stores are
 * free. */
#include "bytes.h"

og_gemm_fn og_gemm_q8_g32_avx512vnni, og_gemm_q8_g32_min_avx512vnni, og_gemm_q8k_g32_avx512vnni, og_gemm_q8k_g32_min_avx512vnni,
    og_gemm_q8k_g16_avx512vnni, og_gemm_q8k_g16_min_avx512vnni;

#define INLINE static inline __attribute__((always_inline))

/* What the mins are multiplied by, for every sub-block and token of the group. */
INLINE void min_factors(const og_gemm_args *a, float *times, const int group, const bool per_group) {
    const int n = a->nb * 32 / group * a->n;
    for (int i = 0; i < n; i += 16) {
        const __mmask16 mask = n - i >= 16 ? 0xffff : (__mmask16)((1u << (n - i)) - 1);
        const __m512 f = _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, a->sum + i));
        _mm512_storeu_ps(times + i, per_group ? _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, a->d + i), f) : f);
    }
}

/* Tokens t0 .. t0 + T of the tile. */
INLINE void tokens(const og_gemm_args *a, const float *times, const int t0, const int T, const int group, const bool per_group,
                   const bool has_min, const bool has_offset) {
    const int n = a->n, subs = a->nb * 32 / group;
    const uint8_t *u = a->u;
    const int8_t *q = a->q + t0 * 4;
    float *c = a->c + t0 * 32;
    /* A sum of up to 32 activations fits 16 bits, so one instruction multiplies it by minus the offset. */
    const __m512i offset = _mm512_set1_epi32((uint16_t)-a->offset);
    __m512 acc[8][2];
    for (int t = 0; t < T; t++)
        for (int p = 0; p < 2; p++) acc[t][p] = per_group ? _mm512_loadu_ps(c + t * 32 + p * 16) : _mm512_setzero_ps();
    for (int j = 0; j < subs; j++) {
        __m512i dot[8][2];
#pragma GCC unroll 8
        for (int t = 0; t < T; t++)
            dot[t][0] = dot[t][1] =
                has_offset ? _mm512_madd_epi16(_mm512_set1_epi32(a->sum[j * n + t0 + t]), offset) : _mm512_setzero_si512();
#pragma GCC unroll 8
        for (int v = 0; v < group / 4; v++) {
            const __m512i w0 = load64(u), w1 = load64(u + OG_EXPANDED);
#pragma GCC unroll 8
            for (int t = 0; t < T; t++) {
                const __m512i x = spread4(q + t * 4);
                dot[t][0] = _mm512_dpbusd_epi32(dot[t][0], w0, x);
                dot[t][1] = _mm512_dpbusd_epi32(dot[t][1], w1, x);
            }
            u += OG_SLICE;
            q += n * 4;
        }
#pragma GCC unroll 8
        for (int p = 0; p < 2; p++) {
            const __m512 scale = _mm512_loadu_ps(a->scale + (p * OG_SUBS + j) * 16);
#pragma GCC unroll 8
            for (int t = 0; t < T; t++) {
                const __m512 f = _mm512_cvtepi32_ps(dot[t][p]);
                acc[t][p] = _mm512_fmadd_ps(f, per_group ? _mm512_mul_ps(scale, _mm512_set1_ps(a->d[j * n + t0 + t])) : scale, acc[t][p]);
            }
            if (!has_min) continue;
            const __m512 min = _mm512_loadu_ps(a->min + (p * OG_SUBS + j) * 16);
#pragma GCC unroll 8
            for (int t = 0; t < T; t++) acc[t][p] = _mm512_fnmadd_ps(min, _mm512_set1_ps(times[j * n + t0 + t]), acc[t][p]);
        }
    }
    for (int t = 0; t < T; t++)
        for (int p = 0; p < 2; p++) {
            float *to = c + t * 32 + p * 16;
            _mm512_storeu_ps(to, per_group ? acc[t][p] : _mm512_fmadd_ps(acc[t][p], _mm512_set1_ps(a->d[t0 + t]), _mm512_loadu_ps(to)));
        }
}

INLINE void gemm(const og_gemm_args *a, const int group, const bool per_group, const bool has_min) {
    float times[OG_SUBS * OG_TILE];
    if (has_min) min_factors(a, times, group, per_group);
    int t = 0;
    if (has_min && a->offset) { /* no format has both; one token at a time will do */
        for (; t < a->n; t++) tokens(a, times, t, 1, group, per_group, has_min, true);
        return;
    }
    if (a->n == 8) {
        tokens(a, times, 0, 8, group, per_group, has_min, !has_min);
        return;
    }
    if (a->n & 4) tokens(a, times, 0, 4, group, per_group, has_min, !has_min), t = 4;
    if (a->n & 2) tokens(a, times, t, 2, group, per_group, has_min, !has_min), t += 2;
    if (a->n & 1) tokens(a, times, t, 1, group, per_group, has_min, !has_min);
}

void og_gemm_q8_g32_avx512vnni(const og_gemm_args *a) {
    gemm(a, 32, true, false);
}
void og_gemm_q8_g32_min_avx512vnni(const og_gemm_args *a) {
    gemm(a, 32, true, true);
}
void og_gemm_q8k_g32_avx512vnni(const og_gemm_args *a) {
    gemm(a, 32, false, false);
}
void og_gemm_q8k_g32_min_avx512vnni(const og_gemm_args *a) {
    gemm(a, 32, false, true);
}
void og_gemm_q8k_g16_avx512vnni(const og_gemm_args *a) {
    gemm(a, 16, false, false);
}
void og_gemm_q8k_g16_min_avx512vnni(const og_gemm_args *a) {
    gemm(a, 16, false, true);
}
