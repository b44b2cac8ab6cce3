/* ops.c: Python's operators on values. */
#include <math.h>
#include <string.h>

#include "text/jinja/value.h"

const char *og_ja_type_name(og_ja v) {
    static const char *const names[] = {"undefined value", "None", "bool",  "int",      "float",  "string", "list",  "dict",
                                        "namespace",       "loop", "macro", "function", "method", "cycler", "joiner"};
    if (v.type == OG_JA_LIST && v.u.list->kind != OG_JA_K_LIST)
        return v.u.list->kind == OG_JA_K_TUPLE ? "tuple" : v.u.list->kind == OG_JA_K_RANGE ? "range" : "iterator";
    return names[v.type];
}

bool og_ja_is_number(og_ja v) {
    return v.type == OG_JA_INT || v.type == OG_JA_FLOAT || v.type == OG_JA_BOOL;
}

double og_ja_real(og_ja v) {
    return v.type == OG_JA_FLOAT ? v.u.f : v.type == OG_JA_INT ? (double)v.u.i : v.type == OG_JA_BOOL ? v.u.b : 0;
}

static int64_t whole(og_ja v) {
    return v.type == OG_JA_BOOL ? v.u.b : v.u.i;
}

bool og_ja_truth(og_ja v) {
    switch (v.type) {
    case OG_JA_UNDEFINED:
    case OG_JA_NONE:
        return false;
    case OG_JA_BOOL:
        return v.u.b;
    case OG_JA_INT:
        return v.u.i != 0;
    case OG_JA_FLOAT:
        return v.u.f != 0;
    case OG_JA_STR:
        return v.n > 0;
    case OG_JA_LIST:
        return v.u.list->kind == OG_JA_K_ITER || v.u.list->n > 0; /* an iterator does not know */
    case OG_JA_DICT:
        return v.u.dict->n > 0;
    default:
        return true;
    }
}

static og_ja missing(og_ja_rt *r, og_ja v) {
    if (v.n) return og_ja_fail(r, "'%.*s' is undefined", (int)OG_MIN(v.n, 100u), v.u.s);
    return og_ja_fail(r, "an undefined value is used");
}

/* ---- comparing ---- */

static bool equal(og_ja_rt *r, og_ja a, og_ja b, int depth);

static bool equal_lists(og_ja_rt *r, const og_ja_list *a, const og_ja_list *b, int depth) {
    if (a == b) return true;
    if (a->n != b->n || a->kind != b->kind || a->kind == OG_JA_K_ITER) return false;
    for (size_t i = 0; i < a->n; i++)
        if (!equal(r, a->v[i], b->v[i], depth + 1)) return false;
    return true;
}

static bool equal_dicts(og_ja_rt *r, const og_ja_dict *a, const og_ja_dict *b, int depth) {
    if (a == b) return true;
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++) {
        og_ja *v = og_ja_dict_get(r, b, a->e[i].key);
        if (!v || !equal(r, a->e[i].value, *v, depth + 1)) return false;
    }
    return true;
}

static bool equal(og_ja_rt *r, og_ja a, og_ja b, int depth) {
    if (a.type == OG_JA_STR) return b.type == OG_JA_STR && a.n == b.n && (!r || og_ja_work(r, a.n / 256)) && memcmp(a.u.s, b.u.s, a.n) == 0;
    if (og_ja_is_number(a)) {
        if (!og_ja_is_number(b)) return false;
        if (a.type != OG_JA_FLOAT && b.type != OG_JA_FLOAT) return whole(a) == whole(b);
        return og_ja_real(a) == og_ja_real(b);
    }
    if (a.type != b.type) return false;
    if (a.type == OG_JA_UNDEFINED || a.type == OG_JA_NONE) return true;
    if (depth > OG_JA_NEST) {
        og_ja_fail(r, "values are nested too deeply to compare");
        return false;
    }
    if (r && !og_ja_work(r, 1)) return false;
    if (a.type == OG_JA_LIST) return equal_lists(r, a.u.list, b.u.list, depth);
    if (a.type == OG_JA_DICT) return equal_dicts(r, a.u.dict, b.u.dict, depth);
    return a.u.dict == b.u.dict; /* the same object */
}

bool og_ja_equal(og_ja_rt *r, og_ja a, og_ja b) {
    return equal(r, a, b, 0);
}

