/* keywords.c: the keywords that speak of all types, of numbers and of strings, and the table of all of them. Each function gives what the
 * keyword alone allows, or, with `valid` false, what it refuses. */
#include "text/schema/keywords.h"

#include <string.h>

og_shape *og_kw_wrong(og_schema *s, const og_jval *schema, const og_jval *k, const char *what) {
    og_schema_fail(s, OG_ERR_FORMAT, schema, k->key, "%s", what);
    return NULL;
}

og_shape *og_kw_cannot(og_schema *s, const og_jval *schema, const og_jval *k, const char *what) {
    og_schema_fail(s, OG_ERR_UNSUPPORTED, schema, k->key, "%s", what);
    return NULL;
}

og_shape *og_kw_for(og_schema *s, og_shape *shape, og_stype type, bool valid) {
    return valid ? og_shapes_join(shape, og_shapes_without(s, type)) : shape;
}

bool og_kw_count(og_schema *s, const og_jval *schema, const og_jval *k, uint32_t *out) {
    double v;
    if (!og_jval_number(k, &v) || !(v >= 0 && v <= OG_G_REPEAT_MAX) || v != (double)(uint32_t)v) {
        if (og_jval_number(k, &v) && v > OG_G_REPEAT_MAX)
            og_kw_cannot(s, schema, k, "a count past 1048576");
        else
            og_kw_wrong(s, schema, k, "it is not a whole number from 0 on");
        return false;
    }
    *out = (uint32_t)v;
    return true;
}

/* ---- types and values ---- */

static int type_bit(const og_jval *v) {
    static const char *const names[] = {"null", "boolean", "number", "string", "array", "object", "integer"};
    for (int i = 0; i < (int)OG_LEN(names); i++)
        if (og_jval_is(v, names[i])) return 1 << i;
    return 0;
}

static og_shape *kw_type(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    int types = 0;
    const bool list = k->kind == OG_JSON_ARRAY;
    for (const og_jval *t = list ? k->u.first : k; t; t = list ? t->next : NULL) {
        const int bit = type_bit(t);
        if (!bit) return og_kw_wrong(s, schema, k, "it is none of null, boolean, integer, number, string, array, object");
        types |= bit;
    }
    og_shape *all = NULL;
    for (int t = OG_S_TYPES; t-- > 0;) {
        const bool in = types >> t & 1, whole = t == OG_S_NUMBER && !in && (types >> OG_S_TYPES & 1);
        if (in != valid && !whole) continue;
        og_shape *x = og_shape_new(s, (og_stype)t);
        og_num *c = whole ? og_schema_alloc(s, sizeof *c) : NULL;
        if (x && c) {
            c->kind = valid ? OG_NUM_WHOLE : OG_NUM_NOT_WHOLE;
            x->num = c;
        }
        all = og_shapes_join(x, all);
    }
    return all;
}

/* All strings of an enum are one set: a tree of their letters. */
static og_shape *words(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    const char **word = og_schema_alloc(s, (k->n + 1) * sizeof *word);
    size_t *len = og_schema_alloc(s, (k->n + 1) * sizeof *len);
    og_spart *part = og_schema_alloc(s, sizeof *part);
    uint32_t n = 0;
    og_error err = {0};
    for (const og_jval *v = k->u.first; v && word && len; v = v->next)
        if (v->kind == OG_JSON_STRING) word[n] = v->u.s, len[n++] = v->n;
    if (n == 0 && valid) return NULL;
    og_shape *x = og_shape_new(s, OG_S_STRING);
    if (!x || !part) return NULL;
    if (og_nfa_words(&s->pool, word, len, n, &part->nfa, &err) != OG_OK) return og_kw_cannot(s, schema, k, err.text);
    part->negated = !valid;
    x->part = part;
    return valid ? x : og_shapes_join(x, og_shapes_without(s, OG_S_STRING));
}

static og_shape *kw_enum(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind != OG_JSON_ARRAY) return og_kw_wrong(s, schema, k, "it is not a list");
    og_shape *all = words(s, schema, k, valid);
    for (const og_jval *v = k->u.first; v && s->status == OG_OK; v = v->next) {
        if (v->kind == OG_JSON_STRING) continue;
        og_shape *x = og_expand_value(s, v, valid);
        all = valid ? og_shapes_join(x, all) : og_shapes_meet(s, all, x);
    }
    return all;
}

static og_shape *kw_const(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    (void)schema;
    return og_expand_value(s, k, valid);
}

/* ---- combinations ---- */

static bool is_list(og_schema *s, const og_jval *schema, const og_jval *k) {
    if (k->kind == OG_JSON_ARRAY && k->n > 0) return true;
    og_kw_wrong(s, schema, k, "it is not a list of schemas");
    return false;
}

static og_shape *kw_all(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (!is_list(s, schema, k)) return NULL;
    og_shape *all = valid ? og_shapes_any(s) : NULL;
    for (const og_jval *x = k->u.first; x && s->status == OG_OK; x = x->next) {
        og_shape *one = og_expand_schema(s, x, valid);
        all = valid ? og_shapes_meet(s, all, one) : og_shapes_join(all, one);
    }
    return all;
}

