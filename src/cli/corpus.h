/* corpus.h: a text as tokens in chunks, for commands that measure models on text. */
#ifndef OG_CLI_CORPUS_H
#define OG_CLI_CORPUS_H

#include "cli/cli.h"

/* All of the file `path` (-: standard input); malloc'd. NULL after saying why. */
char *og_cli_read_text(bool json, const char *path, size_t *len);

/* Tokens of the text in the file `path` (-: standard input), BOS included where the vocabulary wants one. *ids is for og_free.
 * Returns OG_EXIT_OK, or the exit code after saying what is wrong. */
int og_cli_corpus(bool json, const og_tok *tok, const char *path, int32_t **ids, size_t *n);

/* The token that each chunk begins with in the place of its own first, or -1 if the vocabulary adds none. */
int32_t og_cli_chunk_start(const og_model *model);

#endif
