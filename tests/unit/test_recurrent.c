/* Operations of recurrent layers: what they compute, by their definition in double; the same bits however a sequence is cut into batches
 * and runs and whatever its neighbours are; and states that stay as they were when another slot is written. */
#include "backend/backend.h"
#include "base/cpu.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* T tokens; a convolution of C channels; H heads of P values, states of N rows, G groups or key heads. */
enum { T = 23, C = 37, TAPS = 4, H = 4, P = 18, N = 5, G = 2, XBC = H * P + 2 * G * N, SLOTS = 8 };

typedef enum kind { CONV, CONV_SILU, SSM, DELTA, DELTA_CYCLIC, KINDS } kind;

static const int64_t state_floats[KINDS] = {(TAPS - 1) * C, (TAPS - 1) * C, H *N *P, H *N *P, H *N *P};
static const int width_in[KINDS] = {C, C, XBC, XBC, XBC}, width_out[KINDS] = {C, C, H *P, H *P, H *P};

static float x[T * XBC], alpha[T * H], beta[T * H], w[C * TAPS], bias[C], dt_bias[H], decay[H], skip[H];

typedef struct fixture {
    og_pool *pool;
    og_backend *be;
    og_weight weight[5], *list[5];
    og_states *states;
} fixture;

static float number(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(int32_t)*seed / 2147483648.0f;
}

static void fill(float *v, size_t n, float middle, float spread, uint32_t *seed) {
    for (size_t i = 0; i < n; i++) v[i] = middle + spread * number(seed);
}

static int setup(void **state) {
    fixture *f = calloc(1, sizeof *f);
    uint32_t seed = 7;
    fill(x, OG_LEN(x), 0, 1, &seed);
    fill(alpha, OG_LEN(alpha), 0, 2, &seed);
    fill(beta, OG_LEN(beta), 0, 2, &seed);
    fill(w, OG_LEN(w), 0, 1, &seed);
    fill(bias, OG_LEN(bias), 0, 1, &seed);
    fill(dt_bias, OG_LEN(dt_bias), -1, 1, &seed);
    fill(decay, OG_LEN(decay), -1, 0.9f, &seed);
    fill(skip, OG_LEN(skip), 1, 0.5f, &seed);
    const og_weight weights[] = {
        {.name = "w", .dim = {TAPS, C, 1, 1}, .values = w},          {.name = "bias", .dim = {C, 1, 1, 1}, .values = bias},
        {.name = "dt_bias", .dim = {H, 1, 1, 1}, .values = dt_bias}, {.name = "decay", .dim = {H, 1, 1, 1}, .values = decay},
        {.name = "skip", .dim = {H, 1, 1, 1}, .values = skip},
    };
    for (size_t i = 0; i < OG_LEN(weights); i++) {
        f->weight[i] = weights[i];
        f->weight[i].type = OG_F32;
        f->weight[i].use = OG_USE_VECTOR;
        f->weight[i].bytes = (uint64_t)(weights[i].dim[0] * weights[i].dim[1]) * 4;
        f->list[i] = &f->weight[i];
    }
    assert_int_equal(og_pool_open(3, &f->pool, NULL), OG_OK);
    assert_int_equal(og_cpu_backend_open(f->pool, og_cpu_detect(), &f->be, NULL), OG_OK);
    assert_int_equal(f->be->weights_load(f->be, f->list, 5, NULL, NULL, NULL), OG_OK);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    f->be->weights_free(f->be, f->list, 5);
    f->be->close(f->be);
    og_pool_close(f->pool);
    free(f);
    return 0;
}

/* The state lies in layer 1, 3 floats from its beginning. */
static void open_states(fixture *f, kind k) {
    const int64_t floats[] = {11, state_floats[k] + 5, 0};
    const og_state_shape shape = {.n_layer = 3, .n_slots = SLOTS, .floats = floats};
    assert_int_equal(f->be->states_bytes(f->be, &shape), SLOTS * (state_floats[k] + 16) * 4);
    assert_int_equal(f->be->states_open(f->be, &shape, &f->states, NULL), OG_OK);
}

