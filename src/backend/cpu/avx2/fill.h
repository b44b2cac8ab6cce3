/* fill.h (avx2): groups whose weights take some work to make, as bytes u and scales in the first-level cache: formats of codebooks, and
 * those of one or two bits. Expanders and matrix-vector products share it. */
#ifndef OG_BACKEND_CPU_AVX2_FILL_H
#define OG_BACKEND_CPU_AVX2_FILL_H

#include "backend/cpu/avx2/unpack.h"
#include "backend/cpu/layout/bits.h"
#include "backend/cpu/layout/grid_copy.h"

ALWAYS __m256i bytes_to_int(const uint8_t *p) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
}
ALWAYS __m128i eight_words(const uint8_t *p) {
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}
/* `bits` bits from bit `at` on. */
ALWAYS __m256i field(__m256i x, int at, int bits) {
    return _mm256_and_si256(_mm256_srli_epi32(x, at), _mm256_set1_epi32((1 << bits) - 1));
}
/* All ones where all of `bits` are set. */
ALWAYS __m256i has_bits(__m256i x, __m256i bits) {
    return _mm256_cmpeq_epi8(_mm256_and_si256(x, bits), bits);
}

/* ---- codebooks ---- */

/* Seven signs and a bit: the eighth sign makes their number even. */
ALWAYS __m256i even_signs(__m256i s) {
    const __m256i odd = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, -128, -128, 0, -128, 0, 0, -128, -128, 0, 0, -128, 0, -128, -128, 0));
    const __m256i seven = _mm256_and_si256(s, _mm256_set1_epi8(127));
    const __m256i parity = _mm256_xor_si256(_mm256_shuffle_epi8(odd, low_nibbles(seven)), _mm256_shuffle_epi8(odd, high_nibbles(seven)));
    return _mm256_or_si256(seven, parity);
}

/* What rows 8h..8h + 7 of IQ1 have more than 8 * (p + 1), in point v of block b. */
ALWAYS __m256i upward(const og_type type, const uint8_t *packed, int b, int v, int h) {
    const uint8_t *high = packed + grid_high(type);
    const __m256i x = type == OG_IQ1_S ? field(_mm256_cvtepu16_epi32(eight_words(high + b * 32 + h * 16)), 15, 1)
                                       : field(bytes_to_int(high + (b * 2 + v / 2) * 16 + h * 8), v % 2 * 4 + 3, 1);
    return _mm256_and_si256(_mm256_cmpeq_epi32(x, _mm256_setzero_si256()), _mm256_set1_epi8(2));
}

/* Magnitudes to u; the rows' signs: bit j of each of a lane's bytes is tested by `bits`. */
ALWAYS __m256i with_signs(__m256i size, __m256i signs, int bits, int offset) {
    const __m256i minus = has_bits(signs, _mm256_set1_epi32(bits));
    return _mm256_add_epi8(_mm256_sub_epi8(_mm256_xor_si256(size, minus), minus), _mm256_set1_epi8((char)offset));
}

/* Rows 8h..8h + 7 of slices 2v and 2v + 1 of a block, from its points. */
ALWAYS void two_slices(const og_type type, const uint8_t *raw, int v, int h, __m256i w[2]) {
    if (grid_dim(type) == 4) {
        for (int i = 0; i < 2; i++) w[i] = load(raw + v * 128 + i * 64 + h * HALF);
        return;
    }
    const __m256 a = _mm256_castsi256_ps(load(raw + v * 128 + h * 64)), b = _mm256_castsi256_ps(load(raw + v * 128 + h * 64 + HALF));
    w[0] = _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88)), 0xd8);
    w[1] = _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd)), 0xd8);
}

