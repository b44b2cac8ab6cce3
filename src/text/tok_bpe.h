/* tok_bpe.h: the spelling of bytes in byte-level vocabularies (GPT-2, Radford et al. 2019): every byte is written as a printable
 * character, itself if it is one in Latin-1, else the next free one from U+0100 on. */
#ifndef OG_TEXT_TOK_BPE_H
#define OG_TEXT_TOK_BPE_H

#include "text/tok.h"

/* The bytes that `spelling` stands for, to out (len bytes at most). Returns how many, or -1 if it has a character that stands for none. */
int64_t og_bpe_bytes(const char *spelling, size_t len, char *out);

/* Reads the merges: pairs of tokens, spelled as this kind of tokenizer has them. */
og_status og_bpe_merges(og_tok *tok, const og_vocab *v, og_error *err);
/* As og_tok_type.pair. */
uint32_t og_bpe_pair(const og_tok *tok, const char *text, const og_symbol *a, const og_symbol *b, int32_t *id);

#endif
