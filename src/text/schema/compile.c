/* compile.c: goals as rules. Nodes are made from the end to the beginning, as in build.c; loops go through nodes that are filled in later.
 */
#include "text/schema/schema.h"
#include "base/utf8.h"

#include <string.h>

static const uint32_t NONE = UINT32_MAX;

static uint32_t byte(og_schema *s, char c, uint32_t next) {
    const uint32_t at = og_gbuild_node(s->b, OG_G_BYTES, next, 0);
    if (s->b->status == OG_OK) s->b->g->node[at].lo = s->b->g->node[at].hi = (uint8_t)c;
    return at;
}

static uint32_t text(og_schema *s, const char *t, uint32_t next) {
    for (size_t i = strlen(t); i-- > 0;) next = byte(s, t[i], next);
    return next;
}

static uint32_t either(og_schema *s, uint32_t x, uint32_t y) {
    return x == NONE ? y : y == NONE ? x : og_gbuild_node(s->b, OG_G_SPLIT, x, y);
}

static uint32_t call(og_schema *s, uint32_t rule, uint32_t next) {
    return og_gbuild_node(s->b, OG_G_CALL, rule, next);
}

static uint32_t later(og_schema *s) {
    return og_gbuild_node(s->b, OG_G_SPLIT, 0, 0);
}

static void fill(og_schema *s, uint32_t at, uint32_t to) {
    if (s->b->status == OG_OK) s->b->g->node[at].a = s->b->g->node[at].b = to;
}

/* White space that may be left out. */
static uint32_t blank(og_schema *s, uint32_t next) {
    if (s->compact) return next;
    const uint32_t line = call(s, s->ws, next);
    return either(s, either(s, byte(s, ' ', next), byte(s, '\n', line)), either(s, text(s, "\r\n", line), next));
}

static bool possible(const og_schema *s, uint32_t goal) {
    return goal != NONE && s->goal[goal].possible;
}

/* ---- rules that all share ---- */

static og_gexpr *chars(og_schema *s, const char *ranges) { /* pairs */
    og_grange r[8];
    uint32_t n = 0;
    for (; ranges[2 * n]; n++) r[n] = (og_grange){(unsigned char)ranges[2 * n], (unsigned char)ranges[2 * n + 1]};
    return og_gbuild_set(s->b, r, n, false);
}

static og_gexpr *seq(og_schema *s, og_gexpr *a, og_gexpr *b) {
    return og_gbuild_seq(s->b, a, b);
}

static void define(og_schema *s, uint32_t rule, og_gexpr *e) {
    if (s->b->status == OG_OK) s->b->body[rule] = e;
}

/* One character of a JSON string, in any of its writings; halves of surrogate pairs by themselves are none. */
static og_gexpr *any_char(og_schema *s) {
    static const og_grange plain[] = {{0x20, 0x21}, {0x23, 0x5b}, {0x5d, 0x10ffff}};
    static const og_grange gemma[] = {{0, '<' - 1}, {'<' + 1, 0x10ffff}};
    og_gbuild *b = s->b;
    if (s->gemma) return og_gbuild_set(b, gemma, OG_LEN(gemma), false); /* what is not the beginning of its quote */
    og_gexpr *hex = chars(s, "09afAF"), *two = og_gbuild_repeat(b, hex, 2, 2), *three = og_gbuild_repeat(b, hex, 3, 3);
    og_gexpr *bmp = og_gbuild_alt(b, seq(s, chars(s, "09acefACEF"), three), seq(s, chars(s, "ddDD"), seq(s, chars(s, "07"), two)));
    og_gexpr *high = seq(s, chars(s, "ddDD"), seq(s, chars(s, "89abAB"), two)),
             *low = seq(s, chars(s, "ddDD"), seq(s, chars(s, "cfCF"), two));
    og_gexpr *pair = seq(s, high, seq(s, chars(s, "\\\\"), seq(s, chars(s, "uu"), low)));
    og_gexpr *escape = og_gbuild_alt(b, chars(s, "\"\"\\\\//bbffnnrrtt"), seq(s, chars(s, "uu"), og_gbuild_alt(b, bmp, pair)));
    return og_gbuild_alt(b, og_gbuild_set(b, plain, OG_LEN(plain), false), seq(s, chars(s, "\\\\"), escape));
}

