/* sb.c: text being made, with the marks of what people wrote. */
#include <string.h>

#include "base/utf8.h"
#include "text/jinja/value.h"

void og_ja_sb_init(og_ja_sb *b, og_ja_rt *r) {
    *b = (og_ja_sb){.r = r, .max = r->max_bytes};
}

static bool grow(og_ja_sb *b, size_t extra, bool marked) {
    og_ja_rt *r = b->r;
    if (r->failed) return false;
    if (extra > b->max - b->n || b->n + extra > INT32_MAX) {
        og_ja_fail_memory(r);
        return false;
    }
    if (!og_ja_work(r, extra / 64)) return false;
    if (b->n + extra > b->cap) {
        size_t cap = b->cap ? b->cap : 32;
        while (cap < b->n + extra) cap *= 2;
        char *s = og_ja_alloc(r, cap);
        uint8_t *mark = b->mark ? og_ja_alloc(r, cap) : NULL;
        if (!s || (b->mark && !mark)) return false;
        if (b->n) memcpy(s, b->s, b->n);
        if (b->n && mark) memcpy(mark, b->mark, b->n);
        b->s = s;
        b->mark = mark;
        b->cap = cap;
    }
    if (marked && !b->mark) b->mark = og_ja_alloc(r, b->cap);
    return !r->failed;
}

void og_ja_sb_add(og_ja_sb *b, const char *s, size_t n, const uint8_t *mark) {
    if (n == 0 || !grow(b, n, mark != NULL)) return;
    memcpy(b->s + b->n, s, n);
    if (mark) memcpy(b->mark + b->n, mark, n);
    b->n += n;
}

void og_ja_sb_str(og_ja_sb *b, og_ja s) {
    if (s.type == OG_JA_STR) og_ja_sb_add(b, s.u.s, s.n, s.mark);
}

void og_ja_sb_put(og_ja_sb *b, const char *literal) {
    og_ja_sb_add(b, literal, strlen(literal), NULL);
}

void og_ja_sb_cp(og_ja_sb *b, uint32_t cp, bool mark) {
    static const uint8_t marks[4] = {1, 1, 1, 1};
    char s[4];
    int n = og_utf8_encode(cp, s);
    og_ja_sb_add(b, s, (size_t)n, mark ? marks : NULL);
}

void og_ja_sb_fill(og_ja_sb *b, char c, size_t n) {
    if (n == 0 || !grow(b, n, false)) return;
    memset(b->s + b->n, c, n);
    b->n += n;
}

og_ja og_ja_sb_done(og_ja_sb *b) {
    if (b->r->failed) return OG_JA_NIL;
    og_ja s = og_ja_text(b->s ? b->s : "", b->n);
    s.mark = b->mark;
    return s;
}
