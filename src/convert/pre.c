/* pre.c: how tokenizer.json cuts text into words, compared with the patterns of splits.def. */
#include "convert/hf.h"
#include "format/gguf_header.h"
#include "text/split.h"

#include <string.h>

#define GPT2 "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

typedef struct pattern_list {
    const char *s[OG_SPLIT_LEVELS + 1];
    int n;
    bool strange; /* a part that no pattern says */
} pattern_list;

static void add(pattern_list *l, const char *pattern) {
    if (l->n < OG_SPLIT_LEVELS)
        l->s[l->n++] = pattern;
    else
        l->strange = true;
}

static bool flag(const og_jval *part, const char *name, bool fallback) {
    const og_jval *v = og_jval_get(part, name);
    return v ? v->kind == OG_JSON_TRUE : fallback;
}

/* The patterns of a part; `runs`: whether runs of digits count as one. */
static void collect(pattern_list *l, const og_jval *part, bool runs, int depth) {
    const og_jval *type = og_jval_get(part, "type"), *list = og_jval_get(part, "pretokenizers");
    if (!part || part->kind == OG_JSON_NULL) return;
    if (og_jval_is(type, "Sequence") && list && list->kind == OG_JSON_ARRAY && depth < 4) {
        for (const og_jval *v = list->u.first; v; v = v->next) collect(l, v, runs, depth + 1);
    } else if (og_jval_is(type, "ByteLevel")) {
        if (flag(part, "use_regex", true)) add(l, GPT2);
    } else if (og_jval_is(type, "Digits")) {
        if (flag(part, "individual_digits", false))
            add(l, "\\p{N}");
        else if (runs)
            add(l, "\\p{N}+");
    } else if (og_jval_is(type, "Punctuation")) {
        add(l, "[\\p{P}\\$\\+<=>\\^~\\|`]+");
    } else {
        const og_jval *regex = og_jval_get(og_jval_get(part, "pattern"), "Regex");
        bool isolated = og_jval_is(og_jval_get(part, "behavior"), "Isolated") || flag(part, "invert", false);
        if (og_jval_is(type, "Split") && regex && regex->kind == OG_JSON_STRING && isolated)
            add(l, regex->u.s);
        else
            l->strange = true;
    }
}

static bool same(const pattern_list *l, const og_split_row *row) {
    int i = 0;
    while (i < l->n && row->pattern[i] && strcmp(l->s[i], row->pattern[i]) == 0) i++;
    return i == l->n && !row->pattern[i];
}

/* Of the rows with these patterns the first that agrees about whole words, else the first. */
static const char *match(const pattern_list *l, bool whole) {
    const char *found = NULL;
    for (size_t i = 0; i < og_split_n_rows && !l->strange; i++) {
        const og_split_row *row = &og_split_rows[i];
        if (!same(l, row)) continue;
        if (!!(row->flags & OG_SPLIT_WHOLE) == whole) return row->name;
        if (!found) found = row->name;
    }
    return found;
}

og_status og_hf_pre(const og_hf *hf, const char **name, og_error *err) {
    const og_jval *root = og_jdoc_root(hf->tokenizer), *part = og_jval_get(root, "pre_tokenizer");
    bool whole = flag(og_jval_get(root, "model"), "ignore_merges", false);
    pattern_list l = {0};
    *name = NULL;
    for (int runs = 1; runs >= 0 && !*name; runs--) {
        l = (pattern_list){0};
        collect(&l, part, runs, 0);
        *name = match(&l, whole);
    }
    if (*name) return OG_OK;
    const char *last = l.n ? l.s[l.n - 1] : "";
    return og_fail(
        err, OG_ERR_UNSUPPORTED,
        "%s/tokenizer.json: the pre_tokenizer cuts text in a way that this version does not know (%d patterns, the last is '%s')",
        hf->folder, l.n, og_gguf_show(last, strlen(last)).s);
}
