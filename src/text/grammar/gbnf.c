/* gbnf.c: reads GBNF, the notation of llama.cpp's grammars (grammars/README.md there): rules `name ::= alternatives`, "text" and [sets]
 * with escapes, `.` for any character, groups, the repetitions * + ? {n} {n,} {n,m}, # comments. A rule ends with its line, but for groups
 * and lines that end in |. */
#include "base/utf8.h"
#include "text/grammar/grammar_build.h"

#include <string.h>

enum { TEXT_MAX = 1 << 20, SET_MAX = 4096 };

typedef struct reader {
    og_gbuild b;
    const char *s, *end;
    int line, depth;
} reader;

static void fail(reader *r, const char *what) {
    og_gbuild_fail(&r->b, OG_ERR_FORMAT, "line %d: %s", r->line, what);
    r->s = r->end; /* nothing more is read */
}

static bool at(const reader *r, char c) {
    return r->s < r->end && *r->s == c;
}

static bool take(reader *r, char c) {
    if (!at(r, c)) return false;
    r->s++;
    return true;
}

/* Blanks and comments; ends of lines too if `lines`. */
static void skip(reader *r, bool lines) {
    while (r->s < r->end) {
        if (*r->s == '#') {
            while (r->s < r->end && *r->s != '\n' && *r->s != '\r') r->s++;
        } else if (*r->s == ' ' || *r->s == '\t') {
            r->s++;
        } else if (lines && (*r->s == '\n' || *r->s == '\r')) {
            if (*r->s++ == '\n') r->line++;
        } else {
            return;
        }
    }
}

static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* A rule's name; 0 bytes if there is none. */
static size_t name(const reader *r) {
    const char *s = r->s;
    while (s < r->end && is_name(*s)) s++;
    return (size_t)(s - r->s);
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static uint32_t hex(reader *r, int digits) {
    uint32_t c = 0;
    for (int i = 0; i < digits; i++, r->s++) {
        const int d = r->s < r->end ? hex_digit(*r->s) : -1;
        if (d < 0) return fail(r, "an escape with too few hexadecimal digits"), 0;
        c = c << 4 | (uint32_t)d;
    }
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) fail(r, "an escape that is no character");
    return c;
}

/* One character, escapes resolved. */
static uint32_t character(reader *r) {
    if (!take(r, '\\')) {
        int32_t c;
        const int n = og_utf8_decode(r->s, (size_t)(r->end - r->s), &c);
        if (c < 0) return fail(r, "invalid UTF-8"), 0;
        if (c == '\n') r->line++;
        r->s += n;
        return (uint32_t)c;
    }
    const char e = r->s < r->end ? *r->s++ : '\0';
    switch (e) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'x':
        return hex(r, 2);
    case 'u':
        return hex(r, 4);
    case 'U':
        return hex(r, 8);
    case '\\':
    case '"':
    case '[':
    case ']':
    case '-':
    case '^':
        return (uint32_t)(unsigned char)e;
    default:
        return fail(r, "an escape that is none of \\n \\r \\t \\\\ \\\" \\[ \\] \\- \\^ \\xHH \\uHHHH \\UHHHHHHHH"), 0;
    }
}

static og_gexpr *text(reader *r) {
    og_gexpr *e = og_gbuild_empty(&r->b);
    while (r->s < r->end && *r->s != '"') {
        const uint32_t c = character(r);
        e = og_gbuild_seq(&r->b, e, og_gbuild_set(&r->b, &(og_grange){c, c}, 1, false));
    }
    if (!take(r, '"')) fail(r, "a text that does not end: \" is missing");
    return e;
}

static og_gexpr *set(reader *r) {
    og_grange range[SET_MAX];
    uint32_t n = 0;
    const bool negated = take(r, '^');
    while (r->s < r->end && *r->s != ']') {
        if (n == SET_MAX) return fail(r, "a set of too many ranges"), NULL;
        range[n].lo = range[n].hi = character(r);
        if (r->end - r->s > 1 && r->s[0] == '-' && r->s[1] != ']') {
            r->s++;
            range[n].hi = character(r);
        }
        if (range[n].hi < range[n].lo) fail(r, "a range that ends before it begins");
        n++;
    }
    if (!take(r, ']')) return fail(r, "a set that does not end: ] is missing"), NULL;
    return og_gbuild_set(&r->b, range, n, negated);
}

static og_gexpr *alternatives(reader *r, bool lines);

static og_gexpr *group(reader *r) {
    if (++r->depth > OG_G_DEPTH_MAX) return fail(r, "groups nested too deeply"), NULL;
    skip(r, true);
    og_gexpr *e = alternatives(r, true);
    if (!take(r, ')')) fail(r, "a group that does not end: ) is missing");
    r->depth--;
    return e;
}