static og_gexpr *any_number(og_schema *s) {
    og_gbuild *b = s->b;
    og_gexpr *digits = og_gbuild_repeat(b, chars(s, "09"), 1, UINT32_MAX);
    og_gexpr *whole = og_gbuild_alt(b, chars(s, "00"), seq(s, chars(s, "19"), og_gbuild_repeat(b, chars(s, "09"), 0, UINT32_MAX)));
    og_gexpr *sign = og_gbuild_repeat(b, chars(s, "--"), 0, 1), *part = seq(s, chars(s, ".."), digits);
    og_gexpr *power =
        seq(s, chars(s, "eeEE"), seq(s, og_gbuild_repeat(b, chars(s, "++--"), 0, 1), og_gbuild_repeat(b, chars(s, "09"), 1, 2)));
    return seq(s, seq(s, seq(s, sign, whole), og_gbuild_repeat(b, part, 0, 1)), og_gbuild_repeat(b, power, 0, 1));
}

static void share_rules(og_schema *s) {
    og_gbuild *b = s->b;
    s->ws = og_gbuild_new_rule(b, "(indentation)");
    define(s, s->ws, og_gbuild_repeat(b, chars(s, "  \t\t"), 0, 64));
    s->any_char = og_gbuild_new_rule(b, "(character)");
    define(s, s->any_char, any_char(s));
    s->any_string = og_gbuild_new_rule(b, "(string)");
    const uint32_t all = og_gbuild_new_rule(b, "(characters)"), end = og_gbuild_node(b, OG_G_END, 0, 0);
    define(s, all, og_gbuild_repeat(b, any_char(s), 0, UINT32_MAX));
    og_gbuild_define(b, s->any_string, og_quote_emit(b, call(s, all, og_quote_emit(b, end))));
    s->any_number = og_gbuild_new_rule(b, "(number)");
    define(s, s->any_number, any_number(s));
}

/* ---- strings and numbers ---- */

static uint32_t same_end(void *user, uint32_t state) {
    (void)state;
    return *(uint32_t *)user;
}

static uint32_t string(og_schema *s, const og_shape *x, uint32_t next) {
    og_dfa d;
    if (!x->part && x->min == 0 && x->max == UINT32_MAX) return call(s, s->any_string, next);
    if (!x->part) {
        const uint32_t rule = og_gbuild_new_rule(s->b, "(characters)");
        define(s, rule, og_gbuild_repeat(s->b, og_gbuild_call(s->b, s->any_char), x->min, x->max));
        return og_quote_emit(s->b, call(s, rule, og_quote_emit(s->b, next)));
    }
    if (!og_string_dfa(s, x, &d)) return next;
    const uint32_t at = og_quote_emit(s->b, og_dfa_emit(s->b, &d, same_end, &next));
    og_dfa_free(&d);
    return at;
}

static uint32_t number(og_schema *s, const og_shape *x, uint32_t next) {
    og_num_dfa d;
    og_error err = {0};
    if (!x->num) return call(s, s->any_number, next);
    if (og_num_build(x->num, &d, &err) != OG_OK) return og_schema_fail(s, err.status, s->root, NULL, "%s", err.text), next;
    const uint32_t at = og_num_emit(s->b, &d, next);
    og_num_free(&d);
    return at;
}

static uint32_t name_text(og_schema *s, const og_name *name, uint32_t next) {
    if (!s->gemma) next = byte(s, '"', next); /* there names have no quotes */
    for (size_t k = name->len; k > 0;) {
        size_t from = k - 1;
        int32_t c;
        while (from > 0 && ((unsigned char)name->s[from] & 0xc0) == 0x80) from--;
        og_utf8_decode(name->s + from, k - from, &c);
        next = og_char_emit(s->b, &(og_grange){(uint32_t)c, (uint32_t)c}, 1, next);
        k = from;
    }
    return s->gemma ? next : byte(s, '"', next);
}

/* A name that Gemma can write without quotes. */
static uint32_t bare_name(og_schema *s, uint32_t next) {
    const uint32_t rule = og_gbuild_new_rule(s->b, "(name)");
    define(s, rule, og_gbuild_repeat(s->b, chars(s, "azAZ09__"), 1, 64));
    return call(s, rule, next);
}

/* ---- objects ---- */

typedef struct object {
    og_schema *s;
    const og_plan *plan;
    uint32_t after; /* a member */
    uint32_t last_goal, last_node;
} object;

static uint32_t value_of(object *o, uint32_t goal) {
    og_schema *s = o->s;
    return blank(s, byte(s, ':', blank(s, call(s, s->goal[goal].rule, o->after))));
}

static uint32_t extra_end(void *user, uint32_t state) {
    object *o = user;
    const uint32_t goal = o->plan->extra_goal[state];
    if (goal != o->last_goal) {
        o->last_node = value_of(o, goal);
        o->last_goal = goal;
    }
    return o->last_node;
}

