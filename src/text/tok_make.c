/* tok_make.c: a tokenizer from a vocabulary: copies it, checks it, and lets its kind prepare the rest. */
#include "text/tok.h"
#include "text/tok_bpe.h"

#include <string.h>

static const og_tok_type *const types[] = {
#define TOKENIZER(model, name) &og_tok_##name,
#include "text/tokenizers.def"
#undef TOKENIZER
};

typedef struct end_row {
    const char *spelling;
    bool always;
} end_row;

static const end_row ends[] = {
#define ALWAYS true
#define MARKED false
#define END(spelling, when) {spelling, when},
#include "text/ends.def"
#undef END
#undef ALWAYS
#undef MARKED
};

void og_vocab_defaults(const char *model, const char *pre, og_vocab *out) {
    *out = (og_vocab){.model = model, .pre = pre, .bos = -1, .eos = -1, .eot = -1, .unk = -1};
    if (model && strcmp(model, "llama") == 0) {
        out->unk = 0;
        out->bos = 1;
        out->eos = 2;
        out->add_bos = out->add_space_prefix = true;
    } else if (model && strcmp(model, "t5") == 0) {
        out->unk = 2;
        out->eos = 1;
        out->add_eos = true;
    } else if (model && strcmp(model, "bert") == 0) { /* [UNK], [CLS] and [SEP] of BERT's own vocabularies */
        out->unk = 100;
        out->bos = 101;
        out->eos = 102;
        out->add_bos = out->add_eos = out->lowercase = out->strip_accents = true;
    } else {
        const og_split_row *row = og_split_find(model && strcmp(model, "gemma4") == 0 ? model : pre);
        out->add_bos = row && (row->flags & OG_SPLIT_BOS);
    }
}

/* ---- strings ---- */

static og_status out_of_memory(og_error *err) {
    return og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for the vocabulary");
}

static og_status copy_spelling(og_tok *tok, const og_vocab *v, og_error *err) {
    uint64_t total = 0;
    for (int32_t i = 0; i < v->n; i++) {
        total += (uint64_t)v->token[i].len + 1;
        if (v->token[i].len > INT32_MAX || total > INT32_MAX)
            return og_fail(err, OG_ERR_FORMAT, "tokenizer: the vocabulary is too large: 2 GiB are passed at token %d of %d", i, v->n);
    }
    og_strings *s = &tok->spelling;
    s->bytes = og_alloc((size_t)total);
    s->at = og_alloc(((size_t)v->n + 1) * sizeof *s->at);
    if (!s->bytes || !s->at) return out_of_memory(err);
    s->at[0] = 0;
    for (int32_t i = 0; i < v->n; i++) {
        const og_piece *t = &v->token[i];
        if (t->len) memcpy(s->bytes + s->at[i], t->s, t->len);
        s->bytes[s->at[i] + t->len] = '\0';
        s->at[i + 1] = s->at[i] + (uint32_t)t->len + 1;
    }
    return OG_OK;
}

/* Byte-level vocabularies: the bytes of ordinary tokens; other tokens, and spellings that are not of the byte alphabet, stay as they are.
 */
static og_status decode_spelling(og_tok *tok, og_error *err) {
    og_strings *s = &tok->raw;
    s->bytes = og_alloc(tok->spelling.at[tok->n] + 1);
    s->at = og_alloc(((size_t)tok->n + 1) * sizeof *s->at);
    if (!s->bytes || !s->at) return out_of_memory(err);
    s->at[0] = 0;
    for (int32_t i = 0; i < tok->n; i++) {
        size_t len;
        const char *spelling = og_strings_get(&tok->spelling, i, &len);
        char *out = s->bytes + s->at[i];
        bool plain = tok->kind[i] == OG_TOKEN_NORMAL || tok->kind[i] == OG_TOKEN_UNUSED;
        int64_t n = plain ? og_bpe_bytes(spelling, len, out) : -1;
        if (n < 0) {
            if (len) memcpy(out, spelling, len);
            n = (int64_t)len;
        }
        out[n] = '\0';
        s->at[i + 1] = s->at[i] + (uint32_t)n + 1;
    }
    return OG_OK;
}

