/* number.c: a state is where in the number one is, and for each condition how the digits so far compare with its number, or what they leave
 * when divided by it. */
#include "text/schema/number.h"
#include "text/grammar/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONDITIONS_MAX = 24, STATES_MAX = 1 << 15 };
enum { AT_BEGIN, AT_SIGN, AT_ZERO, AT_WHOLE, AT_POINT, AT_PART };
enum { LESS, EQUAL, MORE, ALWAYS_LESS, ALWAYS_MORE };

/* ---- decimals ---- */

static bool from_text(const char *s, og_dec *out) {
    char digits[400];
    int n = 0, point = -1, exponent = 0;
    *out = (og_dec){.negative = *s == '-'};
    if (*s == '-') s++;
    for (; *s; s++) {
        if (*s == '.') {
            point = n;
        } else if (*s == 'e' || *s == 'E') {
            exponent = atoi(s + 1);
            break;
        } else if (n < (int)sizeof digits) {
            digits[n++] = *s;
        }
    }
    point = (point < 0 ? n : point) + exponent;
    int first = 0;
    while (first < n && digits[first] == '0') first++;
    while (n > first && digits[n - 1] == '0') n--;
    if (first == n) {
        *out = (og_dec){.n_whole = 1, .whole = "0"};
        return true;
    }
    if (point - first > OG_DEC_DIGITS - 1 || n - point > OG_DEC_DIGITS - 1) return false;
    for (int i = first; i < point; i++) out->whole[out->n_whole++] = i < n ? digits[i] : '0';
    if (out->n_whole == 0) out->whole[out->n_whole++] = '0';
    for (int i = point; i < n; i++) out->part[out->n_part++] = i < first ? '0' : digits[i];
    return true;
}

bool og_dec_of(const og_jval *v, og_dec *out) {
    char text[64];
    if (v->kind == OG_JSON_INT) {
        snprintf(text, sizeof text, "%lld", (long long)v->u.i);
        return from_text(text, out);
    }
    for (int precision = 15; precision <= 17; precision++) { /* the shortest that reads as the same number */
        snprintf(text, sizeof text, "%.*g", precision, v->u.f);
        if (strtod(text, NULL) == v->u.f) break;
    }
    return from_text(text, out);
}

static bool is_zero(const og_dec *x) {
    return x->n_whole == 1 && x->whole[0] == '0' && x->n_part == 0;
}

/* ---- conditions ---- */

typedef struct condition {
    og_num_kind kind;
    const og_dec *x;
    uint64_t p; /* MULTIPLE: x is p / 10^scale */
    uint32_t scale;
} condition;

typedef struct builder {
    condition c[CONDITIONS_MAX];
    uint32_t n, whole_cap, part_cap;
    og_keys keys;
} builder;

typedef struct place { /* as a key: where, negative, whole digits, digits behind the point, whether one of those is not 0, then values */
    uint32_t at, negative, whole, part, rest;
    uint32_t v[CONDITIONS_MAX];
} place;

