/* tests.c: what stands behind `is`. */
#include "text/jinja/rows.h"

#include <string.h>

#define T(name) og_ja og_ja_t_##name(og_ja_rt *r, og_ja self, og_ja_args *a)
#define SIMPLE(name, condition)       \
    T(name) {                         \
        (void)r;                      \
        (void)a;                      \
        return og_ja_bool(condition); \
    }
#define ORDER(name, op, condition)                          \
    T(name) {                                               \
        int order = og_ja_compare(r, self, *a->arg[0], op); \
        return og_ja_bool(condition);                       \
    }

SIMPLE(defined, self.type != OG_JA_UNDEFINED)
SIMPLE(undefined, self.type == OG_JA_UNDEFINED)
SIMPLE(none, self.type == OG_JA_NONE)
SIMPLE(boolean, self.type == OG_JA_BOOL)
SIMPLE(is_true, self.type == OG_JA_BOOL && self.u.b)
SIMPLE(is_false, self.type == OG_JA_BOOL && !self.u.b)
SIMPLE(integer, self.type == OG_JA_INT)
SIMPLE(float, self.type == OG_JA_FLOAT)
SIMPLE(number, og_ja_is_number(self))
SIMPLE(string, self.type == OG_JA_STR)
SIMPLE(mapping, self.type == OG_JA_DICT)
SIMPLE(sequence, self.type == OG_JA_STR || self.type == OG_JA_DICT || self.type == OG_JA_UNDEFINED ||
                     (self.type == OG_JA_LIST && self.u.list->kind != OG_JA_K_ITER))
SIMPLE(iterable, self.type == OG_JA_STR || self.type == OG_JA_DICT || self.type == OG_JA_LIST || self.type == OG_JA_UNDEFINED ||
                     self.type == OG_JA_LOOP)
SIMPLE(callable, self.type == OG_JA_MACRO || self.type == OG_JA_BUILTIN || self.type == OG_JA_METHOD || self.type == OG_JA_LOOP ||
                     self.type == OG_JA_CYCLER || self.type == OG_JA_JOINER || self.type == OG_JA_UNDEFINED)
SIMPLE(escaped, self.type == OG_JA_STR && self.safe)
SIMPLE(filter, self.type == OG_JA_STR && og_ja_has_filter(self.u.s, self.n))
SIMPLE(test, self.type == OG_JA_STR && og_ja_has_test(self.u.s, self.n))
ORDER(lt, "<", order == -1)
ORDER(le, "<=", order == -1 || order == 0)
ORDER(gt, ">", order == 1)
ORDER(ge, ">=", order == 1 || order == 0)

T(eq) {
    return og_ja_bool(og_ja_equal(r, self, *a->arg[0]));
}

T(ne) {
    return og_ja_bool(!og_ja_equal(r, self, *a->arg[0]));
}

T(in) {
    return og_ja_bool(og_ja_in(r, self, *a->arg[0]));
}

T(divisibleby) {
    og_ja rest = og_ja_binary(r, OG_JA_MOD, self, *a->arg[0]);
    return og_ja_bool(!r->failed && !og_ja_truth(rest));
}

T(even) {
    (void)a;
    og_ja rest = og_ja_binary(r, OG_JA_MOD, self, og_ja_int(2));
    return og_ja_bool(!r->failed && og_ja_equal(r, rest, og_ja_int(0)));
}

T(odd) {
    (void)a;
    og_ja rest = og_ja_binary(r, OG_JA_MOD, self, og_ja_int(2));
    return og_ja_bool(!r->failed && og_ja_equal(r, rest, og_ja_int(1)));
}

/* The same object; small values have no other identity than their type and value. */
T(sameas) {
    og_ja o = *a->arg[0];
    if (self.type != o.type) return og_ja_bool(false);
    if (self.type == OG_JA_LIST || self.type == OG_JA_DICT || self.type == OG_JA_NAMESPACE) return og_ja_bool(self.u.list == o.u.list);
    return og_ja_bool(og_ja_equal(r, self, o));
}

/* str.islower and str.isupper: no character of the other case, and one with case. */
static bool cased(og_ja_rt *r, og_ja s, bool upper) {
    bool any = false;
    s = og_ja_str(r, s);
    if (!og_ja_work(r, s.n / 16)) return false;
    for (size_t at = 0; at < s.n;) {
        uint32_t cp = og_ja_decode(s, at, &at);
        if ((upper ? og_ja_lower_cp(cp) : og_ja_upper_cp(cp)) != cp)
            any = true;
        else if ((upper ? og_ja_upper_cp(cp) : og_ja_lower_cp(cp)) != cp)
            return false;
    }
    return any;
}

T(lower) {
    (void)a;
    return og_ja_bool(cased(r, self, false));
}

T(upper) {
    (void)a;
    return og_ja_bool(cased(r, self, true));
}