static og_tensor *build(fixture *f, og_graph *g, kind k, int tokens) {
    og_tensor *in = og_g_input(g, "x", 0, OG_F32, width_in[k], tokens), *slots = og_g_input(g, "slots", 3, OG_I32, 2, tokens);
    og_tensor *al = og_g_input(g, "alpha", 1, OG_F32, H, tokens), *be = og_g_input(g, "beta", 2, OG_F32, H, tokens);
    og_tensor *v[5], *leaf = og_g_state(g, 1, 3, state_floats[k], slots);
    for (int i = 0; i < 5; i++) v[i] = og_g_weight(g, &f->weight[i]);
    if (k == CONV || k == CONV_SILU) return og_g_conv(g, in, v[0], k == CONV ? v[1] : NULL, leaf, k == CONV_SILU);
    if (k == SSM) return og_g_ssm(g, in, al, v[2], v[3], v[4], leaf, P, G);
    return og_g_delta(g, in, al, be, v[2], v[3], leaf, P, G, k == DELTA_CYCLIC);
}

/* Runs tokens `id`[n], each with the slots {from, to} of its place in `slots`; out: n rows. */
static void compute(fixture *f, kind k, const int *id, int n, const int32_t *slots, float *out) {
    og_graph g;
    og_error err = {0};
    og_plan *plan;
    float in[T * XBC], al[T * H], be[T * H];
    for (int i = 0; i < n; i++) {
        memcpy(in + i * width_in[k], x + id[i] * width_in[k], (size_t)width_in[k] * 4);
        memcpy(al + i * H, alpha + id[i] * H, H * 4);
        memcpy(be + i * H, beta + id[i] * H, H * 4);
    }
    og_graph_init(&g);
    og_g_output(&g, build(f, &g, k, n));
    if (f->be->plan_open(f->be, &g, &plan, &err) != OG_OK) fail_msg("%s", err.text);
    const void *const input[] = {in, al, be, slots};
    const og_run run = {.input = input, .states = f->states};
    assert_int_equal(f->be->plan_run(plan, &run, &err), OG_OK);
    memcpy(out, f->be->plan_output(plan, 0), (size_t)(n * width_out[k]) * 4);
    f->be->plan_close(plan);
    og_graph_free(&g);
}

/* ---- the definitions, in double ---- */

static double softplus(double v) {
    return log(1 + exp(v));
}

static void define_conv(bool silu, double *out) {
    for (int t = 0; t < T; t++)
        for (int c = 0; c < C; c++) {
            double sum = silu ? 0 : (double)bias[c];
            for (int j = 0; j < TAPS; j++)
                if (t - TAPS + 1 + j >= 0) sum += (double)w[c * TAPS + j] * (double)x[(t - TAPS + 1 + j) * C + c];
            out[t * C + c] = silu ? sum / (1 + exp(-sum)) : sum;
        }
}

static void define_ssm(double *out) {
    static double s[H][P][N];
    memset(s, 0, sizeof s);
    for (int t = 0; t < T; t++)
        for (int h = 0; h < H; h++) {
            const float *row = x + t * XBC, *b = row + H * P + h / (H / G) * N, *c = b + G * N;
            const double dt = softplus((double)alpha[t * H + h] + (double)dt_bias[h]);
            for (int p = 0; p < P; p++) {
                double y = (double)skip[h] * (double)row[h * P + p];
                for (int n = 0; n < N; n++) {
                    s[h][p][n] = exp(dt * (double)decay[h]) * s[h][p][n] + (double)b[n] * dt * (double)row[h * P + p];
                    y += (double)c[n] * s[h][p][n];
                }
                out[(t * H + h) * P + p] = y;
            }
        }
}

