/* quantize_plan.c: the list of tensors, and the types that recipes and overrides give them. */
#include "runtime/quantize.h"

#include <stdio.h>
#include <string.h>

void og_quantize_set(og_quantize_row *row, og_type type) {
    uint64_t row_bytes = 0;
    row->to = type;
    og_quant_row_bytes(type, row->columns, &row_bytes); /* og_recipe_fit has made it fit; the input's own size bounds the product */
    row->bytes = row_bytes * row->rows;
}

/* A number of the architecture: "llama.block_count". Arrays, with a number for each layer, count by their first. */
static uint32_t arch_number(const og_file *file, const char *key) {
    og_value arch, v;
    char full[160];
    if (!og_file_find(file, "general.architecture", &arch) || arch.type != OG_VALUE_STRING || arch.len > 64) return 0;
    snprintf(full, sizeof full, "%.*s.%s", (int)arch.len, arch.str, key);
    bool found = og_file_find(file, full, &v);
    if (found && v.type == OG_VALUE_ARRAY) found = og_file_element(file, full, 0, &v);
    return found && v.i > 0 && v.i < INT32_MAX ? (uint32_t)v.i : 0;
}

static void read_model(og_quantize_job *job) {
    og_tensor_info info;
    og_type type;
    job->model = (og_recipe_model){
        .n_layer = arch_number(job->file, "block_count"),
        .n_head = arch_number(job->file, "attention.head_count"),
        .n_head_kv = arch_number(job->file, "attention.head_count_kv"),
        .n_expert = arch_number(job->file, "expert_count"),
        .tied = !og_file_find_tensor(job->file, "output.weight", &info, &type),
        .imatrix = job->imatrix.file != NULL,
    };
}

/* ---- overrides ---- */

/* Whether a pattern with * (any characters) and ? (one) fits all of the text. */
static bool glob(const char *p, const char *text, const char *end) {
    const char *star = NULL, *again = NULL; /* end: of the pattern */
    while (*text) {
        if (p < end && *p == '*') {
            star = p++;
            again = text;
        } else if (p < end && (*p == '?' || *p == *text)) {
            p++;
            text++;
        } else if (star) {
            p = star + 1;
            text = ++again;
        } else {
            return false;
        }
    }
    while (p < end && *p == '*') p++;
    return p == end;
}

static bool fits(const char *pattern, size_t len, const char *name) {
    if (memchr(pattern, '*', len) || memchr(pattern, '?', len)) return glob(pattern, name, pattern + len);
    for (const char *at = name; *at; at++)
        if (strncmp(at, pattern, len) == 0) return true;
    return false;
}

/* The type behind the last "=" of an override; NULL after saying what is wrong. */
static const og_quant *override_type(const char *text, size_t *len, og_error *err) {
    const char *equals = strrchr(text, '=');
    if (!equals || equals == text) {
        og_fail(err, OG_ERR_ARG, "\"%s\" is no PATTERN=TYPE: a part of tensor names and a type, such as ffn_down=Q6_K", text);
        return NULL;
    }
    *len = (size_t)(equals - text);
    const og_quant *q = og_quant_named(equals + 1);
    if (!q || !q->encode || q->type == OG_F64) {
        og_fail(err, OG_ERR_ARG, "\"%s\": tensors cannot be made %s; types are F32, F16, BF16, Q8_0, Q6_K, Q4_K and so on", text,
                equals + 1);
        return NULL;
    }
    return q;
}

static og_status check_overrides(const og_quantize_job *job, og_error *err) {
    for (size_t i = 0; i < job->params->n_overrides; i++) {
        const char *text = job->params->overrides[i];
        size_t len = 0;
        if (!override_type(text, &len, err)) return OG_ERR_ARG;
        bool used = false;
        for (uint64_t t = 0; t < job->n && !used; t++) used = fits(text, len, job->row[t].info.name);
        if (!used)
            return og_fail(err, OG_ERR_ARG, "no tensor of %s fits the pattern of \"%s\"", og_source_name(og_file_source(job->file, 0)),
                           text);
    }
    return OG_OK;
}

static const og_quant *find_override(const og_quantize_job *job, const char *name) {
    for (size_t i = 0; i < job->params->n_overrides; i++) {
        const char *text = job->params->overrides[i];
        size_t len = 0;
        const og_quant *q = override_type(text, &len, NULL);
        if (q && fits(text, len, name)) return q;
    }
    return NULL;
}

/* ---- the list ---- */

static og_type choose(const og_quantize_job *job, const og_quantize_row *row, bool *open) {
    const og_quant *from = og_quant_of((uint32_t)row->from), *override = find_override(job, row->info.name);
    *open = false;
    if (!from->is_block && !from->is_float) return row->from; /* integers are no weights */
    if (override) return override->type;
    if (job->keep) return row->from;
    if (job->recipe && job->recipe->base == OG_F32) return OG_F32; /* everything is decoded */
    if (!og_recipe_covers(row->info.name, row->info.dim)) return row->from;
    *open = job->recipe == NULL;
    return job->recipe ? og_recipe_type(job->recipe, &job->model, row->info.name, row->info.dim) : row->from;
}

og_status og_quantize_plan(og_quantize_job *job, og_error *err) {
    read_model(job);
    job->n = og_file_n_tensors(job->file);
    job->row = og_calloc((size_t)job->n + 1, sizeof *job->row);
    if (!job->row) return og_fail(err, OG_ERR_MEMORY, "out of memory for the list of tensors");
    for (uint64_t i = 0; i < job->n; i++) {
        og_quantize_row *row = &job->row[i];
        og_type from;
        og_file_tensor(job->file, i, &row->info);
        og_file_find_tensor(job->file, row->info.name, &row->info, &from);
        row->from = from;
        row->columns = row->info.dim[0];
        row->matrix_rows = row->info.dim[1];
        row->rows = row->info.dim[1] * row->info.dim[2] * row->info.dim[3];
        job->elements += row->columns * row->rows;
        job->bytes_in += row->info.bytes;
    }
    OG_TRY(check_overrides(job, err));
    for (uint64_t i = 0; i < job->n; i++) {
        og_quantize_row *row = &job->row[i];
        row->wanted = choose(job, row, &row->open);
        og_quantize_set(row, row->wanted == row->from ? row->from : og_recipe_fit(row->wanted, row->columns));
    }
    if (job->recipe) job->file_type = job->recipe->file_type;
    return OG_OK;
}

uint64_t og_quantize_header_bytes(const og_quantize_job *job) {
    enum { FIXED = 24, KEY = 12, TENSOR = 8 + 4 + 4 * 8 + 4 + 8, NEW_KEYS = 1024 };
    uint64_t bytes = FIXED + NEW_KEYS;
    const char *key;
    for (uint64_t i = 0; (key = og_file_meta(job->file, i, NULL)); i++) {
        og_value_type type;
        const uint8_t *data;
        uint64_t size = 0;
        og_file_meta_raw(job->file, key, &type, &data, &size);
        bytes += KEY + strlen(key) + size + 8;
    }
    for (uint64_t i = 0; i < job->n; i++) bytes += TENSOR + strlen(job->row[i].info.name);
    return bytes;
}
