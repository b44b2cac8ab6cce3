/* offer.h: getting a model that `run` was asked for. */
#ifndef OG_CLI_OFFER_H
#define OG_CLI_OFFER_H

#include <stdbool.h>

/* If `word` is a known model that is not here, and there is a person to ask: explains, asks, pulls. Otherwise does nothing. Returns the
 * exit code: OG_EXIT_OK unless the person declined or the pull failed. */
int og_cli_offer(bool json, const char *word);

#endif
