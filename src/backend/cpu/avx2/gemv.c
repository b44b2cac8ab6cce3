/* gemv.c (avx2): packed weights times one token, straight from their packed bits.
 *
 * Per group: the integer dots of every sub-block and row (a few instructions a slice, sums of products kept in 16 bits as long as they
 * fit), then the float sums in the order that docs/architecture.md fixes. Dots pass through the stack, so that every format shares the
 * second half. */
#include "backend/cpu/avx2/unpack.h"

#include <string.h>

#define BLOCK(NAME, name, ...) og_gemv_fn og_gemv_##name##_avx2;
#include "quant/quants.def"

/* Integer dots [sub][row] of a group. */
typedef struct dots {
    _Alignas(32) int32_t x[OG_SUBS][OG_PANEL];
} dots;

/* The 4 activations of column group c, in every lane. */
ALWAYS __m256i act(const int8_t *q, int c) {
    int32_t x;
    memcpy(&x, q + (size_t)c * 4, 4);
    return _mm256_set1_epi32(x);
}
ALWAYS __m256i widen(__m256i pairs) {
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}
ALWAYS void put(dots *d, int sub, int h, __m256i x) {
    _mm256_store_si256((__m256i *)(void *)(d->x[sub] + h * 8), x);
}

/* Signed bytes: |w| * (a with w's sign); two products (2 * 128 * 127) fit 16 bits, no more. */
ALWAYS __m256i signed_dot(__m256i w, __m256i a) {
    return widen(_mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(a, w)));
}

