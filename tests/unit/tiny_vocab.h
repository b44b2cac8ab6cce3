/* tiny_vocab.h: one small vocabulary of each kind, built in code; for unit tests and fuzzing. */
#ifndef OG_TEST_TINY_VOCAB_H
#define OG_TEST_TINY_VOCAB_H

#include "base/utf8.h"
#include "text/tokenizer.h"

#include <stdio.h>
#include <string.h>

enum { TINY_MAX = 400 };

typedef struct tiny_vocab {
    og_vocab vocab;
    og_piece token[TINY_MAX], merge[TINY_MAX];
    int32_t kind[TINY_MAX];
    float score[TINY_MAX];
    char bytes[8 * 1024];
    size_t used;
} tiny_vocab;

static inline int32_t tiny_add(tiny_vocab *t, const char *s, size_t len, og_token_kind kind) {
    int32_t id = t->vocab.n++;
    char *copy = t->bytes + t->used;
    memcpy(copy, s, len);
    t->used += len;
    t->token[id] = (og_piece){copy, len};
    t->kind[id] = kind;
    t->score[id] = (float)-id;
    return id;
}

static inline int32_t tiny_id(const tiny_vocab *t, const char *s) {
    for (int32_t i = 0; i < t->vocab.n; i++)
        if (t->token[i].len == strlen(s) && memcmp(t->token[i].s, s, t->token[i].len) == 0) return i;
    return -1;
}

static inline void tiny_begin(tiny_vocab *t, const char *model, const char *pre) {
    memset(t, 0, sizeof *t);
    og_vocab_defaults(model, pre, &t->vocab);
    t->vocab.token = t->token;
    t->vocab.kind = t->kind;
    t->vocab.score = t->score;
    t->vocab.merge = t->merge;
}

