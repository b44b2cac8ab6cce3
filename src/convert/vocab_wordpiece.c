/* vocab_wordpiece.c: WordPiece of tokenizer.json. There "##" marks pieces that go on inside of a word; in GGUF a mark (U+2581) stands
 * before those that begin one. */
#include "convert/hf.h"

#include <string.h>

og_status og_hf_vocab_wordpiece(og_hf *hf, og_hf_tokens *t, og_error *err) {
    const og_jval *model = og_jval_get(og_jdoc_root(hf->tokenizer), "model"), *inside = og_jval_get(model, "continuing_subword_prefix");
    if (inside && !og_jval_is(inside, "##"))
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s/tokenizer.json: pieces inside of words are not marked by ##", hf->folder);
    OG_TRY(og_hf_tokens_read(hf, model, t, err));
    OG_TRY(og_hf_tokens_add(hf, t, err));
    for (uint32_t i = 0; i < t->n; i++) {
        if (t->kind[i] == OG_TOKEN_CONTROL) continue;
        if (t->len[i] >= 2 && memcmp(t->s[i], "##", 2) == 0) {
            t->s[i] += 2;
            t->len[i] -= 2;
            continue;
        }
        char *marked = og_arena_alloc(&hf->arena, t->len[i] + 4);
        if (!marked) return og_hf_no_memory(hf, err);
        memcpy(marked, "\xe2\x96\x81", 3);
        memcpy(marked + 3, t->s[i], t->len[i]);
        t->s[i] = marked;
        t->len[i] += 3;
    }
    og_gguf_set_str(hf->w, "tokenizer.ggml.model", "bert", 4);
    og_gguf_set_str(hf->w, "tokenizer.ggml.pre", "default", 7);
    og_hf_tokens_write(hf, t, false);
    return OG_OK;
}
