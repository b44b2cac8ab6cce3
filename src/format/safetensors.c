/* safetensors.c: the header of one file after the other, into one table. */
#include "format/safetensors.h"

#include "base/json.h"
#include "format/gguf_header.h"
#include "format/gguf_names.h"
#include "format/safetensors_set.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_MAX_BYTES = 65535 };

static const struct {
    const char *name;
    unsigned bytes;
} dtypes[] = {
#define DTYPE(name, bytes) {#name, bytes},
    OG_ST_DTYPES(DTYPE)
#undef DTYPE
};

const char *og_st_dtype_name(og_st_dtype dtype) {
    return dtypes[dtype].name;
}

unsigned og_st_dtype_bytes(og_st_dtype dtype) {
    return dtypes[dtype].bytes;
}

/* What reading one file's header needs. */
typedef struct header {
    const og_source *src;
    char *text; /* names are unescaped in it */
    og_jread json;
    uint64_t data, size; /* where tensors begin; bytes of them */
    const char *name;    /* of the tensor being read, for messages */
    size_t name_len;
} header;

static og_status bad(const header *h, og_error *err, const char *fmt, ...) OG_PRINTF(3, 4);
static og_status bad(const header *h, og_error *err, const char *fmt, ...) {
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const char *path = og_source_name(h->src);
    if (h->name)
        return og_fail(err, OG_ERR_FORMAT, "%s: tensor '%s' %s", og_gguf_show_path(path).s, og_gguf_show(h->name, h->name_len).s, text);
    return og_fail(err, OG_ERR_FORMAT, "%s: %s", og_gguf_show_path(path).s, text);
}

static og_status bad_json(const header *h, og_error *err) {
    header whole = *h;
    whole.name = NULL;
    return bad(&whole, err, "the header is not JSON: %s at byte %zu. The file is damaged: download it again", h->json.problem,
               h->json.at + 8);
}

/* ---- one tensor ---- */

static og_status read_dtype(header *h, og_st_tensor *t, og_error *err) {
    if (og_jread_next(&h->json) != OG_JSON_STRING) return h->json.problem ? bad_json(h, err) : bad(h, err, "has a dtype that is no string");
    for (size_t i = 0; i < OG_LEN(dtypes); i++) {
        if (strlen(dtypes[i].name) != h->json.len || memcmp(dtypes[i].name, h->json.str, h->json.len) != 0) continue;
        t->dtype = (og_st_dtype)i;
        return OG_OK;
    }
    return bad(h, err, "is of the unknown dtype '%s'", og_gguf_show(h->json.str, h->json.len).s);
}

/* An array of at most `max` integers from 0 on. */
static og_status read_numbers(header *h, const char *what, uint64_t *out, int max, int *n, og_error *err) {
    og_jevent event = og_jread_next(&h->json);
    if (event == OG_JSON_BAD) return bad_json(h, err);
    if (event != OG_JSON_ARRAY) return bad(h, err, "has %s that are no array", what);
    *n = 0;
    while ((event = og_jread_next(&h->json)) != OG_JSON_ARRAY_END) {
        if (event == OG_JSON_BAD) return bad_json(h, err);
        if (event != OG_JSON_INT || h->json.i < 0) return bad(h, err, "has %s that are no integers from 0 to 2^63", what);
        if (*n == max) return bad(h, err, "has more than %d %s", max, what);
        out[(*n)++] = (uint64_t)h->json.i;
    }
    return OG_OK;
}

enum { DTYPE_SEEN = 1, SHAPE_SEEN = 2, OFFSETS_SEEN = 4, ALL_SEEN = 7 };

