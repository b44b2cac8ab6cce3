/* methods_text.c: methods of strings. */
#include <string.h>

#include "text/jinja/rows.h"
#include "text/unicode.h"

#define M(name) og_ja og_ja_m_##name(og_ja_rt *r, og_ja self, og_ja_args *a)

M(upper) {
    (void)a;
    return og_ja_upper(r, self);
}

M(lower) {
    (void)a;
    return og_ja_lower(r, self);
}

M(capitalize) {
    (void)a;
    return og_ja_capitalize(r, self);
}

M(islower) {
    return og_ja_t_lower(r, self, a);
}

M(isupper) {
    return og_ja_t_upper(r, self, a);
}

static bool letter(uint32_t cp) {
    return og_unicode_category(cp) <= OG_UC_LO;
}

static bool number(uint32_t cp) {
    return og_unicode_category(cp) == OG_UC_ND;
}

static bool either(uint32_t cp) {
    og_category c = og_unicode_category(cp);
    return c <= OG_UC_LO || (c >= OG_UC_ND && c <= OG_UC_NO);
}

static og_ja all(og_ja_rt *r, og_ja s, bool (*is)(uint32_t)) {
    if (!og_ja_work(r, s.n / 16)) return OG_JA_NIL;
    for (size_t at = 0; at < s.n;)
        if (!is(og_ja_decode(s, at, &at))) return og_ja_bool(false);
    return og_ja_bool(s.n > 0);
}

M(isalpha) {
    (void)a;
    return all(r, self, letter);
}

M(isdigit) {
    (void)a;
    return all(r, self, number);
}

M(isalnum) {
    (void)a;
    return all(r, self, either);
}

M(isspace) {
    (void)a;
    return all(r, self, og_ja_space);
}

/* Words begin at every letter that follows none. */
M(title) {
    (void)a;
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    bool inside = false;
    for (size_t at = 0, next; at < self.n && !r->failed; at = next) {
        uint32_t cp = og_ja_decode(self, at, &next);
        og_ja c = og_ja_sub(self, at, next);
        og_ja_sb_str(&b, inside ? og_ja_lower(r, c) : og_ja_upper(r, c));
        inside = og_ja_lower_cp(cp) != cp || og_ja_upper_cp(cp) != cp;
    }
    return og_ja_sb_done(&b);
}

static og_ja strip(og_ja_rt *r, og_ja self, og_ja_args *a, bool left, bool right) {
    og_ja chars = og_ja_arg_str(r, a, 0, "");
    if (!og_ja_work(r, (uint64_t)self.n / 8 * (chars.n + 1))) return OG_JA_NIL;
    return og_ja_strip(self, og_ja_given(a, 0) ? &chars : NULL, left, right);
}

M(strip) {
    return strip(r, self, a, true, true);
}

M(lstrip) {
    return strip(r, self, a, true, false);
}

M(rstrip) {
    return strip(r, self, a, false, true);
}

M(replace) {
    og_ja from = og_ja_arg_str(r, a, 0, ""), to = og_ja_arg_str(r, a, 1, "");
    if (r->failed || !og_ja_given(a, 0) || !og_ja_given(a, 1)) return og_ja_fail(r, "replace needs two strings");
    return og_ja_replace(r, self, from, to, og_ja_arg_int(r, a, 2, -1));
}

/* ---- ends ---- */

static bool has_end(og_ja s, og_ja part, bool front) {
    return part.type == OG_JA_STR && part.n <= s.n && memcmp(front ? s.u.s : s.u.s + s.n - part.n, part.u.s, part.n) == 0;
}

static og_ja test_end(og_ja_rt *r, og_ja self, og_ja_args *a, bool front) {
    og_ja what = *a->arg[0];
    if (!og_ja_work(r, self.n / 64)) return OG_JA_NIL;
    if (what.type == OG_JA_LIST && what.u.list->kind == OG_JA_K_TUPLE) {
        for (size_t i = 0; i < what.u.list->n; i++)
            if (has_end(self, what.u.list->v[i], front)) return og_ja_bool(true);
        return og_ja_bool(false);
    }
    if (what.type != OG_JA_STR) return og_ja_fail(r, "startswith and endswith need a string or a tuple, not a %s", og_ja_type_name(what));
    return og_ja_bool(has_end(self, what, front));
}

