/* pull.h: pulling with a progress line, for `pull` and for `run`. */
#ifndef OG_CLI_PULL_H
#define OG_CLI_PULL_H

#include <stdbool.h>

#include "store/pull/pull.h"

/* Pulls and prints what people should know. name, sha256 may be NULL; connections 0: the usual. On success *out is og_stored_free'd by the
 * caller. Returns the exit code, after saying what went wrong. */
int og_cli_pull(bool json, const char *what, const char *name, const char *sha256, int connections, og_stored *out);

#endif
