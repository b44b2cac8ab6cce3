/* gguf_write.c: writes GGUF version 3. The header is collected in memory, because it needs the counts first and the offsets of all tensors;
 * the tensors' data then goes straight to the file. */
#include "format/gguf.h"
#include "format/gguf_header.h"
#include "format/gguf_tensors.h"

#include <inttypes.h>
#include <stdio.h>

struct og_gguf_writer {
    og_writer *out;
    char *path;
    og_error bad; /* the first mistake; status OG_OK: none */
    og_names keys;
    og_buf meta; /* the metadata entries as they will be in the file */
    og_gguf_tensors tensors;
    uint64_t alignment;
    bool began;
    uint32_t current; /* the tensor whose data comes next */
    uint64_t done;    /* bytes of it that came */
};

og_status og_gguf_writer_open_header(const char *name, og_gguf_writer **out, og_error *err) {
    *out = NULL;
    og_gguf_writer *w = og_calloc(1, sizeof *w);
    if (w) w->path = og_strndup(name, strlen(name));
    if (!w || !w->path) {
        og_release(w);
        return og_fail(err, OG_ERR_MEMORY, "no memory to write %s", og_gguf_show_path(name).s);
    }
    w->alignment = OG_GGUF_ALIGNMENT;
    *out = w;
    return OG_OK;
}

og_status og_gguf_writer_open(const char *path, og_gguf_writer **out, og_error *err) {
    OG_TRY(og_gguf_writer_open_header(path, out, err));
    og_status status = og_writer_open(path, &(*out)->out, err);
    if (status != OG_OK) {
        og_gguf_writer_abort(*out);
        *out = NULL;
    }
    return status;
}

static void release(og_gguf_writer *w) {
    og_names_free(&w->keys);
    og_buf_free(&w->meta);
    og_gguf_tensors_free(&w->tensors);
    og_release(w->path);
    og_release(w);
}

void og_gguf_writer_abort(og_gguf_writer *w) {
    if (!w) return;
    og_writer_abort(w->out);
    release(w);
}

/* Keeps the first mistake. */
static void mistake(og_gguf_writer *w, og_status status, const char *what, const char *name, const char *why) {
    if (w->bad.status != OG_OK) return;
    og_fail(&w->bad, status, "writing %s: %s '%s' %s", og_gguf_show_path(w->path).s, what, og_gguf_show(name, strlen(name)).s, why);
}

static og_status report(const og_gguf_writer *w, og_error *err) {
    return og_fail(err, w->bad.status, "%s", w->bad.text);
}

/* ---- metadata ---- */

static void put(og_gguf_writer *w, const void *data, size_t bytes) {
    og_buf_add(&w->meta, data, bytes);
}

static void put_u32(og_buf *buf, uint32_t v) {
    og_buf_add(buf, &v, sizeof v);
}

static void put_u64(og_buf *buf, uint64_t v) {
    og_buf_add(buf, &v, sizeof v);
}

static void put_string(og_buf *buf, const char *s, size_t len) {
    put_u64(buf, len);
    og_buf_add(buf, s, len);
}

static const char *name_fault(size_t len) {
    if (len == 0) return "is empty";
    return len > OG_GGUF_NAME_MAX ? "has more than 65535 bytes" : NULL;
}

/* Key and type of the next entry; false after a mistake, when nothing may follow. */
static bool put_key(og_gguf_writer *w, const char *key, og_value_type type) {
    size_t len = strlen(key);
    const char *fault = w->began ? "is set after the data was begun" : name_fault(len);
    if (fault) mistake(w, OG_ERR_ARG, "metadata key", key, fault);
    if (w->bad.status != OG_OK) return false;
    if (!og_names_add(&w->keys, key, len)) {
        mistake(w, OG_ERR_MEMORY, "metadata key", key, "finds no memory");
        return false;
    }
    put_string(&w->meta, key, len);
    put_u32(&w->meta, type);
    return true;
}

static bool bools_are_valid(const void *data, uint64_t n) {
    const uint8_t *p = data;
    for (uint64_t i = 0; i < n; i++) {
        if (p[i] > 1) return false;
    }
    return true;
}

void og_gguf_set_scalar(og_gguf_writer *w, const char *key, og_value_type type, const void *value) {
    unsigned size = og_gguf_value_size(type);
    if (size == 0 || (type == OG_VALUE_BOOL && !bools_are_valid(value, 1))) {
        mistake(w, OG_ERR_ARG, "metadata key", key, "gets no valid scalar");
        return;
    }
    if (strcmp(key, "general.alignment") == 0) {
        uint32_t alignment = 0;
        if (type == OG_VALUE_U32) memcpy(&alignment, value, sizeof alignment);
        if (!og_gguf_power_of_two(alignment)) mistake(w, OG_ERR_ARG, "metadata key", key, "must be a u32 and a power of two");
        w->alignment = alignment;
    }
    if (put_key(w, key, type)) put(w, value, size);
}

