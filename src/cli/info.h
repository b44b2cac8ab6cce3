/* info.h: the part of `offgrid info` about the model in a file. */
#ifndef OG_CLI_INFO_H
#define OG_CLI_INFO_H

#include "cli/json.h"
#include "offgrid.h"

/* What the model is and can, and what memory such a session takes. */
void og_info_model_print(const og_file *file, const og_session_params *session);
og_json *og_info_model_json(const og_file *file, const og_session_params *session);

#endif
