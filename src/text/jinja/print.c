/* print.c: values as Python prints them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/jinja/value.h"
#include "text/unicode.h"

/* The shortest digits that read back as the same number, with Python's choice of exponents: 1e+16 and on, and below 1e-4. */
void og_ja_number(double f, char out[40]) {
    if (isnan(f) || isinf(f)) {
        strcpy(out, isnan(f) ? "nan" : f < 0 ? "-inf" : "inf");
        return;
    }
    char digits[40];
    int precision = 0;
    do snprintf(digits, sizeof digits, "%.*e", precision, f);
    while (strtod(digits, NULL) != f && ++precision < 17);
    int exponent = atoi(strchr(digits, 'e') + 1);
    if (exponent >= -4 && exponent < 16) {
        snprintf(out, 40, "%.*f", OG_MAX(precision - exponent, 1), f);
        return;
    }
    *strchr(digits, 'e') = '\0';
    snprintf(out, 40, "%.25se%c%02d", digits, exponent < 0 ? '-' : '+', abs(exponent) % 1000);
}

og_ja og_ja_str(og_ja_rt *r, og_ja v) {
    if (v.type == OG_JA_STR) return v;
    if (v.type == OG_JA_UNDEFINED || r->failed) return og_ja_cstr("");
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    og_ja_repr(&b, v, 0);
    return og_ja_sb_done(&b);
}

/* Python escapes what it would not show: controls, formats, separators other than the blank, what is not assigned. */
static bool printable(uint32_t cp) {
    if (cp < 0x7f) return cp >= 0x20;
    switch (og_unicode_category(cp)) {
    case OG_UC_CC:
    case OG_UC_CC_SPACE:
    case OG_UC_CF:
    case OG_UC_CS:
    case OG_UC_CO:
    case OG_UC_CN:
    case OG_UC_ZL:
    case OG_UC_ZP:
    case OG_UC_ZS:
        return false;
    default:
        return true;
    }
}

static void put(og_ja_sb *b, const char *s, bool mark) {
    for (; *s; s++) og_ja_sb_cp(b, (unsigned char)*s, mark);
}

static void repr_str(og_ja_sb *b, og_ja s) {
    bool doubled = memchr(s.u.s, '\'', s.n) && !memchr(s.u.s, '"', s.n);
    uint32_t quote = doubled ? '"' : '\'';
    og_ja_sb_cp(b, quote, false);
    for (size_t at = 0, next; at < s.n && !b->r->failed; at = next) {
        uint32_t cp = og_ja_decode(s, at, &next);
        bool mark = s.mark && s.mark[at];
        char hex[16];
        if (cp == quote || cp == '\\') {
            put(b, cp == '\\' ? "\\\\" : doubled ? "\\\"" : "\\'", mark);
        } else if (printable(cp)) {
            og_ja_sb_str(b, og_ja_sub(s, at, next));
        } else {
            if (cp == '\n' || cp == '\r' || cp == '\t')
                snprintf(hex, sizeof hex, "\\%c", cp == '\n' ? 'n' : cp == '\r' ? 'r' : 't');
            else
                snprintf(hex, sizeof hex, cp < 0x100 ? "\\x%02x" : cp < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)cp);
            put(b, hex, mark);
        }
    }
    og_ja_sb_cp(b, quote, false);
}

static void repr_list(og_ja_sb *b, const og_ja_list *list, int depth) {
    if (list->kind == OG_JA_K_RANGE) {
        char text[100];
        int n = snprintf(text, sizeof text, "range(%lld, %lld", (long long)list->start, (long long)list->stop);
        snprintf(text + n, sizeof text - (size_t)n, list->step == 1 ? ")" : ", %lld)", (long long)list->step);
        og_ja_sb_put(b, text);
        return;
    }
    bool tuple = list->kind == OG_JA_K_TUPLE;
    og_ja_sb_put(b, tuple ? "(" : "[");
    for (size_t i = 0; i < list->n && og_ja_work(b->r, 1); i++) {
        if (i) og_ja_sb_put(b, ", ");
        og_ja_repr(b, list->v[i], depth + 1);
    }
    og_ja_sb_put(b, tuple ? list->n == 1 ? ",)" : ")" : "]");
}

static void repr_dict(og_ja_sb *b, const og_ja_dict *d, int depth) {
    og_ja_sb_put(b, "{");
    for (size_t i = 0; i < d->n && og_ja_work(b->r, 1); i++) {
        if (i) og_ja_sb_put(b, ", ");
        og_ja_repr(b, d->e[i].key, depth + 1);
        og_ja_sb_put(b, ": ");
        og_ja_repr(b, d->e[i].value, depth + 1);
    }
    og_ja_sb_put(b, "}");
}

void og_ja_repr(og_ja_sb *b, og_ja v, int depth) {
    char text[64];
    if (depth > OG_JA_NEST) {
        og_ja_fail(b->r, "a value is nested too deeply to print");
        return;
    }
    switch ((og_ja_type)v.type) {
    case OG_JA_UNDEFINED:
        og_ja_sb_put(b, "Undefined");
        return;
    case OG_JA_NONE:
        og_ja_sb_put(b, "None");
        return;
    case OG_JA_BOOL:
        og_ja_sb_put(b, v.u.b ? "True" : "False");
        return;
    case OG_JA_INT:
        snprintf(text, sizeof text, "%lld", (long long)v.u.i);
        og_ja_sb_put(b, text);
        return;
    case OG_JA_FLOAT:
        og_ja_number(v.u.f, text);
        og_ja_sb_put(b, text);
        return;
    case OG_JA_STR:
        repr_str(b, v);
        return;
    case OG_JA_LIST:
        repr_list(b, v.u.list, depth);
        return;
    case OG_JA_DICT:
        repr_dict(b, v.u.dict, depth);
        return;
    case OG_JA_NAMESPACE:
        og_ja_sb_put(b, "<Namespace ");
        repr_dict(b, v.u.dict, depth);
        og_ja_sb_put(b, ">");
        return;
    case OG_JA_LOOP:
        snprintf(text, sizeof text, "<LoopContext %zu/%zu>", v.u.loop->at + 1, v.u.loop->items->n);
        og_ja_sb_put(b, text);
        return;
    case OG_JA_MACRO:
    case OG_JA_BUILTIN:
    case OG_JA_METHOD:
    case OG_JA_CYCLER:
    case OG_JA_JOINER:
        og_ja_sb_put(b, "<");
        og_ja_sb_put(b, og_ja_type_name(v));
        og_ja_sb_put(b, ">");
        return;
    }
}

og_ja og_ja_escape(og_ja_rt *r, og_ja s) {
    if (s.type == OG_JA_STR && s.safe) return s;
    s = og_ja_str(r, s);
    static const char from[] = "&<>\"'", *const to[] = {"&amp;", "&lt;", "&gt;", "&#34;", "&#39;"};
    og_ja_sb b;
    og_ja_sb_init(&b, r);
    for (size_t i = 0; i < s.n && !r->failed; i++) {
        const char *hit = s.u.s[i] ? strchr(from, s.u.s[i]) : NULL;
        if (hit)
            put(&b, to[hit - from], s.mark && s.mark[i]);
        else
            og_ja_sb_str(&b, og_ja_sub(s, i, i + 1));
    }
    og_ja out = og_ja_sb_done(&b);
    out.safe = true;
    return out;
}
