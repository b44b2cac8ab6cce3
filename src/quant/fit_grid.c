/* fit_grid.c: the search for points of a codebook. The nearest of its points is sought among the few that are near the values rounded one
 * by one (fit_near.c); the scale by trying, as in fit.c. */
#include "quant/fit_grid.h"

#include "quant/fit_near.h"
#include "quant/lanes.h"

#include <math.h>

enum { SUPER = 256, GROUP_MAX = 32, REACH_TRY = 6 };

/* A group in terms of the codebook, and what its points give. */
typedef struct choice {
    uint16_t point[GROUP_MAX / 4];
    int8_t shift[GROUP_MAX / 4];
    float xq, qq; /* weighted sums of x * q and q * q */
} choice;

static float inverse_of(float v) {
    return fabsf(v) > 1e-36f ? 1 / v : 0;
}

/* By how much the error of a scale is below that of scale 0. */
static float gain_of(const choice *c, float scale) {
    return scale * (2 * c->xq - scale * c->qq);
}

/* Of the first `reach` points on y's list the one nearest to it under the weights, and its weighted distance. */
static inline int best_point(const og_grid *g, int dim, int reach, const float *y, const float *w, float *best) {
    const uint16_t *near = g->near[og_near_key(g, dim, y)];
    lanes y0 = lanes_load(y), y1 = lanes_load(y + dim - 4), w0 = lanes_load(w), w1 = lanes_load(w + dim - 4);
    int at = near[0];
    *best = INFINITY;
    for (int c = 0; c < reach; c++) {
        const float *p = g->value + near[c] * dim;
        lanes e0 = y0 - lanes_load(p), e1 = dim == 8 ? y1 - lanes_load(p + 4) : lanes_all(0);
        float error = lanes_sum(w0 * e0 * e0, w1 * e1 * e1);
        if (error < *best) *best = error, at = near[c];
    }
    return at;
}

/* The best points of a group for a scale of 1 / inverse and one shift for all, or both for each point where `each`. */
static inline void choose_points(const og_grid *g, int dim, int reach, const float *x, const float *w, float inverse, int shift, bool each,
                                 choice *out) {
    const float limit = 8 * (float)g->level[g->levels - 1], step = shift ? 8 : 1;
    out->xq = out->qq = 0;
    for (int at = 0, v = 0; at < g->group; at += dim, v++) {
        float best = INFINITY, best_xq = 0, best_qq = 0;
        for (int s = shift; s <= (each ? 1 : shift); s += 2) {
            float y[8], error;
            for (int i = 0; i < dim; i += 4)
                lanes_store(y + i, lanes_clamp((lanes_load(x + at + i) * inverse - (float)s) / step, -limit, limit));
            int point = best_point(g, dim, reach, y, w + at, &error);
            if (!(error < best)) continue;
            lanes xq[2] = {{0}}, qq[2] = {{0}};
            for (int i = 0; i < dim; i += 4) {
                lanes q = lanes_load(g->value + point * dim + i) * step + (float)s, wq = lanes_load(w + at + i) * q;
                xq[i / 4] = wq * lanes_load(x + at + i);
                qq[i / 4] = wq * q;
            }
            best = error;
            best_xq = lanes_sum(xq[0], xq[1]);
            best_qq = lanes_sum(qq[0], qq[1]);
            out->point[v] = (uint16_t)point;
            out->shift[v] = (int8_t)s;
        }
        out->xq += best_xq;
        out->qq += best_qq;
    }
}

/* The same with the shifts as the format has them, the best by what they gain. */
static void choose(const og_grid *g, int reach, const float *x, const float *w, float inverse, choice *out) {
    if (g->dim == 4) {
        choose_points(g, 4, reach, x, w, inverse, 0, false, out);
    } else if (g->signs != OG_GRID_SHIFT_GROUP) {
        choose_points(g, 8, reach, x, w, inverse, g->signs == OG_GRID_SHIFT_POINT ? -1 : 0, g->signs == OG_GRID_SHIFT_POINT, out);
    } else {
        choice other;
        choose_points(g, 8, reach, x, w, inverse, -1, false, out);
        choose_points(g, 8, reach, x, w, inverse, 1, false, &other);
        float scale = inverse_of(inverse);
        if (gain_of(&other, scale) > gain_of(out, scale)) *out = other;
    }
}

