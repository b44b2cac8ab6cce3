/* json.c: the reader: a state machine that gives one event at a time. */
#include "base/json.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE, FIRST_VALUE, KEY, FIRST_KEY, AFTER, NOTHING, BROKEN }; /* og_jread.expect */

static og_jevent fail(og_jread *r, const char *what) {
    r->problem = what;
    r->expect = BROKEN;
    return OG_JSON_BAD;
}

static void blanks(og_jread *r) {
    while (r->at < r->n && r->s[r->at] && strchr(" \t\n\r", r->s[r->at])) r->at++;
}

static bool take(og_jread *r, char c) {
    bool hit = r->at < r->n && r->s[r->at] == c;
    r->at += hit;
    return hit;
}

void og_jread_open(og_jread *r, const char *text, size_t len) {
    *r = (og_jread){.s = text, .n = len, .expect = VALUE};
}

/* ---- strings ---- */

static int32_t hex4(const char *s) {
    int32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = s[i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (d < 0) return -1;
        v = v * 16 + d;
    }
    return v;
}

/* At the opening quote: finds the end and checks what is between. */
static bool string(og_jread *r) {
    size_t start = ++r->at;
    while (r->at < r->n && r->s[r->at] != '"') {
        unsigned char c = (unsigned char)r->s[r->at++];
        if (c < 0x20) return r->at--, fail(r, "a control character in a string"), false;
        if (c != '\\') continue;
        char e = r->at < r->n ? r->s[r->at] : '\0';
        bool fine = e && (strchr("\"\\/bfnrt", e) || (e == 'u' && r->n - r->at > 4 && hex4(r->s + r->at + 1) >= 0));
        if (!fine && r->at >= r->n) break;
        if (!fine) return fail(r, "a bad escape"), false;
        r->at++;
    }
    if (r->at >= r->n) return fail(r, "a string has no end"), false;
    r->str = r->s + start;
    r->len = r->at++ - start;
    return og_utf8_valid(r->str, r->len) || (fail(r, "a string that is not UTF-8"), false);
}

/* Behind "\u": writes the character; returns how many bytes of input it took. */
static size_t unicode(const char *s, size_t left, char *out, size_t *n) {
    int32_t cp = hex4(s);
    size_t used = 4;
    if (cp >= 0xD800 && cp < 0xDC00 && left >= 10 && s[4] == '\\' && s[5] == 'u') {
        int32_t low = hex4(s + 6);
        if (low >= 0xDC00 && low < 0xE000) {
            cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
            used = 10;
        }
    }
    if (cp >= 0xD800 && cp < 0xE000) cp = OG_UTF8_REPLACEMENT;
    *n += (size_t)og_utf8_encode((uint32_t)cp, out + *n);
    return used;
}

size_t og_jread_text(const og_jread *r, char *out) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    size_t n = 0;
    for (size_t i = 0; i < r->len;) {
        char c = r->str[i++];
        if (c != '\\') {
            out[n++] = c;
            continue;
        }
        char e = r->str[i++];
        if (e == 'u')
            i += unicode(r->str + i, r->len - i, out, &n);
        else
            out[n++] = to[strchr(from, e) - from];
    }
    return n;
}

/* ---- numbers and words ---- */

static bool digits(og_jread *r) {
    size_t from = r->at;
    while (r->at < r->n && r->s[r->at] >= '0' && r->s[r->at] <= '9') r->at++;
    return r->at > from;
}

static og_jevent number(og_jread *r) {
    size_t from = r->at;
    bool real = false;
    take(r, '-');
    if (!take(r, '0') && !digits(r)) return fail(r, "an unexpected character");
    if (take(r, '.')) {
        real = true;
        if (!digits(r)) return fail(r, "a number ends after its point");
    }
    if (r->at < r->n && (r->s[r->at] | 32) == 'e') {
        r->at++;
        real = true;
        if (!take(r, '-')) take(r, '+');
        if (!digits(r)) return fail(r, "a number ends in its exponent");
    }
    char text[400];
    size_t len = r->at - from;
    if (len >= sizeof text) return fail(r, "a number has too many digits");
    memcpy(text, r->s + from, len);
    text[len] = '\0';
    r->f = strtod(text, NULL);
    if (real || !(r->f > -9.2e18 && r->f < 9.2e18)) return OG_JSON_REAL;
    r->i = strtoll(text, NULL, 10);
    return OG_JSON_INT;
}

static og_jevent plain(og_jread *r) {
    static const struct {
        const char *word;
        og_jevent event;
    } words[] = {{"null", OG_JSON_NULL}, {"true", OG_JSON_TRUE}, {"false", OG_JSON_FALSE}};
    for (size_t i = 0; i < OG_LEN(words); i++) {
        size_t len = strlen(words[i].word);
        if (r->n - r->at < len || memcmp(r->s + r->at, words[i].word, len) != 0) continue;
        r->at += len;
        return words[i].event;
    }
    return number(r);
}

/* ---- structure ---- */

static og_jevent open_container(og_jread *r, bool array) {
    if (r->depth == OG_JSON_DEPTH) return fail(r, "nested too deeply");
    r->in_array[r->depth++] = array;
    r->at++;
    r->expect = array ? FIRST_VALUE : FIRST_KEY;
    return array ? OG_JSON_ARRAY : OG_JSON_OBJECT;
}

static og_jevent close_container(og_jread *r) {
    bool array = r->in_array[--r->depth];
    r->expect = r->depth ? AFTER : NOTHING;
    return array ? OG_JSON_ARRAY_END : OG_JSON_OBJECT_END;
}

static og_jevent value(og_jread *r) {
    if (r->at >= r->n) return fail(r, "the text ends");
    char c = r->s[r->at];
    if (c == '{' || c == '[') return open_container(r, c == '[');
    og_jevent event = OG_JSON_STRING;
    if (c != '"')
        event = plain(r);
    else if (!string(r))
        return OG_JSON_BAD;
    if (event != OG_JSON_BAD) r->expect = r->depth ? AFTER : NOTHING;
    return event;
}

static og_jevent key(og_jread *r) {
    if (r->at >= r->n || r->s[r->at] != '"') return fail(r, "expected a key");
    if (!string(r)) return OG_JSON_BAD;
    blanks(r);
    if (!take(r, ':')) return fail(r, "expected ':'");
    r->expect = VALUE;
    return OG_JSON_KEY;
}

og_jevent og_jread_next(og_jread *r) {
    if (r->expect == BROKEN) return OG_JSON_BAD;
    blanks(r);
    bool array = r->depth && r->in_array[r->depth - 1];
    if (r->expect == AFTER) {
        if (take(r, array ? ']' : '}')) return close_container(r);
        if (!take(r, ',')) return fail(r, array ? "expected ',' or ']'" : "expected ',' or '}'");
        blanks(r);
        r->expect = array ? VALUE : KEY;
    }
    if (r->expect == FIRST_VALUE && take(r, ']')) return close_container(r);
    if (r->expect == FIRST_KEY && take(r, '}')) return close_container(r);
    if (r->expect == NOTHING) return r->at == r->n ? OG_JSON_END : fail(r, "something follows the value");
    return r->expect == KEY || r->expect == FIRST_KEY ? key(r) : value(r);
}

og_jevent og_jread_skip(og_jread *r, og_jevent event) {
    if (event != OG_JSON_OBJECT && event != OG_JSON_ARRAY) return event;
    int outside = r->depth - 1;
    while (event != OG_JSON_BAD && r->depth > outside) event = og_jread_next(r);
    return event;
}
