/* info.h: the part of `offgrid info` about the model in a file. */
#ifndef OG_CLI_INFO_H
#define OG_CLI_INFO_H

#include "cli/json.h"
#include "offgrid.h"

/* What the model is and can, and what memory a context of n_ctx tokens takes (0: the usual one). */
void og_info_model_print(const og_file *file, uint32_t n_ctx);
og_json *og_info_model_json(const og_file *file, uint32_t n_ctx);

#endif