static int compare(og_ja_rt *r, og_ja a, og_ja b, const char *op, int depth) {
    if (r->failed) return 2;
    if (og_ja_is_number(a) && og_ja_is_number(b)) {
        if (a.type != OG_JA_FLOAT && b.type != OG_JA_FLOAT) return (whole(a) > whole(b)) - (whole(a) < whole(b));
        double x = og_ja_real(a), y = og_ja_real(b);
        return x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
    }
    if (a.type == OG_JA_STR && b.type == OG_JA_STR) {
        if (!og_ja_work(r, OG_MIN(a.n, b.n) / 256)) return 2;
        int order = memcmp(a.u.s, b.u.s, OG_MIN(a.n, b.n));
        return order ? order < 0 ? -1 : 1 : (a.n > b.n) - (a.n < b.n);
    }
    if (a.type == OG_JA_LIST && b.type == OG_JA_LIST && a.u.list->kind == b.u.list->kind && a.u.list->kind <= OG_JA_K_TUPLE &&
        depth <= OG_JA_NEST) {
        const og_ja_list *x = a.u.list, *y = b.u.list;
        for (size_t i = 0; i < x->n && i < y->n && og_ja_work(r, 1); i++)
            if (!og_ja_equal(r, x->v[i], y->v[i])) return compare(r, x->v[i], y->v[i], op, depth + 1);
        return (x->n > y->n) - (x->n < y->n);
    }
    if (a.type == OG_JA_UNDEFINED || b.type == OG_JA_UNDEFINED)
        missing(r, a.type == OG_JA_UNDEFINED ? a : b);
    else
        og_ja_fail(r, "'%s' cannot compare a %s with a %s", op, og_ja_type_name(a), og_ja_type_name(b));
    return 2;
}

int og_ja_compare(og_ja_rt *r, og_ja a, og_ja b, const char *op) {
    return compare(r, a, b, op, 0);
}

bool og_ja_in(og_ja_rt *r, og_ja v, og_ja where) {
    if (where.type == OG_JA_STR) {
        if (v.type != OG_JA_STR) {
            og_ja_fail(r, "'in' looks for a string in a string, not for a %s", og_ja_type_name(v));
            return false;
        }
        return og_ja_work(r, where.n / 64) && og_ja_find(where, v, 0) >= 0;
    }
    if (where.type == OG_JA_DICT) return og_ja_dict_get(r, where.u.dict, v) != NULL;
    og_ja_list *list = og_ja_iter(r, where);
    for (size_t i = 0; list && i < list->n && og_ja_work(r, 1); i++)
        if (og_ja_equal(r, list->v[i], v)) return true;
    return false;
}

/* ---- arithmetic ---- */

static og_ja repeat(og_ja_rt *r, og_ja v, int64_t n) {
    if (n < 0) n = 0;
    if (v.type == OG_JA_STR) {
        og_ja_sb b;
        og_ja_sb_init(&b, r);
        for (int64_t i = 0; v.n && i < n && og_ja_work(r, 1); i++) og_ja_sb_str(&b, v);
        return og_ja_sb_done(&b);
    }
    og_ja out = og_ja_list_new(r, v.u.list->kind, 0);
    size_t count = v.u.list->n;
    for (int64_t i = 0; count && i < n && og_ja_work(r, 1); i++)
        for (size_t k = 0; k < count && og_ja_push(r, out, v.u.list->v[k]); k++) continue;
    return out;
}

static og_ja add(og_ja_rt *r, og_ja a, og_ja b) {
    if (a.type == OG_JA_STR) {
        bool safe = a.safe || b.safe;
        if (safe) {
            a = og_ja_escape(r, a);
            b = og_ja_escape(r, b);
        }
        og_ja_sb out;
        og_ja_sb_init(&out, r);
        og_ja_sb_str(&out, a);
        og_ja_sb_str(&out, b);
        og_ja v = og_ja_sb_done(&out);
        v.safe = safe;
        return v;
    }
    og_ja out = og_ja_list_new(r, a.u.list->kind, a.u.list->n + b.u.list->n);
    for (size_t i = 0; i < a.u.list->n && og_ja_push(r, out, a.u.list->v[i]); i++) continue;
    for (size_t i = 0; i < b.u.list->n && og_ja_push(r, out, b.u.list->v[i]); i++) continue;
    og_ja_work(r, (a.u.list->n + b.u.list->n) / 4);
    return out;
}

static double floor_mod(double x, double y) {
    double m = fmod(x, y);
    return m != 0 && (m < 0) != (y < 0) ? m + y : m;
}

