/* gguf_file.c: og_file, an opened model: one GGUF file, or several parts of one model with a common table of tensors. */
#include "format/gguf.h"
#include "format/gguf_split.h"
#include "format/gguf_tensors.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>

struct og_file {
    atomic_int refs;
    og_source **part; /* [n_parts] */
    uint64_t cap_parts;
    uint32_t n_parts;
    int version;         /* of the first part */
    uint64_t bytes;      /* of all parts */
    og_gguf_meta meta;   /* the first part's: the model's */
    og_gguf_split split; /* what the first part says */
    og_gguf_tensors tensors;
};

/* ---- opening ---- */

static og_status read_alignment(const og_gguf_meta *m, const og_gguf_header *h, uint64_t *alignment, og_error *err) {
    og_value v;
    *alignment = OG_GGUF_ALIGNMENT;
    if (!og_gguf_meta_find(m, "general.alignment", &v)) return OG_OK;
    if (!og_gguf_is_integer(v.type) || v.i < 0 || !og_gguf_power_of_two(v.u)) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "general.alignment must be a power of two (it is of type %s, value %" PRId64
                           "). The file is damaged: download it again",
                           og_gguf_value_name(v.type), v.i);
    }
    *alignment = v.u;
    return OG_OK;
}

/* A later part must be the one its place asks for; that also catches a part that stands for itself again and again through links. */
static og_status check_place(const og_file *file, uint32_t number, const og_gguf_split *split, const og_gguf_header *h, og_error *err) {
    if (number == 0) return split->number == 0 ? OG_OK : og_gguf_split_not_first(h, split, err);
    if (split->number == number && split->count == file->split.count) return OG_OK;
    return og_gguf_bad(h, OG_ERR_FORMAT, err,
                       "this should be part %" PRIu32 " of %" PRIu32 " but says it is part %" PRIu32 " of %" PRIu32
                       ". Download that part of the model again",
                       number + 1, file->split.count, split->number + 1, split->count);
}

static og_status read_tables(og_file *file, uint32_t number, og_gguf_meta *meta, og_gguf_header *h, og_error *err) {
    uint32_t first = file->tensors.names.n;
    uint64_t alignment;
    og_gguf_split split;
    OG_TRY(og_gguf_header_open(h, file->part[number], err));
    OG_TRY(og_gguf_meta_read(meta, h, err));
    OG_TRY(og_gguf_tensors_read(&file->tensors, h, number, err));
    meta->base = og_gguf_header_finish(h);
    OG_TRY(og_gguf_split_read(meta, h, &split, err));
    OG_TRY(check_place(file, number, &split, h, err));
    OG_TRY(read_alignment(meta, h, &alignment, err));
    OG_TRY(og_gguf_tensors_place(&file->tensors, first, h, alignment, err));
    if (number == 0) {
        file->split = split;
        file->version = h->version;
    }
    return OG_OK;
}

/* Takes src over, on failure too. */
static og_status add_part(og_file *file, og_source *src, og_error *err) {
    void *part = file->part;
    bool grown = og_gguf_grow(&part, &file->cap_parts, file->n_parts + 1, sizeof *file->part);
    file->part = part;
    if (!grown) {
        og_source_close(src);
        return og_fail(err, OG_ERR_MEMORY, "no memory for a list of %" PRIu32 " files", file->n_parts + 1);
    }
    uint32_t number = file->n_parts++;
    file->part[number] = src;
    file->bytes += og_source_size(src);
    og_gguf_header h = {0};
    og_gguf_meta other = {0};
    og_status status = read_tables(file, number, number ? &other : &file->meta, &h, err);
    if (number == 0 && status == OG_OK) {
        file->meta.copy = h.copy; /* values are read from it */
        h.copy = NULL;
    }
    og_gguf_header_free(&h);
    og_gguf_meta_free(&other);
    return status;
}

static og_status finish(og_file *file, og_error *err) {
    const og_gguf_header h = {.src = file->part[0]}; /* for the messages */
    if (file->n_parts != file->split.count) {
        return og_gguf_bad(&h, OG_ERR_FORMAT, err, "this model has %" PRIu32 " parts, but %" PRIu32 " were given", file->split.count,
                           file->n_parts);
    }
    if (file->split.has_total && file->split.count > 1 && file->split.total != file->tensors.names.n) {
        return og_gguf_bad(&h, OG_ERR_FORMAT, err,
                           "split.tensors.count is %" PRIu64 ", but the %" PRIu32 " parts have %" PRIu32
                           " tensors together. They do not belong together: download them again",
                           file->split.total, file->n_parts, file->tensors.names.n);
    }
    return og_gguf_tensors_index(&file->tensors, file->part[0], err);
}

