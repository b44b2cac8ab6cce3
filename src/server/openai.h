/* openai.h: what OpenAI's endpoints share. The exchange's own struct begins with an og_ask, which the readers fill. */
#ifndef OG_SERVER_OPENAI_H
#define OG_SERVER_OPENAI_H

#include "server/writing.h"

/* response_format, or text.format of the responses. NULL: none. */
bool og_openai_format(og_exchange *ex, const json_t *format, const char *where, og_problem *problem);
/* Tools as chat completions have them, and which of them to take. */
bool og_openai_tools(og_exchange *ex, const json_t *tools, const json_t *choice, og_problem *problem);
bool og_openai_effort(og_exchange *ex, const char *effort, const json_t *variables, og_problem *problem);
bool og_openai_bias(og_exchange *ex, const json_t *bias, og_problem *problem);
const char *og_openai_finish(const og_choice *choice);
json_t *og_openai_usage(const og_writing *answer);
json_t *og_openai_logprobs(const json_t *tokens);
json_t *og_openai_calls(const og_choice *choice);
void og_openai_done(og_exchange *ex); /* "data: [DONE]" */

#endif
