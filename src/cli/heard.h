/* heard.h: what was heard, as files of the usual kinds. */
#ifndef OG_CLI_HEARD_H
#define OG_CLI_HEARD_H

#include <stdio.h>

#include "cli/json.h"
#include "offgrid.h"

typedef struct og_heard_writer {
    const struct og_heard_format *format;
    FILE *f;
    uint64_t n;         /* segments so far */
    og_json *segments;  /* of json, until the end */
    const char *source; /* the sound's name */
    char language[16];
} og_heard_writer;

typedef struct og_heard_format {
    const char *name; /* and the end of its files' names */
    void (*begin)(og_heard_writer *w);
    void (*add)(og_heard_writer *w, const og_heard *heard, int speaker); /* speaker -1: not told apart */
    void (*end)(og_heard_writer *w);
} og_heard_format;

/* NULL if there is no such format. */
const og_heard_format *og_heard_format_named(const char *name);

/* f stays the caller's. */
void og_heard_begin(og_heard_writer *w, const og_heard_format *format, FILE *f, const char *source);
void og_heard_add(og_heard_writer *w, const og_heard *heard, int speaker);
/* False if something could not be written. */
bool og_heard_end(og_heard_writer *w);

#endif
