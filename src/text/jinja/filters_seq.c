/* filters_seq.c: filters on sequences. Those that are generators in Python give an iterator, which is gone once used. */
#include <stdlib.h>
#include <string.h>

#include "text/jinja/rows.h"

#define F(name) og_ja og_ja_f_##name(og_ja_rt *r, og_ja self, og_ja_args *a)

F(default) {
    if (self.type != OG_JA_UNDEFINED && (!og_ja_arg_bool(a, 1, false) || og_ja_truth(self))) return self;
    (void)r;
    return a->arg[0] ? *a->arg[0] : og_ja_cstr("");
}

F(length) {
    (void)a;
    return og_ja_int(og_ja_length(r, self));
}

F(first) {
    (void)a;
    if (self.type == OG_JA_LIST && self.u.list->n) {
        og_ja v = self.u.list->v[0];
        if (self.u.list->kind == OG_JA_K_ITER) {
            self.u.list->v++;
            self.u.list->n--;
            self.u.list->cap--;
        }
        return v;
    }
    og_ja_list *list = og_ja_iter(r, self);
    return list && list->n ? list->v[0] : og_ja_undefined("first of nothing", 16);
}

F(last) {
    (void)a;
    og_ja_list *list = og_ja_iter(r, self);
    return list && list->n ? list->v[list->n - 1] : og_ja_undefined("last of nothing", 15);
}

F(list) {
    (void)a;
    og_ja_list *from = og_ja_iter(r, self);
    og_ja out = og_ja_list_new(r, OG_JA_K_LIST, from ? from->n : 0);
    for (size_t i = 0; from && i < from->n && og_ja_work(r, 1); i++) og_ja_push(r, out, from->v[i]);
    return out;
}

F(reverse) {
    (void)a;
    og_ja_list *from = og_ja_iter(r, self);
    og_ja out = og_ja_list_new(r, OG_JA_K_ITER, from ? from->n : 0);
    for (size_t i = from ? from->n : 0; i-- > 0 && og_ja_work(r, 1);) og_ja_push(r, out, from->v[i]);
    if (self.type != OG_JA_STR) return out;
    return og_ja_join(r, out.type == OG_JA_LIST ? out.u.list : NULL, og_ja_cstr(""));
}

og_ja og_ja_join(og_ja_rt *r, const og_ja_list *list, og_ja sep) {
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    for (size_t i = 0; list && i < list->n && og_ja_work(r, 1); i++) {
        if (i) og_ja_sb_str(&b, sep);
        og_ja_sb_str(&b, og_ja_str(r, list->v[i]));
    }
    return og_ja_sb_done(&b);
}

F(join) {
    og_ja_list *list = og_ja_iter(r, self);
    og_ja sep = a->arg[0] ? og_ja_str(r, *a->arg[0]) : og_ja_cstr("");
    if (!list || !og_ja_given(a, 1)) return og_ja_join(r, list, sep);
    og_ja parts = og_ja_list_new(r, OG_JA_K_LIST, list->n);
    for (size_t i = 0; i < list->n && !r->failed; i++) og_ja_push(r, parts, og_ja_path(r, list->v[i], *a->arg[1]));
    return r->failed ? OG_JA_NIL : og_ja_join(r, parts.u.list, sep);
}

F(items) {
    (void)a;
    og_ja out = og_ja_list_new(r, OG_JA_K_ITER, 0);
    if (self.type == OG_JA_UNDEFINED) return out;
    if (self.type != OG_JA_DICT) return og_ja_fail(r, "items needs a dict, not a %s", og_ja_type_name(self));
    for (size_t i = 0; i < self.u.dict->n && og_ja_work(r, 1); i++)
        og_ja_push(r, out, og_ja_pair(r, self.u.dict->e[i].key, self.u.dict->e[i].value));
    return out;
}

F(attr) {
    og_ja name = og_ja_arg_str(r, a, 0, "");
    if (r->failed || self.type == OG_JA_DICT) { /* attributes only: an entry of a dict is none */
        const og_ja_row *row = r->failed ? NULL : og_ja_find_method(OG_JA_DICT, name.u.s, name.n);
        if (!row) return og_ja_undefined(name.u.s, name.n);
    }
    return og_ja_attr(r, self, name.u.s, name.n);
}

