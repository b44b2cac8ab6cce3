/* The encoders: error bounds of the rows, hostile and degenerate input, importance, and what every unpack promises. */
#include "tiny_model.h"
#include "quant/quant.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { N = 1 << 15 };

static uint64_t seed;

static double uniform(void) { /* (0, 1), splitmix64 */
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return ((double)((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53;
}

static double gaussian(void) {
    return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}
static double laplace(void) {
    return (uniform() < 0.5 ? 1 : -1) * log(uniform());
}

static float *random_row(double (*draw)(void), double scale) {
    float *x = malloc(N * sizeof *x);
    assert_non_null(x);
    seed = 42;
    for (int i = 0; i < N; i++) x[i] = (float)(scale * draw());
    return x;
}

/* Encodes n values into a guarded, misaligned buffer and decodes them into a new array. */
static float *round_trip(const og_quant *row, const float *x, size_t n, const float *importance) {
    uint64_t bytes;
    assert_true(og_quant_row_bytes(row->type, n, &bytes));
    uint8_t *blocks = malloc(bytes + 2);
    float *y = malloc((n + 1) * sizeof *y);
    assert_true(blocks && y);
    blocks[0] = blocks[bytes + 1] = 0xa5;
    y[n] = 12345;
    og_quant_encode(row->type, x, blocks + 1, n, importance);
    og_quant_decode(row->type, blocks + 1, y, n);
    assert_true(blocks[0] == 0xa5 && blocks[bytes + 1] == 0xa5 && y[n] == 12345);
    free(blocks);
    return y;
}

/* Relative RMS error over the elements with i % of < first. */
static double error_of(const float *x, const float *y, size_t n, size_t of, size_t first) {
    double error = 0, power = 0;
    for (size_t i = 0; i < n; i++) {
        if (i % of >= first) continue;
        error += ((double)y[i] - x[i]) * ((double)y[i] - x[i]);
        power += (double)x[i] * x[i];
    }
    return sqrt(error / power);
}

static double row_error(const og_quant *row, double (*draw)(void), double scale) {
    float *x = random_row(draw, scale), *y = round_trip(row, x, N, NULL);
    double error = error_of(x, y, N, 1, 1);
    free(x);
    free(y);
    return error;
}

#define EACH_BLOCK_ROW(row)                            \
    const og_quant *row;                               \
    for (int at_ = 0; (row = og_quant_at(at_)); at_++) \
        if (row->is_block && tiny_tried(at_))

static void gaussian_rows_meet_the_bound_and_the_bound_is_tight(void **state) {
    (void)state;
    EACH_BLOCK_ROW(row) {
        double error = row_error(row, gaussian, 0.03);
        if (error > row->rmse || error < 0.9 * row->rmse) fail_msg("%s: error %.5f, row says %.5f", row->name, error, row->rmse);
    }
}

static void laplace_rows_stay_near_the_bound(void **state) {
    (void)state;
    EACH_BLOCK_ROW(row) {
        double error = row_error(row, laplace, 3), most = row->type == OG_Q8_K ? 1.5 : 1.3; /* its step is the largest of 256 over 127 */
        if (error > most * row->rmse) fail_msg("%s: error %.5f, row says %.5f for Gaussian rows", row->name, error, row->rmse);
    }
}

/* The largest value of a format, at least. */
static double largest_of(const og_quant *row) {
    return row->type == OG_NVFP4 ? 448 * 6 : 10000;
}

static void constant_rows_are_nearly_exact(void **state) {
    (void)state;
    EACH_BLOCK_ROW(row) {
        for (int k = 0; k <= 3; k++) /* scales are normal binary16 numbers */
            for (int sign = -1; sign <= 1; sign += 2) {
                float x[256];
                if (ldexp(1, 4 * k) > largest_of(row)) continue;
                for (int i = 0; i < 256; i++) x[i] = (float)sign * ldexpf(1, 4 * k);
                float *y = round_trip(row, x, 256, NULL);
                double error = error_of(x, y, 256, 1, 1);
                /* half a unit in the last place of binary16 */
                if (error > 0x1.01p-11) fail_msg("%s: constant %g has error %g", row->name, (double)x[0], error);
                free(y);
            }
    }
}

static void zeros_stay_zeros(void **state) {
    (void)state;
    EACH_BLOCK_ROW(row) {
        float x[512] = {0};
        for (int i = 256; i < 512; i++) x[i] = -0.0f;
        float *y = round_trip(row, x, 512, NULL);
        for (int i = 0; i < 512; i++) assert_true(y[i] == 0);
        free(y);
    }
}

static void extreme_values_stay_finite(void **state) {
    (void)state;
    const float extremes[] = {FLT_MAX, -FLT_MAX, FLT_MIN, -FLT_MIN, FLT_TRUE_MIN, 65504 * 8.0f, 1e20f, -1e20f, 1e-8f, 1e-5f, 0, 1};
    EACH_BLOCK_ROW(row) {
        for (size_t a = 0; a < OG_LEN(extremes); a++)
            for (size_t b = 0; b < OG_LEN(extremes); b++)
                for (int every = 1; every <= 64; every *= 8) {
                    float x[256], importance[256];
                    for (int i = 0; i < 256; i++) {
                        x[i] = i % every == 0 ? extremes[a] : extremes[b];
                        importance[i] = fabsf(extremes[(a + (size_t)i) % OG_LEN(extremes)]);
                    }
                    for (int with = 0; with < 2; with++) {
                        float *y = round_trip(row, x, 256, with ? importance : NULL);
                        for (int i = 0; i < 256; i++)
                            if (!isfinite(y[i]))
                                fail_msg("%s: %g every %d among %g decodes to %g", row->name, (double)extremes[a], every,
                                         (double)extremes[b], (double)y[i]);
                        free(y);
                    }
                }
    }
}

/* The largest value a format can hold is reached, not passed by, when the input is larger. */
static void overflow_saturates_with_the_right_sign(void **state) {
    (void)state;
    EACH_BLOCK_ROW(row) {
        float x[256];
        for (int i = 0; i < 256; i++) x[i] = i % 2 ? 1e30f : -1e30f;
        float *y = round_trip(row, x, 256, NULL);
        for (int i = 0; i < 256; i++)
            if (i % 2 ? y[i] < largest_of(row) : y[i] > -largest_of(row))
                fail_msg("%s: %g decodes to %g", row->name, (double)x[i], (double)y[i]);
        free(y);
    }
}

static void importance_moves_the_error_to_where_it_matters_less(void **state) {
    (void)state;
    float *x = random_row(gaussian, 1), *importance = malloc(N * sizeof *importance);
    assert_non_null(importance);
    for (int i = 0; i < N; i++) importance[i] = i % 8 == 0 ? 100.0f : 0.5f;
    EACH_BLOCK_ROW(row) {
        float *plain = round_trip(row, x, N, NULL), *weighted = round_trip(row, x, N, importance);
        double before = error_of(x, plain, N, 8, 1), after = error_of(x, weighted, N, 8, 1);
        if (after > 0.98 * before) /* MXFP4 has three scales to choose from, Q1_0 one for 128 */
            fail_msg("%s: error of the important weights %.5f, without importance %.5f", row->name, after, before);
        free(plain);
        free(weighted);
    }
    free(x);
    free(importance);
}

static void importance_of_zero_everywhere_means_the_default(void **state) {
    (void)state;
    float *x = random_row(gaussian, 1), *importance = calloc(N, sizeof *importance);
    assert_non_null(importance);
    EACH_BLOCK_ROW(row) {
        float *a = round_trip(row, x, N, NULL), *b = round_trip(row, x, N, importance);
        assert_memory_equal(a, b, N * sizeof *a);
        free(a);
        free(b);
    }
    free(x);
    free(importance);
}

/* Encoding what was decoded must not drift: the second trip is about as good as exact. */
static void a_second_trip_loses_little(void **state) {
    (void)state;
    float *x = random_row(gaussian, 1);
    EACH_BLOCK_ROW(row) {
        float *y = round_trip(row, x, N, NULL), *z = round_trip(row, y, N, NULL);
        double error = error_of(y, z, N, 1, 1);
        if (error > 0.5 * row->rmse) fail_msg("%s: second trip adds %.5f", row->name, error);
        free(y);
        free(z);
    }
    free(x);
}

/* Input and hash use integers only, so any difference comes from the encoders. After an improvement of an encoder, put the new hash here.
 */
static void encoders_write_the_same_bytes_on_every_cpu(void **state) {
    (void)state;
    static const struct {
        og_type type;
        uint64_t hash;
    } known[] = {{OG_Q4_0, 0x56a0fa315812d2c5},   {OG_Q4_K, 0xe330fdddac4d1cef},  {OG_Q6_K, 0x8333aa39eae706a0},
                 {OG_IQ4_XS, 0xfe5bcd1038dbcc6a}, {OG_MXFP4, 0x10cb6ecfe1b9d2bb}, {OG_IQ2_XS, 0xd386ee85ab874cbd},
                 {OG_IQ1_S, 0x3b37fd1ceee20a33},  {OG_IQ3_S, 0x24f2cbffeb222a5b}};
    enum { COUNT = 8192 };
    static float x[COUNT];
    static uint8_t blocks[COUNT];
    uint64_t lcg = 1;
    for (int i = 0; i < COUNT; i++) {
        int32_t sum = 0;
        for (int k = 0; k < 4; k++) sum += (int32_t)((lcg = lcg * 6364136223846793005u + 1442695040888963407u) >> 41) - (1 << 22);
        x[i] = (float)sum * 0x1p-24f;
    }
    for (size_t k = 0; k < OG_LEN(known); k++) {
        uint64_t bytes, hash = 14695981039346656037u; /* FNV-1a */
        assert_true(og_quant_row_bytes(known[k].type, COUNT, &bytes));
        og_quant_encode(known[k].type, x, blocks, COUNT, NULL);
        for (uint64_t i = 0; i < bytes; i++) hash = (hash ^ blocks[i]) * 1099511628211u;
        if (hash != known[k].hash)
            fail_msg("%s: hash is now 0x%016llx", og_quant_of((uint32_t)known[k].type)->name, (unsigned long long)hash);
    }
}

static void unpacked_quants_stay_in_the_range_of_the_row(void **state) {
    (void)state;
    seed = 7;
    EACH_BLOCK_ROW(row) {
        int low = 255, high = 0;
        for (int trial = 0; trial < 200; trial++) {
            uint8_t block[512];
            assert_true(row->bytes <= (int)sizeof block);
            int8_t q[OG_QUANT_BLOCK_MAX];
            float scale[OG_QUANT_GROUPS_MAX], min[OG_QUANT_GROUPS_MAX];
            for (int i = 0; i < row->bytes; i++) block[i] = (uint8_t)(256 * uniform());
            row->unpack(block, q, scale, min);
            for (int i = 0; i < row->block; i++) {
                int u = q[i] + row->offset;
                if (u < 0 || u > row->umax) fail_msg("%s: q %d", row->name, q[i]);
                low = OG_MIN(low, u);
                high = OG_MAX(high, u);
            }
        }
        if (low != 0 || high != row->umax) fail_msg("%s: q + offset spans %d to %d, not 0 to %d", row->name, low, high, row->umax);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaussian_rows_meet_the_bound_and_the_bound_is_tight),
        cmocka_unit_test(laplace_rows_stay_near_the_bound),
        cmocka_unit_test(constant_rows_are_nearly_exact),
        cmocka_unit_test(zeros_stay_zeros),
        cmocka_unit_test(extreme_values_stay_finite),
        cmocka_unit_test(overflow_saturates_with_the_right_sign),
        cmocka_unit_test(importance_moves_the_error_to_where_it_matters_less),
        cmocka_unit_test(importance_of_zero_everywhere_means_the_default),
        cmocka_unit_test(a_second_trip_loses_little),
        cmocka_unit_test(encoders_write_the_same_bytes_on_every_cpu),
        cmocka_unit_test(unpacked_quants_stay_in_the_range_of_the_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