static og_ja real_op(og_ja_rt *r, og_ja_op op, double x, double y) {
    if (y == 0 && (op == OG_JA_DIV || op == OG_JA_FLOORDIV || op == OG_JA_MOD)) return og_ja_fail(r, "division by zero");
    switch (op) {
    case OG_JA_ADD:
        return og_ja_float(x + y);
    case OG_JA_SUB:
        return og_ja_float(x - y);
    case OG_JA_MUL:
        return og_ja_float(x * y);
    case OG_JA_DIV:
        return og_ja_float(x / y);
    case OG_JA_FLOORDIV:
        return og_ja_float((x - floor_mod(x, y)) / y);
    case OG_JA_MOD:
        return og_ja_float(floor_mod(x, y));
    default:
        return og_ja_float(pow(x, y));
    }
}

static og_ja int_pow(og_ja_rt *r, int64_t x, int64_t y) {
    if (y < 0) return og_ja_float(pow((double)x, (double)y));
    int64_t v = 1;
    while (y > 0) {
        if (y & 1 && __builtin_mul_overflow(v, x, &v)) return og_ja_fail(r, "the result of ** is too large");
        y >>= 1;
        if (y && __builtin_mul_overflow(x, x, &x)) return og_ja_fail(r, "the result of ** is too large");
    }
    return og_ja_int(v);
}

static og_ja int_op(og_ja_rt *r, og_ja_op op, int64_t x, int64_t y) {
    int64_t v = 0;
    bool over = false;
    if (y == 0 && (op == OG_JA_DIV || op == OG_JA_FLOORDIV || op == OG_JA_MOD)) return og_ja_fail(r, "division by zero");
    switch (op) {
    case OG_JA_ADD:
        over = __builtin_add_overflow(x, y, &v);
        break;
    case OG_JA_SUB:
        over = __builtin_sub_overflow(x, y, &v);
        break;
    case OG_JA_MUL:
        over = __builtin_mul_overflow(x, y, &v);
        break;
    case OG_JA_DIV:
        return og_ja_float((double)x / (double)y);
    case OG_JA_FLOORDIV:
        over = x == INT64_MIN && y == -1;
        if (!over) v = x / y - (x % y != 0 && (x % y < 0) != (y < 0));
        break;
    case OG_JA_MOD:
        v = y == -1 ? 0 : x % y;
        if (v != 0 && (v < 0) != (y < 0)) v += y;
        break;
    default:
        return int_pow(r, x, y);
    }
    return over ? og_ja_fail(r, "a whole number grows past 64 bits") : og_ja_int(v);
}

og_ja og_ja_binary(og_ja_rt *r, og_ja_op op, og_ja a, og_ja b) {
    static const char *const names[] = {"+", "-", "*", "/", "//", "%", "**"};
    if (r->failed) return OG_JA_NIL;
    if (a.type == OG_JA_UNDEFINED) return missing(r, a);
    if (op == OG_JA_MOD && a.type == OG_JA_STR) return og_ja_percent(r, a, b);
    if (b.type == OG_JA_UNDEFINED) return missing(r, b);
    if (og_ja_is_number(a) && og_ja_is_number(b)) {
        if (a.type == OG_JA_FLOAT || b.type == OG_JA_FLOAT) return real_op(r, op, og_ja_real(a), og_ja_real(b));
        return int_op(r, op, whole(a), whole(b));
    }
    bool list = a.type == OG_JA_LIST && a.u.list->kind <= OG_JA_K_TUPLE;
    if (op == OG_JA_ADD && a.type == OG_JA_STR && b.type == OG_JA_STR) return add(r, a, b);
    if (op == OG_JA_ADD && list && b.type == OG_JA_LIST && a.u.list->kind == b.u.list->kind) return add(r, a, b);
    if (op == OG_JA_MUL && (a.type == OG_JA_STR || list) && (b.type == OG_JA_INT || b.type == OG_JA_BOOL)) return repeat(r, a, whole(b));
    if (op == OG_JA_MUL && (a.type == OG_JA_INT || a.type == OG_JA_BOOL) &&
        (b.type == OG_JA_STR || (b.type == OG_JA_LIST && b.u.list->kind <= OG_JA_K_TUPLE)))
        return repeat(r, b, whole(a));
    return og_ja_fail(r, "'%s' does not work on a %s and a %s", names[op], og_ja_type_name(a), og_ja_type_name(b));
}

