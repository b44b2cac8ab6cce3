/* tok.h: the inside of a tokenizer. Immutable once made, but for `whole`, which threads may fill at the same time with the same values. */
#ifndef OG_TEXT_TOK_H
#define OG_TEXT_TOK_H

#include "text/split.h"
#include "text/tokenizer.h"
#include "text/trie.h"

#include <stdatomic.h>

enum { OG_SPECIAL_BYTES = 1024 }; /* longest special token: keeps finding them linear in the text */

/* Strings one after the other, each NUL-terminated besides: string i is at bytes + at[i]. */
typedef struct og_strings {
    char *bytes;
    uint32_t *at; /* n + 1 */
} og_strings;

typedef struct og_index_slot {
    uint32_t hash;
    int32_t id; /* -1: free */
} og_index_slot;

/* A merge of byte-level BPE. left -1: free. */
typedef struct og_pair_slot {
    int32_t left, right;
    uint32_t rank;
    int32_t id; /* what they become */
} og_pair_slot;

typedef struct og_special {
    og_trie trie;
    bool first[2][256]; /* bytes that can begin a token; [0]: user-defined ones only */
} og_special;

/* How text becomes the text that a unigram vocabulary was made of: SentencePiece's compiled map from strings to strings, a double array
 * (Aoe 1989; Kanda 2018) and the texts that its leaves point to. */
typedef struct og_charsmap {
    uint32_t *unit;
    uint32_t n_unit;
    char *text; /* NUL-terminated texts */
    uint32_t n_text;
} og_charsmap;

/* The best segmentation of a text that ends here. */
typedef struct og_lattice {
    double score;
    int32_t id; /* of its last token; -1: a character that is none */
    uint32_t from;
} og_lattice;

/* A piece of a word while it is being merged. */
typedef struct og_symbol {
    uint32_t at, len; /* in the word */
    int32_t id;       /* -1: not in the vocabulary */
} og_symbol;

/* One call of encode: what it makes and the memory it works in. */
typedef struct og_encoder {
    const og_tok *tok;
    int32_t *ids;
    size_t n, cap;
    og_symbol *sym; /* the word's symbols */
    size_t sym_cap;
    uint32_t *link; /* long words: next, then previous symbol of each */
    uint64_t *heap;
    size_t link_cap, heap_n, heap_cap;
    og_buf text;         /* spm, unigram: the text with its spaces escaped; wordpiece: a word */
    og_lattice *lattice; /* unigram */
    size_t lattice_cap;
    og_matcher matcher[OG_SPLIT_LEVELS]; /* bpe */
    bool after_special;                  /* nothing, or a special token, comes before the next text */
    og_status status;                    /* set when something failed; later work does nothing */
    og_error *err;
} og_encoder;

typedef struct og_tok_type {
    const char *model;
    /* Completes a tokenizer whose strings and kinds are there. */
    og_status (*prepare)(og_tok *tok, const og_vocab *vocab, og_error *err);
    /* Appends the ids of ordinary text. */
    void (*encode)(og_encoder *e, const char *s, size_t len);
    /* Kinds that merge only. The priority (low first) and the id of joining two neighbours of the word at `text`; UINT32_MAX: they cannot
     * be joined. */
    uint32_t (*pair)(const og_tok *tok, const char *text, const og_symbol *a, const og_symbol *b, int32_t *id);
    bool spaced; /* U+2581 in a spelling stands for a space */
} og_tok_type;

extern const og_tok_type og_tok_spm, og_tok_bpe, og_tok_bpe_chars, og_tok_unigram, og_tok_wordpiece;

enum { OG_WHOLE_UNKNOWN = 0, OG_WHOLE_YES, OG_WHOLE_NO };

