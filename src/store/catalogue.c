/* catalogue.c: short names for well-known models. */
#include "store/catalogue.h"

#include <string.h>

enum { UNSEEN, SEEN };

static const og_catalogue_row rows[] = {
#define MODEL(name, source, millions, megabytes, context, licence, purpose, seen) \
    {name, source, 1e6 * millions, (uint64_t)1000000 * megabytes, context, licence, purpose, seen},
#include "store/catalogue.def"
#undef MODEL
};

const og_catalogue_row *og_catalogue_at(size_t i) {
    return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

const og_catalogue_row *og_catalogue_find(const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}
