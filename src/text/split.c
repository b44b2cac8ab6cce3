/* split.c: the rows of splits.def and how several patterns work one after the other. */
#include "text/split.h"

#include <string.h>

#define PATTERN(name, ...) static const char *const pattern_##name[] = {__VA_ARGS__, NULL};
#define SPLIT(name, pattern, flags)
#include "text/splits.def"
#undef PATTERN
#undef SPLIT

enum { BOS = OG_SPLIT_BOS, WHOLE = OG_SPLIT_WHOLE, CHARS = OG_SPLIT_CHARS };

const og_split_row og_split_rows[] = {
#define PATTERN(name, ...)
#define SPLIT(name, pattern, flags) {name, pattern_##pattern, flags},
#include "text/splits.def"
#undef PATTERN
#undef SPLIT
};
const size_t og_split_n_rows = OG_LEN(og_split_rows);

const og_split_row *og_split_find(const char *name) {
    if (!name || !*name) name = "default";
    for (size_t i = 0; i < og_split_n_rows; i++)
        if (strcmp(og_split_rows[i].name, name) == 0) return &og_split_rows[i];
    return NULL;
}

og_status og_split_compile(const og_split_row *row, og_split *out, og_error *err) {
    *out = (og_split){0};
    for (int i = 0; row->pattern[i]; i++) {
        og_status st = i == OG_SPLIT_LEVELS ? og_fail(err, OG_ERR_INTERNAL, "split '%s' has too many patterns", row->name)
                                            : og_pattern_compile(row->pattern[i], &out->pattern[i], err);
        if (st != OG_OK) {
            og_split_release(out);
            return st;
        }
        out->n = i + 1;
    }
    return OG_OK;
}

void og_split_release(og_split *split) {
    for (int i = 0; i < split->n; i++) og_release(split->pattern[i]);
    *split = (og_split){0};
}

typedef struct cutter {
    const og_split *split;
    og_matcher *matcher; /* one a level: a level is in use at most once at a time */
    og_word_fn *fn;
    void *ctx;
} cutter;

static bool cut(const cutter *c, int level, const uint8_t *s, const uint8_t *end) {
    if (s == end) return true;
    if (level == c->split->n) return c->fn(c->ctx, (const char *)s, (size_t)(end - s));
    og_matcher *m = &c->matcher[level];
    og_matcher_init(m, c->split->pattern[level], end);
    while (s < end) {
        const uint8_t *from, *to = og_matcher_next(m, s, &from);
        if (!to) return cut(c, level + 1, s, end);
        if (!cut(c, level + 1, s, from) || !cut(c, level + 1, from, to)) return false;
        s = to;
    }
    return true;
}

bool og_split_each(const og_split *split, const char *text, size_t len, og_matcher *scratch, og_word_fn *fn, void *ctx) {
    cutter c = {split, scratch, fn, ctx};
    return cut(&c, 0, (const uint8_t *)text, (const uint8_t *)text + len);
}
