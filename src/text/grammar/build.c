/* build.c: expressions, and their compilation to nodes, from the end to the beginning: compile(e, next) gives the node where e begins whose
 * text is followed by what `next` matches. */
#include "text/grammar/grammar_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INLINE_NODES = 64 }; /* repetitions up to this size are written out */

void og_gbuild_fail(og_gbuild *b, og_status status, const char *fmt, ...) {
    if (b->status != OG_OK) return;
    b->status = b->error.status = status;
    va_list args;
    va_start(args, fmt);
    vsnprintf(b->error.text, sizeof b->error.text, fmt, args);
    va_end(args);
}

static void out_of_memory(og_gbuild *b) {
    og_gbuild_fail(b, OG_ERR_MEMORY, "out of memory for a grammar");
}

/* Room for one more of `size` bytes. */
static bool grow(og_gbuild *b, void **array, uint32_t n, uint32_t *cap, size_t size) {
    if (n < *cap) return true;
    const uint32_t more = *cap ? *cap * 2 : 64;
    void *larger = og_realloc(*array, more * size);
    if (!larger) {
        out_of_memory(b);
        return false;
    }
    *array = larger;
    *cap = more;
    return true;
}

og_status og_gbuild_open(og_gbuild *b, og_error *err) {
    *b = (og_gbuild){0};
    og_arena_init(&b->arena, 0);
    b->g = og_calloc(1, sizeof *b->g);
    if (!b->g) return og_fail(err, OG_ERR_MEMORY, "out of memory for a grammar");
    atomic_init(&b->g->refs, 1);
    return OG_OK;
}

void og_gbuild_close(og_gbuild *b) {
    og_grammar_close(b->g);
    og_arena_free(&b->arena);
    og_release(b->body);
    og_release(b->repeats);
}

og_grammar *og_grammar_hold(og_grammar *g) {
    atomic_fetch_add(&g->refs, 1);
    return g;
}

void og_grammar_close(og_grammar *g) {
    if (!g || atomic_fetch_sub(&g->refs, 1) > 1) return;
    for (uint32_t i = 0; i < g->n_rules; i++) og_release(g->rule[i].name);
    for (uint32_t i = 0; i < g->n_scopes; i++) og_release(g->scope[i].required);
    og_release(g->scope);
    og_release(g->test);
    og_release(g->rule);
    og_release(g->node);
    og_release(g);
}

/* ---- rules and expressions ---- */

static uint32_t add_rule(og_gbuild *b, const char *name, size_t len) {
    og_grammar *g = b->g;
    uint32_t cap = b->rule_cap;
    if (g->n_rules == OG_G_RULES_MAX)
        og_gbuild_fail(b, OG_ERR_UNSUPPORTED, "a grammar of more than %d rules is not possible", OG_G_RULES_MAX);
    if (b->status != OG_OK || !grow(b, (void **)&b->body, g->n_rules, &cap, sizeof *b->body) ||
        !grow(b, (void **)&g->rule, g->n_rules, &b->rule_cap, sizeof *g->rule))
        return 0;
    char *copy = og_strndup(name, len);
    if (!copy) return out_of_memory(b), 0;
    b->body[g->n_rules] = NULL;
    g->rule[g->n_rules] = (og_grule){.name = copy};
    return g->n_rules++;
}

uint32_t og_gbuild_rule(og_gbuild *b, const char *name, size_t len) {
    for (uint32_t i = 0; i < b->g->n_rules; i++)
        if (strncmp(b->g->rule[i].name, name, len) == 0 && b->g->rule[i].name[len] == '\0') return i;
    return add_rule(b, name, len);
}

uint32_t og_gbuild_new_rule(og_gbuild *b, const char *name) {
    return add_rule(b, name, strlen(name));
}

static og_gexpr made; /* stands for the body of a rule whose nodes are there */

void og_gbuild_define(og_gbuild *b, uint32_t rule, uint32_t entry) {
    if (b->status != OG_OK) return;
    b->body[rule] = &made;
    b->g->rule[rule].entry = entry;
}

