/* lex.c: a template into tokens, with jinja2's rules of white space: `-` eats it on that side, `+` keeps it, trim_blocks drops the newline
 * after a block or comment, lstrip_blocks the blanks before one that opens its line. */
#include "text/jinja/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { BRACKETS = 512 };

typedef struct lexer {
    og_arena *arena;
    const og_jinja_syntax *syntax;
    const char *s;
    size_t n, at;
    size_t counted; /* newlines before this are in `line` */
    int line;
    bool line_starting; /* the last tag took its line's end along */
    og_ja_tok *tok;
    size_t n_tok, cap;
    og_error *err;
    og_status status;
} lexer;

static bool fail(lexer *l, const char *what) {
    if (l->status == OG_OK) l->status = og_fail(l->err, OG_ERR_FORMAT, "chat template, line %d: %s", l->line, what);
    return false;
}

static bool out_of_memory(lexer *l) {
    if (l->status == OG_OK) l->status = og_fail(l->err, OG_ERR_MEMORY, "out of memory for a chat template");
    return false;
}

static int line_at(lexer *l, size_t at) {
    for (; l->counted < at; l->counted++) l->line += l->s[l->counted] == '\n';
    return l->line;
}

static og_ja_tok *add(lexer *l, og_ja_token type, const char *s, size_t n) {
    if (l->n_tok == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        og_ja_tok *tok = og_realloc(l->tok, cap * sizeof *tok);
        if (!tok) {
            out_of_memory(l);
            return NULL;
        }
        l->tok = tok;
        l->cap = cap;
    }
    og_ja_tok *t = &l->tok[l->n_tok++];
    *t = (og_ja_tok){.type = (uint8_t)type, .line = l->line, .s = s, .n = (uint32_t)n};
    return t;
}

/* The end of the white space from `at` on. */
static size_t skip_space(const lexer *l, size_t at) {
    while (at < l->n) {
        int32_t cp;
        int len = og_utf8_decode(l->s + at, l->n - at, &cp);
        if (cp < 0 || !og_ja_space((uint32_t)cp)) break;
        at += (size_t)len;
    }
    return at;
}

static bool starts(const lexer *l, size_t at, const char *what) {
    size_t n = strlen(what);
    return l->n - at >= n && memcmp(l->s + at, what, n) == 0;
}

/* Past the end of a tag whose last two bytes end at `end`; `sign` is the byte before them. */
static void finish_tag(lexer *l, size_t end, char sign) {
    l->at = end;
    if (sign == '-')
        l->at = skip_space(l, end);
    else if (sign != '+' && l->syntax->trim_blocks && end < l->n && l->s[end] == '\n')
        l->at++;
    l->line_starting = l->s[l->at - 1] == '\n';
}

/* Emits the text [from, to) that stands before a tag with the sign `sign`. */
static bool add_data(lexer *l, size_t from, size_t to, char sign, bool block) {
    if (sign == '-') {
        og_ja text = og_ja_strip(og_ja_text(l->s + from, to - from), NULL, false, true);
        to = from + text.n;
    } else if (sign != '+' && block && l->syntax->lstrip_blocks) {
        size_t line = to;
        while (line > from && l->s[line - 1] != '\n') line--;
        if ((line > from || l->line_starting) && skip_space(l, line) >= to) to = line;
    }
    line_at(l, from);
    return to == from || add(l, OG_JA_T_DATA, l->s + from, to - from) != NULL;
}

/* ---- inside a tag ---- */

static bool name_char(char c, bool first) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80 || (!first && c >= '0' && c <= '9');
}

static bool digit(char c) {
    return c >= '0' && c <= '9';
}

