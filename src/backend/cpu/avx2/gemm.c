/* gemm.c (avx2): two panels of expanded bytes times a tile of tokens.
 *
 * The work is cut into pieces of one panel (two registers of 8 rows) by up to 4 tokens. For each sub-block of a piece: products of bytes
 * are added in pairs (maddubs), then for as long as they fit in 16 bits, then in 32; what the sum holds is scaled and added in float, in
 * the order that docs/architecture.md fixes. Everything that varies between formats is a constant argument of an inlined function. */
#include "backend/cpu/avx2/unpack.h"

#include <string.h>

og_gemm_fn og_gemm_q8_g32_avx2, og_gemm_q8_g32_min_avx2, og_gemm_q8k_g32_avx2, og_gemm_q8k_g32_min_avx2, og_gemm_q8k_g16_avx2,
    og_gemm_q8k_g16_min_avx2;

enum { TOKENS = 4 };

/* What a slot's name says. */
typedef struct kind {
    int group;
    bool per_sub; /* activations have a scale per sub-block (q8), not per 256 (q8k) */
    bool has_min;
} kind;

/* Where a piece is: its panel, its first token, and what follows from the sums of the activations, [sub][token] as they are. */
typedef struct piece {
    const uint8_t *u;
    const float *scale, *min;
    const int8_t *q;
    const float *d, *isum; /* isum: float(sum) */
    const int32_t *taken;  /* offset * sum */
    float *c;
    int n, subs;
    bool has_offset;
} piece;

ALWAYS __m256i act(const int8_t *q) {
    int32_t x;
    memcpy(&x, q, 4);
    return _mm256_set1_epi32(x);
}

/* fit: how many products of 4 columns can be added in 16 bits. 1: w may be signed, so its sign goes to the activation. */
ALWAYS void dots(const uint8_t *u, const int8_t *q, int n, const int slices, const int fit, const int T, __m256i dot[2][TOKENS]) {
    const __m256i ones = _mm256_set1_epi16(1);
    for (int s = 0; s < slices; s += fit) {
        __m256i sum[2][TOKENS];
        for (int i = s; i < s + fit; i++) {
            const __m256i w[2] = {load(u + i * OG_SLICE), load(u + i * OG_SLICE + HALF)};
            const __m256i size[2] = {_mm256_abs_epi8(w[0]), _mm256_abs_epi8(w[1])};
            for (int t = 0; t < T; t++) {
                const __m256i a = act(q + (i * n + t) * 4);
                for (int r = 0; r < 2; r++) {
                    const __m256i x = fit == 1 ? _mm256_maddubs_epi16(size[r], _mm256_sign_epi8(a, w[r])) : _mm256_maddubs_epi16(w[r], a);
                    sum[r][t] = i > s ? _mm256_add_epi16(sum[r][t], x) : x;
                }
            }
        }
        for (int t = 0; t < T; t++)
            for (int r = 0; r < 2; r++) {
                const __m256i x = _mm256_madd_epi16(sum[r][t], ones);
                dot[r][t] = s ? _mm256_add_epi32(dot[r][t], x) : x;
            }
    }
}