static og_status read_fields(header *h, og_st_tensor *t, uint64_t offset[2], og_error *err) {
    static const char *const names[] = {"dtype", "shape", "data_offsets"};
    int seen = 0, n = 0;
    og_jevent event = og_jread_next(&h->json);
    if (event == OG_JSON_BAD) return bad_json(h, err);
    if (event != OG_JSON_OBJECT) return bad(h, err, "is described by no object");
    while ((event = og_jread_next(&h->json)) == OG_JSON_KEY) {
        int field = 0;
        while (field < 3 && (strlen(names[field]) != h->json.len || memcmp(names[field], h->json.str, h->json.len) != 0)) field++;
        if (field == 3) return bad(h, err, "has the unknown field '%s'", og_gguf_show(h->json.str, h->json.len).s);
        if (seen & 1 << field) return bad(h, err, "has two fields '%s'", names[field]);
        seen |= 1 << field;
        if (field == 0) OG_TRY(read_dtype(h, t, err));
        if (field == 1) OG_TRY(read_numbers(h, "dimensions", t->dim, OG_ST_DIMS, &t->n_dims, err));
        if (field == 2) OG_TRY(read_numbers(h, "data_offsets", offset, 2, &n, err));
    }
    if (event == OG_JSON_BAD) return bad_json(h, err);
    for (int i = 0; i < 3; i++)
        if (!(seen & 1 << i)) return bad(h, err, "has no field '%s'", names[i]);
    return n == 2 ? OG_OK : bad(h, err, "has %d data_offsets; they must be 2", n);
}

static og_status check_range(header *h, og_st_tensor *t, const uint64_t offset[2], og_error *err) {
    t->elements = 1;
    for (int i = 0; i < t->n_dims; i++)
        if (!og_mul_u64(t->elements, t->dim[i], &t->elements)) return bad(h, err, "has dimensions whose product is past 64 bits");
    for (int i = t->n_dims; i < OG_ST_DIMS; i++) t->dim[i] = 1;
    if (!og_mul_u64(t->elements, og_st_dtype_bytes(t->dtype), &t->bytes)) return bad(h, err, "has more bytes than 64 bits can count");
    if (offset[0] > offset[1]) return bad(h, err, "ends (%" PRIu64 ") before it begins (%" PRIu64 ")", offset[1], offset[0]);
    if (offset[1] > h->size)
        return bad(h, err,
                   "ends at byte %" PRIu64 " of the data, of which there are %" PRIu64 ": the file is incomplete, download it again",
                   offset[1], h->size);
    if (offset[1] - offset[0] != t->bytes)
        return bad(h, err, "has %" PRIu64 " bytes, but %" PRIu64 " elements of %s take %" PRIu64, offset[1] - offset[0], t->elements,
                   og_st_dtype_name(t->dtype), t->bytes);
    t->offset = h->data + offset[0];
    t->src = h->src;
    return OG_OK;
}

static og_status add_tensor(og_safetensors *st, header *h, og_error *err) {
    char *name = h->text + (h->json.str - h->text);
    size_t len = og_jread_text(&h->json, name);
    h->name = name;
    h->name_len = len;
    if (len == 0 || len > NAME_MAX_BYTES || memchr(name, '\0', len))
        return bad(h, err, "has a name that is none: 1 to %d bytes without a zero are possible", NAME_MAX_BYTES);
    og_st_tensor t = {0};
    uint64_t offset[2] = {0, 0};
    OG_TRY(read_fields(h, &t, offset, err));
    OG_TRY(check_range(h, &t, offset, err));
    void *rows = st->row;
    bool grown = og_gguf_grow(&rows, &st->cap, (uint64_t)st->names.n + 1, sizeof *st->row);
    st->row = rows;
    if (!grown || !og_names_add(&st->names, name, len))
        return og_fail(err, OG_ERR_MEMORY, "out of memory for the tensors of %s", og_source_name(h->src));
    st->row[st->names.n - 1] = t;
    h->name = NULL;
    return OG_OK;
}

/* ---- the whole header ---- */

