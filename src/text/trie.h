/* trie.h: strings found from the left: an edge is (node, byte) -> node, in a hash table. */
#ifndef OG_TEXT_TRIE_H
#define OG_TEXT_TRIE_H

#include "base/base.h"

typedef struct og_edge_slot {
    uint32_t key; /* node << 8 | byte; UINT32_MAX: free */
    uint32_t node;
} og_edge_slot;

typedef struct og_trie {
    og_edge_slot *edge;
    uint32_t mask;
    int32_t *id;      /* of the string that ends at a node, or -1 */
    uint32_t n_nodes; /* node 0 is the root */
} og_trie;

/* Room for strings of so many bytes together. `what` is for the error. */
og_status og_trie_open(og_trie *trie, uint64_t bytes, const char *what, og_error *err);
void og_trie_close(og_trie *trie);
/* Of equal strings the first stays; true if this one is new. */
bool og_trie_add(og_trie *trie, const char *s, size_t len, int32_t id);
/* The node after `byte`, or 0: none. */
uint32_t og_trie_next(const og_trie *trie, uint32_t node, uint8_t byte);

#endif
