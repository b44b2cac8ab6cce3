/* goals.c: goals, each kept once; which of them are possible. */
#include "text/schema/schema.h"

#include <stdlib.h>
#include <string.h>

/* ---- identity ---- */

static bool says_nothing(const og_stmt *st) {
    if (st->how == OG_VALID) return st->v->kind == OG_JSON_TRUE || (st->v->kind == OG_JSON_OBJECT && st->v->n == 0);
    return st->how == OG_INVALID && st->v->kind == OG_JSON_FALSE;
}

static int by_place(const void *x, const void *y) {
    const og_stmt *a = x, *b = y;
    if (a->v != b->v) return (uintptr_t)a->v < (uintptr_t)b->v ? -1 : 1;
    return (int)a->how - (int)b->how;
}

/* A schema that is nothing but a $ref is what it refers to, so that recursion comes back to the same goals. */
static const og_jval *target(og_schema *s, const og_jval *v) {
    for (int i = 0; i < OG_EXPAND_DEPTH && v->kind == OG_JSON_OBJECT && v->n == 1 && og_jval_get(v, "$ref"); i++) {
        const og_jval *to = og_schema_ref(s, v, v->u.first);
        if (!to) return v;
        v = to;
    }
    return v;
}

uint32_t og_goal_of(og_schema *s, const og_stmt *stmts) {
    uint32_t n = 0, kept = 0;
    for (const og_stmt *x = stmts; x; x = x->next) n++;
    og_stmt *sorted = og_schema_alloc(s, (n + 1) * sizeof *sorted);
    if (!sorted) return 0;
    n = 0;
    for (const og_stmt *x = stmts; x; x = x->next) {
        og_stmt st = {x->how <= OG_INVALID ? target(s, x->v) : x->v, x->how, NULL};
        if (!says_nothing(&st)) sorted[n++] = st;
    }
    if (n) qsort(sorted, n, sizeof *sorted, by_place);
    const size_t from = og_keys_begin(&s->stmt_keys);
    bool is_new = false, ok = true;
    for (uint32_t i = 0; i < n && ok; i++) {
        if (kept && by_place(&sorted[i], &sorted[kept - 1]) == 0) continue;
        sorted[kept++] = sorted[i];
        const uint64_t p = (uint64_t)(uintptr_t)sorted[i].v;
        ok = og_keys_push(&s->stmt_keys, (uint32_t)(p >> 32)) && og_keys_push(&s->stmt_keys, (uint32_t)p) &&
             og_keys_push(&s->stmt_keys, sorted[i].how);
    }
    const int32_t at = ok ? og_keys_end(&s->stmt_keys, from, &is_new) : -1;
    if (at < 0) og_schema_fail(s, OG_ERR_MEMORY, s->root, NULL, "out of memory for a schema");
    if (at < 0 || !is_new) return at < 0 ? 0 : (uint32_t)at;
    if (s->n_goals == s->goal_cap) {
        const uint32_t cap = s->goal_cap ? s->goal_cap * 2 : 64;
        og_goal *larger = og_realloc(s->goal, cap * sizeof *larger);
        if (larger) s->goal = larger, s->goal_cap = cap;
        if (!larger || cap > OG_GOALS_MAX * 2) {
            og_schema_fail(s, larger ? OG_ERR_UNSUPPORTED : OG_ERR_MEMORY, s->root, NULL, "its parts are too many for a grammar");
            return 0;
        }
    }
    for (uint32_t i = 0; i < kept; i++) sorted[i].next = i + 1 < kept ? &sorted[i + 1] : NULL;
    s->goal[s->n_goals++] = (og_goal){.stmts = kept ? sorted : NULL, .rule = UINT32_MAX};
    return (uint32_t)at;
}

/* ---- expansion ---- */

