/* methods_data.c: methods of lists, dicts and loops. */
#include <string.h>

#include "text/jinja/rows.h"

#define M(name) og_ja og_ja_m_##name(og_ja_rt *r, og_ja self, og_ja_args *a)

static bool is_list(og_ja_rt *r, og_ja v) {
    if (v.u.list->kind == OG_JA_K_LIST) return true;
    og_ja_fail(r, "a %s cannot be changed", og_ja_type_name(v));
    return false;
}

M(append) {
    if (is_list(r, self)) og_ja_push(r, self, *a->arg[0]);
    return og_ja_none();
}

M(extend) {
    og_ja_list *more = is_list(r, self) ? og_ja_iter(r, *a->arg[0]) : NULL;
    size_t n = more ? more->n : 0; /* a list may be extended by itself */
    for (size_t i = 0; i < n && og_ja_work(r, 1); i++) og_ja_push(r, self, more->v[i]);
    return og_ja_none();
}

M(insert) {
    int64_t at = og_ja_arg_int(r, a, 0, 0), n = (int64_t)self.u.list->n;
    if (r->failed || !is_list(r, self) || !og_ja_push(r, self, *a->arg[1])) return og_ja_none();
    if (at < 0) at = OG_MAX(at + n, 0);
    og_ja *v = self.u.list->v;
    og_ja_work(r, (uint64_t)n / 16);
    if (at < n) {
        memmove(v + at + 1, v + at, (size_t)(n - at) * sizeof *v);
        v[at] = *a->arg[1];
    }
    return og_ja_none();
}

static void take_out(og_ja_rt *r, og_ja_list *list, size_t at) {
    memmove(list->v + at, list->v + at + 1, (list->n - at - 1) * sizeof *list->v);
    list->n--;
    og_ja_work(r, list->n / 16);
}

M(list_pop) {
    int64_t n = (int64_t)self.u.list->n, at = og_ja_arg_int(r, a, 0, -1);
    if (at < 0) at += n;
    if (r->failed || !is_list(r, self)) return OG_JA_NIL;
    if (at < 0 || at >= n) return og_ja_fail(r, "pop: the list has no such item");
    og_ja v = self.u.list->v[at];
    take_out(r, self.u.list, (size_t)at);
    return v;
}

static int64_t list_find(og_ja_rt *r, og_ja self, og_ja v) {
    for (size_t i = 0; i < self.u.list->n && og_ja_work(r, 1); i++)
        if (og_ja_equal(r, self.u.list->v[i], v)) return (int64_t)i;
    return -1;
}

M(remove) {
    int64_t at = is_list(r, self) ? list_find(r, self, *a->arg[0]) : -1;
    if (at < 0) return og_ja_fail(r, "remove: the list has no such item");
    take_out(r, self.u.list, (size_t)at);
    return og_ja_none();
}

M(list_index) {
    int64_t at = list_find(r, self, *a->arg[0]);
    return at < 0 ? og_ja_fail(r, "index: the list has no such item") : og_ja_int(at);
}

M(list_count) {
    int64_t n = 0;
    for (size_t i = 0; i < self.u.list->n && og_ja_work(r, 1); i++) n += og_ja_equal(r, self.u.list->v[i], *a->arg[0]);
    return og_ja_int(n);
}

M(list_clear) {
    (void)a;
    if (is_list(r, self)) self.u.list->n = 0;
    return og_ja_none();
}

M(list_copy) {
    return og_ja_f_list(r, self, a);
}

M(list_reverse) {
    (void)a;
    og_ja_list *list = self.u.list;
    if (!is_list(r, self) || !og_ja_work(r, list->n / 16)) return og_ja_none();
    for (size_t i = 0, j = list->n; i + 1 < j; i++) {
        og_ja v = list->v[i];
        list->v[i] = list->v[--j];
        list->v[j] = v;
    }
    return og_ja_none();
}

/* ---- dicts ---- */

M(get) {
    og_ja *hit = og_ja_dict_get(r, self.u.dict, *a->arg[0]);
    return hit ? *hit : a->arg[1] ? *a->arg[1] : og_ja_none();
}