static og_gscope object_scope(const og_schema *s, const og_shape *x, uint32_t *once) {
    const og_plan *p = x->plan;
    og_gscope scope = {.min = x->min, .max = x->max, .max_hits = UINT32_MAX, .extra = p->has_extra && (p->plain_extra || !s->gemma)};
    for (uint32_t i = 0; i < p->n_names; i++) once[i] = possible(s, p->name_goal[i]) ? scope.n_once++ : NONE;
    scope.required = og_calloc(scope.n_once / 32 + 1, sizeof *scope.required);
    for (uint32_t i = 0; i < p->n_names && scope.required; i++)
        if (once[i] != NONE && p->name_needed[i]) scope.required[once[i] / 32] |= 1u << once[i] % 32;
    return scope;
}

/* The rule's nodes, given how a test is put in front of what follows it. */
static uint32_t object_rule(og_schema *s, const og_shape *x, uint32_t end) {
    const og_plan *p = x->plan;
    uint32_t *once = og_schema_alloc(s, (p->n_names + 1) * sizeof *once);
    if (!once) return end;
    const og_gscope notes = object_scope(s, x, once);
    if (!notes.required) return og_schema_fail(s, OG_ERR_MEMORY, s->root, NULL, "out of memory for a schema"), end;
    const uint32_t scope = og_gbuild_scope(s->b, notes), members = later(s);
    object o = {.s = s, .plan = p, .last_goal = NONE};
    const uint32_t close = og_gbuild_test(s->b, (og_gtest){OG_GT_CLOSE, scope, 0}, byte(s, '}', end));
    const uint32_t more = og_gbuild_test(s->b, (og_gtest){OG_GT_MORE, scope, 0}, byte(s, ',', blank(s, members)));
    uint32_t all = NONE;
    o.after = blank(s, either(s, close, more));
    if (notes.extra) {
        const uint32_t name = s->gemma         ? bare_name(s, value_of(&o, p->extra_goal[0]))
                              : p->plain_extra ? call(s, s->any_string, value_of(&o, p->extra_goal[0]))
                                               : byte(s, '"', og_dfa_emit(s->b, &p->extra, extra_end, &o));
        all = og_gbuild_test(s->b, (og_gtest){OG_GT_ITEM, scope, 0}, name);
    }
    for (uint32_t i = p->n_names; i-- > 0;)
        if (once[i] != NONE) {
            const uint32_t member = name_text(s, p->name[i], value_of(&o, p->name_goal[i]));
            all = either(s, og_gbuild_test(s->b, (og_gtest){OG_GT_ONCE, scope, once[i]}, member), all);
        }
    const uint32_t inside = blank(s, either(s, all, close)), rule = og_gbuild_new_rule(s->b, "(object)");
    if (all != NONE) fill(s, members, all);
    if (all == NONE) fill(s, members, close);
    og_gbuild_define(s->b, rule, byte(s, '{', inside));
    return og_gbuild_enter(s->b, scope, rule, 0);
}

static uint32_t object_node(og_schema *s, const og_shape *x, uint32_t next) {
    const uint32_t end = og_gbuild_node(s->b, OG_G_END, 0, 0), at = object_rule(s, x, end);
    if (s->b->status == OG_OK && s->status == OG_OK) s->b->g->node[at].b = next;
    return at;
}

/* ---- arrays ---- */

typedef struct array {
    og_schema *s;
    const og_shape *x;
    uint32_t scope; /* NONE: lengths are counted by nodes */
    uint32_t end, unrolled;
    bool endless;
} array;

static uint32_t test(const array *a, og_gtest_kind kind, uint32_t k, uint32_t next) {
    return a->scope == NONE ? next : og_gbuild_test(a->s->b, (og_gtest){kind, a->scope, k}, next);
}

/* Element number i, then `after`; NONE if there cannot be one. */
static uint32_t element(const array *a, uint32_t i, uint32_t after) {
    og_schema *s = a->s;
    const og_plan *p = a->x->plan;
    const uint32_t k = OG_MIN(i, p->n_prefix), goal = i < p->n_prefix ? p->prefix[i] : p->rest;
    uint32_t all = NONE;
    if (!possible(s, goal)) return NONE;
    if (a->x->contains) {
        if (possible(s, p->miss[k])) all = test(a, OG_GT_ITEM, 0, call(s, s->goal[p->miss[k]].rule, after));
        if (possible(s, p->hit[k])) all = either(s, test(a, OG_GT_HIT, 0, call(s, s->goal[p->hit[k]].rule, after)), all);
        return all;
    }
    if (!a->x->unique || a->x->max <= 1) return test(a, OG_GT_ITEM, 0, call(s, s->goal[goal].rule, after));
    for (uint32_t v = p->n_values; v-- > 0;) {
        const uint32_t one = p->value_goal[k * p->n_values + v];
        if (possible(s, one)) all = either(s, test(a, OG_GT_VALUE, v, call(s, s->goal[one].rule, after)), all);
    }
    return all == NONE ? all : test(a, OG_GT_ITEM, 0, all);
}

