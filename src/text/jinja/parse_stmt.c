/* parse_stmt.c: statements. A body ends at a tag whose name is one of those its statement waits for. */
#include "text/jinja/parse.h"

#include <string.h>

#include "text/jinja/jinja.h"

static og_ja_body parse_body(og_ja_parser *p, const char *const *ends);

static void end_tag(og_ja_parser *p) {
    if (!p->failed && p->tok->type != OG_JA_T_BLOCK_END) og_ja_parse_fail(p, "expected the end of the tag");
    p->tok += !p->failed;
}

/* The rest of the opening tag, the body, and the closing tag named `end`. */
static og_ja_body simple_body(og_ja_parser *p, const char *end) {
    const char *ends[] = {end, NULL};
    end_tag(p);
    og_ja_body body = parse_body(p, ends);
    if (!p->failed) p->tok++; /* its name */
    return body;
}

static og_ja_node *parse_for(og_ja_parser *p) {
    static const char *const ends[] = {"else", "endfor", NULL}, *const only[] = {"endfor", NULL};
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_FOR);
    n->a = og_ja_parse_target(p, false);
    if (!og_ja_skip_name(p, "in")) og_ja_parse_fail(p, "expected 'in' after the loop's variable");
    n->b = og_ja_parse_tuple(p, false);
    if (og_ja_skip_name(p, "if")) n->c = og_ja_parse_expr(p, true);
    n->flag = og_ja_skip_name(p, "recursive");
    end_tag(p);
    p->loops++;
    n->body = parse_body(p, ends);
    p->loops--;
    if (og_ja_skip_name(p, "else")) {
        end_tag(p);
        n->other = parse_body(p, only);
    }
    p->tok += !p->failed;
    end_tag(p);
    return n;
}

static og_ja_node *parse_if(og_ja_parser *p) {
    static const char *const ends[] = {"elif", "else", "endif", NULL}, *const only[] = {"endif", NULL};
    og_ja_node *first = og_ja_node_new(p, OG_JA_N_IF), *n = first;
    for (;;) {
        n->a = og_ja_parse_tuple(p, true);
        end_tag(p);
        n->body = parse_body(p, ends);
        if (!og_ja_skip_name(p, "elif")) break;
        og_ja_node *next = og_ja_node_new(p, OG_JA_N_IF);
        og_ja_node_push(p, &n->other, next);
        n = next;
    }
    if (og_ja_skip_name(p, "else")) {
        end_tag(p);
        n->other = parse_body(p, only);
    }
    p->tok += !p->failed;
    end_tag(p);
    return first;
}

static og_ja_node *parse_set(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_SET);
    n->a = og_ja_parse_target(p, true);
    if (og_ja_skip_op(p, "=")) {
        n->b = og_ja_parse_tuple(p, true);
        end_tag(p);
        return n;
    }
    n->kind = OG_JA_N_SETBLOCK;
    n->b = og_ja_parse_filter(p, NULL, false);
    n->body = simple_body(p, "endset");
    end_tag(p);
    return n;
}

/* The parameters of a macro or caller, from "(" on. */
static void signature(og_ja_parser *p, og_ja_node *n) {
    og_ja_expect_op(p, "(");
    while (!p->failed && !og_ja_at_op(p, ")")) {
        if (n->list.n) og_ja_expect_op(p, ",");
        og_ja_node *name = og_ja_node_new(p, OG_JA_N_NAME);
        name->sym = og_ja_expect_name(p);
        og_ja_node_push(p, &n->list, name);
        if (og_ja_skip_op(p, "="))
            og_ja_node_push(p, &n->list2, og_ja_parse_expr(p, true));
        else if (n->list2.n)
            og_ja_parse_fail(p, "a parameter without a default follows one that has one");
    }
    og_ja_expect_op(p, ")");
}

static void macro_body(og_ja_parser *p, og_ja_node *n, const char *end) {
    og_ja_node *outer = p->macro;
    int loops = p->loops;
    p->macro = n;
    p->loops = 0;
    n->body = simple_body(p, end);
    p->macro = outer;
    p->loops = loops;
    end_tag(p);
}

static og_ja_node *parse_macro(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_MACRO);
    n->sym = og_ja_expect_name(p);
    signature(p, n);
    macro_body(p, n, "endmacro");
    return n;
}

static og_ja_node *parse_call(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_CALLBLOCK);
    n->b = og_ja_node_new(p, OG_JA_N_MACRO);
    n->b->sym = og_ja_intern(p->p, "caller", 6);
    if (og_ja_at_op(p, "(")) signature(p, n->b);
    n->a = og_ja_parse_expr(p, true);
    if (!p->failed && n->a->kind != OG_JA_N_CALL) og_ja_parse_fail(p, "a call block needs a call, like 'name(...)'");
    macro_body(p, n->b, "endcall");
    if (p->macro && n->b->flag) p->macro->flag = true; /* the block's `caller` is that of the macro around it */
    return n;
}

static og_ja_node *parse_filter_block(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_FILTERBLOCK);
    n->b = og_ja_parse_filter(p, NULL, true);
    n->body = simple_body(p, "endfilter");
    end_tag(p);
    return n;
}

