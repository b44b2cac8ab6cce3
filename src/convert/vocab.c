/* vocab.c: which kind of tokenizer a folder has, and the tokens that every kind writes the same way. */
#include "convert/hf.h"
#include "format/gguf_header.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { TOKENS_MAX = 1 << 24 };

og_status og_hf_tokens_new(og_hf *hf, uint32_t n, og_hf_tokens *t, og_error *err) {
    if (n < 1 || n > TOKENS_MAX) return og_fail(err, OG_ERR_FORMAT, "%s: a vocabulary of %u tokens is not possible", hf->folder, n);
    *t = (og_hf_tokens){.n = n};
    t->s = og_arena_alloc(&hf->arena, n * sizeof *t->s);
    t->len = og_arena_alloc(&hf->arena, n * sizeof *t->len);
    t->kind = og_arena_alloc(&hf->arena, n * sizeof *t->kind);
    t->score = og_arena_alloc(&hf->arena, n * sizeof *t->score);
    if (!t->s || !t->len || !t->kind || !t->score) return og_hf_no_memory(hf, err);
    for (uint32_t i = 0; i < n; i++) {
        char pad[24];
        t->len[i] = (size_t)snprintf(pad, sizeof pad, "[PAD%u]", i);
        t->s[i] = og_arena_strndup(&hf->arena, pad, t->len[i]);
        t->kind[i] = OG_TOKEN_UNUSED;
        t->score[i] = -10000;
        if (!t->s[i]) return og_hf_no_memory(hf, err);
    }
    return OG_OK;
}

int64_t og_hf_tokens_find(const og_hf_tokens *t, const char *s, size_t len) {
    for (uint32_t i = 0; i < t->n; i++)
        if (t->len[i] == len && memcmp(t->s[i], s, len) == 0) return i;
    return -1;
}

void og_hf_tokens_write(og_hf *hf, const og_hf_tokens *t, bool scores) {
    og_gguf_set_strings(hf->w, "tokenizer.ggml.tokens", t->s, t->len, t->n);
    if (scores) og_gguf_set_array(hf->w, "tokenizer.ggml.scores", OG_VALUE_F32, t->score, t->n);
    og_gguf_set_array(hf->w, "tokenizer.ggml.token_type", OG_VALUE_I32, t->kind, t->n);
}

/* ---- added tokens ---- */

/* Markers that some checkpoints forget to mark as special. */
static bool looks_special(const char *s, size_t len) {
    static const char *const whole[] = {"<pad>", "<mask>", "<2mass>", "[@BOS@]"};
    static const char *const ends[][2] = {{"<|", "|>"}, {"<\xef\xbd\x9c", "\xef\xbd\x9c>"}, {"<unused", ">"}};
    for (size_t i = 0; i < OG_LEN(whole); i++)
        if (strlen(whole[i]) == len && memcmp(whole[i], s, len) == 0) return true;
    for (size_t i = 0; i < OG_LEN(ends); i++) {
        size_t a = strlen(ends[i][0]), b = strlen(ends[i][1]);
        if (len >= a + b && memcmp(s, ends[i][0], a) == 0 && memcmp(s + len - b, ends[i][1], b) == 0) return true;
    }
    return false;
}

/* Tokens that the vocabulary already has keep their kind, if it is one of their own. */
static og_status add_token(og_hf *hf, og_hf_tokens *t, const og_jval *id, const og_jval *content, bool special, og_error *err) {
    if (!id || id->kind != OG_JSON_INT || id->u.i < 0 || !content || content->kind != OG_JSON_STRING)
        return og_fail(err, OG_ERR_FORMAT, "%s: an added token of the tokenizer has no id or no content", hf->folder);
    if ((uint64_t)id->u.i >= t->n) return OG_OK; /* the model has no embedding for it */
    size_t i = (size_t)id->u.i;
    bool own = t->kind[i] == OG_TOKEN_UNKNOWN || t->kind[i] == OG_TOKEN_CONTROL || t->kind[i] == OG_TOKEN_BYTE;
    if (own && t->len[i] == content->n && memcmp(t->s[i], content->u.s, content->n) == 0) return OG_OK;
    t->s[i] = content->u.s;
    t->len[i] = content->n;
    t->score[i] = -1000;
    t->kind[i] = special || looks_special(content->u.s, content->n) ? OG_TOKEN_CONTROL : OG_TOKEN_USER;
    return OG_OK;
}

static bool is_special(const og_jval *entry) {
    const og_jval *v = og_jval_get(entry, "special");
    return v && v->kind == OG_JSON_TRUE;
}

og_status og_hf_tokens_add(og_hf *hf, og_hf_tokens *t, og_error *err) {
    const og_jval *list = hf->tokenizer ? og_jval_get(og_jdoc_root(hf->tokenizer), "added_tokens") : NULL;
    for (const og_jval *v = list && list->kind == OG_JSON_ARRAY ? list->u.first : NULL; v; v = v->next)
        OG_TRY(add_token(hf, t, og_jval_get(v, "id"), og_jval_get(v, "content"), is_special(v), err));
    const og_jval *more = hf->tokenizer_config ? og_jval_get(og_jdoc_root(hf->tokenizer_config), "added_tokens_decoder") : NULL;
    for (const og_jval *v = more && more->kind == OG_JSON_OBJECT ? more->u.first : NULL; v; v = v->next) {
        og_jval id = {.kind = OG_JSON_INT};
        for (const char *p = v->key; *p && id.u.i < TOKENS_MAX; p++)
            id.u.i = *p >= '0' && *p <= '9' ? id.u.i * 10 + (*p - '0') : TOKENS_MAX;
        OG_TRY(add_token(hf, t, &id, og_jval_get(v, "content"), is_special(v), err));
    }
    return OG_OK;
}

/* ---- the kinds ---- */

og_status og_hf_vocab(og_hf *hf, og_error *err) {
    og_hf_tokens t = {0};
    const og_jval *model = hf->tokenizer ? og_jval_get(og_jdoc_root(hf->tokenizer), "model") : NULL;
    const og_jval *type = og_jval_get(model, "type");
    const char *spm = og_hf_path(hf, "tokenizer.model");
    struct stat st;
    if (!spm) return og_hf_no_memory(hf, err);
    bool has_spm = stat(spm, &st) == 0, bpe = og_jval_is(type, "BPE") || (model && !type && og_jval_get(model, "merges"));
    if (bpe && og_hf_is_byte_level(hf))
        OG_TRY(og_hf_vocab_bpe(hf, &t, err));
    else if (has_spm && !og_jval_is(type, "Unigram")) /* whose ids may be others than the file's (XLM-R) */
        OG_TRY(og_hf_vocab_spm(hf, spm, &t, err));
    else if (bpe)
        OG_TRY(og_hf_vocab_merges(hf, &t, err));
    else if (og_jval_is(type, "Unigram"))
        OG_TRY(og_hf_vocab_unigram(hf, &t, err));
    else if (og_jval_is(type, "WordPiece"))
        OG_TRY(og_hf_vocab_wordpiece(hf, &t, err));
    else if (model)
        return og_fail(err, OG_ERR_UNSUPPORTED,
                       "%s/tokenizer.json: tokenizers of the kind '%s' cannot be converted; BPE, WordPiece, Unigram and SentencePiece can",
                       hf->folder, type && type->kind == OG_JSON_STRING ? og_gguf_show(type->u.s, type->n).s : "");
    else
        return og_fail(err, OG_ERR_FORMAT, "%s has neither tokenizer.json nor tokenizer.model: a model needs one", hf->folder);
    return og_hf_special(hf, &t, err);
}
