/* utf8.h: UTF-8, strictly as in RFC 3629 (no surrogates, no overlong forms, nothing past U+10FFFF). */
#ifndef OG_BASE_UTF8_H
#define OG_BASE_UTF8_H

#include "base/base.h"

#define OG_UTF8_REPLACEMENT 0xFFFDu

/* Decodes one character of s (len > 0 bytes left). Returns its length in bytes and sets *cp; for an invalid sequence returns 1
 * and *cp = -1. */
int og_utf8_decode(const char *s, size_t len, int32_t *cp);
/* Writes cp (valid) to out, 1 to 4 bytes; returns how many. */
int og_utf8_encode(uint32_t cp, char out[4]);
/* How many bytes at the start of s are whole characters; a sequence at the end that more bytes could still complete is left
 * out, an invalid one is counted (a decoder would replace it). */
size_t og_utf8_whole(const char *s, size_t len);
bool og_utf8_valid(const char *s, size_t len);

#endif
