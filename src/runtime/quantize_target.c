/* quantize_target.c: types that make a file as good as its size allows. */
#include "runtime/quantize.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { OPTIONS = 16 };

/* A type that a tensor may have, with its bytes and estimated error. */
typedef struct option {
    og_type type;
    uint64_t bytes;
    double error;
} option;

/* From one option of a tensor to the next on the lower hull of error over bytes. */
typedef struct upgrade {
    uint64_t tensor;
    int to;
    double slope; /* error taken away for each byte */
} upgrade;

typedef struct chooser {
    og_quantize_job *job;
    option (*options)[OPTIONS]; /* by tensor, ascending in bytes */
    int *n, *at;                /* by tensor: options; the one chosen */
    og_quantize_scratch *scratch;
    upgrade *upgrades;
    size_t n_upgrades;

    /* of the tensor being sampled */
    uint64_t tensor;
    const float *importance;
    og_quantize_sums sums[OPTIONS];
    og_status status[OPTIONS];
    og_error errors[OPTIONS];
} chooser;

static const og_type ladder[] = {OG_IQ2_XXS, OG_IQ2_S, OG_Q2_K, OG_IQ3_XXS, OG_Q3_K, OG_IQ3_S, OG_IQ4_XS,
                                 OG_IQ4_NL,  OG_Q4_K,  OG_Q5_0, OG_Q5_K,    OG_Q6_K, OG_Q8_0,  OG_F16};
_Static_assert(OG_LEN(ladder) < OPTIONS, "the ladder, and the type the tensor has");

static void list_options(chooser *c, uint64_t i) {
    og_quantize_row row = c->job->row[i];
    option *o = c->options[i];
    int n = 0;
    for (size_t k = 0; k < OG_LEN(ladder); k++) {
        if (row.columns % (uint64_t)og_quant_of((uint32_t)ladder[k])->block) continue;
        og_quantize_set(&row, ladder[k]);
        if (row.bytes < row.info.bytes) o[n++] = (option){.type = row.to, .bytes = row.bytes};
    }
    o[n++] = (option){.type = row.from, .bytes = row.info.bytes}; /* as it is: larger than all others, and without error */
    c->n[i] = n;
}

/* ---- errors, from a sample of rows ---- */

static void run_sample(void *ctx, int step, int chunk, int thread) {
    (void)step;
    chooser *c = ctx;
    const og_quantize_row *row = &c->job->row[c->tensor];
    uint32_t n = (uint32_t)OG_MIN(row->columns, (uint64_t)OG_QUANTIZE_PIECE);
    uint64_t want = OG_MIN(row->rows, OG_QUANTIZE_PIECE / n);
    og_quantize_sums total = {.bad = -1};
    for (uint64_t k = 0; k < want; k++) {
        og_quantize_piece piece = {.row = (uint64_t)((double)row->rows * (double)k / (double)want), .n_rows = 1, .n = n};
        og_quantize_sums sums;
        c->status[chunk] =
            og_quantize_encode(row, og_file_source(c->job->file, row->info.part), c->options[c->tensor][chunk].type, &piece, c->importance,
                               true, &c->scratch[thread], c->scratch[thread].encoded, &sums, &c->errors[chunk]);
        if (c->status[chunk] != OG_OK) return;
        if (sums.bad >= 0 && total.bad < 0) total.bad = sums.bad; /* found again, and named, when the tensor is written */
        total.error += sums.error;
        total.square += sums.square;
    }
    c->sums[chunk] = total;
}

static og_status sample(chooser *c, uint64_t i, og_error *err) {
    const og_quantize_row *row = &c->job->row[i];
    float *importance;
    OG_TRY(og_imatrix_get(&c->job->imatrix, row->info.name, row->columns, row->rows / row->matrix_rows, &importance, err));
    c->tensor = i;
    c->importance = importance;
    og_pool_run(c->job->pool, 1, &c->n[i], run_sample, c, NULL);
    og_release(importance);
    for (int k = 0; k < c->n[i]; k++) {
        if (c->status[k] != OG_OK) return og_fail(err, c->status[k], "%s", c->errors[k].text);
        const og_quantize_sums *s = &c->sums[k];
        c->options[i][k].error = s->bad >= 0 ? HUGE_VAL : s->square > 0 ? s->error / s->square : 0;
    }
    return OG_OK;
}

/* ---- the choice ---- */

/* Keeps the options on the lower hull: each step to the next takes away less error for a byte than the one before. */
static void keep_hull(chooser *c, uint64_t i) {
    option *o = c->options[i];
    int n = 0;
    for (int k = 0; k < c->n[i]; k++) {
        if (n > 0 && o[k].bytes == o[n - 1].bytes && o[k].error >= o[n - 1].error) continue;
        while (n > 0 && o[n - 1].error >= o[k].error && o[n - 1].bytes == o[k].bytes) n--;
        if (n > 0 && !(o[k].error < o[n - 1].error)) continue;
        while (n > 1) {
            double before = (o[n - 2].error - o[n - 1].error) / (double)(o[n - 1].bytes - o[n - 2].bytes);
            double after = (o[n - 1].error - o[k].error) / (double)(o[k].bytes - o[n - 1].bytes);
            if (before > after) break;
            n--;
        }
        o[n++] = o[k];
    }
    c->n[i] = n;
    for (int k = 1; k < n; k++)
        c->upgrades[c->n_upgrades++] = (upgrade){i, k, (o[k - 1].error - o[k].error) / (double)(o[k].bytes - o[k - 1].bytes)};
}

