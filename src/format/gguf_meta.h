/* gguf_meta.h: the metadata of one GGUF file. Keys are copied (for their NUL), values stay where they are in the header. */
#ifndef OG_FORMAT_GGUF_META_H
#define OG_FORMAT_GGUF_META_H

#include "offgrid/file.h"
#include "format/gguf_header.h"
#include "format/gguf_names.h"

typedef struct og_gguf_entry {
    uint64_t at;    /* where the value is in the header; of an array, its first element */
    uint64_t count; /* elements of an array, bytes of a string; else 1 */
    uint64_t ends;  /* array of strings: where its part of og_gguf_meta.ends begins */
    uint8_t type, element;
} og_gguf_entry;

/* All zero is empty. */
typedef struct og_gguf_meta {
    og_names keys;
    og_gguf_entry *entry; /* [keys.n] */
    uint64_t cap_entry;
    /* Where each string of an array ends, counted from the array's first element. Strings are found by it alone: the lengths in the file
     * are looked at once, when they are checked, so a file that changes under a mapping cannot mislead. */
    uint32_t *ends;
    uint64_t n_ends, cap_ends;
    const uint8_t *base; /* the header's bytes: of the mapping, or copy */
    uint8_t *copy;
} og_gguf_meta;

/* Reads the h->n_meta entries that come next. On failure too, og_gguf_meta_free is due. */
og_status og_gguf_meta_read(og_gguf_meta *m, og_gguf_header *h, og_error *err);
void og_gguf_meta_free(og_gguf_meta *m);

/* Entry i < keys.n as a value. */
void og_gguf_meta_value(const og_gguf_meta *m, uint32_t i, og_value *out);
/* Element k of entry i; false if that is no array or too short. */
bool og_gguf_meta_element(const og_gguf_meta *m, uint32_t i, uint64_t k, og_value *out);
/* The value as it is in the file (an array with its element type and count), for copying it. */
const uint8_t *og_gguf_meta_raw(const og_gguf_meta *m, uint32_t i, uint64_t *bytes);
/* By key; false if absent. */
bool og_gguf_meta_find(const og_gguf_meta *m, const char *key, og_value *out);

static inline bool og_gguf_is_integer(og_value_type type) {
    return type <= OG_VALUE_I32 || type == OG_VALUE_U64 || type == OG_VALUE_I64;
}
const char *og_gguf_value_name(og_value_type type); /* "u32", "string", ... */

#endif
