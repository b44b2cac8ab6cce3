/* read.c: the bytes of the file to be, computed when somebody asks for them. Nothing here holds more than a few KiB, and any number of
 * threads may read at once. */
#include "convert/hf.h"
#include "format/gguf_tensors.h"

#include <string.h>

enum { PIECE = 2048 }; /* elements converted at once */

static og_type source_type(og_st_dtype dtype) {
    return dtype == OG_ST_F16 ? OG_F16 : dtype == OG_ST_BF16 ? OG_BF16 : dtype == OG_ST_F64 ? OG_F64 : OG_F32;
}

/* n elements that lie together in the source, as the result has them; any n. */
static og_status read_run(const og_hf_out *o, const og_st_tensor *t, uint64_t first, size_t n, uint8_t *dst, og_error *err) {
    og_type from = source_type(t->dtype);
    unsigned size = og_st_dtype_bytes(t->dtype);
    float (*value)(float) = o->view ? o->view->value : NULL;
    if (from == o->type && !(o->flags & OG_HF_ADD_ONE) && !value)
        return og_source_read(t->src, t->offset + first * size, dst, n * size, err);
    _Alignas(8) uint8_t raw[PIECE * sizeof(double)];
    float x[PIECE];
    for (size_t step; n; n -= step, first += step, dst += step * sizeof *x) {
        step = OG_MIN(n, (size_t)PIECE);
        OG_TRY(og_source_read(t->src, t->offset + first * size, raw, step * size, err));
        og_quant_decode(from, raw, x, step);
        for (size_t i = 0; i < step && o->flags & OG_HF_ADD_ONE; i++) x[i] += 1;
        for (size_t i = 0; i < step && value; i++) x[i] = value(x[i]);
        memcpy(dst, x, step * sizeof *x); /* what is converted becomes F32 */
    }
    return OG_OK;
}

/* Elements [from, from + n) of row `row` of one matrix whose source has rows and columns exchanged. */
static og_status read_column(const og_hf_out *o, const og_st_tensor *t, uint64_t matrix, uint64_t row, uint64_t from, size_t n,
                             uint8_t *dst, size_t size, og_error *err) {
    uint64_t rows = o->dim[1], columns = o->dim[0];
    for (size_t i = 0; i < n; i++, dst += size) OG_TRY(read_run(o, t, (matrix * columns + from + i) * rows + row, 1, dst, err));
    return OG_OK;
}

/* n elements that lie anywhere in the source. */
static og_status read_picked(const og_hf *hf, const og_hf_out *o, uint64_t first, size_t n, uint8_t *dst, size_t size, og_error *err) {
    const og_st_tensor *t = o->src[0];
    for (size_t i = 0; i < n; i++, dst += size) {
        uint64_t from = o->view->pick(&hf->n, o->dim, first + i);
        if (from >= t->elements) return og_fail(err, OG_ERR_INTERNAL, "tensor '%s' has no element %llu", t->name, (unsigned long long)from);
        OG_TRY(read_run(o, t, from, 1, dst, err));
    }
    return OG_OK;
}

/* n elements from `first` on, all of one row of the result. */
static og_status read_row(const og_hf *hf, const og_hf_out *o, uint64_t first, size_t n, uint8_t *dst, size_t size, og_error *err) {
    bool vector = o->n_dims == 1;
    uint64_t columns = vector ? 1 : o->dim[0], rows = vector ? o->dim[0] : o->dim[1];
    uint64_t row = first / columns, column = first % columns, matrix = row / rows;
    const og_st_tensor *t = o->src[o->n_src > 1 ? matrix : 0];
    if (o->n_src > 1) matrix = 0;
    row %= rows;
    if (o->flags & OG_HF_TRANSPOSE) return read_column(o, t, matrix, row, column, n, dst, size, err);
    if (o->view && o->view->row) row = o->view->row(&hf->n, row);
    uint64_t at = (matrix * rows + row) * columns + column;
    if (at + n > t->elements) return og_fail(err, OG_ERR_INTERNAL, "tensor '%s' has no row %llu", t->name, (unsigned long long)row);
    return read_run(o, t, at, n, dst, err);
}