static og_shape *kw_any(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (!is_list(s, schema, k)) return NULL;
    og_shape *all = valid ? NULL : og_shapes_any(s);
    for (const og_jval *x = k->u.first; x && s->status == OG_OK; x = x->next) {
        og_shape *one = og_expand_schema(s, x, valid);
        all = valid ? og_shapes_join(all, one) : og_shapes_meet(s, all, one);
    }
    return all;
}

/* Whether a value of shape x can be of any of these shapes, too. */
static bool overlap(og_schema *s, const og_shape *x, const og_shape *others) {
    og_shape alone = *x;
    alone.next = NULL;
    for (const og_shape *m = og_shapes_meet(s, &alone, others); m; m = m->next)
        if (!og_shape_empty(s, m, 3)) return true;
    return false;
}

/* What is in one and in no other; the others are excluded where that is not the case already. */
static og_shape *exactly_one(og_schema *s, const og_jval *k) {
    og_shape *all = NULL, **of = og_schema_alloc(s, k->n * sizeof *of);
    uint32_t i = 0;
    for (const og_jval *x = k->u.first; x && of; x = x->next) of[i++] = og_expand_schema(s, x, true);
    i = 0;
    for (const og_jval *x = k->u.first; x && of && s->status == OG_OK; x = x->next, i++)
        for (const og_shape *shape = of[i]; shape && s->status == OG_OK; shape = shape->next) {
            og_shape alone = *shape, *rest;
            alone.next = NULL;
            rest = og_shapes_meet(s, &alone, og_shapes_any(s));
            uint32_t j = 0;
            for (const og_jval *y = k->u.first; y && s->status == OG_OK; y = y->next, j++)
                if (j != i && overlap(s, shape, of[j])) rest = og_shapes_meet(s, rest, og_expand_schema(s, y, false));
            all = og_shapes_join(rest, all);
        }
    return all;
}

static og_shape *kw_one(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (!is_list(s, schema, k)) return NULL;
    if (valid) return exactly_one(s, k);
    og_shape *none = og_shapes_any(s), *two = NULL; /* in none, or in two at least */
    for (const og_jval *x = k->u.first; x && s->status == OG_OK; x = x->next) {
        none = og_shapes_meet(s, none, og_expand_schema(s, x, false));
        for (const og_jval *y = x->next; y; y = y->next)
            two = og_shapes_join(og_shapes_meet(s, og_expand_schema(s, x, true), og_expand_schema(s, y, true)), two);
    }
    return og_shapes_join(none, two);
}

static og_shape *kw_not(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    (void)schema;
    return og_expand_schema(s, k, !valid);
}

static og_shape *kw_if(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    const og_jval *yes = og_jval_get(schema, "then"), *no = og_jval_get(schema, "else");
    og_shape *in = og_expand_schema(s, k, true), *out = og_expand_schema(s, k, false);
    if (yes) in = og_shapes_meet(s, in, og_expand_schema(s, yes, valid));
    if (no) out = og_shapes_meet(s, out, og_expand_schema(s, no, valid));
    if (!valid && !yes) in = NULL;
    if (!valid && !no) out = NULL;
    return og_shapes_join(in, out);
}

static og_shape *kw_ref(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    const og_jval *to = og_schema_ref(s, schema, k);
    return to ? og_expand_schema(s, to, valid) : NULL;
}

/* ---- numbers ---- */

static og_shape *number(og_schema *s, const og_jval *schema, const og_jval *k, bool valid, og_num_kind kind) {
    og_dec *x = og_schema_alloc(s, sizeof *x);
    og_num *c = og_schema_alloc(s, sizeof *c);
    double v;
    if (!x || !c) return NULL;
    if (!og_jval_number(k, &v) || (kind == OG_NUM_MULTIPLE && !(v > 0))) return og_kw_wrong(s, schema, k, "it is not such a number");
    if (!og_dec_of(k, x)) return og_kw_cannot(s, schema, k, "a number of more than 63 digits");
    *c = (og_num){.kind = kind, .x = x};
    og_shape *shape = og_shape_new(s, OG_S_NUMBER);
    og_num_dfa test;
    og_error err = {0};
    if (!shape) return NULL;
    if (og_num_build(c, &test, &err) == OG_OK) {
        og_num_free(&test);
    } else if (!og_jval_is(og_jval_get(schema, "type"), "integer")) {
        return og_kw_cannot(s, schema, k, err.text);
    }
    shape->num = c;
    return og_kw_for(s, shape, OG_S_NUMBER, valid);
}

/* Draft 4 has true and false for these: they change the other keyword. */
static bool exclusive(const og_jval *schema, const char *name) {
    const og_jval *v = og_jval_get(schema, name);
    return v && v->kind == OG_JSON_TRUE;
}

