/* Attention in all its forms, by its definition in double: two sequences in one batch, over several pages, whose keys and values are those
 * of a cache in half precision. And the same bits whatever the CPU level, the threads and the way the batch is cut. */
#include "backend/backend.h"
#include "base/cpu.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { D = 24, E = 20, HEADS = 6, KV = 2, N0 = 150, N1 = 70, T = N0 + N1, PAGES = 8, LIST1 = 4, REACH = 30 };

typedef struct form {
    const char *name;
    og_attend how; /* without weights */
    bool sinks, slopes, bias;
} form;

static const form forms[] = {
    {"causal", {.scale = 0.2f}, 0, 0, 0},
    {"cap", {.scale = 0.5f, .cap = 5}, 0, 0, 0},
    {"window", {.scale = 0.2f, .window = 40}, 0, 0, 0},
    {"window of one", {.scale = 0.2f, .window = 1}, 0, 0, 0},
    {"window of a page", {.scale = 0.2f, .window = 64}, 0, 0, 0},
    {"chunk", {.scale = 0.2f, .chunk = 48}, 0, 0, 0},
    {"whole", {.scale = 0.2f, .whole = true}, 0, 0, 0},
    {"whole window", {.scale = 0.2f, .whole = true, .window = 20}, 0, 0, 0},
    {"sinks", {.scale = 0.2f, .window = 33}, true, 0, 0},
    {"slopes", {.scale = 0.2f}, 0, true, 0},
    {"whole slopes", {.scale = 0.2f, .whole = true}, 0, true, 0},
    {"bias", {.scale = 1.0f, .whole = true}, 0, 0, true},
    {"values in keys", {.scale = 0.2f, .window = 90, .values = E}, 0, 0, 0},
    {"all", {.scale = 0.3f, .cap = 3, .window = 70, .chunk = 130}, true, 0, true},
};

static float q[T * HEADS * D], k[T * KV * D], v[T * KV * E], kept_k[T * KV * D], kept_v[T * KV * E], sinks[HEADS], slopes[HEADS],
    bias[HEADS * (2 * REACH + 1)];

static float number(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(int32_t)*seed / 2147483648.0f;
}

static void fill(float *x, size_t n, float middle, float spread, uint32_t *seed) {
    for (size_t i = 0; i < n; i++) x[i] = middle + spread * number(seed);
}

static float halved(float x) {
    return og_f16_to_f32(og_f32_to_f16(x));
}

/* One position's numbers as a cache of this type keeps them: f16, or whole steps of a scale for 32 numbers. */
static void keep(og_type type, const float *x, int dim, float *out) {
    for (int g = 0; g < dim; g += 32) {
        float most = 0;
        for (int i = g; i < OG_MIN(dim, g + 32); i++) most = fabsf(x[i]) > fabsf(most) ? x[i] : most;
        const float scale = halved(type == OG_Q4_0 ? most / -8 : fabsf(most) / 127);
        for (int i = g; i < OG_MIN(dim, g + 32); i++) {
            const float steps = rintf(x[i] * (1 / scale)), up = type == OG_Q4_0 ? 7 : 127, down = type == OG_Q4_0 ? -8 : -127;
            out[i] = type == OG_F16 ? halved(x[i]) : scale * (steps > up ? up : steps < down ? down : steps);
        }
    }
}

static void keep_all(og_type type) {
    for (int i = 0; i < T * KV; i++) {
        keep(type, k + i * D, D, kept_k + i * D);
        keep(type, v + i * E, E, kept_v + i * E);
    }
}

static int setup(void **state) {
    (void)state;
    uint32_t seed = 3;
    fill(q, OG_LEN(q), 0, 3, &seed);
    fill(k, OG_LEN(k), 0, 1, &seed);
    fill(v, OG_LEN(v), 0, 1, &seed);
    fill(sinks, HEADS, 1, 2, &seed);
    fill(slopes, HEADS, 0.3f, 0.2f, &seed);
    fill(bias, OG_LEN(bias), 0, 2, &seed);
    return 0;
}

static int sequence_of(int t) {
    return t >= N0;
}
static int position_of(int t) {
    return sequence_of(t) ? t - N0 : t;
}

static bool sees(const og_attend *how, int pos, int key, int length) {
    if (how->whole ? key >= length : key > pos) return false;
    if (how->window && how->whole && abs(key - pos) > how->window / 2) return false;
    if (how->window && !how->whole && pos - key >= how->window) return false;
    return !how->chunk || key / how->chunk == pos / how->chunk;
}