struct og_tok {
    const og_tok_type *type;
    int32_t n, bos, eos, unk;
    bool add_bos, add_eos, add_space_prefix, remove_extra_whitespaces;
    bool strip_after_special;      /* white space after most special tokens belongs to them (phi-3) */
    bool lowercase, strip_accents; /* wordpiece */
    bool words_apart;              /* spm, unigram: no token reaches over the beginning of a word, so words can be merged one by one */
    og_strings spelling;           /* as in the vocabulary */
    og_strings raw;                /* the bytes that tokens stand for; spm: the same as spelling */
    uint8_t *kind;                 /* og_token_kind */
    bool *end;                     /* ends an answer */
    uint64_t seed;
    og_index_slot *index; /* raw bytes -> id */
    uint32_t index_mask;
    uint32_t max_len;       /* bytes of the longest token that text can become */
    _Atomic uint8_t *whole; /* OG_WHOLE_*: does the word spelled like token i become token i? */
    int32_t byte_id[256];   /* bpe: the byte's token; spm: its <0xXX> token; -1: none */
    uint32_t *priority;     /* spm: of each token, low first */
    float *score;           /* unigram */
    double unknown_score;   /* unigram: of a character that is no token */
    og_trie trie;           /* unigram: tokens that text can become */
    og_charsmap charsmap;   /* unigram */
    og_split split;         /* bpe */
    bool whole_words;       /* bpe: a word in the vocabulary is that token, whatever the merges give */
    og_pair_slot *pair;     /* bpe */
    uint32_t pair_mask;
    og_special special;
};

static inline const char *og_strings_get(const og_strings *s, int32_t i, size_t *len) {
    *len = s->at[i + 1] - s->at[i] - 1;
    return s->bytes + s->at[i];
}

/* Whether ordinary text can become this token. */
static inline bool og_tok_is_text(const og_tok *tok, int32_t id) {
    return tok->kind[id] == OG_TOKEN_NORMAL || tok->kind[id] == OG_TOKEN_USER;
}

/* The byte that token id stands for, if it is a byte token, else -1. tok_make.c */
int og_tok_byte(const og_tok *tok, int32_t id);

/* tok_index.c: tokens by their bytes. Of tokens with the same bytes a normal one is found rather than another, else the first. */
og_status og_tok_index(og_tok *tok, og_error *err);
int32_t og_tok_find(const og_tok *tok, const char *s, size_t len); /* any kind; -1: none */
/* The power of two in which n entries of a hash table take at most 2/3; 0 if that is too many. */
uint32_t og_tok_slots(uint64_t n);

/* tok_special.c */
og_status og_special_build(og_tok *tok, og_error *err);
/* The longest special token at s, of user-defined ones only if `user`; its id and length, or -1. */
int32_t og_special_match(const og_tok *tok, const char *s, size_t len, bool user, size_t *match_len);

/* tok_merge.c */
bool og_encoder_fail(og_encoder *e, og_status status, const char *what); /* false */
bool og_encoder_push(og_encoder *e, int32_t id);
bool og_encoder_symbols(og_encoder *e, size_t n); /* room for n symbols */
bool og_encoder_lattice(og_encoder *e, size_t n); /* room for n places */
/* Takes the word as one token, if the vocabulary has it and merging is known to give that. Otherwise false, and *id is the token spelled
 * like the word (or -1), for og_encoder_note. */
bool og_encoder_whole(og_encoder *e, const char *word, size_t len, int32_t *id);
/* Remembers whether merging the word spelled like token id gave that token alone. */
void og_encoder_note(og_encoder *e, int32_t id, size_t n_symbols);
/* Merges the first *n symbols of the word at `text` until no two neighbours can be joined. */
bool og_encoder_merge(og_encoder *e, const char *text, size_t *n);
void og_encoder_release(og_encoder *e);

/* tok_spm.c: what is no token: the tokens of its bytes, or the unknown token, once for a row of them (*unknown). */
bool og_spm_unknown(og_encoder *e, const char *s, size_t len, bool *unknown);
/* The text with its spaces escaped, and one in front where the vocabulary wants it, to e->text. */
bool og_spm_escape(og_encoder *e, const char *s, size_t len);
/* Whether a space stands after another character in a token. */
bool og_spm_reaches_over(const char *s, size_t len);
/* Calls fn for each word of the text, or once for all of it where tokens reach over. A word begins with its spaces. */
typedef bool og_spm_word_fn(og_encoder *e, const char *word, size_t len, bool *unknown);
void og_spm_words(og_encoder *e, const char *s, size_t len, og_spm_word_fn *fn);

/* charsmap.c */
og_status og_charsmap_open(og_charsmap *map, const char *data, size_t len, og_error *err);
void og_charsmap_close(og_charsmap *map);
/* What the beginning of s becomes, and how many bytes of s that is. An invalid byte becomes U+FFFD. */
og_piece og_charsmap_next(const og_charsmap *map, const char *s, size_t len, size_t *used);

#endif
