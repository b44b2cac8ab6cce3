/* keywords_many.c: the keywords that speak of arrays and objects. What is asked of children stays with the schema (og_from) until a child
 * is looked at, because additionalProperties and items mean what their neighbours leave over. */
#include "text/schema/keywords.h"

#include <stdio.h>
#include <string.h>

static og_shape *with_from(og_schema *s, og_stype type, og_from from) {
    og_shape *x = og_shape_new(s, type);
    og_from *f = og_schema_alloc(s, sizeof *f);
    if (!x || !f) return NULL;
    *f = from;
    x->from = f;
    return x;
}

static bool says_nothing(const og_jval *schema) {
    return schema->kind == OG_JSON_TRUE || (schema->kind == OG_JSON_OBJECT && schema->n == 0);
}

static const og_stmt *invalid(og_schema *s, const og_jval *v) {
    return og_stmt_add(s, NULL, v, OG_INVALID);
}

/* ---- arrays ---- */

/* The list of schemas for the first elements. */
static const og_jval *prefix_of(const og_jval *schema) {
    const og_jval *list = og_jval_get(schema, "prefixItems"), *items = og_jval_get(schema, "items");
    if (list && list->kind == OG_JSON_ARRAY) return list;
    return items && items->kind == OG_JSON_ARRAY ? items : NULL;
}

static og_shape *elements(og_schema *s, const og_jval *schema) {
    return og_kw_for(s, with_from(s, OG_S_ARRAY, (og_from){.kind = OG_FROM_SCHEMA, .v = schema}), OG_S_ARRAY, true);
}

static og_shape *contains(og_schema *s, const og_stmt *stmts, uint32_t min, uint32_t max) {
    og_shape *x = og_shape_new(s, OG_S_ARRAY);
    og_contains *c = og_schema_alloc(s, sizeof *c);
    if (!x || !c) return NULL;
    *c = (og_contains){stmts, min, max, NULL};
    x->contains = c;
    return x;
}

static og_shape *prefix_refused(og_schema *s, const og_jval *list) {
    og_shape *all = NULL;
    uint32_t i = 0;
    for (const og_jval *e = list->u.first; e && s->status == OG_OK; e = e->next, i++) {
        og_shape *x = with_from(s, OG_S_ARRAY, (og_from){.kind = OG_FROM_NAME, .index = i, .stmts = invalid(s, e)});
        if (x) x->min = i + 1;
        all = og_shapes_join(x, all);
    }
    return all;
}

static og_shape *rest_refused(og_schema *s, const og_jval *schema, const og_jval *k) {
    const og_jval *list = prefix_of(schema);
    const uint32_t n = list ? list->n : 0;
    if (says_nothing(k)) return NULL;
    if (n == 0) return contains(s, invalid(s, k), 1, UINT32_MAX);
    if (k->kind != OG_JSON_FALSE) return og_kw_cannot(s, schema, k, "what is not so, behind prefixItems, cannot be expressed");
    og_shape *x = og_shape_new(s, OG_S_ARRAY);
    if (x) x->min = n + 1;
    return x;
}

og_shape *og_kw_prefix_items(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind != OG_JSON_ARRAY) return og_kw_wrong(s, schema, k, "it is not a list of schemas");
    return valid ? elements(s, schema) : prefix_refused(s, k);
}

og_shape *og_kw_items(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    const og_jval *list = og_jval_get(schema, "prefixItems");
    if (k->kind == OG_JSON_ARRAY && list) return og_kw_wrong(s, schema, k, "it is a list beside prefixItems");
    if (k->kind == OG_JSON_ARRAY) return valid ? elements(s, schema) : prefix_refused(s, k);
    if (!valid) return rest_refused(s, schema, k);
    return list ? og_shapes_any(s) : elements(s, schema); /* prefixItems has brought it */
}

og_shape *og_kw_additional_items(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    const og_jval *items = og_jval_get(schema, "items");
    if (!items || items->kind != OG_JSON_ARRAY) return valid ? og_shapes_any(s) : NULL;
    return valid ? og_shapes_any(s) : rest_refused(s, schema, k); /* items has brought it */
}

og_shape *og_kw_contains(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    uint32_t min = 1, max = UINT32_MAX;
    const og_jval *least = og_jval_get(schema, "minContains"), *most = og_jval_get(schema, "maxContains");
    if (least && !og_kw_count(s, schema, least, &min)) return NULL;
    if (most && !og_kw_count(s, schema, most, &max)) return NULL;
    const og_stmt *stmts = og_stmt_add(s, NULL, k, OG_VALID);
    if (valid && min == 0 && !most) return og_shapes_any(s);
    if (valid) return og_kw_for(s, min <= max ? contains(s, stmts, min, max) : NULL, OG_S_ARRAY, true);
    og_shape *fewer = min > 0 ? contains(s, stmts, 0, min - 1) : NULL;
    return og_shapes_join(fewer, most ? contains(s, stmts, max + 1, UINT32_MAX) : NULL);
}

og_shape *og_kw_unique_items(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind != OG_JSON_TRUE && k->kind != OG_JSON_FALSE) return og_kw_wrong(s, schema, k, "it is neither true nor false");
    if (k->kind == OG_JSON_FALSE) return valid ? og_shapes_any(s) : NULL;
    if (!valid) return og_kw_cannot(s, schema, k, "what is not so cannot be expressed");
    og_shape *x = og_shape_new(s, OG_S_ARRAY);
    if (x) x->unique = true;
    return og_kw_for(s, x, OG_S_ARRAY, true);
}

/* ---- objects ---- */

static void need(og_schema *s, og_shape *x, const char *name, uint32_t len) {
    og_name *n = og_schema_alloc(s, sizeof *n);
    if (!n || !x) return;
    *n = (og_name){name, len, x->need};
    x->need = n;
}