static og_file *new_file(og_error *err) {
    og_file *file = og_calloc(1, sizeof *file);
    if (file) {
        atomic_init(&file->refs, 1);
    } else {
        og_fail(err, OG_ERR_MEMORY, "no memory to open a model file");
    }
    return file;
}

static og_status deliver(og_file *file, og_status status, og_file **out) {
    if (status == OG_OK) {
        *out = file;
    } else {
        og_file_close(file);
    }
    return status;
}

og_status og_file_open_sources(og_source **parts, int n_parts, og_file **out, og_error *err) {
    *out = NULL;
    og_file *file = new_file(err);
    og_status status = file ? OG_OK : OG_ERR_MEMORY;
    if (n_parts < 1) status = og_fail(err, OG_ERR_ARG, "a model needs at least one file");
    for (int i = 0; i < n_parts; i++) {
        if (status == OG_OK) {
            status = add_part(file, parts[i], err);
        } else {
            og_source_close(parts[i]);
        }
    }
    if (status == OG_OK) status = finish(file, err);
    return deliver(file, status, out);
}

/* The other parts of the model whose first part is open: they lie beside it. */
static og_status open_siblings(og_file *file, const char *path, og_error *err) {
    uint32_t number, count;
    const og_gguf_header h = {.src = file->part[0]}; /* for the messages */
    if (!og_gguf_split_parse(path, &number, &count) || number != 1 || count != file->split.count) {
        return og_gguf_bad(&h, OG_ERR_FORMAT, err,
                           "this is the first of %" PRIu32 " parts, so its name must end in -00001-of-%05" PRIu32
                           ".gguf for the others to be found. Give the parts their "
                           "original names",
                           file->split.count, file->split.count);
    }
    for (uint32_t i = 1; i < count; i++) {
        char *sibling = og_gguf_split_path(path, i + 1);
        if (!sibling) return og_fail(err, OG_ERR_MEMORY, "no memory for a file name");
        og_source *src;
        og_status status = og_source_open(sibling, &src, err);
        og_release(sibling);
        if (status != OG_OK) {
            return og_fail_prefix(
                err, status, "part %" PRIu32 " of the %" PRIu32 " parts of this model cannot be opened (all of them must be in one folder)",
                i + 1, count);
        }
        OG_TRY(add_part(file, src, err));
    }
    return OG_OK;
}

og_status og_file_open(const char *path, og_file **out, og_error *err) {
    *out = NULL;
    og_source *src;
    OG_TRY(og_source_open(path, &src, err));
    og_file *file = new_file(err);
    if (!file) {
        og_source_close(src);
        return OG_ERR_MEMORY;
    }
    og_status status = add_part(file, src, err);
    if (status == OG_OK && file->split.count > 1) status = open_siblings(file, path, err);
    if (status == OG_OK) status = finish(file, err);
    return deliver(file, status, out);
}

og_file *og_file_retain(og_file *file) {
    atomic_fetch_add_explicit(&file->refs, 1, memory_order_relaxed);
    return file;
}

void og_file_close(og_file *file) {
    if (!file || atomic_fetch_sub_explicit(&file->refs, 1, memory_order_acq_rel) > 1) return;
    for (uint32_t i = 0; i < file->n_parts; i++) og_source_close(file->part[i]);
    og_release(file->part);
    og_gguf_meta_free(&file->meta);
    og_gguf_tensors_free(&file->tensors);
    og_release(file);
}

/* ---- what it says ---- */

int og_file_version(const og_file *file) {
    return file->version;
}

int og_file_parts(const og_file *file) {
    return (int)file->n_parts;
}

uint64_t og_file_bytes(const og_file *file) {
    return file->bytes;
}

uint64_t og_file_n_meta(const og_file *file) {
    return file->meta.keys.n;
}

const char *og_file_meta(const og_file *file, uint64_t i, og_value *out) {
    if (i >= file->meta.keys.n) return NULL;
    if (out) og_gguf_meta_value(&file->meta, (uint32_t)i, out);
    return og_names_at(&file->meta.keys, (uint32_t)i, NULL);
}