/* After i elements: the end, or another one. */
static uint32_t after_element(const array *a, uint32_t i, uint32_t item) {
    og_schema *s = a->s;
    uint32_t all = NONE;
    if (a->scope != NONE || i >= a->x->min) all = test(a, OG_GT_CLOSE, 0, byte(s, ']', a->end));
    if (item != NONE && (a->scope != NONE || i < a->x->max)) all = either(s, all, test(a, OG_GT_MORE, 0, byte(s, ',', blank(s, item))));
    return all == NONE ? all : blank(s, all);
}

static uint32_t array_rule(const array *a) {
    og_schema *s = a->s;
    uint32_t after = NONE, item = NONE;
    if (a->endless) {
        const uint32_t loop = later(s);
        item = element(a, a->unrolled, loop);
        after = after_element(a, a->unrolled, item);
        fill(s, loop, after);
    } else {
        after = after_element(a, a->unrolled, NONE);
    }
    for (uint32_t i = a->unrolled; i-- > 0;) {
        item = after == NONE ? NONE : element(a, i, after);
        if (i > 0) after = after_element(a, i, item);
    }
    uint32_t inside = item;
    if (a->scope != NONE || a->x->min == 0) inside = either(s, item, test(a, OG_GT_CLOSE, 0, byte(s, ']', a->end)));
    return byte(s, '[', inside == NONE ? byte(s, ']', a->end) : blank(s, inside));
}

static uint32_t array_node(og_schema *s, const og_shape *x, uint32_t next) {
    enum { UNROLL = 4 };
    const og_plan *p = x->plan;
    const og_contains *c = x->contains;
    const bool unique = x->unique && x->max > 1;
    array a = {.s = s, .x = x, .scope = NONE, .end = next, .unrolled = p->n_prefix};
    a.endless = possible(s, p->rest) && x->max > p->n_prefix;
    if (!c && !unique && (x->max == UINT32_MAX ? x->min : x->max) <= p->n_prefix + UNROLL) {
        if (a.endless) a.unrolled = OG_MAX(p->n_prefix, x->max == UINT32_MAX ? x->min : x->max);
        a.unrolled = OG_MIN(a.unrolled, x->max);
        a.endless = a.endless && x->max == UINT32_MAX;
        return array_rule(&a);
    }
    og_gscope notes = {.min = x->min, .max = x->max, .min_hits = c ? c->min : 0, .max_hits = c ? c->max : UINT32_MAX};
    notes.n_once = unique ? p->n_values : 0;
    notes.extra = !unique;
    a.scope = og_gbuild_scope(s->b, notes);
    a.end = og_gbuild_node(s->b, OG_G_END, 0, 0);
    const uint32_t rule = og_gbuild_new_rule(s->b, "(array)");
    og_gbuild_define(s->b, rule, array_rule(&a));
    return og_gbuild_enter(s->b, a.scope, rule, next);
}

/* ---- goals ---- */

static uint32_t shape_node(og_schema *s, const og_shape *x, uint32_t next) {
    switch (x->type) {
    case OG_S_NULL:
        return text(s, "null", next);
    case OG_S_BOOL:
        return either(s, x->bools & 2 ? text(s, "true", next) : NONE, x->bools & 1 ? text(s, "false", next) : NONE);
    case OG_S_NUMBER:
        return number(s, x, next);
    case OG_S_STRING:
        return string(s, x, next);
    case OG_S_ARRAY:
        return array_node(s, x, next);
    default:
        return object_node(s, x, next);
    }
}

uint32_t og_schema_compile(og_schema *s, uint32_t root) {
    share_rules(s);
    for (uint32_t g = 0; g < s->n_goals && s->b->status == OG_OK; g++)
        if (s->goal[g].possible) s->goal[g].rule = og_gbuild_new_rule(s->b, "(value)");
    for (uint32_t g = 0; g < s->n_goals && s->b->status == OG_OK && s->status == OG_OK; g++) {
        if (!s->goal[g].possible) continue;
        const uint32_t end = og_gbuild_node(s->b, OG_G_END, 0, 0);
        uint32_t all = NONE;
        for (const og_shape *x = s->goal[g].shapes; x; x = x->next)
            if (og_plan_possible(s, x)) all = either(s, shape_node(s, x, end), all);
        og_gbuild_define(s->b, s->goal[g].rule, all);
    }
    if (s->goal[root].possible) return s->goal[root].rule;
    const uint32_t nothing = og_gbuild_new_rule(s->b, "(nothing)");
    define(s, nothing, og_gbuild_set(s->b, NULL, 0, false));
    return nothing;
}
