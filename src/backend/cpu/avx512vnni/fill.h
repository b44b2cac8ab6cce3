/* fill.h (avx512vnni): groups whose weights take some work to make, as bytes u and scales in the first-level cache: formats of codebooks,
 * and those of one or two bits. Expanders and matrix-vector products share it. */
#ifndef OG_AVX512VNNI_FILL_H
#define OG_AVX512VNNI_FILL_H

#include "backend/cpu/layout/bits.h"
#include "backend/cpu/layout/grid_copy.h"
#include "bytes.h"

static inline __m128i load16(const uint8_t *p) {
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}
static inline __m512i words_to_int(const uint8_t *p) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)p));
}
static inline __m512i bytes_to_int(const uint8_t *p) {
    return _mm512_cvtepu8_epi32(load16(p));
}
/* `bits` bits from bit `at` on. */
INLINE __m512i field(__m512i x, unsigned at, int bits) {
    return _mm512_and_si512(_mm512_srli_epi32(x, at), _mm512_set1_epi32((1 << bits) - 1));
}

/* ---- codebooks ---- */

/* Seven signs and a bit: the eighth sign makes their number even. */
INLINE __m512i even_signs(__m512i s) {
    const __m512i odd = _mm512_broadcast_i32x4(_mm_setr_epi8(0, -128, -128, 0, -128, 0, 0, -128, -128, 0, 0, -128, 0, -128, -128, 0));
    const __m512i seven = _mm512_and_si512(s, _mm512_set1_epi8(127));
    const __m512i parity = _mm512_xor_si512(_mm512_shuffle_epi8(odd, low_nibbles(seven)), _mm512_shuffle_epi8(odd, high_nibbles(seven)));
    return _mm512_or_si512(seven, parity);
}

/* What the rows of IQ1 have more than 8 * (p + 1), in point v of block b. */
INLINE __m512i upward(const og_type type, const uint8_t *packed, int b, int v) {
    const uint8_t *high = packed + grid_high(type);
    const __mmask16 down = type == OG_IQ1_S
                               ? _mm512_test_epi32_mask(words_to_int(high + b * 32), _mm512_set1_epi32(0x8000))
                               : _mm512_test_epi32_mask(bytes_to_int(high + (b * 2 + v / 2) * 16), _mm512_set1_epi32(8 << (v % 2 * 4)));
    return _mm512_mask_mov_epi32(_mm512_set1_epi8(2), down, _mm512_setzero_si512());
}

/* Magnitudes to u; the rows' signs: bit j of each of a lane's bytes is tested by `bits`. */
INLINE __m512i with_signs(__m512i size, __m512i signs, int bits, int offset) {
    const __m512i zero = _mm512_set1_epi8((char)offset);
    const __mmask64 minus = _mm512_test_epi8_mask(signs, _mm512_set1_epi32(bits));
    return _mm512_mask_sub_epi8(_mm512_add_epi8(zero, size), minus, zero, size);
}

/* Block b, from its points. */
INLINE void fill_points(const og_type type, const uint8_t *packed, int b, const uint8_t *raw, uint8_t *u) {
    const uint8_t *signs = packed + grid_signs(type) + b * 64;
    const __m512i each = _mm512_set_epi32(0x0f0f0f0f, 0x0e0e0e0e, 0x0d0d0d0d, 0x0c0c0c0c, 0x0b0b0b0b, 0x0a0a0a0a, 0x09090909, 0x08080808,
                                          0x07070707, 0x06060606, 0x05050505, 0x04040404, 0x03030303, 0x02020202, 0x01010101, 0);
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    _Alignas(64) uint8_t eight[64];
    if (grid_seven(type)) {
        _mm512_store_si512(eight, even_signs(load64(signs)));
        signs = eight;
    }
    for (int v = 0; v < 4; v++, u += 128) {
        __m512i w[2] = {load64(raw + v * 128), load64(raw + v * 128 + 64)};
        if (grid_dim(type) == 8) {
            const __m512i a = w[0], odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
            w[0] = _mm512_permutex2var_epi32(a, even, w[1]);
            w[1] = _mm512_permutex2var_epi32(a, odd, w[1]);
        }
        if (grid_iq1(type)) { /* a point -1 takes 0 from the table */
            const __m512i table = _mm512_set1_epi16(0x1008), up = upward(type, packed, b, v);
            for (int h = 0; h < 2; h++) _mm512_storeu_si512(u + h * 64, _mm512_add_epi8(_mm512_shuffle_epi8(table, w[h]), up));
            continue;
        }
        const __m512i s = _mm512_shuffle_epi8(_mm512_broadcast_i32x4(load16(signs + v * 16)), each);
        _mm512_storeu_si512(u, with_signs(w[0], s, 0x08040201, grid_offset(type)));
        _mm512_storeu_si512(u + 64, with_signs(w[1], s, (int)0x80402010, grid_offset(type)));
    }
}

