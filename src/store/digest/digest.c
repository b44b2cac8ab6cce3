/* digest.c: SHA-256 over OpenSSL, which has the CPU's own instructions for it. */
#include "store/digest/digest.h"

#include <openssl/evp.h>

/* EVP_MD_CTX under our name: og_digest is never defined. */
static EVP_MD_CTX *inside(og_digest *d) {
    return (EVP_MD_CTX *)(void *)d;
}

og_digest *og_digest_open(void) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(context);
        context = NULL;
    }
    return (og_digest *)(void *)context;
}

void og_digest_add(og_digest *d, const void *data, size_t bytes) {
    EVP_DigestUpdate(inside(d), data, bytes);
}

void og_digest_close(og_digest *d, char hex[OG_SHA256_HEX]) {
    static const char digit[] = "0123456789abcdef";
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (d == NULL) return;
    if (hex != NULL && EVP_DigestFinal_ex(inside(d), sum, &n) == 1) {
        for (unsigned i = 0; i < 32; i++) {
            hex[2 * i] = digit[sum[i] >> 4];
            hex[2 * i + 1] = digit[sum[i] & 15];
        }
    }
    if (hex != NULL) hex[n == 32 ? 64 : 0] = '\0';
    EVP_MD_CTX_free(inside(d));
}
