/* Logits of the tiny models of every architecture row against those of an independent float64 forward pass (reference.py) or of llama.cpp
 * (make_experts.py), at every CPU level that this machine has. */
#include "offgrid.h"
#include "base/base.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Logits have a standard deviation of about 1.5. The reference rounds keys and values to half precision as the cache does; now and then one
 * falls on the other side of a rounding step, which moves a logit by some 1e-3. */
#define FLOAT64 0.9999999, 4e-3
/* llama.cpp rounds more on its way, and quantizes activations otherwise where weights are quantized. */
#define LLAMA_CPP 0.99999, 1e-2
#define LLAMA_CPP_QUANTIZED 0.999, 0.1

static const struct {
    const char *name;
    double min_cosine, max_error;
} models[] = {
    {"llama-gqa", FLOAT64},        {"llama-tied", FLOAT64},
    {"llama-factors", FLOAT64},    {"llama-linear", FLOAT64},
    {"qwen2-gqa", FLOAT64},        {"qwen2-tied", FLOAT64},
    {"llama-experts", LLAMA_CPP},  {"qwen2moe-shared", LLAMA_CPP},
    {"qwen3moe-norms", LLAMA_CPP}, {"olmoe-wide", LLAMA_CPP},
    {"gpt-oss-sinks", LLAMA_CPP},  {"deepseek2-absorbed", LLAMA_CPP},
    {"deepseek2-lite", LLAMA_CPP}, {"gpt-oss-mxfp4", LLAMA_CPP_QUANTIZED},
    {"lfm2-hybrid", LLAMA_CPP},    {"qwen35-hybrid", LLAMA_CPP},
    {"mamba2-one", LLAMA_CPP},     {"mamba2-groups", LLAMA_CPP},
};
static const char *const levels[] = {"scalar", "avx2", "avx512", "avx512vnni", "neon", "dotprod", "i8mm"};

typedef struct golden {
    int32_t n_tokens, n_rows, n_vocab;
    int32_t *ids, *rows;
    float *logits;
    void *data;
} golden;

static golden read_golden(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/tests/golden/models/%s.logits", OG_SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("cannot open %s", path);
    golden g = {.data = malloc(1 << 20)};
    size_t bytes = fread(g.data, 1, 1 << 20, f);
    fclose(f);
    int32_t *at = g.data;
    g.n_tokens = at[0];
    g.n_rows = at[1];
    g.n_vocab = at[2];
    g.ids = at + 3;
    g.rows = g.ids + g.n_tokens;
    g.logits = (float *)(void *)(g.rows + g.n_rows);
    assert_int_equal(bytes, (size_t)(3 + g.n_tokens + g.n_rows + g.n_rows * g.n_vocab) * 4);
    return g;
}

static void evaluate(const char *name, const char *level, const golden *g, float *logits) {
    char path[512];
    og_error err = {0};
    og_engine *engine;
    og_model *model;
    og_session *session;
    og_engine_params params = {.threads = 2, .cpu = level};
    snprintf(path, sizeof path, "%s/tests/golden/models/%s.gguf", OG_SOURCE_DIR, name);
    if (og_engine_open(&params, &engine, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_model_open(engine, path, NULL, &model, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_session_open(model, NULL, &session, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_session_eval_all(session, g->ids, (size_t)g->n_tokens, logits, &err) != OG_OK) fail_msg("%s", err.text);
    og_session_close(session);
    og_model_close(model);
    og_engine_close(engine);
}

static void compare(size_t model, const char *level, const golden *g, const float *logits) {
    const char *name = models[model].name;
    double dot = 0, ours2 = 0, theirs2 = 0, worst = 0;
    for (int32_t r = 0; r < g->n_rows; r++)
        for (int32_t v = 0; v < g->n_vocab; v++) {
            double ours = (double)logits[g->rows[r] * g->n_vocab + v], theirs = (double)g->logits[r * g->n_vocab + v];
            dot += ours * theirs;
            ours2 += ours * ours;
            theirs2 += theirs * theirs;
            worst = fmax(worst, fabs(ours - theirs));
        }
    double cosine = dot / sqrt(ours2 * theirs2);
    print_message("%-14s %-10s cosine 1 - %.1e, largest error %.1e\n", name, level, 1 - cosine, worst);
    if (!(cosine > models[model].min_cosine) || !(worst < models[model].max_error))
        fail_msg("%s on %s: cosine %.9f, largest error %g", name, level, cosine, worst);
}

static bool has_level(const char *level) {
    og_engine *engine;
    og_engine_params params = {.threads = 1, .cpu = level};
    bool has = og_engine_open(&params, &engine, NULL) == OG_OK;
    if (has) og_engine_close(engine);
    return has;
}

static void logits_are_golden(void **state) {
    (void)state;
    for (size_t i = 0; i < OG_LEN(models); i++) {
        golden g = read_golden(models[i].name);
        size_t n = (size_t)g.n_tokens * (size_t)g.n_vocab;
        float *logits = malloc(n * sizeof *logits), *scalar = malloc(n * sizeof *logits);
        evaluate(models[i].name, "scalar", &g, scalar);
        for (size_t l = 0; l < OG_LEN(levels); l++) {
            if (!has_level(levels[l])) continue;
            evaluate(models[i].name, levels[l], &g, logits);
            compare(i, levels[l], &g, logits);
            assert_memory_equal(logits, scalar, n * sizeof *logits); /* one definition for every CPU */
        }
        free(logits);
        free(scalar);
        free(g.data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_are_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