/* Block b, from its points. */
ALWAYS void fill_points(const og_type type, const uint8_t *packed, int b, const uint8_t *raw, uint8_t *u) {
    const uint8_t *signs = packed + grid_signs(type) + b * 64;
    const __m256i four = _mm256_setr_epi32(0, 0x01010101, 0x02020202, 0x03030303, 0x04040404, 0x05050505, 0x06060606, 0x07070707);
    _Alignas(32) uint8_t eight[64];
    if (grid_seven(type)) {
        for (int i = 0; i < 64; i += HALF) store(eight + i, even_signs(load(signs + i)));
        signs = eight;
    }
    for (int v = 0; v < 4; v++, u += 128)
        for (int h = 0; h < 2; h++) {
            __m256i w[2];
            two_slices(type, raw, v, h, w);
            if (grid_iq1(type)) { /* a point -1 takes 0 from the table */
                const __m256i table = _mm256_set1_epi16(0x1008), up = upward(type, packed, b, v, h);
                for (int i = 0; i < 2; i++) store(u + i * 64 + h * HALF, _mm256_add_epi8(_mm256_shuffle_epi8(table, w[i]), up));
                continue;
            }
            const __m256i row = _mm256_add_epi8(four, _mm256_set1_epi8((char)(8 * h)));
            const __m256i s = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(eight_words(signs + v * 16)), row);
            store(u + h * HALF, with_signs(w[0], s, 0x08040201, grid_offset(type)));
            store(u + 64 + h * HALF, with_signs(w[1], s, (int)0x80402010, grid_offset(type)));
        }
}

ALWAYS __m256 grid_d(const og_type type, const uint8_t *packed, int h) {
    __m128i d = eight_words(packed + h * 16);
    if (type == OG_IQ1_M) {
        d = _mm_srli_epi16(d, 12);
        for (int i = 1; i < 4; i++) d = _mm_or_si128(d, _mm_slli_epi16(_mm_srli_epi16(eight_words(packed + i * 32 + h * 16), 12), 4 * i));
    }
    return _mm256_mul_ps(_mm256_cvtph_ps(d), _mm256_set1_ps(grid_factor(type)));
}

/* Scale of sub-block j; d: the rows' factor. */
ALWAYS __m256 grid_scale(const og_type type, const uint8_t *packed, int j, int h, __m256 d) {
    __m256i x;
    switch (type) {
    case OG_IQ1_S:
        x = field(_mm256_cvtepu16_epi32(eight_words(packed + grid_high(type) + j * 32 + h * 16)), 12, 3);
        break;
    case OG_IQ1_M:
        x = field(_mm256_cvtepu16_epi32(eight_words(packed + j / 4 * 32 + h * 16)), j % 4 * 3, 3);
        break;
    case OG_IQ2_XXS:
    case OG_IQ3_XXS:
        x = _mm256_setzero_si256();
        for (int k = 0; k < 4; k++) {
            const __m256i bit = _mm256_srli_epi32(bytes_to_int(packed + grid_signs(type) + (j * 4 + k) * 16 + h * 8), 7);
            x = _mm256_or_si256(x, _mm256_slli_epi32(bit, k));
        }
        break;
    default:
        x = field(bytes_to_int(packed + GRID_SCALES + j / 2 * 16 + h * 8), j % 2 * 4, 4);
    }
    const __m256i odd = _mm256_add_epi32(_mm256_add_epi32(x, x), _mm256_set1_epi32(1));
    return _mm256_mul_ps(d, _mm256_cvtepi32_ps(odd));
}

ALWAYS void fill_grid(const og_type type, const uint8_t *packed, uint8_t *u, float *scale) {
    _Alignas(32) uint8_t raw[OG_EXPANDED];
    const __m256 d[2] = {grid_d(type, packed, 0), grid_d(type, packed, 1)};
    for (int i = 0; i < 256 / grid_group(type) * 2; i++) _mm256_store_ps(scale + i * 8, grid_scale(type, packed, i / 2, i % 2, d[i % 2]));
    grid_copy(type, packed, raw);
    for (int b = 0; b < 8; b++) fill_points(type, packed, b, raw + b * 512, u + b * 512);
}

/* ---- tq1_0, tq2_0: one scale ---- */

/* Bits 2i and 2i + 1. */
ALWAYS __m256i pair_of_bits(__m256i x, int i) {
    return _mm256_and_si256(_mm256_srli_epi16(x, 2 * i), _mm256_set1_epi8(3));
}

ALWAYS __m256i at_least(__m256i x, int least) {
    return _mm256_cmpeq_epi8(_mm256_max_epu8(x, _mm256_set1_epi8((char)least)), x);
}

