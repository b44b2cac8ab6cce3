/* pocket.h: the small model that comes with the program; models/pocket/README.md says what it can. */
#ifndef OG_CLI_POCKET_H
#define OG_CLI_POCKET_H

#include <stdbool.h>

#define OG_POCKET "pocket" /* its name wherever a MODEL is taken */

bool og_cli_is_pocket(const char *word);

/* The file of the built-in model: $OFFGRID_POCKET, else pocket.gguf beside the program, else in ../share/offgrid of its folder. *path is
 * og_free'd by the caller. Returns OG_EXIT_OK, or the exit code after saying where it was looked for. */
int og_cli_find_pocket(bool json, char **path);

#endif
