/* messages.h: conversations and inputs, as clients write them, in the library's terms. All of it lives as long as the exchange. */
#ifndef OG_SERVER_MESSAGES_H
#define OG_SERVER_MESSAGES_H

#include "server/exchange.h"

/* A list of messages as in OpenAI's chat completions. `where` names the field in problems. */
bool og_messages_read(og_exchange *ex, const json_t *list, const char *where, og_message **out, size_t *n, og_problem *problem);
/* The text of a content: a string, or a list of parts of which each is text; pictures and sound are refused, saying so. NULL with a
 * problem. */
const char *og_content_text(og_exchange *ex, const json_t *content, const char *where, size_t *len, og_problem *problem);
/* Something to embed or continue: a string, tokens, or a list of either. */
bool og_inputs_read(og_exchange *ex, const json_t *value, const char *where, og_input **out, size_t *n, og_problem *problem);
/* Refuses ids that the model's vocabulary does not have. */
bool og_inputs_check(const og_input *input, size_t n, int32_t n_vocab, const char *where, og_problem *problem);

#endif