INLINE __m512 grid_d(const og_type type, const uint8_t *packed) {
    if (type != OG_IQ1_M) return _mm512_mul_ps(load_f16x16(packed), _mm512_set1_ps(grid_factor(type)));
    __m512i d = _mm512_setzero_si512();
    for (int i = 0; i < 4; i++) d = _mm512_or_si512(d, _mm512_slli_epi32(field(words_to_int(packed + i * 32), 12, 4), (unsigned)(4 * i)));
    return _mm512_mul_ps(_mm512_cvtph_ps(_mm512_cvtepi32_epi16(d)), _mm512_set1_ps(grid_factor(type)));
}

/* Scale of sub-block j; d: the rows' factor. */
INLINE __m512 grid_scale(const og_type type, const uint8_t *packed, int j, __m512 d) {
    __m512i x;
    switch (type) {
    case OG_IQ1_S:
        x = field(words_to_int(packed + grid_high(type) + j * 32), 12, 3);
        break;
    case OG_IQ1_M:
        x = field(words_to_int(packed + j / 4 * 32), (unsigned)(j % 4 * 3), 3);
        break;
    case OG_IQ2_XXS:
    case OG_IQ3_XXS: {
        const __mmask64 top = _mm512_movepi8_mask(load64(packed + grid_signs(type) + j * 64));
        x = _mm512_setzero_si512();
        for (int k = 0; k < 4; k++) x = _mm512_mask_or_epi32(x, (__mmask16)(top >> (16 * k)), x, _mm512_set1_epi32(1 << k));
        break;
    }
    default:
        x = field(bytes_to_int(packed + GRID_SCALES + j / 2 * 16), (unsigned)(j % 2 * 4), 4);
    }
    const __m512i odd = _mm512_add_epi32(_mm512_add_epi32(x, x), _mm512_set1_epi32(1));
    return _mm512_mul_ps(d, _mm512_cvtepi32_ps(odd));
}

INLINE void fill_grid(const og_type type, const uint8_t *packed, uint8_t *u, float *scale) {
    const __m512 d = grid_d(type, packed);
    for (int j = 0; j < 256 / grid_group(type); j++) _mm512_storeu_ps(scale + j * 16, grid_scale(type, packed, j, d));
    _Alignas(64) uint8_t raw[OG_EXPANDED];
    grid_copy(type, packed, raw);
    for (int b = 0; b < 8; b++) fill_points(type, packed, b, raw + b * 512, u + b * 512);
}

/* ---- tq1_0, tq2_0: one scale ---- */

