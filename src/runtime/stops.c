#include "runtime/stops.h"

#include "base/utf8.h"

#include <string.h>

og_status og_stops_init(og_stops *s, const char *const *text, size_t n, og_error *err) {
    if (n > OG_STOPS_MAX) return og_fail(err, OG_ERR_ARG, "%zu stop strings are too many: %d at most", n, OG_STOPS_MAX);
    if (n > 0 && !text) return og_fail(err, OG_ERR_ARG, "%zu stop strings were announced, but stops is NULL", n);
    *s = (og_stops){.text = text, .n = n};
    for (size_t i = 0; i < n; i++) {
        s->len[i] = text[i] ? strnlen(text[i], OG_STOP_BYTES_MAX + 1) : 0;
        if (s->len[i] == 0) return og_fail(err, OG_ERR_ARG, "stop string %zu is empty: it would stop everything", i);
        if (s->len[i] > OG_STOP_BYTES_MAX) return og_fail(err, OG_ERR_ARG, "stop string %zu is longer than %d bytes", i, OG_STOP_BYTES_MAX);
        if (!og_utf8_valid(text[i], s->len[i])) return og_fail(err, OG_ERR_ARG, "stop string %zu is not valid UTF-8", i);
    }
    return OG_OK;
}

const char *og_stops_find(const og_stops *s, const char *text, size_t len, size_t *safe) {
    const char *found = NULL;
    size_t end = SIZE_MAX;
    *safe = len;
    for (size_t i = 0; i < s->n; i++) {
        size_t n = s->len[i];
        for (size_t at = 0; at < len && at + n <= end; at++) {
            size_t have = OG_MIN(n, len - at);
            if (memcmp(text + at, s->text[i], have) != 0) continue;
            if (have < n) {
                if (!found) *safe = OG_MIN(*safe, at);
            } else if (!found || at + n < end || at < *safe) {
                found = s->text[i];
                end = at + n;
                *safe = at;
            }
            break;
        }
    }
    return found;
}
