/* utf8.c: RFC 3629. The lead byte fixes the length and the range of the second byte; all later bytes are 80..BF. */
#include "base/utf8.h"

typedef struct lead {
    int len;           /* 0: not a lead byte */
    uint8_t low, high; /* of the second byte */
} lead;

static lead lead_of(uint8_t b) {
    if (b < 0x80) return (lead){1, 0, 0};
    if (b < 0xC2) return (lead){0, 0, 0}; /* continuations, and overlong forms of ASCII */
    if (b < 0xE0) return (lead){2, 0x80, 0xBF};
    if (b == 0xE0) return (lead){3, 0xA0, 0xBF}; /* below A0: overlong */
    if (b == 0xED) return (lead){3, 0x80, 0x9F}; /* above 9F: surrogates */
    if (b < 0xF0) return (lead){3, 0x80, 0xBF};
    if (b == 0xF0) return (lead){4, 0x90, 0xBF}; /* below 90: overlong */
    if (b < 0xF4) return (lead){4, 0x80, 0xBF};
    if (b == 0xF4) return (lead){4, 0x80, 0x8F}; /* above 8F: past U+10FFFF */
    return (lead){0, 0, 0};
}

/* How many of the n bytes at s agree with the character that s[0] begins; at most its length. */
static int agreeing(const uint8_t *s, size_t n, lead l) {
    int i = 1;
    while (i < l.len && (size_t)i < n) {
        uint8_t low = i == 1 ? l.low : 0x80, high = i == 1 ? l.high : 0xBF;
        if (s[i] < low || s[i] > high) break;
        i++;
    }
    return i;
}

int og_utf8_decode(const char *s, size_t len, int32_t *cp) {
    const uint8_t *b = (const uint8_t *)s;
    lead l = lead_of(b[0]);
    if (l.len == 0 || agreeing(b, len, l) < l.len) {
        *cp = -1;
        return 1;
    }
    static const uint8_t mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    int32_t value = b[0] & mask[l.len];
    for (int i = 1; i < l.len; i++) value = value << 6 | (b[i] & 0x3F);
    *cp = value;
    return l.len;
}

int og_utf8_encode(uint32_t cp, char out[4]) {
    uint8_t *b = (uint8_t *)out;
    if (cp < 0x80) {
        b[0] = (uint8_t)cp;
        return 1;
    }
    int len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    static const uint8_t mark[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (int i = len - 1; i > 0; i--, cp >>= 6) b[i] = (uint8_t)(0x80 | (cp & 0x3F));
    b[0] = (uint8_t)(mark[len] | cp);
    return len;
}

size_t og_utf8_whole(const char *s, size_t len) {
    const uint8_t *b = (const uint8_t *)s;
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        lead l = lead_of(b[len - back]);
        if (l.len == 0) continue;
        bool unfinished = (size_t)l.len > back && agreeing(b + len - back, back, l) == (int)back;
        return unfinished ? len - back : len;
    }
    return len;
}

bool og_utf8_valid(const char *s, size_t len) {
    for (size_t i = 0; i < len;) {
        int32_t cp;
        i += (size_t)og_utf8_decode(s + i, len - i, &cp);
        if (cp < 0) return false;
    }
    return true;
}
