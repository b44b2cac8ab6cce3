/* expand.c (avx2): packed groups to bytes and float scales; wide types to signed bytes. */
#include "backend/cpu/avx2/unpack.h"

#define BLOCK(NAME, name, ...) og_expand_fn og_expand_##name##_avx2;
#include "quant/quants.def"

/* Scales and mins. */
ALWAYS void expand_head(const og_type type, const uint8_t *packed, const int group, const bool has_min, int nb, float *scale, float *min) {
    k_head x;
    take_head(type, packed, &x);
    for (int i = 0; i < nb * 32 / group * 2; i++) {
        _mm256_store_ps(scale + i * 8, scale_of(type, packed, &x, i / 2, i % 2));
        if (has_min) _mm256_store_ps(min + i * 8, min_of(type, packed, &x, nb, i / 2, i % 2));
    }
}

ALWAYS void expand_blocks(const og_type type, const uint8_t *packed, size_t head, int nb, uint8_t *u, float *scale, float *min) {
    expand_head(type, packed, 32, blocks_min(type), nb, scale, min);
    const uint8_t *quants = packed + head;
    for (int b = 0; b < nb; b++, quants += blocks_quants(type), u += 8 * OG_SLICE)
#pragma GCC unroll 4
        for (int v = 0; v < 4; v++)
            for (int h = 0; h < 2; h++) {
                __m256i w[2];
                block_slices(type, quants, v, h, false, w);
                store(u + v * OG_SLICE + h * HALF, w[0]);
                store(u + (v + 4) * OG_SLICE + h * HALF, w[1]);
            }
}

#define EXPAND_BLOCKS(NAME, name)                                                                       \
    void og_expand_##name##_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) { \
        expand_blocks(OG_##NAME, packed, blocks_head(OG_##NAME, nb), nb, u, scale, min);                \
    }
EXPAND_BLOCKS(Q4_0, q4_0)
EXPAND_BLOCKS(IQ4_NL, iq4_nl)
EXPAND_BLOCKS(MXFP4, mxfp4)
EXPAND_BLOCKS(Q5_0, q5_0)
EXPAND_BLOCKS(Q4_1, q4_1)
EXPAND_BLOCKS(Q5_1, q5_1)

void og_expand_iq4_xs_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    expand_blocks(OG_IQ4_XS, packed, XS_HEAD, nb, u, scale, min);
}

void og_expand_q8_0_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)min;
    expand_head(OG_Q8_0, packed, 32, false, nb, scale, min);
    const uint8_t *quants = packed + blocks_head(OG_Q8_0, nb);
    for (int i = 0; i < nb * 8 * OG_SLICE; i += HALF) store(u + i, _mm256_xor_si256(load(quants + i), _mm256_set1_epi8(-128)));
}

void og_expand_q4_k_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    expand_head(OG_Q4_K, packed, 32, true, nb, scale, min);
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
    expand_head(OG_Q5_K, packed, 32, true, nb, scale, min);
    expand_q5_k_pair(packed, 0, u);
    expand_q5_k_pair(packed, 1, u);
    expand_q5_k_pair(packed, 2, u);
    expand_q5_k_pair(packed, 3, u);
}

ALWAYS void expand_half(const og_type type, const uint8_t *packed, const int half, uint8_t *u) {
    for (int v = 0; v < 8; v++)
        for (int h = 0; h < 2; h++) {
            __m256i w[4];
            half_slices(type, packed, half, v, h, false, w);
            for (int i = 0; i < 4; i++) store(u + (i * 8 + v) * OG_SLICE + h * HALF, w[i]);
        }
}

#define EXPAND_16(NAME, name)                                                                           \
    void og_expand_##name##_avx2(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) { \
        expand_head(OG_##NAME, packed, 16, OG_##NAME == OG_Q2_K, nb, scale, min);                       \
        expand_half(OG_##NAME, packed, 0, u);                                                           \
        expand_half(OG_##NAME, packed, 1, u + 32 * OG_SLICE);                                           \
    }
EXPAND_16(Q6_K, q6_k)
EXPAND_16(Q3_K, q3_k)
EXPAND_16(Q2_K, q2_k)
