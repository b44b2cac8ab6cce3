/* json.c: a strict JSON reader (RFC 8259) for contexts. The last of equal keys wins, as in Python. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/jinja/value.h"

typedef struct reader {
    og_ja_rt *r;
    const char *s;
    size_t n, at;
    int depth;
} reader;

static og_ja fail(reader *j, const char *what) {
    if (j->r->failed) return OG_JA_NIL;
    j->r->failed = true;
    j->r->status = og_fail(j->r->err, OG_ERR_FORMAT, "the context is not JSON: %s at byte %zu", what, j->at);
    return OG_JA_NIL;
}

static void blanks(reader *j) {
    while (j->at < j->n && j->s[j->at] && strchr(" \t\n\r", j->s[j->at])) j->at++;
}

static bool take(reader *j, char c) {
    bool hit = j->at < j->n && j->s[j->at] == c;
    j->at += hit;
    return hit;
}

static int32_t hex4(reader *j) {
    int32_t v = 0;
    if (j->n - j->at < 4) return -1;
    for (int i = 0; i < 4; i++) {
        char c = j->s[j->at + (size_t)i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (d < 0) return -1;
        v = v * 16 + d;
    }
    j->at += 4;
    return v;
}

/* After "\u". A half of a pair that stands alone becomes U+FFFD. */
static bool unicode(reader *j, char *out, size_t *n) {
    int32_t cp = hex4(j);
    if (cp < 0) return false;
    if (cp >= 0xD800 && cp < 0xDC00 && j->n - j->at >= 6 && j->s[j->at] == '\\' && j->s[j->at + 1] == 'u') {
        size_t back = j->at;
        j->at += 2;
        int32_t low = hex4(j);
        if (low >= 0xDC00 && low < 0xE000)
            cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
        else
            j->at = back;
    }
    if (cp >= 0xD800 && cp < 0xE000) cp = OG_UTF8_REPLACEMENT;
    *n += (size_t)og_utf8_encode((uint32_t)cp, out + *n);
    return true;
}

static og_ja string(reader *j, bool mark) {
    size_t end = ++j->at, n = 0;
    while (end < j->n && j->s[end] != '"') end += j->s[end] == '\\' ? 2 : 1;
    if (end >= j->n) return fail(j, "a string has no end");
    char *out = og_ja_alloc(j->r, end - j->at + 1);
    if (!out) return OG_JA_NIL;
    while (j->at < end) {
        char c = j->s[j->at++];
        if ((unsigned char)c < 0x20) return fail(j, "a control character in a string");
        if (c != '\\') {
            out[n++] = c;
            continue;
        }
        static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
        char e = j->s[j->at++];
        const char *hit = e ? strchr(from, e) : NULL;
        if (hit)
            out[n++] = to[hit - from];
        else if (e != 'u' || !unicode(j, out, &n))
            return fail(j, "a bad escape");
    }
    j->at = end + 1;
    if (!og_utf8_valid(out, n)) return fail(j, "a string that is not UTF-8");
    if (n > INT32_MAX) return fail(j, "a string past 2 GiB");
    og_ja v = og_ja_text(out, n);
    uint8_t *marks = mark ? og_ja_alloc(j->r, n) : NULL;
    if (marks) memset(marks, 1, n);
    v.mark = marks;
    return v;
}

static bool digits(reader *j) {
    size_t from = j->at;
    while (j->at < j->n && j->s[j->at] >= '0' && j->s[j->at] <= '9') j->at++;
    return j->at > from;
}

static og_ja number(reader *j) {
    size_t from = j->at;
    bool real = false;
    take(j, '-');
    if (!take(j, '0') && !digits(j)) return fail(j, "an unexpected character");
    if (take(j, '.')) {
        real = true;
        if (!digits(j)) return fail(j, "a number ends after its point");
    }
    if (j->at < j->n && (j->s[j->at] | 32) == 'e') {
        j->at++;
        real = true;
        if (!take(j, '-')) take(j, '+');
        if (!digits(j)) return fail(j, "a number ends in its exponent");
    }
    char text[400];
    size_t len = j->at - from;
    if (len >= sizeof text) return fail(j, "a number has too many digits");
    memcpy(text, j->s + from, len);
    text[len] = '\0';
    double f = strtod(text, NULL);
    if (!real && f > -9.2e18 && f < 9.2e18) return og_ja_int(strtoll(text, NULL, 10));
    return og_ja_float(f);
}

