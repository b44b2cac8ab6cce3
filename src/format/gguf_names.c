/* gguf_names.c: see gguf_names.h. FNV-1a with a final mix; linear probing with a limit, so that names chosen to collide cannot make opening
 * a file quadratic. */
#include "format/gguf_names.h"

#include <string.h>

typedef struct og_names_slot {
    uint32_t hash;
    uint32_t number; /* of the name, plus 1; 0: free */
} og_names_slot;

/* With a table at most half full and a fair hash, a run of this length does not happen (a million names: about 60). */
enum { PROBES_MAX = 512 };

static uint32_t hash_of(const char *s, size_t len) {
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++) h = (h ^ (uint8_t)s[i]) * 0x100000001b3u;
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    return (uint32_t)(h >> 32);
}

bool og_gguf_grow(void **p, uint64_t *cap, uint64_t need, size_t size) {
    if (need <= *cap) return true;
    uint64_t want = OG_MAX(need, *cap + *cap / 2 + 8), bytes;
    if (!og_mul_u64(want, size, &bytes) || bytes > SIZE_MAX / 2) return false;
    void *q = og_realloc(*p, (size_t)bytes);
    if (!q) return false;
    *p = q;
    *cap = want;
    return true;
}

bool og_names_add(og_names *names, const char *s, size_t len) {
    if (names->n >= OG_NAMES_MAX) return false;
    void *end = names->end;
    bool grown = og_gguf_grow(&end, &names->cap, (uint64_t)names->n + 1, sizeof *names->end);
    names->end = end;
    if (!grown || !og_buf_add(&names->text, s, len) || !og_buf_add(&names->text, "", 1)) return false;
    names->end[names->n++] = names->text.len - 1;
    return true;
}

const char *og_names_at(const og_names *names, uint32_t i, size_t *len) {
    uint64_t start = i ? names->end[i - 1] + 1 : 0;
    if (len) *len = (size_t)(names->end[i] - start);
    return names->text.data + start;
}

/* The slot that holds the name, or the free one where it would go; NULL after too many probes. */
static og_names_slot *probe(const og_names *names, uint32_t hash, const char *s, size_t len) {
    for (uint32_t k = 0, at = hash & names->mask; k < PROBES_MAX; k++, at = (at + 1) & names->mask) {
        og_names_slot *slot = &names->slot[at];
        if (slot->number == 0) return slot;
        if (slot->hash != hash) continue;
        size_t other_len;
        const char *other = og_names_at(names, slot->number - 1, &other_len);
        if (other_len == len && memcmp(other, s, len) == 0) return slot;
    }
    return NULL;
}

og_names_result og_names_index(og_names *names, uint32_t *which) {
    uint32_t slots = 16;
    while (slots < 2 * names->n) slots *= 2;
    names->slot = og_calloc(slots, sizeof *names->slot);
    if (!names->slot) return OG_NAMES_MEMORY;
    names->mask = slots - 1;
    for (uint32_t i = 0; i < names->n; i++) {
        size_t len;
        const char *s = og_names_at(names, i, &len);
        uint32_t hash = hash_of(s, len);
        og_names_slot *slot = probe(names, hash, s, len);
        *which = i;
        if (!slot) return OG_NAMES_CLASHES;
        if (slot->number) return OG_NAMES_TWICE;
        *slot = (og_names_slot){hash, i + 1};
    }
    return OG_NAMES_OK;
}

int64_t og_names_find(const og_names *names, const char *s, size_t len) {
    if (!names->slot) return -1;
    const og_names_slot *slot = probe(names, hash_of(s, len), s, len);
    return slot && slot->number ? (int64_t)slot->number - 1 : -1;
}

void og_names_free(og_names *names) {
    og_buf_free(&names->text);
    og_release(names->end);
    og_release(names->slot);
    memset(names, 0, sizeof *names);
}