/* ---- map and select ---- */

/* As jinja2, they take whatever is false for an empty sequence. */
static og_ja_list *iter_if_true(og_ja_rt *r, og_ja v) {
    return og_ja_truth(v) ? og_ja_iter(r, v) : NULL;
}

static const og_ja *named(const og_ja_args *a, const char *name) {
    for (size_t i = 0; i < a->n_kw; i++)
        if (og_ja_is(a->names[i], name)) return &a->kw[i];
    return NULL;
}

F(map) {
    const og_ja *attribute = named(a, "attribute"), *otherwise = named(a, "default");
    if (!attribute && (a->n == 0 || a->pos[0].type != OG_JA_STR)) return og_ja_fail(r, "map needs a filter's name or attribute=");
    og_ja_list *from = iter_if_true(r, self);
    og_ja out = og_ja_list_new(r, OG_JA_K_ITER, 0);
    for (size_t i = 0; from && i < from->n && !r->failed; i++) {
        og_ja v;
        if (attribute && a->n == 0) {
            v = og_ja_path(r, from->v[i], *attribute);
            if (v.type == OG_JA_UNDEFINED && otherwise) v = *otherwise;
        } else {
            og_ja_args rest = {.pos = a->pos + 1, .n = a->n - 1, .names = a->names, .kw = a->kw, .n_kw = a->n_kw};
            v = og_ja_filter(r, a->pos[0].u.s, a->pos[0].n, from->v[i], &rest);
        }
        og_ja_push(r, out, v);
    }
    return out;
}

/* select, reject, selectattr and rejectattr: `by_attr` takes the attribute's name first, then a test and its arguments. */
static og_ja filtered(og_ja_rt *r, og_ja self, og_ja_args *a, bool by_attr, bool keep) {
    size_t skip = by_attr ? 1 : 0;
    if (by_attr && a->n == 0) return og_ja_fail(r, "selectattr and rejectattr need an attribute's name");
    if (a->n > skip && a->pos[skip].type != OG_JA_STR) return og_ja_fail(r, "the name of a test must be a string");
    og_ja_list *from = iter_if_true(r, self);
    og_ja out = og_ja_list_new(r, OG_JA_K_ITER, 0);
    for (size_t i = 0; from && i < from->n && og_ja_work(r, 1); i++) {
        og_ja v = by_attr ? og_ja_path(r, from->v[i], a->pos[0]) : from->v[i];
        bool hit;
        if (a->n > skip) {
            og_ja_args rest = {.pos = a->pos + skip + 1, .n = a->n - skip - 1, .names = a->names, .kw = a->kw, .n_kw = a->n_kw};
            hit = og_ja_test(r, a->pos[skip].u.s, a->pos[skip].n, v, &rest);
        } else {
            hit = og_ja_truth(v);
        }
        if (hit == keep) og_ja_push(r, out, from->v[i]);
    }
    return out;
}

F(select) {
    return filtered(r, self, a, false, true);
}

F(reject) {
    return filtered(r, self, a, false, false);
}

F(selectattr) {
    return filtered(r, self, a, true, true);
}

F(rejectattr) {
    return filtered(r, self, a, true, false);
}

/* ---- order ---- */

/* What an item is ordered by: one attribute or several apart by commas, without case unless asked. */
static og_ja sort_key(og_ja_rt *r, og_ja v, const og_ja *attribute, bool cased) {
    if (attribute && attribute->type == OG_JA_STR && og_ja_find(*attribute, og_ja_cstr(","), 0) >= 0) {
        og_ja keys = og_ja_list_new(r, OG_JA_K_TUPLE, 0);
        for (size_t at = 0; at <= attribute->n && !r->failed;) {
            int64_t comma = og_ja_find(*attribute, og_ja_cstr(","), at);
            size_t end = comma < 0 ? attribute->n : (size_t)comma;
            og_ja part = og_ja_sub(*attribute, at, end);
            og_ja_push(r, keys, sort_key(r, v, &part, cased));
            at = end + 1;
        }
        return keys;
    }
    if (attribute) v = og_ja_path(r, v, *attribute);
    return v.type == OG_JA_STR && !cased ? og_ja_lower(r, v) : v;
}

