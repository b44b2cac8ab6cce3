/* fetch.h: the missing pieces of one file, over several connections. */
#ifndef OG_STORE_PULL_FETCH_H
#define OG_STORE_PULL_FETCH_H

#include "store/pull/http.h"
#include "store/pull/partial.h"

typedef struct og_fetch {
    const og_http *http;
    const char *url;
    const char *etag; /* strong, of the content; NULL or "": none */
    char *at;         /* where the URL leads; may be replaced; og_release it afterwards */
    og_partial *into;
    uint64_t done_before, total; /* for progress: bytes of other files, of all */
} og_fetch;

og_status og_fetch_run(og_fetch *f, og_error *err);

#endif
