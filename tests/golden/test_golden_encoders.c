/* Embeddings and scores of the tiny encoders (and of decoders used as such) against llama.cpp's, at every CPU level that this machine has.
 * All texts of a model are one batch: a text that looked at its neighbours would be far off. */
#include "offgrid.h"
#include "base/base.h"
#include "model/arch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* llama.cpp takes its GELU from a table of halves, and some of its products round to halves: some 1e-4 of a row. */
#define MIN_COSINE 0.99999
#define MAX_SCORE_ERROR 4e-3

enum { MAX_TEXTS = 8, DATA = 1 << 18 };

static const char *const names[] = {
    "bert-types",          "bert-fused",         "bert-rank", "nomic-bert-gated", "jina-bert-v2-gated",
    "jina-bert-v2-joined", "modern-bert-window", "llama-gqa", "qwen2-gqa",
};
static const char *const levels[] = {"scalar", "avx2", "avx512", "avx512vnni", "neon", "dotprod", "i8mm"};

typedef struct golden {
    int32_t n_texts, dim, n_poolings;
    const int32_t *pooling;
    og_input text[MAX_TEXTS];
    const float *rows; /* [n_poolings][n_texts][dim] */
    int32_t *data;
} golden;

static golden read_golden(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/tests/golden/encoders/%s.embd", OG_SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("cannot open %s", path);
    golden g = {.data = malloc(DATA)};
    size_t bytes = fread(g.data, 1, DATA, f);
    fclose(f);
    const int32_t *at = g.data;
    g.n_texts = *at++;
    g.dim = *at++;
    g.n_poolings = *at++;
    g.pooling = at;
    at += g.n_poolings;
    assert_in_range(g.n_texts, 1, MAX_TEXTS);
    for (int i = 0; i < g.n_texts; i++) {
        g.text[i] = (og_input){.n_ids = (size_t)*at, .ids = at + 1};
        at += 1 + *at;
    }
    g.rows = (const float *)(const void *)at;
    assert_int_equal(bytes, (size_t)(at - g.data + g.n_poolings * g.n_texts * g.dim) * 4);
    return g;
}

static og_model *open_model(const char *name, og_engine *engine) {
    char path[512];
    og_error err = {0};
    og_model *model = NULL;
    bool decoder = strncmp(name, "llama", 5) == 0 || strncmp(name, "qwen", 4) == 0;
    snprintf(path, sizeof path, "%s/tests/golden/%s/%s.gguf", OG_SOURCE_DIR, decoder ? "models" : "encoders", name);
    if (og_model_open(engine, path, NULL, &model, &err) != OG_OK) fail_msg("%s", err.text);
    return model;
}

static float *rows_of(og_model *model, const golden *g, const og_input *text, size_t n, og_pooling pooling) {
    og_error err = {0};
    og_embed_params params = og_embed_defaults();
    og_embed_result result;
    params.raw = true;
    params.pooling = pooling == OG_POOLING_RANK ? OG_POOLING_NONE : pooling;
    float *out = NULL;
    if (pooling != OG_POOLING_RANK) {
        if (og_embed(model, text, n, &params, &out, &result, &err) != OG_OK) fail_msg("%s", err.text);
        assert_int_equal(result.dim, g->dim);
        return out;
    }
    out = malloc(n * sizeof *out);
    if (og_rerank(model, NULL, text, n, &params, out, &result, &err) != OG_OK) fail_msg("%s", err.text);
    return out;
}

static void compare(const char *name, const golden *g, int p, const float *rows) {
    const float *golden_rows = g->rows + p * g->n_texts * g->dim;
    double least = 1, worst = 0;
    for (int i = 0; i < g->n_texts; i++) {
        double dot = 0, ours2 = 0, theirs2 = 0;
        for (int j = 0; j < g->dim; j++) {
            double ours = (double)rows[i * g->dim + j], theirs = (double)golden_rows[i * g->dim + j];
            dot += ours * theirs;
            ours2 += ours * ours;
            theirs2 += theirs * theirs;
            worst = fmax(worst, fabs(ours - theirs));
        }
        least = fmin(least, dot / sqrt(ours2 * theirs2));
    }
    print_message("%-20s %-4s cosine 1 - %.1e, largest error %.1e\n", name, og_pooling_name((og_pooling)g->pooling[p]), 1 - least, worst);
    if (g->dim > 1 ? !(least > MIN_COSINE) : !(worst < MAX_SCORE_ERROR)) fail_msg("%s: cosine %.9f, error %g", name, least, worst);
}

static void rows_are_golden(void **state) {
    (void)state;
    for (size_t i = 0; i < OG_LEN(names); i++) {
        golden g = read_golden(names[i]);
        size_t bytes = (size_t)(g.n_texts * g.dim) * sizeof(float);
        float *scalar[4] = {0};
        for (size_t l = 0; l < OG_LEN(levels); l++) {
            og_engine_params params = {.threads = 2, .cpu = levels[l]};
            og_engine *engine;
            if (og_engine_open(&params, &engine, NULL) != OG_OK) continue;
            og_model *model = open_model(names[i], engine);
            for (int p = 0; p < g.n_poolings; p++) {
                float *rows = rows_of(model, &g, g.text, (size_t)g.n_texts, (og_pooling)g.pooling[p]);
                if (scalar[p]) {
                    assert_memory_equal(rows, scalar[p], bytes);
                    og_free(rows);
                    continue;
                }
                scalar[p] = rows;
                compare(names[i], &g, p, rows);
                for (int k = 0; k < g.n_texts; k++) { /* alone: the same bits */
                    float *alone = rows_of(model, &g, &g.text[k], 1, (og_pooling)g.pooling[p]);
                    assert_memory_equal(alone, rows + k * g.dim, (size_t)g.dim * sizeof *alone);
                    og_free(alone);
                }
            }
            og_model_close(model);
            og_engine_close(engine);
        }
        for (int p = 0; p < g.n_poolings; p++) og_free(scalar[p]);
        free(g.data);
    }
}

/* A new row without a golden model fails here. */
static void every_encoder_has_a_golden_model(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++) {
        const char *arch = og_arch_at(i)->name;
        bool found = !og_arch_at(i)->encoder;
        for (size_t k = 0; k < OG_LEN(names); k++) found |= strncmp(names[k], arch, strlen(arch)) == 0 && names[k][strlen(arch)] == '-';
        if (!found) fail_msg("add a golden model of '%s' to tests/golden/make_encoders.py", arch);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_golden), cmocka_unit_test(every_encoder_has_a_golden_model)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
