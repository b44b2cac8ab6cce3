/* unpack.h (avx2): packed weights in registers. What expanding a group and multiplying it as it lies have in common: the scales, and where
 * the bits of a slice are. A slice is two registers, rows 0..7 and 8..15. The layouts are written down in ../pack.h. */
#ifndef OG_BACKEND_CPU_AVX2_UNPACK_H
#define OG_BACKEND_CPU_AVX2_UNPACK_H

#include "backend/cpu/layout/blocks.h"
#include "backend/cpu/layout/k_scales.h"

#include <immintrin.h>

#define ALWAYS static inline __attribute__((always_inline))

/* Before loops. Unrolled, compilers reorder these into more sums than there are registers, and gather their prefetches into bursts. */
#ifdef __clang__
#define KEEP_LOOP _Pragma("clang loop unroll(disable)")
#else
#define KEEP_LOOP _Pragma("GCC unroll 1")
#endif

enum {
    BLOCK_COLUMNS = 32,
    HALF = OG_SLICE / 2, /* bytes of a register */
    Q5_K_LOW = K_HEAD + 512,
    Q6_K_SCALES = 64,
    Q6_K_QUANTS = 64 + 256,
    Q6_K_HALF = 24 * OG_SLICE,
};

ALWAYS __m256i load(const uint8_t *p) {
    return _mm256_load_si256((const __m256i *)(const void *)p);
}
ALWAYS void store(uint8_t *p, __m256i x) {
    _mm256_store_si256((__m256i *)(void *)p, x);
}
/* The hardware prefetcher stops at every 4 KiB and is confused by the parts of a group that are read side by side, so matrix-vector
 * products ask for the line AHEAD bytes further on, one for each line that they read. Past the end of the weights that does nothing. */
enum { AHEAD = 2048 };

/* Register h of the slice at p. */
ALWAYS __m256i stream(const uint8_t *p, const int h) {
    if (!h) _mm_prefetch((const char *)p + AHEAD, _MM_HINT_T0);
    return load(p + h * HALF);
}
ALWAYS __m256i fetch(const uint8_t *p, const int h, const bool streamed) {
    return streamed ? stream(p, h) : load(p + h * HALF);
}

ALWAYS __m256i low_nibbles(__m256i x) {
    return _mm256_and_si256(x, _mm256_set1_epi8(15));
}
ALWAYS __m256i high_nibbles(__m256i x) {
    return low_nibbles(_mm256_srli_epi16(x, 4));
}
/* Bit b of every byte, moved to bit 4. */
ALWAYS __m256i bit_to_4(__m256i x, const int b) {
    return _mm256_and_si256(b < 4 ? _mm256_slli_epi16(x, 4 - b) : _mm256_srli_epi16(x, b - 4), _mm256_set1_epi8(16));
}
/* To bit 2. */
ALWAYS __m256i bit_to_2(__m256i x, const int b) {
    return _mm256_and_si256(b < 2 ? _mm256_slli_epi16(x, 2 - b) : _mm256_srli_epi16(x, b - 2), _mm256_set1_epi8(4));
}
/* Bits 2i and 2i + 1 of every byte, moved to bits 4 and 5. */
ALWAYS __m256i pair_to_4(__m256i x, const int i) {
    return _mm256_and_si256(i < 2 ? _mm256_slli_epi16(x, 4 - 2 * i) : _mm256_srli_epi16(x, 2 * i - 4), _mm256_set1_epi8(48));
}

ALWAYS __m256 halves(const uint8_t *f16) {
    return _mm256_cvtph_ps(_mm_load_si128((const __m128i *)(const void *)f16));
}

/* What was stored is to be loaded again, 8 bytes at a time: compilers would rather take registers apart, which costs more. */
ALWAYS void settle(const uint8_t *stored) {
    __asm__("" : : "r"(stored) : "memory");
}

/* Scales and mins of the k formats as bytes, [sub][row], and what they are multiplied by. */
typedef struct k_head {
    _Alignas(32) uint8_t sc[OG_SUBS * OG_PANEL];
    _Alignas(32) uint8_t m[OG_SUBS * OG_PANEL];
    __m256 d[2], dmin[2];
} k_head;