static og_gexpr *expr(og_gbuild *b, og_gexpr e) {
    og_gexpr *at = b->status == OG_OK ? og_arena_alloc(&b->arena, sizeof *at) : NULL;
    if (!at) return out_of_memory(b), NULL;
    *at = e;
    return at;
}

og_gexpr *og_gbuild_empty(og_gbuild *b) {
    return expr(b, (og_gexpr){.kind = OG_GE_EMPTY});
}

og_gexpr *og_gbuild_call(og_gbuild *b, uint32_t rule) {
    return expr(b, (og_gexpr){.kind = OG_GE_RULE, .n = rule});
}

og_gexpr *og_gbuild_seq(og_gbuild *b, og_gexpr *left, og_gexpr *right) {
    if (left && left->kind == OG_GE_EMPTY) return right;
    return expr(b, (og_gexpr){.kind = OG_GE_SEQ, .left = left, .right = right});
}

og_gexpr *og_gbuild_alt(og_gbuild *b, og_gexpr *left, og_gexpr *right) {
    return expr(b, (og_gexpr){.kind = OG_GE_ALT, .left = left, .right = right});
}

og_gexpr *og_gbuild_repeat(og_gbuild *b, og_gexpr *what, uint32_t min, uint32_t max) {
    return expr(b, (og_gexpr){.kind = OG_GE_REPEAT, .left = what, .min = min, .max = max});
}

static int by_start(const void *a, const void *b) {
    const og_grange *x = a, *y = b;
    return (x->lo > y->lo) - (x->lo < y->lo);
}

og_gexpr *og_gbuild_set(og_gbuild *b, const og_grange *range, uint32_t n, bool negated) {
    og_grange *sorted = og_arena_alloc(&b->arena, (n + 1) * sizeof *sorted);
    og_grange *gaps = og_arena_alloc(&b->arena, (n + 1) * sizeof *gaps);
    if (!sorted || !gaps) return out_of_memory(b), NULL;
    if (n) memcpy(sorted, range, n * sizeof *range);
    qsort(sorted, n, sizeof *sorted, by_start);
    uint32_t joined = 0, n_gaps = 0, next = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (joined && sorted[i].lo <= sorted[joined - 1].hi + 1)
            sorted[joined - 1].hi = OG_MAX(sorted[joined - 1].hi, sorted[i].hi);
        else
            sorted[joined++] = sorted[i];
    }
    if (!negated) return expr(b, (og_gexpr){.kind = OG_GE_SET, .range = sorted, .n = joined});
    for (uint32_t i = 0; i < joined; i++) {
        if (sorted[i].lo > next) gaps[n_gaps++] = (og_grange){next, sorted[i].lo - 1};
        next = sorted[i].hi + 1;
    }
    if (next <= 0x10ffff) gaps[n_gaps++] = (og_grange){next, 0x10ffff};
    return expr(b, (og_gexpr){.kind = OG_GE_SET, .range = gaps, .n = n_gaps});
}

og_gexpr *og_gbuild_text(og_gbuild *b, const uint32_t *code_point, size_t n) {
    og_gexpr *e = og_gbuild_empty(b);
    for (size_t i = 0; i < n; i++) e = og_gbuild_seq(b, e, og_gbuild_set(b, &(og_grange){code_point[i], code_point[i]}, 1, false));
    return e;
}

/* ---- nodes ---- */

uint32_t og_gbuild_node(og_gbuild *b, og_gkind kind, uint32_t x, uint32_t y) {
    og_grammar *g = b->g;
    if (g->n_nodes == OG_G_NODES_MAX) og_gbuild_fail(b, OG_ERR_UNSUPPORTED, "the grammar is too large: more than %d steps", OG_G_NODES_MAX);
    if (b->status != OG_OK || !grow(b, (void **)&g->node, g->n_nodes, &b->node_cap, sizeof *g->node)) return 0;
    g->node[g->n_nodes] = (og_gnode){.kind = (uint8_t)kind, .a = x, .b = y};
    return g->n_nodes++;
}

static uint32_t compile(og_gbuild *b, const og_gexpr *e, uint32_t next);

