#include "text/grammar/keys.h"

#include <string.h>

void og_keys_free(og_keys *k) {
    og_release(k->key);
    og_release(k->at);
    og_release(k->slot);
    *k = (og_keys){0};
}

size_t og_keys_begin(const og_keys *k) {
    return k->n_key;
}

static bool reserve(og_keys *k) {
    if (k->n_key < k->key_cap) return true;
    const size_t cap = k->key_cap ? k->key_cap * 2 : 256;
    uint32_t *larger = og_realloc(k->key, cap * sizeof *larger);
    if (!larger) return false;
    k->key = larger;
    k->key_cap = cap;
    return true;
}

bool og_keys_push(og_keys *k, uint32_t v) {
    if (!reserve(k)) return false;
    k->key[k->n_key++] = v;
    return true;
}

static uint64_t hash(const uint32_t *k, size_t n) {
    uint64_t h = n;
    for (size_t i = 0; i < n; i++) h = (h ^ k[i]) * 0x9e3779b97f4a7c15, h ^= h >> 29;
    return h;
}

static bool rehash(og_keys *k) {
    const uint32_t slots = k->slot ? (k->slot_mask + 1) * 2 : 64;
    uint32_t *slot = og_alloc(slots * sizeof *slot);
    if (!slot) return false;
    memset(slot, 0xff, slots * sizeof *slot);
    og_release(k->slot);
    k->slot = slot;
    k->slot_mask = slots - 1;
    for (uint32_t i = 0; i < k->n; i++) {
        uint32_t at = (uint32_t)hash(k->key + k->at[i], k->at[i + 1] - k->at[i]) & k->slot_mask;
        while (slot[at] != UINT32_MAX) at = (at + 1) & k->slot_mask;
        slot[at] = i;
    }
    return true;
}

int32_t og_keys_end(og_keys *k, size_t begin, bool *is_new) {
    const size_t n = k->n_key - begin;
    if (!reserve(k)) return -1; /* an empty list lies somewhere, too */
    if ((!k->slot || k->n * 2 > k->slot_mask) && !rehash(k)) return -1;
    uint32_t at = (uint32_t)hash(k->key + begin, n) & k->slot_mask;
    *is_new = false;
    for (; k->slot[at] != UINT32_MAX; at = (at + 1) & k->slot_mask) {
        const uint32_t i = k->slot[at];
        if (k->at[i + 1] - k->at[i] != n || (n && memcmp(k->key + k->at[i], k->key + begin, n * sizeof *k->key) != 0)) continue;
        k->n_key = begin;
        return (int32_t)i;
    }
    if (k->n + 1 >= k->cap) {
        const uint32_t cap = k->cap ? k->cap * 2 : 64;
        size_t *larger = og_realloc(k->at, cap * sizeof *larger);
        if (!larger) return -1;
        k->at = larger;
        k->cap = cap;
    }
    *is_new = true;
    k->slot[at] = k->n;
    k->at[k->n] = begin;
    k->at[k->n + 1] = k->n_key;
    return (int32_t)k->n++;
}
