/* call.c: calling things: filters, tests, methods and globals by their rows, macros, loops. */
#include <stdio.h>
#include <string.h>

#include "text/jinja/rows.h"

static const og_ja_row filters[] = {
#define FILTER(name, fn, params) {name, og_ja_f_##fn, params, 0},
#include "text/jinja/filters.def"
#undef FILTER
};
static const og_ja_row tests[] = {
#define TEST(name, fn, params) {name, og_ja_t_##fn, params, 0},
#include "text/jinja/tests.def"
#undef TEST
};
static const og_ja_row methods[] = {
#define METHOD(type, name, fn, params) {name, og_ja_m_##fn, params, OG_JA_##type},
#include "text/jinja/methods.def"
#undef METHOD
};
static const og_ja_row globals[] = {
#define GLOBAL(name, fn, params) {name, og_ja_g_##fn, params, 0},
#include "text/jinja/globals.def"
#undef GLOBAL
};

static const og_ja_row *find(const og_ja_row *rows, size_t n_rows, uint8_t type, const char *name, size_t n) {
    for (size_t i = 0; i < n_rows; i++)
        if (rows[i].type == type && strlen(rows[i].name) == n && memcmp(rows[i].name, name, n) == 0) return &rows[i];
    return NULL;
}

const og_ja_row *og_ja_find_method(uint8_t type, const char *name, size_t n) {
    return find(methods, OG_LEN(methods), type, name, n);
}

const og_ja_row *og_ja_find_global(const char *name, size_t n) {
    return find(globals, OG_LEN(globals), 0, name, n);
}

bool og_ja_has_filter(const char *name, size_t n) {
    return find(filters, OG_LEN(filters), 0, name, n) != NULL;
}

bool og_ja_has_test(const char *name, size_t n) {
    return find(tests, OG_LEN(tests), 0, name, n) != NULL;
}

/* Puts the arguments at the places of the row's parameters. */
static bool bind(og_ja_rt *r, const og_ja_row *row, og_ja_args *a) {
    memset(a->arg, 0, sizeof a->arg);
    if (strcmp(row->params, "*") == 0) return true;
    size_t used = 0, i = 0;
    for (const char *p = row->params; *p; i++) {
        size_t len = strcspn(p, " "), name = len - (p[len - 1] == '!');
        if (i < a->n) a->arg[i] = &a->pos[i];
        for (size_t k = 0; k < a->n_kw; k++) {
            if (a->names[k].n != name || memcmp(a->names[k].u.s, p, name) != 0) continue;
            if (a->arg[i]) og_ja_fail(r, "%s: the argument '%.*s' is given twice", row->name, (int)name, p);
            a->arg[i] = &a->kw[k];
            used++;
        }
        if (!a->arg[i] && name != len) og_ja_fail(r, "%s: the argument '%.*s' is missing", row->name, (int)name, p);
        p += len + strspn(p + len, " ");
    }
    if (a->n > i) og_ja_fail(r, "%s takes %zu arguments at most, not %zu", row->name, i, a->n);
    if (used < a->n_kw) og_ja_fail(r, "%s: an argument by a name that it does not know", row->name);
    return !r->failed;
}

og_ja og_ja_call_row(og_ja_rt *r, const og_ja_row *row, og_ja self, og_ja_args *a) {
    if (!og_ja_enter(r)) return OG_JA_NIL;
    og_ja v = bind(r, row, a) ? row->fn(r, self, a) : OG_JA_NIL;
    og_ja_leave(r);
    return v;
}

og_ja og_ja_filter(og_ja_rt *r, const char *name, size_t n, og_ja self, og_ja_args *a) {
    const og_ja_row *row = find(filters, OG_LEN(filters), 0, name, n);
    if (!row) return og_ja_fail(r, "there is no filter '%.*s'", (int)OG_MIN(n, (size_t)60), name);
    return og_ja_call_row(r, row, self, a);
}

