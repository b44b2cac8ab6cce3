/* plan.h: from what was asked for to a list of files. One function a kind of source. */
#ifndef OG_STORE_PULL_PLAN_H
#define OG_STORE_PULL_PLAN_H

#include "store/pull/http.h"

og_status og_plan_hf(og_http *h, const char *what, og_pull_plan *plan, og_error *err);
og_status og_plan_ollama(og_http *h, const char *what, og_pull_plan *plan, og_error *err);
og_status og_plan_url(og_http *h, const char *what, og_pull_plan *plan, og_error *err);

/* The address of a hub, from the environment, the configuration, or the usual one; og_release it. */
char *og_plan_hub(const char *hub, const char *const *variables, const char *usual);
bool og_plan_add(og_pull_plan *plan, const char *url, const char *name, const char *sha256, uint64_t bytes);
void og_plan_free(og_pull_plan *plan);
/* printf to new memory; NULL when out of it. */
char *og_plan_text(const char *fmt, ...) OG_PRINTF(1, 2);

#endif
