/* vocab_unigram.c: unigram models of SentencePiece as tokenizer.json has them (T5, XLM-R): pieces with scores, and how characters are
 * normalized, the bytes that SentencePiece compiled, in base64. */
#include "convert/hf.h"

#include <string.h>

static og_status bad(const og_hf *hf, const char *what, og_error *err) {
    return og_fail(err, OG_ERR_FORMAT, "%s/tokenizer.json: %s", hf->folder, what);
}

static og_status read_pieces(og_hf *hf, const og_jval *model, og_hf_tokens *t, og_error *err) {
    const og_jval *vocab = og_jval_get(model, "vocab");
    if (!vocab || vocab->kind != OG_JSON_ARRAY || !vocab->n || vocab->n > INT32_MAX) return bad(hf, "there is no vocabulary", err);
    if (hf->n.n_vocab && vocab->n > hf->n.n_vocab) return bad(hf, "it has more tokens than the model's vocabulary (vocab_size)", err);
    OG_TRY(og_hf_tokens_new(hf, hf->n.n_vocab ? hf->n.n_vocab : (uint32_t)vocab->n, t, err));
    uint32_t i = 0;
    for (const og_jval *v = vocab->u.first; v; v = v->next, i++) {
        const og_jval *text = v->kind == OG_JSON_ARRAY && v->n == 2 ? v->u.first : NULL;
        double score;
        if (!text || text->kind != OG_JSON_STRING || !og_jval_number(text->next, &score))
            return bad(hf, "a piece is no text with a score", err);
        t->s[i] = text->u.s;
        t->len[i] = text->n;
        t->score[i] = (float)score;
        t->kind[i] = OG_TOKEN_NORMAL;
    }
    const og_jval *unknown = og_jval_get(model, "unk_id");
    if (unknown && unknown->kind == OG_JSON_INT && unknown->u.i >= 0 && unknown->u.i < (int64_t)i) t->kind[unknown->u.i] = OG_TOKEN_UNKNOWN;
    return og_hf_tokens_add(hf, t, err);
}

static int digit_of(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Base64 with its padding. */
static og_status set_charsmap(og_hf *hf, const og_jval *text, og_error *err) {
    if (!text || text->kind != OG_JSON_STRING || text->n == 0) return OG_OK;
    uint8_t *out = og_arena_alloc(&hf->arena, text->n / 4 * 3 + 3);
    size_t n = 0, len = text->n;
    if (!out) return og_hf_no_memory(hf, err);
    while (len && text->u.s[len - 1] == '=') len--;
    uint32_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = digit_of(text->u.s[i]);
        if (digit < 0) return bad(hf, "precompiled_charsmap is no base64", err);
        bits = (bits << 6 | (uint32_t)digit) & 0xffffff;
        if (i % 4) out[n++] = (uint8_t)(bits >> (6 - i % 4 * 2));
    }
    og_gguf_set_array(hf->w, "tokenizer.ggml.precompiled_charsmap", OG_VALUE_U8, out, n);
    return OG_OK;
}

og_status og_hf_vocab_unigram(og_hf *hf, og_hf_tokens *t, og_error *err) {
    OG_TRY(read_pieces(hf, og_jval_get(og_jdoc_root(hf->tokenizer), "model"), t, err));
    OG_TRY(set_charsmap(hf, og_jval_get(og_hf_part(hf, "normalizer", "Precompiled"), "precompiled_charsmap"), err));
    const og_jval *space = og_hf_part(hf, "pre_tokenizer", "Metaspace"), *scheme = og_jval_get(space, "prepend_scheme");
    const og_jval *prefix = og_jval_get(space, "add_prefix_space");
    bool never = og_jval_is(scheme, "never") || (prefix && prefix->kind == OG_JSON_FALSE);
    bool squeeze = og_hf_part(hf, "pre_tokenizer", "WhitespaceSplit") || og_hf_part(hf, "normalizer", "Replace");
    og_gguf_set_str(hf->w, "tokenizer.ggml.model", "t5", 2);
    og_gguf_set_str(hf->w, "tokenizer.ggml.pre", "default", 7);
    og_gguf_set_bool(hf->w, "tokenizer.ggml.add_space_prefix", space && !never);
    og_gguf_set_bool(hf->w, "tokenizer.ggml.remove_extra_whitespaces", squeeze);
    og_hf_tokens_write(hf, t, true);
    return OG_OK;
}
