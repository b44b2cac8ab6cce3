/* unicode.c: small letters, and letters without accents. */
#include "text/unicode.h"

uint32_t og_unicode_to_lower(uint32_t cp) {
    if (cp < 0x80) return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
    size_t low = 0, high = og_unicode_n_lower;
    while (low < high) { /* the first range that does not end before cp */
        size_t mid = (low + high) / 2;
        if (og_unicode_lower[mid].to < cp)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == og_unicode_n_lower || cp < og_unicode_lower[low].from) return cp;
    const og_lower_range *r = &og_unicode_lower[low];
    if (r->distance % 2 && (cp - r->from) % 2) return cp;
    return (uint32_t)((int32_t)cp + r->distance);
}

/* Syllables of Hangul fall into two or three letters (The Unicode Standard, 3.12). */
static int hangul(uint32_t cp, uint32_t out[3]) {
    uint32_t s = cp - 0xAC00, t = s % 28;
    out[0] = 0x1100 + s / 588;
    out[1] = 0x1161 + s % 588 / 28;
    out[2] = 0x11A7 + t;
    return t ? 3 : 2;
}

int og_unicode_strip(uint32_t cp, uint32_t out[3]) {
    out[0] = cp;
    if (cp < 0xC0) return 1;
    if (cp >= 0xAC00 && cp < 0xD7A4) return hangul(cp, out);
    if (og_unicode_category(cp) == OG_UC_MN) return 0;
    size_t low = 0, high = og_unicode_n_base;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (og_unicode_base[mid].to < cp)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == og_unicode_n_base || cp < og_unicode_base[low].from) return 1;
    const og_base_range *r = &og_unicode_base[low];
    out[0] = r->base[0] + (cp - r->from);
    int n = 1;
    for (; n < 3 && r->base[n]; n++) out[n] = r->base[n];
    return n;
}
