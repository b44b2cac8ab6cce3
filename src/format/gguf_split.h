/* gguf_split.h: models in several files, X-00001-of-00003.gguf and so on. Every part is a GGUF file with tensors of its own; the first has
 * the model's metadata. */
#ifndef OG_FORMAT_GGUF_SPLIT_H
#define OG_FORMAT_GGUF_SPLIT_H

#include "format/gguf_meta.h"

enum { OG_GGUF_PARTS_MAX = 99999 }; /* what five digits can say */

/* What a part's metadata says of its place. */
typedef struct og_gguf_split {
    uint32_t number, count; /* 0 of 1 for a file that is whole */
    bool has_total;
    uint64_t total; /* tensors of all parts, if has_total */
} og_gguf_split;

/* From split.no, split.count, split.tensors.count; refuses those that cannot be. `h` is for messages. */
og_status og_gguf_split_read(const og_gguf_meta *m, const og_gguf_header *h, og_gguf_split *out, og_error *err);

/* Parses "...-00002-of-00003.gguf"; false if the path does not end that way. Numbers as written (from 1). */
bool og_gguf_split_parse(const char *path, uint32_t *number, uint32_t *count);
/* The path of part `number` (as written, from 1), given that of another part; og_release it. NULL when out of memory. */
char *og_gguf_split_path(const char *path, uint32_t number);

/* The refusal of a part that is not the first; says which file to open instead. */
og_status og_gguf_split_not_first(const og_gguf_header *h, const og_gguf_split *split, og_error *err);

#endif
