/* tok_special.c: finding special tokens in a text, the longest first at each place. */
#include "text/tok.h"

#include <string.h>

static bool is_special(const og_tok *tok, int32_t id) {
    int kind = tok->kind[id];
    return kind == OG_TOKEN_CONTROL || kind == OG_TOKEN_USER || kind == OG_TOKEN_UNKNOWN;
}

/* The slot of this edge, or the free one where it would go. */
static og_edge_slot *edge_slot(const og_special *sp, uint32_t node, uint8_t byte) {
    uint32_t key = node << 8 | byte;
    for (uint32_t i = (uint32_t)(key * 0x9E3779B97F4A7C15u >> 32) & sp->mask;; i = (i + 1) & sp->mask) {
        og_edge_slot *slot = &sp->edge[i];
        if (slot->key == key || slot->key == UINT32_MAX) return slot;
    }
}

static uint32_t add_edge(og_special *sp, uint32_t node, uint8_t byte) {
    og_edge_slot *slot = edge_slot(sp, node, byte);
    if (slot->key == UINT32_MAX) {
        *slot = (og_edge_slot){node << 8 | byte, sp->n_nodes};
        sp->id[sp->n_nodes++] = -1;
    }
    return slot->node;
}

static void add_token(og_tok *tok, int32_t id) {
    og_special *sp = &tok->special;
    size_t len;
    const char *s = og_strings_get(&tok->spelling, id, &len);
    uint32_t node = 0;
    for (size_t i = 0; i < len; i++) node = add_edge(sp, node, (uint8_t)s[i]);
    if (sp->id[node] >= 0) return;
    sp->id[node] = id;
    sp->first[1][(uint8_t)s[0]] = true;
    if (tok->kind[id] == OG_TOKEN_USER) sp->first[0][(uint8_t)s[0]] = true;
}

og_status og_special_build(og_tok *tok, og_error *err) {
    og_special *sp = &tok->special;
    uint64_t bytes = 0;
    for (int32_t id = 0; id < tok->n; id++) {
        size_t len;
        og_strings_get(&tok->spelling, id, &len);
        if (!is_special(tok, id)) continue;
        if (len > OG_SPECIAL_BYTES)
            return og_fail(err, OG_ERR_FORMAT, "tokenizer: special token %d is %zu bytes long; at most %d are supported", id, len,
                           OG_SPECIAL_BYTES);
        bytes += len;
    }
    uint32_t slots = bytes < 1u << 23 ? og_tok_slots(bytes + 1) : 0;
    if (!slots) return og_fail(err, OG_ERR_FORMAT, "tokenizer: the special tokens are too large (%llu bytes)", (unsigned long long)bytes);
    sp->edge = og_calloc(slots, sizeof *sp->edge);
    sp->id = og_alloc((size_t)(bytes + 1) * sizeof *sp->id);
    if (!sp->edge || !sp->id) return og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for the special tokens");
    sp->mask = slots - 1;
    for (uint32_t i = 0; i < slots; i++) sp->edge[i].key = UINT32_MAX;
    sp->id[0] = -1;
    sp->n_nodes = 1;
    for (int32_t id = 0; id < tok->n; id++)
        if (is_special(tok, id) && tok->spelling.at[id + 1] - tok->spelling.at[id] > 1) add_token(tok, id);
    return OG_OK;
}

void og_special_release(og_special *special) {
    og_release(special->edge);
    og_release(special->id);
}

int32_t og_special_match(const og_tok *tok, const char *s, size_t len, bool user, size_t *match_len) {
    const og_special *sp = &tok->special;
    int32_t found = -1;
    uint32_t node = 0;
    for (size_t i = 0; i < len; i++) {
        const og_edge_slot *slot = edge_slot(sp, node, (uint8_t)s[i]);
        if (slot->key == UINT32_MAX) break;
        node = slot->node;
        int32_t id = sp->id[node];
        if (id < 0 || (user && tok->kind[id] != OG_TOKEN_USER)) continue;
        found = id;
        *match_len = i + 1;
    }
    return found;
}
