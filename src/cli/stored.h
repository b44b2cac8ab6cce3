/* stored.h: models of the store, for programs. */
#ifndef OG_CLI_STORED_H
#define OG_CLI_STORED_H

#include "cli/json.h"
#include "store/store.h"

og_json *og_stored_json(const og_stored *model);
void og_stored_date(char out[16], int64_t seconds); /* "2026-01-31" */

#endif
