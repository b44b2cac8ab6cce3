/* pattern.h: split patterns, written in the subset of Perl's language that the published tokenizers use:
 *
 *   literals, \r \n \t \x{hex}, classes [...] with ranges, negation and exceptions [...&&[^...]], \p{L} \P{Nd} \s \S \d \D, alternation,
 * groups (...) (?:...)
 * (?i:...), quantifiers ? * + {m} {m,} {m,n} with the possessive suffix +, lookahead (?=...) (?!...), and $ (the end of the text).
 *
 * A group may repeat a fixed number of times only, so that a match needs no more stack than the pattern is deep. Matching is leftmost,
 * the first alternative that fits wins, quantifiers are greedy: as in Perl. A byte that is not part of valid UTF-8 counts as U+FFFD. */
#ifndef OG_TEXT_PATTERN_H
#define OG_TEXT_PATTERN_H

#include "base/base.h"

enum { OG_PATTERN_OPS = 256, OG_PATTERN_CLASSES = 48, OG_PATTERN_RANGES = 256, OG_PATTERN_TOP = 32, OG_PATTERN_RUNS = 32 };

typedef enum og_pattern_code {
    OG_OP_ONE,       /* one character of class `cls` */
    OG_OP_RUN,       /* min to max characters of `cls`, as many as possible; possessive: never gives any back */
    OG_OP_SPLIT,     /* what follows or, failing that, what is `to` ahead */
    OG_OP_JUMP,      /* go `to` ahead */
    OG_OP_AHEAD,     /* what follows (up to its DONE) must match here; then go `to` ahead */
    OG_OP_NOT_AHEAD, /* ... must not match */
    OG_OP_END,       /* end of the text */
    OG_OP_DONE,
} og_pattern_code;

typedef struct og_pattern_op {
    uint8_t code; /* og_pattern_code */
    uint8_t cls;
    uint8_t run; /* of a RUN without limit: its number */
    bool possessive;
    uint16_t min, max; /* max OG_PATTERN_NO_LIMIT: any number */
    uint16_t to;       /* relative, so that code can be moved and copied */
} og_pattern_op;

#define OG_PATTERN_NO_LIMIT UINT16_MAX

typedef struct og_class {
    uint8_t ascii[128];
    uint32_t categories; /* of the other characters: a bit for each og_category */
    bool negated;        /* of categories and ranges; ascii has it already */
    uint16_t first, n;   /* ranges */
    uint16_t n_except;   /* ranges after those, whose characters are not in the class after all */
} og_class;

typedef struct og_range {
    uint32_t low, high;
} og_range;

typedef struct og_pattern {
    int n_ops, n_classes, n_ranges, n_runs, n_top;
    og_pattern_op op[OG_PATTERN_OPS];
    og_class cls[OG_PATTERN_CLASSES];
    og_range range[OG_PATTERN_RANGES];
    uint16_t top[OG_PATTERN_TOP]; /* where each alternative of the whole pattern starts */
    uint32_t first[129];          /* alternatives that can begin with this ASCII character; 128: with any other */
} og_pattern;

/* Compiles the NUL-terminated pattern. Release with og_release. */
og_status og_pattern_compile(const char *text, og_pattern **out, og_error *err);

/* One pattern over one text. What it remembers of long runs that led nowhere keeps matching linear in the text. */
typedef struct og_matcher {
    const og_pattern *pattern;
    const uint8_t *end;
    struct {
        const uint8_t *from, *to; /* this run leads to no match, wherever in [from, to] it is entered */
    } dead[OG_PATTERN_RUNS];
} og_matcher;

void og_matcher_init(og_matcher *m, const og_pattern *pattern, const uint8_t *end);
/* The first match at or after `at`: *from to the returned end, never empty; NULL if there is none. */
const uint8_t *og_matcher_next(og_matcher *m, const uint8_t *at, const uint8_t **from);

#endif
