/* globals.c: the functions that every template has. */
#include "text/jinja/rows.h"

#define G(name) og_ja og_ja_g_##name(og_ja_rt *r, og_ja self, og_ja_args *a)

G(range) {
    (void)self;
    int64_t v[3] = {0, 0, 1};
    if (a->n < 1 || a->n > 3 || a->n_kw) return og_ja_fail(r, "range takes one to three whole numbers");
    for (size_t i = 0; i < a->n; i++) {
        if (a->pos[i].type != OG_JA_INT && a->pos[i].type != OG_JA_BOOL)
            return og_ja_fail(r, "range needs whole numbers, not a %s", og_ja_type_name(a->pos[i]));
        v[a->n == 1 ? 1 : i] = a->pos[i].type == OG_JA_INT ? a->pos[i].u.i : a->pos[i].u.b;
    }
    if (v[2] == 0) return og_ja_fail(r, "range: the step is zero");
    og_ja out = og_ja_list_new(r, OG_JA_K_RANGE, 0);
    for (int64_t i = v[0]; !r->failed && (v[2] > 0 ? i < v[1] : i > v[1]);) {
        if (out.u.list->n == OG_JA_RANGE_MAX) return og_ja_fail(r, "a range may have %d items at most", OG_JA_RANGE_MAX);
        og_ja_push(r, out, og_ja_int(i));
        if (__builtin_add_overflow(i, v[2], &i)) break;
    }
    if (r->failed) return OG_JA_NIL;
    og_ja_work(r, out.u.list->n / 16);
    out.u.list->start = v[0];
    out.u.list->stop = v[1];
    out.u.list->step = v[2];
    return out;
}

G(raise_exception) {
    (void)self;
    og_ja text = a->arg[0] ? og_ja_str(r, *a->arg[0]) : og_ja_cstr("no reason given");
    r->refused = true;
    return og_ja_fail(r, "the template refuses: %.*s", (int)OG_MIN(text.n, 300u), text.n ? text.u.s : "");
}

G(strftime_now) {
    (void)self;
    return og_ja_strftime(r, og_ja_arg_str(r, a, 0, ""), r->now);
}

static og_ja make(og_ja_rt *r, uint8_t type, og_ja items, og_ja sep) {
    og_ja_cycler *c = og_ja_alloc(r, sizeof *c);
    if (!c) return OG_JA_NIL;
    *c = (og_ja_cycler){.items = items.type == OG_JA_LIST ? items.u.list : NULL, .sep = sep};
    return (og_ja){.type = type, .u.cycler = c};
}

static og_ja items_of(og_ja_rt *r, og_ja_args *a) {
    og_ja items = og_ja_list_new(r, OG_JA_K_TUPLE, a->n);
    for (size_t i = 0; i < a->n; i++) og_ja_push(r, items, a->pos[i]);
    return items;
}

G(cycler) {
    (void)self;
    if (a->n == 0) return og_ja_fail(r, "a cycler needs items");
    return make(r, OG_JA_CYCLER, items_of(r, a), OG_JA_NIL);
}

G(joiner) {
    (void)self;
    return make(r, OG_JA_JOINER, OG_JA_NIL, og_ja_arg_str(r, a, 0, ", "));
}
