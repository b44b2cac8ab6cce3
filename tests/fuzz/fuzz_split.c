/* The split patterns: texts of any bytes through every row of splits.def, and compiling of any pattern. The first byte: a row, or (255) the
 * rest is a pattern. */
#include "text/split.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
    if (!ok) abort();
}

typedef struct place {
    const char *next;
} place;

static bool word(void *ctx, const char *s, size_t len) {
    place *p = ctx;
    check(s == p->next && len > 0);
    p->next = s + len;
    return true;
}

static void split_text(const og_split_row *row, const char *text, size_t len) {
    static og_split splits[256];
    static og_matcher scratch[OG_SPLIT_LEVELS];
    og_split *split = &splits[row - og_split_rows];
    if (split->n == 0) check(og_split_compile(row, split, NULL) == OG_OK);
    place p = {text};
    check(og_split_each(split, text, len, scratch, word, &p));
    check(p.next == text + len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    const char *rest = (const char *)data + 1;
    if (data[0] != 255) {
        split_text(&og_split_rows[data[0] % og_split_n_rows], rest, size - 1);
        return 0;
    }
    char *pattern = og_strndup(rest, size - 1);
    og_pattern *p;
    if (pattern && og_pattern_compile(pattern, &p, NULL) == OG_OK) og_release(p);
    og_release(pattern);
    return 0;
}
