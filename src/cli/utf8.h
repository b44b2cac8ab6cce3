/* utf8.h: is this UTF-8? The library promises it of text it made; files promise nothing. */
#ifndef OG_CLI_UTF8_H
#define OG_CLI_UTF8_H

#include <stddef.h>

/* Bytes of the well-formed character at s (1 to 4, Unicode table 3-7), or 0 if there is none within n bytes. */
size_t og_cli_utf8_len(const char *s, size_t n);

/* A copy of `text` with every ill-formed byte replaced by U+FFFD, *out_len bytes; malloc'd; NULL when out of memory. */
char *og_cli_utf8_mend(const char *text, size_t len, size_t *out_len);

#endif
