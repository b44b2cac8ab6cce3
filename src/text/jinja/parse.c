/* parse.c: expressions, by recursive descent with jinja2's precedences. */
#include "text/jinja/parse.h"

#include <stdio.h>
#include <string.h>

#include "text/jinja/value.h"

void og_ja_parse_fail(og_ja_parser *p, const char *fmt, ...) {
    if (p->failed) return;
    char text[300];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    p->failed = true;
    p->status = og_fail(p->err, OG_ERR_FORMAT, "chat template, line %d: %s", p->tok->line, text);
}

static void no_memory(og_ja_parser *p) {
    if (!p->failed) p->status = og_fail(p->err, OG_ERR_MEMORY, "out of memory for a chat template");
    p->failed = true;
}

og_ja_node *og_ja_node_new(og_ja_parser *p, og_ja_node_kind kind) {
    og_ja_node *n = p->failed ? NULL : og_arena_alloc(&p->p->arena, sizeof *n);
    if (!n) {
        no_memory(p);
        p->scratch = (og_ja_node){0};
        return &p->scratch;
    }
    n->kind = (uint8_t)kind;
    n->line = p->tok->line;
    return n;
}

void og_ja_node_push(og_ja_parser *p, og_ja_nodes *list, og_ja_node *n) {
    if (p->failed) return;
    if (list->n == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 4;
        og_ja_node **v = og_arena_alloc(&p->p->arena, cap * sizeof *v);
        if (!v) {
            no_memory(p);
            return;
        }
        if (list->n) memcpy(v, list->v, list->n * sizeof *v);
        list->v = v;
        list->cap = cap;
    }
    list->v[list->n++] = n;
}

bool og_ja_parse_enter(og_ja_parser *p) {
    if (p->depth >= OG_JA_NEST) og_ja_parse_fail(p, "nested more than %d deep", OG_JA_NEST);
    if (p->failed) return false;
    p->depth++;
    return true;
}

const og_ja_sym *og_ja_intern(og_ja_program *p, const char *s, size_t n) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)s[i]) * 16777619u;
    og_ja_sym **slot = &p->syms[h & 255];
    for (og_ja_sym *y = *slot; y; y = y->next)
        if (y->n == n && memcmp(y->s, s, n) == 0) return y;
    og_ja_sym *y = og_arena_alloc(&p->arena, sizeof *y);
    char *copy = og_arena_strndup(&p->arena, s, n);
    if (!y || !copy) return NULL;
    *y = (og_ja_sym){.s = copy, .n = (uint32_t)n, .next = *slot};
    return *slot = y;
}

static const og_ja_sym *intern(og_ja_parser *p, const char *s, size_t n) {
    static const og_ja_sym none = {.s = "", .n = 0};
    const og_ja_sym *y = p->failed ? NULL : og_ja_intern(p->p, s, n);
    if (!y) no_memory(p);
    return y ? y : &none;
}

/* ---- tokens ---- */

static bool is_text(const og_ja_tok *t, og_ja_token type, const char *text) {
    return t->type == type && strlen(text) == t->n && memcmp(t->s, text, t->n) == 0;
}

bool og_ja_at_name(const og_ja_parser *p, const char *name) {
    return !p->failed && is_text(p->tok, OG_JA_T_NAME, name);
}

bool og_ja_at_op(const og_ja_parser *p, const char *op) {
    return !p->failed && is_text(p->tok, OG_JA_T_OP, op);
}

bool og_ja_skip_name(og_ja_parser *p, const char *name) {
    bool hit = og_ja_at_name(p, name);
    p->tok += hit;
    return hit;
}

bool og_ja_skip_op(og_ja_parser *p, const char *op) {
    bool hit = og_ja_at_op(p, op);
    p->tok += hit;
    return hit;
}

