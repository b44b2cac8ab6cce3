/* gguf_tensors.c: see gguf_tensors.h. */
#include "format/gguf_tensors.h"

#include <inttypes.h>

/* ---- reading ---- */

bool og_gguf_tensor_bytes(og_type type, const uint64_t dim[4], uint64_t *bytes, const char **why) {
    const og_quant *q = og_quant_of((uint32_t)type);
    uint64_t elements = 1, total;
    for (int i = 0; i < 4; i++) {
        *why = "has a dimension of 0";
        if (dim[i] == 0) return false;
        *why = "has more elements than 63 bits can count";
        if (!og_mul_u64(elements, dim[i], &elements) || elements > INT64_MAX) return false;
    }
    *why = "has rows that are no multiple of its type's block";
    if (dim[0] % (uint64_t)q->block) return false;
    *why = "has more bytes than 63 bits can count";
    if (!og_quant_row_bytes(type, dim[0], &total)) return false;
    for (int i = 1; i < 4; i++) {
        if (!og_mul_u64(total, dim[i], &total)) return false;
    }
    if (total > INT64_MAX) return false;
    *bytes = total;
    return true;
}

static og_status read_shape(og_gguf_tensor *row, og_gguf_header *h, og_error *err) {
    uint32_t n_dims, type;
    OG_TRY(og_gguf_take_u32(h, "the number of dimensions", &n_dims, err));
    if (n_dims > 4) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "has %" PRIu32 " dimensions, but at most 4 are possible. The file is damaged: download it again", n_dims);
    }
    row->n_dims = (int)n_dims;
    for (uint32_t i = 0; i < 4; i++) {
        row->dim[i] = 1;
        if (i < n_dims) OG_TRY(og_gguf_take_u64(h, "a dimension", &row->dim[i], err));
    }
    OG_TRY(og_gguf_take_u32(h, "the element type", &type, err));
    OG_TRY(og_gguf_take_u64(h, "the data offset", &row->offset, err));
    const og_quant *q = og_quant_of(type);
    if (!q) {
        return og_gguf_bad(h, OG_ERR_UNSUPPORTED, err,
                           "element type number %" PRIu32
                           " is not known to this version. Choose another quantization of this model, or update offgrid",
                           type);
    }
    row->type = (og_type)type;
    const char *why;
    if (!og_gguf_tensor_bytes(row->type, row->dim, &row->bytes, &why)) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "shape [%" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64
                           "] of type %s %s. The file is damaged: download it again",
                           row->dim[0], row->dim[1], row->dim[2], row->dim[3], q->name, why);
    }
    return OG_OK;
}

static og_status read_tensor(og_gguf_tensors *t, og_gguf_header *h, uint32_t part, og_error *err) {
    const char *name;
    size_t len;
    OG_TRY(og_gguf_take_name(h, "the name", &name, &len, err));
    if (!og_names_add(&t->names, name, len))
        return og_gguf_bad(h, OG_ERR_MEMORY, err, "no memory for %" PRIu64 " tensor names", h->n_tensors);
    h->name = og_names_at(&t->names, t->names.n - 1, &h->name_len);
    void *rows = t->row;
    bool grown = og_gguf_grow(&rows, &t->cap, t->names.n, sizeof *t->row);
    t->row = rows;
    if (!grown) return og_gguf_bad(h, OG_ERR_MEMORY, err, "no memory for a table of %" PRIu64 " tensors", h->n_tensors);
    og_gguf_tensor *row = &t->row[t->names.n - 1];
    *row = (og_gguf_tensor){.part = part};
    return read_shape(row, h, err);
}

og_status og_gguf_tensors_read(og_gguf_tensors *t, og_gguf_header *h, uint32_t part, og_error *err) {
    h->item = "tensor";
    h->total = h->n_tensors;
    for (uint64_t i = 0; i < h->n_tensors; i++) {
        h->number = i + 1;
        h->start = h->at;
        h->name = NULL;
        OG_TRY(read_tensor(t, h, part, err));
    }
    h->item = h->name = NULL;
    return OG_OK;
}

/* ---- where the data is ---- */

static og_status place(og_gguf_tensor *row, const char *name, const og_gguf_header *h, uint64_t data, uint64_t alignment, og_error *err) {
    size_t len = strlen(name);
    if (row->offset & (alignment - 1)) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "data offset %" PRIu64 " of tensor '%s' is no multiple of the alignment %" PRIu64
                           ". The file is damaged: download it again",
                           row->offset, og_gguf_show(name, len).s, alignment);
    }
    uint64_t end;
    if (!og_add_u64(data, row->offset, &row->offset) || !og_add_u64(row->offset, row->bytes, &end) || end > h->size) {
        return og_gguf_bad(h, OG_ERR_FORMAT, err,
                           "tensor '%s' needs %" PRIu64 " bytes from byte %" PRIu64 " on, but the file has only %" PRIu64
                           ". It was cut off or is damaged: download it again",
                           og_gguf_show(name, len).s, row->bytes, row->offset, h->size);
    }
    return OG_OK;
}

