/* vocab.c: the vocabulary of a GGUF file (tokenizer.ggml.*), handed to src/text. */
#include "format/gguf.h"
#include "text/tokenizer.h"

#include <stdio.h>
#include <string.h>

enum { MAX_TOKENS = 1 << 24 };

static og_status find_array(const og_file *file, const char *key, og_value_type element, uint64_t *count, og_error *err) {
    og_value v;
    *count = 0;
    if (!og_file_find(file, key, &v)) return OG_OK;
    if (v.type != OG_VALUE_ARRAY || v.element != element)
        return og_fail(err, OG_ERR_FORMAT, "%s is not an array of %s", key,
                       element == OG_VALUE_STRING ? "strings" : (element == OG_VALUE_F32 ? "32-bit floats" : "32-bit integers"));
    if (v.count > MAX_TOKENS * 2u)
        return og_fail(err, OG_ERR_FORMAT, "%s has %llu entries, too many for any vocabulary", key, (unsigned long long)v.count);
    *count = v.count;
    return OG_OK;
}

static og_status read_pieces(const og_file *file, og_arena *arena, const char *key, const og_piece **out, uint64_t *n, og_error *err) {
    OG_TRY(find_array(file, key, OG_VALUE_STRING, n, err));
    if (*n == 0) return OG_OK;
    og_piece *piece = og_arena_alloc(arena, (size_t)*n * sizeof *piece);
    if (!piece) return og_fail(err, OG_ERR_MEMORY, "out of memory for %llu entries of %s", (unsigned long long)*n, key);
    for (uint64_t i = 0; i < *n; i++) {
        og_value v;
        if (!og_file_element(file, key, i, &v)) return og_fail(err, OG_ERR_INTERNAL, "%s has no entry %llu", key, (unsigned long long)i);
        piece[i] = (og_piece){v.str, v.len};
    }
    *out = piece;
    return OG_OK;
}

/* Scores or kinds: NULL if the file has none, else as many as tokens. */
static og_status read_numbers(const og_file *file, og_arena *arena, const char *key, og_value_type element, uint64_t n_tokens, void **out,
                              og_error *err) {
    uint64_t n;
    OG_TRY(find_array(file, key, element, &n, err));
    *out = NULL;
    if (n == 0) return OG_OK;
    if (n != n_tokens)
        return og_fail(err, OG_ERR_FORMAT, "%s has %llu entries for %llu tokens", key, (unsigned long long)n, (unsigned long long)n_tokens);
    char *data = og_arena_alloc(arena, (size_t)n * 4);
    if (!data) return og_fail(err, OG_ERR_MEMORY, "out of memory for %llu entries of %s", (unsigned long long)n, key);
    for (uint64_t i = 0; i < n; i++) {
        og_value v;
        if (!og_file_element(file, key, i, &v)) return og_fail(err, OG_ERR_INTERNAL, "%s has no entry %llu", key, (unsigned long long)i);
        float f = (float)v.f;
        int32_t k = (int32_t)v.i;
        memcpy(data + i * 4, element == OG_VALUE_F32 ? (void *)&f : (void *)&k, 4);
    }
    *out = data;
    return OG_OK;
}

static og_status read_id(const og_file *file, const char *key, int32_t *id, og_error *err) {
    og_value v;
    uint32_t u;
    if (!og_file_find(file, key, &v)) return OG_OK;
    if (v.type == OG_VALUE_I32 && v.i < 0) return *id = -1, OG_OK;
    OG_TRY(og_file_get_u32(file, key, &u, err));
    if (u != UINT32_MAX && u > INT32_MAX) return og_fail(err, OG_ERR_FORMAT, "%s is %u, which is no token", key, u);
    *id = (int32_t)u; /* UINT32_MAX is how converters write "none" */
    return OG_OK;
}

static og_status read_flag(const og_file *file, const char *key, bool *flag, og_error *err) {
    og_value v;
    if (!og_file_find(file, key, &v)) return OG_OK;
    if (v.type != OG_VALUE_BOOL) return og_fail(err, OG_ERR_FORMAT, "%s is not a bool", key);
    *flag = v.i != 0;
    return OG_OK;
}

static og_status copy_name(const og_file *file, og_arena *arena, const char *key, bool required, const char **out, og_error *err) {
    og_value v;
    const char *s;
    size_t len;
    *out = NULL;
    if (!required && !og_file_find(file, key, &v)) return OG_OK;
    OG_TRY(og_file_get_str(file, key, &s, &len, err));
    *out = og_arena_strndup(arena, s, len);
    return *out ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for %s", key);
}

