/* gguf_header.h: walking through the header of one GGUF file, every step checked against the file's size.
 *
 * Layout (docs/gguf.md of ggml-org/ggml, little-endian): "GGUF", u32 version, u64 tensor count, u64 metadata count; metadata entries
 * (key, u32 type, value); tensor entries (name, u32 n_dims, u64 dim[n_dims], u32 type, u64 offset); padding; data. A string is a u64 length
 * and its bytes; an array is a u32 element type, a u64 count and the elements. */
#ifndef OG_FORMAT_GGUF_HEADER_H
#define OG_FORMAT_GGUF_HEADER_H

#include "offgrid/file.h"
#include "base/base.h"
#include "base/file.h"

#include <string.h>

enum {
    OG_GGUF_VERSION = 3,      /* what the writer writes */
    OG_GGUF_ALIGNMENT = 32,   /* where general.alignment is absent */
    OG_GGUF_NAME_MAX = 65535, /* bytes of a key or a tensor name */
    OG_GGUF_ENTRY_MIN = 14,   /* bytes of the smallest metadata entry: length, one character, type, one byte */
    OG_GGUF_TENSOR_MIN = 25,  /* of the smallest tensor entry: length, one character, n_dims 0, type, offset */
};

typedef struct og_gguf_header {
    const og_source *src;
    const uint8_t *view; /* the whole file, if it is mapped */
    uint8_t *copy;       /* else its first `have` bytes, read as the walk needs them */
    uint64_t have, size;
    uint64_t at; /* the next byte of the walk */
    int version;
    uint64_t n_tensors, n_meta;
    /* For messages: what is being read, which of how many, from which byte on, and its name once that is known. */
    const char *item;
    uint64_t number, total, start;
    const char *name;
    size_t name_len;
} og_gguf_header;

/* Starts the walk: checks magic and version and that the counts can be true of a file of this size. On failure too,
 * og_gguf_header_free is due. */
og_status og_gguf_header_open(og_gguf_header *h, const og_source *src, og_error *err);
void og_gguf_header_free(og_gguf_header *h);
/* Ends the walk: gives up what was read too much. Returns the header's bytes, which h->copy, if there is one, owns. */
const uint8_t *og_gguf_header_finish(og_gguf_header *h);

/* The next n bytes; *p holds until the next take. */
og_status og_gguf_take(og_gguf_header *h, uint64_t n, const char *what, const uint8_t **p, og_error *err);
og_status og_gguf_take_u32(og_gguf_header *h, const char *what, uint32_t *v, og_error *err);
og_status og_gguf_take_u64(og_gguf_header *h, const char *what, uint64_t *v, og_error *err);
/* A key or tensor name: 1 to OG_GGUF_NAME_MAX bytes without NUL. */
og_status og_gguf_take_name(og_gguf_header *h, const char *what, const char **s, size_t *len, og_error *err);

/* Fails with "FILE: item 3 of 9 ('name', at byte 123): sentence". */
og_status og_gguf_bad(const og_gguf_header *h, og_status status, og_error *err, const char *fmt, ...) OG_PRINTF(4, 5);

/* Text for a message: foreign bytes made printable, and not too long. */
typedef struct og_gguf_shown {
    char s[192];
} og_gguf_shown;
og_gguf_shown og_gguf_show(const char *s, size_t len);
og_gguf_shown og_gguf_show_path(const char *path); /* its end, which tells more than its beginning */

/* Bytes of a value of fixed size; 0 for strings, arrays and unknown types. */
unsigned og_gguf_value_size(uint32_t type);

static inline uint32_t og_gguf_u32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static inline uint64_t og_gguf_u64(const uint8_t *p) {
    return (uint64_t)og_gguf_u32(p) | (uint64_t)og_gguf_u32(p + 4) << 32;
}
static inline bool og_gguf_power_of_two(uint64_t v) {
    return v && (v & (v - 1)) == 0;
}

#endif
