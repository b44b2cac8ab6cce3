/* nfa.c: pools of automata, and those of lists of words. */
#include "text/schema/lang.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

void og_nfa_pool_open(og_nfa_pool *p) {
    *p = (og_nfa_pool){0};
    og_arena_init(&p->arena, 0);
}

void og_nfa_pool_close(og_nfa_pool *p) {
    og_arena_free(&p->arena);
    og_release(p->node);
    og_release(p->set);
    *p = (og_nfa_pool){0};
}

static bool room(void *array, uint32_t n, uint32_t *cap, size_t size) {
    void **at = array;
    if (n < *cap) return true;
    const uint32_t more = *cap ? *cap * 2 : 64;
    void *larger = og_realloc(*at, more * size);
    if (!larger) return false;
    *at = larger;
    *cap = more;
    return true;
}

bool og_nfa_add(og_nfa_pool *p, og_nfa_kind kind, uint32_t a, uint32_t b, uint32_t *out) {
    if (p->n_nodes == OG_NFA_NODES_MAX || !room(&p->node, p->n_nodes, &p->node_cap, sizeof *p->node)) return false;
    p->node[p->n_nodes] = (og_nfa_node){kind, a, b};
    *out = p->n_nodes++;
    return true;
}

static int by_start(const void *a, const void *b) {
    const og_grange *x = a, *y = b;
    return (x->lo > y->lo) - (x->lo < y->lo);
}

bool og_nfa_set(og_nfa_pool *p, const og_grange *range, uint32_t n, bool negated, uint32_t *out) {
    og_grange *r = og_arena_alloc(&p->arena, (n + 1) * sizeof *r), *gap = og_arena_alloc(&p->arena, (n + 1) * sizeof *gap);
    if (!r || !gap || !room(&p->set, p->n_sets, &p->set_cap, sizeof *p->set)) return false;
    uint32_t joined = 0, n_gaps = 0, next = 0;
    if (n) memcpy(r, range, n * sizeof *r);
    qsort(r, n, sizeof *r, by_start);
    for (uint32_t i = 0; i < n; i++) {
        if (joined && r[i].lo <= r[joined - 1].hi + 1)
            r[joined - 1].hi = OG_MAX(r[joined - 1].hi, r[i].hi);
        else
            r[joined++] = r[i];
    }
    for (uint32_t i = 0; i < joined; i++) {
        if (r[i].lo > next) gap[n_gaps++] = (og_grange){next, r[i].lo - 1};
        next = r[i].hi + 1;
    }
    if (next <= 0x10ffff) gap[n_gaps++] = (og_grange){next, 0x10ffff};
    p->set[p->n_sets] = negated ? (og_chars){gap, n_gaps} : (og_chars){r, joined};
    *out = p->n_sets++;
    return true;
}

og_status og_nfa_words(og_nfa_pool *p, const char *const *word, const size_t *len, uint32_t n, uint32_t *out, og_error *err) {
    uint32_t accept, end, all = UINT32_MAX;
    bool ok = og_nfa_add(p, OG_NFA_ACCEPT, 0, 0, &accept) && og_nfa_add(p, OG_NFA_END, accept, 0, &end);
    for (uint32_t i = 0; ok && i < n; i++) {
        uint32_t at = end;
        for (size_t k = len[i]; ok && k > 0;) {
            size_t from = k - 1;
            while (from > 0 && ((unsigned char)word[i][from] & 0xc0) == 0x80) from--;
            int32_t c;
            uint32_t set;
            og_utf8_decode(word[i] + from, k - from, &c);
            ok = c >= 0 && og_nfa_set(p, &(og_grange){(uint32_t)c, (uint32_t)c}, 1, false, &set) &&
                 og_nfa_add(p, OG_NFA_CHARS, at, set, &at);
            k = from;
        }
        if (ok) ok = og_nfa_add(p, OG_NFA_START, at, 0, &at) && (all == UINT32_MAX || og_nfa_add(p, OG_NFA_SPLIT, at, all, &at));
        all = at;
    }
    if (ok && n == 0) ok = og_nfa_set(p, NULL, 0, false, &all) && og_nfa_add(p, OG_NFA_CHARS, end, all, &all);
    *out = all;
    return ok ? OG_OK : og_fail(err, OG_ERR_UNSUPPORTED, "too many texts for a grammar");
}
