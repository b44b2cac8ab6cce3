/* expand.c: what schemas and values allow, as shapes. */
#include "text/schema/schema.h"

#include <string.h>

og_shape *og_expand_stmts(og_schema *s, const og_stmt *stmts) {
    og_shape *all = og_shapes_any(s);
    for (; stmts && s->status == OG_OK; stmts = stmts->next) {
        og_shape *x = stmts->how <= OG_INVALID ? og_expand_schema(s, stmts->v, stmts->how == OG_VALID)
                                               : og_expand_value(s, stmts->v, stmts->how == OG_IS);
        all = og_shapes_meet(s, all, x);
    }
    return s->status == OG_OK ? all : NULL;
}

og_shape *og_expand_schema(og_schema *s, const og_jval *schema, bool valid) {
    if (s->status != OG_OK) return NULL;
    if (schema->kind == OG_JSON_TRUE || schema->kind == OG_JSON_FALSE)
        return (schema->kind == OG_JSON_TRUE) == valid ? og_shapes_any(s) : NULL;
    if (schema->kind != OG_JSON_OBJECT) {
        og_schema_fail(s, OG_ERR_FORMAT, schema, NULL, "a schema is an object, true or false");
        return NULL;
    }
    if (++s->depth > OG_EXPAND_DEPTH) {
        og_schema_fail(s, OG_ERR_FORMAT, schema, NULL, "it refers to itself, so that it has no meaning, or is nested too deeply");
        return NULL;
    }
    og_shape *all = valid ? og_shapes_any(s) : NULL;
    const og_jval *ref = og_jval_get(schema, "$ref");
    const bool alone = s->old && ref && ref->kind == OG_JSON_STRING; /* before 2019-09 nothing counts beside $ref */
    for (const og_jval *k = schema->u.first; k && s->status == OG_OK; k = k->next) {
        bool applies = false;
        if (og_jval_get(schema, k->key) != k || (alone && k != ref)) continue;
        og_shape *x = og_expand_keyword(s, schema, k, valid, &applies);
        if (!applies) continue;
        all = valid ? og_shapes_meet(s, all, x) : og_shapes_join(all, x);
    }
    s->depth--;
    return s->status == OG_OK ? all : NULL;
}

/* ---- values ---- */

static og_from *from_new(og_schema *s, og_from from, og_shape *to) {
    og_from *f = og_schema_alloc(s, sizeof *f);
    if (!f || !to) return NULL;
    *f = from;
    to->from = f;
    return f;
}

static void need(og_schema *s, og_shape *shape, const og_jval *member) {
    og_name *n = og_schema_alloc(s, sizeof *n);
    if (!n || !shape) return;
    *n = (og_name){member->key, member->key_len, shape->need};
    shape->need = n;
}

static og_shape *array_value(og_schema *s, const og_jval *v, bool is) {
    og_shape *all = og_shape_new(s, OG_S_ARRAY);
    if (!all) return NULL;
    if (is) {
        all->min = all->max = v->n;
        from_new(s, (og_from){.kind = OG_FROM_VALUE, .v = v}, all);
        return all;
    }
    all->min = v->n + 1;
    og_shape *shorter = v->n ? og_shape_new(s, OG_S_ARRAY) : NULL;
    if (shorter) shorter->max = v->n - 1;
    all = og_shapes_join(all, shorter);
    uint32_t i = 0;
    for (const og_jval *e = v->u.first; e && s->status == OG_OK; e = e->next, i++) {
        og_shape *x = og_shape_new(s, OG_S_ARRAY);
        if (!x) break;
        x->min = i + 1;
        from_new(s, (og_from){.kind = OG_FROM_NAME, .index = i, .stmts = og_stmt_add(s, NULL, e, OG_IS_NOT)}, x);
        all = og_shapes_join(all, x);
    }
    return og_shapes_join(all, og_shapes_without(s, OG_S_ARRAY));
}

static og_shape *object_value(og_schema *s, const og_jval *v, bool is) {
    og_shape *all = og_shape_new(s, OG_S_OBJECT);
    uint32_t n = 0;
    for (const og_jval *m = v->u.first; m && all; m = m->next) {
        if (og_jval_get(v, m->key) != m) continue;
        n++;
        if (is) {
            need(s, all, m);
            continue;
        }
        og_shape *without = og_shape_new(s, OG_S_OBJECT), *other = og_shape_new(s, OG_S_OBJECT);
        const og_from name = {.kind = OG_FROM_NAME, .name = m->key, .len = m->key_len};
        og_from *f = from_new(s, name, without), *o = from_new(s, name, other);
        if (!f || !o) return NULL;
        f->never = true;
        o->stmts = og_stmt_add(s, NULL, m, OG_IS_NOT);
        need(s, other, m);
        all = og_shapes_join(all, og_shapes_join(without, other));
    }
    if (!all) return NULL;
    all->min = is ? n : n + 1; /* of others: more members than these */
    if (is) {
        all->max = n;
        from_new(s, (og_from){.kind = OG_FROM_VALUE, .v = v}, all);
        return all;
    }
    return og_shapes_join(all, og_shapes_without(s, OG_S_OBJECT));
}