static uint64_t gcd(uint64_t a, uint64_t b) {
    while (b) {
        const uint64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* Of whole numbers the multiples of p / 10^scale are those of a whole number. False if p is too large. */
static bool set_divisor(condition *c, bool whole) {
    c->scale = c->x->n_part;
    for (uint32_t i = 0; i < c->x->n_whole; i++) c->p = c->p * 10 + (uint64_t)(c->x->whole[i] - '0');
    for (uint32_t i = 0; i < c->x->n_part; i++) c->p = c->p * 10 + (uint64_t)(c->x->part[i] - '0');
    if (c->x->n_whole + c->x->n_part > 18 || c->p == 0) return false;
    if (whole) {
        uint64_t ten = 1;
        for (uint32_t i = 0; i < c->scale; i++) ten *= 10;
        c->p /= gcd(c->p, ten);
        c->scale = 0;
    }
    return c->p < STATES_MAX;
}

static bool compares(og_num_kind kind) {
    return kind <= OG_NUM_IS_NOT;
}

/* The comparison of the digits before the point, when they are over. */
static uint32_t settle(const og_dec *x, uint32_t v, uint32_t whole) {
    if (v > MORE || whole == x->n_whole) return v;
    return whole < x->n_whole ? LESS : MORE;
}

static uint32_t against(uint32_t v, int digit, char of) {
    if (v != EQUAL) return v;
    return digit < of - '0' ? LESS : digit > of - '0' ? MORE : EQUAL;
}

static void digit(const builder *b, place *s, int d) {
    const bool first = s->at <= AT_SIGN, behind = s->at >= AT_POINT;
    for (uint32_t i = 0; i < b->n; i++) {
        const condition *c = &b->c[i];
        uint32_t *v = &s->v[i];
        if (compares(c->kind)) {
            if (s->at == AT_BEGIN && c->x->negative) *v = ALWAYS_MORE;
            if (behind)
                *v = against(*v, d, s->part < c->x->n_part ? c->x->part[s->part] : '0');
            else if (s->whole < c->x->n_whole)
                *v = against(*v, d, c->x->whole[s->whole]);
        } else if (c->kind <= OG_NUM_NO_MULTIPLE && *v != UINT32_MAX) {
            if (!behind || s->part < c->scale)
                *v = (uint32_t)((*v * 10ull + (uint64_t)d) % c->p);
            else if (d != 0)
                *v = UINT32_MAX; /* digits past those of x: no multiple */
        }
    }
    if (behind) {
        s->part = OG_MIN(s->part + 1, b->part_cap);
        s->rest |= d != 0;
        s->at = AT_PART;
    } else {
        s->whole = OG_MIN(s->whole + 1, b->whole_cap);
        s->at = first && d == 0 ? AT_ZERO : AT_WHOLE;
    }
}

/* False if the symbol cannot follow. */
static bool follow(const builder *b, place *s, int symbol) {
    if (symbol == 0) {
        if (s->at != AT_BEGIN) return false;
        s->at = AT_SIGN;
        s->negative = 1;
        for (uint32_t i = 0; i < b->n; i++)
            if (compares(b->c[i].kind) && !b->c[i].x->negative && !is_zero(b->c[i].x)) s->v[i] = ALWAYS_LESS;
        return true;
    }
    if (symbol == 11) {
        if (s->at != AT_ZERO && s->at != AT_WHOLE) return false;
        for (uint32_t i = 0; i < b->n; i++)
            if (compares(b->c[i].kind)) s->v[i] = settle(b->c[i].x, s->v[i], s->whole);
        s->whole = 0;
        s->at = AT_POINT;
        return true;
    }
    if (s->at == AT_ZERO) return false;
    digit(b, s, symbol - 1);
    return true;
}

/* How the number compares with x when it ends here: -1, 0, 1. */
static int compare(const place *s, const og_dec *x, uint32_t v) {
    if (s->at <= AT_WHOLE) v = settle(x, v, s->whole);
    if (v == EQUAL && s->part < x->n_part) v = LESS;
    if (v == ALWAYS_LESS) return -1;
    if (v == ALWAYS_MORE) return 1;
    const int order = v == LESS ? -1 : v == MORE;
    return s->negative ? -order : order;
}

static bool holds(const builder *b, const place *s) {
    if (s->at != AT_ZERO && s->at != AT_WHOLE && s->at != AT_PART) return false;
    for (uint32_t i = 0; i < b->n; i++) {
        const condition *c = &b->c[i];
        const int order = compares(c->kind) ? compare(s, c->x, s->v[i]) : 0;
        uint64_t left = s->v[i];
        bool ok = true;
        if (c->kind == OG_NUM_MIN) ok = order >= 0;
        if (c->kind == OG_NUM_ABOVE) ok = order > 0;
        if (c->kind == OG_NUM_MAX) ok = order <= 0;
        if (c->kind == OG_NUM_BELOW) ok = order < 0;
        if (c->kind == OG_NUM_IS) ok = order == 0;
        if (c->kind == OG_NUM_IS_NOT) ok = order != 0;
        if (c->kind == OG_NUM_MULTIPLE || c->kind == OG_NUM_NO_MULTIPLE) {
            for (uint32_t k = s->part; k < c->scale && left != UINT32_MAX; k++) left = left * 10 % c->p;
            ok = (left == 0) == (c->kind == OG_NUM_MULTIPLE);
        }
        if (c->kind == OG_NUM_WHOLE) ok = !s->rest;
        if (c->kind == OG_NUM_NOT_WHOLE) ok = s->rest;
        if (!ok) return false;
    }
    return true;
}

/* ---- the automaton ---- */

static int32_t intern(builder *b, const place *s, bool *is_new) {
    const size_t from = og_keys_begin(&b->keys);
    const uint32_t head[] = {s->at, s->negative, s->whole, s->part, s->rest};
    bool ok = true;
    for (size_t i = 0; i < OG_LEN(head); i++) ok = ok && og_keys_push(&b->keys, head[i]);
    for (uint32_t i = 0; i < b->n; i++) ok = ok && og_keys_push(&b->keys, s->v[i]);
    return ok ? og_keys_end(&b->keys, from, is_new) : -1;
}

static place get(const builder *b, uint32_t i) {
    size_t n;
    const uint32_t *k = og_keys_get(&b->keys, i, &n);
    place s = {k[0], k[1], k[2], k[3], k[4], {0}};
    memcpy(s.v, k + 5, b->n * sizeof *s.v);
    return s;
}

static bool add_state(og_num_dfa *d, uint32_t *cap) {
    if (d->n == *cap) {
        const uint32_t more = *cap ? *cap * 2 : 64;
        void *next = og_realloc(d->next, more * sizeof *d->next);
        if (next) d->next = next;
        void *accept = og_realloc(d->accept, more * sizeof *d->accept);
        if (accept) d->accept = accept;
        if (!next || !accept) return false;
        *cap = more;
    }
    d->n++;
    return true;
}

/* Numbers grow by digits, so few passes from the last state to the first settle it. */
static bool prune(og_num_dfa *d) {
    d->alive = og_calloc(d->n, 1);
    if (!d->alive) return false;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = d->n; i-- > 0;) {
            bool alive = d->accept[i];
            for (int c = 0; c < 12 && !alive; c++) alive = d->next[i][c] >= 0 && d->alive[d->next[i][c]];
            changed = changed || alive != d->alive[i];
            d->alive[i] = alive;
        }
    }
    return true;
}

