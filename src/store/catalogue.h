/* catalogue.h: short names for well-known models. */
#ifndef OG_STORE_CATALOGUE_H
#define OG_STORE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct og_catalogue_row {
    const char *name;   /* "llama3.2:3b" */
    const char *source; /* what og_pull understands */
    double params;      /* weights */
    uint64_t bytes;     /* of the file, rounded to 10^6 */
    uint32_t context;   /* tokens; 0: does not apply */
    const char *licence, *purpose;
    bool seen; /* a copy of the publisher's page was at hand when the row was written */
} og_catalogue_row;

const og_catalogue_row *og_catalogue_at(size_t i); /* NULL past the end */
const og_catalogue_row *og_catalogue_find(const char *name);

#endif