static void define_delta(bool cyclic, double *out) {
    static double s[H][N][P];
    memset(s, 0, sizeof s);
    for (int t = 0; t < T; t++)
        for (int h = 0; h < H; h++) {
            const int key = cyclic ? h % G : h / (H / G);
            const float *q = x + t * XBC + key * N, *k = q + G * N, *v = x + t * XBC + 2 * G * N + h * P;
            const double g = exp((double)decay[h] * softplus((double)alpha[t * H + h] + (double)dt_bias[h]));
            const double b = 1 / (1 + exp(-(double)beta[t * H + h]));
            double qq = 0, kk = 0;
            for (int n = 0; n < N; n++) qq += (double)q[n] * (double)q[n], kk += (double)k[n] * (double)k[n];
            for (int p = 0; p < P; p++) {
                double seen = 0, y = 0;
                for (int n = 0; n < N; n++) seen += (s[h][n][p] *= g) * (double)k[n] / sqrt(kk);
                for (int n = 0; n < N; n++) {
                    s[h][n][p] += (double)k[n] / sqrt(kk) * b * ((double)v[p] - seen);
                    y += s[h][n][p] * (double)q[n] / sqrt(qq) / sqrt((double)N);
                }
                out[(t * H + h) * P + p] = y;
            }
        }
}

static void sequence(int *id, int32_t *slots, int from, int to) {
    for (int t = 0; t < T; t++) {
        id[t] = t;
        slots[2 * t] = from;
        slots[2 * t + 1] = to;
    }
}

static void they_compute_their_definition(void **state) {
    fixture *f = *state;
    for (kind k = 0; k < KINDS; k++) {
        int id[T];
        int32_t slots[2 * T];
        float got[T * H * P];
        double want[T * H * P];
        open_states(f, k);
        sequence(id, slots, -1, 0);
        compute(f, k, id, T, slots, got);
        if (k == CONV || k == CONV_SILU) define_conv(k == CONV_SILU, want);
        if (k == SSM) define_ssm(want);
        if (k >= DELTA) define_delta(k == DELTA_CYCLIC, want);
        for (int i = 0; i < T * width_out[k]; i++)
            if (!(fabs((double)got[i] - want[i]) < 1e-5 * (1 + fabs(want[i]))))
                fail_msg("kind %d, %d: %g, not %g", k, i, (double)got[i], want[i]);
        f->be->states_close(f->states);
    }
}

/* ---- the same bits ---- */

static void batches_runs_and_neighbours_do_not_matter(void **state) {
    fixture *f = *state;

    for (kind k = 0; k < KINDS; k++) {
        const int wide = width_out[k];
        const size_t slot = (size_t)(state_floats[k] + 16) * 4;
        int id[T], both[T];
        int32_t slots[2 * T];
        float whole[T * H * P], got[T * H * P];
        uint8_t *end = calloc(1, slot), *again = calloc(1, slot);
        open_states(f, k);
        sequence(id, slots, -1, 0);
        compute(f, k, id, T, slots, whole);
        f->be->states_read(f->states, 0, end);
        /* one run in slot 1, the next from there into slot 2, the rest in place */
        for (int t = 0; t < T; t++) {
            slots[2 * t] = t < 5 ? -1 : t < 6 ? 1 : 2;
            slots[2 * t + 1] = t < 5 ? 1 : 2;
        }
        compute(f, k, id, T, slots, got);
        assert_memory_equal(got, whole, (size_t)(T * wide) * 4);
        f->be->states_read(f->states, 2, again);
        assert_memory_equal(again, end, slot);
        /* the state after 5 tokens is still in slot 1: going on from there, batch by batch, gives the same once more */
        for (int t = 5; t < T;) {
            const int n = t % 3 ? 1 : OG_MIN(4, T - t);
            for (int i = 0; i < n; i++) slots[2 * i] = t == 5 ? 1 : 3, slots[2 * i + 1] = 3;
            compute(f, k, id + t, n, slots, got + t * wide);
            t += n;
        }
        assert_memory_equal(got, whole, (size_t)(T * wide) * 4);
        /* two sequences of a batch, of which the other begins later in the text, taking turns */
        int n = 0;
        for (int t = 0; t < 8; t++) {
            both[n] = t;
            slots[2 * n] = t ? 4 : -1;
            slots[2 * n++ + 1] = 4;
            both[n] = t + 9;
            slots[2 * n] = t ? 5 : -1;
            slots[2 * n++ + 1] = 5;
        }
        compute(f, k, both, n, slots, got);
        for (int t = 0; t < 8; t++) assert_memory_equal(got + 2 * t * wide, whole + t * wide, (size_t)wide * 4);
        free(end);
        free(again);
        f->be->states_close(f->states);
    }
}