/* The map that normalizes text, an array of bytes; NULL if the file has none. */
static og_status read_charsmap(const og_file *file, og_arena *arena, og_piece *out, og_error *err) {
    static const char key[] = "tokenizer.ggml.precompiled_charsmap";
    og_value v;
    if (!og_file_find(file, key, &v)) return OG_OK;
    if (v.type != OG_VALUE_ARRAY || (v.element != OG_VALUE_U8 && v.element != OG_VALUE_I8) || v.count > INT32_MAX)
        return og_fail(err, OG_ERR_FORMAT, "%s is not an array of bytes", key);
    char *data = og_arena_alloc(arena, (size_t)v.count + 1);
    if (!data) return og_fail(err, OG_ERR_MEMORY, "out of memory for %s", key);
    *out = (og_piece){data, (size_t)v.count};
    for (uint64_t i = 0; i < out->len; i++) {
        og_value byte;
        if (!og_file_element(file, key, i, &byte)) return og_fail(err, OG_ERR_INTERNAL, "%s has no entry %llu", key, (unsigned long long)i);
        data[i] = (char)byte.i;
    }
    return OG_OK;
}

static og_status read_vocab(const og_file *file, og_arena *arena, og_vocab *vocab, og_error *err) {
    const char *model, *pre;
    uint64_t n_tokens, n_merges;
    void *scores, *kinds;
    OG_TRY(copy_name(file, arena, "tokenizer.ggml.model", true, &model, err));
    OG_TRY(copy_name(file, arena, "tokenizer.ggml.pre", false, &pre, err));
    og_vocab_defaults(model, pre, vocab);
    OG_TRY(read_pieces(file, arena, "tokenizer.ggml.tokens", &vocab->token, &n_tokens, err));
    if (n_tokens == 0) return og_fail(err, OG_ERR_FORMAT, "there is no vocabulary (tokenizer.ggml.tokens)");
    if (n_tokens > MAX_TOKENS) return og_fail(err, OG_ERR_FORMAT, "%llu tokens are too many", (unsigned long long)n_tokens);
    OG_TRY(read_numbers(file, arena, "tokenizer.ggml.scores", OG_VALUE_F32, n_tokens, &scores, err));
    OG_TRY(read_numbers(file, arena, "tokenizer.ggml.token_type", OG_VALUE_I32, n_tokens, &kinds, err));
    OG_TRY(read_pieces(file, arena, "tokenizer.ggml.merges", &vocab->merge, &n_merges, err));
    vocab->n = (int32_t)n_tokens;
    vocab->score = scores;
    vocab->kind = kinds;
    vocab->n_merges = (size_t)n_merges;
    OG_TRY(read_id(file, "tokenizer.ggml.cls_token_id", &vocab->bos, err));
    OG_TRY(read_id(file, "tokenizer.ggml.bos_token_id", &vocab->bos, err));
    OG_TRY(read_id(file, "tokenizer.ggml.eos_token_id", &vocab->eos, err));
    if (strcmp(model, "bert") == 0)
        OG_TRY(read_id(file, "tokenizer.ggml.seperator_token_id", &vocab->eos, err)); /* the key is spelled so */
    OG_TRY(read_id(file, "tokenizer.ggml.eot_token_id", &vocab->eot, err));
    OG_TRY(read_id(file, "tokenizer.ggml.unknown_token_id", &vocab->unk, err));
    OG_TRY(read_flag(file, "tokenizer.ggml.add_bos_token", &vocab->add_bos, err));
    OG_TRY(read_flag(file, "tokenizer.ggml.add_eos_token", &vocab->add_eos, err));
    OG_TRY(read_flag(file, "tokenizer.ggml.add_space_prefix", &vocab->add_space_prefix, err));
    OG_TRY(read_flag(file, "tokenizer.ggml.remove_extra_whitespaces", &vocab->remove_extra_whitespaces, err));
    if (strcmp(model, "bert") == 0) OG_TRY(read_flag(file, "tokenizer.ggml.add_sep_token", &vocab->add_eos, err));
    OG_TRY(read_flag(file, "tokenizer.ggml.normalizer.lowercase", &vocab->lowercase, err));
    vocab->strip_accents = vocab->lowercase;
    OG_TRY(read_flag(file, "tokenizer.ggml.normalizer.strip_accents", &vocab->strip_accents, err));
    return read_charsmap(file, arena, &vocab->charsmap, err);
}

og_status og_tok_open(const og_file *file, og_tok **out, og_error *err) {
    if (!file || !out) return og_fail(err, OG_ERR_ARG, "og_tok_open needs a file and a place for the tokenizer");
    og_arena arena;
    og_vocab vocab;
    og_arena_init(&arena, 0);
    og_status status = read_vocab(file, &arena, &vocab, err);
    if (status == OG_OK) status = og_tok_make(&vocab, out, err);
    og_arena_free(&arena);
    return status;
}