/* The eight 6-bit numbers of 16 rows. */
ALWAYS void six_bits(const uint8_t *lo, const uint8_t *hi, uint8_t *x) {
    const __m256i a = load(lo), b = load(lo + HALF), h = load(hi);
    store(x, _mm256_or_si256(low_nibbles(a), pair_to_4(h, 0)));
    store(x + HALF, _mm256_or_si256(low_nibbles(b), pair_to_4(h, 1)));
    store(x + 2 * HALF, _mm256_or_si256(high_nibbles(a), pair_to_4(h, 2)));
    store(x + 3 * HALF, _mm256_or_si256(high_nibbles(b), pair_to_4(h, 3)));
    settle(x);
}

/* q3_k's sixteen. */
ALWAYS void six_bits_q3_k(const uint8_t *packed, uint8_t *x) {
    const __m256i hi[2] = {load(packed + Q3_SC_HI), load(packed + Q3_SC_HI + HALF)};
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        const __m256i lo = load(packed + Q3_SC_LO + i * HALF);
        store(x + i * HALF, _mm256_or_si256(low_nibbles(lo), pair_to_4(hi[i % 2], i / 2)));
        store(x + (4 + i) * HALF, _mm256_or_si256(high_nibbles(lo), pair_to_4(hi[i % 2], 2 + i / 2)));
    }
    settle(x);
}

/* Where the types of blocks that stand alone have no head of their own, nothing is done. */
ALWAYS void take_head(const og_type type, const uint8_t *packed, k_head *x) {
    if (type == OG_Q4_K || type == OG_Q5_K) {
        six_bits(packed + K_SC_LO, packed + K_SC_HI, x->sc);
        six_bits(packed + K_M_LO, packed + K_M_HI, x->m);
    } else if (type == OG_IQ4_XS) {
        six_bits(packed + XS_SC_LO, packed + XS_SC_HI, x->sc);
    } else if (type == OG_Q3_K) {
        six_bits_q3_k(packed, x->sc);
    } else if (type == OG_Q2_K) {
        for (int i = 0; i < 8; i++) {
            const __m256i both = load(packed + Q2_SC + i * HALF);
            store(x->sc + i * HALF, low_nibbles(both));
            store(x->m + i * HALF, high_nibbles(both));
        }
        settle(x->sc);
        settle(x->m);
    } else if (type != OG_Q6_K) {
        return;
    }
    for (int h = 0; h < 2; h++) {
        x->d[h] = halves(packed + K_D + h * 16);
        x->dmin[h] = halves(packed + K_DMIN + h * 16);
    }
}

ALWAYS __m256 bytes_to_float(const uint8_t *x, int less) {
    const __m256i n = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)x));
    return _mm256_cvtepi32_ps(less ? _mm256_sub_epi32(n, _mm256_set1_epi32(less)) : n);
}

/* 2^(e - 128) of 8 bytes, of which the lowest two are subnormal. */
ALWAYS __m256 scale_mxfp4(const uint8_t *x) {
    const __m256i e = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)x));
    const __m256i normal = _mm256_slli_epi32(_mm256_sub_epi32(e, _mm256_set1_epi32(1)), 23);
    const __m256i small = _mm256_sllv_epi32(_mm256_set1_epi32(1 << 21), e);
    return _mm256_castsi256_ps(_mm256_blendv_epi8(normal, small, _mm256_cmpgt_epi32(_mm256_set1_epi32(2), e)));
}

/* Scales of sub-block j, rows 8h..8h + 7. x: the group's head, taken before. */
ALWAYS __m256 scale_of(const og_type type, const uint8_t *packed, const k_head *x, int j, int h) {
    const int at = j * OG_PANEL + h * 8;
    switch (type) {
    case OG_Q4_K:
    case OG_Q5_K:
    case OG_Q2_K:
        return _mm256_mul_ps(x->d[h], bytes_to_float(x->sc + at, 0));
    case OG_IQ4_XS:
    case OG_Q3_K:
        return _mm256_mul_ps(x->d[h], bytes_to_float(x->sc + at, 32));
    case OG_Q6_K: {
        const __m128i n = _mm_loadl_epi64((const __m128i *)(const void *)(packed + Q6_K_SCALES + at));
        return _mm256_mul_ps(x->d[h], _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(n)));
    }
    case OG_MXFP4:
        return scale_mxfp4(packed + at);
    default:
        return halves(packed + at * 2);
    }
}

