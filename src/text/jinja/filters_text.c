/* filters_text.c: filters on text. */
#include <stdio.h>
#include <string.h>

#include "text/jinja/rows.h"

#define F(name) og_ja og_ja_f_##name(og_ja_rt *r, og_ja self, og_ja_args *a)

F(upper) {
    (void)a;
    return og_ja_upper(r, og_ja_str(r, self));
}

F(lower) {
    (void)a;
    return og_ja_lower(r, og_ja_str(r, self));
}

og_ja og_ja_capitalize(og_ja_rt *r, og_ja s) {
    if (s.n == 0) return s;
    size_t first = og_ja_char_at(s, 0);
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    og_ja_sb_str(&b, og_ja_upper(r, og_ja_sub(s, 0, first)));
    og_ja_sb_str(&b, og_ja_lower(r, og_ja_sub(s, first, s.n)));
    return og_ja_sb_done(&b);
}

F(capitalize) {
    (void)a;
    return og_ja_capitalize(r, og_ja_str(r, self));
}

/* Unlike str.title, words begin after blanks, '-' and opening brackets only. */
F(title) {
    (void)a;
    og_ja s = og_ja_str(r, self);
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    bool start = true;
    for (size_t at = 0, next; at < s.n && !r->failed; at = next) {
        uint32_t cp = og_ja_decode(s, at, &next);
        og_ja c = og_ja_sub(s, at, next);
        og_ja_sb_str(&b, start ? og_ja_upper(r, c) : og_ja_lower(r, c));
        start = og_ja_space(cp) || (cp && cp < 0x80 && strchr("-({[<", (int)cp));
    }
    return og_ja_sb_done(&b);
}

F(trim) {
    og_ja chars = og_ja_arg_str(r, a, 0, "");
    if (!og_ja_work(r, (uint64_t)self.n / 8 * (chars.n + 1))) return OG_JA_NIL;
    return og_ja_strip(og_ja_str(r, self), og_ja_given(a, 0) ? &chars : NULL, true, true);
}

F(replace) {
    og_ja from = og_ja_str(r, *a->arg[0]), to = og_ja_str(r, *a->arg[1]);
    return og_ja_replace(r, og_ja_str(r, self), from, to, og_ja_arg_int(r, a, 2, -1));
}

F(string) {
    (void)a;
    return og_ja_str(r, self);
}

F(safe) {
    (void)a;
    og_ja s = og_ja_str(r, self);
    s.safe = true;
    return s;
}

F(escape) {
    (void)a;
    return og_ja_escape(r, self);
}

F(forceescape) {
    (void)a;
    og_ja s = og_ja_str(r, self);
    s.safe = false;
    return og_ja_escape(r, s);
}

F(pprint) {
    (void)a;
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    og_ja_repr(&b, self, 0);
    return og_ja_sb_done(&b);
}

F(format) {
    if (a->n && a->n_kw) return og_ja_fail(r, "format takes arguments by position or by name, not both");
    og_ja args;
    if (a->n_kw) {
        args = og_ja_dict_new(r);
        for (size_t i = 0; i < a->n_kw && !r->failed; i++) og_ja_dict_set(r, args.u.dict, a->names[i], a->kw[i]);
    } else {
        args = og_ja_list_new(r, OG_JA_K_TUPLE, a->n);
        for (size_t i = 0; i < a->n; i++) og_ja_push(r, args, a->pos[i]);
    }
    return og_ja_percent(r, og_ja_str(r, self), args);
}

/* The length of a line's end at `at`, or 0. */
static size_t line_end(og_ja s, size_t at) {
    size_t next;
    uint32_t cp = og_ja_decode(s, at, &next);
    if (cp == '\r' && next < s.n && s.u.s[next] == '\n') return 2;
    bool end = (cp >= 10 && cp <= 13) || (cp >= 0x1c && cp <= 0x1e) || cp == 0x85 || cp == 0x2028 || cp == 0x2029;
    return end ? next - at : 0;
}

og_ja og_ja_lines(og_ja_rt *r, og_ja s, bool keep_ends) {
    og_ja out = og_ja_list_new(r, OG_JA_K_LIST, 0);
    size_t from = 0, at = 0;
    if (!og_ja_work(r, s.n / 16)) return out;
    while (at < s.n) {
        size_t end = line_end(s, at);
        if (end == 0) {
            at = og_ja_char_at(s, at);
            continue;
        }
        if (!og_ja_push(r, out, og_ja_sub(s, from, keep_ends ? at + end : at))) return out;
        from = at += end;
    }
    if (from < s.n) og_ja_push(r, out, og_ja_sub(s, from, s.n));
    return out;
}

F(indent) {
    og_ja s = og_ja_str(r, self), by, out;
    bool first = og_ja_arg_bool(a, 1, false), blank = og_ja_arg_bool(a, 2, false);
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    if (a->arg[0] && a->arg[0]->type == OG_JA_STR) {
        by = *a->arg[0];
    } else {
        int64_t width = og_ja_arg_int(r, a, 0, 4);
        if (width > (int64_t)r->max_output) return og_ja_fail_memory(r);
        og_ja_sb_fill(&b, ' ', width > 0 ? (size_t)width : 0);
        by = og_ja_sb_done(&b);
        og_ja_sb_init(&b, r);
    }
    og_ja_sb_str(&b, s); /* the newline makes the last line one of its own where the text ends with one */
    og_ja_sb_put(&b, "\n");
    out = og_ja_lines(r, og_ja_sb_done(&b), false);
    og_ja_sb_init(&b, r);
    for (size_t i = 0; !r->failed && i < out.u.list->n; i++) {
        og_ja line = out.u.list->v[i];
        if (i) og_ja_sb_put(&b, "\n");
        if (i == 0 ? first : blank || line.n) og_ja_sb_str(&b, by);
        og_ja_sb_str(&b, line);
    }
    return og_ja_sb_done(&b);
}