M(items) {
    og_ja out = og_ja_f_items(r, self, a);
    if (out.type == OG_JA_LIST) out.u.list->kind = OG_JA_K_LIST;
    return out;
}

M(keys) {
    (void)a;
    og_ja_list *list = og_ja_iter(r, self);
    return list ? (og_ja){.type = OG_JA_LIST, .u.list = list} : OG_JA_NIL;
}

M(values) {
    (void)a;
    og_ja out = og_ja_list_new(r, OG_JA_K_LIST, self.u.dict->n);
    for (size_t i = 0; i < self.u.dict->n && og_ja_work(r, 1); i++) og_ja_push(r, out, self.u.dict->e[i].value);
    return out;
}

M(dict_pop) {
    og_ja *hit = og_ja_dict_get(r, self.u.dict, *a->arg[0]);
    if (!hit) return a->arg[1] ? *a->arg[1] : og_ja_fail(r, "pop: the dict has no such key");
    og_ja v = *hit;
    og_ja_dict_remove(r, self.u.dict, *a->arg[0]);
    return v;
}

M(setdefault) {
    og_ja *hit = og_ja_dict_get(r, self.u.dict, *a->arg[0]), v = hit ? *hit : a->arg[1] ? *a->arg[1] : og_ja_none();
    if (!hit) og_ja_dict_set(r, self.u.dict, *a->arg[0], v);
    return v;
}

static void merge(og_ja_rt *r, og_ja_dict *d, og_ja_args *a) {
    if (a->n > 1) og_ja_fail(r, "a dict is made from one value at most");
    if (a->n == 1 && a->pos[0].type == OG_JA_DICT) {
        og_ja_dict *from = a->pos[0].u.dict;
        for (size_t i = 0, n = from->n; i < n && og_ja_work(r, 1); i++) og_ja_dict_set(r, d, from->e[i].key, from->e[i].value);
    } else if (a->n == 1) {
        og_ja_list *pairs = og_ja_iter(r, a->pos[0]);
        for (size_t i = 0; pairs && i < pairs->n && og_ja_work(r, 1); i++) {
            og_ja_list *pair = og_ja_iter(r, pairs->v[i]);
            if (pair && pair->n != 2) og_ja_fail(r, "a dict is made from pairs");
            if (!r->failed) og_ja_dict_set(r, d, pair->v[0], pair->v[1]);
        }
    }
    for (size_t i = 0; i < a->n_kw && !r->failed; i++) og_ja_dict_set(r, d, a->names[i], a->kw[i]);
}

M(update) {
    merge(r, self.u.dict, a);
    return og_ja_none();
}

M(dict_copy) {
    (void)a;
    og_ja out = og_ja_dict_new(r);
    og_ja_args from = {.pos = &self, .n = 1};
    if (!r->failed) merge(r, out.u.dict, &from);
    return out;
}

og_ja og_ja_g_dict(og_ja_rt *r, og_ja self, og_ja_args *a) {
    (void)self;
    og_ja out = og_ja_dict_new(r);
    if (!r->failed) merge(r, out.u.dict, a);
    return out;
}

og_ja og_ja_g_namespace(og_ja_rt *r, og_ja self, og_ja_args *a) {
    og_ja out = og_ja_g_dict(r, self, a);
    if (!r->failed) out.type = OG_JA_NAMESPACE;
    return out;
}

/* ---- loops ---- */

M(changed) {
    og_ja_loop *loop = self.u.loop;
    og_ja now = og_ja_list_new(r, OG_JA_K_TUPLE, a->n);
    for (size_t i = 0; i < a->n; i++) og_ja_push(r, now, a->pos[i]);
    bool changed = !loop->has_last || !og_ja_equal(r, loop->last, now);
    loop->has_last = !r->failed;
    loop->last = now;
    return og_ja_bool(changed);
}

M(loop_cycle) {
    if (a->n == 0) return og_ja_fail(r, "loop.cycle needs items");
    return a->pos[self.u.loop->at % a->n];
}

/* ---- cyclers: next() is what a call is ---- */

M(cycler_next) {
    return og_ja_call(r, self, a);
}

M(cycler_reset) {
    (void)r;
    (void)a;
    self.u.cycler->at = 0;
    return og_ja_none();
}