static bool number(reader *r, uint32_t *out) {
    uint64_t v = 0;
    const char *from = r->s;
    for (; r->s < r->end && *r->s >= '0' && *r->s <= '9'; r->s++) v = OG_MIN(v * 10 + (uint64_t)(*r->s - '0'), (uint64_t)UINT32_MAX);
    *out = (uint32_t)v;
    return r->s > from;
}

static og_gexpr *counted(reader *r, og_gexpr *e) {
    uint32_t min, max;
    skip(r, false);
    if (!number(r, &min)) return fail(r, "{ wants a number"), NULL;
    max = min;
    skip(r, false);
    if (take(r, ',')) {
        skip(r, false);
        if (!number(r, &max)) max = UINT32_MAX;
        skip(r, false);
    }
    if (!take(r, '}')) return fail(r, "a repetition that does not end: } is missing"), NULL;
    if (max < min) return fail(r, "a repetition whose maximum is below its minimum"), NULL;
    if (min > OG_G_REPEAT_MAX || (max != UINT32_MAX && max > OG_G_REPEAT_MAX))
        return fail(r, "a repetition of more than 1048576 times"), NULL;
    return og_gbuild_repeat(&r->b, e, min, max);
}

static og_gexpr *repetitions(reader *r, og_gexpr *e) {
    for (int n = 0;; n++) {
        if (n > OG_G_DEPTH_MAX) return fail(r, "too many repetitions of repetitions"), NULL;
        if (take(r, '*'))
            e = og_gbuild_repeat(&r->b, e, 0, UINT32_MAX);
        else if (take(r, '+'))
            e = og_gbuild_repeat(&r->b, e, 1, UINT32_MAX);
        else if (take(r, '?'))
            e = og_gbuild_repeat(&r->b, e, 0, 1);
        else if (take(r, '{'))
            e = counted(r, e);
        else
            return e;
    }
}

/* NULL at the end of a sequence. */
static og_gexpr *element(reader *r) {
    static const og_grange any = {0, 0x10ffff};
    if (take(r, '"')) return text(r);
    if (take(r, '[')) return set(r);
    if (take(r, '(')) return group(r);
    if (take(r, '.')) return og_gbuild_set(&r->b, &any, 1, false);
    const size_t len = name(r);
    if (len > 0) {
        const uint32_t rule = og_gbuild_rule(&r->b, r->s, len);
        r->s += len;
        return og_gbuild_call(&r->b, rule);
    }
    if (at(r, '<') || at(r, '!')) fail(r, "tokens (<name>, <[id]>) are not possible here: write their text");
    return NULL;
}

static og_gexpr *sequence(reader *r, bool lines) {
    og_gexpr *all = og_gbuild_empty(&r->b);
    while (r->b.status == OG_OK) {
        og_gexpr *e = element(r);
        if (!e) return all;
        skip(r, lines);
        all = og_gbuild_seq(&r->b, all, repetitions(r, e));
        skip(r, lines);
    }
    return NULL;
}

static og_gexpr *alternatives(reader *r, bool lines) {
    og_gexpr *e = sequence(r, lines);
    while (r->b.status == OG_OK && take(r, '|')) {
        skip(r, true);
        e = og_gbuild_alt(&r->b, e, sequence(r, lines));
    }
    return e;
}

static void rule(reader *r) {
    const size_t len = name(r);
    if (len == 0) {
        fail(r, "a rule wants a name of letters, digits and -");
        return;
    }
    const uint32_t i = og_gbuild_rule(&r->b, r->s, len);
    r->s += len;
    skip(r, false);
    if (r->end - r->s < 3 || memcmp(r->s, "::=", 3) != 0) {
        fail(r, "::= is missing after the name of a rule");
        return;
    }
    r->s += 3;
    skip(r, true);
    og_gexpr *e = alternatives(r, false);
    if (r->b.status != OG_OK) return;
    if (r->b.body[i]) fail(r, "this rule was defined before");
    r->b.body[i] = e;
    if (r->s < r->end && *r->s != '\n' && *r->s != '\r') fail(r, "something is wrong here: expected the end of the rule");
}

og_status og_grammar_gbnf(const char *text_, size_t len, const char *root, og_grammar **out, og_error *err) {
    if (!text_ || !out) return og_fail(err, OG_ERR_ARG, "og_grammar_gbnf needs a text and a place for the grammar");
    if (len > TEXT_MAX) return og_fail(err, OG_ERR_UNSUPPORTED, "a grammar of %zu bytes is not possible: %d at most", len, TEXT_MAX);
    reader r = {.s = text_, .end = text_ + len, .line = 1};
    OG_TRY(og_gbuild_open(&r.b, err));
    for (skip(&r, true); r.s < r.end && r.b.status == OG_OK; skip(&r, true)) rule(&r);
    const og_status status = og_gbuild_finish(&r.b, root ? root : "root", out, err);
    og_gbuild_close(&r.b);
    return status;
}
