/* quantize.c: og_quantize: checks what was asked for, plans, and writes the file. */
#include "runtime/quantize.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

og_quantize_params og_quantize_defaults(void) {
    return (og_quantize_params){0};
}

const char *og_quantize_type_name(int i) {
    const og_recipe *r = og_recipe_at(i);
    return r ? r->name : NULL;
}

static og_status unknown_type(const char *name, og_error *err) {
    char list[400] = "";
    size_t at = 0;
    for (int i = 0; og_recipe_at(i) && at < sizeof list; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", og_recipe_at(i)->name);
    return og_fail(err, OG_ERR_ARG, "\"%.40s\" is no type of a model; there are %s", name, list);
}

static og_status check(const og_quantize_params *p, const char *out, bool may_keep, const og_recipe **recipe, og_error *err) {
    int wishes = (p->type != NULL) + (p->target_bytes > 0) + (p->target_bpw != 0);
    if (wishes > 1 || (wishes == 0 && !may_keep))
        return og_fail(err, OG_ERR_ARG, "one of a type, a size and a number of bits per weight is needed, not %s",
                       wishes ? "several" : "none");
    if (p->target_bpw != 0 && !(p->target_bpw > 0 && p->target_bpw <= 64))
        return og_fail(err, OG_ERR_ARG, "%g bits per weight are not possible", p->target_bpw);
    if (!out && !p->dry_run) return og_fail(err, OG_ERR_ARG, "og_quantize needs a path to write to");
    *recipe = p->type ? og_recipe_named(p->type) : NULL;
    return p->type && !*recipe ? unknown_type(p->type, err) : OG_OK;
}

/* Writing over what is being read is refused, under whatever name. */
static og_status check_paths(const og_file *file, const char *out, og_error *err) {
    struct stat to, from;
    if (!out || stat(out, &to) != 0) return OG_OK;
    for (int i = 0; i < og_file_parts(file); i++) {
        const char *name = og_source_name(og_file_source(file, i));
        if (stat(name, &from) == 0 && from.st_dev == to.st_dev && from.st_ino == to.st_ino)
            return og_fail(err, OG_ERR_ARG, "%s is the input itself: choose another name for the output", out);
    }
    return OG_OK;
}

static bool is_replaced(const char *key) {
    return strcmp(key, "general.file_type") == 0 || strcmp(key, "general.quantization_version") == 0 || strncmp(key, "split.", 6) == 0 ||
           strncmp(key, "quantize.imatrix.", 17) == 0;
}

static void set_imatrix_keys(const og_quantize_job *job, og_gguf_writer *w) {
    og_value v;
    if (!job->imatrix.file) return;
    const char *slash = strrchr(job->params->imatrix, '/'),
               *name = slash ? slash + 1 : job->params->imatrix; /* folders are nobody's business */
    og_gguf_set_str(w, "quantize.imatrix.file", name, strlen(name));
    if (og_file_element(job->imatrix.file, "imatrix.datasets", 0, &v) && v.type == OG_VALUE_STRING)
        og_gguf_set_str(w, "quantize.imatrix.dataset", v.str, v.len);
    og_gguf_set_i32(w, "quantize.imatrix.entries_count", (int32_t)OG_MIN(job->imatrix.n_entries, (uint64_t)INT32_MAX));
    if (og_file_find(job->imatrix.file, "imatrix.chunk_count", &v) && v.i >= 0 && v.i <= INT32_MAX)
        og_gguf_set_i32(w, "quantize.imatrix.chunks_count", (int32_t)v.i);
}

static og_status write_file(og_quantize_job *job, const char *out, og_error *err) {
    og_gguf_writer *w;
    OG_TRY(og_gguf_writer_open(out, &w, err));
    const char *key;
    for (uint64_t i = 0; (key = og_file_meta(job->file, i, NULL)); i++)
        if (!is_replaced(key)) og_gguf_copy_meta(w, job->file, key);
    og_gguf_set_u32(w, "general.quantization_version", 2);
    og_gguf_set_u32(w, "general.file_type", job->file_type);
    set_imatrix_keys(job, w);
    for (uint64_t i = 0; i < job->n; i++)
        og_gguf_add_tensor(w, job->row[i].info.name, job->row[i].to, job->row[i].info.dim, job->row[i].info.n_dims);
    og_status status = og_gguf_begin_data(w, err);
    if (status == OG_OK) status = og_quantize_write(job, w, err);
    if (status == OG_OK) return og_gguf_writer_commit(w, err);
    og_gguf_writer_abort(w);
    return status;
}

void og_quantize_report(const og_quantize_job *job, const og_quantize_row *row, double error, bool weighted) {
    if (!job->params->report) return;
    og_quantize_tensor t = {
        .name = row->info.name,
        .from = og_quant_of((uint32_t)row->from)->name,
        .to = og_quant_of((uint32_t)row->to)->name,
        .wanted = row->wanted != row->to ? og_quant_of((uint32_t)row->wanted)->name : NULL,
        .elements = row->columns * row->rows,
        .bytes = row->bytes,
        .error = error,
        .weighted = weighted,
    };
    job->params->report(job->params->user, &t);
}

static bool has_importance(const og_quantize_job *job, const og_quantize_row *row) {
    char full[320];
    og_tensor_info info;
    og_type type;
    if (!job->imatrix.file || snprintf(full, sizeof full, "%s.in_sum2", row->info.name) >= (int)sizeof full) return false;
    return og_file_find_tensor(job->imatrix.file, full, &info, &type);
}

static void sum_up(const og_quantize_job *job, og_quantize_result *r) {
    *r = (og_quantize_result){.tensors = job->n, .elements = job->elements, .bytes_in = job->bytes_in};
    for (uint64_t i = 0; i < job->n; i++) {
        const og_quantize_row *row = &job->row[i];
        r->bytes_out += row->bytes;
        r->fallbacks += row->wanted != row->to;
        bool quantized = row->to != row->from && og_quant_of((uint32_t)row->to)->is_block;
        r->unweighted += job->imatrix.file && quantized && !has_importance(job, row);
        r->unguided += quantized && og_recipe_guided(row->to, row->info.name) && !has_importance(job, row);
    }
    r->bits = job->elements ? 8 * (double)r->bytes_out / (double)job->elements : 0;
}

static og_status run(og_quantize_job *job, const char *in, const char *out, og_quantize_result *result, og_error *err) {
    OG_TRY(check_paths(job->file, out, err));
    if (og_file_n_tensors(job->file) == 0) return og_fail(err, OG_ERR_ARG, "%s has no tensors: there is nothing to quantize", in);
    if (job->params->imatrix) OG_TRY(og_imatrix_open(job->params->imatrix, &job->imatrix, err));
    OG_TRY(og_quantize_plan(job, err));
    if (!job->recipe && !job->keep) OG_TRY(og_quantize_target(job, err));
    if (job->keep) job->file_type = og_quantize_file_type(job);
    if (job->params->dry_run) {
        for (uint64_t i = 0; i < job->n; i++) og_quantize_report(job, &job->row[i], -1, has_importance(job, &job->row[i]));
    } else {
        OG_TRY(write_file(job, out, err));
    }
    if (result) sum_up(job, result);
    return OG_OK;
}

og_status og_quantize_run(og_engine *engine, og_file *file, const char *in, const char *out, const og_quantize_params *params,
                          bool may_keep, og_quantize_result *result, og_error *err) {
    double start = og_now();
    og_quantize_job job = {.pool = engine->pool, .params = params, .file = file};
    og_status status = check(params, out, may_keep, &job.recipe, err);
    job.keep = may_keep && !job.recipe && !params->target_bytes && params->target_bpw == 0;
    if (status == OG_OK) status = run(&job, in, out, result, err);
    og_imatrix_close(&job.imatrix);
    og_file_close(job.file);
    og_release(job.row);
    if (status == OG_OK && result) result->seconds = og_now() - start;
    return status;
}

og_status og_quantize(og_engine *engine, const char *in, const char *out, const og_quantize_params *params, og_quantize_result *result,
                      og_error *err) {
    if (!engine || !in || !params) return og_fail(err, OG_ERR_ARG, "og_quantize needs an engine, a file to read and parameters");
    og_file *file;
    OG_TRY(og_file_open(in, &file, err));
    return og_quantize_run(engine, file, in, out, params, false, result, err);
}
