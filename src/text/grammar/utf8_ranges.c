/* utf8_ranges.c: a range of characters as sequences of byte ranges. A range is cut where the number of bytes changes and where a
 * continuation byte begins anew, until its first and last encoding differ in whole trailing bytes only (as in RE2 and Lucene). */
#include "text/grammar/grammar_build.h"

static int encode(uint32_t c, uint8_t out[4]) {
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    const int n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--, c >>= 6) out[i] = (uint8_t)(0x80 | (c & 0x3f));
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (uint8_t)(lead[n] | c);
    return n;
}

/* lo..hi have the same number of bytes, and from the first byte in which they differ on, all trailing bytes are full ranges. */
static uint32_t sequence(og_gbuild *b, uint32_t lo, uint32_t hi, uint32_t next) {
    uint8_t first[4], last[4];
    const int n = encode(lo, first);
    encode(hi, last);
    for (int i = n - 1; i >= 0; i--) {
        next = og_gbuild_node(b, OG_G_BYTES, next, 0);
        if (b->status != OG_OK) return 0;
        b->g->node[next].lo = first[i];
        b->g->node[next].hi = last[i];
    }
    return next;
}

static uint32_t either(og_gbuild *b, uint32_t x, uint32_t y) {
    return og_gbuild_node(b, OG_G_SPLIT, x, y);
}

uint32_t og_gbuild_chars(og_gbuild *b, uint32_t lo, uint32_t hi, uint32_t next) {
    static const uint32_t last_of_length[] = {0x7f, 0x7ff, 0xd7ff, 0xffff};
    if (b->status != OG_OK) return 0;
    for (size_t i = 0; i < OG_LEN(last_of_length); i++) {
        const uint32_t end = last_of_length[i];
        if (lo > end || hi <= end) continue;
        /* past the surrogates, of which there are no characters */
        const uint32_t from = end == 0xd7ff ? OG_MAX(0xe000u, end + 1) : end + 1;
        const uint32_t below = og_gbuild_chars(b, lo, end, next);
        return hi < from ? below : either(b, below, og_gbuild_chars(b, from, hi, next));
    }
    if (lo >= 0xd800 && lo < 0xe000) lo = 0xe000; /* a range that began among the surrogates */
    for (uint32_t bits = 6; bits < 21 && hi >= 0x80; bits += 6) {
        const uint32_t low = (1u << bits) - 1;
        if ((lo & ~low) == (hi & ~low)) break;
        if (lo & low) return either(b, og_gbuild_chars(b, lo, lo | low, next), og_gbuild_chars(b, (lo | low) + 1, hi, next));
        if ((hi & low) != low) return either(b, og_gbuild_chars(b, lo, (hi & ~low) - 1, next), og_gbuild_chars(b, hi & ~low, hi, next));
    }
    return sequence(b, lo, hi, next);
}
