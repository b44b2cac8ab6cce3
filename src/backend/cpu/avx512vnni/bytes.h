/* bytes.h: pieces that expansion and matrix-vector products share: nibbles of 64 bytes, and the heads of packed groups (see ../pack.h). */
#ifndef OG_AVX512VNNI_BYTES_H
#define OG_AVX512VNNI_BYTES_H

#include "backend/cpu/layout/blocks.h"
#include "backend/cpu/layout/k_scales.h"

#include <immintrin.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

static inline __m512i load64(const uint8_t *p) {
    return _mm512_loadu_si512(p);
}
static inline __m512i low_nibbles(__m512i w) {
    return _mm512_and_si512(w, _mm512_set1_epi8(15));
}
static inline __m512i high_nibbles(__m512i w) {
    return _mm512_and_si512(_mm512_srli_epi16(w, 4), _mm512_set1_epi8(15));
}
/* 4 bytes of activations in every lane. */
static inline __m512i spread4(const int8_t *q) {
    int32_t v;
    memcpy(&v, q, 4);
    return _mm512_set1_epi32(v);
}
static inline __m512 load_f16x16(const uint8_t *p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p));
}
static inline __m512 bytes_to_float(const uint8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)));
}

/* 6-bit numbers of 8 sub-blocks as 128 bytes [8][16]: low 4 bits from lo[64], high 2 from hi[32]. */
static inline void k_six_bits(const uint8_t *lo, const uint8_t *hi, uint8_t out[128]) {
    const __m512i low = load64(lo);
    const __m256i two = _mm256_loadu_si256((const __m256i *)(const void *)hi);
    const __m512i high = _mm512_inserti64x4(_mm512_castsi256_si512(two), _mm256_srli_epi16(two, 2), 1);
    const __m512i first = _mm512_slli_epi16(_mm512_and_si512(high, _mm512_set1_epi8(3)), 4);
    _mm512_storeu_si512(out, _mm512_or_si512(low_nibbles(low), first));
    _mm512_storeu_si512(out + 64, _mm512_or_si512(high_nibbles(low), _mm512_and_si512(high, _mm512_set1_epi8(0x30))));
}

/* Bit 4 of a q5_k slice: 16 where bit b of the high-bit vector is set. */
static inline __m512i fifth_bit(__m512i nibbles, __m512i qh, int b) {
    const __mmask64 set = _mm512_test_epi8_mask(qh, _mm512_set1_epi8((char)(1 << b)));
    return _mm512_mask_add_epi8(nibbles, set, nibbles, _mm512_set1_epi8(16));
}

/* Bits 4 and 5 of a q6_k slice, from bits 2i and 2i + 1 of its H vector. */
static inline __m512i two_bits(__m512i h, int i) {
    const __m512i mask = _mm512_set1_epi8(0x30);
    return _mm512_and_si512(i == 0   ? _mm512_slli_epi16(h, 4)
                            : i == 1 ? _mm512_slli_epi16(h, 2)
                            : i == 2 ? h
                                     : _mm512_srli_epi16(h, 2),
                            mask);
}

enum { Q6_QUANTS = 64 + 256, Q6_HALF = 24 * OG_SLICE };

/* The hardware prefetcher stops at every 4 KiB and is confused by the parts of a group that are read side by side, so each load of weights
 * asks for the line AHEAD bytes further on; one by one, since a burst would fill the line buffers and stall. Past the end of the weights
 * that does nothing. */
enum { AHEAD = 2048 };

INLINE __m512i stream64(const uint8_t *p) {
    _mm_prefetch((const char *)p + AHEAD, _MM_HINT_T0);
    return load64(p);
}

INLINE __m512i fetch64(const uint8_t *p, const bool stream) {
    return stream ? stream64(p) : load64(p);
}

/* ---- blocks that stand alone (../layout/blocks.h): all of this is inlined with a constant type ---- */

/* u of the 16 codes, four times, for types with a table. */
INLINE __m512i block_table(const og_type type) {
    const int8_t *table = blocks_table(type);
    if (!table) return _mm512_setzero_si512();
    const __m512i q = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)table));
    return _mm512_add_epi8(q, _mm512_set1_epi8(type == OG_MXFP4 ? OG_MXFP4_OFFSET : OG_IQ4_NL_OFFSET));
}

/* u of slice t of a block; nibbles: its, in the low half of each byte; fifth: the block's fifth bits. */
INLINE __m512i block_slice(const og_type type, __m512i nibbles, __m512i fifth, __m512i table, int t) {
    if (blocks_table(type)) return _mm512_shuffle_epi8(table, nibbles);
    return blocks_five(type) ? fifth_bit(nibbles, fifth, t) : nibbles;
}

