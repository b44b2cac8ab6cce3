/* expand.c (avx2): packed groups to bytes and float scales; q8_0 to signed bytes. */
#include "backend/cpu/avx2/unpack.h"

og_expand_fn og_expand_q4_0_avx2, og_expand_q8_0_avx2, og_expand_q4_k_avx2, og_expand_q5_k_avx2, og_expand_q6_k_avx2;

void og_expand_q4_0_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    unpack_scales(OG_Q4_0, packed, nb, scale, min);
    const uint8_t *quants = packed + f16_head(nb);
    for (int b = 0; b < nb; b++)
        for (int i = 0; i < 4 * OG_SLICE; i += HALF) {
            const __m256i x = load(quants + b * 4 * OG_SLICE + i);
            store(u + b * 8 * OG_SLICE + i, low_nibbles(x));
            store(u + (b * 8 + 4) * OG_SLICE + i, high_nibbles(x));
        }
}

void og_expand_q8_0_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    unpack_scales(OG_Q8_0, packed, nb, scale, min);
    const uint8_t *quants = packed + f16_head(nb);
    for (int i = 0; i < nb * 8 * OG_SLICE; i += HALF) store(u + i, _mm256_xor_si256(load(quants + i), _mm256_set1_epi8(-128)));
}

void og_expand_q4_k_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    unpack_scales(OG_Q4_K, packed, nb, scale, min);
    for (int p = 0; p < 4; p++)
        for (int i = 0; i < 8 * OG_SLICE; i += HALF) {
            const __m256i x = load(packed + K_HEAD + p * 8 * OG_SLICE + i);
            store(u + 2 * p * 8 * OG_SLICE + i, low_nibbles(x));
            store(u + (2 * p + 1) * 8 * OG_SLICE + i, high_nibbles(x));
        }
}

ALWAYS void expand_q5_k_pair(const uint8_t *packed, const int p, uint8_t *u) {
    for (int i = 0; i < 8 * OG_SLICE; i += HALF) {
        const __m256i x = load(packed + Q5_K_LOW + p * 8 * OG_SLICE + i), high = load(packed + K_HEAD + i);
        store(u + 2 * p * 8 * OG_SLICE + i, _mm256_or_si256(low_nibbles(x), bit_to_4(high, 2 * p)));
        store(u + (2 * p + 1) * 8 * OG_SLICE + i, _mm256_or_si256(high_nibbles(x), bit_to_4(high, 2 * p + 1)));
    }
}

void og_expand_q5_k_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    unpack_scales(OG_Q5_K, packed, nb, scale, min);
    expand_q5_k_pair(packed, 0, u);
    expand_q5_k_pair(packed, 1, u);
    expand_q5_k_pair(packed, 2, u);
    expand_q5_k_pair(packed, 3, u);
}

void og_expand_q6_k_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    unpack_scales(OG_Q6_K, packed, nb, scale, min);
    for (int half = 0; half < 2; half++, u += 32 * OG_SLICE) {
        const uint8_t *a = packed + Q6_K_QUANTS + half * Q6_K_HALF, *b = a + 8 * OG_SLICE, *high = b + 8 * OG_SLICE;
        for (int i = 0; i < 8 * OG_SLICE; i += HALF) {
            const __m256i x = load(a + i), y = load(b + i), h = load(high + i);
            store(u + i, _mm256_or_si256(low_nibbles(x), pair_to_4(h, 0)));
            store(u + 8 * OG_SLICE + i, _mm256_or_si256(low_nibbles(y), pair_to_4(h, 1)));
            store(u + 16 * OG_SLICE + i, _mm256_or_si256(high_nibbles(x), pair_to_4(h, 2)));
            store(u + 24 * OG_SLICE + i, _mm256_or_si256(high_nibbles(y), pair_to_4(h, 3)));
        }
    }
}