static uint32_t compile_set(og_gbuild *b, const og_gexpr *e, uint32_t next) {
    /* no character at all: a byte range that holds nothing */
    if (e->n == 0) {
        const uint32_t never = og_gbuild_node(b, OG_G_BYTES, next, 0);
        if (b->status == OG_OK) b->g->node[never].lo = 1;
        return never;
    }
    uint32_t at = og_gbuild_chars(b, e->range[e->n - 1].lo, e->range[e->n - 1].hi, next);
    for (uint32_t i = e->n - 1; i-- > 0 && b->status == OG_OK;)
        at = og_gbuild_node(b, OG_G_SPLIT, og_gbuild_chars(b, e->range[i].lo, e->range[i].hi, next), at);
    return at;
}

/* A made rule that matches what rule `what` matches, 2^power times (a tower: twice the one below) or, with `upto`, at most 2^power - 1
 * times. So a limit of a thousand takes ten rules and not a thousand copies. */
static uint32_t tower(og_gbuild *b, uint32_t what, uint32_t power, bool upto) {
    if (power == 0 && !upto) return what;
    const uint32_t key = power * 2 + upto;
    for (uint32_t i = 0; i < b->n_repeats; i++)
        if (b->repeats[3 * i] == what && b->repeats[3 * i + 1] == key) return b->repeats[3 * i + 2];
    const uint32_t rule = add_rule(b, "(repeated)", 10), end = og_gbuild_node(b, OG_G_END, 0, 0);
    uint32_t entry = end;
    if (upto && power > 0) {
        const uint32_t fewer = tower(b, what, power - 1, true), half = tower(b, what, power - 1, false);
        const uint32_t rest = og_gbuild_node(b, OG_G_CALL, fewer, end);
        entry = og_gbuild_node(b, OG_G_SPLIT, og_gbuild_node(b, OG_G_CALL, half, rest), rest);
    } else if (!upto) {
        const uint32_t half = tower(b, what, power - 1, false);
        entry = og_gbuild_node(b, OG_G_CALL, half, og_gbuild_node(b, OG_G_CALL, half, end));
    }
    uint32_t cap = b->repeat_cap;
    if (b->status != OG_OK || !grow(b, (void **)&b->repeats, b->n_repeats, &cap, 3 * sizeof *b->repeats)) return 0;
    b->repeat_cap = cap;
    b->g->rule[rule].entry = entry;
    memcpy(b->repeats + 3 * b->n_repeats++, (uint32_t[]){what, key, rule}, 3 * sizeof *b->repeats);
    return rule;
}

static uint32_t exactly(og_gbuild *b, uint32_t what, uint32_t n, uint32_t next) {
    for (uint32_t power = 0; n >> power && b->status == OG_OK; power++)
        if (n >> power & 1) next = og_gbuild_node(b, OG_G_CALL, tower(b, what, power, false), next);
    return next;
}

/* 0..n times: the largest 2^power within n times and then at most the rest, or fewer than that. */
static uint32_t at_most(og_gbuild *b, uint32_t what, uint32_t n, uint32_t next) {
    if (n == 0 || b->status != OG_OK) return next;
    uint32_t power = 0;
    while (n >> power > 1) power++;
    const uint32_t all = og_gbuild_node(b, OG_G_CALL, tower(b, what, power, false), at_most(b, what, n - (1u << power), next));
    return og_gbuild_node(b, OG_G_SPLIT, all, og_gbuild_node(b, OG_G_CALL, tower(b, what, power, true), next));
}

static uint32_t star(og_gbuild *b, const og_gexpr *what, uint32_t next) {
    const uint32_t loop = og_gbuild_node(b, OG_G_SPLIT, 0, next), once = compile(b, what, loop);
    if (b->status == OG_OK) b->g->node[loop].a = once;
    return loop;
}

/* About how many nodes an expression takes, written out. Left sides may be long. */
static uint64_t size_of(const og_gexpr *e) {
    uint64_t n = 0;
    for (; e && n < OG_G_NODES_MAX; e = e->left) {
        if (e->kind == OG_GE_REPEAT) return n + 1 + size_of(e->left) * OG_MAX(1u, e->max == UINT32_MAX ? e->min : e->max);
        n += e->kind == OG_GE_SET ? 4 * (uint64_t)e->n : 1 + size_of(e->right);
    }
    return OG_MIN(n, (uint64_t)OG_G_NODES_MAX);
}

