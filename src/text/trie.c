#include "text/trie.h"

/* The slot of this edge, or the free one where it would go. */
static og_edge_slot *edge_slot(const og_trie *trie, uint32_t node, uint8_t byte) {
    uint32_t key = node << 8 | byte;
    for (uint32_t i = (uint32_t)(key * 0x9E3779B97F4A7C15u >> 32) & trie->mask;; i = (i + 1) & trie->mask) {
        og_edge_slot *slot = &trie->edge[i];
        if (slot->key == key || slot->key == UINT32_MAX) return slot;
    }
}

og_status og_trie_open(og_trie *trie, uint64_t bytes, const char *what, og_error *err) {
    if (bytes >= 1u << 23) return og_fail(err, OG_ERR_FORMAT, "tokenizer: %s are too large (%llu bytes)", what, (unsigned long long)bytes);
    uint32_t slots = 16;
    while (slots / 3 * 2 < bytes + 1) slots *= 2;
    trie->edge = og_calloc(slots, sizeof *trie->edge);
    trie->id = og_alloc((size_t)(bytes + 1) * sizeof *trie->id);
    if (!trie->edge || !trie->id) return og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for %s", what);
    trie->mask = slots - 1;
    for (uint32_t i = 0; i < slots; i++) trie->edge[i].key = UINT32_MAX;
    trie->id[0] = -1;
    trie->n_nodes = 1;
    return OG_OK;
}

void og_trie_close(og_trie *trie) {
    og_release(trie->edge);
    og_release(trie->id);
    *trie = (og_trie){0};
}

bool og_trie_add(og_trie *trie, const char *s, size_t len, int32_t id) {
    uint32_t node = 0;
    for (size_t i = 0; i < len; i++) {
        og_edge_slot *slot = edge_slot(trie, node, (uint8_t)s[i]);
        if (slot->key == UINT32_MAX) {
            *slot = (og_edge_slot){node << 8 | (uint8_t)s[i], trie->n_nodes};
            trie->id[trie->n_nodes++] = -1;
        }
        node = slot->node;
    }
    if (trie->id[node] >= 0) return false;
    trie->id[node] = id;
    return true;
}

uint32_t og_trie_next(const og_trie *trie, uint32_t node, uint8_t byte) {
    const og_edge_slot *slot = edge_slot(trie, node, byte);
    return slot->key == UINT32_MAX ? 0 : slot->node;
}