static float free_scale(const og_grid *g, const float *x, const float *w) {
    float amax = 0, best = 0, best_gain = 0, top = (float)g->level[g->levels - 1] * (g->level[0] < 0 ? 8 : 1);
    for (int i = 0; i < g->group; i++) amax = fabsf(x[i]) > amax ? fabsf(x[i]) : amax;
    if (!(amax > 1e-36f)) return 0;
    enum { TRIES = 8, ROUNDS = 2 };
    for (int k = 0; k < TRIES + ROUNDS; k++) {
        choice c;
        float at = top * (g->from + (g->to - g->from) * (float)k / (TRIES - 2));
        if (k == TRIES - 1) at = fabsf((float)g->level[0]) * (g->level[0] < 0 ? 9 : 1); /* all weights are alike */
        if (k >= TRIES && !(best > 0)) break;
        choose(g, REACH_TRY, x, w, k < TRIES ? at / amax : inverse_of(best), &c);
        if (c.xq > 0 && c.qq > 0 && c.xq * (c.xq / c.qq) > best_gain) best_gain = c.xq * (c.xq / c.qq), best = c.xq / c.qq;
    }
    return best;
}

/* Takes the signs off x. Where their number must be even, the weight that matters least gets the wrong one and stays negative. */
static void take_signs(const og_grid *g, float *x, const float *w, uint8_t *sign) {
    for (int v = 0; v < SUPER / 8; v++) {
        float *at = x + 8 * v, least = INFINITY;
        int flip = 0, bits = 0;
        for (int i = 0; i < 8; i++) {
            float cost = w[8 * v + i] * at[i] * at[i];
            if (cost < least) least = cost, flip = i;
            bits |= (at[i] < 0) << i;
            at[i] = fabsf(at[i]);
        }
        if (g->signs == OG_GRID_EVEN && __builtin_parity((unsigned)bits)) {
            bits ^= 1 << flip;
            at[flip] = -at[flip];
        }
        sign[v] = (uint8_t)bits;
    }
}

static void keep(const og_grid *g, int group, int l, const choice *c, og_fit_points *out) {
    int n = g->group / g->dim;
    out->l[group] = (uint8_t)l;
    for (int v = 0; v < n; v++) {
        out->point[group * n + v] = c->point[v];
        if (g->dim == 8) out->shift[group * n + v] = c->shift[v];
    }
}

void og_fit_grid(og_grid *g, const float *src, const float *importance, float per_unit, og_fit_points *out) {
    og_fit fit;
    og_near_prepare(g);
    og_fit_begin(&fit, src, importance, SUPER);
    *out = (og_fit_points){0};
    if (g->signs == OG_GRID_FREE || g->signs == OG_GRID_EVEN) take_signs(g, fit.x, fit.w, out->sign);
    int n_groups = SUPER / g->group, top = 2 * g->l_max + 1;
    float scale[OG_QUANT_GROUPS_MAX], most = 0, unit;
    for (int i = 0; i < n_groups; i++) {
        scale[i] = free_scale(g, fit.x + i * g->group, fit.w + i * g->group);
        most = scale[i] > most ? scale[i] : most;
    }
    float want = most / (float)top;
    for (int round = 0; round < 2; round++) {
        float xq = 0, qq = 0;
        out->d = og_fit_f16(&fit, want * per_unit, &unit);
        unit /= per_unit;
        for (int i = 0; i < n_groups; i++) {
            const float *x = fit.x + i * g->group, *w = fit.w + i * g->group;
            float near = (scale[i] * inverse_of(unit) - 1) / 2, best = -INFINITY, best_xq = 0, best_qq = 0;
            int l0 = (int)lrintf(near < 0 ? 0 : near > (float)g->l_max ? (float)g->l_max : near);
            for (int l = OG_MAX(l0 - 1, 0); l <= OG_MIN(l0 + 1, g->l_max); l++) {
                choice c;
                float s = unit * (float)(2 * l + 1), gain;
                choose(g, OG_GRID_NEAR, x, w, inverse_of(s), &c);
                gain = gain_of(&c, s);
                if (!(gain > best)) continue;
                best = gain;
                best_xq = (float)(2 * l + 1) * c.xq;
                best_qq = (float)((2 * l + 1) * (2 * l + 1)) * c.qq;
                keep(g, i, l, &c, out);
            }
            xq += best_xq;
            qq += best_qq;
        }
        if (!(xq > 0 && qq > 0)) return;
        want = xq / qq; /* the best unit for these points, for the next round and, rounded, for the last */
    }
    out->d = og_fit_f16(&fit, want * per_unit, &unit);
}
