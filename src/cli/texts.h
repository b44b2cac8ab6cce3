/* texts.h: lists of texts, from arguments or from the lines of a file, for commands that compare texts. */
#ifndef OG_CLI_TEXTS_H
#define OG_CLI_TEXTS_H

#include "cli/cli.h"

enum { OG_CLI_TEXTS_MAX = 256 }; /* as arguments; a file may have more */

typedef struct og_cli_texts {
    og_input *item;
    size_t n;
    char *data; /* the file's bytes that items point into */
} og_cli_texts;

/* arg[0..max) up to the first NULL, or, where there is none, the lines of `file` (NULL, -: standard input) that are not empty. Returns
 * OG_EXIT_OK, or the exit code after saying what is wrong. */
int og_cli_texts_read(bool json, const char *const *arg, size_t max, const char *file, og_cli_texts *out);
void og_cli_texts_free(og_cli_texts *texts);

/* Says how many texts were cut. */
void og_cli_warn_truncated(bool json, const og_embed_result *result);

#endif
