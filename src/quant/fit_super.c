/* fit_super.c: blocks of 256 weights whose groups have integer scales under one binary16 scale. Each group is fitted freely, the free
 * scales are rounded to the block's, and then every group looks for a better integer pair near its own. */
#include "quant/fit.h"

#include <math.h>

enum { SUPER = 256 };

static int nearest(float v, int lo, int hi) {
    int i = (int)lrintf(v < (float)lo ? (float)lo : v > (float)hi ? (float)hi : v);
    return i;
}

static float inverse_of(float v) {
    return fabsf(v) > 1e-36f ? 1 / v : 0;
}

/* The integer pair (sc, m) within one of (s / d, min / dmin) that leaves the least error. */
static void choose_pair(const float *x, const float *w, int group, float s, float min, float d, float dmin, int hi, int sc_max, int8_t *sc,
                        int8_t *m) {
    int sc0 = nearest(s * inverse_of(d), 0, sc_max), m0 = nearest(min * inverse_of(dmin), 0, sc_max);
    float best = INFINITY;
    for (int i = OG_MAX(sc0 - 1, 0); i <= OG_MIN(sc0 + 1, sc_max); i++)
        for (int j = OG_MAX(m0 - 1, 0); j <= OG_MIN(m0 + 1, sc_max); j++) {
            float error = og_fit_error(x, w, group, d * (float)i, dmin * (float)j, 0, hi);
            if (error < best) best = error, *sc = (int8_t)i, *m = (int8_t)j;
        }
}

void og_fit_super_min(const float *src, const float *importance, int group, int hi, int sc_max, og_fit_super *out) {
    og_fit fit;
    og_fit_begin(&fit, src, importance, SUPER);
    int n_groups = SUPER / group;
    float s[OG_QUANT_GROUPS_MAX], min[OG_QUANT_GROUPS_MAX], s_max = 0, min_max = 0, d, dmin;
    for (int g = 0; g < n_groups; g++) {
        og_fit_scale_min(fit.x + g * group, fit.w + g * group, group, hi, false, &s[g], &min[g]);
        s_max = s[g] > s_max ? s[g] : s_max;
        min_max = min[g] > min_max ? min[g] : min_max;
    }
    out->d = og_fit_f16(&fit, s_max / (float)sc_max, &d);
    out->dmin = og_fit_f16(&fit, min_max / (float)sc_max, &dmin);
    for (int g = 0; g < n_groups; g++) {
        const float *x = fit.x + g * group, *w = fit.w + g * group;
        choose_pair(x, w, group, s[g], min[g], d, dmin, hi, sc_max, &out->sc[g], &out->m[g]);
        og_fit_quantize(x, group, d * (float)out->sc[g], dmin * (float)out->m[g], 0, hi, out->q + g * group);
    }
}

/* What q may be: integers from lo to hi, or a table. */
typedef struct grid {
    int lo, hi;
    const og_fit_table *table;
} grid;

static float grid_scale(const grid *g, const float *x, const float *w, int n) {
    return g->table ? og_fit_table_scale(x, w, n, g->table) : og_fit_scale(x, w, n, g->lo, g->hi);
}

static float grid_error(const grid *g, const float *x, const float *w, int n, float scale) {
    return g->table ? og_fit_table_error(x, w, n, scale, g->table) : og_fit_error(x, w, n, scale, 0, g->lo, g->hi);
}

static void grid_quantize(const grid *g, const float *x, int n, float scale, int8_t *q) {
    if (g->table) {
        og_fit_table_quantize(x, n, scale, g->table, q);
    } else {
        og_fit_quantize(x, n, scale, 0, g->lo, g->hi, q);
    }
}

static void super_signed(const float *src, const float *importance, int group, const grid *kind, int sc_lo, int sc_hi, og_fit_super *out) {
    og_fit fit;
    og_fit_begin(&fit, src, importance, SUPER);
    int n_groups = SUPER / group;
    float s[OG_QUANT_GROUPS_MAX], s_top = 0, d;
    for (int g = 0; g < n_groups; g++) {
        s[g] = grid_scale(kind, fit.x + g * group, fit.w + g * group, group);
        s_top = fabsf(s[g]) > fabsf(s_top) ? s[g] : s_top;
    }
    /* The largest scale takes the end of the range that is one longer. */
    out->d = og_fit_f16(&fit, s_top / (float)sc_lo, &d);
    for (int g = 0; g < n_groups; g++) {
        const float *x = fit.x + g * group, *w = fit.w + g * group;
        int sc0 = nearest(s[g] * inverse_of(d), sc_lo, sc_hi);
        float best = INFINITY;
        for (int i = OG_MAX(sc0 - 1, sc_lo); i <= OG_MIN(sc0 + 1, sc_hi); i++) {
            float error = grid_error(kind, x, w, group, d * (float)i);
            if (error < best) best = error, out->sc[g] = (int8_t)i;
        }
        grid_quantize(kind, x, group, d * (float)out->sc[g], out->q + g * group);
    }
}

void og_fit_super_signed(const float *src, const float *importance, int group, int lo, int hi, int sc_lo, int sc_hi, og_fit_super *out) {
    super_signed(src, importance, group, &(grid){.lo = lo, .hi = hi}, sc_lo, sc_hi, out);
}

void og_fit_super_table(const float *src, const float *importance, int group, const og_fit_table *table, int sc_lo, int sc_hi,
                        og_fit_super *out) {
    super_signed(src, importance, group, &(grid){.table = table}, sc_lo, sc_hi, out);
}