static void unexpected(og_ja_parser *p, const char *wanted) {
    const og_ja_tok *t = p->tok;
    if (t->type == OG_JA_T_NAME || t->type == OG_JA_T_OP)
        og_ja_parse_fail(p, "expected %s, found '%.*s'", wanted, (int)OG_MIN(t->n, 60u), t->s);
    else
        og_ja_parse_fail(p, "expected %s, found %s", wanted,
                         t->type == OG_JA_T_STRING                                    ? "a string"
                         : t->type == OG_JA_T_INT || t->type == OG_JA_T_FLOAT         ? "a number"
                         : t->type == OG_JA_T_VAR_END || t->type == OG_JA_T_BLOCK_END ? "the end of the tag"
                                                                                      : "the end of the template");
}

void og_ja_expect_op(og_ja_parser *p, const char *op) {
    char wanted[8];
    snprintf(wanted, sizeof wanted, "'%s'", op);
    if (!og_ja_skip_op(p, op)) unexpected(p, wanted);
}

const og_ja_sym *og_ja_expect_name(og_ja_parser *p) {
    if (!p->failed && p->tok->type != OG_JA_T_NAME) unexpected(p, "a name");
    const og_ja_sym *y = p->failed ? intern(p, "", 0) : intern(p, p->tok->s, p->tok->n);
    p->tok += !p->failed;
    return y;
}

/* ---- expressions ---- */

static og_ja_node *unary_node(og_ja_parser *p, og_ja_node_kind kind, og_ja_node *a) {
    og_ja_node *n = og_ja_node_new(p, kind);
    n->a = a;
    return n;
}

static og_ja_node *binary_node(og_ja_parser *p, og_ja_node_kind kind, og_ja_op op, og_ja_node *a, og_ja_node *b) {
    og_ja_node *n = unary_node(p, kind, a);
    n->b = b;
    n->op = (uint8_t)op;
    return n;
}

static og_ja_call_args *parse_args(og_ja_parser *p) {
    static og_ja_call_args none;
    og_ja_call_args *args = p->failed ? NULL : og_arena_alloc(&p->p->arena, sizeof *args);
    if (!args) {
        no_memory(p);
        return &none;
    }
    og_ja_expect_op(p, "(");
    for (bool first = true; !p->failed && !og_ja_at_op(p, ")"); first = false) {
        if (!first) og_ja_expect_op(p, ",");
        if (og_ja_at_op(p, ")")) break;
        if (og_ja_skip_op(p, "*")) {
            if (args->star || args->star2) og_ja_parse_fail(p, "a call takes one *argument, before any **argument");
            args->star = og_ja_parse_expr(p, true);
        } else if (og_ja_skip_op(p, "**")) {
            if (args->star2) og_ja_parse_fail(p, "a call takes one **argument");
            args->star2 = og_ja_parse_expr(p, true);
        } else if (p->tok->type == OG_JA_T_NAME && is_text(p->tok + 1, OG_JA_T_OP, "=")) {
            if (args->star2) og_ja_parse_fail(p, "an argument follows the **argument");
            og_ja_node *name = og_ja_node_new(p, OG_JA_N_STR);
            const og_ja_sym *y = og_ja_expect_name(p);
            name->s = y->s;
            name->n = y->n;
            p->tok++;
            og_ja_node_push(p, &args->names, name);
            og_ja_node_push(p, &args->kw, og_ja_parse_expr(p, true));
        } else {
            if (args->star || args->star2 || args->kw.n) og_ja_parse_fail(p, "an argument by position follows one by name");
            og_ja_node_push(p, &args->pos, og_ja_parse_expr(p, true));
        }
    }
    og_ja_expect_op(p, ")");
    return args;
}

static og_ja_node *call(og_ja_parser *p, og_ja_node *a) {
    og_ja_node *n = unary_node(p, OG_JA_N_CALL, a);
    n->args = parse_args(p);
    return n;
}