static uint32_t repeat(og_gbuild *b, const og_gexpr *e, uint32_t next) {
    const bool endless = e->max == UINT32_MAX;
    const uint32_t copies = endless ? e->min : e->max;
    if (copies * size_of(e->left) > INLINE_NODES && copies > 1) {
        const uint32_t rule = add_rule(b, "(part)", 6), end = og_gbuild_node(b, OG_G_END, 0, 0);
        const uint32_t entry = compile(b, e->left, end);
        if (b->status != OG_OK) return 0;
        b->g->rule[rule].entry = entry;
        const og_gexpr call = {.kind = OG_GE_RULE, .n = rule};
        next = endless ? star(b, &call, next) : at_most(b, rule, e->max - e->min, next);
        return exactly(b, rule, e->min, next);
    }
    if (endless) next = star(b, e->left, next);
    const uint32_t after = next;
    for (uint32_t i = e->min; !endless && i < e->max; i++) next = og_gbuild_node(b, OG_G_SPLIT, compile(b, e->left, next), after);
    for (uint32_t i = 0; i < e->min; i++) next = compile(b, e->left, next);
    return next;
}

static uint32_t compile(og_gbuild *b, const og_gexpr *e, uint32_t next) {
    /* along the left sides, which may be long; readers bound the depth of the rest */
    for (;; e = e->left) {
        if (b->status != OG_OK) return 0;
        if (e->kind != OG_GE_SEQ) break;
        next = compile(b, e->right, next);
    }
    switch (e->kind) {
    case OG_GE_EMPTY:
        return next;
    case OG_GE_SET:
        return compile_set(b, e, next);
    case OG_GE_RULE:
        return og_gbuild_node(b, OG_G_CALL, e->n, next);
    case OG_GE_REPEAT:
        return repeat(b, e, next);
    case OG_GE_ALT: {
        uint32_t at = compile(b, e->right, next);
        for (e = e->left; e->kind == OG_GE_ALT && b->status == OG_OK; e = e->left)
            at = og_gbuild_node(b, OG_G_SPLIT, compile(b, e->right, next), at);
        return og_gbuild_node(b, OG_G_SPLIT, compile(b, e, next), at);
    }
    case OG_GE_SEQ:
        break; /* taken above */
    }
    return next;
}

/* Compiles the rules that are expressions. */
static void compile_rules(og_gbuild *b) {
    og_grammar *g = b->g;
    const uint32_t written = g->n_rules;
    for (uint32_t i = 0; i < written && b->status == OG_OK; i++) {
        if (!b->body[i]) {
            og_gbuild_fail(b, OG_ERR_FORMAT, "the rule \"%s\" is used but not defined", g->rule[i].name);
            break;
        }
        if (b->body[i] == &made) continue;
        const uint32_t end = og_gbuild_node(b, OG_G_END, 0, 0), entry = compile(b, b->body[i], end);
        g->rule[i].entry = entry;
    }
}

static og_status hand_over(og_gbuild *b, uint32_t root, og_grammar **out) {
    b->g->root = root;
    *out = b->g;
    b->g = NULL;
    return OG_OK;
}

og_status og_gbuild_close_rules(og_gbuild *b, uint32_t root, og_grammar **out, og_error *err) {
    compile_rules(b);
    return b->status == OG_OK ? hand_over(b, root, out) : og_fail(err, b->status, "%s", b->error.text);
}

og_status og_gbuild_finish(og_gbuild *b, const char *root, og_grammar **out, og_error *err) {
    og_grammar *g = b->g;
    uint32_t at = 0;
    while (at < g->n_rules && strcmp(g->rule[at].name, root) != 0) at++;
    const bool found = at < g->n_rules;
    compile_rules(b);
    if (!found) og_gbuild_fail(b, OG_ERR_FORMAT, "there is no rule \"%s\" to begin with", root);
    if (b->status != OG_OK) return og_fail(err, b->status, "%s", b->error.text);
    OG_TRY(og_grammar_validate(g, err));
    return hand_over(b, at, out);
}
