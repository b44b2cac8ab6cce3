/* pages.h: who holds which page of a KV cache. Pages are counted, so that sequences with a common beginning can share them. */
#ifndef OG_RUNTIME_PAGES_H
#define OG_RUNTIME_PAGES_H

#include "base/base.h"

typedef struct og_pages {
    int32_t n, n_free;
    int32_t *free_page; /* a stack of n_free page numbers */
    uint32_t *refs;     /* [n] sequences that hold the page */
} og_pages;

og_status og_pages_open(og_pages *pages, int32_t n, og_error *err);
void og_pages_close(og_pages *pages);
/* A free page, held once; -1 if there is none. Allocates nothing. */
int32_t og_pages_take(og_pages *pages);
void og_pages_hold(og_pages *pages, int32_t page);
void og_pages_drop(og_pages *pages, int32_t page);

#endif