void og_gguf_set_u32(og_gguf_writer *w, const char *key, uint32_t v) {
    og_gguf_set_scalar(w, key, OG_VALUE_U32, &v);
}

void og_gguf_set_u64(og_gguf_writer *w, const char *key, uint64_t v) {
    og_gguf_set_scalar(w, key, OG_VALUE_U64, &v);
}

void og_gguf_set_i32(og_gguf_writer *w, const char *key, int32_t v) {
    og_gguf_set_scalar(w, key, OG_VALUE_I32, &v);
}

void og_gguf_set_f32(og_gguf_writer *w, const char *key, float v) {
    og_gguf_set_scalar(w, key, OG_VALUE_F32, &v);
}

void og_gguf_set_bool(og_gguf_writer *w, const char *key, bool v) {
    uint8_t byte = v;
    og_gguf_set_scalar(w, key, OG_VALUE_BOOL, &byte);
}

void og_gguf_set_str(og_gguf_writer *w, const char *key, const char *s, size_t len) {
    if (put_key(w, key, OG_VALUE_STRING)) put_string(&w->meta, s, len);
}

static bool put_array(og_gguf_writer *w, const char *key, og_value_type element, uint64_t n) {
    if (!put_key(w, key, OG_VALUE_ARRAY)) return false;
    put_u32(&w->meta, element);
    put_u64(&w->meta, n);
    return true;
}

void og_gguf_set_array(og_gguf_writer *w, const char *key, og_value_type element, const void *data, uint64_t n) {
    uint64_t bytes;
    unsigned size = og_gguf_value_size(element);
    if (size == 0 || (element == OG_VALUE_BOOL && !bools_are_valid(data, n)) || !og_mul_u64(n, size, &bytes) || bytes > SIZE_MAX / 2) {
        mistake(w, OG_ERR_ARG, "metadata key", key, "gets no valid array");
    } else if (put_array(w, key, element, n)) {
        put(w, data, (size_t)bytes);
    }
}

void og_gguf_set_strings(og_gguf_writer *w, const char *key, const char *const *s, const size_t *len, uint64_t n) {
    if (!put_array(w, key, OG_VALUE_STRING, n)) return;
    for (uint64_t i = 0; i < n; i++) put_string(&w->meta, s[i], len[i]);
}

void og_gguf_copy_meta(og_gguf_writer *w, const og_file *from, const char *key) {
    og_value_type type;
    const uint8_t *data;
    uint64_t bytes;
    if (!og_file_meta_raw(from, key, &type, &data, &bytes)) {
        mistake(w, OG_ERR_ARG, "metadata key", key, "is not in the file it should be copied from");
    } else if (og_gguf_value_size(type)) {
        og_gguf_set_scalar(w, key, type, data);
    } else if (put_key(w, key, type)) {
        put(w, data, (size_t)bytes);
    }
}

/* ---- tensors ---- */

void og_gguf_add_tensor(og_gguf_writer *w, const char *name, og_type type, const uint64_t *dim, int n_dims) {
    og_gguf_tensors *t = &w->tensors;
    og_gguf_tensor row = {.type = type, .n_dims = n_dims, .dim = {1, 1, 1, 1}};
    const char *fault = w->began ? "is declared after the data was begun" : name_fault(strlen(name));
    if (!fault && !og_quant_of((uint32_t)type)) fault = "has an unknown type";
    if (!fault && (n_dims < 0 || n_dims > 4)) fault = "must have 0 to 4 dimensions";
    if (!fault) {
        for (int i = 0; i < n_dims; i++) row.dim[i] = dim[i];
        const char *why;
        if (!og_gguf_tensor_bytes(type, row.dim, &row.bytes, &why)) fault = why;
    }
    if (fault) mistake(w, OG_ERR_ARG, "tensor", name, fault);
    if (w->bad.status != OG_OK) return;
    void *rows = t->row;
    bool grown = og_gguf_grow(&rows, &t->cap, (uint64_t)t->names.n + 1, sizeof *t->row);
    t->row = rows;
    if (!grown || !og_names_add(&t->names, name, strlen(name))) {
        mistake(w, OG_ERR_MEMORY, "tensor", name, "finds no memory");
        return;
    }
    t->row[t->names.n - 1] = row;
}

/* Offsets from the start of the data, each tensor padded to the alignment. */
static bool place(og_gguf_writer *w) {
    uint64_t at = 0, mask = w->alignment - 1;
    for (uint32_t i = 0; i < w->tensors.names.n; i++) {
        og_gguf_tensor *row = &w->tensors.row[i];
        row->offset = at;
        if (!og_add_u64(at, row->bytes, &at) || !og_add_u64(at, mask, &at) || at > INT64_MAX) return false;
        at &= ~mask;
    }
    return true;
}