/* Byte-level: tokens 0..255 are the bytes; then the merges' results in order; then control tokens, and <tool>, which is user-defined. */
static inline void tiny_bpe(tiny_vocab *t, const char *pre) {
    static const char *const merges[] = {"h e",
                                         "l l",
                                         "he ll",
                                         "hell o",
                                         "\u0120 w",
                                         "o r",
                                         "\u0120w or",
                                         "\u0120wor l",
                                         "\u0120worl d",
                                         "\u0120 \u0120",
                                         "\u0120\u0120 \u0120\u0120",
                                         "a a",
                                         "aa aa",
                                         "a b",
                                         "i n",
                                         "t h",
                                         "\u0120 t",
                                         "\u0120 th",
                                         "1 2",
                                         "12 3",
                                         "\u010A \u010A",
                                         "\u00C3 \u00A9",
                                         "\u00E6 \u0139",
                                         "\u00E6\u0139 \u00A5"};
    static const char *const control[] = {"<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im"};
    tiny_begin(t, "gpt2", pre);
    for (unsigned byte = 0, other = 0x100; byte < 256; byte++) {
        bool itself = (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
        char utf8[4];
        tiny_add(t, utf8, (size_t)og_utf8_encode(itself ? byte : other++, utf8), OG_TOKEN_NORMAL);
    }
    for (size_t i = 0; i < OG_LEN(merges); i++) {
        const char *gap = strchr(merges[i], ' ');
        char joined[64];
        int n = snprintf(joined, sizeof joined, "%.*s%s", (int)(gap - merges[i]), merges[i], gap + 1);
        t->merge[t->vocab.n_merges++] = (og_piece){merges[i], strlen(merges[i])};
        tiny_add(t, joined, (size_t)n, OG_TOKEN_NORMAL);
    }
    for (size_t i = 0; i < OG_LEN(control); i++) tiny_add(t, control[i], strlen(control[i]), OG_TOKEN_CONTROL);
    tiny_add(t, "<tool>", 6, OG_TOKEN_USER);
    t->vocab.bos = t->vocab.eos = tiny_id(t, "<|endoftext|>");
}

/* SentencePiece: 0 <unk>, 1 <s>, 2 </s>, 3..258 the bytes, then pieces, the best first. */
static inline void tiny_spm(tiny_vocab *t) {
    static const char *const pieces[] = {"\u2581",
                                         "e",
                                         "t",
                                         "a",
                                         "h",
                                         "l",
                                         "o",
                                         "w",
                                         "r",
                                         "d",
                                         "b",
                                         "he",
                                         "ll",
                                         "hell",
                                         "hello",
                                         "\u2581hello",
                                         "\u2581w",
                                         "or",
                                         "\u2581wor",
                                         "\u2581worl",
                                         "\u2581world",
                                         "\u2581\u2581",
                                         "\u2581\u2581\u2581\u2581",
                                         "ab",
                                         "aa",
                                         "aaaa",
                                         "th",
                                         "\u2581t",
                                         "\u2581th",
                                         "\u2581the",
                                         "\u00E9",
                                         "\u65E5"};
    static const char *const control[] = {"<|user|>", "<|end|>"};
    tiny_begin(t, "llama", NULL);
    tiny_add(t, "<unk>", 5, OG_TOKEN_UNKNOWN);
    tiny_add(t, "<s>", 3, OG_TOKEN_CONTROL);
    tiny_add(t, "</s>", 4, OG_TOKEN_CONTROL);
    for (unsigned byte = 0; byte < 256; byte++) {
        char name[8];
        snprintf(name, sizeof name, "<0x%02X>", byte);
        tiny_add(t, name, 6, OG_TOKEN_BYTE);
    }
    for (size_t i = 0; i < OG_LEN(pieces); i++) tiny_add(t, pieces[i], strlen(pieces[i]), OG_TOKEN_NORMAL);
    for (size_t i = 0; i < OG_LEN(control); i++) tiny_add(t, control[i], strlen(control[i]), OG_TOKEN_CONTROL);
    tiny_add(t, "<tool>", 6, OG_TOKEN_USER);
}

/* Unigram: 0 <pad>, 1 </s>, 2 <unk>, then pieces and their scores. */
static inline void tiny_unigram(tiny_vocab *t) {
    static const struct {
        const char *piece;
        float score;
    } pieces[] = {{"\u2581", -2}, {"a", -4},        {"b", -4.5f},        {"e", -4},      {"h", -5},  {"l", -5},
                  {"o", -5},      {"ab", -6},       {"aa", -7},          {"aaaa", -9},   {"he", -6}, {"ll", -6.5f},
                  {"hello", -11}, {"\u2581he", -7}, {"\u2581hello", -8}, {"\u65E5", -9}, {"'s", -8}, {"1", -6}};
    tiny_begin(t, "t5", NULL);
    tiny_add(t, "<pad>", 5, OG_TOKEN_CONTROL);
    tiny_add(t, "</s>", 4, OG_TOKEN_CONTROL);
    tiny_add(t, "<unk>", 5, OG_TOKEN_UNKNOWN);
    for (size_t i = 0; i < OG_LEN(pieces); i++)
        t->score[tiny_add(t, pieces[i].piece, strlen(pieces[i].piece), OG_TOKEN_NORMAL)] = pieces[i].score;
    tiny_add(t, "<tool>", 6, OG_TOKEN_USER);
    t->vocab.add_space_prefix = true;
}

/* WordPiece: 0 [PAD], 1 [UNK], 2 [CLS], 3 [SEP], then pieces. */
static inline void tiny_wordpiece(tiny_vocab *t) {
    static const char *const control[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]"};
    static const char *const pieces[] = {"\u2581a", "a",       "\u2581b",    "b",       "ab",      "\u2581hello",  "\u2581he",
                                         "llo",     "\u2581u", "\u2581uber", "\u2581'", "\u2581-", "\u2581\u65E5", "\u2581\u1100",
                                         "\u1161",  "\u2581s", "\u25811",    "1"};
    tiny_begin(t, "bert", NULL);
    for (size_t i = 0; i < OG_LEN(control); i++) tiny_add(t, control[i], 5, OG_TOKEN_CONTROL);
    for (size_t i = 0; i < OG_LEN(pieces); i++) tiny_add(t, pieces[i], strlen(pieces[i]), OG_TOKEN_NORMAL);
    t->vocab.unk = 1;
    t->vocab.bos = 2;
    t->vocab.eos = 3;
}

#endif