static og_ja_node *subscript(og_ja_parser *p, og_ja_node *a) {
    og_ja_node *n = unary_node(p, OG_JA_N_ITEM, a);
    og_ja_node *part[3] = {0};
    int colons = 0;
    bool any = false;
    og_ja_nodes items = {0};
    for (;;) {
        if (og_ja_at_op(p, ",") && colons == 0 && any) {
            og_ja_node_push(p, &items, part[0]);
            p->tok++;
            if (og_ja_at_op(p, "]")) break;
            part[0] = og_ja_parse_expr(p, true);
        } else if (og_ja_at_op(p, ":") && colons < 2 && !items.n) {
            colons++;
            p->tok++;
        } else if (og_ja_at_op(p, "]")) {
            if (items.n) og_ja_node_push(p, &items, part[0]);
            break;
        } else if (part[colons]) {
            og_ja_expect_op(p, "]");
        } else {
            part[colons] = og_ja_parse_expr(p, true);
        }
        any = true;
        if (p->failed) return n;
    }
    og_ja_expect_op(p, "]");
    if (items.n || !any) {
        n->b = og_ja_node_new(p, OG_JA_N_TUPLE);
        n->b->list = items;
    } else if (colons) {
        n->kind = OG_JA_N_SLICE;
        for (int i = 0; i < 3; i++) og_ja_node_push(p, &n->list, part[i]);
    } else {
        n->b = part[0];
    }
    return n;
}

og_ja_node *og_ja_parse_postfix(og_ja_parser *p, og_ja_node *n) {
    while (!p->failed) {
        if (og_ja_skip_op(p, ".")) {
            if (p->tok->type == OG_JA_T_INT) {
                n = binary_node(p, OG_JA_N_ITEM, 0, n, og_ja_node_new(p, OG_JA_N_INT));
                n->b->i = p->tok->i;
                p->tok++;
            } else {
                n = unary_node(p, OG_JA_N_ATTR, n);
                n->sym = og_ja_expect_name(p);
            }
        } else if (og_ja_skip_op(p, "[")) {
            n = subscript(p, n);
        } else if (og_ja_at_op(p, "(")) {
            n = call(p, n);
        } else {
            break;
        }
    }
    return n;
}

og_ja_node *og_ja_parse_filter(og_ja_parser *p, og_ja_node *n, bool first) {
    while (!p->failed && (first || og_ja_skip_op(p, "|"))) {
        first = false;
        n = unary_node(p, OG_JA_N_FILTER, n);
        n->sym = og_ja_expect_name(p);
        while (og_ja_skip_op(p, ".")) {
            char text[200];
            const og_ja_sym *more = og_ja_expect_name(p);
            int k = snprintf(text, sizeof text, "%.90s.%.90s", n->sym->s, more->s);
            n->sym = intern(p, text, (size_t)k);
        }
        if (og_ja_at_op(p, "(")) n->args = parse_args(p);
    }
    return n;
}

static bool starts_operand(const og_ja_parser *p) {
    const og_ja_tok *t = p->tok;
    if (t->type == OG_JA_T_STRING || t->type == OG_JA_T_INT || t->type == OG_JA_T_FLOAT) return true;
    if (t->type == OG_JA_T_OP) return t->n == 1 && strchr("([{", t->s[0]) != NULL;
    return t->type == OG_JA_T_NAME && !og_ja_at_name(p, "else") && !og_ja_at_name(p, "or") && !og_ja_at_name(p, "and");
}

static og_ja_node *parse_test(og_ja_parser *p, og_ja_node *a) {
    bool negated = og_ja_skip_name(p, "not");
    og_ja_node *n = unary_node(p, OG_JA_N_TEST, a);
    n->sym = og_ja_expect_name(p);
    if (og_ja_at_op(p, "(")) {
        n->args = parse_args(p);
    } else if (!p->failed && starts_operand(p)) {
        if (og_ja_at_name(p, "is")) og_ja_parse_fail(p, "tests cannot be chained with 'is'");
        n->args = p->failed ? NULL : og_arena_alloc(&p->p->arena, sizeof *n->args);
        og_ja_node *operand = og_ja_parse_postfix(p, og_ja_parse_primary(p));
        if (n->args)
            og_ja_node_push(p, &n->args->pos, operand);
        else
            no_memory(p);
    }
    return negated ? unary_node(p, OG_JA_N_NOT, n) : n;
}

