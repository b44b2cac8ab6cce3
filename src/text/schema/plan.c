/* plan.c: the children of arrays and objects as goals. */
#include "text/schema/schema.h"

#include <string.h>

static bool same(const char *a, size_t a_len, const char *b, size_t b_len) {
    return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static const og_jval *member(const og_jval *object, const char *name, uint32_t len) {
    const og_jval *found = NULL;
    if (!object || object->kind != OG_JSON_OBJECT) return NULL;
    for (const og_jval *m = object->u.first; m; m = m->next)
        if (same(m->key, m->key_len, name, len)) found = m;
    return found;
}

/* ---- patterns of names ---- */

/* The expressions of all patternProperties, in order. */
static bool pattern_nfas(og_schema *s, const og_from *from, uint32_t *part, uint32_t *n) {
    for (; from; from = from->next) {
        const og_jval *list = from->kind == OG_FROM_SCHEMA ? og_jval_get(from->v, "patternProperties") : NULL;
        for (const og_jval *p = list && list->kind == OG_JSON_OBJECT ? list->u.first : NULL; p; p = p->next) {
            og_error err = {0};
            if (*n == OG_DFA_PARTS_MAX) {
                og_schema_fail(s, OG_ERR_UNSUPPORTED, from->v, "patternProperties", "more than %d patterns at once", OG_DFA_PARTS_MAX);
                return false;
            }
            if (og_regex_parse(&s->pool, p->key, p->key_len, &part[*n], &err) != OG_OK) {
                og_schema_fail(s, err.status, from->v, "patternProperties", "%s", err.text);
                return false;
            }
            ++*n;
        }
    }
    return true;
}

static bool has_patterns(const og_from *from) {
    for (; from; from = from->next)
        if (from->kind == OG_FROM_SCHEMA && og_jval_get(from->v, "patternProperties")) return true;
    return false;
}

/* What a schema says of a member whose name is in the patterns that `bits` says, the first of them being bit *at. */
static const og_stmt *from_schema(og_schema *s, const og_jval *schema, const char *name, uint32_t len, uint64_t bits, uint32_t *at,
                                  const og_stmt *to) {
    const og_jval *own = name ? member(og_jval_get(schema, "properties"), name, len) : NULL;
    const og_jval *patterns = og_jval_get(schema, "patternProperties"), *others = og_jval_get(schema, "additionalProperties");
    bool spoken_of = own != NULL;
    if (own) to = og_stmt_add(s, to, own, OG_VALID);
    for (const og_jval *p = patterns && patterns->kind == OG_JSON_OBJECT ? patterns->u.first : NULL; p; p = p->next, ++*at) {
        if (!(bits >> *at & 1)) continue;
        spoken_of = true;
        to = og_stmt_add(s, to, p, OG_VALID);
    }
    return !spoken_of && others ? og_stmt_add(s, to, others, OG_VALID) : to;
}

/* With the patterns that hold the name known. name NULL: one that no list of names has. */
static const og_stmt *from_all(og_schema *s, const og_from *from, const char *name, uint32_t len, uint64_t bits, bool *never) {
    const og_stmt *stmts = NULL;
    uint32_t at = 0;
    for (; from && s->status == OG_OK; from = from->next) {
        if (from->kind == OG_FROM_SCHEMA) {
            stmts = from_schema(s, from->v, name, len, bits, &at, stmts);
        } else if (from->kind == OG_FROM_VALUE) {
            const og_jval *m = name ? member(from->v, name, len) : NULL;
            if (m)
                stmts = og_stmt_add(s, stmts, m, OG_IS);
            else
                *never = true;
        } else if (name && same(from->name, from->len, name, len)) {
            *never = *never || from->never;
            stmts = og_stmts_join(s, from->stmts, stmts);
        }
    }
    return stmts;
}

const og_stmt *og_from_member(og_schema *s, const og_from *from, const char *name, uint32_t len, bool *never) {
    uint32_t part[OG_DFA_PARTS_MAX], n = 0;
    uint64_t bits = 0;
    if (has_patterns(from) && pattern_nfas(s, from, part, &n)) {
        og_dfa d;
        og_error err = {0};
        bool accept;
        if (og_dfa_build(&s->pool, part, n, 0, UINT32_MAX, &d, &err) != OG_OK) {
            og_schema_fail(s, err.status, s->root, "patternProperties", "%s", err.text);
            return NULL;
        }
        bits = og_dfa_run(&d, name, len, &accept);
        og_dfa_free(&d);
    }
    return from_all(s, from, name, len, bits, never);
}

/* ---- objects ---- */

static void add_name(og_schema *s, og_plan *plan, uint32_t *cap, const char *name, uint32_t len, bool needed) {
    for (uint32_t i = 0; i < plan->n_names; i++)
        if (same(plan->name[i]->s, plan->name[i]->len, name, len)) {
            plan->name_needed[i] = plan->name_needed[i] || needed;
            return;
        }
    if (plan->n_names == *cap) {
        const uint32_t more = *cap ? *cap * 2 : 16;
        if (more > OG_WORDS_MAX * 2) {
            og_schema_fail(s, OG_ERR_UNSUPPORTED, s->root, "properties", "more than %d in one object", OG_WORDS_MAX * 2);
            return;
        }
        const og_name **names = og_schema_alloc(s, more * sizeof *names);
        bool *must = og_schema_alloc(s, more * sizeof *must);
        if (!names || !must) return;
        if (*cap) memcpy(names, plan->name, *cap * sizeof *names);
        if (*cap) memcpy(must, plan->name_needed, *cap * sizeof *must);
        plan->name = names;
        plan->name_needed = must;
        *cap = more;
    }
    og_name *n = og_schema_alloc(s, sizeof *n);
    if (!n) return;
    *n = (og_name){name, len, NULL};
    plan->name[plan->n_names] = n;
    plan->name_needed[plan->n_names++] = needed;
}

static void list_names(og_schema *s, const og_shape *shape, og_plan *plan) {
    uint32_t cap = 0;
    for (const og_from *f = shape->from; f && s->status == OG_OK; f = f->next) {
        const og_jval *list = f->kind == OG_FROM_SCHEMA ? og_jval_get(f->v, "properties") : f->v;
        if (f->kind == OG_FROM_NAME) {
            add_name(s, plan, &cap, f->name, f->len, false);
            continue;
        }
        for (const og_jval *m = list && list->kind == OG_JSON_OBJECT ? list->u.first : NULL; m; m = m->next)
            add_name(s, plan, &cap, m->key, m->key_len, false);
    }
    for (const og_name *n = shape->need; n; n = n->next) add_name(s, plan, &cap, n->s, n->len, true);
}

/* The names that no list has: their automaton, and what is asked of their values by the patterns that they are in. */
static void plan_extra(og_schema *s, const og_shape *shape, og_plan *plan) {
    uint32_t part[OG_DFA_PARTS_MAX + 1], n = 0, known, conditions = 0;
    og_error err = {0};
    if (!pattern_nfas(s, shape->from, part, &n)) return;
    const uint32_t n_patterns = n;
    uint64_t in = 0;
    for (const og_spart *p = shape->part; p; p = p->next, n++, conditions++) {
        if (n >= OG_DFA_PARTS_MAX - 1) {
            og_schema_fail(s, OG_ERR_UNSUPPORTED, s->root, "propertyNames", "too many patterns at once");
            return;
        }
        part[n] = p->nfa;
        in |= (uint64_t)!p->negated << n;
    }
    bool never = false;
    if (plan->n_names == 0 && n == 0) {
        plan->plain_extra = true;
        const og_stmt *stmts = from_all(s, shape->from, NULL, 0, 0, &never);
        plan->extra_goal = og_schema_alloc(s, sizeof *plan->extra_goal);
        if (plan->extra_goal && !never) plan->extra_goal[0] = og_goal_of(s, stmts);
        plan->has_extra = !never;
        return;
    }
    if (n >= OG_DFA_PARTS_MAX) {
        og_schema_fail(s, OG_ERR_UNSUPPORTED, s->root, "patternProperties", "too many patterns at once");
        return;
    }
    const char **word = og_schema_alloc(s, (plan->n_names + 1) * sizeof *word);
    size_t *len = og_schema_alloc(s, (plan->n_names + 1) * sizeof *len);
    for (uint32_t i = 0; word && len && i < plan->n_names; i++) word[i] = plan->name[i]->s, len[i] = plan->name[i]->len;
    og_status status = word && len ? og_nfa_words(&s->pool, word, len, plan->n_names, &known, &err) : OG_ERR_MEMORY;
    part[n] = status == OG_OK ? known : 0;
    if (status == OG_OK) status = og_dfa_build(&s->pool, part, n + 1, 0, UINT32_MAX, &plan->extra, &err);
    if (status != OG_OK) {
        og_schema_fail(s, status, s->root, "properties", "%s", err.text);
        return;
    }
    og_dfa *d = &plan->extra;
    const uint64_t names_mask = ((1ull << conditions) - 1) << n_patterns;
    plan->extra_goal = og_schema_alloc(s, d->n * sizeof *plan->extra_goal);
    for (uint32_t i = 0; i < d->n && plan->extra_goal && s->status == OG_OK; i++) {
        if ((d->bits[i] >> n & 1) || (d->bits[i] & names_mask) != in) continue;
        never = false;
        const og_stmt *stmts = from_all(s, shape->from, NULL, 0, d->bits[i], &never);
        if (never) continue;
        plan->extra_goal[i] = og_goal_of(s, stmts);
        d->accept[i] = plan->has_extra = true;
    }
    for (uint32_t i = 0; i < plan->n_names && s->status == OG_OK && conditions; i++) {
        bool accept;
        const uint64_t bits = og_dfa_run(d, plan->name[i]->s, plan->name[i]->len, &accept);
        if ((bits & names_mask) != in) plan->name_goal[i] = UINT32_MAX;
    }
}

static void plan_object(og_schema *s, const og_shape *shape, og_plan *plan) {
    list_names(s, shape, plan);
    plan->name_goal = og_schema_alloc(s, (plan->n_names + 1) * sizeof *plan->name_goal);
    for (uint32_t i = 0; i < plan->n_names && s->status == OG_OK; i++) {
        bool never = false;
        const og_stmt *stmts = og_from_member(s, shape->from, plan->name[i]->s, plan->name[i]->len, &never);
        plan->name_goal[i] = never ? UINT32_MAX : og_goal_of(s, stmts);
    }
    if (s->status == OG_OK) plan_extra(s, shape, plan);
}

/* ---- arrays ---- */

static const og_jval *prefix_of(const og_jval *schema) {
    const og_jval *list = og_jval_get(schema, "prefixItems"), *items = og_jval_get(schema, "items");
    if (list && list->kind == OG_JSON_ARRAY) return list;
    return items && items->kind == OG_JSON_ARRAY ? items : NULL;
}

static const og_jval *at(const og_jval *list, uint32_t i) {
    const og_jval *e = list ? list->u.first : NULL;
    while (e && i--) e = e->next;
    return e;
}

uint32_t og_from_prefix(const og_schema *s, const og_from *from) {
    uint32_t n = 0;
    (void)s;
    for (; from; from = from->next) {
        const og_jval *list = from->kind == OG_FROM_VALUE ? from->v : from->kind == OG_FROM_SCHEMA ? prefix_of(from->v) : NULL;
        n = OG_MAX(n, from->kind == OG_FROM_NAME ? from->index + 1 : list ? list->n : 0);
    }
    return n;
}

const og_stmt *og_from_element(og_schema *s, const og_from *from, uint32_t index, bool *never) {
    const og_stmt *stmts = NULL;
    for (; from && s->status == OG_OK; from = from->next) {
        if (from->kind == OG_FROM_NAME) {
            if (from->index == index) stmts = og_stmts_join(s, from->stmts, stmts);
            continue;
        }
        const bool value = from->kind == OG_FROM_VALUE;
        const og_jval *one = at(value ? from->v : prefix_of(from->v), index);
        if (!one && value) *never = true;
        if (!one && !value) {
            const og_jval *items = og_jval_get(from->v, "items");
            one = items && items->kind == OG_JSON_ARRAY ? og_jval_get(from->v, "additionalItems") : items;
        }
        if (one) stmts = og_stmt_add(s, stmts, one, value ? OG_IS : OG_VALID);
    }
    return stmts;
}

/* An element that counts for `contains`, or, where not too many may, one that does not. */
static uint32_t element_goal(og_schema *s, const og_stmt *stmts, const og_contains *c, bool hit) {
    if (hit) return og_goal_of(s, og_stmts_join(s, c->stmts, stmts));
    if (c->max == UINT32_MAX) return og_goal_of(s, stmts);
    return og_goal_of(s, og_stmt_add(s, stmts, c->stmts->v, c->stmts->how == OG_VALID ? OG_INVALID : OG_VALID));
}

static void plan_unique(og_schema *s, og_plan *plan) {
    const uint32_t n = plan->n_prefix + 1;
    for (uint32_t i = 0; i < n && s->status == OG_OK; i++) {
        const uint32_t goal = i < plan->n_prefix ? plan->prefix[i] : plan->rest;
        if (goal == UINT32_MAX || og_goal_values(s, goal, plan)) continue;
        og_schema_fail(s, OG_ERR_UNSUPPORTED, s->root, "uniqueItems", "elements of which there is no end cannot be kept apart");
    }
    plan->value_goal = og_schema_alloc(s, (size_t)n * (plan->n_values + 1) * sizeof *plan->value_goal);
    for (uint32_t i = 0; i < n && plan->value_goal; i++)
        for (uint32_t v = 0; v < plan->n_values && s->status == OG_OK; v++) {
            const uint32_t goal = i < plan->n_prefix ? plan->prefix[i] : plan->rest;
            plan->value_goal[i * plan->n_values + v] =
                goal == UINT32_MAX ? UINT32_MAX : og_goal_of(s, og_stmt_add(s, s->goal[goal].stmts, plan->value[v], OG_IS));
        }
}

static void plan_array(og_schema *s, const og_shape *shape, og_plan *plan) {
    const og_contains *c = shape->contains;
    plan->n_prefix = og_from_prefix(s, shape->from);
    if (plan->n_prefix > OG_WORDS_MAX) {
        og_schema_fail(s, OG_ERR_UNSUPPORTED, s->root, "prefixItems", "more than %d", OG_WORDS_MAX);
        return;
    }
    const uint32_t n = plan->n_prefix + 1;
    plan->prefix = og_schema_alloc(s, n * sizeof *plan->prefix);
    plan->hit = og_schema_alloc(s, n * sizeof *plan->hit);
    plan->miss = og_schema_alloc(s, n * sizeof *plan->miss);
    if (c && (c->next || shape->unique)) {
        og_schema_fail(s, OG_ERR_UNSUPPORTED, s->root, "contains",
                       c->next ? "more than one for the same array cannot be expressed" : "with uniqueItems it cannot be expressed");
        return;
    }
    for (uint32_t i = 0; i < n && plan->miss && s->status == OG_OK; i++) {
        bool never = false;
        const og_stmt *stmts = og_from_element(s, shape->from, i, &never);
        const uint32_t goal = never ? UINT32_MAX : og_goal_of(s, stmts);
        if (i < plan->n_prefix)
            plan->prefix[i] = goal;
        else
            plan->rest = goal;
        plan->hit[i] = c && !never ? element_goal(s, stmts, c, true) : UINT32_MAX;
        plan->miss[i] = c && !never ? element_goal(s, stmts, c, false) : UINT32_MAX;
    }
    if (shape->unique && shape->max > 1 && s->status == OG_OK) plan_unique(s, plan);
}

og_plan *og_plan_make(og_schema *s, const og_shape *shape) {
    og_plan *plan = og_schema_alloc(s, sizeof *plan);
    if (!plan) return NULL;
    plan->next = s->plans;
    s->plans = plan;
    if (shape->type == OG_S_OBJECT)
        plan_object(s, shape, plan);
    else
        plan_array(s, shape, plan);
    return plan;
}