static og_shape *number_value(og_schema *s, const og_jval *v, bool is) {
    og_dec *x = og_schema_alloc(s, sizeof *x);
    og_num *c = og_schema_alloc(s, sizeof *c);
    og_shape *all = og_shape_new(s, OG_S_NUMBER);
    if (!x || !c || !all) return NULL;
    if (!og_dec_of(v, x)) {
        og_schema_fail(s, OG_ERR_UNSUPPORTED, v, NULL, "a number of more than %d digits", OG_DEC_DIGITS - 1);
        return NULL;
    }
    *c = (og_num){.kind = is ? OG_NUM_IS : OG_NUM_IS_NOT, .x = x};
    all->num = c;
    return is ? all : og_shapes_join(all, og_shapes_without(s, OG_S_NUMBER));
}

static og_shape *string_value(og_schema *s, const og_jval *v, bool is) {
    const char *word = v->u.s;
    const size_t len = v->n;
    og_spart *part = og_schema_alloc(s, sizeof *part);
    og_shape *all = og_shape_new(s, OG_S_STRING);
    og_error err = {0};
    if (!part || !all) return NULL;
    if (og_nfa_words(&s->pool, &word, &len, 1, &part->nfa, &err) != OG_OK) {
        og_schema_fail(s, err.status, v, NULL, "%s", err.text);
        return NULL;
    }
    part->negated = !is;
    all->part = part;
    return is ? all : og_shapes_join(all, og_shapes_without(s, OG_S_STRING));
}

og_shape *og_expand_value(og_schema *s, const og_jval *v, bool is) {
    og_shape *all = NULL;
    if (s->status != OG_OK) return NULL;
    switch (v->kind) {
    case OG_JSON_NULL:
        return is ? og_shape_new(s, OG_S_NULL) : og_shapes_without(s, OG_S_NULL);
    case OG_JSON_TRUE:
    case OG_JSON_FALSE:
        all = og_shape_new(s, OG_S_BOOL);
        if (all) all->bools = (v->kind == OG_JSON_TRUE) == is ? 2 : 1;
        return is ? all : og_shapes_join(all, og_shapes_without(s, OG_S_BOOL));
    case OG_JSON_ARRAY:
        return array_value(s, v, is);
    case OG_JSON_OBJECT:
        return object_value(s, v, is);
    case OG_JSON_STRING:
        return string_value(s, v, is);
    default:
        return number_value(s, v, is);
    }
}

/* ---- $ref ---- */

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One step of a pointer, unescaped into out; the length. */
static size_t step_of(const char *p, size_t n, char *out) {
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (c == '%' && i + 2 < n && hex_digit(p[i + 1]) >= 0 && hex_digit(p[i + 2]) >= 0) {
            c = (char)(hex_digit(p[i + 1]) * 16 + hex_digit(p[i + 2]));
            i += 2;
        } else if (c == '~' && i + 1 < n && (p[i + 1] == '0' || p[i + 1] == '1')) {
            c = p[++i] == '0' ? '~' : '/';
        }
        out[len++] = c;
    }
    return len;
}

static const og_jval *child(const og_jval *v, const char *name, size_t len) {
    if (v->kind == OG_JSON_OBJECT) {
        const og_jval *found = NULL;
        for (const og_jval *m = v->u.first; m; m = m->next)
            if (m->key_len == len && memcmp(m->key, name, len) == 0) found = m;
        return found;
    }
    if (v->kind != OG_JSON_ARRAY || len == 0 || len > 9) return NULL;
    uint32_t i = 0;
    for (size_t k = 0; k < len; k++) {
        if (name[k] < '0' || name[k] > '9') return NULL;
        i = i * 10 + (uint32_t)(name[k] - '0');
    }
    const og_jval *e = v->u.first;
    while (e && i--) e = e->next;
    return e;
}

const og_jval *og_schema_ref(og_schema *s, const og_jval *schema, const og_jval *ref) {
    if (ref->kind != OG_JSON_STRING) {
        og_schema_fail(s, OG_ERR_FORMAT, schema, "$ref", "it is not a string");
        return NULL;
    }
    const char *p = ref->u.s, *end = p + ref->n;
    const og_jval *id = og_jval_get(s->root, "$id"), *at = s->root;
    if (id && id->kind == OG_JSON_STRING && id->n > 0 && ref->n >= id->n && memcmp(p, id->u.s, id->n) == 0) p += id->n;
    if (p < end && *p == '#')
        p++;
    else if (p < end || ref->n == 0) {
        og_schema_fail(s, OG_ERR_UNSUPPORTED, schema, "$ref", "\"%.100s\" is outside this document", ref->u.s);
        return NULL;
    }
    if (p < end && *p != '/') {
        og_schema_fail(s, OG_ERR_UNSUPPORTED, schema, "$ref", "\"%.100s\" is an anchor; a JSON Pointer is possible", ref->u.s);
        return NULL;
    }
    char *name = og_schema_alloc(s, ref->n + 1);
    while (name && at && p < end) {
        const char *next = memchr(p + 1, '/', (size_t)(end - p - 1));
        if (!next) next = end;
        at = child(at, name, step_of(p + 1, (size_t)(next - p - 1), name));
        p = next;
    }
    if (!at) og_schema_fail(s, OG_ERR_FORMAT, schema, "$ref", "\"%.100s\" leads nowhere", ref->u.s);
    return name ? at : NULL;
}
