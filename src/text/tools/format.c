/* format.c: the rows of formats.def, which one a model has, and their patterns. */
#include "text/tools/tools.h"

#include <ctype.h>
#include <string.h>

#define W "\1"
#define ID "\2"
#define OR "\3"
#define FIND(a, b, c) \
    { a, b, c }

enum { ONE = OG_CALL_ONE, FIRST = OG_CALL_FIRST, HARMONY = OG_CALL_HARMONY, GEMMA = OG_CALL_GEMMA };

static const og_call_format formats[] = {
#define FORMAT(...) {__VA_ARGS__},
#define THINK(open, close)
#include "text/tools/formats.def"
#undef FORMAT
#undef THINK
};

static const og_think_marks marks[] = {
#define FORMAT(...)
#define THINK(open, close) {open, close},
#include "text/tools/formats.def"
#undef FORMAT
#undef THINK
};

const char *og_tools_format_name(int i) {
    return i >= 0 && (size_t)i < OG_LEN(formats) ? formats[i].name : NULL;
}

const og_call_format *og_call_format_named(const char *name) {
    for (size_t i = 0; i < OG_LEN(formats); i++)
        if (strcmp(formats[i].name, name) == 0) return &formats[i];
    return NULL;
}

static bool occurs(const char *text, const char *word) {
    return *word == '!' ? strstr(text, word + 1) == NULL : strstr(text, word) != NULL;
}

const og_call_format *og_call_format_of(const char *text) {
    for (size_t i = 0; i < OG_LEN(formats); i++) {
        const char *const *find = formats[i].find;
        if (occurs(text, find[0]) && occurs(text, find[1]) && occurs(text, find[2])) return &formats[i];
    }
    return NULL;
}

const og_think_marks *og_think_marks_of(const char *text) {
    for (size_t i = 0; i < OG_LEN(marks); i++) {
        const size_t line = strcspn(marks[i].open, "\n"); /* templates write a line's end in other ways */
        char open[32];
        memcpy(open, marks[i].open, line);
        open[line] = '\0';
        if (strstr(text, open) && strstr(text, marks[i].close)) return &marks[i];
    }
    return NULL;
}

size_t og_call_trigger(const og_call_format *f, const char **text) {
    *text = *f->begin ? f->begin : f->open;
    return strcspn(*text, "\1\2\3");
}

/* One writing of a pattern, from p to stop. */
static long match_one(const char *p, const char *stop, const char *s, size_t len, char *id) {
    size_t at = 0;
    for (; p < stop; p++) {
        if (*p == OG_PAT_WHITE) {
            while (at < len && strchr(" \t\n\r", s[at]) && s[at]) at++;
            if (at == len && p + 1 < stop) return OG_PAT_MORE;
            continue;
        }
        const size_t n = *p == OG_PAT_ID ? OG_CALL_ID : 1;
        for (size_t i = 0; i < n; i++, at++) {
            if (at == len) return OG_PAT_MORE;
            if (n == 1 ? s[at] != *p : !isalnum((unsigned char)s[at])) return OG_PAT_NO;
            if (n > 1 && id) id[i] = s[at];
        }
    }
    return (long)at;
}

long og_pattern_match_at(const char *pattern, const char *s, size_t len, char *id) {
    long best = OG_PAT_NO;
    for (const char *p = pattern;; p++) {
        const char *stop = strchr(p, OG_PAT_OR);
        if (!stop) stop = p + strlen(p);
        const long got = match_one(p, stop, s, len, id);
        if (got >= 0) return got;
        if (got == OG_PAT_MORE) best = got;
        if (!*stop) return best;
        p = stop;
    }
}