static bool explore(builder *b, og_num_dfa *d, bool *too_many) {
    uint32_t cap = 0;
    bool is_new;
    place begin = {0};
    for (uint32_t i = 0; i < b->n; i++) begin.v[i] = compares(b->c[i].kind) ? EQUAL : 0;
    if (intern(b, &begin, &is_new) != 0 || !add_state(d, &cap)) return false;
    for (uint32_t i = 0; i < d->n; i++) {
        const place here = get(b, i);
        d->accept[i] = holds(b, &here);
        for (int c = 0; c < 12; c++) {
            place s = here;
            d->next[i][c] = -1;
            if (!follow(b, &s, c)) continue;
            const int32_t to = intern(b, &s, &is_new);
            *too_many = to >= STATES_MAX;
            if (to < 0 || *too_many || (is_new && !add_state(d, &cap))) return false;
            d->next[i][c] = to;
        }
    }
    return prune(d);
}

og_status og_num_build(const og_num *conditions, og_num_dfa *out, og_error *err) {
    builder b = {.whole_cap = 1};
    bool whole = false, too_many = false;
    *out = (og_num_dfa){0};
    for (const og_num *c = conditions; c; c = c->next) whole = whole || c->kind == OG_NUM_WHOLE;
    for (const og_num *c = conditions; c; c = c->next) {
        if (b.n == CONDITIONS_MAX) return og_fail(err, OG_ERR_UNSUPPORTED, "more than %d conditions on one number", CONDITIONS_MAX);
        condition *at = &b.c[b.n++];
        *at = (condition){.kind = c->kind, .x = c->x};
        if (compares(c->kind)) {
            b.whole_cap = OG_MAX(b.whole_cap, c->x->n_whole + 1u);
            b.part_cap = OG_MAX(b.part_cap, c->x->n_part);
        } else if (c->kind <= OG_NUM_NO_MULTIPLE) {
            if (!set_divisor(at, whole)) return og_fail(err, OG_ERR_UNSUPPORTED, "multipleOf of so many digits");
            b.part_cap = OG_MAX(b.part_cap, at->scale);
        }
    }
    const bool ok = explore(&b, out, &too_many);
    og_keys_free(&b.keys);
    if (ok) return OG_OK;
    og_num_free(out);
    return too_many ? og_fail(err, OG_ERR_UNSUPPORTED, "conditions on a number that take more than %d states", STATES_MAX)
                    : og_fail(err, OG_ERR_MEMORY, "out of memory for a set of numbers");
}

void og_num_free(og_num_dfa *d) {
    og_release(d->next);
    og_release(d->accept);
    og_release(d->alive);
    *d = (og_num_dfa){0};
}

static uint32_t edge(og_gbuild *b, int lo, int hi, uint32_t to, uint32_t all) {
    static const char symbols[] = "-0123456789.";
    const uint32_t at = og_gbuild_node(b, OG_G_BYTES, to, 0);
    if (b->status != OG_OK) return 0;
    b->g->node[at].lo = (uint8_t)symbols[lo];
    b->g->node[at].hi = (uint8_t)symbols[hi];
    return all == UINT32_MAX ? at : og_gbuild_node(b, OG_G_SPLIT, at, all);
}

uint32_t og_num_emit(og_gbuild *b, const og_num_dfa *d, uint32_t next) {
    uint32_t *entry = og_calloc(d->n, sizeof *entry);
    if (!entry) og_gbuild_fail(b, OG_ERR_MEMORY, "out of memory for a grammar");
    for (uint32_t i = 0; i < d->n && b->status == OG_OK; i++)
        if (d->alive[i]) entry[i] = og_gbuild_node(b, OG_G_SPLIT, 0, 0);
    for (uint32_t i = 0; i < d->n && b->status == OG_OK; i++) {
        if (!d->alive[i]) continue;
        uint32_t all = d->accept[i] ? next : UINT32_MAX;
        for (int c = 0; c < 12;) {
            const int32_t to = d->next[i][c];
            int last = c;
            while (c > 0 && last < 10 && d->next[i][last + 1] == to) last++;
            if (to >= 0 && d->alive[to]) all = edge(b, c, last, entry[to], all);
            c = last + 1;
        }
        if (b->status == OG_OK) b->g->node[entry[i]] = (og_gnode){.kind = OG_G_SPLIT, .a = all, .b = all};
    }
    const uint32_t begin = entry && d->alive[0] ? entry[0] : 0;
    og_release(entry);
    return begin;
}
