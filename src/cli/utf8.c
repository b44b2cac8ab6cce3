/* utf8.c: checking and mending UTF-8 for JSON and terminals. */
#include <stdlib.h>
#include <string.h>

#include "cli/utf8.h"

size_t og_cli_utf8_len(const char *s, size_t n) {
    if (n == 0) return 0;
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] < 0x80) return 1;
    size_t len = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
    if (u[0] < 0xc2 || u[0] > 0xf4 || len > n) return 0;
    /* the second byte rules out overlong forms, surrogates and what lies past U+10FFFF */
    unsigned low = u[0] == 0xe0 ? 0xa0 : u[0] == 0xf0 ? 0x90 : 0x80;
    unsigned high = u[0] == 0xed ? 0x9f : u[0] == 0xf4 ? 0x8f : 0xbf;
    if (u[1] < low || u[1] > high) return 0;
    for (size_t i = 2; i < len; i++) {
        if ((u[i] & 0xc0) != 0x80) return 0;
    }
    return len;
}

char *og_cli_utf8_mend(const char *text, size_t len, size_t *out_len) {
    char *out = malloc(len * 3 + 1), *p = out;
    if (out == NULL) return NULL;
    for (size_t i = 0; i < len;) {
        size_t n = og_cli_utf8_len(text + i, len - i);
        memcpy(p, n ? text + i : "\xef\xbf\xbd", n ? n : 3);
        p += n ? n : 3;
        i += n ? n : 1;
    }
    *p = '\0';
    *out_len = (size_t)(p - out);
    return out;
}
