/* seal.h: texts sealed with a key that a passphrase gives. */
#ifndef OG_STORE_TALKS_SEAL_H
#define OG_STORE_TALKS_SEAL_H

#include "base/base.h"

enum { OG_SEAL_KEY = 32, OG_SEAL_SALT = 16, OG_SEAL_NONCE = 12, OG_SEAL_TAG = 16, OG_SEAL_MORE = OG_SEAL_NONCE + OG_SEAL_TAG };

bool og_seal_random(void *out, size_t n);
bool og_seal_key(const char *passphrase, const uint8_t salt[OG_SEAL_SALT], uint8_t key[OG_SEAL_KEY]);
void og_seal_forget(void *secret, size_t n);
/* out has room for len + OG_SEAL_MORE bytes: nonce, ciphertext, tag. `about` is authenticated with it. */
bool og_seal_close(const uint8_t key[OG_SEAL_KEY], const char *about, const void *text, size_t len, uint8_t *out);
/* out has room for len - OG_SEAL_MORE bytes. False if it is not what was sealed. */
bool og_seal_open(const uint8_t key[OG_SEAL_KEY], const char *about, const void *sealed, size_t len, uint8_t *out);

#endif
