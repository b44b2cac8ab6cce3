/* safetensors.h: containers of tensors as Hugging Face has them (format: README.md of huggingface/safetensors). One file is a u64 with the
 * header's length, the header, a JSON object {"NAME": {"dtype", "shape", "data_offsets"}, "__metadata__": {...}}, and the tensors' bytes
 * without gaps. A model may be cut into several files, which an index lists.
 *
 * Everything a file claims is checked before use, as with GGUF: lengths against the file, nesting, types, products of dimensions, ranges
 * against the file and against each other, names for length and uniqueness. Memory is proportional to the header. */
#ifndef OG_FORMAT_SAFETENSORS_H
#define OG_FORMAT_SAFETENSORS_H

#include "base/base.h"
#include "base/file.h"

enum { OG_ST_DIMS = 8, OG_ST_HEADER_MAX = 100000000, OG_ST_FILES_MAX = 1000 };

/* DTYPE(name in files, bytes of an element) */
#define OG_ST_DTYPES(DTYPE) \
    DTYPE(F64, 8)           \
    DTYPE(F32, 4)           \
    DTYPE(F16, 2)           \
    DTYPE(BF16, 2)          \
    DTYPE(F8_E5M2, 1)       \
    DTYPE(F8_E4M3, 1)       \
    DTYPE(F8_E8M0, 1)       \
    DTYPE(I64, 8)           \
    DTYPE(I32, 4)           \
    DTYPE(I16, 2)           \
    DTYPE(I8, 1)            \
    DTYPE(U64, 8)           \
    DTYPE(U32, 4)           \
    DTYPE(U16, 2)           \
    DTYPE(U8, 1)            \
    DTYPE(BOOL, 1)

typedef enum og_st_dtype {
#define DTYPE(name, bytes) OG_ST_##name,
    OG_ST_DTYPES(DTYPE)
#undef DTYPE
} og_st_dtype;

const char *og_st_dtype_name(og_st_dtype dtype);
unsigned og_st_dtype_bytes(og_st_dtype dtype);

typedef struct og_st_tensor {
    const char *name;
    og_st_dtype dtype;
    int n_dims;
    uint64_t dim[OG_ST_DIMS]; /* as in the header: the last one is contiguous; unused ones are 1 */
    uint64_t elements, offset, bytes;
    const og_source *src;
} og_st_tensor;

typedef struct og_safetensors og_safetensors;

/* STEM.safetensors in the folder, or the files that STEM.safetensors.index.json lists. Explains what to do where there are only Python
 * pickles, which could run any code and are not read. */
og_status og_safetensors_open(const char *folder, const char *stem, og_safetensors **out, og_error *err);
/* Over sources the caller opened; they are taken over, on failure too. */
og_status og_safetensors_open_sources(og_source **src, int n, og_safetensors **out, og_error *err);
void og_safetensors_close(og_safetensors *st);

uint32_t og_safetensors_n(const og_safetensors *st);
/* Tensor i in the order of the headers. */
const og_st_tensor *og_safetensors_at(const og_safetensors *st, uint32_t i);
const og_st_tensor *og_safetensors_find(const og_safetensors *st, const char *name);
/* Bytes of all files. */
uint64_t og_safetensors_bytes(const og_safetensors *st);

#endif