static og_ja value(reader *j, bool mark);

static og_ja array(reader *j, bool mark) {
    og_ja list = og_ja_list_new(j->r, OG_JA_K_LIST, 0);
    j->at++;
    blanks(j);
    if (take(j, ']')) return list;
    do {
        og_ja_push(j->r, list, value(j, mark));
        blanks(j);
    } while (take(j, ',') && !j->r->failed);
    return take(j, ']') ? list : fail(j, "expected ',' or ']'");
}

/* What people wrote are the values of messages, tools and documents, but for the words that templates choose by. */
static bool marked_key(og_ja key, bool mark) {
    return mark && !og_ja_is(key, "role") && !og_ja_is(key, "type");
}

static og_ja object(reader *j, bool mark) {
    og_ja d = og_ja_dict_new(j->r);
    j->at++;
    blanks(j);
    if (take(j, '}')) return d;
    do {
        blanks(j);
        if (j->at >= j->n || j->s[j->at] != '"') return fail(j, "expected a key");
        og_ja key = string(j, mark);
        blanks(j);
        if (!take(j, ':')) return fail(j, "expected ':'");
        og_ja v = value(j, marked_key(key, mark));
        if (j->r->failed) return OG_JA_NIL;
        og_ja_dict_set(j->r, d.u.dict, key, v);
        blanks(j);
    } while (take(j, ',') && !j->r->failed);
    return take(j, '}') ? d : fail(j, "expected ',' or '}'");
}

static og_ja value(reader *j, bool mark) {
    static const char *const words[] = {"null", "true", "false"};
    blanks(j);
    if (j->r->failed) return OG_JA_NIL;
    if (j->at >= j->n) return fail(j, "the text ends");
    char c = j->s[j->at];
    if (c == '"') return string(j, mark);
    if (c == '{' || c == '[') {
        if (j->depth >= OG_JA_NEST) return fail(j, "nested too deeply");
        j->depth++;
        og_ja v = c == '{' ? object(j, mark) : array(j, mark);
        j->depth--;
        return v;
    }
    for (size_t i = 0; i < OG_LEN(words); i++) {
        size_t len = strlen(words[i]);
        if (j->n - j->at < len || memcmp(j->s + j->at, words[i], len) != 0) continue;
        j->at += len;
        return i == 0 ? og_ja_none() : og_ja_bool(i == 1);
    }
    return number(j);
}

og_ja og_ja_json_read(og_ja_rt *r, const char *text, size_t len, bool mark) {
    reader j = {.r = r, .s = text, .n = len};
    blanks(&j);
    if (j.at >= j.n || text[j.at] != '{') return fail(&j, "the variables must be an object, '{',");
    og_ja d = og_ja_dict_new(r);
    j.at++;
    blanks(&j);
    if (!take(&j, '}')) {
        do {
            blanks(&j);
            if (j.at >= j.n || j.s[j.at] != '"') return fail(&j, "expected a key");
            og_ja key = string(&j, false);
            blanks(&j);
            if (!take(&j, ':')) return fail(&j, "expected ':'");
            bool people = mark && (og_ja_is(key, "messages") || og_ja_is(key, "tools") || og_ja_is(key, "documents"));
            og_ja v = value(&j, people);
            if (r->failed) return OG_JA_NIL;
            og_ja_dict_set(r, d.u.dict, key, v);
            blanks(&j);
        } while (take(&j, ','));
        if (!take(&j, '}')) return fail(&j, "expected ',' or '}'");
    }
    blanks(&j);
    if (j.at != j.n) return fail(&j, "something follows the object");
    return d;
}