M(startswith) {
    return test_end(r, self, a, true);
}

M(endswith) {
    return test_end(r, self, a, false);
}

M(removeprefix) {
    og_ja part = og_ja_arg_str(r, a, 0, "");
    return has_end(self, part, true) ? og_ja_sub(self, part.n, self.n) : self;
}

M(removesuffix) {
    og_ja part = og_ja_arg_str(r, a, 0, "");
    return has_end(self, part, false) ? og_ja_sub(self, 0, self.n - part.n) : self;
}

/* ---- finding ---- */

static int64_t find_last(og_ja s, og_ja what) {
    for (size_t at = s.n >= what.n ? s.n - what.n + 1 : 0; at-- > 0;)
        if (memcmp(s.u.s + at, what.u.s, what.n) == 0) return (int64_t)at;
    return -1;
}

/* Looking from the end compares at every byte. */
static bool pay_search(og_ja_rt *r, og_ja s, og_ja what) {
    return og_ja_work(r, (uint64_t)s.n / 16 * (what.n / 64 + 1));
}

static og_ja char_index(og_ja s, int64_t at) {
    return og_ja_int(at < 0 ? -1 : (int64_t)og_ja_chars(og_ja_sub(s, 0, (size_t)at)));
}

M(find) {
    og_ja what = og_ja_arg_str(r, a, 0, "");
    int64_t start = og_ja_arg_int(r, a, 1, 0), n = og_ja_length(r, self);
    if (start < 0) start = OG_MAX(start + n, 0);
    if (r->failed || start > n) return og_ja_int(-1);
    size_t from = 0;
    for (; start > 0; start--) from = og_ja_char_at(self, from);
    return char_index(self, og_ja_find(self, what, from));
}

M(index) {
    og_ja at = og_ja_m_find(r, self, a);
    return r->failed || at.u.i >= 0 ? at : og_ja_fail(r, "index: the string is not found");
}

M(rfind) {
    og_ja what = og_ja_arg_str(r, a, 0, "");
    return pay_search(r, self, what) ? char_index(self, find_last(self, what)) : OG_JA_NIL;
}

M(count) {
    og_ja what = og_ja_arg_str(r, a, 0, "");
    int64_t n = 0;
    if (what.n == 0) return og_ja_int(og_ja_length(r, self) + 1);
    for (int64_t at = 0; (at = og_ja_find(self, what, (size_t)at)) >= 0 && og_ja_work(r, 1); n++) at += what.n;
    return og_ja_int(n);
}

static og_ja partition(og_ja_rt *r, og_ja s, og_ja_args *a, bool last) {
    og_ja sep = og_ja_arg_str(r, a, 0, "");
    if (sep.n == 0 || !pay_search(r, s, sep)) return og_ja_fail(r, "partition needs a separator");
    int64_t at = last ? find_last(s, sep) : og_ja_find(s, sep, 0);
    og_ja out = og_ja_list_new(r, OG_JA_K_TUPLE, 3), none = og_ja_cstr("");
    size_t from = at < 0 ? last ? 0 : s.n : (size_t)at, to = at < 0 ? from : from + sep.n;
    og_ja_push(r, out, at < 0 && last ? none : og_ja_sub(s, 0, from));
    og_ja_push(r, out, at < 0 ? none : sep);
    og_ja_push(r, out, og_ja_sub(s, to, s.n));
    return out;
}

M(partition) {
    return partition(r, self, a, false);
}

M(rpartition) {
    return partition(r, self, a, true);
}

/* ---- splitting ---- */