INLINE __m512 block_scales(const og_type type, const uint8_t *packed, int b) {
    if (type != OG_MXFP4) return load_f16x16(packed + b * 32);
    /* 2^(e - 128); the lowest two are subnormal. */
    const __m512i e = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)(packed + b * 16)));
    const __m512i normal = _mm512_slli_epi32(_mm512_sub_epi32(e, _mm512_set1_epi32(1)), 23);
    const __mmask16 small = _mm512_cmplt_epi32_mask(e, _mm512_set1_epi32(2));
    return _mm512_castsi512_ps(_mm512_mask_sllv_epi32(normal, small, _mm512_set1_epi32(1 << 21), e));
}

INLINE __m512 block_mins(const uint8_t *packed, int nb, int b) {
    return _mm512_xor_ps(load_f16x16(packed + nb * 32 + b * 32), _mm512_set1_ps(-0.0f));
}

/* ---- scales of the k formats without mins ---- */

/* Bytes x[16] less 32, times d. */
static inline __m512 scale_less_32(const uint8_t *x, __m512 d) {
    const __m512i n = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)x));
    return _mm512_mul_ps(d, _mm512_cvtepi32_ps(_mm512_sub_epi32(n, _mm512_set1_epi32(32))));
}

/* 6-bit numbers of q3_k's 16 sub-blocks as bytes [16][16]. */
static inline void q3_six_bits(const uint8_t *packed, uint8_t out[256]) {
    const __m512i hi = load64(packed + Q3_SC_HI), a = load64(packed + Q3_SC_LO), b = load64(packed + Q3_SC_LO + 64);
    _mm512_storeu_si512(out, _mm512_or_si512(low_nibbles(a), two_bits(hi, 0)));
    _mm512_storeu_si512(out + 64, _mm512_or_si512(low_nibbles(b), two_bits(hi, 1)));
    _mm512_storeu_si512(out + 128, _mm512_or_si512(high_nibbles(a), two_bits(hi, 2)));
    _mm512_storeu_si512(out + 192, _mm512_or_si512(high_nibbles(b), two_bits(hi, 3)));
}

/* Scale, and q2_k's min, of sub-block j; six: q3_k's. */
INLINE __m512 scale_16(const og_type type, const uint8_t *packed, const uint8_t *six, int j, __m512 d) {
    if (type == OG_Q3_K) return scale_less_32(six + j * 16, d);
    const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(packed + (type == OG_Q6_K ? 64 : Q2_SC) + j * 16));
    if (type == OG_Q6_K) return _mm512_mul_ps(d, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(x)));
    return _mm512_mul_ps(d, _mm512_cvtepi32_ps(_mm512_and_si512(_mm512_cvtepu8_epi32(x), _mm512_set1_epi32(15))));
}
INLINE __m512 min_16(const uint8_t *packed, int j, __m512 dmin) {
    const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(packed + Q2_SC + j * 16));
    return _mm512_mul_ps(dmin, _mm512_cvtepi32_ps(_mm512_srli_epi32(_mm512_cvtepu8_epi32(x), 4)));
}

/* ---- sub-blocks of 16 columns: the four blocks of a half ---- */

/* Bits 2i and 2i + 1. */
INLINE __m512i pair_of_bits(__m512i x, const int i) {
    return _mm512_and_si512(_mm512_srli_epi16(x, (unsigned)(2 * i)), _mm512_set1_epi8(3));
}

/* Bit 2 of a q3_k slice: 4 where bit b of the high-bit vector is set. */
INLINE __m512i third_bit(__m512i pairs, __m512i high, int b) {
    const __mmask64 set = _mm512_test_epi8_mask(high, _mm512_set1_epi8((char)(1 << b)));
    return _mm512_mask_add_epi8(pairs, set, pairs, _mm512_set1_epi8(4));
}

/* Bytes of the quants of a half, and where they begin. */
INLINE size_t half_bytes(const og_type type) {
    return type == OG_Q6_K ? Q6_HALF : 512;
}
INLINE size_t half_start(const og_type type) {
    return type == OG_Q6_K ? Q6_QUANTS : type == OG_Q3_K ? Q3_QUANTS : Q2_QUANTS;
}

/* Slice v (u) of the four blocks of half h. */
INLINE void half_slices(const og_type type, const uint8_t *packed, const int h, int v, const bool stream, __m512i u[4]) {
    const uint8_t *half = packed + half_start(type) + h * half_bytes(type) + v * 64;
    const __m512i a = fetch64(half, stream);
    if (type == OG_Q6_K) {
        const __m512i b = fetch64(half + 512, stream), bits = fetch64(half + 1024, stream);
        u[0] = _mm512_or_si512(low_nibbles(a), two_bits(bits, 0));
        u[1] = _mm512_or_si512(low_nibbles(b), two_bits(bits, 1));
        u[2] = _mm512_or_si512(high_nibbles(a), two_bits(bits, 2));
        u[3] = _mm512_or_si512(high_nibbles(b), two_bits(bits, 3));
        return;
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) u[i] = pair_of_bits(a, i);
    if (type == OG_Q3_K) {
        const __m512i high = fetch64(packed + Q3_HIGH + v * 64, stream && h == 0);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) u[i] = third_bit(u[i], high, 4 * h + i);
    }
}

#endif