static void define(const form *f, double *out) {
    for (int t = 0; t < T; t++)
        for (int h = 0; h < HEADS; h++) {
            const int first = sequence_of(t) ? N0 : 0, n = sequence_of(t) ? N1 : N0, g = h / (HEADS / KV);
            double sum = f->sinks ? exp((double)sinks[h]) : 0, *o = out + (t * HEADS + h) * E;
            memset(o, 0, E * sizeof *o);
            for (int j = 0; j < n; j++) {
                const int distance = j - position_of(t), near = distance < -REACH ? -REACH : distance > REACH ? REACH : distance;
                if (!sees(&f->how, position_of(t), j, n)) continue;
                double s = 0;
                for (int i = 0; i < D; i++) s += (double)q[(t * HEADS + h) * D + i] * (double)kept_k[((first + j) * KV + g) * D + i];
                s *= (double)f->how.scale;
                if (f->how.cap != 0) s = (double)f->how.cap * tanh(s / (double)f->how.cap);
                if (f->slopes) s -= (double)slopes[h] * abs(distance);
                if (f->bias) s += (double)bias[h * (2 * REACH + 1) + REACH + near];
                const double p = exp(s);
                sum += p;
                for (int i = 0; i < E; i++)
                    o[i] += p * (double)(f->how.values ? kept_k[((first + j) * KV + g) * D + i] : kept_v[((first + j) * KV + g) * E + i]);
            }
            for (int i = 0; i < E; i++) o[i] /= sum;
        }
}

/* Tokens [at, at + n) as one batch over the cache. */
static void batch(og_backend *be, og_kv *kv, const og_weight *w, const form *f, int at, int n, float *out) {
    /* Pages in no order; the second sequence's list begins at entry LIST1. */
    static const int32_t pages[PAGES] = {5, 0, 3, 6, 2, 7, 1, 4};
    int32_t place[T], span[2 * T];
    for (int i = 0; i < n; i++) {
        const int pos = position_of(at + i), list = sequence_of(at + i) ? LIST1 : 0;
        place[i] = pages[list + pos / OG_KV_PAGE] * OG_KV_PAGE + pos % OG_KV_PAGE;
        span[2 * i] = pos;
        span[2 * i + 1] = list;
    }
    og_graph g;
    og_error err = {0};
    og_plan *plan;
    og_graph_init(&g);
    og_tensor *tq = og_g_reshape(&g, og_g_input(&g, "q", 0, OG_F32, D * HEADS, n), D, HEADS, n);
    og_tensor *tk = og_g_reshape(&g, og_g_input(&g, "k", 1, OG_F32, D * KV, n), D, KV, n);
    og_tensor *tv = og_g_reshape(&g, og_g_input(&g, "v", 2, OG_F32, E * KV, n), E, KV, n);
    og_tensor *cache = og_g_cache(&g, 1, (og_kv_layer){D, f->how.values ? 0 : E, KV});
    og_g_kv_store(&g, cache, tk, f->how.values ? NULL : tv, og_g_input(&g, "place", 3, OG_I32, n, 1));
    og_attend how = f->how;
    if (f->sinks) how.sinks = og_g_weight(&g, &w[0]);
    if (f->slopes) how.slopes = og_g_weight(&g, &w[1]);
    if (f->bias) how.bias = og_g_weight(&g, &w[2]);
    og_tensor *spans = og_g_input(&g, "span", 4, OG_I32, 2, n), *list = og_g_input(&g, "pages", 5, OG_I32, PAGES, 1);
    og_g_output(&g, og_g_attention(&g, tq, cache, spans, list, &how));
    if (be->plan_open(be, &g, &plan, &err) != OG_OK) fail_msg("%s", err.text);
    const void *const input[] = {q + at * HEADS * D, k + at * KV * D, v + at * KV * E, place, span, pages};
    const og_run run = {.input = input, .kv = kv};
    if (be->plan_run(plan, &run, &err) != OG_OK) fail_msg("%s", err.text);
    memcpy(out + at * HEADS * E, be->plan_output(plan, 0), (size_t)(n * HEADS * E) * sizeof *out);
    be->plan_close(plan);
    og_graph_free(&g);
}

