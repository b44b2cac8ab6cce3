/* base64.c: see base64.h. */
#include "server/base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

char *og_base64(const float *x, size_t n) {
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t bytes = n * 4;
    char *out = malloc((bytes + 2) / 3 * 4 + 1), *to = out;
    for (size_t i = 0; out && i < bytes; i += 3) {
        uint32_t group = 0;
        for (size_t j = i; j < i + 3; j++) {
            uint32_t bits = 0;
            if (j < bytes) memcpy(&bits, &x[j / 4], sizeof bits);
            group = group << 8 | (bits >> (j % 4 * 8) & 255);
        }
        for (int j = 0; j < 4; j++) *to++ = digit[group >> (18 - 6 * j) & 63];
        if (i + 1 >= bytes) to[-2] = '=';
        if (i + 2 >= bytes) to[-1] = '=';
    }
    if (out) *to = '\0';
    return out;
}

json_t *og_js_vector(const float *x, size_t n, bool base64) {
    char *text = base64 ? og_base64(x, n) : NULL;
    json_t *v = base64 ? (text ? json_string(text) : NULL) : json_array();
    free(text);
    for (size_t i = 0; !base64 && i < n; i++) json_array_append_new(v, json_real((double)x[i]));
    return v;
}
