/* tok_special.c: finding special tokens in a text, the longest first at each place. */
#include "text/tok.h"

static bool is_special(const og_tok *tok, int32_t id) {
    int kind = tok->kind[id];
    return kind == OG_TOKEN_CONTROL || kind == OG_TOKEN_USER || kind == OG_TOKEN_UNKNOWN;
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
    OG_TRY(og_trie_open(&sp->trie, bytes, "the special tokens", err));
    for (int32_t id = 0; id < tok->n; id++) {
        size_t len;
        const char *s = og_strings_get(&tok->spelling, id, &len);
        if (!is_special(tok, id) || len == 0 || !og_trie_add(&sp->trie, s, len, id)) continue;
        sp->first[1][(uint8_t)s[0]] = true;
        if (tok->kind[id] == OG_TOKEN_USER) sp->first[0][(uint8_t)s[0]] = true;
    }
    return OG_OK;
}

int32_t og_special_match(const og_tok *tok, const char *s, size_t len, bool user, size_t *match_len) {
    const og_trie *trie = &tok->special.trie;
    int32_t found = -1;
    uint32_t node = 0;
    for (size_t i = 0; i < len; i++) {
        node = og_trie_next(trie, node, (uint8_t)s[i]);
        if (node == 0) break;
        int32_t id = trie->id[node];
        if (id < 0 || (user && tok->kind[id] != OG_TOKEN_USER)) continue;
        found = id;
        *match_len = i + 1;
    }
    return found;
}
