/* value.c: making values; dicts keep the order of insertion and get an index when they grow. */
#include "text/jinja/value.h"

#include <string.h>

enum { SMALL = 8 };

og_ja og_ja_none(void) {
    return (og_ja){.type = OG_JA_NONE};
}

og_ja og_ja_bool(bool b) {
    return (og_ja){.type = OG_JA_BOOL, .u.b = b};
}

og_ja og_ja_int(int64_t i) {
    return (og_ja){.type = OG_JA_INT, .u.i = i};
}

og_ja og_ja_float(double f) {
    return (og_ja){.type = OG_JA_FLOAT, .u.f = f};
}

og_ja og_ja_text(const char *s, size_t n) {
    return (og_ja){.type = OG_JA_STR, .n = (uint32_t)n, .u.s = s};
}

og_ja og_ja_cstr(const char *s) {
    return og_ja_text(s, strlen(s));
}

og_ja og_ja_undefined(const char *name, size_t n) {
    return (og_ja){.type = OG_JA_UNDEFINED, .n = (uint32_t)n, .u.s = name};
}

og_ja og_ja_sub(og_ja s, size_t from, size_t to) {
    s.n = (uint32_t)(to - from);
    s.u.s += from;
    if (s.mark) s.mark += from;
    return s;
}

bool og_ja_is(og_ja v, const char *text) {
    return v.type == OG_JA_STR && v.n == strlen(text) && memcmp(v.u.s, text, v.n) == 0;
}

og_ja og_ja_list_new(og_ja_rt *r, og_ja_kind kind, size_t cap) {
    og_ja_list *list = og_ja_alloc(r, sizeof *list);
    if (!list) return OG_JA_NIL;
    list->kind = (uint8_t)kind;
    if (cap) {
        if (cap > r->max_bytes / sizeof(og_ja)) return og_ja_fail_memory(r);
        list->v = og_ja_alloc(r, cap * sizeof(og_ja));
        if (!list->v) return OG_JA_NIL;
        list->cap = cap;
    }
    return (og_ja){.type = OG_JA_LIST, .u.list = list};
}

bool og_ja_push(og_ja_rt *r, og_ja to, og_ja v) {
    if (r->failed || to.type != OG_JA_LIST) return false;
    og_ja_list *list = to.u.list;
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 4;
        og_ja *grown = og_ja_alloc(r, cap * sizeof *grown);
        if (!grown) return false;
        if (list->n) memcpy(grown, list->v, list->n * sizeof *grown);
        list->v = grown;
        list->cap = cap;
    }
    list->v[list->n++] = v;
    return true;
}

og_ja og_ja_pair(og_ja_rt *r, og_ja a, og_ja b) {
    og_ja pair = og_ja_list_new(r, OG_JA_K_TUPLE, 2);
    og_ja_push(r, pair, a);
    og_ja_push(r, pair, b);
    return pair;
}

/* ---- dicts ---- */

static uint64_t mix(uint64_t h, const void *data, size_t n) {
    const unsigned char *p = data;
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 1099511628211u;
    return h ^ h >> 29;
}

#define SEED 14695981039346656037u

/* Equal values hash alike: 1, 1.0 and true. False (and failed) for what has no hash. */
static bool hash(og_ja_rt *r, og_ja v, uint64_t *out, int depth) {
    double f = 0;
    uint64_t h = SEED, part;
    switch (v.type) {
    case OG_JA_STR:
        *out = mix(SEED, v.u.s, v.n);
        return og_ja_work(r, v.n / 64);
    case OG_JA_BOOL:
    case OG_JA_INT:
    case OG_JA_FLOAT:
        f = og_ja_real(v) + 0.0; /* -0.0 is 0.0 */
        *out = mix(SEED, &f, sizeof f);
        return true;
    case OG_JA_NONE:
        *out = 1;
        return true;
    case OG_JA_LIST:
        if (v.u.list->kind == OG_JA_K_LIST || depth > OG_JA_NEST) break;
        for (size_t i = 0; i < v.u.list->n; i++) {
            if (!hash(r, v.u.list->v[i], &part, depth + 1)) return false;
            h = mix(h, &part, sizeof part);
        }
        *out = h;
        return true;
    default:
        break;
    }
    og_ja_fail(r, "a %s cannot be a dict's key", og_ja_type_name(v));
    return false;
}

