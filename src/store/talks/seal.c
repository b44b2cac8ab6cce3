/* seal.c: AES-256-GCM and scrypt, by OpenSSL. */
#include "store/talks/seal.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

bool og_seal_random(void *out, size_t n) {
    return n <= INT_MAX && RAND_bytes(out, (int)n) == 1;
}

bool og_seal_key(const char *passphrase, const uint8_t salt[OG_SEAL_SALT], uint8_t key[OG_SEAL_KEY]) {
    const uint64_t n = 1 << 15, r = 8, p = 1, memory = (uint64_t)64 << 20;
    return EVP_PBE_scrypt(passphrase, strlen(passphrase), salt, OG_SEAL_SALT, n, r, p, memory, key, OG_SEAL_KEY) == 1;
}

void og_seal_forget(void *secret, size_t n) {
    OPENSSL_cleanse(secret, n);
}

bool og_seal_close(const uint8_t key[OG_SEAL_KEY], const char *about, const void *text, size_t len, uint8_t *out) {
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0;
    bool good = c != NULL && len <= INT_MAX - OG_SEAL_MORE && og_seal_random(out, OG_SEAL_NONCE) &&
                EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, out) == 1 &&
                EVP_EncryptUpdate(c, NULL, &n, (const uint8_t *)about, (int)strlen(about)) == 1 &&
                EVP_EncryptUpdate(c, out + OG_SEAL_NONCE, &n, text, (int)len) == 1 &&
                EVP_EncryptFinal_ex(c, out + OG_SEAL_NONCE + len, &n) == 1 &&
                EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, OG_SEAL_TAG, out + OG_SEAL_NONCE + len) == 1;
    EVP_CIPHER_CTX_free(c);
    return good;
}

bool og_seal_open(const uint8_t key[OG_SEAL_KEY], const char *about, const void *sealed, size_t len, uint8_t *out) {
    if (len < OG_SEAL_MORE || len > INT_MAX) return false;
    const uint8_t *in = sealed;
    uint8_t tag[OG_SEAL_TAG];
    size_t text = len - OG_SEAL_MORE;
    int n = 0;
    memcpy(tag, in + OG_SEAL_NONCE + text, OG_SEAL_TAG);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool good = c != NULL && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, in) == 1 &&
                EVP_DecryptUpdate(c, NULL, &n, (const uint8_t *)about, (int)strlen(about)) == 1 &&
                EVP_DecryptUpdate(c, out, &n, in + OG_SEAL_NONCE, (int)text) == 1 &&
                EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, OG_SEAL_TAG, tag) == 1 && EVP_DecryptFinal_ex(c, out + text, &n) == 1;
    EVP_CIPHER_CTX_free(c);
    return good;
}