og_ja og_ja_negate(og_ja_rt *r, og_ja v, bool minus) {
    if (v.type == OG_JA_UNDEFINED) return r->failed ? v : missing(r, v);
    if (v.type == OG_JA_FLOAT) return og_ja_float(minus ? -v.u.f : v.u.f);
    if (!og_ja_is_number(v)) return og_ja_fail(r, "a %s has no sign", og_ja_type_name(v));
    return minus ? int_op(r, OG_JA_SUB, 0, whole(v)) : og_ja_int(whole(v));
}

/* ---- containers ---- */

og_ja_list *og_ja_iter(og_ja_rt *r, og_ja v) {
    if (r->failed) return NULL;
    og_ja out;
    if (v.type == OG_JA_LIST) {
        if (v.u.list->kind != OG_JA_K_ITER) return v.u.list;
        out = og_ja_list_new(r, OG_JA_K_LIST, 0);
        if (r->failed) return NULL;
        *out.u.list = *v.u.list;
        v.u.list->n = 0; /* used up */
        v.u.list->v = NULL;
        v.u.list->cap = 0;
        return out.u.list;
    }
    out = og_ja_list_new(r, OG_JA_K_LIST, 0);
    if (v.type == OG_JA_DICT) {
        for (size_t i = 0; i < v.u.dict->n && og_ja_work(r, 1); i++) og_ja_push(r, out, v.u.dict->e[i].key);
    } else if (v.type == OG_JA_STR) {
        for (size_t at = 0, next; at < v.n && og_ja_work(r, 1); at = next) {
            next = og_ja_char_at(v, at);
            og_ja_push(r, out, og_ja_sub(v, at, next));
        }
    } else if (v.type == OG_JA_LOOP) {
        for (og_ja_loop *loop = v.u.loop; loop->at + 1 < loop->items->n && og_ja_work(r, 1); loop->at++)
            og_ja_push(r, out, og_ja_pair(r, loop->items->v[loop->at + 1], v));
    } else if (v.type != OG_JA_UNDEFINED) {
        og_ja_fail(r, "a %s cannot be iterated over", og_ja_type_name(v));
    }
    return r->failed ? NULL : out.u.list;
}

int64_t og_ja_length(og_ja_rt *r, og_ja v) {
    switch (v.type) {
    case OG_JA_UNDEFINED:
        return 0;
    case OG_JA_STR:
        return og_ja_work(r, v.n / 64) ? (int64_t)og_ja_chars(v) : -1;
    case OG_JA_DICT:
        return (int64_t)v.u.dict->n;
    case OG_JA_LIST:
        if (v.u.list->kind != OG_JA_K_ITER) return (int64_t)v.u.list->n;
        break;
    default:
        break;
    }
    og_ja_fail(r, "a %s has no length", og_ja_type_name(v));
    return -1;
}

static og_ja bound_method(og_ja_rt *r, og_ja v, const char *name, size_t n) {
    const og_ja_row *row = og_ja_find_method(v.type, name, n);
    if (!row) return og_ja_undefined(name, n);
    og_ja_method *m = og_ja_alloc(r, sizeof *m);
    if (!m) return OG_JA_NIL;
    *m = (og_ja_method){.row = row, .self = v};
    return (og_ja){.type = OG_JA_METHOD, .u.method = m};
}

og_ja og_ja_attr(og_ja_rt *r, og_ja v, const char *name, size_t n) {
    if (r->failed) return OG_JA_NIL;
    if (v.type == OG_JA_UNDEFINED) return missing(r, v);
    if (v.type == OG_JA_LOOP) return og_ja_loop_attr(r, v.u.loop, name, n);
    if (v.type == OG_JA_MACRO && n == 4 && !memcmp(name, "name", 4)) return og_ja_text(v.u.macro->node->sym->s, v.u.macro->node->sym->n);
    og_ja out = v.type == OG_JA_NAMESPACE ? og_ja_undefined(name, n) : bound_method(r, v, name, n);
    if (out.type != OG_JA_UNDEFINED || (v.type != OG_JA_DICT && v.type != OG_JA_NAMESPACE)) return out;
    og_ja *hit = og_ja_dict_at(v.u.dict, name, n);
    return hit ? *hit : out;
}