/* n blocks of MXFP4 from `first` on. The checkpoint's bytes hold weights 2j and 2j + 1, GGUF's j and j + 16. */
static og_status read_blocks(const og_hf *hf, const og_hf_out *o, uint64_t first, size_t n, uint8_t *dst, og_error *err) {
    enum { RUN = 128, SIZE = 17 };
    const og_st_tensor *blocks = o->src[0], *scales = o->src[1];
    uint64_t columns = blocks->dim[2], rows = blocks->dim[1];
    uint8_t raw[RUN * 16], scale[RUN];
    for (size_t step; n; n -= step, first += step) {
        uint64_t row = first / columns % o->dim[1], matrix = first / columns / o->dim[1];
        if (o->view) row = o->view->row(&hf->n, row);
        uint64_t at = (matrix * rows + row) * columns + first % columns;
        step = (size_t)OG_MIN(OG_MIN((uint64_t)n, (uint64_t)RUN), columns - first % columns);
        if (at + step > scales->elements)
            return og_fail(err, OG_ERR_INTERNAL, "tensor '%s' has no block %llu", blocks->name, (unsigned long long)at);
        OG_TRY(og_source_read(blocks->src, blocks->offset + at * 16, raw, step * 16, err));
        OG_TRY(og_source_read(scales->src, scales->offset + at, scale, step, err));
        for (size_t b = 0; b < step; b++, dst += SIZE) {
            const uint8_t *in = raw + 16 * b;
            dst[0] = scale[b];
            for (int j = 0; j < 16; j++) { /* weight j, weight j + 16 */
                int low = in[j / 2] >> (j % 2 * 4) & 15, high = in[8 + j / 2] >> (j % 2 * 4) & 15;
                dst[1 + j] = (uint8_t)(low | high << 4);
            }
        }
    }
    return OG_OK;
}

static og_status read_elements(const og_hf *hf, const og_hf_out *o, uint64_t first, size_t n, uint8_t *dst, size_t size, og_error *err) {
    if (o->values) {
        memcpy(dst, o->values + first, n * size);
        return OG_OK;
    }
    if (o->flags & OG_HF_MXFP4) return read_blocks(hf, o, first, n, dst, err);
    if (o->view && o->view->pick) return read_picked(hf, o, first, n, dst, size, err);
    bool plain = !(o->view && o->view->row) && !(o->flags & OG_HF_TRANSPOSE);
    uint64_t run = plain ? o->src[0]->elements : o->n_dims == 1 ? 1 : o->dim[0]; /* what lies together */
    for (size_t step; n; n -= step, first += step, dst += step * size) {
        step = (size_t)OG_MIN((uint64_t)n, run - first % run);
        OG_TRY(plain ? read_run(o, o->src[first / run], first % run, step, dst, err) : read_row(hf, o, first, step, dst, size, err));
    }
    return OG_OK;
}

/* Bytes [offset, offset + n) of one tensor; the ends may lie inside of an element (or a block). */
static og_status read_tensor(const og_hf *hf, const og_hf_out *o, uint64_t offset, size_t n, uint8_t *dst, og_error *err) {
    size_t size = (size_t)og_quant_of((uint32_t)o->type)->bytes;
    uint8_t one[32];
    while (n) {
        size_t skip = (size_t)(offset % size);
        if (skip == 0 && n >= size) {
            size_t whole = n / size;
            OG_TRY(read_elements(hf, o, offset / size, whole, dst, size, err));
            offset += whole * size;
            dst += whole * size;
            n -= whole * size;
            continue;
        }
        size_t part = OG_MIN(n, size - skip);
        OG_TRY(read_elements(hf, o, offset / size, 1, one, size, err));
        memcpy(dst, one + skip, part);
        offset += part;
        dst += part;
        n -= part;
    }
    return OG_OK;
}

/* The last tensor that begins at or before `at`. */
static const og_hf_out *tensor_at(const og_hf *hf, uint64_t at) {
    uint32_t low = 0, high = hf->n_out;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (hf->out[middle].offset <= at)
            low = middle;
        else
            high = middle;
    }
    return &hf->out[low];
}

og_status og_hf_read(void *ctx, uint64_t offset, void *dst, size_t bytes, og_error *err) {
    const og_hf *hf = ctx;
    uint8_t *p = dst;
    size_t step = offset < hf->n_head_bytes ? OG_MIN(bytes, (size_t)(hf->n_head_bytes - offset)) : 0;
    if (step) memcpy(p, hf->head + offset, step);
    for (offset += step, p += step, bytes -= step; bytes; offset += step, p += step, bytes -= step) {
        uint64_t at = offset - hf->n_head_bytes;
        const og_hf_out *o = tensor_at(hf, at);
        uint64_t inside = at - o->offset, whole = OG_ALIGN_UP(o->bytes, (uint64_t)OG_GGUF_ALIGNMENT);
        step = (size_t)OG_MIN((uint64_t)bytes, (inside < o->bytes ? o->bytes : whole) - inside);
        if (inside < o->bytes)
            OG_TRY(read_tensor(hf, o, inside, step, p, err));
        else
            memset(p, 0, step);
    }
    return OG_OK;
}
