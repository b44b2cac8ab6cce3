/* stops.h: stop strings in a stream of text. Text is held back while it could still become one. */
#ifndef OG_RUNTIME_STOPS_H
#define OG_RUNTIME_STOPS_H

#include "base/base.h"

enum { OG_STOPS_MAX = 64, OG_STOP_BYTES_MAX = 1024 };

typedef struct og_stops {
    const char *const *text; /* the caller's */
    size_t n;
    size_t len[OG_STOPS_MAX];
} og_stops;

/* Refuses too many, too long, empty ones, and those that are not UTF-8 (they would cut characters). */
og_status og_stops_init(og_stops *s, const char *const *text, size_t n, og_error *err);
/* The stop string that ends first in text (the longest, if several end there), or NULL. *safe: how many bytes may be given out: those
 * before it, or, without one, those that no continuation can make part of one. */
const char *og_stops_find(const og_stops *s, const char *text, size_t len, size_t *safe);

#endif