ALWAYS void dots_q8_0(const uint8_t *quants, int nb, const int8_t *q, dots *d) {
    const __m256i flip = _mm256_set1_epi8(-128);
    for (int b = 0; b < nb; b++, quants += 8 * OG_SLICE, q += BLOCK_COLUMNS) {
        __m256i sum[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
        KEEP_LOOP
        for (int v = 0; v < 8; v++) {
            const __m256i a = act(q, v);
            for (int h = 0; h < 2; h++)
                sum[h] = _mm256_add_epi32(sum[h], signed_dot(_mm256_xor_si256(stream(quants + v * OG_SLICE, h), flip), a));
        }
        for (int h = 0; h < 2; h++) put(d, b, h, sum[h]);
    }
}

/* Blocks of nibbles. u <= 15: the 8 products of a block fit 16 bits (8 * 2 * 15 * 127 = 30480). u <= 31: 4 do (4 * 2 * 31 * 127 = 31496).
 */
ALWAYS void dots_blocks(const og_type type, const uint8_t *quants, int nb, const int8_t *q, dots *d) {
    const bool half = blocks_five(type) || type == OG_MXFP4;
    for (int b = 0; b < nb; b++, quants += blocks_quants(type), q += BLOCK_COLUMNS) {
        __m256i sum[2], total[2];
        for (int h = 0; h < 2; h++) sum[h] = total[h] = _mm256_setzero_si256();
#pragma GCC unroll 4
        for (int v = 0; v < 4; v++) {
            const __m256i a = act(q, v), a4 = act(q, v + 4);
            for (int h = 0; h < 2; h++) {
                __m256i w[2];
                block_slices(type, quants, v, h, true, w);
                if (is_signed(type)) {
                    total[h] = _mm256_add_epi32(total[h], _mm256_add_epi32(signed_dot(w[0], a), signed_dot(w[1], a4)));
                    continue;
                }
                sum[h] = _mm256_add_epi16(sum[h], _mm256_maddubs_epi16(w[0], a));
                sum[h] = _mm256_add_epi16(sum[h], _mm256_maddubs_epi16(w[1], a4));
                if (half && v == 1) {
                    total[h] = widen(sum[h]);
                    sum[h] = _mm256_setzero_si256();
                }
            }
        }
        for (int h = 0; h < 2; h++) put(d, b, h, is_signed(type) ? total[h] : _mm256_add_epi32(total[h], widen(sum[h])));
    }
}

/* Blocks 2p and 2p + 1 of q4_k. */
ALWAYS void dots_q4_k_pair(const uint8_t *low, const int p, const int8_t *q, dots *d) {
    __m256i sum[2][2];
    for (int i = 0; i < 4; i++) sum[i / 2][i % 2] = _mm256_setzero_si256();
    low += p * 8 * OG_SLICE;
    q += 2 * p * BLOCK_COLUMNS;
    KEEP_LOOP
    for (int v = 0; v < 8; v++) {
        const __m256i a = act(q, v), b = act(q, v + 8);
        for (int h = 0; h < 2; h++) {
            const __m256i x = stream(low + v * OG_SLICE, h);
            sum[0][h] = _mm256_add_epi16(sum[0][h], _mm256_maddubs_epi16(low_nibbles(x), a));
            sum[1][h] = _mm256_add_epi16(sum[1][h], _mm256_maddubs_epi16(high_nibbles(x), b));
        }
    }
    for (int i = 0; i < 4; i++) put(d, 2 * p + i / 2, i % 2, widen(sum[i / 2][i % 2]));
}

/* The same of q5_k. u <= 31: 4 products fit 16 bits (4 * 2 * 31 * 127 = 31496). */
ALWAYS void dots_q5_k_pair(const uint8_t *packed, const int p, const int8_t *q, dots *d) {
    const uint8_t *low = packed + Q5_K_LOW + p * 8 * OG_SLICE, *high = packed + K_HEAD;
    __m256i total[2][2];
    for (int i = 0; i < 4; i++) total[i / 2][i % 2] = _mm256_setzero_si256();
    q += 2 * p * BLOCK_COLUMNS;
    KEEP_LOOP
    for (int v = 0; v < 8; v += 4) {
        __m256i sum[2][2];
        for (int i = 0; i < 4; i++) sum[i / 2][i % 2] = _mm256_setzero_si256();
        KEEP_LOOP
        for (int i = v; i < v + 4; i++) {
            const __m256i a = act(q, i), b = act(q, i + 8);
            for (int h = 0; h < 2; h++) {
                const __m256i x = stream(low + i * OG_SLICE, h), bits = fetch(high + i * OG_SLICE, h, p == 0);
                const __m256i u = _mm256_or_si256(low_nibbles(x), bit_to_4(bits, 2 * p));
                const __m256i w = _mm256_or_si256(high_nibbles(x), bit_to_4(bits, 2 * p + 1));
                sum[0][h] = _mm256_add_epi16(sum[0][h], _mm256_maddubs_epi16(u, a));
                sum[1][h] = _mm256_add_epi16(sum[1][h], _mm256_maddubs_epi16(w, b));
            }
        }
        for (int i = 0; i < 4; i++) total[i / 2][i % 2] = _mm256_add_epi32(total[i / 2][i % 2], widen(sum[i / 2][i % 2]));
    }
    for (int i = 0; i < 4; i++) put(d, 2 * p + i / 2, i % 2, total[i / 2][i % 2]);
}

/* 16 columns of each of the four blocks of half `half`, from slice v, of the types with a scale per 16 columns. q6_k: u <= 63, 2 products
 * fit 16 bits (2 * 2 * 63 * 127 = 32004); of the others all 4 do. */
ALWAYS void dots_16(const og_type type, const uint8_t *packed, const int half, int v, const int8_t *q, dots *d) {
    const int fit = type == OG_Q6_K ? 2 : 4;
    q += half * 4 * BLOCK_COLUMNS;
    KEEP_LOOP
    for (int h = 0; h < 2; h++) {
        __m256i total[4];
        for (int j = 0; j < 4; j++) total[j] = _mm256_setzero_si256();
        KEEP_LOOP
        for (int first = v; first < v + 4; first += fit) {
            __m256i sum[4];
            for (int i = first; i < first + fit; i++) {
                __m256i w[4];
                half_slices(type, packed, half, i, h, true, w);
                for (int j = 0; j < 4; j++) {
                    const __m256i s = _mm256_maddubs_epi16(w[j], act(q, i + 8 * j));
                    sum[j] = i > first ? _mm256_add_epi16(sum[j], s) : s;
                }
            }
            for (int j = 0; j < 4; j++) total[j] = _mm256_add_epi32(total[j], widen(sum[j]));
        }
        for (int j = 0; j < 4; j++) put(d, half * 8 + 2 * j + v / 4, h, total[j]);
    }
}

ALWAYS void group_dots(const og_type type, const uint8_t *packed, int nb, const int8_t *q, dots *d) {
    switch (type) {
    case OG_Q8_0:
        dots_q8_0(packed + blocks_head(type, nb), nb, q, d);
        break;
    case OG_Q4_K:
        dots_q4_k_pair(packed + K_HEAD, 0, q, d);
        dots_q4_k_pair(packed + K_HEAD, 1, q, d);
        dots_q4_k_pair(packed + K_HEAD, 2, q, d);
        dots_q4_k_pair(packed + K_HEAD, 3, q, d);
        break;
    case OG_Q5_K:
        dots_q5_k_pair(packed, 0, q, d);
        dots_q5_k_pair(packed, 1, q, d);
        dots_q5_k_pair(packed, 2, q, d);
        dots_q5_k_pair(packed, 3, q, d);
        break;
    case OG_Q6_K:
    case OG_Q3_K:
    case OG_Q2_K:
        for (int v = 0; v < 8; v += 4) dots_16(type, packed, 0, v, q, d);
        for (int v = 0; v < 8; v += 4) dots_16(type, packed, 1, v, q, d);
        break;
    case OG_IQ4_XS:
        dots_blocks(type, packed + XS_HEAD, nb, q, d);
        break;
    default:
        dots_blocks(type, packed + blocks_head(type, nb), nb, q, d);
    }
}

/* What the sums of the activations of a group give: the integers that the dots have too much, and what mins are multiplied by. */
typedef struct sums {
    _Alignas(32) int32_t taken[OG_SUBS];
    _Alignas(32) float times[OG_SUBS];
} sums;

ALWAYS void take_sums(const int32_t *sum, const float *d, const og_act acts, const int offset, const bool has_min, int n, sums *s) {
    if (offset)
        for (int j = 0; j < n; j++) s->taken[j] = offset * sum[j];
    if (has_min)
        for (int j = 0; j < n; j++) s->times[j] = acts == OG_ACT_q8 ? d[j] * (float)sum[j] : (float)sum[j];
}

ALWAYS __m256 dot_float(const dots *d, const sums *s, int sub, int h, const int offset) {
    __m256i x = _mm256_load_si256((const __m256i *)(const void *)(d->x[sub] + h * 8));
    if (offset) x = _mm256_sub_epi32(x, _mm256_set1_epi32(s->taken[sub]));
    return _mm256_cvtepi32_ps(x);
}

ALWAYS void gemv(const og_type type, const og_act acts, const int group, const int offset, const bool has_min, const uint8_t *panels,
                 size_t stride, int count, int k, const og_tile *tile, float *out) {
    for (int panel = 0; panel < count; panel++, out += OG_PANEL) {
        const uint8_t *packed = panels + (size_t)panel * stride;
        __m256 acc[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
        for (int c = 0; c < k; c += OG_GROUP) {
            const int nb = acts == OG_ACT_q8 ? OG_MIN(OG_GROUP, k - c) / BLOCK_COLUMNS : OG_GROUP / BLOCK_COLUMNS;
            const int subs = nb * BLOCK_COLUMNS / group;
            const float *d = acts == OG_ACT_q8 ? tile->d + c / BLOCK_COLUMNS : tile->d + c / OG_GROUP;
            k_head x;
            dots dot;
            sums s;
            take_sums((group == 16 ? tile->sum16 : tile->sum32) + c / group, d, acts, offset, has_min, subs, &s);
            take_head(type, packed, &x);
            group_dots(type, packed, nb, tile->q + c, &dot);
            __m256 total[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
            KEEP_LOOP
            for (int j = 0; j < subs; j++)
                for (int h = 0; h < 2; h++) {
                    const __m256 f = dot_float(&dot, &s, j, h, offset), scale = scale_of(type, packed, &x, j, h);
                    __m256 *to = acts == OG_ACT_q8 ? &acc[h] : &total[h];
                    *to = _mm256_fmadd_ps(f, acts == OG_ACT_q8 ? _mm256_mul_ps(scale, _mm256_set1_ps(d[j])) : scale, *to);
                    if (has_min) *to = _mm256_fnmadd_ps(min_of(type, packed, &x, nb, j, h), _mm256_set1_ps(s.times[j]), *to);
                }
            if (acts == OG_ACT_q8k)
                for (int h = 0; h < 2; h++) acc[h] = _mm256_fmadd_ps(total[h], _mm256_set1_ps(*d), acc[h]);
            packed += group_bytes(type, nb);
        }
        _mm256_storeu_ps(out, acc[0]);
        _mm256_storeu_ps(out + 8, acc[1]);
    }
}

/* Signed weights need no offset. */
#define GEMV(NAME, name, acts, has_min)                                                                                                  \
    void og_gemv_##name##_avx2(const uint8_t *panels, size_t stride, int count, int k, const og_tile *tile, float *out) {                \
        gemv(OG_##NAME, acts, OG_##NAME##_GROUP, is_signed(OG_##NAME) ? 0 : OG_##NAME##_OFFSET, has_min, panels, stride, count, k, tile, \
             out);                                                                                                                       \
    }
GEMV(Q4_0, q4_0, OG_ACT_q8, false)
GEMV(Q8_0, q8_0, OG_ACT_q8, false)
GEMV(Q4_K, q4_k, OG_ACT_q8k, true)
GEMV(Q5_K, q5_k, OG_ACT_q8k, true)
GEMV(Q6_K, q6_k, OG_ACT_q8k, false)
GEMV(IQ4_XS, iq4_xs, OG_ACT_q8k, false)
GEMV(IQ4_NL, iq4_nl, OG_ACT_q8, false)
GEMV(MXFP4, mxfp4, OG_ACT_q8, false)
GEMV(Q5_0, q5_0, OG_ACT_q8, false)
GEMV(Q4_1, q4_1, OG_ACT_q8, true)
GEMV(Q5_1, q5_1, OG_ACT_q8, true)
GEMV(Q3_K, q3_k, OG_ACT_q8k, false)
GEMV(Q2_K, q2_k, OG_ACT_q8k, true)