typedef struct keyed {
    og_ja key, v;
} keyed;

static bool before(og_ja_rt *r, const keyed *x, const keyed *y, bool reverse) {
    if (x->key.type == OG_JA_UNDEFINED && y->key.type == OG_JA_UNDEFINED) return false;
    return og_ja_compare(r, x->key, y->key, "<") == (reverse ? 1 : -1);
}

/* A stable merge sort, which never compares more than it must and stops at the first pair that has no order. */
static void merge_sort(og_ja_rt *r, keyed *v, keyed *tmp, size_t n, bool reverse) {
    for (size_t width = 1; width < n; width *= 2)
        for (size_t lo = 0; lo + width < n && !r->failed; lo += 2 * width) {
            size_t mid = lo + width, hi = OG_MIN(mid + width, n), i = lo, j = mid, k = lo;
            while (i < mid && j < hi && og_ja_work(r, 1)) tmp[k++] = before(r, &v[j], &v[i], reverse) ? v[j++] : v[i++];
            while (i < mid) tmp[k++] = v[i++];
            while (j < hi) tmp[k++] = v[j++];
            memcpy(v + lo, tmp + lo, (hi - lo) * sizeof *v);
        }
}

static og_ja sorted(og_ja_rt *r, const og_ja_list *list, const og_ja *attribute, bool cased, bool reverse) {
    og_ja out = og_ja_list_new(r, OG_JA_K_LIST, list->n);
    keyed *v = og_ja_alloc(r, (list->n + 1) * sizeof *v), *tmp = og_ja_alloc(r, (list->n + 1) * sizeof *tmp);
    if (!v || !tmp) return OG_JA_NIL;
    for (size_t i = 0; i < list->n && !r->failed; i++) v[i] = (keyed){sort_key(r, list->v[i], attribute, cased), list->v[i]};
    merge_sort(r, v, tmp, list->n, reverse);
    for (size_t i = 0; i < list->n && !r->failed; i++) og_ja_push(r, out, v[i].v);
    return out;
}

static const og_ja *given(const og_ja_args *a, int i) {
    return og_ja_given(a, i) ? a->arg[i] : NULL;
}

F(sort) {
    og_ja_list *list = og_ja_iter(r, self);
    return list ? sorted(r, list, given(a, 2), og_ja_arg_bool(a, 1, false), og_ja_arg_bool(a, 0, false)) : OG_JA_NIL;
}

F(dictsort) {
    if (self.type != OG_JA_DICT) return og_ja_fail(r, "dictsort needs a dict, not a %s", og_ja_type_name(self));
    og_ja by = og_ja_arg_str(r, a, 1, "key"), at = og_ja_int(og_ja_is(by, "value")), pairs = og_ja_f_items(r, self, a);
    if (!og_ja_is(by, "key") && !og_ja_is(by, "value")) return og_ja_fail(r, "dictsort orders by 'key' or 'value'");
    return r->failed ? OG_JA_NIL : sorted(r, pairs.u.list, &at, og_ja_arg_bool(a, 0, false), og_ja_arg_bool(a, 2, false));
}

static og_ja extreme(og_ja_rt *r, og_ja self, og_ja_args *a, int side) {
    og_ja_list *list = og_ja_iter(r, self);
    if (!list || list->n == 0) return og_ja_undefined("an empty sequence", 17);
    og_ja best = list->v[0], best_key = sort_key(r, best, given(a, 1), og_ja_arg_bool(a, 0, false));
    for (size_t i = 1; i < list->n && og_ja_work(r, 1); i++) {
        og_ja key = sort_key(r, list->v[i], given(a, 1), og_ja_arg_bool(a, 0, false));
        if (og_ja_compare(r, key, best_key, side < 0 ? "<" : ">") != side) continue;
        best = list->v[i];
        best_key = key;
    }
    return best;
}

F(min) {
    return extreme(r, self, a, -1);
}

F(max) {
    return extreme(r, self, a, 1);
}

