/* gemm.c (scalar): expansion and the integer product: the definitions. */
#include "backend/cpu/kernels.h"
#include "backend/cpu/layout/layout.h"

#include <math.h>

#define BLOCK(NAME, name, ...) og_expand_fn og_expand_##name##_scalar, og_expand_##name##_signed;
#include "quant/quants.def"
og_gemm_fn og_gemm_q8_g32_scalar, og_gemm_q8_g32_min_scalar, og_gemm_q8k_g32_scalar, og_gemm_q8k_g32_min_scalar, og_gemm_q8k_g16_scalar,
    og_gemm_q8k_g16_min_scalar;

static void expand(og_type type, const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    const og_layout *layout = og_layout_of(type);
    if (layout)
        layout->expand(packed, nb, u, scale, min);
    else
        og_bytes_expand(og_quant_of(type), packed, nb, u, scale, min);
}

#define BLOCK(NAME, name, ...)                                                                            \
    void og_expand_##name##_scalar(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) { \
        expand(OG_##NAME, packed, nb, u, scale, min);                                                     \
    }
#include "quant/quants.def"

/* For products that take wide types as signed bytes. */
static void expand_signed(og_type type, const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) {
    const int offset = og_quant_of(type)->offset;
    expand(type, packed, nb, u, scale, min);
    for (int i = 0; i < nb * 8 * OG_SLICE; i++) u[i] = (uint8_t)(u[i] - offset);
}

#define BLOCK(NAME, name, ...)                                                                            \
    void og_expand_##name##_signed(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min) { \
        expand_signed(OG_##NAME, packed, nb, u, scale, min);                                              \
    }
#include "quant/quants.def"

/* Exact dot of `columns` columns from column c of the group, with the offset taken off. */
static int32_t dot(const og_gemm_args *a, const uint8_t *u, int r, int t, int c, int columns) {
    int32_t s = 0;
    for (int i = c; i < c + columns; i++) s += (int32_t)u[i / 4 * OG_SLICE + r * 4 + i % 4] * a->q[(i / 4 * a->n + t) * 4 + i % 4];
    return s - a->offset * a->sum[c / columns * a->n + t];
}

static void gemm(const og_gemm_args *a, int group, bool per_group_scale, bool has_min) {
    const int subs = a->nb * 32 / group;
    for (int t = 0; t < a->n; t++)
        for (int row = 0; row < 2 * OG_PANEL; row++) {
            const int p = row / OG_PANEL, r = row % OG_PANEL;
            const uint8_t *u = a->u + p * OG_EXPANDED;
            const float *scale = a->scale + p * OG_SUBS * OG_PANEL, *min = a->min + p * OG_SUBS * OG_PANEL;
            float acc = a->c[t * 32 + row], sum = 0.0f;
            for (int j = 0; j < subs; j++) {
                const float f = (float)dot(a, u, r, t, j * group, group), s = scale[j * OG_PANEL + r];
                const float isum = (float)a->sum[j * a->n + t];
                if (per_group_scale) {
                    const float d = a->d[j * a->n + t];
                    acc = fmaf(f, s * d, acc);
                    if (has_min) acc = fmaf(-min[j * OG_PANEL + r], d * isum, acc);
                } else {
                    sum = fmaf(f, s, sum);
                    if (has_min) sum = fmaf(-min[j * OG_PANEL + r], isum, sum);
                }
            }
            if (!per_group_scale) acc = fmaf(sum, a->d[t], acc);
            a->c[t * 32 + row] = acc;
        }
}

void og_gemm_q8_g32_scalar(const og_gemm_args *args) {
    gemm(args, 32, true, false);
}
void og_gemm_q8_g32_min_scalar(const og_gemm_args *args) {
    gemm(args, 32, true, true);
}
void og_gemm_q8k_g32_scalar(const og_gemm_args *args) {
    gemm(args, 32, false, false);
}
void og_gemm_q8k_g32_min_scalar(const og_gemm_args *args) {
    gemm(args, 32, false, true);
}
void og_gemm_q8k_g16_scalar(const og_gemm_args *args) {
    gemm(args, 16, false, false);
}
void og_gemm_q8k_g16_min_scalar(const og_gemm_args *args) {
    gemm(args, 16, false, true);
}
