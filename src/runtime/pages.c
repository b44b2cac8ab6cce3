#include "runtime/pages.h"

og_status og_pages_open(og_pages *pages, int32_t n, og_error *err) {
    *pages = (og_pages){.n = n, .n_free = n};
    pages->free_page = og_alloc((size_t)n * sizeof *pages->free_page);
    pages->refs = og_calloc((size_t)n, sizeof *pages->refs);
    if (!pages->free_page || !pages->refs) {
        og_pages_close(pages);
        return og_fail(err, OG_ERR_MEMORY, "out of memory for a list of %d cache pages", n);
    }
    for (int32_t i = 0; i < n; i++) pages->free_page[i] = n - 1 - i; /* page 0 is taken first */
    return OG_OK;
}

void og_pages_close(og_pages *pages) {
    og_release(pages->free_page);
    og_release(pages->refs);
    *pages = (og_pages){0};
}

int32_t og_pages_take(og_pages *pages) {
    if (pages->n_free == 0) return -1;
    int32_t page = pages->free_page[--pages->n_free];
    pages->refs[page] = 1;
    return page;
}

void og_pages_hold(og_pages *pages, int32_t page) {
    pages->refs[page]++;
}

void og_pages_drop(og_pages *pages, int32_t page) {
    if (--pages->refs[page] == 0) pages->free_page[pages->n_free++] = page;
}
