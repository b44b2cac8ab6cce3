/* digests.c: what both ways to compute a digest share. */
#include <string.h>

#include "store/digest/digest.h"

void og_digest_of(const void *data, size_t bytes, char hex[OG_SHA256_HEX]) {
    og_digest *d = og_digest_open();
    hex[0] = '\0';
    if (d == NULL) return;
    og_digest_add(d, data, bytes);
    og_digest_close(d, hex);
}

bool og_digest_valid(const char *text) {
    return strspn(text, "0123456789abcdefABCDEF") == 64 && text[64] == '\0';
}
