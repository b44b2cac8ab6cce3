/* expand.c (avx512vnni): packed groups to bytes and float scales. */
#include "bytes.h"

#define BLOCK(NAME, name, ...) og_expand_fn og_expand_##name##_avx512vnni;
#include "quant/quants.def"

/* A block of nibbles. */
INLINE void expand_nibbles(const og_type type, const uint8_t *nibbles, __m512i fifth, __m512i table, uint8_t *u) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++) {
        const __m512i w = load64(nibbles + v * 64);
        _mm512_storeu_si512(u + v * 64, block_slice(type, low_nibbles(w), fifth, table, v));
        _mm512_storeu_si512(u + v * 64 + 256, block_slice(type, high_nibbles(w), fifth, table, v + 4));
    }
}

INLINE void expand_blocks(const og_type type, const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    const uint8_t *block = packed + blocks_head(type, nb);
    const __m512i table = block_table(type);
    for (int b = 0; b < nb; b++, block += blocks_quants(type), u += 512) {
        _mm512_storeu_ps(scale + b * 16, block_scales(type, packed, b));
        if (blocks_min(type)) _mm512_storeu_ps(min + b * 16, block_mins(packed, nb, b));
        if (type == OG_Q8_0)
            memcpy(u, block, 512);
        else if (blocks_five(type))
            expand_nibbles(type, block + 64, load64(block), table, u);
        else
            expand_nibbles(type, block, table, table, u);
    }
}

void og_expand_iq4_xs_avx512vnni(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    (void)nb;
    (void)min;
    uint8_t sc[128];
    const __m512 d = load_f16x16(packed);
    const __m512i table = block_table(OG_IQ4_XS);
    k_six_bits(packed + XS_SC_LO, packed + XS_SC_HI, sc);
    for (int b = 0; b < 8; b++) {
        _mm512_storeu_ps(scale + b * 16, scale_less_32(sc + b * 16, d));
        expand_nibbles(OG_IQ4_XS, packed + XS_HEAD + b * 256, table, table, u + b * 512);
    }
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
    const uint8_t *quants = packed + K_HEAD;
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
    const uint8_t *high = packed + K_HEAD, *quants = high + 512;
    for (int p = 0; p < 4; p++, quants += 512, u += 1024)
        for (int v = 0; v < 8; v++) {
            const __m512i w = load64(quants + v * 64), h = load64(high + v * 64);
            _mm512_storeu_si512(u + v * 64, fifth_bit(low_nibbles(w), h, 2 * p));
            _mm512_storeu_si512(u + v * 64 + 512, fifth_bit(high_nibbles(w), h, 2 * p + 1));
        }
}

/* The formats with a scale per 16 columns. */
INLINE void expand_16(const og_type type, const uint8_t *packed, uint8_t *u, float *scale, float *min) {
    const __m512 d = load_f16x16(packed), dmin = load_f16x16(packed + 32);
    uint8_t six[256];
    if (type == OG_Q3_K) q3_six_bits(packed, six);
    for (int j = 0; j < 16; j++) {
        _mm512_storeu_ps(scale + j * 16, scale_16(type, packed, six, j, d));
        if (type == OG_Q2_K) _mm512_storeu_ps(min + j * 16, min_16(packed, j, dmin));
    }
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++, u += 2048)
        for (int v = 0; v < 8; v++) {
            __m512i x[4];
            half_slices(type, packed, h, v, false, x);
            for (int b = 0; b < 4; b++) _mm512_storeu_si512(u + b * 512 + v * 64, x[b]);
        }
}

#define EXPAND_BLOCKS(NAME, name)                                                                             \
    void og_expand_##name##_avx512vnni(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) { \
        expand_blocks(OG_##NAME, packed, nb, u, scale, min);                                                  \
    }
EXPAND_BLOCKS(Q4_0, q4_0)
EXPAND_BLOCKS(Q8_0, q8_0)
EXPAND_BLOCKS(IQ4_NL, iq4_nl)
EXPAND_BLOCKS(MXFP4, mxfp4)
EXPAND_BLOCKS(Q5_0, q5_0)
EXPAND_BLOCKS(Q4_1, q4_1)
EXPAND_BLOCKS(Q5_1, q5_1)

#define EXPAND_16(NAME, name)                                                                                 \
    void og_expand_##name##_avx512vnni(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) { \
        (void)nb;                                                                                             \
        expand_16(OG_##NAME, packed, u, scale, min);                                                          \
    }
EXPAND_16(Q6_K, q6_k)
EXPAND_16(Q3_K, q3_k)
EXPAND_16(Q2_K, q2_k)
