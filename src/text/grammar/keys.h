/* keys.h: lists of numbers, each kept once and numbered in the order in which they were met. */
#ifndef OG_TEXT_GRAMMAR_KEYS_H
#define OG_TEXT_GRAMMAR_KEYS_H

#include "base/base.h"

typedef struct og_keys {
    uint32_t *key; /* of all, one after another */
    size_t n_key, key_cap;
    size_t *at; /* [n + 1] */
    uint32_t n, cap;
    uint32_t *slot, slot_mask;
} og_keys;

void og_keys_free(og_keys *k);
/* A list is made by pushing its numbers after og_keys_begin; og_keys_end gives its number, -1 when out of memory. */
size_t og_keys_begin(const og_keys *k);
bool og_keys_push(og_keys *k, uint32_t v);
int32_t og_keys_end(og_keys *k, size_t begin, bool *is_new);
static inline const uint32_t *og_keys_get(const og_keys *k, uint32_t i, size_t *n) {
    *n = k->at[i + 1] - k->at[i];
    return k->key + k->at[i];
}

#endif
