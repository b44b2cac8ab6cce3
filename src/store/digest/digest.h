/* digest.h: SHA-256 (FIPS 180-4), by OpenSSL where it is built in, else in plain C. */
#ifndef OG_STORE_DIGEST_DIGEST_H
#define OG_STORE_DIGEST_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

enum { OG_SHA256_HEX = 65 }; /* 64 lower-case digits and a NUL */

typedef struct og_digest og_digest;

og_digest *og_digest_open(void); /* NULL when out of memory */
void og_digest_add(og_digest *d, const void *data, size_t bytes);
void og_digest_close(og_digest *d, char hex[OG_SHA256_HEX]); /* hex NULL: the result is not wanted; d NULL is fine */
void og_digest_of(const void *data, size_t bytes, char hex[OG_SHA256_HEX]);

/* Whether text is a digest in hexadecimal; upper case counts too. */
bool og_digest_valid(const char *text);

#endif
