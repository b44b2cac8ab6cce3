/* scope.c: scopes and the tests on their notes. Notes are words: items so far, hits so far, bits of the things that came. Counts stop where
 * more makes no difference, so that long lists do not make new states for ever. */
#include "text/grammar/grammar_build.h"

static bool grow(og_gbuild *b, void *array, uint32_t n, uint32_t *cap, size_t size) {
    void **at = array;
    if (b->status != OG_OK) return false;
    if (n < *cap) return true;
    const uint32_t more = *cap ? *cap * 2 : 16;
    void *larger = og_realloc(*at, more * size);
    if (!larger) {
        og_gbuild_fail(b, OG_ERR_MEMORY, "out of memory for a grammar");
        return false;
    }
    *at = larger;
    *cap = more;
    return true;
}

uint32_t og_gbuild_scope(og_gbuild *b, og_gscope scope) {
    og_grammar *g = b->g;
    if (og_gscope_words(&scope) > OG_GSCOPE_WORDS)
        og_gbuild_fail(b, OG_ERR_UNSUPPORTED, "%u things of which each may come once are too many", scope.n_once);
    if (!grow(b, &g->scope, g->n_scopes, &b->scope_cap, sizeof *g->scope)) {
        og_release(scope.required);
        return 0;
    }
    g->scope[g->n_scopes] = scope;
    return g->n_scopes++;
}

uint32_t og_gbuild_enter(og_gbuild *b, uint32_t scope, uint32_t rule, uint32_t next) {
    const uint32_t at = og_gbuild_node(b, OG_G_SCOPE, rule, next);
    if (b->status == OG_OK) b->g->node[at].hi = (uint8_t)og_gscope_words(&b->g->scope[scope]);
    return at;
}

uint32_t og_gbuild_test(og_gbuild *b, og_gtest test, uint32_t next) {
    og_grammar *g = b->g;
    if (!grow(b, &g->test, g->n_tests, &b->test_cap, sizeof *g->test)) return 0;
    g->test[g->n_tests] = test;
    return og_gbuild_node(b, OG_G_TEST, next, g->n_tests++);
}

static uint32_t missing(const og_gscope *s, const uint32_t *words) {
    uint32_t n = 0;
    for (uint32_t i = 0; s->required && i < OG_DIV_UP(s->n_once, 32u); i++)
        n += (uint32_t)__builtin_popcount(s->required[i] & ~words[2 + i]);
    return n;
}

/* One more, of which `least` must be reached and more than `most` may not; what is past both is not counted. */
static uint32_t more(uint32_t n, uint32_t least, uint32_t most) {
    return most == UINT32_MAX ? OG_MIN(n + 1, least) : n + 1;
}

/* An item comes; `must` of those to come after it must come. */
static bool count(const og_gscope *s, uint32_t *words, uint32_t must) {
    if (s->max != UINT32_MAX && (words[0] >= s->max || s->max - words[0] - 1 < must)) return false;
    words[0] = more(words[0], s->min, s->max);
    return true;
}

static bool once(const og_gscope *s, uint32_t *words, uint32_t k) {
    if (k >= s->n_once || words[2 + k / 32] >> k % 32 & 1) return false;
    words[2 + k / 32] |= 1u << k % 32;
    return true;
}

bool og_gscope_pass(const og_gscope *s, const og_gtest *t, uint32_t *words) {
    const uint32_t hits = s->min_hits > words[1] ? s->min_hits - words[1] : 0; /* still to come */
    switch (t->kind) {
    case OG_GT_ONCE:
        return once(s, words, t->k) && count(s, words, missing(s, words));
    case OG_GT_ITEM:
        return count(s, words, OG_MAX(hits, missing(s, words)));
    case OG_GT_HIT:
        if (words[1] >= s->max_hits) return false;
        words[1] = more(words[1], s->min_hits, s->max_hits);
        return count(s, words, hits ? hits - 1 : 0);
    case OG_GT_VALUE:
        return once(s, words, t->k);
    case OG_GT_CLOSE:
        return words[0] >= s->min && hits == 0 && missing(s, words) == 0;
    case OG_GT_MORE:
        if (words[0] >= s->max) return false;
        if (s->extra) return s->max == UINT32_MAX || s->max - words[0] > missing(s, words) || missing(s, words) > 0;
        for (uint32_t k = 0; k < s->n_once; k++)
            if (!(words[2 + k / 32] >> k % 32 & 1)) {
                const bool must = s->required && (s->required[k / 32] >> k % 32 & 1);
                if (must || s->max == UINT32_MAX || s->max - words[0] > missing(s, words)) return true;
            }
        return false;
    }
    return false;
}