static og_ja_node *parse_filters(og_ja_parser *p, og_ja_node *n) {
    while (!p->failed) {
        if (og_ja_at_op(p, "|"))
            n = og_ja_parse_filter(p, n, false);
        else if (og_ja_skip_name(p, "is"))
            n = parse_test(p, n);
        else if (og_ja_at_op(p, "("))
            n = call(p, n);
        else
            break;
    }
    return n;
}

static og_ja_node *list_literal(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_LIST);
    while (!p->failed && !og_ja_at_op(p, "]")) {
        if (n->list.n) og_ja_expect_op(p, ",");
        if (!og_ja_at_op(p, "]")) og_ja_node_push(p, &n->list, og_ja_parse_expr(p, true));
    }
    og_ja_expect_op(p, "]");
    return n;
}

static og_ja_node *dict_literal(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_DICT);
    while (!p->failed && !og_ja_at_op(p, "}")) {
        if (n->list.n) og_ja_expect_op(p, ",");
        if (og_ja_at_op(p, "}")) break;
        og_ja_node_push(p, &n->list, og_ja_parse_expr(p, true));
        og_ja_expect_op(p, ":");
        og_ja_node_push(p, &n->list, og_ja_parse_expr(p, true));
    }
    og_ja_expect_op(p, "}");
    return n;
}

static og_ja_node *paren(og_ja_parser *p) {
    if (og_ja_skip_op(p, ")")) return og_ja_node_new(p, OG_JA_N_TUPLE);
    og_ja_node *n = og_ja_parse_tuple(p, true);
    og_ja_expect_op(p, ")");
    return n;
}

/* Strings in a row are one. */
static og_ja_node *string_literal(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_STR);
    size_t total = 0, k = 0;
    const og_ja_tok *end = p->tok;
    while (end->type == OG_JA_T_STRING) total += end++->n;
    char *s = (char *)p->tok->s;
    if (end - p->tok > 1) {
        s = og_arena_alloc(&p->p->arena, total + 1);
        if (!s) {
            no_memory(p);
            return n;
        }
        for (const og_ja_tok *t = p->tok; t < end; k += t++->n) memcpy(s + k, t->s, t->n);
    }
    n->s = s;
    n->n = (uint32_t)total;
    p->tok = end;
    return n;
}

static og_ja_node *name_literal(og_ja_parser *p) {
    og_ja_node *n = og_ja_node_new(p, OG_JA_N_NAME);
    n->sym = og_ja_expect_name(p);
    const char *s = n->sym->s;
    if (!strcmp(s, "true") || !strcmp(s, "True") || !strcmp(s, "false") || !strcmp(s, "False")) {
        n->kind = OG_JA_N_BOOL;
        n->flag = s[0] == 't' || s[0] == 'T';
    } else if (!strcmp(s, "none") || !strcmp(s, "None")) {
        n->kind = OG_JA_N_NONE;
    } else if (p->macro) {
        p->macro->flag |= !strcmp(s, "caller");
        p->macro->uses_kwargs |= !strcmp(s, "kwargs");
        p->macro->uses_varargs |= !strcmp(s, "varargs");
    }
    return n;
}

og_ja_node *og_ja_parse_primary(og_ja_parser *p) {
    og_ja_node *n = &p->scratch;
    if (p->failed) return n;
    switch (p->tok->type) {
    case OG_JA_T_NAME:
        return name_literal(p);
    case OG_JA_T_STRING:
        return string_literal(p);
    case OG_JA_T_INT:
        n = og_ja_node_new(p, OG_JA_N_INT);
        n->i = p->tok++->i;
        return n;
    case OG_JA_T_FLOAT:
        n = og_ja_node_new(p, OG_JA_N_FLOAT);
        n->f = p->tok++->f;
        return n;
    default:
        break;
    }
    if (og_ja_skip_op(p, "(")) return paren(p);
    if (og_ja_skip_op(p, "[")) return list_literal(p);
    if (og_ja_skip_op(p, "{")) return dict_literal(p);
    unexpected(p, "an expression");
    return n;
}

