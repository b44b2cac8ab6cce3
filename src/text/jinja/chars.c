/* chars.c: strings as code points. A byte that is not UTF-8 counts as one character and is kept. */
#include <string.h>

#include "base/utf8.h"
#include "text/jinja/value.h"
#include "text/unicode.h"

uint32_t og_ja_decode(og_ja s, size_t from, size_t *next) {
    int32_t cp;
    int len = og_utf8_decode(s.u.s + from, s.n - from, &cp);
    *next = from + (size_t)len;
    return cp < 0 ? OG_UTF8_REPLACEMENT : (uint32_t)cp;
}

size_t og_ja_char_at(og_ja s, size_t from) {
    size_t next;
    og_ja_decode(s, from, &next);
    return next;
}

size_t og_ja_chars(og_ja s) {
    size_t n = 0;
    for (size_t at = 0; at < s.n; n++) at = (unsigned char)s.u.s[at] < 0x80 ? at + 1 : og_ja_char_at(s, at);
    return n;
}

bool og_ja_space(uint32_t cp) {
    if (cp < 0x80) return cp == ' ' || (cp >= 9 && cp <= 13) || (cp >= 0x1c && cp <= 0x1f);
    if (cp == 0x85) return true;
    if (cp > 0x10FFFF) return false;
    og_category c = og_unicode_category(cp);
    return c == OG_UC_ZS || c == OG_UC_ZL || c == OG_UC_ZP;
}

/* Letters of the alphabets that have case: ranges of a fixed distance, and ranges of pairs (even upper, or odd upper). */
typedef struct case_range {
    uint16_t from, to; /* of the upper case letters */
    int16_t distance;  /* to the lower case letter; 1: every second code point */
} case_range;

static const case_range cases[] = {
    {'A', 'Z', 32},     {0xC0, 0xD6, 32},     {0xD8, 0xDE, 32},   {0x100, 0x12E, 1},   {0x132, 0x136, 1},   {0x139, 0x147, 1},
    {0x14A, 0x176, 1},  {0x178, 0x178, -121}, {0x179, 0x17D, 1},  {0x1CD, 0x1DB, 1},   {0x1DE, 0x1EE, 1},   {0x1F8, 0x21E, 1},
    {0x222, 0x232, 1},  {0x386, 0x386, 38},   {0x388, 0x38A, 37}, {0x38C, 0x38C, 64},  {0x38E, 0x38F, 63},  {0x391, 0x3A1, 32},
    {0x3A3, 0x3AB, 32}, {0x3D8, 0x3EE, 1},    {0x400, 0x40F, 80}, {0x410, 0x42F, 32},  {0x460, 0x480, 1},   {0x48A, 0x4BE, 1},
    {0x4C1, 0x4CD, 1},  {0x4D0, 0x52E, 1},    {0x531, 0x556, 48}, {0x1E00, 0x1E94, 1}, {0x1EA0, 0x1EFE, 1}, {0xFF21, 0xFF3A, 32},
};

uint32_t og_ja_lower_cp(uint32_t cp) {
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        const case_range *c = &cases[i];
        if (cp >= c->from && cp <= c->to && (c->distance != 1 || (cp - c->from) % 2 == 0)) return (uint32_t)((int32_t)cp + c->distance);
    }
    return cp;
}

uint32_t og_ja_upper_cp(uint32_t cp) {
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        const case_range *c = &cases[i];
        int32_t up = (int32_t)cp - c->distance;
        if (up >= c->from && up <= c->to && (c->distance != 1 || (up - c->from) % 2 == 0)) return (uint32_t)up;
    }
    return cp == 0x3C2 ? 0x3A3 : cp == 0xB5 ? 0x39C : cp;
}

static og_ja recase(og_ja_rt *r, og_ja s, bool upper) {
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    for (size_t at = 0, next; at < s.n && !r->failed; at = next) {
        uint32_t cp = og_ja_decode(s, at, &next), to = upper ? og_ja_upper_cp(cp) : og_ja_lower_cp(cp);
        bool mark = s.mark && s.mark[at];
        if (upper && cp == 0xDF) {
            og_ja_sb_cp(&b, 'S', mark);
            og_ja_sb_cp(&b, 'S', mark);
        } else if (to == cp) {
            og_ja_sb_str(&b, og_ja_sub(s, at, next));
        } else {
            og_ja_sb_cp(&b, to, mark);
        }
    }
    return og_ja_sb_done(&b);
}

og_ja og_ja_upper(og_ja_rt *r, og_ja s) {
    return recase(r, s, true);
}

og_ja og_ja_lower(og_ja_rt *r, og_ja s) {
    return recase(r, s, false);
}

static bool stripped(uint32_t cp, const og_ja *chars) {
    if (!chars) return og_ja_space(cp);
    for (size_t at = 0; at < chars->n;)
        if (og_ja_decode(*chars, at, &at) == cp) return true;
    return false;
}

og_ja og_ja_strip(og_ja s, const og_ja *chars, bool left, bool right) {
    size_t from = 0, to = s.n, next;
    while (left && from < to && stripped(og_ja_decode(s, from, &next), chars)) from = next;
    while (right && to > from) {
        size_t at = to - 1;
        while (at > from && to - at < 4 && ((unsigned char)s.u.s[at] & 0xC0) == 0x80) at--;
        uint32_t cp = og_ja_decode(og_ja_sub(s, 0, to), at, &next);
        if (next != to || !stripped(cp, chars)) break;
        to = at;
    }
    return og_ja_sub(s, from, to);
}

int64_t og_ja_find(og_ja s, og_ja what, size_t from) {
    if (what.n == 0) return from <= s.n ? (int64_t)from : -1;
    const char *hit = from < s.n ? memmem(s.u.s + from, s.n - from, what.u.s, what.n) : NULL;
    return hit ? hit - s.u.s : -1;
}

og_ja og_ja_replace(og_ja_rt *r, og_ja s, og_ja from, og_ja to, int64_t count) {
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    size_t at = 0;
    if (!og_ja_work(r, s.n / 64)) return OG_JA_NIL;
    for (; count != 0 && !r->failed; count--) {
        int64_t hit = og_ja_find(s, from, at);
        if (hit < 0) break;
        og_ja_sb_str(&b, og_ja_sub(s, at, (size_t)hit));
        og_ja_sb_str(&b, to);
        at = (size_t)hit + from.n;
        if (from.n == 0) { /* between all characters */
            if (at >= s.n) break;
            size_t next = og_ja_char_at(s, at);
            og_ja_sb_str(&b, og_ja_sub(s, at, next));
            at = next;
        }
        og_ja_work(r, 1);
    }
    if (at < s.n) og_ja_sb_str(&b, og_ja_sub(s, at, s.n));
    return og_ja_sb_done(&b);
}