static void compute(uint32_t flags, int threads, int step, og_type type, const form *f, float *out) {
    og_weight w[3] = {{.name = "sinks", .dim = {HEADS, 1, 1, 1}, .values = sinks},
                      {.name = "slopes", .dim = {HEADS, 1, 1, 1}, .values = slopes},
                      {.name = "bias", .dim = {2 * REACH + 1, HEADS, 1, 1}, .values = bias}},
              *list[3];
    og_pool *pool;
    og_backend *be;
    og_kv *kv;
    for (int i = 0; i < 3; i++) {
        w[i].type = OG_F32;
        w[i].use = OG_USE_VECTOR;
        w[i].bytes = (uint64_t)(w[i].dim[0] * w[i].dim[1]) * sizeof(float);
        list[i] = &w[i];
    }
    const og_kv_layer layers[] = {{2, 4, 3}, {D, E, KV}, {6, 2, 0}};
    const og_kv_shape shape = {.n_layer = 3, .layer = layers, .n_pages = PAGES, .type = type};
    assert_int_equal(og_pool_open(threads, &pool, NULL), OG_OK);
    assert_int_equal(og_cpu_backend_open(pool, flags, &be, NULL), OG_OK);
    if (type == OG_F16) assert_int_equal(be->kv_bytes(be, &shape), PAGES * 64 * 2 * (3 * 6 + KV * (D + E)));
    assert_int_equal(be->kv_open(be, &shape, &kv, NULL), OG_OK);
    assert_int_equal(be->weights_load(be, list, 3, NULL, NULL, NULL), OG_OK);
    for (int at = 0; at < T; at += step) batch(be, kv, w, f, at, OG_MIN(step, T - at), out);
    be->weights_free(be, list, 3);
    be->kv_close(kv);
    be->close(be);
    og_pool_close(pool);
}

static void every_form_is_as_defined(void **state) {
    (void)state;
    static const char *const levels[] = {"avx2", "avx512", "neon"};
    static const int packed[] = {0, 6, 12, 13}; /* forms that are tried with caches of fewer bits too */
    static float out[T * HEADS * E], again[T * HEADS * E];
    static double expect[T * HEADS * E];
    for (size_t i = 0; i < OG_LEN(forms) + 2 * OG_LEN(packed); i++) {
        const form *f = &forms[i < OG_LEN(forms) ? i : (size_t)packed[(i - OG_LEN(forms)) / 2]];
        const og_type type = i < OG_LEN(forms) ? OG_F16 : i % 2 ? OG_Q4_0 : OG_Q8_0;
        double worst = 0;
        keep_all(type);
        define(f, expect);
        compute(0, 1, T, type, f, out);
        for (size_t j = 0; j < OG_LEN(out); j++) {
            const double off = fabs((double)out[j] - expect[j]);
            if (!(off <= worst)) worst = off; /* a NaN stays */
        }
        if (!(worst < 4e-6)) fail_msg("%s: off by %g with %s", f->name, worst, og_quant_of(type)->name);
        for (size_t l = 0; l < OG_LEN(levels); l++) {
            uint32_t flags;
            if (og_cpu_select(levels[l], &flags, NULL) != OG_OK) continue;
            compute(flags, 2, f->how.whole ? T : 13, type, f, again);
            assert_memory_equal(again, out, sizeof out);
        }
    }
}

/* What is outside the window or the chunk is not read: its pages may be anything. */
static void pages_outside_are_not_read(void **state) {
    (void)state;
    static float out[T * HEADS * E], poisoned[T * HEADS * E], keep[64 * KV * D];
    for (int i = 2; i <= 5; i += 3) {
        compute(og_cpu_detect(), 2, 8, OG_F16, &forms[i], out);
        memcpy(keep, k, sizeof keep);
        for (size_t j = 0; j < OG_LEN(keep); j++) k[j] = NAN;
        compute(og_cpu_detect(), 2, 8, OG_F16, &forms[i], poisoned);
        memcpy(k, keep, sizeof keep);
        /* The first page of the first sequence is out of sight from position 112 on. */
        assert_memory_equal(poisoned + 112 * HEADS * E, out + 112 * HEADS * E, (T - 112) * HEADS * E * sizeof *out);
        assert_memory_not_equal(poisoned, out, sizeof *out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_as_defined),
        cmocka_unit_test(pages_outside_are_not_read),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