bool og_string_dfa(og_schema *s, const og_shape *shape, og_dfa *out) {
    uint32_t part[OG_DFA_PARTS_MAX], n = 0;
    uint64_t in = 0;
    og_error err = {0};
    for (const og_spart *p = shape->part; p; p = p->next) {
        if (n == OG_DFA_PARTS_MAX) {
            og_schema_fail(s, OG_ERR_UNSUPPORTED, s->root, "pattern", "more than %d at once", OG_DFA_PARTS_MAX);
            return false;
        }
        in |= (uint64_t)!p->negated << n;
        part[n++] = p->nfa;
    }
    const uint32_t cap = shape->max != UINT32_MAX ? shape->max : shape->min;
    og_status status = og_dfa_build(&s->pool, part, n, cap, shape->max, out, &err);
    for (uint32_t i = 0; status == OG_OK && i < out->n; i++) out->accept[i] = out->bits[i] == in && out->len[i] >= shape->min;
    if (status == OG_OK && !og_dfa_prune(out)) {
        og_dfa_free(out);
        status = og_fail(&err, OG_ERR_MEMORY, "out of memory for a schema");
    }
    if (status != OG_OK) og_schema_fail(s, status, s->root, "pattern", "%s", err.text);
    return status == OG_OK;
}

void og_goal_expand(og_schema *s, uint32_t g) {
    if (s->status != OG_OK || s->goal[g].state) return;
    s->goal[g].state = 1;
    og_shape *all = og_expand_stmts(s, s->goal[g].stmts), *kept = NULL, **last = &kept;
    for (og_shape *x = all, *next; x; x = next) {
        next = x->next;
        x->next = NULL;
        if (og_shape_empty(s, x, 1)) continue;
        *last = x;
        last = &x->next;
    }
    s->goal[g].shapes = kept;
    s->goal[g].state = 2;
}

/* ---- unique values ---- */

static bool equal(const og_jval *a, const og_jval *b) {
    double x, y;
    if (og_jval_number(a, &x) && og_jval_number(b, &y)) return x == y;
    if (a->kind != b->kind || a->n != b->n) return false;
    if (a->kind == OG_JSON_STRING) return memcmp(a->u.s, b->u.s, a->n) == 0;
    if (a->kind != OG_JSON_ARRAY && a->kind != OG_JSON_OBJECT) return true;
    for (const og_jval *p = a->u.first, *q = b->u.first; p; p = p->next, q = q->next)
        if (a->kind == OG_JSON_OBJECT) {
            const og_jval *other = og_jval_get(b, p->key);
            if (!other || !equal(p, other)) return false;
        } else if (!equal(p, q)) {
            return false;
        }
    return true;
}

static void add_value(og_schema *s, og_plan *plan, const og_jval *v) {
    for (uint32_t i = 0; i < plan->n_values; i++)
        if (equal(plan->value[i], v)) return;
    if (plan->n_values == OG_WORDS_MAX) {
        og_schema_fail(s, OG_ERR_UNSUPPORTED, s->root, "uniqueItems", "more than %d values", OG_WORDS_MAX);
        return;
    }
    if (plan->n_values % 64 == 0) {
        const og_jval **more = og_schema_alloc(s, (plan->n_values + 64) * sizeof *more);
        if (!more) return;
        if (plan->n_values) memcpy(more, plan->value, plan->n_values * sizeof *more);
        plan->value = more;
    }
    plan->value[plan->n_values++] = v;
}

