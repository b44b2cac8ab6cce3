/* dfa.c: several automata followed at once. A state is, for each of them, the set of nodes where it may be, and the number of characters so
 * far; characters that no set tells apart are one class. */
#include "text/grammar/keys.h"
#include "text/schema/lang.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t CUT = UINT32_MAX - 1;

typedef struct builder {
    const og_nfa_pool *p;
    og_dfa *d;
    const uint32_t *part;
    uint32_t n_parts, len_cap, max_len;
    og_keys keys; /* of states: length, then the nodes of each part, each list with CUT behind it */
    uint32_t state_cap;
    uint32_t *stamp, n_stamp; /* of nodes */
    uint32_t *stack, *met;    /* [n_nodes] */
    uint32_t *sig_char;       /* a character of each class */
    bool failed, too_many;
} builder;

static bool in_set(const og_chars *set, uint32_t c) {
    uint32_t lo = 0, hi = set->n;
    while (lo < hi) {
        const uint32_t mid = (lo + hi) / 2;
        if (set->range[mid].hi < c)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < set->n && set->range[lo].lo <= c;
}

static void begin_set(builder *b) {
    b->n_stamp++;
}

/* Adds node `from` and what it leads to without a character: CHARS, END (kept for the end) and ACCEPT nodes go to b->met. */
static uint32_t close_node(builder *b, uint32_t from, bool start, bool end, uint32_t n) {
    uint32_t open = 0;
    b->stack[open++] = from;
    while (open > 0) {
        const uint32_t at = b->stack[--open];
        if (b->stamp[at] == b->n_stamp) continue;
        b->stamp[at] = b->n_stamp;
        const og_nfa_node *node = &b->p->node[at];
        switch (node->kind) {
        case OG_NFA_SPLIT:
            b->stack[open++] = node->a;
            b->stack[open++] = node->b;
            break;
        case OG_NFA_START:
            if (start) b->stack[open++] = node->a;
            break;
        case OG_NFA_END:
            if (end)
                b->stack[open++] = node->a;
            else
                b->met[n++] = at;
            break;
        default:
            b->met[n++] = at;
        }
    }
    return n;
}

static int by_number(const void *x, const void *y) {
    const uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

/* The set in b->met, sorted, to the key being made. What has been accepted whatever follows is one node. */
static bool push_set(builder *b, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (b->p->node[b->met[i]].kind == OG_NFA_ACCEPT) {
            b->met[0] = b->met[i];
            n = 1;
        }
    qsort(b->met, n, sizeof *b->met, by_number);
    for (uint32_t i = 0; i < n; i++)
        if (!og_keys_push(&b->keys, b->met[i])) return false;
    return og_keys_push(&b->keys, CUT);
}

static bool state_room(builder *b) {
    og_dfa *d = b->d;
    if (d->n < b->state_cap) return true;
    const uint32_t cap = b->state_cap ? b->state_cap * 2 : 64;
    void *next = og_realloc(d->next, (size_t)cap * d->n_classes * sizeof *d->next);
    if (next) d->next = next;
    void *bits = og_realloc(d->bits, cap * sizeof *d->bits);
    if (bits) d->bits = bits;
    void *len = og_realloc(d->len, cap * sizeof *d->len);
    if (len) d->len = len;
    if (!next || !bits || !len) return false;
    b->state_cap = cap;
    return true;
}

static uint64_t bits_of(builder *b, const uint32_t *key) {
    uint64_t bits = 0;
    key++;
    for (uint32_t i = 0; i < b->n_parts; i++, key++) {
        begin_set(b);
        uint32_t n = 0;
        for (; *key != CUT; key++) n = close_node(b, *key, false, true, n);
        for (uint32_t k = 0; k < n; k++)
            if (b->p->node[b->met[k]].kind == OG_NFA_ACCEPT) bits |= 1ull << i;
    }
    return bits;
}

/* The number of the state whose key was begun at `from`. -1: failed. */
static int32_t intern(builder *b, size_t from) {
    og_dfa *d = b->d;
    bool is_new;
    size_t n;
    const int32_t i = og_keys_end(&b->keys, from, &is_new);
    if (i < 0) return b->failed = true, -1;
    if (!is_new) return i;
    if (d->n == OG_DFA_STATES_MAX) b->too_many = true;
    if (b->too_many || !state_room(b)) return b->failed = true, -1;
    const uint32_t *key = og_keys_get(&b->keys, (uint32_t)i, &n);
    d->len[i] = *key;
    d->bits[i] = bits_of(b, key);
    d->n++;
    return i;
}

static bool begin_state(builder *b) {
    const size_t from = og_keys_begin(&b->keys);
    bool ok = og_keys_push(&b->keys, 0);
    for (uint32_t i = 0; ok && i < b->n_parts; i++) {
        begin_set(b);
        ok = push_set(b, close_node(b, b->part[i], true, false, 0));
    }
    return ok && intern(b, from) == 0;
}

static int32_t follow(builder *b, uint32_t state, uint32_t c) {
    const size_t from = og_keys_begin(&b->keys);
    size_t at = b->keys.at[state];
    const uint32_t len = b->keys.key[at++];
    if (len >= b->max_len) return -1;
    bool ok = og_keys_push(&b->keys, OG_MIN(len + 1, b->len_cap));
    for (uint32_t i = 0; ok && i < b->n_parts; i++, at++) {
        uint32_t n = 0;
        begin_set(b);
        for (; b->keys.key[at] != CUT; at++) {
            const og_nfa_node *node = &b->p->node[b->keys.key[at]];
            if (node->kind == OG_NFA_ACCEPT) n = close_node(b, b->keys.key[at], false, false, n);
            if (node->kind == OG_NFA_CHARS && in_set(&b->p->set[node->b], c)) n = close_node(b, node->a, false, false, n);
        }
        ok = push_set(b, n);
    }
    if (!ok) return b->failed = true, -1;
    return intern(b, from);
}

/* ---- classes of characters ---- */

typedef struct cut {
    uint32_t c;
    uint64_t sig;
} cut;

static int by_char(const void *x, const void *y) {
    const cut *a = x, *b = y;
    return (a->c > b->c) - (a->c < b->c);
}

static uint32_t find_cut(const cut *cuts, uint32_t n, uint32_t c) {
    uint32_t lo = 0, hi = n;
    while (lo + 1 < hi) {
        const uint32_t mid = (lo + hi) / 2;
        if (cuts[mid].c <= c)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* The sets that the parts can come to; their number, each once, in b->stack. */
static uint32_t reachable_sets(builder *b, bool *seen) {
    uint32_t n = 0, open = 0;
    begin_set(b);
    for (uint32_t i = 0; i < b->n_parts; i++) b->met[open++] = b->part[i];
    while (open > 0) {
        const uint32_t at = b->met[--open];
        if (b->stamp[at] == b->n_stamp) continue;
        b->stamp[at] = b->n_stamp;
        const og_nfa_node *node = &b->p->node[at];
        if (node->kind == OG_NFA_CHARS && !seen[node->b]) seen[b->stack[n++] = node->b] = true;
        if (node->kind != OG_NFA_ACCEPT) b->met[open++] = node->a;
        if (node->kind == OG_NFA_SPLIT) b->met[open++] = node->b;
    }
    return n;
}

static bool label_cuts(builder *b, cut *cuts, uint32_t n, const uint32_t *set, uint32_t n_sets) {
    og_dfa *d = b->d;
    for (uint32_t i = 0; i < n_sets; i++) {
        const og_chars *s = &b->p->set[set[i]];
        for (uint32_t k = 0; k < s->n; k++)
            for (uint32_t at = find_cut(cuts, n, s->range[k].lo); at < n && cuts[at].c <= s->range[k].hi; at++)
                cuts[at].sig = (cuts[at].sig ^ (set[i] + 1)) * 0x9e3779b97f4a7c15, cuts[at].sig ^= cuts[at].sig >> 31;
    }
    d->range = og_alloc(n * sizeof *d->range);
    d->range_class = og_alloc(n * sizeof *d->range_class);
    b->sig_char = og_alloc(n * sizeof *b->sig_char);
    uint64_t *sig = og_alloc(n * sizeof *sig);
    const bool ok = d->range && d->range_class && b->sig_char && sig;
    for (uint32_t i = 0; ok && i < n; i++) {
        uint32_t c = 0;
        while (c < d->n_classes && sig[c] != cuts[i].sig) c++;
        if (c == d->n_classes) {
            sig[d->n_classes] = cuts[i].sig;
            b->sig_char[d->n_classes++] = cuts[i].c;
        }
        d->range[i] = (og_grange){cuts[i].c, i + 1 < n ? cuts[i + 1].c - 1 : 0x10ffff};
        d->range_class[i] = c;
    }
    d->n_ranges = n;
    og_release(sig);
    return ok;
}

static bool make_classes(builder *b) {
    bool *seen = og_calloc(b->p->n_sets + 1, 1);
    if (!seen) return false;
    const uint32_t n_sets = reachable_sets(b, seen);
    size_t n_cuts = 1;
    for (uint32_t i = 0; i < n_sets; i++) n_cuts += 2 * (size_t)b->p->set[b->stack[i]].n;
    cut *cuts = og_calloc(n_cuts, sizeof *cuts);
    uint32_t *set = og_alloc((n_sets + 1) * sizeof *set);
    bool ok = cuts && set;
    if (ok) {
        uint32_t n = 1, kept = 1;
        memcpy(set, b->stack, n_sets * sizeof *set);
        for (uint32_t i = 0; i < n_sets; i++) {
            const og_chars *s = &b->p->set[set[i]];
            for (uint32_t k = 0; k < s->n; k++) {
                cuts[n++].c = s->range[k].lo;
                if (s->range[k].hi < 0x10ffff) cuts[n++].c = s->range[k].hi + 1;
            }
        }
        qsort(cuts, n, sizeof *cuts, by_char);
        for (uint32_t i = 1; i < n; i++)
            if (cuts[i].c != cuts[kept - 1].c) cuts[kept++] = cuts[i];
        ok = label_cuts(b, cuts, kept, set, n_sets);
    }
    og_release(cuts);
    og_release(set);
    og_release(seen);
    return ok;
}

/* ---- the whole ---- */

og_status og_dfa_build(const og_nfa_pool *p, const uint32_t *part, uint32_t n_parts, uint32_t len_cap, uint32_t max_len, og_dfa *out,
                       og_error *err) {
    builder b = {.p = p, .d = out, .part = part, .n_parts = n_parts, .len_cap = len_cap, .max_len = max_len};
    *out = (og_dfa){0};
    b.stamp = og_calloc(p->n_nodes + 1, sizeof *b.stamp);
    b.stack = og_alloc((2 * (size_t)p->n_nodes + 64) * sizeof *b.stack);
    b.met = og_alloc((2 * (size_t)p->n_nodes + 64) * sizeof *b.met);
    bool ok = b.stamp && b.stack && b.met && make_classes(&b) && state_room(&b) && begin_state(&b);
    for (uint32_t i = 0; ok && i < out->n; i++)
        for (uint32_t c = 0; ok && c < out->n_classes; c++) {
            const int32_t to = follow(&b, i, b.sig_char[c]);
            out->next[(size_t)i * out->n_classes + c] = to;
            ok = !b.failed;
        }
    if (ok) {
        out->accept = og_calloc(out->n, 1);
        out->alive = og_calloc(out->n, 1);
        ok = out->accept && out->alive;
    }
    og_keys_free(&b.keys);
    og_release(b.stamp);
    og_release(b.stack);
    og_release(b.met);
    og_release(b.sig_char);
    if (ok) return OG_OK;
    og_dfa_free(out);
    return b.too_many ? og_fail(err, OG_ERR_UNSUPPORTED, "a set of texts that takes more than %d states", OG_DFA_STATES_MAX)
                      : og_fail(err, OG_ERR_MEMORY, "out of memory for a set of texts");
}

bool og_dfa_prune(og_dfa *d) {
    /* edges backwards, as lists: first[s], then link */
    const size_t edges = (size_t)d->n * d->n_classes;
    uint32_t *first = og_alloc(d->n * sizeof *first), *link = og_alloc(edges * sizeof *link), *open = og_alloc(d->n * sizeof *open);
    const bool ok = first && link && open;
    if (ok) {
        uint32_t n = 0;
        memset(first, 0xff, d->n * sizeof *first);
        for (size_t e = 0; e < edges; e++) {
            if (d->next[e] < 0) continue;
            link[e] = first[d->next[e]];
            first[d->next[e]] = (uint32_t)e;
        }
        for (uint32_t i = 0; i < d->n; i++)
            if ((d->alive[i] = d->accept[i])) open[n++] = i;
        while (n > 0) {
            const uint32_t to = open[--n];
            for (uint32_t e = first[to]; e != UINT32_MAX; e = link[e]) {
                const uint32_t from = e / d->n_classes;
                if (d->alive[from]) continue;
                d->alive[from] = true;
                open[n++] = from;
            }
        }
    }
    og_release(first);
    og_release(link);
    og_release(open);
    return ok;
}

void og_dfa_free(og_dfa *d) {
    og_release(d->next);
    og_release(d->bits);
    og_release(d->len);
    og_release(d->accept);
    og_release(d->alive);
    og_release(d->range);
    og_release(d->range_class);
    *d = (og_dfa){0};
}

uint64_t og_dfa_run(const og_dfa *d, const char *s, size_t len, bool *accept) {
    int32_t at = 0;
    for (size_t i = 0; i < len && at >= 0;) {
        int32_t c;
        i += (size_t)og_utf8_decode(s + i, len - i, &c);
        uint32_t k = 0;
        if (c < 0) c = 0xfffd;
        while (d->range[k].hi < (uint32_t)c) k++;
        at = d->next[(size_t)at * d->n_classes + d->range_class[k]];
    }
    *accept = at >= 0 && d->accept[at];
    return at >= 0 ? d->bits[at] : 0;
}
