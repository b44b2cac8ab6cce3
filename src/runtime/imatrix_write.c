/* imatrix_write.c: collects an importance matrix: sums of squares of what each matrix is multiplied with. Chunks are evaluated one by one,
 * and every token's logits are computed, because else the last layer would see but the last token. */
#include "offgrid/quantize.h"
#include "runtime/imatrix.h"
#include "runtime/session.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_CHUNK = 512 };

typedef struct collector {
    const og_lm *lm;
    double **sum;     /* by weight: [matrices][dim[0]], or NULL where it is not collected */
    uint64_t **count; /* by weight: vectors that each matrix met */
} collector;

og_imatrix_params og_imatrix_defaults(void) {
    return (og_imatrix_params){0};
}

static void observe(void *user, const og_observed *seen) {
    collector *c = user;
    ptrdiff_t i = seen->w - c->lm->weight;
    if (!c->sum[i]) return;
    for (int64_t p = 0; p < seen->n; p++) {
        const int64_t matrix = seen->expert ? seen->expert[p] : 0;
        const float *x = seen->x + p / seen->each * seen->k;
        double *sum = c->sum[i] + matrix * seen->k;
        for (int64_t j = 0; j < seen->k; j++) sum[j] += (double)x[j] * (double)x[j];
        c->count[i][matrix]++;
    }
}

static void collector_close(collector *c) {
    for (int i = 0; c->sum && i < c->lm->n_weight; i++) og_release(c->sum[i]);
    for (int i = 0; c->count && i < c->lm->n_weight; i++) og_release(c->count[i]);
    og_release(c->sum);
    og_release(c->count);
}

static og_status collector_open(collector *c, const og_lm *lm, bool output, og_error *err) {
    *c = (collector){.lm = lm};
    c->sum = og_calloc((size_t)lm->n_weight, sizeof *c->sum);
    c->count = og_calloc((size_t)lm->n_weight, sizeof *c->count);
    bool ok = c->sum && c->count;
    for (int i = 0; i < lm->n_weight && ok; i++) {
        const og_weight *w = &lm->weight[i];
        if (!(w->use & OG_USE_MATMUL) || (!output && strncmp(w->name, "blk.", 4) != 0)) continue;
        c->sum[i] = og_calloc((size_t)(w->dim[0] * w->dim[2]), sizeof **c->sum);
        c->count[i] = og_calloc((size_t)w->dim[2], sizeof **c->count);
        ok = c->sum[i] && c->count[i];
    }
    return ok ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for an importance matrix");
}

/* ---- evaluation ---- */

static og_status evaluate_chunk(og_session *s, int32_t *ids, uint32_t chunk, uint64_t done, uint64_t total, const og_imatrix_params *p,
                                og_error *err) {
    OG_TRY(og_session_rewind(s, 0, err));
    for (uint32_t at = 0; at < chunk;) {
        int t = (int)OG_MIN(chunk - at, s->n_all);
        OG_TRY(og_session_batch(s, ids + at, t, t, NULL, err));
        at += (uint32_t)t;
        if (p->progress && !p->progress(p->user, "importance", done + at, total))
            return og_fail(err, OG_ERR_CANCELLED, "cancelled after %llu of %llu tokens; nothing was written",
                           (unsigned long long)(done + at), (unsigned long long)total);
    }
    return OG_OK;
}

/* Chunks begin with BOS, as texts do, in the place of their first token. */
static og_status evaluate(og_session *s, const int32_t *ids, uint32_t chunk, uint32_t n_chunks, const og_imatrix_params *p, og_error *err) {
    int32_t bos = og_tok_bos(s->model->tok), *copy = og_alloc(chunk * sizeof *copy);
    if (!copy) return og_fail(err, OG_ERR_MEMORY, "out of memory for an importance matrix");
    og_value add;
    bool adds = !og_file_find(s->model->file, "tokenizer.ggml.add_bos_token", &add) || add.i != 0;
    og_status status = OG_OK;
    for (uint32_t i = 0; i < n_chunks && status == OG_OK; i++) {
        memcpy(copy, ids + (size_t)i * chunk, chunk * sizeof *copy);
        if (bos >= 0 && adds) copy[0] = bos;
        status = evaluate_chunk(s, copy, chunk, (uint64_t)i * chunk, (uint64_t)n_chunks * chunk, p, err);
    }
    og_release(copy);
    return status;
}

/* ---- the file ---- */

static void name_of(char *name, size_t size, const og_weight *w, const char *end) {
    snprintf(name, size, "%s.%s", w->name, end);
}

