/* gguf.h: GGUF containers, versions 2 and 3 (format document: docs/gguf.md of ggml-org/ggml). og_file of the public API is this reader.
 *
 * Everything a file claims is checked before use: counts against the bytes that are left, sizes with overflow-safe arithmetic, tensor
 * ranges against the file and against each other, strings for length. Memory used is proportional to the header's bytes. */
#ifndef OG_FORMAT_GGUF_H
#define OG_FORMAT_GGUF_H

#include "offgrid/file.h"
#include "base/base.h"
#include "base/file.h"
#include "quant/quant.h"

/* Over sources the caller opened (part 0 first); the file takes them over, on failure too. For tests, fuzzing, systems without paths. */
og_status og_file_open_sources(og_source **parts, int n_parts, og_file **out, og_error *err);

/* One more owner: the file lives until og_file_close was called once for each. Returns file. */
og_file *og_file_retain(og_file *file);

/* Tensor by name: *info as in the public API; false if absent. */
bool og_file_find_tensor(const og_file *file, const char *name, og_tensor_info *info, og_type *type);
const og_source *og_file_source(const og_file *file, int part); /* NULL if there is no such part */

/* A metadata value's bytes as the file has them (an array with its element type and count); they live as long as the file. False if absent.
 */
bool og_file_meta_raw(const og_file *file, const char *key, og_value_type *type, const uint8_t **data, uint64_t *bytes);

/* Typed metadata access for models. `get` fails if the key is missing or not a number / string that fits, naming the key. */
og_status og_file_get_u32(const og_file *file, const char *key, uint32_t *out, og_error *err);
og_status og_file_get_f32(const og_file *file, const char *key, float *out, og_error *err);
og_status og_file_get_str(const og_file *file, const char *key, const char **s, size_t *len, og_error *err);

/* ---- writing ---- */

typedef struct og_gguf_writer og_gguf_writer;

/* A GGUF file of version 3, little-endian. Mistakes of the calls below that return nothing (a key set twice, a tensor without elements, no
 * memory) are kept and reported by og_gguf_begin_data. Setting general.alignment (u32, a power of two) sets the alignment; it is 32
 * otherwise. */
og_status og_gguf_writer_open(const char *path, og_gguf_writer **out, og_error *err);
/* As open, but for a header alone, which og_gguf_build_header gives; no file is touched. `name` is for messages. */
og_status og_gguf_writer_open_header(const char *name, og_gguf_writer **out, og_error *err);
/* A value of fixed size: integer, float or bool, as it is in memory. */
void og_gguf_set_scalar(og_gguf_writer *w, const char *key, og_value_type type, const void *value);
void og_gguf_set_u32(og_gguf_writer *w, const char *key, uint32_t v);
void og_gguf_set_u64(og_gguf_writer *w, const char *key, uint64_t v);
void og_gguf_set_i32(og_gguf_writer *w, const char *key, int32_t v);
void og_gguf_set_f32(og_gguf_writer *w, const char *key, float v);
void og_gguf_set_bool(og_gguf_writer *w, const char *key, bool v);
void og_gguf_set_str(og_gguf_writer *w, const char *key, const char *s, size_t len);
/* Array of n fixed-size elements (as they are in memory, bool too), or of strings. */
void og_gguf_set_array(og_gguf_writer *w, const char *key, og_value_type element, const void *data, uint64_t n);
void og_gguf_set_strings(og_gguf_writer *w, const char *key, const char *const *s, const size_t *len, uint64_t n);
/* Copies a metadata value of another file, whatever its type. */
void og_gguf_copy_meta(og_gguf_writer *w, const og_file *from, const char *key);
/* Declares tensors in the order in which their data will follow. */
void og_gguf_add_tensor(og_gguf_writer *w, const char *name, og_type type, const uint64_t *dim, int n_dims);
/* The header as it would be written, with the zeros before the data. */
og_status og_gguf_build_header(og_gguf_writer *w, og_buf *head, og_error *err);
/* Writes the header; after it, each tensor's bytes in order, in pieces of any size. */
og_status og_gguf_begin_data(og_gguf_writer *w, og_error *err);
og_status og_gguf_add_data(og_gguf_writer *w, const void *data, size_t bytes, og_error *err);
/* Checks that every declared byte came, then makes the file appear under its name. Releases w, on failure too. */
og_status og_gguf_writer_commit(og_gguf_writer *w, og_error *err);
void og_gguf_writer_abort(og_gguf_writer *w);

#endif