static int by_slope(const void *a, const void *b) {
    const upgrade *x = a, *y = b;
    if (x->slope != y->slope) return x->slope > y->slope ? -1 : 1;
    if (x->tensor != y->tensor) return x->tensor < y->tensor ? -1 : 1;
    return x->to - y->to;
}

/* Bytes of a tensor as they count: where the whole file is to have a size, with what is put behind it to align the next. */
static uint64_t padded(const og_quantize_job *job, uint64_t bytes) {
    og_value v;
    uint64_t alignment = og_file_find(job->file, "general.alignment", &v) && v.u > 0 ? v.u : 32;
    return job->params->target_bytes ? OG_ALIGN_UP(bytes, alignment) : bytes;
}

/* Bytes that the tensors may take together. */
static og_status budget(const og_quantize_job *job, uint64_t *bytes, og_error *err) {
    if (job->params->target_bytes == 0) {
        *bytes = (uint64_t)(job->params->target_bpw * (double)job->elements / 8);
        return OG_OK;
    }
    uint64_t header = og_quantize_header_bytes(job);
    if (job->params->target_bytes <= header)
        return og_fail(err, OG_ERR_ARG, "a file of %" PRIu64 " bytes has no room for the metadata alone (%" PRIu64 " bytes)",
                       job->params->target_bytes, header);
    *bytes = job->params->target_bytes - header;
    return OG_OK;
}

/* Begins with the smallest types and takes upgrades, best first, as long as they fit. */
static og_status spend(chooser *c, og_error *err) {
    og_quantize_job *job = c->job;
    uint64_t limit = 0, used = 0;
    OG_TRY(budget(job, &limit, err));
    for (uint64_t i = 0; i < job->n; i++) used += padded(job, job->row[i].open ? c->options[i][0].bytes : job->row[i].bytes);
    if (used > limit)
        return og_fail(err, OG_ERR_ARG,
                       "the target is too small: the smallest types need %.2f bits per weight, %" PRIu64 " bytes of tensors, and %" PRIu64
                       " are allowed",
                       8 * (double)used / (double)job->elements, used, limit);
    qsort(c->upgrades, c->n_upgrades, sizeof *c->upgrades, by_slope);
    for (size_t k = 0; k < c->n_upgrades; k++) {
        const upgrade *u = &c->upgrades[k];
        if (c->at[u->tensor] != u->to - 1) continue; /* an earlier step of this tensor did not fit */
        const option *o = c->options[u->tensor];
        uint64_t now = padded(job, o[u->to - 1].bytes), then = padded(job, o[u->to].bytes);
        if (used - now + then > limit) continue;
        used += then - now;
        c->at[u->tensor] = u->to;
    }
    return OG_OK;
}

uint32_t og_quantize_file_type(const og_quantize_job *job) {
    uint64_t elements[OG_TYPE_LIMIT] = {0}, most = 0;
    uint32_t file_type = 0;
    for (uint64_t i = 0; i < job->n; i++) elements[job->row[i].to] += job->row[i].columns * job->row[i].rows;
    for (int i = 0; og_recipe_at(i); i++) {
        const og_recipe *r = og_recipe_at(i);
        if (elements[r->base] > most) most = elements[r->base], file_type = r->file_type;
    }
    return file_type;
}

static og_status choose(chooser *c, og_error *err) {
    og_quantize_job *job = c->job;
    uint64_t done = 0;
    for (uint64_t i = 0; i < job->n; i++) {
        if (!job->row[i].open) continue;
        list_options(c, i);
        OG_TRY(sample(c, i, err));
        keep_hull(c, i);
        done += job->row[i].info.bytes;
        if (job->params->progress && !job->params->progress(job->params->user, "choosing types", done, job->bytes_in))
            return og_fail(err, OG_ERR_CANCELLED, "cancelled while types were chosen; nothing was written");
    }
    OG_TRY(spend(c, err));
    for (uint64_t i = 0; i < job->n; i++) {
        og_quantize_row *row = &job->row[i];
        if (row->open) og_quantize_set(row, c->options[i][c->at[i]].type);
        if (row->open) row->wanted = row->to;
    }
    job->file_type = og_quantize_file_type(job);
    return OG_OK;
}

og_status og_quantize_target(og_quantize_job *job, og_error *err) {
    size_t n = (size_t)job->n + 1, threads = (size_t)og_pool_threads(job->pool);
    chooser *c = og_calloc(1, sizeof *c);
    if (!c) return og_fail(err, OG_ERR_MEMORY, "out of memory for choosing types");
    c->job = job;
    c->options = og_calloc(n, sizeof *c->options);
    c->n = og_calloc(n, sizeof *c->n);
    c->at = og_calloc(n, sizeof *c->at);
    c->upgrades = og_calloc(n * OPTIONS, sizeof *c->upgrades);
    c->scratch = og_calloc(threads, sizeof *c->scratch);
    bool allocated = c->options && c->n && c->at && c->upgrades && c->scratch;
    og_status status = allocated ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for choosing types");
    for (size_t t = 0; t < threads && status == OG_OK; t++) status = og_quantize_scratch_open(&c->scratch[t], err);
    if (status == OG_OK) status = choose(c, err);
    for (size_t t = 0; t < threads && c->scratch; t++) og_quantize_scratch_close(&c->scratch[t]);
    og_release(c->options);
    og_release(c->n);
    og_release(c->at);
    og_release(c->upgrades);
    og_release(c->scratch);
    og_release(c);
    return status;
}