static void sift(uint32_t *heap, uint64_t n, uint64_t i, const og_gguf_tensor *row) {
    for (uint64_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && row[heap[child + 1]].offset > row[heap[child]].offset) child++;
        if (row[heap[i]].offset >= row[heap[child]].offset) return;
        uint32_t swap = heap[i];
        heap[i] = heap[child];
        heap[child] = swap;
    }
}

/* Heap sort by offset: no memory of its own, and no order of the file can make it slow. */
static void sort_by_offset(uint32_t *order, uint64_t n, const og_gguf_tensor *row) {
    for (uint64_t i = n / 2; i-- > 0;) sift(order, n, i, row);
    for (uint64_t i = n; i-- > 1;) {
        uint32_t swap = order[0];
        order[0] = order[i];
        order[i] = swap;
        sift(order, i, 0, row);
    }
}

static bool overlap(const og_gguf_tensor *a, const og_gguf_tensor *b) {
    return b->offset < a->offset + a->bytes;
}

static og_status refuse_overlap(const og_gguf_tensors *t, uint32_t a, uint32_t b, const og_gguf_header *h, og_error *err) {
    size_t len_a, len_b;
    const char *name_a = og_names_at(&t->names, a, &len_a), *name_b = og_names_at(&t->names, b, &len_b);
    return og_gguf_bad(h, OG_ERR_FORMAT, err,
                       "tensors '%s' and '%s' overlap: the first has bytes %" PRIu64 " to %" PRIu64 ", the second starts at %" PRIu64
                       ". The file is damaged: download it again",
                       og_gguf_show(name_a, len_a).s, og_gguf_show(name_b, len_b).s, t->row[a].offset, t->row[a].offset + t->row[a].bytes,
                       t->row[b].offset);
}

static og_status check_overlaps(const og_gguf_tensors *t, uint32_t first, const og_gguf_header *h, og_error *err) {
    uint64_t n = t->names.n - first;
    bool sorted = true; /* as nearly every file is */
    for (uint32_t i = first + 1; i < t->names.n; i++) sorted = sorted && !overlap(&t->row[i - 1], &t->row[i]);
    if (sorted) return OG_OK;
    uint32_t *order = og_alloc(n * sizeof *order);
    if (!order) return og_gguf_bad(h, OG_ERR_MEMORY, err, "no memory to sort %" PRIu64 " tensors", n);
    for (uint32_t i = 0; i < n; i++) order[i] = first + i;
    sort_by_offset(order, n, t->row);
    og_status status = OG_OK;
    for (uint64_t i = 1; i < n && status == OG_OK; i++) {
        if (overlap(&t->row[order[i - 1]], &t->row[order[i]])) status = refuse_overlap(t, order[i - 1], order[i], h, err);
    }
    og_release(order);
    return status;
}

og_status og_gguf_tensors_place(og_gguf_tensors *t, uint32_t first, const og_gguf_header *h, uint64_t alignment, og_error *err) {
    if (first == t->names.n) return OG_OK;                   /* no data, and perhaps no padding either */
    uint64_t data = h->at + ((0 - h->at) & (alignment - 1)); /* cannot wrap: at lies inside a file, so it is far below 2^63 */
    for (uint32_t i = first; i < t->names.n; i++) OG_TRY(place(&t->row[i], og_names_at(&t->names, i, NULL), h, data, alignment, err));
    return check_overlaps(t, first, h, err);
}

og_status og_gguf_tensors_index(og_gguf_tensors *t, const og_source *src, og_error *err) {
    og_gguf_header h = {.src = src}; /* for the messages */
    uint32_t which = 0;
    switch (og_names_index(&t->names, &which)) {
    case OG_NAMES_OK:
        return OG_OK;
    case OG_NAMES_MEMORY:
        return og_gguf_bad(&h, OG_ERR_MEMORY, err, "no memory for %" PRIu32 " tensor names", t->names.n);
    case OG_NAMES_CLASHES:
        return og_gguf_bad(&h, OG_ERR_FORMAT, err, "its tensor names are chosen to make reading slow: do not use this file");
    case OG_NAMES_TWICE:
        break;
    }
    size_t len;
    const char *name = og_names_at(&t->names, which, &len);
    return og_gguf_bad(&h, OG_ERR_FORMAT, err,
                       "tensor '%s' occurs twice (the second time in part %" PRIu32 "). The file is damaged: download it again",
                       og_gguf_show(name, len).s, t->row[which].part + 1);
}

void og_gguf_tensors_free(og_gguf_tensors *t) {
    og_names_free(&t->names);
    og_release(t->row);
    memset(t, 0, sizeof *t);
}
