/* fill.c (avx512vnni): the formats of fill.h: expanders, and products with one token that expand a group and multiply it where it lies. */
#include "fill.h"

#define BLOCK(NAME, name, ...)                  \
    og_expand_fn og_expand_##name##_avx512vnni; \
    og_gemv_fn og_gemv_##name##_avx512vnni;
#include "quant/quants.def"

/* The dot of `slices` slices. */
INLINE __m512i bytes_dot(const uint8_t *u, const int8_t *q, const int slices, int32_t start) {
    __m512i d0 = _mm512_set1_epi32(start), d1 = _mm512_setzero_si512();
#pragma GCC unroll 4
    for (int v = 0; v < slices; v += 2) {
        d0 = _mm512_dpbusd_epi32(d0, load64(u + v * 64), spread4(q + v * 4));
        d1 = _mm512_dpbusd_epi32(d1, load64(u + v * 64 + 64), spread4(q + v * 4 + 4));
    }
    return _mm512_add_epi32(d0, d1);
}

INLINE void gemv(const og_type type, const og_act act, const int group, const int offset, const uint8_t *panels, size_t stride, int count,
                 int k, const og_tile *tile, float *out) {
    _Alignas(64) uint8_t u[OG_EXPANDED];
    _Alignas(64) float scale[OG_SUBS * OG_PANEL];
    const int32_t *sums = group == 16 ? tile->sum16 : tile->sum32;
    for (int p = 0; p < count; p++) {
        const uint8_t *at = panels + (size_t)p * stride;
        __m512 acc = _mm512_setzero_ps();
        for (int c = 0; c < k; c += OG_GROUP) {
            const int nb = OG_MIN(OG_GROUP, k - c) / 32;
            __m512 t = act == OG_ACT_q8 ? acc : _mm512_setzero_ps();
            fill(type, at, nb, u, scale);
            at += fill_bytes(type, nb);
            for (int j = 0; j < nb * 32 / group; j++) {
                const __m512i dot = bytes_dot(u + j * group * 16, tile->q + c + j * group, group / 4, -offset * sums[c / group + j]);
                const __m512 s = _mm512_load_ps(scale + j * 16), d = _mm512_set1_ps(act == OG_ACT_q8 ? tile->d[c / 32 + j] : 1);
                t = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), act == OG_ACT_q8 ? _mm512_mul_ps(s, d) : s, t);
            }
            acc = act == OG_ACT_q8 ? t : _mm512_fmadd_ps(t, _mm512_set1_ps(tile->d[c / OG_GROUP]), acc);
        }
        _mm512_storeu_ps(out + p * 16, acc);
    }
}

#define FILL(NAME, name, act)                                                                                                   \
    void og_expand_##name##_avx512vnni(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {                   \
        (void)min;                                                                                                              \
        fill(OG_##NAME, packed, nb, u, scale);                                                                                  \
    }                                                                                                                           \
    void og_gemv_##name##_avx512vnni(const uint8_t *panels, size_t stride, int count, int k, const og_tile *tile, float *out) { \
        gemv(OG_##NAME, act, OG_##NAME##_GROUP, OG_##NAME##_OFFSET, panels, stride, count, k, tile, out);                       \
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