ALWAYS void fill_tq(const og_type type, const uint8_t *packed, uint8_t *u, float *scale) {
    const uint8_t *quants = packed + TQ_QUANTS;
    for (int i = 0; i < 16; i++) _mm256_store_ps(scale + i * 8, halves(packed + i % 2 * 16));
    if (type == OG_TQ2_0) {
        for (int i = 0; i < 16 * OG_SLICE; i += HALF)
            for (int b = 0; b < 4; b++) store(u + (i / 512 * 4 + b) * 512 + i % 512, pair_of_bits(load(quants + i), b));
        return;
    }
    for (int i = 0; i < 13 * OG_SLICE; i += HALF) {
        __m256i x = load(quants + i);
        for (int j = 0; j < tq1_digits(i / OG_SLICE); j++) { /* a digit is how many thirds of 256 there are */
            const __m256i less = _mm256_add_epi8(at_least(x, 86), at_least(x, 171));
            store(u + tq1_slice(i / OG_SLICE, j) * OG_SLICE + i % OG_SLICE, _mm256_sub_epi8(_mm256_setzero_si256(), less));
            x = _mm256_add_epi8(x, _mm256_add_epi8(x, x));
        }
    }
}

/* ---- q1_0, q2_0, nvfp4 ---- */

/* Half of unsigned floats of 4 bits of exponent and 3 of mantissa: f16 has both, with another bias. 0x7f stands for 0. */
ALWAYS __m256 scale_nvfp4(const uint8_t *p) {
    const __m128i seven = _mm_and_si128(_mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)(const void *)p)), _mm_set1_epi16(127));
    const __m256 x = _mm256_mul_ps(_mm256_cvtph_ps(_mm_slli_epi16(seven, 7)), _mm256_set1_ps(128));
    return _mm256_andnot_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(bytes_to_int(p), _mm256_set1_epi32(127))), x);
}

ALWAYS void fill_nvfp4_block(const uint8_t *quants, uint8_t *u) {
    const __m256i values = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)blocks_table(OG_MXFP4)));
    const __m256i table = _mm256_add_epi8(values, _mm256_set1_epi8(OG_NVFP4_OFFSET));
    for (int i = 0; i < 4 * OG_SLICE; i += HALF) {
        const __m256i x = load(quants + i);
        uint8_t *to = u + i / 128 * 256 + i % 128;
        store(to, _mm256_shuffle_epi8(table, low_nibbles(x)));
        store(to + 128, _mm256_shuffle_epi8(table, high_nibbles(x)));
    }
}

ALWAYS void fill_bits(const og_type type, const uint8_t *packed, int nb, uint8_t *u, float *scale) {
    const uint8_t *quants = packed + bits_head(type, nb);
    for (int b = 0; b < nb; b++, quants += bits_quants(type), u += 512) {
        if (type == OG_NVFP4) {
            for (int i = b * 4; i < b * 4 + 4; i++) _mm256_store_ps(scale + i * 8, scale_nvfp4(packed + i * 8));
            fill_nvfp4_block(quants, u);
            continue;
        }
        for (int h = 0; h < 2; h++) {
            _mm256_store_ps(scale + b * 16 + h * 8, halves(packed + b / bits_share(type) * 32 + h * 16));
            for (int t = 0; t < 8; t++) {
                const __m256i x = load(quants + (type == OG_Q2_0 ? t / 4 * 64 : 0) + h * HALF);
                const __m256i bit = _mm256_and_si256(has_bits(x, _mm256_set1_epi8((char)(1 << t))), _mm256_set1_epi8(2));
                store(u + t * OG_SLICE + h * HALF, type == OG_Q2_0 ? pair_of_bits(x, t % 4) : bit);
            }
        }
    }
}

/* nb blocks of 32 columns: u[nb * 8][64], scale[32 * nb / group][16]. */
ALWAYS void fill(const og_type type, const uint8_t *packed, int nb, uint8_t *u, float *scale) {
    if (type == OG_TQ1_0 || type == OG_TQ2_0)
        fill_tq(type, packed, u, scale);
    else if (type == OG_Q1_0 || type == OG_Q2_0 || type == OG_NVFP4)
        fill_bits(type, packed, nb, u, scale);
    else
        fill_grid(type, packed, u, scale);
}

ALWAYS size_t fill_bytes(const og_type type, int nb) {
    if (type == OG_TQ1_0 || type == OG_TQ2_0) return type == OG_TQ1_0 ? TQ1_BYTES : TQ2_BYTES;
    return type == OG_Q1_0 || type == OG_Q2_0 || type == OG_NVFP4 ? bits_bytes(type, nb) : grid_bytes(type);
}

#endif
