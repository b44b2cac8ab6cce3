/* ollama.h: what Ollama's endpoints share. */
#ifndef OG_SERVER_OLLAMA_H
#define OG_SERVER_OLLAMA_H

#include "server/exchange.h"

json_t *og_ollama_time(time_t when); /* "2025-07-10T12:00:00Z" */
/* keep_alive: seconds, or a duration such as "5m"; negative: for ever. */
bool og_ollama_keep(og_exchange *ex, const json_t *value, og_problem *problem);

#endif