INLINE void fill_tq(const og_type type, const uint8_t *packed, uint8_t *u, float *scale) {
    const __m512 d = load_f16x16(packed);
    const uint8_t *quants = packed + TQ_QUANTS;
    for (int b = 0; b < 8; b++) _mm512_storeu_ps(scale + b * 16, d);
    if (type == OG_TQ2_0) {
        for (int i = 0; i < 16; i++) {
            const __m512i x = load64(quants + i * 64);
#pragma GCC unroll 4
            for (int b = 0; b < 4; b++) _mm512_storeu_si512(u + (i / 8 * 4 + b) * 512 + i % 8 * 64, pair_of_bits(x, b));
        }
        return;
    }
    for (int w = 0; w < 13; w++) {
        __m512i x = load64(quants + w * 64);
        for (int j = 0; j < tq1_digits(w); j++) { /* a digit is how many thirds of 256 there are */
            const __m512i one = _mm512_set1_epi8(1);
            const __m512i least = _mm512_maskz_mov_epi8(_mm512_cmpge_epu8_mask(x, _mm512_set1_epi8(86)), one);
            const __mmask64 two = _mm512_cmpge_epu8_mask(x, _mm512_set1_epi8((char)171));
            _mm512_storeu_si512(u + tq1_slice(w, j) * 64, _mm512_mask_add_epi8(least, two, least, one));
            x = _mm512_add_epi8(x, _mm512_add_epi8(x, x));
        }
    }
}

/* ---- q1_0, q2_0, nvfp4 ---- */

/* Half of unsigned floats of 4 bits of exponent and 3 of mantissa: f16 has both, with another bias. 0x7f stands for 0. */
INLINE __m512 scale_nvfp4(const uint8_t *p) {
    const __m256i seven = _mm256_and_si256(_mm256_cvtepu8_epi16(load16(p)), _mm256_set1_epi16(127));
    const __mmask16 zero = _mm_cmpeq_epi8_mask(load16(p), _mm_set1_epi8(127));
    const __m512 x = _mm512_mul_ps(_mm512_cvtph_ps(_mm256_slli_epi16(seven, 7)), _mm512_set1_ps(128));
    return _mm512_mask_mov_ps(x, zero, _mm512_setzero_ps());
}

INLINE void fill_bits(const og_type type, const uint8_t *packed, int nb, uint8_t *u, float *scale) {
    const uint8_t *quants = packed + bits_head(type, nb);
    const __m512i table = block_table(OG_MXFP4);
    for (int b = 0; b < nb; b++, quants += bits_quants(type), u += 512) {
        if (type == OG_NVFP4) {
            for (int i = 0; i < 2; i++) _mm512_storeu_ps(scale + (b * 2 + i) * 16, scale_nvfp4(packed + (b * 2 + i) * 16));
            for (int i = 0; i < 4; i++) {
                const __m512i x = load64(quants + i * 64);
                _mm512_storeu_si512(u + (i / 2 * 4 + i % 2) * 64, _mm512_shuffle_epi8(table, low_nibbles(x)));
                _mm512_storeu_si512(u + (i / 2 * 4 + i % 2 + 2) * 64, _mm512_shuffle_epi8(table, high_nibbles(x)));
            }
            continue;
        }
        _mm512_storeu_ps(scale + b * 16, load_f16x16(packed + b / bits_share(type) * 32));
        for (int t = 0; t < 8; t++) {
            if (type == OG_Q2_0)
                _mm512_storeu_si512(u + t * 64, pair_of_bits(load64(quants + t / 4 * 64), t % 4));
            else
                _mm512_storeu_si512(u + t * 64,
                                    _mm512_maskz_set1_epi8(_mm512_test_epi8_mask(load64(quants), _mm512_set1_epi8((char)(1 << t))), 2));
        }
    }
}

/* nb blocks of 32 columns: u[nb * 8][64], scale[32 * nb / group][16]. */
INLINE void fill(const og_type type, const uint8_t *packed, int nb, uint8_t *u, float *scale) {
    if (type == OG_TQ1_0 || type == OG_TQ2_0)
        fill_tq(type, packed, u, scale);
    else if (type == OG_Q1_0 || type == OG_Q2_0 || type == OG_NVFP4)
        fill_bits(type, packed, nb, u, scale);
    else
        fill_grid(type, packed, u, scale);
}

INLINE size_t fill_bytes(const og_type type, int nb) {
    if (type == OG_TQ1_0 || type == OG_TQ2_0) return type == OG_TQ1_0 ? TQ1_BYTES : TQ2_BYTES;
    return type == OG_Q1_0 || type == OG_Q2_0 || type == OG_NVFP4 ? bits_bytes(type, nb) : grid_bytes(type);
}

#endif