F(truncate) {
    og_ja s = og_ja_str(r, self), end = og_ja_arg_str(r, a, 2, "...");
    int64_t length = og_ja_arg_int(r, a, 0, 255), leeway = og_ja_arg_int(r, a, 3, 5), n = (int64_t)og_ja_chars(s);
    int64_t keep = length - (int64_t)og_ja_chars(end);
    if (!og_ja_work(r, s.n / 16)) return OG_JA_NIL;
    if (keep < 0) return og_ja_fail(r, "truncate: the length is shorter than the end '%.*s'", (int)OG_MIN(end.n, 40u), end.u.s);
    if (n <= length || n - length <= leeway) return s;
    size_t at = 0;
    for (int64_t i = 0; i < keep; i++) at = og_ja_char_at(s, at);
    if (!og_ja_arg_bool(a, 1, false))
        for (size_t k = at; k > 0; k--)
            if (s.u.s[k - 1] == ' ') {
                at = k - 1;
                break;
            }
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    og_ja_sb_str(&b, og_ja_sub(s, 0, at));
    og_ja_sb_str(&b, end);
    return og_ja_sb_done(&b);
}

static bool word_char(uint32_t cp) {
    return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') || cp == '_' || (cp > 0xBF && !og_ja_space(cp));
}

F(wordcount) {
    (void)a;
    og_ja s = og_ja_str(r, self);
    int64_t n = 0;
    bool inside = false;
    if (!og_ja_work(r, s.n / 16)) return OG_JA_NIL;
    for (size_t at = 0; at < s.n;) {
        bool word = word_char(og_ja_decode(s, at, &at));
        n += word && !inside;
        inside = word;
    }
    return og_ja_int(n);
}

static void encode_url(og_ja_sb *b, og_ja s, bool slash) {
    char hex[4];
    for (size_t i = 0; i < s.n && !b->r->failed; i++) {
        unsigned char c = (unsigned char)s.u.s[i];
        if ((c < 0x80 && c != '`' && word_char(c)) || (c && strchr("-._~", c)) || (c == '/' && slash)) {
            og_ja_sb_str(b, og_ja_sub(s, i, i + 1));
        } else {
            snprintf(hex, sizeof hex, "%%%02X", c);
            og_ja_sb_put(b, hex);
        }
    }
}

F(urlencode) {
    (void)a;
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    bool dict = self.type == OG_JA_DICT;
    if (!dict && self.type != OG_JA_LIST) {
        encode_url(&b, og_ja_str(r, self), true);
        return og_ja_sb_done(&b);
    }
    og_ja pairs = dict ? og_ja_f_items(r, self, a) : self;
    og_ja_list *list = og_ja_iter(r, pairs);
    for (size_t i = 0; list && i < list->n && !r->failed; i++) {
        if (i) og_ja_sb_put(&b, "&");
        encode_url(&b, og_ja_str(r, og_ja_item(r, list->v[i], og_ja_int(0))), false);
        og_ja_sb_put(&b, "=");
        encode_url(&b, og_ja_str(r, og_ja_item(r, list->v[i], og_ja_int(1))), false);
    }
    return og_ja_sb_done(&b);
}

F(xmlattr) {
    if (self.type != OG_JA_DICT) return og_ja_fail(r, "xmlattr needs a dict");
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    bool first = true;
    for (size_t i = 0; i < self.u.dict->n && !r->failed; i++) {
        og_ja_entry *e = &self.u.dict->e[i];
        og_ja key = og_ja_str(r, e->key);
        if (e->value.type == OG_JA_NONE || e->value.type == OG_JA_UNDEFINED) continue;
        for (size_t k = 0; k < key.n; k++)
            if (key.u.s[k] && strchr(" \t\n\f\r/>=", key.u.s[k]))
                return og_ja_fail(r, "xmlattr: an attribute's name has a character that it may not");
        if (!first || og_ja_arg_bool(a, 0, true)) og_ja_sb_put(&b, " ");
        first = false;
        og_ja_sb_str(&b, og_ja_escape(r, key));
        og_ja_sb_put(&b, "=\"");
        og_ja_sb_str(&b, og_ja_escape(r, e->value));
        og_ja_sb_put(&b, "\"");
    }
    og_ja v = og_ja_sb_done(&b);
    v.safe = true;
    return v;
}

F(tojson) {
    og_ja_json how = {.ascii = og_ja_arg_bool(a, 0, false), .sort = og_ja_arg_bool(a, 3, false), .pretty = og_ja_given(a, 1)};
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    if (how.pretty && a->arg[1]->type != OG_JA_STR) {
        int64_t width = og_ja_arg_int(r, a, 1, 0);
        if (width > 1000) return og_ja_fail(r, "tojson: an indent of %lld is too wide", (long long)width);
        og_ja_sb_fill(&b, ' ', width > 0 ? (size_t)width : 0);
        how.indent = og_ja_sb_done(&b);
        og_ja_sb_init(&b, r);
    } else if (how.pretty) {
        how.indent = *a->arg[1];
    }
    how.item = og_ja_cstr(how.pretty ? "," : ", ");
    how.key = og_ja_cstr(": ");
    if (og_ja_given(a, 2)) {
        how.item = og_ja_str(r, og_ja_item(r, *a->arg[2], og_ja_int(0)));
        how.key = og_ja_str(r, og_ja_item(r, *a->arg[2], og_ja_int(1)));
    }
    og_ja_tojson(&b, self, &how, 0);
    return og_ja_sb_done(&b);
}
