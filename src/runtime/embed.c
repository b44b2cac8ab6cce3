/* embed.c: the public calls for embeddings and ranking. */
#include "runtime/embed.h"

#include "base/real.h"

#include <math.h>
#include <string.h>

enum { MAX_TEXTS = 1 << 24 };

const char *og_pooling_name(og_pooling pooling) {
    static const char *const names[] = {"none", "mean", "cls", "last", "rank"};
    return (unsigned)pooling < OG_LEN(names) ? names[pooling] : "?";
}

og_embed_params og_embed_defaults(void) {
    return (og_embed_params){0};
}

static og_status choose_pooling(const og_model *model, const og_embed_params *params, og_pooling *out, og_error *err) {
    const og_lm *lm = model->lm;
    og_pooling pooling = params->pooling ? params->pooling : (og_pooling)lm->hp.pooling;
    if (pooling == OG_POOLING_NONE && !og_lm_generates(lm)) pooling = OG_POOLING_MEAN;
    if ((unsigned)pooling > OG_POOLING_RANK) return og_fail(err, OG_ERR_ARG, "pooling %d does not exist", (int)pooling);
    if (pooling == OG_POOLING_NONE)
        return og_fail(
            err, OG_ERR_ARG,
            "the model does not say how its tokens become one vector: name a pooling (mean, cls or last; models like this one are "
            "mostly trained for last)");
    if (pooling == OG_POOLING_RANK)
        return og_fail(err, OG_ERR_ARG,
                       "this is a ranking model: it scores pairs of query and document and has no embeddings; rank with it");
    *out = pooling;
    return OG_OK;
}

static og_status check_dimensions(const og_model *model, uint32_t dimensions, size_t *dim, og_error *err) {
    uint32_t n_embd = model->lm->hp.n_embd;
    if (dimensions > n_embd)
        return og_fail(err, OG_ERR_ARG, "%u dimensions were asked for, but the model's vectors have %u", dimensions, n_embd);
    *dim = dimensions ? dimensions : n_embd;
    return OG_OK;
}

/* Brings a vector to length 1; one of zeros stays so. */
static void normalize(float *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    double f = sum > 0 ? 1 / sqrt(sum) : 0;
    for (size_t i = 0; i < n; i++) x[i] = (float)((double)x[i] * f);
}

/* Rows of n_embd become rows of dim, in place. */
static void finish(float *out, size_t n, size_t n_embd, size_t dim, bool raw) {
    for (size_t i = 0; i < n; i++) {
        memmove(out + i * dim, out + i * n_embd, dim * sizeof *out);
        if (!raw) normalize(out + i * dim, dim);
    }
}

static uint64_t count_tokens(const og_embed_text *text, size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += text[i].n;
    return sum;
}

og_status og_embed(og_model *model, const og_input *inputs, size_t n, const og_embed_params *params, float **out, og_embed_result *result,
                   og_error *err) {
    if (!model || !inputs || n == 0 || !out) return og_fail(err, OG_ERR_ARG, "og_embed needs a model, texts and a place for the vectors");
    if (n > MAX_TEXTS) return og_fail(err, OG_ERR_ARG, "%zu texts are too many for one call: %d at most", n, MAX_TEXTS);
    og_embed_params defaults = og_embed_defaults();
    if (!params) params = &defaults;
    double start = og_now();
    og_pooling pooling = OG_POOLING_NONE;
    size_t dim = 0, n_embd = model->lm->hp.n_embd, n_truncated = 0;
    OG_TRY(choose_pooling(model, params, &pooling, err));
    OG_TRY(check_dimensions(model, params->dimensions, &dim, err));
    og_embed_text *text = NULL;
    OG_TRY(og_embed_texts(model, NULL, inputs, n, params->truncate, &text, &n_truncated, err));
    float *rows = og_alloc(n * n_embd * sizeof *rows);
    og_status status = rows ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for %zu vectors of %zu floats", n, n_embd);
    if (status == OG_OK) status = og_embed_run(model, text, n, pooling, params, rows, n_embd, err);
    if (status == OG_OK) {
        finish(rows, n, n_embd, dim, params->raw);
        if (result) *result = (og_embed_result){(uint32_t)dim, count_tokens(text, n), n_truncated, og_now() - start};
        *out = rows;
    } else {
        og_release(rows);
    }
    og_embed_texts_free(text, n);
    return status;
}

og_status og_rerank(og_model *model, const og_input *query, const og_input *documents, size_t n, const og_embed_params *params,
                    float *scores, og_embed_result *result, og_error *err) {
    if (!model || !documents || n == 0 || !scores)
        return og_fail(err, OG_ERR_ARG, "og_rerank needs a model, documents and a place for the scores");
    if (n > MAX_TEXTS) return og_fail(err, OG_ERR_ARG, "%zu documents are too many for one call: %d at most", n, MAX_TEXTS);
    if (!og_lm_ranks(model->lm))
        return og_fail(
            err, OG_ERR_UNSUPPORTED,
            "the model has no ranking head (cls.*, cls.output.*): rank with a reranker, or embed query and documents and compare");
    og_embed_params defaults = og_embed_defaults();
    if (!params) params = &defaults;
    double start = og_now();
    og_embed_text *text = NULL;
    size_t n_truncated = 0;
    OG_TRY(og_embed_texts(model, query, documents, n, params->truncate, &text, &n_truncated, err));
    og_status status = og_embed_run(model, text, n, OG_POOLING_RANK, params, scores, 1, err);
    for (size_t i = 0; status == OG_OK && !params->raw && i < n; i++) scores[i] = (float)(1 / (1 + og_real_exp(-(double)scores[i])));
    if (status == OG_OK && result) *result = (og_embed_result){1, count_tokens(text, n), n_truncated, og_now() - start};
    og_embed_texts_free(text, n);
    return status;
}