static og_status read_entries(og_safetensors *st, header *h, og_error *err) {
    og_jevent event = og_jread_next(&h->json);
    if (event == OG_JSON_BAD) return bad_json(h, err);
    if (event != OG_JSON_OBJECT) return bad(h, err, "the header is no JSON object");
    while ((event = og_jread_next(&h->json)) == OG_JSON_KEY) {
        static const char meta[] = "__metadata__";
        if (h->json.len != sizeof meta - 1 || memcmp(h->json.str, meta, sizeof meta - 1) != 0) {
            OG_TRY(add_tensor(st, h, err));
            continue;
        }
        event = og_jread_next(&h->json);
        if (event != OG_JSON_BAD && event != OG_JSON_OBJECT) return bad(h, err, "__metadata__ is no object");
        if (og_jread_skip(&h->json, event) == OG_JSON_BAD) return bad_json(h, err);
    }
    if (event == OG_JSON_BAD || og_jread_next(&h->json) == OG_JSON_BAD) return bad_json(h, err);
    return OG_OK;
}

static int by_offset(const void *a, const void *b) {
    const og_st_tensor *x = *(og_st_tensor *const *)a, *y = *(og_st_tensor *const *)b;
    return x->offset != y->offset ? (x->offset > y->offset) - (x->offset < y->offset) : (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

/* Tensors of one file lie one behind the other, and nothing else is there. */
static og_status check_layout(const og_safetensors *st, uint32_t first, header *h, og_error *err) {
    uint32_t n = st->names.n - first;
    const og_st_tensor **order = og_alloc((n + 1) * sizeof *order);
    if (!order) return og_fail(err, OG_ERR_MEMORY, "out of memory for the tensors of %s", og_source_name(h->src));
    for (uint32_t i = 0; i < n; i++) order[i] = &st->row[first + i];
    qsort(order, n, sizeof *order, by_offset);
    uint64_t at = h->data;
    og_status status = OG_OK;
    for (uint32_t i = 0; i < n && status == OG_OK; i++) {
        const og_st_tensor *t = order[i];
        if (t->bytes == 0) continue;
        h->name = og_names_at(&st->names, (uint32_t)(t - st->row), &h->name_len);
        if (t->offset < at) status = bad(h, err, "overlaps with the one before it: the file is damaged");
        if (t->offset > at)
            status = bad(h, err, "begins behind %" PRIu64 " bytes that belong to none: the file is damaged", t->offset - at);
        at = t->offset + t->bytes;
    }
    h->name = NULL;
    if (status == OG_OK && at != h->data + h->size)
        status = bad(h, err, "%" PRIu64 " bytes at the end belong to no tensor: the file is damaged", h->data + h->size - at);
    og_release(order);
    return status;
}

/* Files that people mistake for safetensors say what they are in their first bytes; no header is so long that the upper ones are in use. */
static og_status check_start(const header *h, const uint8_t *p, uint64_t n, og_error *err) {
    bool strange = n < 8 || memcmp(p + 4, "\0\0\0\0", 4) != 0;
    if (n == 0) return bad(h, err, "the file is empty. Download it again");
    if (strange && n >= 4 && (memcmp(p, "PK\x03\x04", 4) == 0 || memcmp(p, "\x80\x02", 2) == 0))
        return bad(h, err, "this is a Python pickle, which can run any code when it is loaded. Get the model as safetensors");
    if (n >= 8 && memcmp(p, "version ", 8) == 0) return bad(h, err, "this is a Git LFS pointer, not the file itself: run git lfs pull");
    if (strange && p[0] == '<') return bad(h, err, "this is a web page, not a model. Download the file itself");
    if (n < 8) return bad(h, err, "the file has %" PRIu64 " bytes; a header has at least 8. Download it again", n);
    return OG_OK;
}

static og_status read_file(og_safetensors *st, header *h, og_error *err) {
    uint8_t start[8] = {0};
    uint64_t size = og_source_size(h->src), len;
    OG_TRY(og_source_read(h->src, 0, start, (size_t)OG_MIN(size, 8), err));
    OG_TRY(check_start(h, start, size, err));
    len = og_gguf_u64(start);
    if (len > OG_ST_HEADER_MAX)
        return bad(h, err, "the header should have %" PRIu64 " bytes; %d are possible: this is no safetensors file, or a damaged one", len,
                   OG_ST_HEADER_MAX);
    if (len > size - 8)
        return bad(h, err, "the header should have %" PRIu64 " bytes, but the file has %" PRIu64 ": it is incomplete, download it again",
                   len, size);
    h->data = 8 + len;
    h->size = size - h->data;
    h->text = og_alloc((size_t)len);
    if (!h->text) return og_fail(err, OG_ERR_MEMORY, "out of memory for the header of %s", og_source_name(h->src));
    OG_TRY(og_source_read(h->src, 8, h->text, (size_t)len, err));
    og_jread_open(&h->json, h->text, (size_t)len);
    uint32_t first = st->names.n;
    OG_TRY(read_entries(st, h, err));
    return check_layout(st, first, h, err);
}

og_status og_safetensors_add(og_safetensors *st, og_source *src, og_error *err) {
    void *list = st->src;
    bool grown = og_gguf_grow(&list, &st->cap_src, (uint64_t)st->n_src + 1, sizeof *st->src);
    st->src = list;
    if (!grown) {
        og_source_close(src);
        return og_fail(err, OG_ERR_MEMORY, "out of memory for a list of files");
    }
    st->src[st->n_src++] = src;
    header h = {.src = src};
    og_status status = read_file(st, &h, err);
    og_release(h.text);
    return status;
}

og_status og_safetensors_finish(og_safetensors *st, og_error *err) {
    uint32_t which = 0;
    og_names_result result = og_names_index(&st->names, &which);
    for (uint32_t i = 0; i < st->names.n; i++) st->row[i].name = og_names_at(&st->names, i, NULL);
    if (result == OG_NAMES_OK) return OG_OK;
    if (result == OG_NAMES_MEMORY) return og_fail(err, OG_ERR_MEMORY, "out of memory for the names of tensors");
    const header h = {.src = st->row[which].src, .name = st->row[which].name, .name_len = strlen(st->row[which].name)};
    return bad(&h, err, "%s", result == OG_NAMES_TWICE ? "occurs twice" : "has a name that collides with too many others");
}

og_safetensors *og_safetensors_new(og_error *err) {
    og_safetensors *st = og_calloc(1, sizeof *st);
    if (!st) og_fail(err, OG_ERR_MEMORY, "out of memory for a list of tensors");
    return st;
}

og_status og_safetensors_open_sources(og_source **src, int n, og_safetensors **out, og_error *err) {
    og_safetensors *st = og_safetensors_new(err);
    og_status status = st ? OG_OK : OG_ERR_MEMORY;
    for (int i = 0; i < n; i++) {
        if (status == OG_OK)
            status = og_safetensors_add(st, src[i], err);
        else
            og_source_close(src[i]);
    }
    if (status == OG_OK) status = og_safetensors_finish(st, err);
    if (status == OG_OK)
        *out = st;
    else
        og_safetensors_close(st);
    return status;
}

void og_safetensors_close(og_safetensors *st) {
    if (!st) return;
    for (int i = 0; i < st->n_src; i++) og_source_close(st->src[i]);
    og_release(st->src);
    og_names_free(&st->names);
    og_release(st->row);
    og_release(st);
}

uint32_t og_safetensors_n(const og_safetensors *st) {
    return st->names.n;
}

const og_st_tensor *og_safetensors_at(const og_safetensors *st, uint32_t i) {
    return i < st->names.n ? &st->row[i] : NULL;
}

const og_st_tensor *og_safetensors_find(const og_safetensors *st, const char *name) {
    int64_t i = og_names_find(&st->names, name, strlen(name));
    return i < 0 ? NULL : &st->row[i];
}

uint64_t og_safetensors_bytes(const og_safetensors *st) {
    uint64_t bytes = 0;
    for (int i = 0; i < st->n_src; i++) bytes += og_source_size(st->src[i]);
    return bytes;
}
