/* gguf_names.h: names in the order in which they came, and a hash from name to number. For metadata keys and for tensors. */
#ifndef OG_FORMAT_GGUF_NAMES_H
#define OG_FORMAT_GGUF_NAMES_H

#include "base/base.h"

/* All zero is an empty table. */
typedef struct og_names {
    og_buf text;                /* the names one after another, each with a NUL */
    uint64_t *end;              /* [n] where in text each ends (its NUL) */
    struct og_names_slot *slot; /* open addressing, at most half full; NULL before og_names_index */
    uint64_t cap;               /* of end */
    uint32_t n, mask;
} og_names;

enum { OG_NAMES_MAX = INT32_MAX / 2 };

/* Appends a name (copied). False when out of memory or past OG_NAMES_MAX. */
bool og_names_add(og_names *names, const char *s, size_t len);
/* The name with its NUL; i < n. The pointer holds until the next og_names_add. */
const char *og_names_at(const og_names *names, uint32_t i, size_t *len);

typedef enum og_names_result {
    OG_NAMES_OK,
    OG_NAMES_MEMORY,
    OG_NAMES_TWICE,  /* *which is a name that occurred before */
    OG_NAMES_CLASHES /* so many equal hashes that somebody chose the names for it; *which is one of them */
} og_names_result;

/* Builds the hash. No more names may be added afterwards. */
og_names_result og_names_index(og_names *names, uint32_t *which);
/* Number of a name, or -1. */
int64_t og_names_find(const og_names *names, const char *s, size_t len);
void og_names_free(og_names *names);

/* Makes room for `need` elements of `size` bytes in *p, doubling, so that growth costs no more than what it holds. *p is NULL or from here.
 */
bool og_gguf_grow(void **p, uint64_t *cap, uint64_t need, size_t size);

#endif
