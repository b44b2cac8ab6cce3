/* guard.h: who may ask. */
#ifndef OG_SERVER_GUARD_H
#define OG_SERVER_GUARD_H

#include "server/http.h"
#include "server/problem.h"
#include "server/server.h"

typedef struct og_guard og_guard;

/* NULL if there is no memory. */
og_guard *og_guard_open(const og_serve_params *params);
void og_guard_close(og_guard *guard);
/* Whether this request may be answered. Host has to be loopback or listed, against names that are made to point here (DNS rebinding); pages
 * of other origins have to be listed; a key, if there are keys, is compared in constant time. `open`: a key is not needed. */
bool og_guard_admits(const og_guard *guard, const og_head *head, bool open, og_problem *problem);
/* The origin to name in Access-Control-Allow-Origin; NULL: none. */
const char *og_guard_origin(const og_guard *guard, const og_head *head);
/* Whether an address is this machine's own and no other's. */
bool og_guard_is_loopback(const char *host);

#endif