/* Mins likewise; those of blocks that stand alone are the file's lowest values, negated. */
ALWAYS __m256 min_of(const og_type type, const uint8_t *packed, const k_head *x, int nb, int j, int h) {
    const int at = j * OG_PANEL + h * 8;
    if (blocks_min(type)) return _mm256_xor_ps(halves(packed + nb * 32 + at * 2), _mm256_set1_ps(-0.0f));
    return _mm256_mul_ps(x->dmin[h], bytes_to_float(x->m + at, 0));
}

/* Bytes of a group. */
ALWAYS size_t group_bytes(const og_type type, int nb) {
    switch (type) {
    case OG_Q4_K:
        return K_HEAD + 2048;
    case OG_Q5_K:
        return Q5_K_LOW + 2048;
    case OG_IQ4_XS:
        return XS_HEAD + 2048;
    case OG_Q6_K:
        return Q6_K_QUANTS + 2 * Q6_K_HALF;
    case OG_Q3_K:
        return Q3_HIGH + 8 * OG_SLICE;
    case OG_Q2_K:
        return Q2_QUANTS + 16 * OG_SLICE;
    default:
        return blocks_bytes(type, nb);
    }
}

/* Whether weights are taken as signed bytes. */
ALWAYS bool is_signed(const og_type type) {
    return type == OG_Q8_0 || type == OG_IQ4_NL || type == OG_IQ4_XS;
}

/* Slices v (w[0]) and v + 4 (w[1]) of a block of nibbles (see ../layout/blocks.h), rows 8h..8h + 7. */
ALWAYS void block_slices(const og_type type, const uint8_t *quants, int v, const int h, const bool streamed, __m256i w[2]) {
    const __m256i x = fetch(quants + (blocks_five(type) ? OG_SLICE : 0) + v * OG_SLICE, h, streamed);
    w[0] = low_nibbles(x);
    w[1] = high_nibbles(x);
    if (blocks_five(type)) {
        const __m256i fifth = fetch(quants, h, streamed && v == 0);
        w[0] = _mm256_or_si256(w[0], bit_to_4(fifth, v));
        w[1] = _mm256_or_si256(w[1], bit_to_4(fifth, v + 4));
    }
    if (blocks_table(type)) {
        const __m256i q = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)blocks_table(type)));
        const __m256i table = is_signed(type) ? q : _mm256_add_epi8(q, _mm256_set1_epi8(OG_MXFP4_OFFSET));
        for (int i = 0; i < 2; i++) w[i] = _mm256_shuffle_epi8(table, w[i]);
    }
}

/* Slice v of the four blocks of a half, rows 8h..8h + 7, of the types with a scale per 16 columns. */
ALWAYS void half_slices(const og_type type, const uint8_t *packed, const int half, int v, const int h, const bool streamed, __m256i w[4]) {
    const int at = v * OG_SLICE;
    if (type == OG_Q6_K) {
        const uint8_t *a = packed + Q6_K_QUANTS + half * Q6_K_HALF + at, *b = a + 8 * OG_SLICE, *high = b + 8 * OG_SLICE;
        const __m256i x = fetch(a, h, streamed), y = fetch(b, h, streamed), bits = fetch(high, h, streamed);
        w[0] = _mm256_or_si256(low_nibbles(x), pair_to_4(bits, 0));
        w[1] = _mm256_or_si256(low_nibbles(y), pair_to_4(bits, 1));
        w[2] = _mm256_or_si256(high_nibbles(x), pair_to_4(bits, 2));
        w[3] = _mm256_or_si256(high_nibbles(y), pair_to_4(bits, 3));
        return;
    }
    const __m256i x = fetch(packed + (type == OG_Q3_K ? Q3_QUANTS : Q2_QUANTS) + half * 8 * OG_SLICE + at, h, streamed);
    const __m256i high = type == OG_Q3_K ? fetch(packed + Q3_HIGH + at, h, streamed && !half) : x;
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        w[i] = _mm256_and_si256(_mm256_srli_epi16(x, 2 * i), _mm256_set1_epi8(3));
        if (type == OG_Q3_K) w[i] = _mm256_or_si256(w[i], bit_to_2(high, 4 * half + i));
    }
}

#endif