bool og_ja_test(og_ja_rt *r, const char *name, size_t n, og_ja self, og_ja_args *a) {
    const og_ja_row *row = find(tests, OG_LEN(tests), 0, name, n);
    if (!row) og_ja_fail(r, "there is no test '%.*s'", (int)OG_MIN(n, (size_t)60), name);
    return row && og_ja_truth(og_ja_call_row(r, row, self, a));
}

static og_ja cycle(og_ja_rt *r, og_ja_cycler *c) {
    if (c->items->n == 0) return og_ja_fail(r, "a cycler without items");
    og_ja v = c->items->v[c->at];
    c->at = (c->at + 1) % c->items->n;
    return v;
}

og_ja og_ja_call(og_ja_rt *r, og_ja fn, og_ja_args *a) {
    bool used;
    if (r->failed) return OG_JA_NIL;
    switch (fn.type) {
    case OG_JA_BUILTIN:
        return og_ja_call_row(r, fn.u.row, OG_JA_NIL, a);
    case OG_JA_METHOD:
        return og_ja_call_row(r, fn.u.method->row, fn.u.method->self, a);
    case OG_JA_MACRO:
        return og_ja_call_macro(r, fn.u.macro, a);
    case OG_JA_LOOP:
        return og_ja_call_loop(r, fn.u.loop, a);
    case OG_JA_CYCLER:
        return cycle(r, fn.u.cycler);
    case OG_JA_JOINER:
        used = fn.u.cycler->used;
        fn.u.cycler->used = true;
        return used ? fn.u.cycler->sep : og_ja_cstr("");
    case OG_JA_UNDEFINED:
        return og_ja_fail(r, "'%.*s' is undefined and cannot be called", (int)OG_MIN(fn.n, 100u), fn.n ? fn.u.s : "");
    default:
        return og_ja_fail(r, "a %s cannot be called", og_ja_type_name(fn));
    }
}

/* ---- arguments ---- */

bool og_ja_given(const og_ja_args *a, int i) {
    return a->arg[i] && a->arg[i]->type != OG_JA_NONE;
}

int64_t og_ja_arg_int(og_ja_rt *r, const og_ja_args *a, int i, int64_t otherwise) {
    if (!og_ja_given(a, i)) return otherwise;
    if (a->arg[i]->type == OG_JA_BOOL) return a->arg[i]->u.b;
    if (a->arg[i]->type == OG_JA_INT) return a->arg[i]->u.i;
    og_ja_fail(r, "an argument must be a whole number, not a %s", og_ja_type_name(*a->arg[i]));
    return otherwise;
}

bool og_ja_arg_bool(const og_ja_args *a, int i, bool otherwise) {
    return a->arg[i] ? og_ja_truth(*a->arg[i]) : otherwise;
}

og_ja og_ja_arg_str(og_ja_rt *r, const og_ja_args *a, int i, const char *otherwise) {
    if (!og_ja_given(a, i)) return og_ja_cstr(otherwise);
    if (a->arg[i]->type == OG_JA_STR) return *a->arg[i];
    og_ja_fail(r, "an argument must be a string, not a %s", og_ja_type_name(*a->arg[i]));
    return og_ja_cstr(otherwise);
}

og_ja og_ja_path(og_ja_rt *r, og_ja v, og_ja path) {
    if (path.type != OG_JA_STR) return og_ja_item(r, v, path);
    for (size_t at = 0; at <= path.n && !r->failed;) {
        int64_t dot = og_ja_find(path, og_ja_cstr("."), at);
        size_t end = dot < 0 ? path.n : (size_t)dot;
        bool digits = end > at && end - at < 10;
        int64_t number = 0;
        for (size_t i = at; i < end && digits; i++) {
            digits = path.u.s[i] >= '0' && path.u.s[i] <= '9';
            number = number * 10 + (path.u.s[i] - '0');
        }
        v = og_ja_item(r, v, digits ? og_ja_int(number) : og_ja_sub(path, at, end));
        at = end + 1;
    }
    return v;
}