bool og_file_find(const og_file *file, const char *key, og_value *out) {
    return og_gguf_meta_find(&file->meta, key, out);
}

bool og_file_element(const og_file *file, const char *key, uint64_t i, og_value *out) {
    int64_t entry = og_names_find(&file->meta.keys, key, strlen(key));
    return entry >= 0 && og_gguf_meta_element(&file->meta, (uint32_t)entry, i, out);
}

uint64_t og_file_n_tensors(const og_file *file) {
    return file->tensors.names.n;
}

bool og_file_tensor(const og_file *file, uint64_t i, og_tensor_info *out) {
    if (i >= file->tensors.names.n) return false;
    const og_gguf_tensor *row = &file->tensors.row[i];
    *out = (og_tensor_info){
        .name = og_names_at(&file->tensors.names, (uint32_t)i, NULL),
        .type = og_quant_of((uint32_t)row->type)->name,
        .n_dims = row->n_dims,
        .offset = row->offset,
        .bytes = row->bytes,
        .part = (int)row->part,
    };
    memcpy(out->dim, row->dim, sizeof out->dim);
    return true;
}

bool og_file_find_tensor(const og_file *file, const char *name, og_tensor_info *info, og_type *type) {
    int64_t i = og_names_find(&file->tensors.names, name, strlen(name));
    if (i < 0) return false;
    if (info) og_file_tensor(file, (uint64_t)i, info);
    if (type) *type = file->tensors.row[i].type;
    return true;
}

const og_source *og_file_source(const og_file *file, int part) {
    return part >= 0 && (uint32_t)part < file->n_parts ? file->part[part] : NULL;
}

bool og_file_meta_raw(const og_file *file, const char *key, og_value_type *type, const uint8_t **data, uint64_t *bytes) {
    int64_t i = og_names_find(&file->meta.keys, key, strlen(key));
    if (i < 0) return false;
    *type = (og_value_type)file->meta.entry[i].type;
    *data = og_gguf_meta_raw(&file->meta, (uint32_t)i, bytes);
    return true;
}

/* ---- typed access ---- */

static og_status find(const og_file *file, const char *key, og_value *v, og_error *err) {
    const og_gguf_header h = {.src = file->part[0]}; /* for the message */
    if (og_gguf_meta_find(&file->meta, key, v)) return OG_OK;
    return og_gguf_bad(&h, OG_ERR_FORMAT, err, "metadata key '%s' is missing. The file is incomplete, or made for another kind of program",
                       key);
}

static og_status wrong_type(const og_file *file, const char *key, const og_value *v, const char *wanted, og_error *err) {
    const og_gguf_header h = {.src = file->part[0]}; /* for the message */
    return og_gguf_bad(&h, OG_ERR_FORMAT, err, "metadata key '%s' should hold %s, but it holds a value of type %s%s", key, wanted,
                       og_gguf_value_name(v->type), og_gguf_is_integer(v->type) || v->type == OG_VALUE_F64 ? " that does not fit" : "");
}

og_status og_file_get_u32(const og_file *file, const char *key, uint32_t *out, og_error *err) {
    og_value v;
    OG_TRY(find(file, key, &v, err));
    if (!og_gguf_is_integer(v.type) || v.i < 0 || v.u > UINT32_MAX) return wrong_type(file, key, &v, "an integer from 0 to 2^32 - 1", err);
    *out = (uint32_t)v.u;
    return OG_OK;
}

og_status og_file_get_f32(const og_file *file, const char *key, float *out, og_error *err) {
    og_value v;
    OG_TRY(find(file, key, &v, err));
    bool number = og_gguf_is_integer(v.type) || v.type == OG_VALUE_F32 || v.type == OG_VALUE_F64;
    if (!number || (v.type == OG_VALUE_F64 && isfinite(v.f) && !isfinite((float)v.f))) return wrong_type(file, key, &v, "a number", err);
    *out = (float)v.f;
    return OG_OK;
}

og_status og_file_get_str(const og_file *file, const char *key, const char **s, size_t *len, og_error *err) {
    og_value v;
    OG_TRY(find(file, key, &v, err));
    if (v.type != OG_VALUE_STRING) return wrong_type(file, key, &v, "a string", err);
    *s = v.str;
    *len = v.len;
    return OG_OK;
}