bool og_goal_values(og_schema *s, uint32_t goal, og_plan *plan) {
    static const og_jval constants[] = {{.kind = OG_JSON_NULL}, {.kind = OG_JSON_FALSE}, {.kind = OG_JSON_TRUE}};
    og_goal_expand(s, goal);
    bool few = true;
    for (const og_shape *x = s->goal[goal].shapes; x; x = x->next) few = few && (x->type == OG_S_NULL || x->type == OG_S_BOOL);
    for (size_t i = 0; few && i < OG_LEN(constants); i++) add_value(s, plan, &constants[i]);
    if (few) return true;
    for (const og_stmt *st = s->goal[goal].stmts; st; st = st->next) {
        const og_jval *list = st->how == OG_VALID ? og_jval_get(st->v, "enum") : NULL;
        const og_jval *one = st->how == OG_IS ? st->v : st->how == OG_VALID ? og_jval_get(st->v, "const") : NULL;
        if (!one && !list) continue;
        if (one) add_value(s, plan, one);
        for (const og_jval *v = !one ? list->u.first : NULL; v; v = v->next) add_value(s, plan, v);
        return true;
    }
    return false;
}

/* ---- what is possible ---- */

static bool possible(const og_schema *s, uint32_t goal) {
    return goal != UINT32_MAX && s->goal[goal].possible;
}

static bool object_possible(const og_schema *s, const og_shape *x) {
    const og_plan *p = x->plan;
    uint32_t needed = 0, can = 0;
    for (uint32_t i = 0; i < p->n_names; i++) {
        const bool ok = possible(s, p->name_goal[i]);
        if (p->name_needed[i] && !ok) return false;
        needed += p->name_needed[i];
        can += ok;
    }
    bool extra = p->has_extra && p->plain_extra && possible(s, p->extra_goal[0]);
    for (uint32_t i = 0; p->has_extra && !p->plain_extra && i < p->extra.n && !extra; i++)
        extra = p->extra.accept[i] && possible(s, p->extra_goal[i]);
    return needed <= x->max && (extra || can >= x->min);
}

static bool array_possible(const og_schema *s, const og_shape *x) {
    const og_plan *p = x->plan;
    const og_contains *c = x->contains;
    uint32_t length = 0; /* elements that there can be */
    bool hit = false;
    for (uint32_t i = 0; i <= p->n_prefix; i++) {
        const uint32_t goal = i < p->n_prefix ? p->prefix[i] : p->rest;
        if (!possible(s, goal)) break;
        length = i < p->n_prefix ? i + 1 : UINT32_MAX;
        hit = hit || possible(s, p->hit[i]);
    }
    if (x->unique && x->max > 1) length = OG_MIN(length, p->n_values);
    return length >= x->min && (!c || c->min == 0 || (hit && x->max >= c->min));
}

bool og_plan_possible(const og_schema *s, const og_shape *x) {
    return x->type == OG_S_OBJECT ? object_possible(s, x) : x->type == OG_S_ARRAY ? array_possible(s, x) : true;
}

void og_goals_settle(og_schema *s) {
    for (uint32_t g = 0; g < s->n_goals && s->status == OG_OK; g++) { /* plans make more goals */
        og_goal_expand(s, g);
        for (og_shape *x = s->goal[g].shapes; x && s->status == OG_OK; x = x->next)
            if (x->type >= OG_S_ARRAY) x->plan = og_plan_make(s, x);
    }
    for (bool changed = true; changed && s->status == OG_OK;) {
        changed = false;
        for (uint32_t g = 0; g < s->n_goals; g++)
            for (const og_shape *x = s->goal[g].shapes; x && !s->goal[g].possible; x = x->next)
                if (og_plan_possible(s, x)) changed = s->goal[g].possible = true;
    }
    for (og_plan *p = s->plans; p && s->status == OG_OK; p = p->next) {
        bool any = false;
        for (uint32_t i = 0; p->has_extra && !p->plain_extra && i < p->extra.n; i++)
            any |= p->extra.accept[i] = p->extra.accept[i] && possible(s, p->extra_goal[i]);
        if (p->plain_extra) any = p->has_extra && possible(s, p->extra_goal[0]);
        p->has_extra = any;
        if (any && !p->plain_extra && !og_dfa_prune(&p->extra))
            og_schema_fail(s, OG_ERR_MEMORY, s->root, NULL, "out of memory for a schema");
    }
}