static bool was_seen(const collector *c, int i) {
    uint64_t total = 0;
    for (int64_t m = 0; c->sum[i] && m < c->lm->weight[i].dim[2]; m++) total += c->count[i][m];
    return total > 0;
}

static og_status add_sums(const collector *c, int i, og_gguf_writer *out, og_error *err) {
    const og_weight *w = &c->lm->weight[i];
    for (int64_t j = 0; j < w->dim[0] * w->dim[2]; j++) {
        float v = (float)c->sum[i][j];
        if (!isfinite(v))
            return og_fail(err, OG_ERR_FORMAT, "what %s is multiplied with is NaN or infinite: the model is damaged", w->name);
        OG_TRY(og_gguf_add_data(out, &v, sizeof v, err));
    }
    for (int64_t m = 0; m < w->dim[2]; m++) {
        float count = (float)c->count[i][m];
        OG_TRY(og_gguf_add_data(out, &count, sizeof count, err));
    }
    return OG_OK;
}

static og_status write_data(const collector *c, og_gguf_writer *out, og_error *err) {
    for (int i = 0; i < c->lm->n_weight; i++) {
        const og_weight *w = &c->lm->weight[i];
        const uint64_t sums[2] = {(uint64_t)w->dim[0], (uint64_t)w->dim[2]}, counts[2] = {1, (uint64_t)w->dim[2]};
        char name[320];
        if (!was_seen(c, i)) continue;
        name_of(name, sizeof name, w, "in_sum2");
        og_gguf_add_tensor(out, name, OG_F32, sums, 2);
        name_of(name, sizeof name, w, "counts");
        og_gguf_add_tensor(out, name, OG_F32, counts, 2);
    }
    OG_TRY(og_gguf_begin_data(out, err));
    for (int i = 0; i < c->lm->n_weight; i++)
        if (was_seen(c, i)) OG_TRY(add_sums(c, i, out, err));
    return OG_OK;
}

static og_status write_file(const collector *c, const char *path, uint32_t chunk, uint32_t n_chunks, const char *dataset, og_error *err) {
    og_gguf_writer *out;
    OG_TRY(og_gguf_writer_open(path, &out, err));
    size_t len = dataset ? strlen(dataset) : 0;
    og_gguf_set_str(out, "general.type", "imatrix", 7);
    og_gguf_set_strings(out, "imatrix.datasets", &dataset, &len, dataset != NULL);
    og_gguf_set_u32(out, "imatrix.chunk_count", n_chunks);
    og_gguf_set_u32(out, "imatrix.chunk_size", chunk);
    og_status status = write_data(c, out, err);
    if (status == OG_OK) return og_gguf_writer_commit(out, err);
    og_gguf_writer_abort(out);
    return status;
}

og_status og_imatrix_write(og_model *model, const int32_t *ids, size_t n, const char *path, const og_imatrix_params *params,
                           og_error *err) {
    if (!model || !ids || !path) return og_fail(err, OG_ERR_ARG, "og_imatrix_write needs a model, tokens and a path");
    if (model->n_adapters) return og_fail(err, OG_ERR_ARG, "importance is collected of a model without adapters");
    og_imatrix_params p = params ? *params : og_imatrix_defaults();
    uint32_t chunk = p.n_ctx ? p.n_ctx : DEFAULT_CHUNK;
    size_t n_chunks = n / chunk;
    if (p.max_chunks && n_chunks > p.max_chunks) n_chunks = p.max_chunks;
    if (n_chunks == 0)
        return og_fail(err, OG_ERR_ARG, "%zu tokens are less than one chunk of %u: give more text, or a smaller chunk", n, chunk);
    if (n_chunks > UINT32_MAX) return og_fail(err, OG_ERR_ARG, "%zu chunks are too many", n_chunks);
    og_session_params sp = {.n_ctx = chunk, .n_chunk = chunk};
    og_session *s = NULL;
    collector c;
    og_status status = collector_open(&c, model->lm, p.output, err);
    if (status == OG_OK) status = og_session_open(model, &sp, &s, err);
    if (status == OG_OK) {
        s->observe = observe;
        s->observe_user = &c;
        status = og_session_check(s, ids, chunk, err);
        for (size_t i = 1; i < n_chunks && status == OG_OK; i++) status = og_session_check(s, ids + i * chunk, chunk, err);
    }
    if (status == OG_OK) status = evaluate(s, ids, chunk, (uint32_t)n_chunks, &p, err);
    if (status == OG_OK) status = write_file(&c, path, chunk, (uint32_t)n_chunks, p.dataset, err);
    og_session_close(s);
    collector_close(&c);
    return status;
}