static og_shape *has(og_schema *s, const char *name, uint32_t len) {
    og_shape *x = og_shape_new(s, OG_S_OBJECT);
    need(s, x, name, len);
    return x;
}

static og_shape *lacks(og_schema *s, const char *name, uint32_t len) {
    return with_from(s, OG_S_OBJECT, (og_from){.kind = OG_FROM_NAME, .name = name, .len = len, .never = true});
}

/* A list of names: an object has all of them, or lacks one. */
static og_shape *names(og_schema *s, const og_jval *schema, const og_jval *k, const og_jval *list, bool valid) {
    og_shape *all = valid ? og_shape_new(s, OG_S_OBJECT) : NULL;
    if (list->kind != OG_JSON_ARRAY) return og_kw_wrong(s, schema, k, "it is not a list of names");
    for (const og_jval *v = list->u.first; v && s->status == OG_OK; v = v->next) {
        if (v->kind != OG_JSON_STRING) return og_kw_wrong(s, schema, k, "it is not a list of names");
        if (valid)
            need(s, all, v->u.s, v->n);
        else
            all = og_shapes_join(lacks(s, v->u.s, v->n), all);
    }
    return all;
}

og_shape *og_kw_required(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind == OG_JSON_TRUE || k->kind == OG_JSON_FALSE) return og_kw_wrong(s, schema, k, "it is not a list of names");
    return og_kw_for(s, names(s, schema, k, k, valid), OG_S_OBJECT, valid);
}

static og_shape *members(og_schema *s, const og_jval *schema) {
    return og_kw_for(s, with_from(s, OG_S_OBJECT, (og_from){.kind = OG_FROM_SCHEMA, .v = schema}), OG_S_OBJECT, true);
}

og_shape *og_kw_properties(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind != OG_JSON_OBJECT) return og_kw_wrong(s, schema, k, "it is not an object of schemas");
    if (valid) return members(s, schema);
    og_shape *all = NULL;
    for (const og_jval *p = k->u.first; p && s->status == OG_OK; p = p->next) {
        if (says_nothing(p)) continue;
        og_shape *x = with_from(s, OG_S_OBJECT, (og_from){.kind = OG_FROM_NAME, .name = p->key, .len = p->key_len, .stmts = invalid(s, p)});
        need(s, x, p->key, p->key_len);
        all = og_shapes_join(x, all);
    }
    return all;
}

og_shape *og_kw_pattern_properties(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind != OG_JSON_OBJECT) return og_kw_wrong(s, schema, k, "it is not an object of schemas");
    if (valid) return og_jval_get(schema, "properties") ? og_shapes_any(s) : members(s, schema);
    for (const og_jval *p = k->u.first; p; p = p->next)
        if (!says_nothing(p)) return og_kw_cannot(s, schema, k, "what is not so cannot be expressed");
    return NULL;
}

og_shape *og_kw_additional_properties(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    const bool brought = og_jval_get(schema, "properties") || og_jval_get(schema, "patternProperties");
    if (valid) return brought ? og_shapes_any(s) : members(s, schema);
    if (says_nothing(k)) return NULL;
    if (!brought && k->kind == OG_JSON_FALSE) {
        og_shape *x = og_shape_new(s, OG_S_OBJECT);
        if (x) x->min = 1;
        return x;
    }
    return og_kw_cannot(s, schema, k, "what is not so cannot be expressed");
}

og_shape *og_kw_property_names(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (says_nothing(k)) return valid ? og_shapes_any(s) : NULL;
    if (!valid) return og_kw_cannot(s, schema, k, "what is not so cannot be expressed");
    og_shape *x = og_shape_new(s, OG_S_OBJECT), *string = NULL;
    for (og_shape *n = og_expand_schema(s, k, true); n; n = n->next) {
        if (n->type != OG_S_STRING) continue;
        if (string) return og_kw_cannot(s, schema, k, "alternatives for names cannot be expressed");
        string = n;
    }
    if (!x) return NULL;
    if (!string) x->max = 0;
    if (string) x->part = string->part;
    if (string && (string->min > 0 || string->max != UINT32_MAX)) {
        char text[64];
        og_error err = {0};
        og_spart *length = og_schema_alloc(s, sizeof *length);
        if (!length) return NULL;
        int n = string->max == UINT32_MAX ? snprintf(text, sizeof text, "^[^]{%u,}$", string->min)
                                          : snprintf(text, sizeof text, "^[^]{%u,%u}$", string->min, string->max);
        if (og_regex_parse(&s->pool, text, (size_t)n, &length->nfa, &err) != OG_OK) return og_kw_cannot(s, schema, k, err.text);
        length->next = x->part;
        x->part = length;
    }
    return og_kw_for(s, x, OG_S_OBJECT, true);
}

/* Objects that have a member must have others, too, or be as another schema says. */
og_shape *og_kw_dependent(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind != OG_JSON_OBJECT) return og_kw_wrong(s, schema, k, "it is not an object");
    og_shape *all = valid ? og_shapes_any(s) : NULL;
    for (const og_jval *d = k->u.first; d && s->status == OG_OK; d = d->next) {
        og_shape *then = d->kind == OG_JSON_ARRAY ? names(s, schema, k, d, valid) : og_expand_schema(s, d, valid);
        then = og_shapes_meet(s, has(s, d->key, d->key_len), then);
        if (!valid) {
            all = og_shapes_join(then, all);
            continue;
        }
        og_shape *one = og_kw_for(s, og_shapes_join(then, lacks(s, d->key, d->key_len)), OG_S_OBJECT, true);
        all = og_shapes_meet(s, all, one);
    }
    return all;
}
