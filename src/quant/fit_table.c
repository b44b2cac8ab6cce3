/* fit_table.c: as fit.c, for formats whose q come from a table of unevenly spaced values. */
#include "quant/fit.h"
#include "quant/tables.h"

#include <math.h>

const og_fit_table og_fit_iq4 = {16, {OG_IQ4_VALUES}};
const og_fit_table og_fit_e2m1 = {15, {-12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12}};

/* The table's value nearest to each x * inverse: starts at the lowest and climbs a step for every midpoint passed, so that the inner loop
 * has no branches. */
static void nearest_values(const float *x, int n, float inverse, const og_fit_table *table, float *q) {
    for (int i = 0; i < n; i++) q[i] = table->value[0];
    for (int k = 0; k + 1 < table->n; k++) {
        float low = table->value[k], high = table->value[k + 1], middle = (low + high) / 2, step = high - low;
        for (int i = 0; i < n; i++) q[i] += x[i] * inverse > middle ? step : 0;
    }
}

static float inverse_of(float scale) {
    return fabsf(scale) > 1e-36f ? 1 / scale : 0;
}

void og_fit_table_quantize(const float *x, int n, float scale, const og_fit_table *table, int8_t *q) {
    float value[OG_QUANT_BLOCK_MAX];
    nearest_values(x, n, inverse_of(scale), table, value);
    for (int i = 0; i < n; i++) q[i] = (int8_t)value[i];
}

float og_fit_table_error(const float *x, const float *w, int n, float scale, const og_fit_table *table) {
    float value[OG_QUANT_BLOCK_MAX], sum = 0;
    nearest_values(x, n, inverse_of(scale), table, value);
    for (int i = 0; i < n; i++) {
        float e = scale * value[i] - x[i];
        sum += w[i] * e * e;
    }
    return sum;
}

/* The best values for a scale of 1 / inverse, then the best scale for those; returns by how much the error is below that of scale 0. */
static float try_scale(const float *x, const float *w, int n, float inverse, const og_fit_table *table, float *scale) {
    float q[OG_QUANT_BLOCK_MAX], xq = 0, qq = 0;
    nearest_values(x, n, inverse, table, q);
    for (int i = 0; i < n; i++) {
        xq += w[i] * q[i] * x[i];
        qq += w[i] * q[i] * q[i];
    }
    if (!(qq > 0)) return 0;
    *scale = xq / qq;
    return xq * *scale;
}

float og_fit_table_scale(const float *x, const float *w, int n, const og_fit_table *table) {
    float amax = 0, best = 0, best_gain = 0;
    for (int i = 0; i < n; i++) amax = fabsf(x[i]) > amax ? fabsf(x[i]) : amax;
    if (!(amax > 1e-36f)) return 0;
    float reach = (float)OG_MAX(-table->value[0], table->value[table->n - 1]);
    /* The largest value lands at 0.8 to 1.25 of the table's end. */
    for (int sign = 1; sign >= -1; sign -= 2)
        for (int k = 0; k < 16; k++) {
            float scale = 0, gain = try_scale(x, w, n, (float)sign * reach * (0.8f + 0.03f * (float)k) / amax, table, &scale);
            if (gain > best_gain) best = scale, best_gain = gain;
        }
    for (int round = 0; round < 3 && best != 0; round++) {
        float scale = 0, gain = try_scale(x, w, n, inverse_of(best), table, &scale);
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
