/* base64.h: vectors as OpenAI's API has them in base64, and bytes. */
#ifndef OG_SERVER_BASE64_H
#define OG_SERVER_BASE64_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Of n floats as little-endian bytes (RFC 4648); malloc'd. */
char *og_base64(const float *x, size_t n);
/* A vector as a list of numbers, or as a string. */
json_t *og_js_vector(const float *x, size_t n, bool base64);

#endif
