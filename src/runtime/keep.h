/* keep.h: cache pages in a folder, so that beginnings survive the process. One file a page, written beside the computation by a thread of
 * its own, whole or not at all. A file says for which model, kind of cache and tokens (all from the beginning of the text) it holds a page,
 * and has checksums; what does not fit or is damaged is removed and counts as if it had not been there. */
#ifndef OG_RUNTIME_KEEP_H
#define OG_RUNTIME_KEEP_H

#include "offgrid/scheduler.h"
#include "base/base.h"

typedef struct og_keeper og_keeper;

typedef struct og_keeper_params {
    const char *folder;
    uint64_t limit;                 /* bytes of the folder */
    const og_seal *seal;            /* NULL: none; copied */
    uint64_t model, cache;          /* what a page depends on beside its tokens */
    size_t page_bytes, state_bytes; /* state_bytes: of a recurrent state, 0 where the model has none */
} og_keeper_params;

og_status og_keeper_open(const og_keeper_params *params, og_keeper **out, og_error *err);
/* Writes what is waiting first. */
void og_keeper_close(og_keeper *k);
/* The name of the page with these OG_KV_PAGE tokens, after the one called `parent` (0: the first). */
uint64_t og_keeper_name(const og_keeper *k, uint64_t parent, const int32_t *token);
/* Whether another page can be handed over now; `wait`: until it can. */
bool og_keeper_ready(og_keeper *k, bool wait);
/* Hands over the page that holds the last of token [n], and the state after them (NULL: not known). False if it cannot be kept now. */
bool og_keeper_put(og_keeper *k, uint64_t name, const int32_t *token, size_t n, const void *page, const void *state);
/* Reads it back: false if it is not there. *has_state: whether state was filled in, too. */
bool og_keeper_get(og_keeper *k, uint64_t name, const int32_t *token, size_t n, void *page, void *state, bool *has_state);

#endif