static void find_twins(og_gguf_writer *w, og_names *names, const char *what) {
    uint32_t which = 0;
    og_names_result result = w->bad.status == OG_OK ? og_names_index(names, &which) : OG_NAMES_OK;
    if (result == OG_NAMES_OK) return;
    const char *name = names->n ? og_names_at(names, which, NULL) : "";
    mistake(w, result == OG_NAMES_MEMORY ? OG_ERR_MEMORY : OG_ERR_ARG, what, name,
            result == OG_NAMES_MEMORY  ? "finds no memory"
            : result == OG_NAMES_TWICE ? "occurs twice"
                                       : "collides with too many others");
}

static void build_header(const og_gguf_writer *w, og_buf *head) {
    og_buf_add(head, "GGUF", 4);
    put_u32(head, OG_GGUF_VERSION);
    put_u64(head, w->tensors.names.n);
    put_u64(head, w->keys.n);
    og_buf_add(head, w->meta.data, w->meta.len);
    for (uint32_t i = 0; i < w->tensors.names.n; i++) {
        const og_gguf_tensor *row = &w->tensors.row[i];
        size_t len;
        const char *name = og_names_at(&w->tensors.names, i, &len);
        put_string(head, name, len);
        put_u32(head, (uint32_t)row->n_dims);
        for (int k = 0; k < row->n_dims; k++) put_u64(head, row->dim[k]);
        put_u32(head, (uint32_t)row->type);
        put_u64(head, row->offset);
    }
}

/* Zeros up to the next multiple of the alignment. */
static og_status pad(og_gguf_writer *w, og_error *err) {
    static const uint8_t zeros[256];
    uint64_t n = (0 - og_writer_offset(w->out)) & (w->alignment - 1);
    for (uint64_t step; n; n -= step) {
        step = OG_MIN(n, sizeof zeros);
        OG_TRY(og_writer_add(w->out, zeros, (size_t)step, err));
    }
    return OG_OK;
}

og_status og_gguf_build_header(og_gguf_writer *w, og_buf *head, og_error *err) {
    if (w->began) mistake(w, OG_ERR_ARG, "the data", "", "was begun before");
    find_twins(w, &w->keys, "metadata key");
    find_twins(w, &w->tensors.names, "tensor");
    if (w->bad.status == OG_OK && !place(w)) mistake(w, OG_ERR_ARG, "the data", "", "has more bytes than a file can hold");
    if (w->bad.status == OG_OK) build_header(w, head);
    while (w->bad.status == OG_OK && !head->failed && head->len & (w->alignment - 1)) og_buf_add(head, "", 1);
    if (w->meta.failed || head->failed) mistake(w, OG_ERR_MEMORY, "the header", "", "finds no memory");
    w->began = true;
    return w->bad.status == OG_OK ? OG_OK : report(w, err);
}

og_status og_gguf_begin_data(og_gguf_writer *w, og_error *err) {
    og_buf head;
    og_buf_init(&head);
    og_status status = og_gguf_build_header(w, &head, err);
    if (status == OG_OK) status = og_writer_add(w->out, head.data, head.len, err);
    og_buf_free(&head);
    return status;
}

og_status og_gguf_add_data(og_gguf_writer *w, const void *data, size_t bytes, og_error *err) {
    const uint8_t *p = data;
    if (!w->began) mistake(w, OG_ERR_ARG, "data", "", "came before og_gguf_begin_data");
    if (w->bad.status != OG_OK) return report(w, err);
    while (bytes) {
        if (w->current == w->tensors.names.n) {
            mistake(w, OG_ERR_ARG, "data", "", "goes on past the end of the last tensor");
            return report(w, err);
        }
        uint64_t left = w->tensors.row[w->current].bytes - w->done;
        size_t step = (size_t)OG_MIN(left, (uint64_t)bytes);
        OG_TRY(og_writer_add(w->out, p, step, err));
        p += step;
        bytes -= step;
        w->done += step;
        if (step < left) continue;
        OG_TRY(pad(w, err));
        w->current++;
        w->done = 0;
    }
    return OG_OK;
}

og_status og_gguf_writer_commit(og_gguf_writer *w, og_error *err) {
    if (!w->began) mistake(w, OG_ERR_ARG, "the data", "", "was never begun");
    if (w->current < w->tensors.names.n) {
        char why[96];
        snprintf(why, sizeof why, "got %" PRIu64 " of its %" PRIu64 " bytes", w->done, w->tensors.row[w->current].bytes);
        mistake(w, OG_ERR_ARG, "tensor", og_names_at(&w->tensors.names, w->current, NULL), why);
    }
    if (w->bad.status != OG_OK) {
        og_status status = report(w, err);
        og_gguf_writer_abort(w);
        return status;
    }
    og_status status = og_writer_commit(w->out, err);
    release(w);
    return status;
}