static og_ja char_item(og_ja_rt *r, og_ja s, int64_t i) {
    if (!og_ja_work(r, s.n / 64)) return OG_JA_NIL;
    if (i < 0) i += (int64_t)og_ja_chars(s);
    size_t at = 0;
    if (i < 0) return og_ja_undefined("", 0);
    for (; i > 0 && at < s.n; i--) at = og_ja_char_at(s, at);
    return at < s.n ? og_ja_sub(s, at, og_ja_char_at(s, at)) : og_ja_undefined("", 0);
}

og_ja og_ja_item(og_ja_rt *r, og_ja v, og_ja key) {
    if (r->failed) return OG_JA_NIL;
    if (v.type == OG_JA_UNDEFINED) return missing(r, v);
    if (v.type == OG_JA_DICT) {
        bool plain = key.type != OG_JA_LIST && key.type != OG_JA_DICT && key.type != OG_JA_UNDEFINED;
        og_ja *hit = plain || (key.type == OG_JA_LIST && key.u.list->kind == OG_JA_K_TUPLE) ? og_ja_dict_get(r, v.u.dict, key) : NULL;
        if (hit) return *hit;
    }
    if ((key.type == OG_JA_INT || key.type == OG_JA_BOOL) && v.type == OG_JA_LIST && v.u.list->kind != OG_JA_K_ITER) {
        int64_t i = whole(key), n = (int64_t)v.u.list->n;
        if (i < 0) i += n;
        return i >= 0 && i < n ? v.u.list->v[i] : og_ja_undefined("", 0);
    }
    if ((key.type == OG_JA_INT || key.type == OG_JA_BOOL) && v.type == OG_JA_STR) return char_item(r, v, whole(key));
    if (key.type == OG_JA_STR) return og_ja_attr(r, v, key.u.s, key.n);
    return og_ja_undefined("", 0);
}

/* Python's slice.indices. */
static bool slice_bound(og_ja_rt *r, og_ja v, int64_t n, int64_t otherwise, bool back, int64_t *out) {
    *out = otherwise;
    if (v.type == OG_JA_NONE || (v.type == OG_JA_UNDEFINED && !r->failed && v.n == 0 && !v.u.s)) return true;
    if (v.type != OG_JA_INT && v.type != OG_JA_BOOL) {
        og_ja_fail(r, "slice positions must be whole numbers or none");
        return false;
    }
    int64_t i = whole(v);
    if (i < 0) i = i < -n ? -1 : i + n;
    if (i < 0) i = back ? -1 : 0;
    if (i >= n) i = back ? n - 1 : n;
    *out = i;
    return true;
}

og_ja og_ja_slice(og_ja_rt *r, og_ja v, og_ja from, og_ja to, og_ja step) {
    int64_t by = 1, a, b;
    if (r->failed) return OG_JA_NIL;
    if (v.type == OG_JA_UNDEFINED) return missing(r, v);
    if (v.type != OG_JA_STR && (v.type != OG_JA_LIST || v.u.list->kind == OG_JA_K_ITER)) return og_ja_undefined("", 0);
    int64_t n = og_ja_length(r, v);
    if (step.type == OG_JA_INT) by = step.u.i;
    if (by == 0) return og_ja_fail(r, "a slice's step cannot be zero");
    if (!slice_bound(r, from, n, by < 0 ? n - 1 : 0, by < 0, &a) || !slice_bound(r, to, n, by < 0 ? -1 : n, by < 0, &b)) return OG_JA_NIL;
    if (v.type == OG_JA_STR && by == 1) {
        size_t at = 0, start;
        for (int64_t i = 0; i < a; i++) at = og_ja_char_at(v, at);
        start = at;
        for (int64_t i = a; i < b; i++) at = og_ja_char_at(v, at);
        return og_ja_sub(v, start, at);
    }
    bool text = v.type == OG_JA_STR;
    og_ja_list *list = og_ja_iter(r, v);
    og_ja out = og_ja_list_new(r, text || v.u.list->kind != OG_JA_K_TUPLE ? OG_JA_K_LIST : OG_JA_K_TUPLE, 0);
    og_ja_sb chars;
    og_ja_sb_init(&chars, r);
    while (list && (by > 0 ? a < b : a > b) && og_ja_work(r, 1)) {
        if (text)
            og_ja_sb_str(&chars, list->v[a]);
        else
            og_ja_push(r, out, list->v[a]);
        if (__builtin_add_overflow(a, by, &a)) break;
    }
    return text ? og_ja_sb_done(&chars) : out;
}