static void states_are_read_and_written(void **state) {
    fixture *f = *state;
    int id[T];
    int32_t slots[2 * T];
    float whole[T * H * P], got[T * H * P];
    uint8_t copy[(H * N * P + 16) * 4];
    open_states(f, SSM);
    sequence(id, slots, -1, 7);
    compute(f, SSM, id, 9, slots, whole);
    f->be->states_read(f->states, 7, copy);
    sequence(id, slots, 7, 7);
    compute(f, SSM, id + 9, T - 9, slots, whole + 9 * H * P);
    f->be->states_write(f->states, 2, copy);
    sequence(id, slots, 2, 6);
    compute(f, SSM, id + 9, T - 9, slots, got + 9 * H * P);
    assert_memory_equal(got + 9 * H * P, whole + 9 * H * P, sizeof(float) * (T - 9) * H * P);
    f->be->states_close(f->states);
}

/* ---- parts, and mistakes ---- */

static void parts_and_joins(void **state) {
    fixture *f = *state;
    og_graph g;
    og_plan *plan;
    float in[6 * 2 * 3];
    for (int i = 0; i < 36; i++) in[i] = (float)i;
    og_graph_init(&g);
    og_tensor *t = og_g_reshape(&g, og_g_input(&g, "x", 0, OG_F32, 12, 3), 6, 2, 3);
    og_g_output(&g, og_g_join(&g, og_g_part(&g, t, 4, 2), og_g_part(&g, t, 1, 3)));
    assert_int_equal(f->be->plan_open(f->be, &g, &plan, NULL), OG_OK);
    const void *const input[] = {in};
    const og_run run = {.input = input};
    assert_int_equal(f->be->plan_run(plan, &run, NULL), OG_OK);
    const float *out = f->be->plan_output(plan, 0);
    for (int r = 0; r < 6; r++)
        for (int i = 0; i < 5; i++) assert_true(out[r * 5 + i] == (float)(r * 6 + (i < 2 ? 4 + i : i - 1)));
    f->be->plan_close(plan);
    og_graph_free(&g);
}

static void mistakes_are_told(void **state) {
    fixture *f = *state;
    static const char *const says[] = {"part", "join", "state", "conv", "conv", "ssm", "delta", "conv"};
    for (int i = 0; i < (int)OG_LEN(says); i++) {
        og_graph g;
        og_error err = {0};
        og_graph_init(&g);
        og_tensor *in = og_g_input(&g, "x", 0, OG_F32, C, T), *slots = og_g_input(&g, "slots", 1, OG_I32, 2, T);
        og_tensor *weights = og_g_weight(&g, &f->weight[0]), *one = og_g_weight(&g, &f->weight[2]);
        og_tensor *leaf = i == 2 ? og_g_state(&g, 0, 0, 8, in) : og_g_state(&g, 0, 0, i == 3 ? 5 : (TAPS - 1) * C, slots);
        if (i == 0) og_g_part(&g, in, C - 1, 2);
        if (i == 1) og_g_join(&g, in, og_g_input(&g, "y", 2, OG_F32, C, T + 1));
        if (i == 3 || i == 7) og_g_conv(&g, in, weights, NULL, leaf, false);
        if (i == 7) og_g_conv(&g, in, weights, NULL, leaf, false); /* a second user of the leaf */
        if (i == 4) og_g_conv(&g, og_g_part(&g, in, 0, C - 1), weights, NULL, leaf, false);
        if (i == 5) og_g_ssm(&g, in, in, one, one, one, leaf, P, G);
        if (i == 6) og_g_delta(&g, in, in, in, one, one, leaf, P, G, false);
        assert_int_equal(og_graph_check(&g, &err), OG_ERR_INTERNAL);
        if (!strstr(err.text, says[i])) fail_msg("%s", err.text);
        og_graph_free(&g);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_compute_their_definition, setup, teardown),
        cmocka_unit_test_setup_teardown(batches_runs_and_neighbours_do_not_matter, setup, teardown),
        cmocka_unit_test_setup_teardown(states_are_read_and_written, setup, teardown),
        cmocka_unit_test_setup_teardown(parts_and_joins, setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_are_told, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