static og_ja_node *parse_with(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_WITH);
    while (!p->failed && p->tok->type != OG_JA_T_BLOCK_END) {
        if (n->list.n) og_ja_expect_op(p, ",");
        og_ja_node *target;
        if (og_ja_skip_op(p, "(")) {
            target = og_ja_parse_target(p, false);
            og_ja_expect_op(p, ")");
        } else {
            target = og_ja_node_new(p, OG_JA_N_NAME);
            target->sym = og_ja_expect_name(p);
        }
        og_ja_node_push(p, &n->list, target);
        og_ja_expect_op(p, "=");
        og_ja_node_push(p, &n->list2, og_ja_parse_expr(p, true));
    }
    n->body = simple_body(p, "endwith");
    end_tag(p);
    return n;
}

/* Inheritance has no meaning for a single template: a block stands where it is. */
static og_ja_node *parse_block(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_SCOPE);
    n->sym = og_ja_expect_name(p);
    while (og_ja_skip_name(p, "scoped") || og_ja_skip_name(p, "required")) continue;
    n->body = simple_body(p, "endblock");
    if (!p->failed && p->tok->type == OG_JA_T_NAME && og_ja_expect_name(p) != n->sym)
        og_ja_parse_fail(p, "the block '%s' ends under another name", n->sym->s);
    end_tag(p);
    return n;
}

/* Marks the assistant's part for training; for rendering it is its body. */
static og_ja_node *parse_generation(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_SCOPE);
    n->body = simple_body(p, "endgeneration");
    end_tag(p);
    return n;
}

static og_ja_node *parse_autoescape(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_AUTOESCAPE);
    n->a = og_ja_parse_expr(p, true);
    n->body = simple_body(p, "endautoescape");
    end_tag(p);
    return n;
}

static og_ja_node *parse_do(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_DO);
    n->a = og_ja_parse_tuple(p, true);
    end_tag(p);
    return n;
}

static og_ja_node *leave_loop(og_ja_parser *p, og_ja_node_kind kind) {
    if (p->loops == 0) og_ja_parse_fail(p, "'%s' outside of a loop", kind == OG_JA_N_BREAK ? "break" : "continue");
    og_ja_node *n = og_ja_node_new(p, kind);
    end_tag(p);
    return n;
}

static og_ja_node *parse_break(og_ja_parser *p) {
    return leave_loop(p, OG_JA_N_BREAK);
}

static og_ja_node *parse_continue(og_ja_parser *p) {
    return leave_loop(p, OG_JA_N_CONTINUE);
}

static const struct {
    const char *name;
    og_ja_node *(*parse)(og_ja_parser *p);
} statements[] = {
    {"for", parse_for},
    {"if", parse_if},
    {"set", parse_set},
    {"macro", parse_macro},
    {"call", parse_call},
    {"filter", parse_filter_block},
    {"with", parse_with},
    {"block", parse_block},
    {"generation", parse_generation},
    {"autoescape", parse_autoescape},
    {"do", parse_do},
    {"break", parse_break},
    {"continue", parse_continue},
};

static og_ja_node *parse_statement(og_ja_parser *p) {
    for (size_t i = 0; i < OG_LEN(statements); i++) {
        if (!og_ja_skip_name(p, statements[i].name)) continue;
        if (!og_ja_parse_enter(p)) return &p->scratch;
        og_ja_node *n = statements[i].parse(p);
        p->depth--;
        return n;
    }
    if (p->tok->type == OG_JA_T_NAME)
        og_ja_parse_fail(p, "unknown or misplaced tag '%.*s'", (int)OG_MIN(p->tok->n, 60u), p->tok->s);
    else
        og_ja_parse_fail(p, "a tag needs a name");
    return &p->scratch;
}

static og_ja_node *parse_output(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_OUTPUT);
    n->a = og_ja_parse_tuple(p, true);
    if (!p->failed && p->tok->type != OG_JA_T_VAR_END) og_ja_parse_fail(p, "expected the end of the expression, '}}'");
    p->tok += !p->failed;
    return n;
}

/* Up to the name of a tag in `ends` (NULL: to the end of the template), which is then the current token. */
static og_ja_body parse_body(og_ja_parser *p, const char *const *ends) {
    og_ja_body body = {0};
    while (!p->failed) {
        og_ja_token type = p->tok->type;
        if (type == OG_JA_T_END) {
            if (ends) og_ja_parse_fail(p, "the template ends where '%s' is missing", ends[0]);
            break;
        }
        p->tok++;
        if (type == OG_JA_T_DATA) {
            p->tok--;
            og_ja_node *n = og_ja_node_new(p, OG_JA_N_TEXT);
            n->s = p->tok->s;
            n->n = p->tok->n;
            p->tok++;
            og_ja_node_push(p, &body, n);
        } else if (type == OG_JA_T_VAR_BEGIN) {
            og_ja_node_push(p, &body, parse_output(p));
        } else {
            for (const char *const *end = ends; end && *end; end++)
                if (og_ja_at_name(p, *end)) return body;
            og_ja_node_push(p, &body, parse_statement(p));
        }
    }
    return body;
}

og_status og_ja_parse(og_ja_program *prog, const og_ja_tok *toks, size_t n, og_error *err) {
    (void)n; /* the last token is T_END, which nothing passes */
    og_ja_parser p = {.p = prog, .tok = toks, .err = err};
    prog->body = parse_body(&p, NULL);
    return p.failed ? p.status : OG_OK;
}