/* ---- kinds ---- */

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte of a spelling <0xXX>, or -1. */
static int byte_spelled(const char *s, size_t len) {
    if (len != 6 || memcmp(s, "<0x", 3) != 0 || s[5] != '>' || hex(s[3]) < 0 || hex(s[4]) < 0) return -1;
    return hex(s[3]) << 4 | hex(s[4]);
}

int og_tok_byte(const og_tok *tok, int32_t id) {
    size_t len;
    const char *s = og_strings_get(&tok->spelling, id, &len);
    return tok->kind[id] == OG_TOKEN_BYTE ? byte_spelled(s, len) : -1;
}

/* What a token is if the vocabulary does not say. */
static int guess_kind(const og_tok *tok, const og_vocab *v, int32_t id) {
    size_t len;
    const char *s = og_strings_get(&tok->spelling, id, &len);
    if (id == v->unk) return OG_TOKEN_UNKNOWN;
    if (id == v->bos || id == v->eos || id == v->eot) return OG_TOKEN_CONTROL;
    return tok->type->spaced && byte_spelled(s, len) >= 0 ? OG_TOKEN_BYTE : OG_TOKEN_NORMAL;
}

static bool is_end_spelling(const char *s, size_t len, int kind) {
    for (size_t i = 0; i < OG_LEN(ends); i++) {
        if (strlen(ends[i].spelling) != len || memcmp(ends[i].spelling, s, len) != 0) continue;
        return ends[i].always || kind != OG_TOKEN_NORMAL;
    }
    return false;
}

/* gpt-oss: an answer is several messages; <|end|> ends one of them, <|return|> and <|call|> the answer. */
static void messages_in_answers(og_tok *tok) {
    static const char *const marks[] = {"<|end|>", "<|return|>", "<|call|>"};
    int32_t id[OG_LEN(marks)] = {-1, -1, -1};
    for (int32_t i = 0; i < tok->n; i++) {
        size_t len;
        const char *s = og_strings_get(&tok->spelling, i, &len);
        for (size_t k = 0; tok->end[i] && k < OG_LEN(marks); k++)
            if (strlen(marks[k]) == len && memcmp(s, marks[k], len) == 0) id[k] = i;
    }
    if (id[0] >= 0 && id[1] >= 0 && id[2] >= 0) tok->end[id[0]] = false;
}

static og_status set_kinds(og_tok *tok, const og_vocab *v, og_error *err) {
    tok->kind = og_alloc((size_t)v->n);
    tok->end = og_calloc((size_t)v->n, sizeof *tok->end);
    if (!tok->kind || !tok->end) return out_of_memory(err);
    for (int32_t i = 0; i < v->n; i++) {
        int32_t kind = v->kind ? v->kind[i] : guess_kind(tok, v, i);
        size_t len;
        const char *s = og_strings_get(&tok->spelling, i, &len);
        if (kind < 0 || kind > OG_TOKEN_BYTE) return og_fail(err, OG_ERR_FORMAT, "tokenizer: token %d is of the unknown kind %d", i, kind);
        if (kind == OG_TOKEN_BYTE && byte_spelled(s, len) < 0)
            return og_fail(err, OG_ERR_FORMAT, "tokenizer: token %d, '%.100s', is marked as a byte but not spelled <0xXX>", i, s);
        tok->kind[i] = (uint8_t)(kind ? kind : OG_TOKEN_NORMAL);
        if (is_end_spelling(s, len, tok->kind[i])) {
            tok->end[i] = true;
            tok->kind[i] = OG_TOKEN_CONTROL;
        }
    }
    messages_in_answers(tok);
    if (v->eos >= 0) tok->end[v->eos] = true;
    if (v->eot >= 0) tok->end[v->eot] = true;
    return OG_OK;
}

/* ---- the whole ---- */

