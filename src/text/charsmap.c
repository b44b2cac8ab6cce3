/* charsmap.c: SentencePiece's normalization: the longest string at each place that the map knows becomes another. */
#include "text/tok.h"
#include "base/utf8.h"

#include <string.h>

static uint32_t u32_of(const char *s) {
    const uint8_t *b = (const uint8_t *)s;
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* A count of bytes, the double array, the texts. */
og_status og_charsmap_open(og_charsmap *map, const char *data, size_t len, og_error *err) {
    uint32_t bytes = len >= 4 ? u32_of(data) : 0;
    if (len < 8 || len > INT32_MAX || bytes < 4 || bytes % 4 != 0 || bytes > len - 5 || data[len - 1] != '\0')
        return og_fail(err, OG_ERR_FORMAT, "tokenizer: the map for normalizing text (precompiled_charsmap) is damaged");
    map->n_unit = bytes / 4;
    map->n_text = (uint32_t)(len - 4 - bytes);
    map->unit = og_alloc(bytes);
    map->text = og_alloc(map->n_text);
    if (!map->unit || !map->text) return og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for normalizing text");
    for (uint32_t i = 0; i < map->n_unit; i++) map->unit[i] = u32_of(data + 4 + 4 * (size_t)i);
    memcpy(map->text, data + 4 + bytes, map->n_text);
    return OG_OK;
}

void og_charsmap_close(og_charsmap *map) {
    og_release(map->unit);
    og_release(map->text);
    *map = (og_charsmap){0};
}

static uint32_t offset_of(uint32_t unit) {
    return unit >> 10 << ((unit & 1u << 9) >> 6);
}

/* The text of the longest known string at s; its length, 0: none. */
static size_t longest(const og_charsmap *map, const char *s, size_t len, uint32_t *text) {
    size_t found = 0;
    uint32_t at = map->n_unit ? offset_of(map->unit[0]) : 0;
    for (size_t i = 0; i < len && map->n_unit; i++) {
        uint8_t c = (uint8_t)s[i];
        at ^= c;
        if (c == 0 || at >= map->n_unit || (map->unit[at] & (1u << 31 | 0xFF)) != c) break;
        uint32_t unit = map->unit[at];
        at ^= offset_of(unit);
        if (!(unit >> 8 & 1)) continue;
        uint32_t leaf = at < map->n_unit ? map->unit[at] & ~(1u << 31) : map->n_text;
        if (leaf >= map->n_text) break; /* damaged */
        *text = leaf;
        found = i + 1;
    }
    return found;
}

og_piece og_charsmap_next(const og_charsmap *map, const char *s, size_t len, size_t *used) {
    uint32_t text;
    int32_t cp;
    *used = longest(map, s, len, &text);
    if (*used) return (og_piece){map->text + text, strlen(map->text + text)};
    *used = (size_t)og_utf8_decode(s, len, &cp);
    return cp < 0 ? (og_piece){"\xEF\xBF\xBD", 3} : (og_piece){s, *used};
}
