/* grammar_build.h: from expressions to rules of nodes. Readers (gbnf.c) make expressions; og_gbuild_finish compiles and checks them. */
#ifndef OG_TEXT_GRAMMAR_GRAMMAR_BUILD_H
#define OG_TEXT_GRAMMAR_GRAMMAR_BUILD_H

#include "text/grammar/grammar.h"

#include <stdatomic.h>

/* ---- the compiled form ---- */

typedef enum og_gkind { OG_G_BYTES, OG_G_CALL, OG_G_SPLIT, OG_G_END, OG_G_SCOPE, OG_G_TEST } og_gkind;

typedef struct og_gnode {
    uint8_t kind, lo, hi; /* BYTES: lo..hi, then a */
    uint32_t a, b;        /* CALL: rule a, then b; SPLIT: a or b; SCOPE: as CALL, with notes; TEST: test b on them, then a */
} og_gnode;

/* Notes: what a grammar alone would need a rule for each combination of, such as which members an object has already. The return from a
 * scope carries them: the number of items, the number of those that count as hits, a bit for each thing that may come once. */
typedef struct og_gscope {
    uint32_t min, max; /* items; UINT32_MAX: no limit */
    uint32_t min_hits, max_hits;
    uint32_t n_once;    /* things that may come once */
    bool extra;         /* items may be other things, too */
    uint32_t *required; /* [n_once / 32] bits: things that must come; owned */
} og_gscope;

typedef enum og_gtest_kind {
    OG_GT_ONCE,  /* an item, the thing k, comes for the first time */
    OG_GT_ITEM,  /* another item comes */
    OG_GT_HIT,   /* an item that is a hit comes */
    OG_GT_VALUE, /* the thing k, of an item that was counted already */
    OG_GT_MORE,  /* an item may still come */
    OG_GT_CLOSE, /* the scope may end */
} og_gtest_kind;

typedef struct og_gtest {
    og_gtest_kind kind;
    uint32_t scope, k;
} og_gtest;

typedef struct og_grule {
    char *name;
    uint32_t entry; /* node */
} og_grule;

struct og_grammar {
    atomic_int refs;
    og_gnode *node;
    og_grule *rule;
    uint32_t n_nodes, n_rules, root;
    og_gscope *scope;
    og_gtest *test;
    uint32_t n_scopes, n_tests;
};

enum { OG_GSCOPE_WORDS = 255 }; /* at most, so 8096 things that may come once */
enum { OG_G_NODES_MAX = 1 << 19, OG_G_RULES_MAX = 1 << 15, OG_G_DEPTH_MAX = 200, OG_G_REPEAT_MAX = 1 << 20 };

/* A control token is followed as these two bytes with its spelling between them: no text has them. */
enum { OG_MARK_BEGIN = 0xff, OG_MARK_END = 0xfe };

/* ---- expressions ---- */

typedef enum og_gexpr_kind { OG_GE_EMPTY, OG_GE_SET, OG_GE_RULE, OG_GE_SEQ, OG_GE_ALT, OG_GE_REPEAT } og_gexpr_kind;

typedef struct og_grange {
    uint32_t lo, hi; /* code points */
} og_grange;

typedef struct og_gexpr og_gexpr;
struct og_gexpr {
    og_gexpr_kind kind;
    og_gexpr *left, *right; /* SEQ, ALT; REPEAT: left */
    const og_grange *range; /* SET: sorted, apart */
    uint32_t n;             /* SET: ranges; RULE: its number */
    uint32_t min, max;      /* REPEAT; UINT32_MAX: no limit */
};

typedef struct og_gbuild {
    og_arena arena; /* expressions */
    og_grammar *g;
    og_gexpr **body; /* of each rule; NULL: not defined yet */
    uint32_t node_cap, rule_cap, scope_cap, test_cap;
    uint32_t *repeats; /* triples (rule, power, made rule) of repeated rules; see repeat in build.c */
    uint32_t n_repeats, repeat_cap;
    bool gemma;       /* strings are written as Gemma writes them: text/schema/emit.c */
    og_status status; /* the first thing that failed; building goes on harmlessly */
    og_error error;
} og_gbuild;

og_status og_gbuild_open(og_gbuild *b, og_error *err);
void og_gbuild_close(og_gbuild *b);
/* Number of the rule of that name, made if it is not there. */
uint32_t og_gbuild_rule(og_gbuild *b, const char *name, size_t len);
/* NULL only when something failed; NULL operands are taken, too. */
og_gexpr *og_gbuild_empty(og_gbuild *b);
og_gexpr *og_gbuild_set(og_gbuild *b, const og_grange *range, uint32_t n, bool negated); /* sorts and joins a copy */
og_gexpr *og_gbuild_text(og_gbuild *b, const uint32_t *code_point, size_t n);
og_gexpr *og_gbuild_call(og_gbuild *b, uint32_t rule);
og_gexpr *og_gbuild_seq(og_gbuild *b, og_gexpr *left, og_gexpr *right);
og_gexpr *og_gbuild_alt(og_gbuild *b, og_gexpr *left, og_gexpr *right);
og_gexpr *og_gbuild_repeat(og_gbuild *b, og_gexpr *what, uint32_t min, uint32_t max);
void og_gbuild_fail(og_gbuild *b, og_status status, const char *fmt, ...) OG_PRINTF(3, 4);
/* Compiles all rules, with `root` as the start. Names rules that are called and not defined. The grammar is the caller's then. */
og_status og_gbuild_finish(og_gbuild *b, const char *root, og_grammar **out, og_error *err);

/* The same for a maker who knows that every rule has an end and none begins with itself. Call it once. */
og_status og_gbuild_close_rules(og_gbuild *b, uint32_t root, og_grammar **out, og_error *err);

uint32_t og_gbuild_node(og_gbuild *b, og_gkind kind, uint32_t x, uint32_t y);
/* A rule of nodes that were made already. */
void og_gbuild_define(og_gbuild *b, uint32_t rule, uint32_t entry);
uint32_t og_gbuild_new_rule(og_gbuild *b, const char *name);
/* scope.c: takes over `required`. */
uint32_t og_gbuild_scope(og_gbuild *b, og_gscope scope);
/* Calls the rule with empty notes of the scope, then `next`. */
uint32_t og_gbuild_enter(og_gbuild *b, uint32_t scope, uint32_t rule, uint32_t next);
uint32_t og_gbuild_test(og_gbuild *b, og_gtest test, uint32_t next);
/* Words of a scope's notes. */
static inline uint32_t og_gscope_words(const og_gscope *s) {
    return 2 + OG_DIV_UP(s->n_once, 32u);
}
/* Whether the test passes on notes; they become what they are then. */
bool og_gscope_pass(const og_gscope *s, const og_gtest *t, uint32_t *words);
/* utf8_ranges.c: nodes for the characters lo..hi, then `next`; surrogates are left out. */
uint32_t og_gbuild_chars(og_gbuild *b, uint32_t lo, uint32_t hi, uint32_t next);
/* check.c: refuses left recursion and rules that no finite text can match. */
og_status og_grammar_validate(const og_grammar *g, og_error *err);

#endif