static og_status check_ids(const og_vocab *v, og_error *err) {
    const struct {
        const char *name;
        int32_t id;
    } named[] = {{"bos", v->bos}, {"eos", v->eos}, {"eot", v->eot}, {"unknown", v->unk}};
    for (size_t i = 0; i < OG_LEN(named); i++)
        if (named[i].id < -1 || named[i].id >= v->n)
            return og_fail(err, OG_ERR_FORMAT, "tokenizer: the %s token is %d, but the vocabulary has %d tokens", named[i].name,
                           named[i].id, v->n);
    if (v->add_bos && v->bos < 0) return og_fail(err, OG_ERR_FORMAT, "tokenizer: a BOS token is to be added, but there is none");
    if (v->add_eos && v->eos < 0) return og_fail(err, OG_ERR_FORMAT, "tokenizer: an EOS token is to be added, but there is none");
    return OG_OK;
}

/* phi-3 takes the white space after its special tokens as theirs; files do not carry that, so its tokens tell. */
static bool is_phi3(const og_tok *tok) {
    static const char *const marks[] = {"<|placeholder1|>", "<|assistant|>", "<|end|>"};
    if (tok->type != &og_tok_spm) return false;
    for (size_t i = 0; i < OG_LEN(marks); i++)
        if (og_tok_find(tok, marks[i], strlen(marks[i])) < 0) return false;
    return true;
}

static og_status build(og_tok *tok, const og_vocab *v, og_error *err) {
    OG_TRY(copy_spelling(tok, v, err));
    OG_TRY(set_kinds(tok, v, err));
    if (tok->type == &og_tok_bpe) {
        OG_TRY(decode_spelling(tok, err));
    } else {
        tok->raw = tok->spelling;
    }
    tok->whole = og_calloc((size_t)tok->n, sizeof *tok->whole);
    if (!tok->whole) return out_of_memory(err);
    OG_TRY(og_tok_index(tok, err));
    OG_TRY(og_special_build(tok, err));
    tok->strip_after_special = is_phi3(tok);
    return tok->type->prepare(tok, v, err);
}

og_status og_tok_make(const og_vocab *v, og_tok **out, og_error *err) {
    const og_tok_type *type = NULL;
    for (size_t i = 0; i < OG_LEN(types) && v->model; i++)
        if (strcmp(types[i]->model, v->model) == 0) type = types[i];
    const og_split_row *split = type == &og_tok_bpe ? og_split_find(v->pre) : NULL;
    if (split && split->flags & OG_SPLIT_CHARS) type = &og_tok_bpe_chars;
    if (!type)
        return og_fail(err, OG_ERR_UNSUPPORTED, "tokenizer: the kind '%.100s' is not supported (llama, gpt2, gemma4, t5 and bert are)",
                       v->model ? v->model : "");
    if (v->n <= 0 || !v->token) return og_fail(err, OG_ERR_FORMAT, "tokenizer: the vocabulary is empty");
    OG_TRY(check_ids(v, err));
    og_tok *tok = og_calloc(1, sizeof *tok);
    if (!tok) return out_of_memory(err);
    tok->type = type;
    tok->n = v->n;
    tok->bos = v->bos;
    tok->eos = v->eos;
    tok->unk = v->unk;
    tok->add_bos = v->add_bos;
    tok->add_eos = v->add_eos;
    tok->add_space_prefix = v->add_space_prefix;
    tok->remove_extra_whitespaces = v->remove_extra_whitespaces;
    tok->lowercase = v->lowercase;
    tok->strip_accents = v->strip_accents;
    tok->seed = (uint64_t)(uintptr_t)tok * 0xD6E8FEB86659FD93u ^ (uint64_t)(uintptr_t)&tok;
    og_status st = build(tok, v, err);
    if (st != OG_OK) {
        og_tok_close(tok);
        return st;
    }
    *out = tok;
    return OG_OK;
}

void og_tok_close(og_tok *tok) {
    if (!tok) return;
    if (tok->raw.bytes != tok->spelling.bytes) {
        og_release(tok->raw.bytes);
        og_release(tok->raw.at);
    }
    og_release(tok->spelling.bytes);
    og_release(tok->spelling.at);
    og_release(tok->kind);
    og_release(tok->end);
    og_release(tok->index);
    og_release(tok->whole);
    og_release(tok->priority);
    og_release(tok->pair);
    og_split_release(&tok->split);
    og_trie_close(&tok->special.trie);
    og_trie_close(&tok->trie);
    og_charsmap_close(&tok->charsmap);
    og_release(tok->score);
    og_release(tok);
}
