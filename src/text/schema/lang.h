/* lang.h: regular languages of strings: regular expressions (ECMA-262) as nondeterministic automata, and several of them followed at once
 * as one deterministic automaton, from which any combination (and, or, not) can be read off. */
#ifndef OG_TEXT_SCHEMA_LANG_H
#define OG_TEXT_SCHEMA_LANG_H

#include "text/grammar/grammar_build.h"

enum { OG_NFA_NODES_MAX = 1 << 17, OG_DFA_STATES_MAX = 1 << 15, OG_DFA_PARTS_MAX = 64 };

typedef enum og_nfa_kind { OG_NFA_CHARS, OG_NFA_SPLIT, OG_NFA_START, OG_NFA_END, OG_NFA_ACCEPT } og_nfa_kind;

typedef struct og_nfa_node {
    og_nfa_kind kind;
    uint32_t a, b; /* a: what follows; b: SPLIT: the other one, CHARS: the set */
} og_nfa_node;

typedef struct og_chars {
    const og_grange *range; /* sorted, apart */
    uint32_t n;
} og_chars;

/* Automata are nodes of one pool, named by the node where they begin. */
typedef struct og_nfa_pool {
    og_arena arena;
    og_nfa_node *node;
    og_chars *set;
    uint32_t n_nodes, node_cap, n_sets, set_cap;
} og_nfa_pool;

void og_nfa_pool_open(og_nfa_pool *p);
void og_nfa_pool_close(og_nfa_pool *p);
/* False when out of memory or past OG_NFA_NODES_MAX. */
bool og_nfa_add(og_nfa_pool *p, og_nfa_kind kind, uint32_t a, uint32_t b, uint32_t *out);
/* Sorts and joins a copy. */
bool og_nfa_set(og_nfa_pool *p, const og_grange *range, uint32_t n, bool negated, uint32_t *out);
/* The automaton of strings in which the expression is found somewhere. Errors say what is wrong or not possible, without a place. */
og_status og_regex_parse(og_nfa_pool *p, const char *text, size_t len, uint32_t *out, og_error *err);
/* The automaton of exactly these strings. */
og_status og_nfa_words(og_nfa_pool *p, const char *const *word, const size_t *len, uint32_t n, uint32_t *out, og_error *err);

/* ---- deterministic ---- */

typedef struct og_dfa {
    uint32_t n, n_classes, n_ranges;
    int32_t *next;        /* [n][n_classes]; -1: none */
    uint64_t *bits;       /* [n] bit i: a string that ends here is in part i */
    uint32_t *len;        /* [n] characters so far, up to len_cap */
    bool *accept, *alive; /* [n] set by the caller; whether an accepting state can be reached: og_dfa_prune */
    og_grange *range;     /* [n_ranges] all characters, in order */
    uint32_t *range_class;
} og_dfa;

/* Follows up to 64 automata at once; state 0 is the beginning. Lengths are counted up to len_cap. max_len: strings are no longer. */
og_status og_dfa_build(const og_nfa_pool *p, const uint32_t *part, uint32_t n_parts, uint32_t len_cap, uint32_t max_len, og_dfa *out,
                       og_error *err);
/* False when out of memory. */
bool og_dfa_prune(og_dfa *d);
void og_dfa_free(og_dfa *d);
/* Which parts hold this string of whole characters. */
uint64_t og_dfa_run(const og_dfa *d, const char *s, size_t len, bool *accept);

/* Nodes for the rest of a JSON string from state 0 on, its closing quote included: end(user, state) is what follows in an accepting state,
 * UINT32_MAX: it does not accept after all. Characters are written as themselves, by a short escape, or, control characters, as \u00XX. */
typedef uint32_t og_dfa_end_fn(void *user, uint32_t state);
uint32_t og_dfa_emit(og_gbuild *b, const og_dfa *d, og_dfa_end_fn *end, void *user);

/* The quote that begins or ends a string, then `next`. */
uint32_t og_quote_emit(og_gbuild *b, uint32_t next);
/* A node for one character of the ranges, written so, then `next`; UINT32_MAX if JSON can write none of them. */
uint32_t og_char_emit(og_gbuild *b, const og_grange *range, uint32_t n, uint32_t next);

#endif
