/* tokenizer.h: text to token ids and back. og_tok of the public API is this; the kinds are rows of tokenizers.def, the split
 * patterns of byte-level BPE rows of splits.def. Text knows nothing of files: the vocabulary comes in as og_vocab. */
#ifndef OG_TEXT_TOKENIZER_H
#define OG_TEXT_TOKENIZER_H

#include "offgrid/tokenizer.h"
#include "base/base.h"

/* As in tokenizer.ggml.token_type. */
typedef enum og_token_kind {
    OG_TOKEN_NORMAL = 1,
    OG_TOKEN_UNKNOWN = 2,
    OG_TOKEN_CONTROL = 3,
    OG_TOKEN_USER = 4,
    OG_TOKEN_UNUSED = 5,
    OG_TOKEN_BYTE = 6,
} og_token_kind;

typedef struct og_piece {
    const char *s;
    size_t len;
} og_piece;

/* What a vocabulary is made of. Everything is copied by og_tok_make. */
typedef struct og_vocab {
    const char *model;     /* "llama" (SentencePiece BPE by score), "gpt2" (byte-level BPE by merges), "t5" (SentencePiece unigram), "bert"
                              (WordPiece; words begin with U+2581, and eos is the separator) */
    const char *pre;       /* split pattern: "gpt-2", "llama-bpe", "qwen2", ...; NULL: default */
    const og_piece *token; /* n */
    const float *score;    /* n, or NULL */
    const int32_t *kind;   /* n of og_token_kind, or NULL: spelling and ids tell */
    int32_t n;
    const og_piece *merge; /* n_merges "left right" lines, best first */
    size_t n_merges;
    int32_t bos, eos, eot, unk; /* -1: none. eot: end of turn */
    bool add_bos, add_eos, add_space_prefix, remove_extra_whitespaces;
    bool lowercase, strip_accents; /* "bert" */
    og_piece charsmap;             /* "t5": SentencePiece's precompiled_charsmap; s NULL: text is taken as it is */
} og_vocab;

/* Sets model, pre and, as the files' makers expect, every field that a file may leave out (ids, flags); the rest is zero. */
void og_vocab_defaults(const char *model, const char *pre, og_vocab *out);

/* Refuses, naming the entry, what is inconsistent: ids out of range, merges of unknown pieces, no tokens, an unknown model or pattern. */
og_status og_tok_make(const og_vocab *vocab, og_tok **out, og_error *err);

/* Text in parts, tokenized as the one text they make together, but for this: control tokens are recognised in markup only. So what a
 * user wrote cannot pass for a role marker. */
typedef struct og_segment {
    const char *s;
    size_t len;
    bool markup;
} og_segment;
/* flags: OG_TOK_ADD_SPECIAL, or OG_TOK_ADD_BOS for BOS alone (where the vocabulary says so), or 0. *ids as of og_tok_encode. */
enum { OG_TOK_ADD_BOS = 4 };
og_status og_tok_encode_segments(const og_tok *tok, const og_segment *seg, size_t n_seg, int flags, int32_t **ids, size_t *n,
                                 og_error *err);

/* Appends the bytes that token `id` stands for inside a text; control tokens stand for none. */
og_status og_tok_text(const og_tok *tok, int32_t id, og_buf *out, og_error *err);

/* Streaming: text of ids one by one, whole UTF-8 characters only. */
typedef struct og_stream {
    char held[16]; /* bytes of an unfinished character */
    size_t n_held;
    bool started; /* the leading space of SentencePiece is dropped at the start of a text */
} og_stream;
/* Appends to `out` what token `id` completes. Control tokens give nothing unless `special`. */
og_status og_stream_add(og_stream *s, const og_tok *tok, int32_t id, bool special, og_buf *out, og_error *err);
/* What is held back, replaced by U+FFFD. */
void og_stream_end(og_stream *s, og_buf *out);

#endif
