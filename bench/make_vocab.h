/* make_vocab.h: a synthetic byte-level BPE vocabulary of any size: the 256 bytes, then merged tokens of one to four letters with and
 * without a leading space, then the control tokens of a model family. */
#ifndef OG_BENCH_MAKE_VOCAB_H
#define OG_BENCH_MAKE_VOCAB_H

#include "format/gguf.h"

typedef enum make_family { MAKE_LLAMA3, MAKE_QWEN2 } make_family;

/* Tokens a vocabulary can have at most. */
uint32_t make_vocab_max(void);
/* Writes every tokenizer.* key for n tokens (300 .. make_vocab_max()). False when out of memory. */
bool make_vocab_write(og_gguf_writer *w, make_family family, uint32_t n);

#endif
