/* expand.c (avx512vnni): packed groups to bytes and float scales. */
#include "bytes.h"

og_expand_fn og_expand_q4_0_avx512vnni, og_expand_q8_0_avx512vnni, og_expand_q4_k_avx512vnni, og_expand_q5_k_avx512vnni,
    og_expand_q6_k_avx512vnni;

static inline void half_scales(const uint8_t *packed, int nb, float *scale) {
    for (int b = 0; b < nb; b++) _mm512_storeu_ps(scale + b * 16, load_f16x16(packed + b * 32));
}

void og_expand_q4_0_avx512vnni(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    half_scales(packed, nb, scale);
    const uint8_t *quants = packed + OG_ALIGN_UP(nb * 32, 64);
    for (int b = 0; b < nb; b++, quants += 256, u += 512)
        for (int v = 0; v < 4; v++) {
            const __m512i w = load64(quants + v * 64);
            _mm512_storeu_si512(u + v * 64, low_nibbles(w));
            _mm512_storeu_si512(u + v * 64 + 256, high_nibbles(w));
        }
}

void og_expand_q8_0_avx512vnni(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    half_scales(packed, nb, scale);
    memcpy(u, packed + OG_ALIGN_UP(nb * 32, 64), (size_t)nb * 512);
}

static inline void k_head(const uint8_t *packed, float *scale, float *min) {
    uint8_t sc[128], m[128];
    const __m512 d = load_f16x16(packed), dmin = load_f16x16(packed + 32);
    k_six_bits(packed + 64, packed + 192, sc);
    k_six_bits(packed + 128, packed + 224, m);
    for (int j = 0; j < 8; j++) {
        _mm512_storeu_ps(scale + j * 16, _mm512_mul_ps(d, bytes_to_float(sc + j * 16)));
        _mm512_storeu_ps(min + j * 16, _mm512_mul_ps(dmin, bytes_to_float(m + j * 16)));
    }
}

void og_expand_q4_k_avx512vnni(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    k_head(packed, scale, min);
    const uint8_t *quants = packed + K_HEAD_BYTES;
    for (int p = 0; p < 4; p++, quants += 512, u += 1024)
        for (int v = 0; v < 8; v++) {
            const __m512i w = load64(quants + v * 64);
            _mm512_storeu_si512(u + v * 64, low_nibbles(w));
            _mm512_storeu_si512(u + v * 64 + 512, high_nibbles(w));
        }
}

void og_expand_q5_k_avx512vnni(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    k_head(packed, scale, min);
    const uint8_t *high = packed + K_HEAD_BYTES, *quants = high + 512;
    for (int p = 0; p < 4; p++, quants += 512, u += 1024)
        for (int v = 0; v < 8; v++) {
            const __m512i w = load64(quants + v * 64), h = load64(high + v * 64);
            _mm512_storeu_si512(u + v * 64, fifth_bit(low_nibbles(w), h, 2 * p));
            _mm512_storeu_si512(u + v * 64 + 512, fifth_bit(high_nibbles(w), h, 2 * p + 1));
        }
}

void og_expand_q6_k_avx512vnni(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    const __m512 d = load_f16x16(packed);
    for (int j = 0; j < 16; j++) {
        const __m512i sc = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)(packed + 64 + j * 16)));
        _mm512_storeu_ps(scale + j * 16, _mm512_mul_ps(d, _mm512_cvtepi32_ps(sc)));
    }
    for (int h = 0; h < 2; h++, u += 2048) {
        const uint8_t *a = packed + Q6_QUANTS + h * Q6_HALF, *b = a + 512, *high = a + 1024;
        for (int v = 0; v < 8; v++) {
            const __m512i wa = load64(a + v * 64), wb = load64(b + v * 64), wh = load64(high + v * 64);
            _mm512_storeu_si512(u + v * 64, _mm512_or_si512(low_nibbles(wa), two_bits(wh, 0)));
            _mm512_storeu_si512(u + v * 64 + 512, _mm512_or_si512(low_nibbles(wb), two_bits(wh, 1)));
            _mm512_storeu_si512(u + v * 64 + 1024, _mm512_or_si512(high_nibbles(wa), two_bits(wh, 2)));
            _mm512_storeu_si512(u + v * 64 + 1536, _mm512_or_si512(high_nibbles(wb), two_bits(wh, 3)));
        }
    }
}
