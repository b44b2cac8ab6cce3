/* fit_table.c: as fit.c, for formats whose q come from a table of unevenly spaced values. */
#include "quant/fit.h"
#include "quant/lanes.h"
#include "quant/tables.h"

#include <math.h>

const og_fit_table og_fit_iq4 = {16, {OG_IQ4_VALUES}};
const og_fit_table og_fit_e2m1 = {15, {-12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12}};

/* A table as a stair: from its lowest value a step up wherever a midpoint is passed, so that nothing branches. */
typedef struct stair {
    int n; /* steps */
    lanes low, middle[15], step[15];
} stair;

static stair stair_of(const og_fit_table *table) {
    stair s = {.n = table->n - 1, .low = lanes_all(table->value[0])};
    for (int k = 0; k < s.n; k++) {
        s.middle[k] = lanes_all((float)(table->value[k] + table->value[k + 1]) / 2);
        s.step[k] = lanes_all((float)(table->value[k + 1] - table->value[k]));
    }
    return s;
}

/* The values nearest to v. */
static inline lanes climb(const stair *s, lanes v) {
    lanes q = s->low;
    for (int k = 0; k < s->n; k++) q += lanes_step(v, s->middle[k], s->step[k]);
    return q;
}

static float inverse_of(float scale) {
    return fabsf(scale) > 1e-36f ? 1 / scale : 0;
}

void og_fit_table_quantize(const float *x, int n, float scale, const og_fit_table *table, int8_t *q) {
    stair s = stair_of(table);
    float inverse = inverse_of(scale);
    for (int i = 0; i < n; i += 4) {
        lanes v = climb(&s, lanes_load(x + i) * inverse);
        for (int l = 0; l < 4; l++) q[i + l] = (int8_t)v[l];
    }
}

float og_fit_table_error(const float *x, const float *w, int n, float scale, const og_fit_table *table) {
    stair s = stair_of(table);
    float inverse = inverse_of(scale);
    lanes sum[2] = {{0}};
    for (int i = 0; i < n; i += 8)
        for (int h = 0; h < 2; h++) {
            lanes v = lanes_load(x + i + 4 * h), e = scale * climb(&s, v * inverse) - v;
            sum[h] += lanes_load(w + i + 4 * h) * e * e;
        }
    return lanes_sum(sum[0], sum[1]);
}

/* The best values for a scale of 1 / inverse, then the best scale for those; returns by how much the error is below that of scale 0. */
static float try_scale(const stair *s, const float *x, const float *w, int n, float inverse, float *scale) {
    lanes qx[2] = {{0}}, qq[2] = {{0}};
    for (int i = 0; i < n; i += 8)
        for (int h = 0; h < 2; h++) {
            lanes v = lanes_load(x + i + 4 * h), q = climb(s, v * inverse), wq = lanes_load(w + i + 4 * h) * q;
            qx[h] += wq * v;
            qq[h] += wq * q;
        }
    float xq = lanes_sum(qx[0], qx[1]), squares = lanes_sum(qq[0], qq[1]);
    if (!(squares > 0)) return 0;
    *scale = xq / squares;
    return xq * *scale;
}

float og_fit_table_scale(const float *x, const float *w, int n, const og_fit_table *table) {
    float amax = 0, best = 0, best_gain = 0, top = 0;
    for (int i = 0; i < n; i++) {
        if (fabsf(x[i]) > amax) top = x[i];
        amax = fabsf(x[i]) > amax ? fabsf(x[i]) : amax;
    }
    if (!(amax > 1e-36f)) return 0;
    stair s = stair_of(table);
    float low = table->value[0], high = table->value[table->n - 1];
    /* The largest value lands around the table's longer end, or at the other one. */
    static const float places[] = {0.86f, 0.93f, 1.0f, 1.07f, 1.14f, 1.21f, 0.88f, 0.96f, 1.04f, 1.12f};
    for (int k = 0; k < (int)OG_LEN(places); k++) {
        float end = (k < 6) == (-low > high) ? low : high;
        float scale = 0, gain = try_scale(&s, x, w, n, end * places[k] / top, &scale);
        if (gain > best_gain) best = scale, best_gain = gain;
    }
    for (int round = 0; round < 3 && best != 0; round++) {
        float scale = 0, gain = try_scale(&s, x, w, n, inverse_of(best), &scale);
        if (!(gain > best_gain)) break;
        best = scale, best_gain = gain;
    }
    return best;
}

int og_fit_table_index(const og_fit_table *table, int8_t value) {
    int i = 0;
    while (i + 1 < table->n && table->value[i] < value) i++;
    return i;
}

int og_fit_e2m1_code(int8_t value) {
    int at = og_fit_table_index(&og_fit_e2m1, value);
    return at >= 7 ? at - 7 : 8 | (7 - at);
}
