/* tok_index.c: a hash table from bytes to tokens. Open addressing; the seed differs from run to run, so no file can be made to collide. */
#include "text/tok.h"

#include <string.h>

uint32_t og_tok_slots(uint64_t n) {
    uint64_t slots = 16;
    while (slots / 3 * 2 < n) slots *= 2;
    return slots <= UINT32_MAX ? (uint32_t)slots : 0;
}

/* The last len < 8 bytes as a number. */
static inline uint64_t tail(const char *s, size_t len) {
    if (len >= 4) {
        uint32_t a, b;
        memcpy(&a, s, 4);
        memcpy(&b, s + len - 4, 4);
        return (uint64_t)b << 32 | a;
    }
    if (len == 0) return 0;
    const uint8_t *b = (const uint8_t *)s;
    return b[0] | (uint64_t)b[len / 2] << 8 | (uint64_t)b[len - 1] << 16;
}

static inline uint32_t hash_of(uint64_t seed, const char *s, size_t len) {
    const uint64_t k = 0x9E3779B97F4A7C15u;
    uint64_t h = (seed ^ len) * k;
    for (; len >= 8; s += 8, len -= 8) {
        uint64_t w;
        memcpy(&w, s, 8);
        h = (h ^ w) * k;
        h ^= h >> 29;
    }
    h = (h ^ tail(s, len)) * k;
    h ^= h >> 32;
    return (uint32_t)(h * k >> 32);
}

static bool same(const og_tok *tok, int32_t id, const char *s, size_t len) {
    size_t n;
    const char *t = og_strings_get(&tok->raw, id, &n);
    return n == len && memcmp(t, s, len) == 0;
}

/* The slot of these bytes, or the free one where they would go. */
static og_index_slot *slot_of(const og_tok *tok, const char *s, size_t len, uint32_t hash) {
    for (uint32_t i = hash & tok->index_mask;; i = (i + 1) & tok->index_mask) {
        og_index_slot *slot = &tok->index[i];
        if (slot->id < 0 || (slot->hash == hash && same(tok, slot->id, s, len))) return slot;
    }
}

int32_t og_tok_find(const og_tok *tok, const char *s, size_t len) {
    return slot_of(tok, s, len, hash_of(tok->seed, s, len))->id;
}

og_status og_tok_index(og_tok *tok, og_error *err) {
    uint32_t slots = og_tok_slots((uint64_t)tok->n);
    tok->index = slots ? og_calloc(slots, sizeof *tok->index) : NULL;
    if (!tok->index) return og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for the index of %d tokens", tok->n);
    tok->index_mask = slots - 1;
    for (uint32_t i = 0; i < slots; i++) tok->index[i].id = -1;
    for (int32_t id = 0; id < tok->n; id++) {
        size_t len;
        const char *s = og_strings_get(&tok->raw, id, &len);
        if (len == 0) continue;
        if (og_tok_is_text(tok, id)) tok->max_len = OG_MAX(tok->max_len, (uint32_t)len);
        uint32_t hash = hash_of(tok->seed, s, len);
        og_index_slot *slot = slot_of(tok, s, len, hash);
        if (slot->id < 0 || (tok->kind[slot->id] != OG_TOKEN_NORMAL && tok->kind[id] == OG_TOKEN_NORMAL)) *slot = (og_index_slot){hash, id};
    }
    return OG_OK;
}
