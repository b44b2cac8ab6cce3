/* offgrid/file.h: GGUF files. Part of offgrid.h. */
#ifndef OFFGRID_FILE_H
#define OFFGRID_FILE_H

#include "offgrid/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_file og_file;

/* clang-format off */
typedef enum og_value_type { /* numbers as in the GGUF format document */
    OG_VALUE_U8 = 0, OG_VALUE_I8, OG_VALUE_U16, OG_VALUE_I16, OG_VALUE_U32, OG_VALUE_I32, OG_VALUE_F32,
    OG_VALUE_BOOL, OG_VALUE_STRING, OG_VALUE_ARRAY, OG_VALUE_U64, OG_VALUE_I64, OG_VALUE_F64,
} og_value_type;
/* clang-format on */

/* One metadata value. A scalar is in `i` (integers, bool) or `f` (floats; integers too) or `str`; an array has its element
 * type and count, and elements are read with og_file_element. */
typedef struct og_value {
    og_value_type type;
    og_value_type element; /* of an array */
    uint64_t count;        /* elements of an array; 1 otherwise */
    int64_t i;             /* U64 values past INT64_MAX read as INT64_MAX here; see u */
    uint64_t u;
    double f;
    const char *str; /* not NUL-terminated: use len */
    size_t len;
} og_value;

typedef struct og_tensor_info {
    const char *name;
    const char *type; /* "Q4_K", "F32", ... */
    uint64_t dim[4];  /* dim[0] is contiguous in memory; unused dimensions are 1 */
    int n_dims;
    uint64_t offset; /* bytes from the start of its file */
    uint64_t bytes;
    int part; /* which file of a split model, from 0 */
} og_tensor_info;

/* Opens a GGUF file (v2, v3; a split model by its first part, whose siblings are opened too) and checks every count,
 * offset, size and string in it against the file before use. */
OG_API og_status og_file_open(const char *path, og_file **out, og_error *err);
OG_API void og_file_close(og_file *file);
OG_API int og_file_version(const og_file *file);
OG_API int og_file_parts(const og_file *file);
OG_API uint64_t og_file_bytes(const og_file *file); /* of all parts together */
OG_API uint64_t og_file_n_meta(const og_file *file);
OG_API const char *og_file_meta(const og_file *file, uint64_t i, og_value *out); /* the key; NULL if i is out of range */
OG_API bool og_file_find(const og_file *file, const char *key, og_value *out);
/* Element i of the array under `key`. False if there is no such array or element. Elements are never arrays themselves. */
OG_API bool og_file_element(const og_file *file, const char *key, uint64_t i, og_value *out);
OG_API uint64_t og_file_n_tensors(const og_file *file);
OG_API bool og_file_tensor(const og_file *file, uint64_t i, og_tensor_info *out);

#ifdef __cplusplus
}
#endif
#endif