ALWAYS void run_piece(const piece *p, const kind k, const int fit, const int T) {
    const int slices = k.group / 4, n = p->n;
    __m256 acc[2][TOKENS], total[2][TOKENS];
    for (int t = 0; t < T; t++)
        for (int r = 0; r < 2; r++) {
            acc[r][t] = _mm256_loadu_ps(p->c + t * 32 + r * 8);
            total[r][t] = _mm256_setzero_ps();
        }
    for (int j = 0; j < p->subs; j++) {
        __m256i dot[2][TOKENS];
        dots(p->u + j * slices * OG_SLICE, p->q + j * slices * n * 4, n, slices, OG_MIN(fit, slices), T, dot);
        for (int t = 0; t < T; t++)
            for (int r = 0; r < 2; r++) {
                const __m256 scale = _mm256_load_ps(p->scale + j * OG_PANEL + r * 8), min = _mm256_load_ps(p->min + j * OG_PANEL + r * 8);
                if (p->has_offset) dot[r][t] = _mm256_sub_epi32(dot[r][t], _mm256_set1_epi32(p->taken[j * n + t]));
                const __m256 f = _mm256_cvtepi32_ps(dot[r][t]);
                if (k.per_sub) {
                    const float d = p->d[j * n + t];
                    acc[r][t] = _mm256_fmadd_ps(f, _mm256_mul_ps(scale, _mm256_set1_ps(d)), acc[r][t]);
                    if (k.has_min) acc[r][t] = _mm256_fnmadd_ps(min, _mm256_set1_ps(d * p->isum[j * n + t]), acc[r][t]);
                } else {
                    total[r][t] = _mm256_fmadd_ps(f, scale, total[r][t]);
                    if (k.has_min) total[r][t] = _mm256_fnmadd_ps(min, _mm256_set1_ps(p->isum[j * n + t]), total[r][t]);
                }
            }
    }
    for (int t = 0; t < T; t++)
        for (int r = 0; r < 2; r++) {
            if (!k.per_sub) acc[r][t] = _mm256_fmadd_ps(total[r][t], _mm256_set1_ps(p->d[t]), acc[r][t]);
            _mm256_storeu_ps(p->c + t * 32 + r * 8, acc[r][t]);
        }
}

ALWAYS void run_tile(const og_gemm_args *a, const kind k, const int fit) {
    const int subs = a->nb * BLOCK_COLUMNS / k.group, n = a->n;
    float isum[OG_SUBS * OG_TILE];
    int32_t taken[OG_SUBS * OG_TILE];
    if (k.has_min)
        for (int i = 0; i < subs * n; i++) isum[i] = (float)a->sum[i];
    if (a->offset)
        for (int i = 0; i < subs * n; i++) taken[i] = a->offset * a->sum[i];
    for (int panel = 0; panel < 2; panel++)
        for (int t = 0; t < n;) {
            const piece p = {a->u + panel * OG_EXPANDED,
                             a->scale + panel * OG_SUBS * OG_PANEL,
                             a->min + panel * OG_SUBS * OG_PANEL,
                             a->q + t * 4,
                             a->d + t,
                             isum + t,
                             taken + t,
                             a->c + t * 32 + panel * OG_PANEL,
                             n,
                             subs,
                             a->offset != 0};
            if (n - t >= 4) {
                run_piece(&p, k, fit, 4);
                t += 4;
            } else if (n - t >= 2) {
                run_piece(&p, k, fit, 2);
                t += 2;
            } else {
                run_piece(&p, k, fit, 1);
                t++;
            }
        }
}

/* 2 * 127 * umax is the largest sum that maddubs gives. Types of 7 or 8 bits: 2 * 127 * 128 = 32512, whether signed or up to 127. */
ALWAYS void gemm(const og_gemm_args *a, const kind k) {
    if (a->umax <= 15)
        run_tile(a, k, 8);
    else if (a->umax <= 31)
        run_tile(a, k, 4);
    else if (a->umax <= 63)
        run_tile(a, k, 2);
    else
        run_tile(a, k, 1);
}

void og_gemm_q8_g32_avx2(const og_gemm_args *args) {
    gemm(args, (kind){32, true, false});
}
void og_gemm_q8_g32_min_avx2(const og_gemm_args *args) {
    gemm(args, (kind){32, true, true});
}
void og_gemm_q8k_g32_avx2(const og_gemm_args *args) {
    gemm(args, (kind){32, false, false});
}
void og_gemm_q8k_g32_min_avx2(const og_gemm_args *args) {
    gemm(args, (kind){32, false, true});
}
void og_gemm_q8k_g16_avx2(const og_gemm_args *args) {
    gemm(args, (kind){16, false, false});
}
void og_gemm_q8k_g16_min_avx2(const og_gemm_args *args) {
    gemm(args, (kind){16, false, true});
}
