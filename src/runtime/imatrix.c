#include "runtime/imatrix.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool ends_with(const char *name, const char *end) {
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

og_status og_imatrix_open(const char *path, og_imatrix *out, og_error *err) {
    *out = (og_imatrix){0};
    og_file *file;
    og_status status = og_file_open(path, &file, err);
    if (status != OG_OK) return og_fail_prefix(err, status, "the importance matrix");
    og_value type;
    if (!og_file_find(file, "general.type", &type) || type.type != OG_VALUE_STRING || type.len != 7 || memcmp(type.str, "imatrix", 7) != 0)
        status = og_fail(err, OG_ERR_FORMAT, "%s is no importance matrix: its general.type is not \"imatrix\"", path);
    og_tensor_info info;
    for (uint64_t i = 0; og_file_tensor(file, i, &info); i++) out->n_entries += ends_with(info.name, ".in_sum2");
    if (status == OG_OK && out->n_entries == 0)
        status = og_fail(err, OG_ERR_FORMAT, "%s has no entries: no tensor is named NAME.in_sum2", path);
    if (status == OG_OK)
        out->file = file;
    else
        og_file_close(file);
    return status;
}

void og_imatrix_close(og_imatrix *m) {
    og_file_close(m->file);
    *m = (og_imatrix){0};
}

/* Tensor `name` with `n` floats; *found is false if there is none. */
static og_status read_floats(const og_file *file, const char *name, uint64_t n, float *out, bool *found, og_error *err) {
    og_tensor_info info;
    og_type type;
    *found = og_file_find_tensor(file, name, &info, &type);
    if (!*found) return OG_OK;
    uint64_t have = info.dim[0] * info.dim[1] * info.dim[2] * info.dim[3]; /* the reader has checked that it fits the file */
    if (type != OG_F32 || have != n)
        return og_fail(err, OG_ERR_FORMAT,
                       "the importance matrix has %" PRIu64 " values of type %s as %s, but the model needs %" PRIu64
                       " of F32: it was made for another model",
                       have, info.type, name, n);
    OG_TRY(og_source_read(og_file_source(file, info.part), info.offset, out, (size_t)n * sizeof *out, err));
    for (uint64_t i = 0; i < n; i++)
        if (!isfinite(out[i]) || out[i] < 0)
            return og_fail(err, OG_ERR_FORMAT, "value %" PRIu64 " of %s in the importance matrix is %g: it must be finite and not negative",
                           i, name, (double)out[i]);
    return OG_OK;
}

static og_status read_entry(const og_imatrix *m, const char *name, uint64_t columns, uint64_t matrices, float *sums, float *counts,
                            bool *found, og_error *err) {
    char full[320];
    bool counted;
    if (snprintf(full, sizeof full, "%s.in_sum2", name) >= (int)sizeof full) return *found = false, OG_OK; /* no model names tensors so */
    OG_TRY(read_floats(m->file, full, columns * matrices, sums, found, err));
    if (!*found) return OG_OK;
    snprintf(full, sizeof full, "%s.counts", name);
    OG_TRY(read_floats(m->file, full, matrices, counts, &counted, err));
    if (!counted) return og_fail(err, OG_ERR_FORMAT, "the importance matrix has %s.in_sum2, but no %s", name, full);
    /* An expert that no token reached says nothing: all its columns are alike. */
    for (uint64_t i = 0; i < matrices; i++)
        for (uint64_t k = 0; k < columns; k++) sums[i * columns + k] = counts[i] > 0 ? sums[i * columns + k] / counts[i] : 1;
    return OG_OK;
}

og_status og_imatrix_get(const og_imatrix *m, const char *name, uint64_t columns, uint64_t matrices, float **out, og_error *err) {
    *out = NULL;
    if (!m->file) return OG_OK;
    uint64_t n = columns * matrices; /* at most the elements of the tensor */
    float *sums = og_alloc((size_t)n * sizeof *sums), *counts = og_alloc((size_t)matrices * sizeof *counts);
    bool found = false;
    og_status status = sums && counts ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for the importance of %s", name);
    if (status == OG_OK) status = read_entry(m, name, columns, matrices, sums, counts, &found, err);
    og_release(counts);
    if (status == OG_OK && found)
        *out = sums;
    else
        og_release(sums);
    return status;
}
