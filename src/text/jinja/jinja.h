/* jinja.h: chat templates. A template is parsed once and rendered against a context given as JSON; everything a rendering makes lives in
 * one arena, and steps, depth, memory and output are bounded, so that no template can hang or exhaust the host.
 *
 * Text and results are those of Python's jinja2 as transformers sets it up (immutable sandbox aside: list.append and the like work). */
#ifndef OG_TEXT_JINJA_JINJA_H
#define OG_TEXT_JINJA_JINJA_H

#include "base/base.h"

typedef struct og_jinja og_jinja;

typedef struct og_jinja_syntax {
    bool trim_blocks, lstrip_blocks, keep_trailing_newline;
} og_jinja_syntax;

typedef struct og_jinja_limits {
    uint64_t steps; /* nodes evaluated and bytes moved / 64; 0: 20 million */
    size_t memory;  /* bytes of all values together; 0: 256 MiB */
    size_t output;  /* bytes; 0: 64 MiB */
} og_jinja_limits;

/* The arguments of tool calls: callers have them as an object or as the JSON text of one, and templates are written for either. */
typedef enum og_jinja_arguments {
    OG_JINJA_AS_GIVEN,
    OG_JINJA_OBJECT, /* text that is an object is read as that */
    OG_JINJA_TEXT,   /* an object is written as text */
} og_jinja_arguments;

typedef struct og_jinja_input {
    const char *json; /* an object: the variables */
    size_t len;
    int64_t now; /* seconds since 1970 as a wall clock shows them (no time zone), for strftime_now */
    bool mark;   /* mark the strings of `messages`, `tools` and `documents` (but roles and types) as text that people wrote */
    og_jinja_arguments arguments;
    bool *refused; /* may be NULL; set to true if the template itself gave up (raise_exception) */
    og_jinja_limits limits;
} og_jinja_input;

/* The template is copied. Errors give the line and what was expected. */
og_status og_jinja_open(const char *text, size_t len, const og_jinja_syntax *syntax, og_jinja **out, og_error *err);
void og_jinja_close(og_jinja *tmpl);
/* Appends the rendering to `out`. `marks` (may be NULL) receives one byte a byte: 1 where the byte came from marked text. A template
 * may be rendered by several threads at once. Fails with OG_ERR_FORMAT where the template or the context is wrong (raise_exception
 * included), OG_ERR_MEMORY past a limit. */
og_status og_jinja_render(const og_jinja *tmpl, const og_jinja_input *in, og_buf *out, og_buf *marks, og_error *err);

#endif