og_ja og_ja_dict_new(og_ja_rt *r) {
    og_ja_dict *d = og_ja_alloc(r, sizeof *d);
    return d ? (og_ja){.type = OG_JA_DICT, .u.dict = d} : OG_JA_NIL;
}

static og_ja_entry *find(og_ja_rt *r, const og_ja_dict *d, og_ja key, uint64_t h) {
    if (!d->index) {
        for (size_t i = 0; i < d->n; i++)
            if (d->e[i].hash == h && og_ja_equal(r, d->e[i].key, key)) return &d->e[i];
        return NULL;
    }
    for (size_t at = h & (d->n_index - 1); d->index[at]; at = (at + 1) & (d->n_index - 1)) {
        og_ja_entry *e = &d->e[d->index[at] - 1];
        if (e->hash == h && og_ja_equal(r, e->key, key)) return e;
    }
    return NULL;
}

static void index_add(og_ja_dict *d, size_t i) {
    size_t at = d->e[i].hash & (d->n_index - 1);
    while (d->index[at]) at = (at + 1) & (d->n_index - 1);
    d->index[at] = (uint32_t)i + 1;
}

static bool reindex(og_ja_rt *r, og_ja_dict *d) {
    size_t want = 4 * SMALL;
    while (want < 2 * d->cap) want *= 2;
    if (!d->index || d->n_index < want) {
        d->index = og_ja_alloc(r, want * sizeof *d->index);
        d->n_index = want;
        if (!d->index) return false;
    } else {
        memset(d->index, 0, d->n_index * sizeof *d->index);
    }
    for (size_t i = 0; i < d->n; i++) index_add(d, i);
    return true;
}

bool og_ja_dict_set(og_ja_rt *r, og_ja_dict *d, og_ja key, og_ja value) {
    uint64_t h;
    if (r->failed || !hash(r, key, &h, 0)) return false;
    og_ja_entry *e = find(r, d, key, h);
    if (e) {
        e->value = value;
        return true;
    }
    if (d->n == d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 4;
        og_ja_entry *grown = og_ja_alloc(r, cap * sizeof *grown);
        if (!grown) return false;
        if (d->n) memcpy(grown, d->e, d->n * sizeof *grown);
        d->e = grown;
        d->cap = cap;
        if (cap > SMALL && !reindex(r, d)) return false;
    }
    d->e[d->n] = (og_ja_entry){.key = key, .value = value, .hash = h};
    if (d->index) index_add(d, d->n);
    d->n++;
    return true;
}

og_ja *og_ja_dict_get(og_ja_rt *r, const og_ja_dict *d, og_ja key) {
    uint64_t h;
    if (r->failed || !hash(r, key, &h, 0)) return NULL;
    og_ja_entry *e = find(r, d, key, h);
    return e ? &e->value : NULL;
}

og_ja *og_ja_dict_at(const og_ja_dict *d, const char *key, size_t n) {
    og_ja_entry *e = find(NULL, d, og_ja_text(key, n), mix(SEED, key, n)); /* comparing with a string cannot fail */
    return e ? &e->value : NULL;
}

bool og_ja_dict_remove(og_ja_rt *r, og_ja_dict *d, og_ja key) {
    uint64_t h;
    if (r->failed || !hash(r, key, &h, 0)) return false;
    og_ja_entry *e = find(r, d, key, h);
    if (!e) return false;
    size_t i = (size_t)(e - d->e);
    memmove(e, e + 1, (d->n - i - 1) * sizeof *e);
    d->n--;
    og_ja_work(r, d->n / 16);
    return !d->index || reindex(r, d);
}