og_ja_node *og_ja_parse_unary(og_ja_parser *p, bool filters) {
    if (!og_ja_parse_enter(p)) return &p->scratch;
    og_ja_node *n;
    if (og_ja_skip_op(p, "-"))
        n = unary_node(p, OG_JA_N_NEG, og_ja_parse_unary(p, false));
    else if (og_ja_skip_op(p, "+"))
        n = unary_node(p, OG_JA_N_POS, og_ja_parse_unary(p, false));
    else
        n = og_ja_parse_primary(p);
    n = og_ja_parse_postfix(p, n);
    if (filters) n = parse_filters(p, n);
    p->depth--;
    return n;
}

/* The operators that bind tighter than `~`, then `~` and `+ -`, each level left to right. */
static og_ja_node *parse_pow(og_ja_parser *p) {
    og_ja_node *n = og_ja_parse_unary(p, true);
    while (og_ja_skip_op(p, "**")) n = binary_node(p, OG_JA_N_BINARY, OG_JA_POW, n, og_ja_parse_unary(p, true));
    return n;
}

static og_ja_node *parse_product(og_ja_parser *p) {
    og_ja_node *n = parse_pow(p);
    for (;;) {
        if (og_ja_skip_op(p, "*"))
            n = binary_node(p, OG_JA_N_BINARY, OG_JA_MUL, n, parse_pow(p));
        else if (og_ja_skip_op(p, "/"))
            n = binary_node(p, OG_JA_N_BINARY, OG_JA_DIV, n, parse_pow(p));
        else if (og_ja_skip_op(p, "//"))
            n = binary_node(p, OG_JA_N_BINARY, OG_JA_FLOORDIV, n, parse_pow(p));
        else if (og_ja_skip_op(p, "%"))
            n = binary_node(p, OG_JA_N_BINARY, OG_JA_MOD, n, parse_pow(p));
        else
            return n;
    }
}

static og_ja_node *parse_concat(og_ja_parser *p) {
    og_ja_node *n = parse_product(p);
    if (!og_ja_at_op(p, "~")) return n;
    og_ja_node *all = og_ja_node_new(p, OG_JA_N_CONCAT);
    og_ja_node_push(p, &all->list, n);
    while (og_ja_skip_op(p, "~")) og_ja_node_push(p, &all->list, parse_product(p));
    return all;
}

static og_ja_node *parse_sum(og_ja_parser *p) {
    og_ja_node *n = parse_concat(p);
    for (;;) {
        if (og_ja_skip_op(p, "+"))
            n = binary_node(p, OG_JA_N_BINARY, OG_JA_ADD, n, parse_concat(p));
        else if (og_ja_skip_op(p, "-"))
            n = binary_node(p, OG_JA_N_BINARY, OG_JA_SUB, n, parse_concat(p));
        else
            return n;
    }
}

static bool comparison(og_ja_parser *p, og_ja_op *op) {
    static const struct {
        const char *text;
        og_ja_op op;
    } ops[] = {{"==", OG_JA_EQ}, {"!=", OG_JA_NE}, {"<", OG_JA_LT}, {"<=", OG_JA_LE}, {">", OG_JA_GT}, {">=", OG_JA_GE}};
    for (size_t i = 0; i < OG_LEN(ops); i++)
        if (og_ja_skip_op(p, ops[i].text)) {
            *op = ops[i].op;
            return true;
        }
    if (og_ja_at_name(p, "not") && is_text(p->tok + 1, OG_JA_T_NAME, "in")) {
        p->tok += 2;
        *op = OG_JA_NOTIN;
        return true;
    }
    *op = OG_JA_IN;
    return og_ja_skip_name(p, "in");
}