static og_ja split_blanks(og_ja_rt *r, og_ja s, int64_t max) {
    og_ja out = og_ja_list_new(r, OG_JA_K_LIST, 0), rest = og_ja_strip(s, NULL, true, false);
    for (; rest.n && !r->failed; max--) {
        size_t end = 0, next;
        if (max == 0) {
            og_ja_push(r, out, rest);
            break;
        }
        while (end < rest.n && !og_ja_space(og_ja_decode(rest, end, &next))) end = next;
        og_ja_push(r, out, og_ja_sub(rest, 0, end));
        rest = og_ja_strip(og_ja_sub(rest, end, rest.n), NULL, true, false);
        og_ja_work(r, 1 + end / 64);
    }
    return out;
}

static og_ja backwards(og_ja_rt *r, og_ja list) {
    for (size_t i = 0, j = r->failed ? 0 : list.u.list->n; i + 1 < j; i++) {
        og_ja v = list.u.list->v[i];
        list.u.list->v[i] = list.u.list->v[--j];
        list.u.list->v[j] = v;
    }
    return list;
}

static og_ja rsplit_blanks(og_ja_rt *r, og_ja s, int64_t max) {
    og_ja out = og_ja_list_new(r, OG_JA_K_LIST, 0), rest = og_ja_strip(s, NULL, false, true);
    for (; rest.n && !r->failed; max--) {
        size_t start = rest.n;
        while (max != 0 && start > 0 && og_ja_strip(og_ja_sub(rest, 0, start), NULL, false, true).n == start) start--;
        if (max == 0) start = 0;
        og_ja_push(r, out, og_ja_sub(rest, start, rest.n));
        rest = og_ja_strip(og_ja_sub(rest, 0, start), NULL, false, true);
        og_ja_work(r, 1);
    }
    return backwards(r, out);
}

M(split) {
    int64_t max = og_ja_arg_int(r, a, 1, -1);
    if (!og_ja_given(a, 0)) return split_blanks(r, self, max);
    og_ja sep = og_ja_arg_str(r, a, 0, ""), out = og_ja_list_new(r, OG_JA_K_LIST, 0);
    if (sep.n == 0) return og_ja_fail(r, "split: the separator is empty");
    size_t at = 0;
    og_ja_work(r, self.n / 64);
    for (int64_t hit; !r->failed && max != 0 && (hit = og_ja_find(self, sep, at)) >= 0; max--) {
        og_ja_push(r, out, og_ja_sub(self, at, (size_t)hit));
        at = (size_t)hit + sep.n;
        og_ja_work(r, 1);
    }
    og_ja_push(r, out, og_ja_sub(self, at, self.n));
    return out;
}

M(rsplit) {
    int64_t max = og_ja_arg_int(r, a, 1, -1);
    if (!og_ja_given(a, 0)) return rsplit_blanks(r, self, max);
    og_ja sep = og_ja_arg_str(r, a, 0, ""), out = og_ja_list_new(r, OG_JA_K_LIST, 0), rest = self;
    if (sep.n == 0) return og_ja_fail(r, "rsplit: the separator is empty");
    pay_search(r, self, sep);
    for (int64_t hit; !r->failed && max != 0 && (hit = find_last(rest, sep)) >= 0; max--) {
        og_ja_push(r, out, og_ja_sub(rest, (size_t)hit + sep.n, rest.n));
        rest = og_ja_sub(rest, 0, (size_t)hit);
        og_ja_work(r, 1);
    }
    og_ja_push(r, out, rest);
    return backwards(r, out);
}

M(splitlines) {
    return og_ja_lines(r, self, og_ja_arg_bool(a, 0, false));
}

M(join) {
    og_ja_list *list = og_ja_iter(r, *a->arg[0]);
    for (size_t i = 0; list && i < list->n && !r->failed; i++)
        if (list->v[i].type != OG_JA_STR) og_ja_fail(r, "join: item %zu is a %s, not a string", i, og_ja_type_name(list->v[i]));
    return og_ja_join(r, list, self);
}

M(format) {
    return og_ja_format(r, self, a);
}