static int hex_value(char c) {
    if (digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

static bool prefixed_number(lexer *l, int base) {
    size_t at = l->at + 2;
    uint64_t v = 0;
    bool any = false;
    for (; at < l->n && (l->s[at] == '_' || hex_value(l->s[at]) < base); at++) {
        if (l->s[at] == '_') continue;
        any = true;
        if (v > (uint64_t)INT64_MAX / 16) return fail(l, "the number is too large");
        v = v * (uint64_t)base + (uint64_t)hex_value(l->s[at]);
    }
    if (!any) return fail(l, "a number ends after its prefix");
    og_ja_tok *t = add(l, OG_JA_T_INT, NULL, 0);
    if (t) t->i = (int64_t)v;
    l->at = at;
    return t != NULL;
}

static bool number(lexer *l) {
    const char *s = l->s;
    char low = (char)(l->at + 1 < l->n ? s[l->at + 1] | 32 : 0);
    if (s[l->at] == '0' && (low == 'x' || low == 'o' || low == 'b')) return prefixed_number(l, low == 'x' ? 16 : low == 'o' ? 8 : 2);
    size_t at = l->at, k = 0;
    bool real = false;
    char text[320];
    bool after_dot = l->at > 0 && s[l->at - 1] == '.';
    for (; at < l->n; at++) {
        char c = s[at];
        bool dot = c == '.' && !real && !after_dot && at + 1 < l->n && digit(s[at + 1]);
        bool e = (c == 'e' || c == 'E') && !after_dot && at + 1 < l->n &&
                 (digit(s[at + 1]) || ((s[at + 1] == '+' || s[at + 1] == '-') && at + 2 < l->n && digit(s[at + 2])));
        if (e && memchr(text, 'e', k)) break;
        if (c == '_' && at + 1 < l->n && digit(s[at + 1])) continue;
        if (!digit(c) && !dot && !e) break;
        if (k + 3 > sizeof text) return fail(l, "a number has too many digits");
        text[k++] = e ? 'e' : c;
        if (e && !digit(s[at + 1])) text[k++] = s[++at];
        real = real || dot || e;
    }
    text[k] = '\0';
    og_ja_tok *t = add(l, real ? OG_JA_T_FLOAT : OG_JA_T_INT, NULL, 0);
    if (!t) return false;
    if (real) {
        t->f = strtod(text, NULL);
    } else {
        for (size_t i = 0; i < k; i++)
            if (t->i > (INT64_MAX - 9) / 10)
                return fail(l, "the number is too large");
            else
                t->i = t->i * 10 + (text[i] - '0');
    }
    l->at = at;
    return true;
}

/* The code of `digits` hexadecimal digits at s, or -1. */
static int32_t hex(const char *s, size_t n, size_t digits) {
    int64_t v = 0;
    if (n < digits) return -1;
    for (size_t i = 0; i < digits; i++) {
        if (hex_value(s[i]) > 15) return -1;
        v = v * 16 + hex_value(s[i]);
    }
    return v > 0x10FFFF || (v >= 0xD800 && v < 0xE000) ? -1 : (int32_t)v;
}

/* One escape, s[0] being the byte after the backslash: writes to out, returns how many bytes were read, 0 for a bad one. */
static size_t unescape(const char *s, size_t n, char *out, size_t *n_out) {
    static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
    const char *hit = strchr(from, s[0]);
    if (s[0] && hit) {
        out[(*n_out)++] = to[hit - from];
        return 1;
    }
    if (s[0] == '\n') return 1;
    size_t digits = s[0] == 'x' ? 2 : s[0] == 'u' ? 4 : s[0] == 'U' ? 8 : 0, used = 1 + digits;
    int32_t cp = digits ? hex(s + 1, n - 1, digits) : -1;
    if (!digits && s[0] >= '0' && s[0] <= '7') {
        cp = 0;
        for (used = 0; used < 3 && used < n && s[used] >= '0' && s[used] <= '7'; used++) cp = cp * 8 + (s[used] - '0');
    } else if (digits && cp < 0) {
        return 0;
    }
    if (cp < 0) { /* not an escape: the backslash stays */
        out[(*n_out)++] = '\\';
        return (size_t)-1;
    }
    *n_out += (size_t)og_utf8_encode((uint32_t)cp, out + *n_out);
    return used;
}

static bool string(lexer *l) {
    char quote = l->s[l->at];
    size_t from = l->at + 1, to = from;
    while (to < l->n && l->s[to] != quote) to += l->s[to] == '\\' ? 2 : 1;
    if (to >= l->n) return fail(l, "a string has no end");
    char *out = og_arena_alloc(l->arena, to - from + 4); /* escapes are never shorter than what they stand for */
    if (!out) return out_of_memory(l);
    size_t n = 0;
    for (size_t i = from; i < to;) {
        if (l->s[i] != '\\') {
            out[n++] = l->s[i++];
            continue;
        }
        size_t used = unescape(l->s + i + 1, to - i - 1, out, &n);
        if (used == 0) return fail(l, "a string has a bad escape");
        i += used == (size_t)-1 ? 1 : 1 + used;
    }
    l->at = to + 1;
    return add(l, OG_JA_T_STRING, out, n) != NULL;
}

static bool operator(lexer *l, char *brackets, int *depth) {
    static const char *const two[] = {"//", "**", "==", "!=", ">=", "<="};
    char c = l->s[l->at];
    size_t n = 0;
    for (size_t i = 0; i < OG_LEN(two); i++)
        if (starts(l, l->at, two[i])) n = 2;
    if (n == 0) n = c && strchr("+-/*%~[](){}><=.:|,;", c) ? 1 : 0;
    if (n == 0) return fail(l, "unexpected character in a tag");
    const char *open = "([{", *close = ")]}", *hit;
    if (n == 1 && (hit = strchr(open, c))) {
        if (*depth == BRACKETS) return fail(l, "brackets are nested too deeply");
        brackets[(*depth)++] = close[hit - open];
    } else if (n == 1 && strchr(close, c)) {
        if (*depth == 0 || brackets[*depth - 1] != c) return fail(l, "a closing bracket has no partner");
        (*depth)--;
    }
    bool ok = add(l, OG_JA_T_OP, l->s + l->at, n) != NULL;
    l->at += n;
    return ok;
}

/* The tokens up to the tag's end. */
static bool inside(lexer *l, bool block) {
    char brackets[BRACKETS];
    int depth = 0;
    const char *end = block ? "%}" : "}}";
    for (;;) {
        l->at = skip_space(l, l->at);
        line_at(l, l->at);
        if (l->at >= l->n) return fail(l, block ? "a {% has no %}" : "a {{ has no }}");
        char c = l->s[l->at];
        bool sign = (c == '-' || (block && c == '+')) && starts(l, l->at + 1, end);
        if (depth == 0 && (sign || starts(l, l->at, end))) {
            if (!add(l, block ? OG_JA_T_BLOCK_END : OG_JA_T_VAR_END, NULL, 0)) return false;
            size_t stop = l->at + 2 + sign;
            if (block) {
                finish_tag(l, stop, sign ? c : ' ');
            } else {
                l->at = sign ? skip_space(l, stop) : stop;
                l->line_starting = l->s[l->at - 1] == '\n';
            }
            return true;
        }
        if (name_char(c, true)) {
            size_t from = l->at;
            while (l->at < l->n && name_char(l->s[l->at], false)) l->at++;
            if (!add(l, OG_JA_T_NAME, l->s + from, l->at - from)) return false;
        } else if (digit(c) ? !number(l) : c == '"' || c == '\'' ? !string(l) : !operator(l, brackets, &depth)) {
            return false;
        }
    }
}

/* ---- tags ---- */

static bool comment(lexer *l, size_t start) {
    size_t at = start + 2;
    if (at < l->n && (l->s[at] == '-' || l->s[at] == '+')) at++;
    size_t first = at;
    while (at + 1 < l->n && !(l->s[at] == '#' && l->s[at + 1] == '}')) at++;
    if (at + 1 >= l->n) return fail(l, "a comment has no end (#})");
    finish_tag(l, at + 2, at > first ? l->s[at - 1] : ' ');
    return true;
}

/* If a tag at `at` is `{% word %}`: the offset of its end "%}", and the signs. */
static bool plain_tag(const lexer *l, size_t at, const char *word, size_t *end, char *before, char *after) {
    if (!starts(l, at, "{%")) return false;
    at += 2;
    *before = ' ';
    if (at < l->n && (l->s[at] == '-' || l->s[at] == '+')) *before = l->s[at++];
    at = skip_space(l, at);
    if (!starts(l, at, word)) return false;
    at = skip_space(l, at + strlen(word));
    *after = ' ';
    if (at < l->n && (l->s[at] == '-' || l->s[at] == '+')) *after = l->s[at++];
    *end = at + 2;
    return starts(l, at, "%}");
}

static bool raw(lexer *l, size_t end, char sign) {
    size_t from = sign == '-' ? skip_space(l, end) : end, stop;
    char before, after;
    for (size_t at = from; at + 1 < l->n; at++) {
        if (l->s[at] != '{' || !plain_tag(l, at, "endraw", &stop, &before, &after)) continue;
        l->line_starting = l->s[from - 1] == '\n';
        if (!add_data(l, from, at, before, true)) return false;
        finish_tag(l, stop, after);
        return true;
    }
    return fail(l, "a raw block has no {% endraw %}");
}

static bool tag(lexer *l, size_t from, size_t start) {
    char kind = l->s[start + 1], sign = start + 2 < l->n ? l->s[start + 2] : ' ', before, after;
    size_t end;
    if (!add_data(l, from, start, sign == '-' || sign == '+' ? sign : ' ', kind != '{')) return false;
    line_at(l, start);
    if (kind == '#') return comment(l, start);
    if (plain_tag(l, start, "raw", &end, &before, &after) && after != '+') return raw(l, end, after);
    if (!add(l, kind == '{' ? OG_JA_T_VAR_BEGIN : OG_JA_T_BLOCK_BEGIN, NULL, 0)) return false;
    l->at = start + 2 + (sign == '-' || sign == '+');
    return inside(l, kind == '%');
}

static bool run(lexer *l) {
    while (l->at < l->n) {
        size_t from = l->at, start = from;
        while (start + 1 < l->n && !(l->s[start] == '{' && l->s[start + 1] && strchr("{%#", l->s[start + 1]))) start++;
        if (start + 1 >= l->n) {
            line_at(l, from);
            if (!add(l, OG_JA_T_DATA, l->s + from, l->n - from)) return false;
            break;
        }
        if (!tag(l, from, start)) return false;
    }
    line_at(l, l->n);
    return add(l, OG_JA_T_END, NULL, 0) != NULL;
}

og_status og_ja_lex(og_arena *arena, const char *text, size_t len, const og_jinja_syntax *syntax, og_ja_tok **out, size_t *n,
                    og_error *err) {
    if (len > INT32_MAX) return og_fail(err, OG_ERR_FORMAT, "the chat template is larger than 2 GiB");
    char *copy = og_arena_alloc(arena, len + 1);
    if (!copy) return og_fail(err, OG_ERR_MEMORY, "out of memory for a chat template");
    size_t k = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n') continue;
        copy[k++] = text[i] == '\r' ? '\n' : text[i];
    }
    if (k && copy[k - 1] == '\n' && !syntax->keep_trailing_newline) k--;
    lexer l = {.arena = arena, .syntax = syntax, .s = copy, .n = k, .line = 1, .line_starting = true, .err = err};
    if (!run(&l)) {
        og_release(l.tok);
        return l.status;
    }
    *out = l.tok; /* the caller's, with og_release */
    *n = l.n_tok;
    return OG_OK;
}
