/* parse.h: what the two halves of the parser share. The first error sticks; nodes made after it are a scratch one. */
#ifndef OG_TEXT_JINJA_PARSE_H
#define OG_TEXT_JINJA_PARSE_H

#include "text/jinja/ast.h"

typedef struct og_ja_parser {
    og_ja_program *p;
    const og_ja_tok *tok; /* the current one */
    int depth;
    int loops;         /* around the current statement, for break and continue */
    og_ja_node *macro; /* the macro being read, which notes what it uses */
    bool failed;
    og_status status;
    og_error *err;
    og_ja_node scratch;
} og_ja_parser;

void og_ja_parse_fail(og_ja_parser *p, const char *fmt, ...) OG_PRINTF(2, 3);
og_ja_node *og_ja_node_new(og_ja_parser *p, og_ja_node_kind kind);
void og_ja_node_push(og_ja_parser *p, og_ja_nodes *list, og_ja_node *n);
bool og_ja_parse_enter(og_ja_parser *p);
bool og_ja_at_name(const og_ja_parser *p, const char *name);
bool og_ja_at_op(const og_ja_parser *p, const char *op);
bool og_ja_skip_name(og_ja_parser *p, const char *name);
bool og_ja_skip_op(og_ja_parser *p, const char *op);
void og_ja_expect_op(og_ja_parser *p, const char *op);
const og_ja_sym *og_ja_expect_name(og_ja_parser *p);
og_ja_node *og_ja_parse_expr(og_ja_parser *p, bool conditional);
/* Expressions apart by commas make a tuple. `explicit`: () may be empty. `stop_in`: a name "in" ends it. */
og_ja_node *og_ja_parse_tuple(og_ja_parser *p, bool conditional);
/* A target of set, for or with. `names_only`: no namespace attributes. */
og_ja_node *og_ja_parse_target(og_ja_parser *p, bool ns);
og_ja_node *og_ja_parse_postfix(og_ja_parser *p, og_ja_node *n);
og_ja_node *og_ja_parse_primary(og_ja_parser *p);
/* `name(args) | name(args)` on `n`, which may be NULL at the start of a chain. */
og_ja_node *og_ja_parse_filter(og_ja_parser *p, og_ja_node *n, bool first);
og_ja_node *og_ja_parse_unary(og_ja_parser *p, bool filters);

#endif