static og_ja_node *parse_compare(og_ja_parser *p) {
    og_ja_node *n = parse_sum(p);
    og_ja_op op;
    if (!comparison(p, &op)) return n;
    uint8_t ops[64];
    size_t k = 0;
    og_ja_node *all = unary_node(p, OG_JA_N_COMPARE, n);
    do {
        if (k == sizeof ops) og_ja_parse_fail(p, "more than %zu comparisons in a row", sizeof ops);
        if (p->failed) return all;
        ops[k++] = (uint8_t)op;
        og_ja_node_push(p, &all->list, parse_sum(p));
    } while (comparison(p, &op));
    all->ops = p->failed ? NULL : og_arena_alloc(&p->p->arena, k);
    if (all->ops)
        memcpy(all->ops, ops, k);
    else
        no_memory(p);
    return all;
}

static og_ja_node *parse_not(og_ja_parser *p) {
    if (!og_ja_skip_name(p, "not")) return parse_compare(p);
    if (!og_ja_parse_enter(p)) return &p->scratch;
    og_ja_node *n = unary_node(p, OG_JA_N_NOT, parse_not(p));
    p->depth--;
    return n;
}

static og_ja_node *parse_and(og_ja_parser *p) {
    og_ja_node *n = parse_not(p);
    while (og_ja_skip_name(p, "and")) n = binary_node(p, OG_JA_N_AND, 0, n, parse_not(p));
    return n;
}

static og_ja_node *parse_or(og_ja_parser *p) {
    og_ja_node *n = parse_and(p);
    while (og_ja_skip_name(p, "or")) n = binary_node(p, OG_JA_N_OR, 0, n, parse_and(p));
    return n;
}

og_ja_node *og_ja_parse_expr(og_ja_parser *p, bool conditional) {
    if (!og_ja_parse_enter(p)) return &p->scratch;
    og_ja_node *n = parse_or(p);
    while (conditional && og_ja_skip_name(p, "if")) {
        og_ja_node *cond = binary_node(p, OG_JA_N_COND, 0, parse_or(p), n);
        if (og_ja_skip_name(p, "else")) cond->c = og_ja_parse_expr(p, true);
        n = cond;
    }
    p->depth--;
    return n;
}

og_ja_node *og_ja_parse_tuple(og_ja_parser *p, bool conditional) {
    og_ja_node *n = og_ja_parse_expr(p, conditional);
    if (!og_ja_at_op(p, ",")) return n;
    og_ja_node *all = og_ja_node_new(p, OG_JA_N_TUPLE);
    og_ja_node_push(p, &all->list, n);
    while (og_ja_skip_op(p, ",")) {
        if (p->tok->type == OG_JA_T_VAR_END || p->tok->type == OG_JA_T_BLOCK_END || og_ja_at_op(p, ")")) break;
        og_ja_node_push(p, &all->list, og_ja_parse_expr(p, conditional));
    }
    return all;
}

static og_ja_node *one_target(og_ja_parser *p, bool ns) {
    if (!og_ja_parse_enter(p)) return &p->scratch;
    og_ja_node *n;
    if (og_ja_skip_op(p, "(")) {
        n = og_ja_parse_target(p, ns);
        og_ja_expect_op(p, ")");
    } else {
        n = name_literal(p);
        if (!p->failed && n->kind != OG_JA_N_NAME) og_ja_parse_fail(p, "cannot assign to '%s'", n->sym->s);
        if (ns && og_ja_skip_op(p, ".")) {
            n->kind = OG_JA_N_NSREF;
            n->sym2 = og_ja_expect_name(p);
        }
    }
    p->depth--;
    return n;
}

og_ja_node *og_ja_parse_target(og_ja_parser *p, bool ns) {
    og_ja_node *n = one_target(p, ns);
    if (!og_ja_at_op(p, ",")) return n;
    og_ja_node *all = og_ja_node_new(p, OG_JA_N_TUPLE);
    og_ja_node_push(p, &all->list, n);
    while (og_ja_skip_op(p, ",")) {
        if (og_ja_at_op(p, ")") || og_ja_at_op(p, "=") || og_ja_at_name(p, "in") || p->tok->type == OG_JA_T_BLOCK_END) break;
        og_ja_node_push(p, &all->list, one_target(p, ns));
    }
    return all;
}
