/* shape.c: shapes joined and met, and statements. */
#include "text/schema/schema.h"

#include <string.h>

og_shape *og_shape_new(og_schema *s, og_stype type) {
    if (s->status == OG_OK && ++s->n_shapes > OG_ALL_SHAPES_MAX)
        og_schema_fail(s, OG_ERR_UNSUPPORTED, s->root, NULL, "its combinations of anyOf, oneOf, not and the like are too many");
    og_shape *shape = s->status == OG_OK ? og_schema_alloc(s, sizeof *shape) : NULL;
    if (shape) *shape = (og_shape){.type = type, .max = UINT32_MAX, .bools = 3};
    return shape;
}

og_shape *og_shapes_without(og_schema *s, og_stype type) {
    og_shape *all = NULL;
    for (int t = OG_S_TYPES; t-- > 0;)
        if (t != (int)type) all = og_shapes_join(og_shape_new(s, (og_stype)t), all);
    return all;
}

og_shape *og_shapes_any(og_schema *s) {
    return og_shapes_without(s, OG_S_TYPES);
}

og_shape *og_shapes_join(og_shape *a, og_shape *b) {
    if (!a) return b;
    og_shape *last = a;
    while (last->next) last = last->next;
    last->next = b;
    return a;
}

/* A copy of list a with b behind it. */
#define JOIN(T, a, b, out)                                \
    do {                                                  \
        const T **at_ = &(out);                           \
        for (const T *x_ = (a); x_; x_ = x_->next) {      \
            T *copy_ = og_schema_alloc(s, sizeof *copy_); \
            if (!copy_) return NULL;                      \
            *copy_ = *x_;                                 \
            *at_ = copy_;                                 \
            at_ = &copy_->next;                           \
        }                                                 \
        *at_ = (b);                                       \
    } while (0)

static og_shape *meet(og_schema *s, const og_shape *a, const og_shape *b) {
    const uint32_t min = OG_MAX(a->min, b->min), max = OG_MIN(a->max, b->max);
    if (min > max || (a->bools & b->bools) == 0) return NULL;
    og_shape *m = og_shape_new(s, a->type);
    if (!m) return NULL;
    m->min = min;
    m->max = max;
    m->bools = a->bools & b->bools;
    m->unique = a->unique || b->unique;
    JOIN(og_num, a->num, b->num, m->num);
    JOIN(og_spart, a->part, b->part, m->part);
    JOIN(og_from, a->from, b->from, m->from);
    JOIN(og_name, a->need, b->need, m->need);
    JOIN(og_contains, a->contains, b->contains, m->contains);
    return m;
}

og_shape *og_shapes_meet(og_schema *s, const og_shape *a, const og_shape *b) {
    og_shape *all = NULL, **at = &all;
    uint32_t n = 0;
    for (; a; a = a->next)
        for (const og_shape *x = b; x && s->status == OG_OK; x = x->next) {
            if (x->type != a->type) continue;
            *at = meet(s, a, x);
            if (!*at) continue;
            at = &(*at)->next;
            if (++n > OG_SHAPES_MAX)
                og_schema_fail(s, OG_ERR_UNSUPPORTED, s->root, NULL, "its combinations of anyOf, oneOf, not and the like are too many");
        }
    return all;
}

const og_stmt *og_stmt_add(og_schema *s, const og_stmt *to, const og_jval *v, og_how how) {
    og_stmt *st = og_schema_alloc(s, sizeof *st);
    if (!st) return to;
    *st = (og_stmt){v, how, to};
    return st;
}

const og_stmt *og_stmts_join(og_schema *s, const og_stmt *a, const og_stmt *b) {
    const og_stmt *all = NULL;
    JOIN(og_stmt, a, b, all);
    return all;
}

/* ---- emptiness ---- */

static bool goal_empty(og_schema *s, const og_stmt *stmts, int depth) {
    const uint32_t g = og_goal_of(s, stmts);
    if (s->status != OG_OK || s->goal[g].state == 1) return false;
    og_goal_expand(s, g);
    for (const og_shape *x = s->goal[g].shapes; x; x = x->next)
        if (!og_shape_empty(s, x, depth)) return false;
    return s->status == OG_OK;
}

static bool object_empty(og_schema *s, const og_shape *shape, int depth) {
    uint32_t n = 0;
    for (const og_name *name = shape->need; name; name = name->next) {
        bool never = false, again = false;
        for (const og_name *x = shape->need; x != name && !again; x = x->next)
            again = x->len == name->len && memcmp(x->s, name->s, x->len) == 0;
        if (again) continue;
        const og_stmt *stmts = og_from_member(s, shape->from, name->s, name->len, &never);
        if (never || goal_empty(s, stmts, depth - 1)) return true;
        n++;
    }
    return n > shape->max;
}

bool og_shape_empty(og_schema *s, const og_shape *shape, int depth) {
    og_num_dfa num;
    og_dfa dfa;
    og_error err = {0};
    bool empty = false;
    if (s->status != OG_OK) return false;
    switch (shape->type) {
    case OG_S_NUMBER:
        if (!shape->num) return false;
        if (og_num_build(shape->num, &num, &err) != OG_OK) {
            og_schema_fail(s, err.status, s->root, NULL, "%s", err.text);
            return false;
        }
        empty = !num.alive[0];
        og_num_free(&num);
        return empty;
    case OG_S_STRING:
        if (!shape->part || !og_string_dfa(s, shape, &dfa)) return false;
        empty = !dfa.alive[0];
        og_dfa_free(&dfa);
        return empty;
    case OG_S_OBJECT:
        return depth > 0 && object_empty(s, shape, depth);
    case OG_S_ARRAY:
        for (uint32_t i = 0; depth > 0 && i < OG_MIN(shape->min, 8u); i++) {
            bool never = false;
            const og_stmt *stmts = og_from_element(s, shape->from, i, &never);
            if (never || goal_empty(s, stmts, depth - 1)) return true;
        }
        return false;
    default:
        return false;
    }
}
