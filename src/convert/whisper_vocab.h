/* whisper_vocab.h: the vocabulary of a model in whisper.cpp's container as metadata of GGUF. */
#ifndef OG_CONVERT_WHISPER_VOCAB_H
#define OG_CONVERT_WHISPER_VOCAB_H

#include "format/gguf.h"
#include "format/whisper_bin.h"

/* The container has the tokens of text alone, best first, as tiktoken does: the merges follow from them, and the other tokens (languages,
 * tasks, times) from the number of all. `name` is for messages. */
og_status og_whisper_vocab(const og_whisper_bin *bin, const char *name, og_gguf_writer *w, og_error *err);

#endif