static og_shape *kw_minimum(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    const bool above = exclusive(schema, "exclusiveMinimum");
    return number(s, schema, k, valid, valid ? (above ? OG_NUM_ABOVE : OG_NUM_MIN) : (above ? OG_NUM_MAX : OG_NUM_BELOW));
}

static og_shape *kw_maximum(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    const bool below = exclusive(schema, "exclusiveMaximum");
    return number(s, schema, k, valid, valid ? (below ? OG_NUM_BELOW : OG_NUM_MAX) : (below ? OG_NUM_MIN : OG_NUM_ABOVE));
}

static og_shape *kw_exclusive_minimum(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind == OG_JSON_TRUE || k->kind == OG_JSON_FALSE) return valid ? og_shapes_any(s) : NULL;
    return number(s, schema, k, valid, valid ? OG_NUM_ABOVE : OG_NUM_MAX);
}

static og_shape *kw_exclusive_maximum(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind == OG_JSON_TRUE || k->kind == OG_JSON_FALSE) return valid ? og_shapes_any(s) : NULL;
    return number(s, schema, k, valid, valid ? OG_NUM_BELOW : OG_NUM_MIN);
}

static og_shape *kw_multiple_of(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    return number(s, schema, k, valid, valid ? OG_NUM_MULTIPLE : OG_NUM_NO_MULTIPLE);
}

/* ---- strings ---- */

static og_shape *at_least(og_schema *s, const og_jval *schema, const og_jval *k, bool valid, og_stype type) {
    uint32_t n;
    if (!og_kw_count(s, schema, k, &n) || (!valid && n == 0)) return NULL;
    og_shape *x = og_shape_new(s, type);
    if (x && valid) x->min = n;
    if (x && !valid) x->max = n - 1;
    return og_kw_for(s, x, type, valid);
}

static og_shape *at_most(og_schema *s, const og_jval *schema, const og_jval *k, bool valid, og_stype type) {
    uint32_t n;
    if (!og_kw_count(s, schema, k, &n)) return NULL;
    og_shape *x = og_shape_new(s, type);
    if (x && valid) x->max = n;
    if (x && !valid) x->min = n + 1;
    return og_kw_for(s, x, type, valid);
}

#define COUNT(name, fn, type)                                                                  \
    static og_shape *name(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) { \
        return fn(s, schema, k, valid, type);                                                  \
    }
COUNT(kw_min_length, at_least, OG_S_STRING)
COUNT(kw_max_length, at_most, OG_S_STRING)
COUNT(kw_min_items, at_least, OG_S_ARRAY)
COUNT(kw_max_items, at_most, OG_S_ARRAY)
COUNT(kw_min_properties, at_least, OG_S_OBJECT)
COUNT(kw_max_properties, at_most, OG_S_OBJECT)
#undef COUNT

static og_shape *expression(og_schema *s, const og_jval *schema, const og_jval *k, const char *text, size_t len, bool valid) {
    og_error err = {0};
    og_spart *part = og_schema_alloc(s, sizeof *part);
    og_shape *x = og_shape_new(s, OG_S_STRING);
    if (!part || !x) return NULL;
    if (og_regex_parse(&s->pool, text, len, &part->nfa, &err) != OG_OK) return og_kw_cannot(s, schema, k, err.text);
    part->negated = !valid;
    x->part = part;
    return og_kw_for(s, x, OG_S_STRING, valid);
}

static og_shape *kw_pattern(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind != OG_JSON_STRING) return og_kw_wrong(s, schema, k, "it is not a string");
    return expression(s, schema, k, k->u.s, k->n, valid);
}

static og_shape *kw_format(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind != OG_JSON_STRING) return og_kw_wrong(s, schema, k, "it is not a string");
    const char *text = og_schema_format(s, k->u.s);
    if (text && *text) return expression(s, schema, k, text, strlen(text), valid);
    if (text) return valid ? og_shapes_any(s) : NULL;
    og_schema_fail(s, OG_ERR_UNSUPPORTED, schema, "format", "\"%.60s\" is not known", k->u.s);
    return NULL;
}

/* ---- all of them ---- */

static og_shape *kw_unsupported(og_schema *s, const og_jval *schema, const og_jval *k, bool valid) {
    if (k->kind == OG_JSON_TRUE) return valid ? og_shapes_any(s) : NULL;
    return og_kw_cannot(s, schema, k, "this keyword is not supported");
}

og_shape *og_expand_keyword(og_schema *s, const og_jval *schema, const og_jval *k, bool valid, bool *applies) {
    static const struct {
        const char *name;
        og_kw_fn *fn;
    } rows[] = {
#define KEYWORD(name, fn) {name, fn},
#include "text/schema/keywords.def"
#undef KEYWORD
    };
    for (size_t i = 0; i < OG_LEN(rows); i++)
        if (k->key_len == strlen(rows[i].name) && memcmp(rows[i].name, k->key, k->key_len) == 0) {
            *applies = true;
            return rows[i].fn(s, schema, k, valid);
        }
    *applies = false; /* a description, or a word that JSON Schema leaves to others */
    return NULL;
}
