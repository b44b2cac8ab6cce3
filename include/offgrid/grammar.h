/* offgrid/grammar.h: what a text may look like. Part of offgrid.h. */
#ifndef OFFGRID_GRAMMAR_H
#define OFFGRID_GRAMMAR_H

#include "offgrid/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a text may look like: see og_grammar_gbnf. Immutable: any number of sessions and threads may use it. */
typedef struct og_grammar og_grammar;

/* From GBNF, the notation of llama.cpp's grammars, of at most 1 MiB; `root` names the rule to begin with (NULL: "root"). Refused, with the
 * line: mistakes of notation, rules that are not defined, begin with themselves or never end. */
OG_API og_status og_grammar_gbnf(const char *text, size_t len, const char *root, og_grammar **out, og_error *err);

typedef struct og_schema_options {
    bool compact; /* no white space between the parts of a document; false: a blank, or a new line with indentation, where JSON allows it */
} og_schema_options;

/* From a JSON Schema (draft 2020-12, 7 or 4) of `len` bytes: the grammar of the JSON documents that are valid by it, members in any order;
 * {"type": "object"} is any object. `options` may be NULL. Keywords that only describe are passed over; one that grammars cannot express is
 * refused with OG_ERR_UNSUPPORTED, a schema that is wrong with OG_ERR_FORMAT, both with the JSON Pointer of the place. See
 * docs/grammars.md. */
OG_API og_status og_grammar_schema(const char *json, size_t len, const og_schema_options *options, og_grammar **out, og_error *err);
OG_API void og_grammar_close(og_grammar *grammar);
/* Whether the whole text matches. *good (may be NULL): how many of its bytes a matching text could begin with. */
OG_API og_status og_grammar_check(og_grammar *grammar, const char *text, size_t len, bool *matches, size_t *good, og_error *err);

#ifdef __cplusplus
}
#endif
#endif
