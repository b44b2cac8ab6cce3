/* split.h: cutting a text into the words that byte-level BPE merges inside of. The rules are the rows of splits.def. */
#ifndef OG_TEXT_SPLIT_H
#define OG_TEXT_SPLIT_H

#include "text/pattern.h"

enum { OG_SPLIT_LEVELS = 6 };
enum { OG_SPLIT_BOS = 1, OG_SPLIT_WHOLE = 2, OG_SPLIT_CHARS = 4 }; /* flags of a row */

typedef struct og_split_row {
    const char *name;           /* tokenizer.ggml.pre */
    const char *const *pattern; /* up to OG_SPLIT_LEVELS, then NULL */
    int flags;
} og_split_row;

typedef struct og_split {
    int n;
    og_pattern *pattern[OG_SPLIT_LEVELS];
} og_split;

extern const og_split_row og_split_rows[];
extern const size_t og_split_n_rows;

/* The row of that name (NULL: "default"), or NULL. */
const og_split_row *og_split_find(const char *name);
og_status og_split_compile(const og_split_row *row, og_split *out, og_error *err);
void og_split_release(og_split *split);

/* Receives the words in order; together they are the text. Returns false to stop. */
typedef bool og_word_fn(void *ctx, const char *word, size_t len);
/* Cuts any len bytes. `scratch` is for one call at a time: OG_SPLIT_LEVELS matchers. Returns false if fn stopped it. */
bool og_split_each(const og_split *split, const char *text, size_t len, og_matcher *scratch, og_word_fn *fn, void *ctx);

#endif