F(unique) {
    og_ja_list *list = og_ja_iter(r, self);
    og_ja out = og_ja_list_new(r, OG_JA_K_ITER, 0), seen = og_ja_dict_new(r);
    for (size_t i = 0; list && i < list->n && og_ja_work(r, 1); i++) {
        og_ja key = sort_key(r, list->v[i], given(a, 1), og_ja_arg_bool(a, 0, false));
        if (r->failed || og_ja_dict_get(r, seen.u.dict, key)) continue;
        og_ja_dict_set(r, seen.u.dict, key, og_ja_none());
        og_ja_push(r, out, list->v[i]);
    }
    return out;
}

F(groupby) {
    og_ja_list *list = og_ja_iter(r, self);
    og_ja out = og_ja_list_new(r, OG_JA_K_LIST, 0);
    bool cased = og_ja_arg_bool(a, 2, false);
    if (!list) return OG_JA_NIL;
    og_ja with = og_ja_list_new(r, OG_JA_K_LIST, list->n), zero = og_ja_int(0), last = OG_JA_NIL, group = OG_JA_NIL;
    for (size_t i = 0; i < list->n && !r->failed; i++) {
        og_ja key = og_ja_path(r, list->v[i], *a->arg[0]);
        if (key.type == OG_JA_UNDEFINED && a->arg[1]) key = *a->arg[1];
        og_ja_push(r, with, og_ja_pair(r, key, list->v[i]));
    }
    if (r->failed) return OG_JA_NIL;
    og_ja order = sorted(r, with.u.list, &zero, cased, false);
    for (size_t i = 0; !r->failed && i < order.u.list->n; i++) {
        og_ja *pair = order.u.list->v[i].u.list->v, key = sort_key(r, pair[0], NULL, cased);
        if (i == 0 || !og_ja_equal(r, key, last)) {
            group = og_ja_list_new(r, OG_JA_K_LIST, 0);
            og_ja_push(r, out, og_ja_pair(r, pair[0], group));
            last = key;
        }
        og_ja_push(r, group, pair[1]);
    }
    return out;
}

/* ---- parts ---- */

F(batch) {
    og_ja_list *list = og_ja_iter(r, self);
    int64_t size = og_ja_arg_int(r, a, 0, 1);
    if (size < 1 || size > OG_JA_RANGE_MAX) return og_ja_fail(r, "batch needs a size of at least 1");
    og_ja out = og_ja_list_new(r, OG_JA_K_ITER, 0), part = OG_JA_NIL;
    for (size_t i = 0; list && i < list->n && og_ja_work(r, 1); i++) {
        if (i % (size_t)size == 0) {
            part = og_ja_list_new(r, OG_JA_K_LIST, 0);
            og_ja_push(r, out, part);
        }
        og_ja_push(r, part, list->v[i]);
    }
    while (!r->failed && og_ja_given(a, 1) && part.type == OG_JA_LIST && part.u.list->n < (size_t)size) og_ja_push(r, part, *a->arg[1]);
    return out;
}

F(slice) {
    og_ja_list *list = og_ja_iter(r, self);
    int64_t slices = og_ja_arg_int(r, a, 0, 1);
    if (slices < 1 || slices > OG_JA_RANGE_MAX) return og_ja_fail(r, "slice needs a number of at least 1");
    og_ja out = og_ja_list_new(r, OG_JA_K_ITER, 0);
    size_t per = list ? list->n / (size_t)slices : 0, longer = list ? list->n % (size_t)slices : 0, at = 0;
    for (size_t i = 0; list && i < (size_t)slices && og_ja_work(r, 1); i++) {
        og_ja part = og_ja_list_new(r, OG_JA_K_LIST, 0);
        for (size_t k = 0; k < per + (i < longer); k++) og_ja_push(r, part, list->v[at++]);
        if (i >= longer && og_ja_given(a, 1)) og_ja_push(r, part, *a->arg[1]);
        og_ja_push(r, out, part);
    }
    return out;
}

F(sum) {
    og_ja_list *list = og_ja_iter(r, self);
    og_ja total = a->arg[1] ? *a->arg[1] : og_ja_int(0);
    for (size_t i = 0; list && i < list->n && og_ja_work(r, 1); i++)
        total = og_ja_binary(r, OG_JA_ADD, total, og_ja_given(a, 0) ? og_ja_path(r, list->v[i], *a->arg[0]) : list->v[i]);
    return total;
}
