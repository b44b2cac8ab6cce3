/* models.h: what a MODEL on the command line means. */
#ifndef OG_CLI_MODELS_H
#define OG_CLI_MODELS_H

#include <stdbool.h>

#include "offgrid.h"
#include "store/store.h"

/* The file of a MODEL: a path first, then the built-in model's name, then one in the store. *path is og_free'd by the caller. Returns
 * OG_EXIT_OK, or the exit code after saying what to do: a name that the catalogue knows can be pulled. */
int og_cli_find_model(bool json, const char *word, char **path);

/* The same, opened: what it holds is checked, nothing is loaded. *file is og_file_close'd by the caller. */
int og_cli_open_file(bool json, const char *word, og_file **file);

/* Whether the store has a model of that name. */
bool og_cli_has_model(const char *name);

/* The store, or NULL after saying why not. */
og_store *og_cli_store(bool json);

#endif
