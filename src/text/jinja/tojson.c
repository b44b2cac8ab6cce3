/* tojson.c: values as Python's json.dumps writes them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/jinja/value.h"

static void put(og_ja_sb *b, const char *s, bool mark) {
    for (; *s; s++) og_ja_sb_cp(b, (unsigned char)*s, mark);
}

static void string(og_ja_sb *b, og_ja s, bool ascii) {
    og_ja_sb_put(b, "\"");
    for (size_t at = 0, next; at < s.n && !b->r->failed; at = next) {
        uint32_t cp = og_ja_decode(s, at, &next);
        bool mark = s.mark && s.mark[at];
        static const char from[] = "\"\\\n\r\t\f\b", *const to[] = {"\\\"", "\\\\", "\\n", "\\r", "\\t", "\\f", "\\b"};
        const char *hit = cp && cp < 0x80 ? strchr(from, (int)cp) : NULL;
        char hex[16];
        if (hit) {
            put(b, to[hit - from], mark);
        } else if (cp < 0x20 || (ascii && cp > 0x7e && cp < 0x10000)) {
            if (cp == 0x7f)
                og_ja_sb_cp(b, cp, mark);
            else {
                snprintf(hex, sizeof hex, "\\u%04x", (unsigned)cp);
                put(b, hex, mark);
            }
        } else if (ascii && cp >= 0x10000) {
            snprintf(hex, sizeof hex, "\\u%04x\\u%04x", 0xD7C0u + (cp >> 10), 0xDC00u + (cp & 0x3FF));
            put(b, hex, mark);
        } else {
            og_ja_sb_str(b, og_ja_sub(s, at, next));
        }
    }
    og_ja_sb_put(b, "\"");
}

static void number(og_ja_sb *b, double f) {
    char text[40];
    og_ja_number(f, text);
    og_ja_sb_put(b, isnan(f) ? "NaN" : isinf(f) ? f < 0 ? "-Infinity" : "Infinity" : text);
}

static void newline(og_ja_sb *b, const og_ja_json *how, int depth) {
    if (!how->pretty) return;
    og_ja_sb_put(b, "\n");
    for (int i = 0; i < depth; i++) og_ja_sb_str(b, how->indent);
}

static void key(og_ja_sb *b, og_ja k, const og_ja_json *how) {
    switch (k.type) {
    case OG_JA_STR:
        string(b, k, how->ascii);
        return;
    case OG_JA_BOOL:
        og_ja_sb_put(b, k.u.b ? "\"true\"" : "\"false\"");
        return;
    case OG_JA_NONE:
        og_ja_sb_put(b, "\"null\"");
        return;
    case OG_JA_INT:
    case OG_JA_FLOAT:
        og_ja_sb_put(b, "\"");
        og_ja_tojson(b, k, how, 0);
        og_ja_sb_put(b, "\"");
        return;
    default:
        og_ja_fail(b->r, "tojson: a %s cannot be a key of a JSON object", og_ja_type_name(k));
    }
}

static int by_key(const void *a, const void *b) {
    og_ja x = ((const og_ja_entry *)a)->key, y = ((const og_ja_entry *)b)->key;
    if (x.type != OG_JA_STR || y.type != OG_JA_STR) {
        double p = og_ja_real(x), q = og_ja_real(y);
        return (p > q) - (p < q);
    }
    int order = memcmp(x.u.s, y.u.s, OG_MIN(x.n, y.n));
    return order ? order : (x.n > y.n) - (x.n < y.n);
}

static void object(og_ja_sb *b, const og_ja_dict *d, const og_ja_json *how, int depth) {
    og_ja_entry *e = d->e;
    if (how->sort && d->n > 1) {
        e = og_ja_alloc(b->r, d->n * sizeof *e);
        if (!e) return;
        memcpy(e, d->e, d->n * sizeof *e);
        qsort(e, d->n, sizeof *e, by_key);
    }
    og_ja_sb_put(b, "{");
    for (size_t i = 0; i < d->n && og_ja_work(b->r, 1); i++) {
        if (i) og_ja_sb_str(b, how->item);
        newline(b, how, depth + 1);
        key(b, e[i].key, how);
        og_ja_sb_str(b, how->key);
        og_ja_tojson(b, e[i].value, how, depth + 1);
    }
    if (d->n) newline(b, how, depth);
    og_ja_sb_put(b, "}");
}

static void array(og_ja_sb *b, const og_ja_list *list, const og_ja_json *how, int depth) {
    og_ja_sb_put(b, "[");
    for (size_t i = 0; i < list->n && og_ja_work(b->r, 1); i++) {
        if (i) og_ja_sb_str(b, how->item);
        newline(b, how, depth + 1);
        og_ja_tojson(b, list->v[i], how, depth + 1);
    }
    if (list->n) newline(b, how, depth);
    og_ja_sb_put(b, "]");
}

void og_ja_tojson(og_ja_sb *b, og_ja v, const og_ja_json *how, int depth) {
    if (depth > OG_JA_NEST) {
        og_ja_fail(b->r, "tojson: the value is nested too deeply");
        return;
    }
    switch (v.type) {
    case OG_JA_NONE:
        og_ja_sb_put(b, "null");
        return;
    case OG_JA_BOOL:
        og_ja_sb_put(b, v.u.b ? "true" : "false");
        return;
    case OG_JA_INT:
        og_ja_repr(b, v, 0);
        return;
    case OG_JA_FLOAT:
        number(b, v.u.f);
        return;
    case OG_JA_STR:
        string(b, v, how->ascii);
        return;
    case OG_JA_DICT:
        object(b, v.u.dict, how, depth);
        return;
    case OG_JA_LIST:
        if (v.u.list->kind == OG_JA_K_RANGE) break;
        array(b, v.u.list, how, depth); /* Python refuses what map and the like give; templates that forget `| list` are met with */
        return;
    default:
        break;
    }
    og_ja_fail(b->r, "tojson: a %s cannot be written as JSON", og_ja_type_name(v));
}
