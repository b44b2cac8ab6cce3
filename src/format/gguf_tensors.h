/* gguf_tensors.h: the tensor table of a model, over all its parts. */
#ifndef OG_FORMAT_GGUF_TENSORS_H
#define OG_FORMAT_GGUF_TENSORS_H

#include "format/gguf_header.h"
#include "format/gguf_names.h"
#include "quant/quant.h"

typedef struct og_gguf_tensor {
    uint64_t dim[4]; /* unused ones are 1 */
    uint64_t offset; /* from the start of its file; while the header is read, from the start of its data */
    uint64_t bytes;
    og_type type;
    uint32_t part;
    int n_dims;
} og_gguf_tensor;

/* All zero is empty. */
typedef struct og_gguf_tensors {
    og_names names;
    og_gguf_tensor *row; /* [names.n] */
    uint64_t cap;
} og_gguf_tensors;

/* Appends the h->n_tensors entries that come next, as tensors of `part`. */
og_status og_gguf_tensors_read(og_gguf_tensors *t, og_gguf_header *h, uint32_t part, og_error *err);
/* After the last entry of a part (its first row is `first`): turns offsets into those of the file and checks that every tensor lies inside
 * the file, aligned, and apart from the others. */
og_status og_gguf_tensors_place(og_gguf_tensors *t, uint32_t first, const og_gguf_header *h, uint64_t alignment, og_error *err);
/* After the last part: makes tensors findable and refuses names that occur twice. `src` is for messages. */
og_status og_gguf_tensors_index(og_gguf_tensors *t, const og_source *src, og_error *err);
void og_gguf_tensors_free(og_gguf_tensors *t);

/* Bytes of a tensor. False, and *why says what is wrong with it, for dimensions of 0, rows that are no multiple of the type's block, and
 * sizes past 63 bits. */
bool og_gguf_tensor_bytes(og_type type, const uint64_t dim[4], uint64_t *bytes, const char **why);

#endif
