/* json.h: JSON (RFC 8259), strictly: no comments, no NaN, no commas at the end. og_jread walks a text event by event and holds no memory;
 * og_jdoc makes a tree of it. Nesting is bounded. Half a surrogate pair in an escape becomes U+FFFD. */
#ifndef OG_BASE_JSON_H
#define OG_BASE_JSON_H

#include "base/base.h"

enum { OG_JSON_DEPTH = 200 };

typedef enum og_jevent {
    OG_JSON_BAD, /* and again at every further call; `problem` and `at` say what and where */
    OG_JSON_END, /* after the one value, and nothing else, has come */
    OG_JSON_OBJECT,
    OG_JSON_OBJECT_END,
    OG_JSON_ARRAY,
    OG_JSON_ARRAY_END,
    OG_JSON_KEY,
    OG_JSON_STRING,
    OG_JSON_INT, /* fits 63 bits and has neither point nor exponent */
    OG_JSON_REAL,
    OG_JSON_TRUE,
    OG_JSON_FALSE,
    OG_JSON_NULL,
} og_jevent;

typedef struct og_jread {
    const char *s;
    size_t n, at;
    int depth;
    int expect; /* what may come next: json.c */
    uint8_t in_array[OG_JSON_DEPTH];
    const char *problem;
    const char *str; /* KEY, STRING: between the quotes, escapes unresolved, valid UTF-8 */
    size_t len;
    int64_t i; /* INT */
    double f;  /* INT, REAL */
} og_jread;

void og_jread_open(og_jread *r, const char *text, size_t len);
og_jevent og_jread_next(og_jread *r);
/* Resolves the escapes of the last KEY or STRING into out (room for r->len bytes; may be where the string is). Returns the length. */
size_t og_jread_text(const og_jread *r, char *out);
/* Goes past the value that `event` began. */
og_jevent og_jread_skip(og_jread *r, og_jevent event);

/* ---- trees ---- */

typedef struct og_jval {
    og_jevent kind; /* OBJECT, ARRAY, STRING, INT, REAL, TRUE, FALSE, NULL */
    uint32_t n;     /* of what the value holds: bytes, elements, members */
    uint32_t key_len;
    union {
        const char *s; /* NUL-terminated besides */
        int64_t i;
        double f;
        struct og_jval *first;
    } u;
    const char *key; /* of a member; NUL-terminated besides */
    struct og_jval *next;
} og_jval;

typedef struct og_jdoc og_jdoc;

/* Of a text of `len` bytes that og_alloc gave; the document takes it over, on failure too. `name` is for messages. */
og_status og_jdoc_open(char *text, size_t len, const char *name, og_jdoc **out, og_error *err);
/* Of a file of at most `max` bytes. */
og_status og_jdoc_open_file(const char *path, uint64_t max, og_jdoc **out, og_error *err);
void og_jdoc_close(og_jdoc *doc);
const og_jval *og_jdoc_root(const og_jdoc *doc);

/* The member of an object; NULL if there is none, `object` is NULL, or no object. The last of equal keys counts. */
const og_jval *og_jval_get(const og_jval *object, const char *key);
/* Whether v is this string; false for NULL. */
bool og_jval_is(const og_jval *v, const char *text);
bool og_jval_number(const og_jval *v, double *out); /* false if it is none */

#endif
