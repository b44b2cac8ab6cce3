/* regex.c: regular expressions as ECMA-262 has them with the flag u, as far as they are regular: no look-around, no references, no \b.
 * Compiled from a tree, from the end to the beginning, as in build.c of grammars. */
#include "text/schema/lang.h"
#include "base/utf8.h"
#include "text/unicode.h"

#include <string.h>

enum { DEPTH_MAX = 100, REPEAT_MAX = 10000, RANGES_MAX = 4096 };

typedef enum tree_kind { T_EMPTY, T_SET, T_SEQ, T_ALT, T_REPEAT, T_START, T_END } tree_kind;

typedef struct tree {
    tree_kind kind;
    struct tree *left, *right;
    uint32_t set, min, max;
} tree;

typedef struct reader {
    og_nfa_pool *p;
    const char *s, *end;
    int depth;
    const char *problem; /* the first one; static */
    og_grange *range;    /* of the class being read */
    uint32_t n_ranges;
} reader;

static void *fail(reader *r, const char *what) {
    if (!r->problem) r->problem = what;
    r->s = r->end;
    return NULL;
}

static tree *make(reader *r, tree t) {
    tree *at = og_arena_alloc(&r->p->arena, sizeof *at);
    if (!at) return fail(r, "out of memory");
    *at = t;
    return at;
}

static bool take(reader *r, char c) {
    const bool hit = r->s < r->end && *r->s == c;
    r->s += hit;
    return hit;
}

static bool take_word(reader *r, const char *word) {
    const size_t n = strlen(word);
    if ((size_t)(r->end - r->s) < n || memcmp(r->s, word, n) != 0) return false;
    r->s += n;
    return true;
}

static uint32_t next_char(reader *r) {
    int32_t c;
    if (r->s >= r->end) return fail(r, "it ends too early"), 0;
    r->s += og_utf8_decode(r->s, (size_t)(r->end - r->s), &c);
    if (c < 0) return fail(r, "it is not UTF-8"), 0;
    return (uint32_t)c;
}

/* ---- classes ---- */

static void add_range(reader *r, uint32_t lo, uint32_t hi) {
    if (r->n_ranges == RANGES_MAX) {
        fail(r, "a class of too many ranges");
        return;
    }
    r->range[r->n_ranges++] = (og_grange){lo, hi};
}

static void add_ranges(reader *r, const og_grange *range, uint32_t n, bool negated) {
    uint32_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!negated) add_range(r, range[i].lo, range[i].hi);
        if (negated && range[i].lo > next) add_range(r, next, range[i].lo - 1);
        next = range[i].hi + 1;
    }
    if (negated) add_range(r, next, 0x10ffff);
}

static const og_grange digit[] = {{'0', '9'}}, word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const og_grange space[] = {{'\t', '\r'},     {' ', ' '},       {0xa0, 0xa0},     {0x1680, 0x1680}, {0x2000, 0x200a},
                                  {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};

static const struct {
    const char *name, *other;
    uint32_t first, last; /* og_category */
} property[] = {
    {"L", "Letter", OG_UC_LU, OG_UC_LO},
    {"Lu", "Uppercase_Letter", OG_UC_LU, OG_UC_LU},
    {"Ll", "Lowercase_Letter", OG_UC_LL, OG_UC_LL},
    {"Lt", "Titlecase_Letter", OG_UC_LT, OG_UC_LT},
    {"Lm", "Modifier_Letter", OG_UC_LM, OG_UC_LM},
    {"Lo", "Other_Letter", OG_UC_LO, OG_UC_LO},
    {"M", "Mark", OG_UC_MN, OG_UC_ME},
    {"N", "Number", OG_UC_ND, OG_UC_NO},
    {"Nd", "Decimal_Number", OG_UC_ND, OG_UC_ND},
    {"digit", "Nd", OG_UC_ND, OG_UC_ND},
    {"P", "Punctuation", OG_UC_PC, OG_UC_PO},
    {"S", "Symbol", OG_UC_SM, OG_UC_SO},
    {"Sc", "Currency_Symbol", OG_UC_SC, OG_UC_SC},
    {"Z", "Separator", OG_UC_ZS, OG_UC_ZP},
    {"Zs", "Space_Separator", OG_UC_ZS, OG_UC_ZS},
};

static bool is(const char *s, size_t n, const char *name) {
    return strlen(name) == n && memcmp(s, name, n) == 0;
}

/* Behind \p or \P. */
static void add_property(reader *r, bool negated) {
    if (!take(r, '{')) {
        fail(r, "\\p wants a name in braces");
        return;
    }
    const char *name = r->s;
    while (r->s < r->end && *r->s != '}') r->s++;
    size_t n = (size_t)(r->s - name);
    take(r, '}');
    static const char *const prefix[] = {"General_Category=", "gc="};
    for (size_t i = 0; i < OG_LEN(prefix); i++) {
        const size_t k = strlen(prefix[i]);
        if (n > k && memcmp(name, prefix[i], k) == 0) name += k, n -= k;
    }
    for (size_t i = 0; i < OG_LEN(property); i++) {
        if (!is(name, n, property[i].name) && !is(name, n, property[i].other)) continue;
        uint32_t from = 0;
        bool in = false;
        for (uint32_t c = 0; c <= 0x110000; c++) {
            const uint32_t of = c <= 0x10ffff ? (uint32_t)og_unicode_category(c) : 0;
            const bool now = c <= 0x10ffff && (of >= property[i].first && of <= property[i].last) != negated;
            if (now && !in) from = c;
            if (!now && in) add_range(r, from, c - 1);
            in = now;
        }
        return;
    }
    fail(r, "\\p with a property other than a general category");
}

static uint32_t hex(reader *r, int digits) {
    uint32_t v = 0;
    for (int i = 0; i < digits; i++) {
        const char c = r->s < r->end ? *r->s : 0;
        const int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (d < 0) return fail(r, "an escape with too few hexadecimal digits"), 0;
        v = v * 16 + (uint32_t)d;
        r->s++;
    }
    return v;
}

static uint32_t unicode_escape(reader *r) {
    if (take(r, '{')) {
        uint32_t v = 0;
        while (r->s < r->end && *r->s != '}') {
            v = v * 16 + hex(r, 1);
            if (v > 0x10ffff) return fail(r, "an escape that is no character"), 0;
        }
        if (!take(r, '}')) fail(r, "\\u{ without }");
        return v;
    }
    const uint32_t high = hex(r, 4);
    if (high < 0xd800 || high >= 0xdc00 || !take_word(r, "\\u")) return high;
    const uint32_t low = hex(r, 4);
    if (low < 0xdc00 || low >= 0xe000) return fail(r, "half a surrogate pair"), 0;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Behind a backslash. Adds a class to the ranges (true), or gives a character. */
static bool escape(reader *r, uint32_t *c) {
    static const char from[] = "nrtfv0", to[] = "\n\r\t\f\v";
    const uint32_t e = next_char(r);
    const char *at = e && e < 128 ? strchr(from, (int)e) : NULL;
    *c = e;
    if (at) return *c = (unsigned char)to[at - from], false;
    switch (e) {
    case 'd':
    case 'D':
        return add_ranges(r, digit, OG_LEN(digit), e == 'D'), true;
    case 'w':
    case 'W':
        return add_ranges(r, word, OG_LEN(word), e == 'W'), true;
    case 's':
    case 'S':
        return add_ranges(r, space, OG_LEN(space), e == 'S'), true;
    case 'p':
    case 'P':
        return add_property(r, e == 'P'), true;
    case 'x':
        return *c = hex(r, 2), false;
    case 'u':
        return *c = unicode_escape(r), false;
    case 'c':
        return *c = next_char(r) & 31, false;
    case 'b':
    case 'B':
        return fail(r, "\\b, the boundary of a word"), false;
    case 'k':
        return fail(r, "a reference to a group"), false;
    }
    if (e >= '1' && e <= '9') return fail(r, "a reference to a group"), false;
    if (e < 128 && ((e | 32) >= 'a' && (e | 32) <= 'z')) fail(r, "an unknown escape");
    return false;
}

static tree *set_of(reader *r, bool negated) {
    uint32_t set;
    if (r->problem) return NULL;
    if (!og_nfa_set(r->p, r->range, r->n_ranges, negated, &set)) return fail(r, "out of memory");
    return make(r, (tree){.kind = T_SET, .set = set});
}

static tree *class(reader *r) {
    const bool negated = take(r, '^');
    r->n_ranges = 0;
    while (r->s < r->end && *r->s != ']') {
        uint32_t lo, hi;
        lo = next_char(r);
        if (lo == '\\') {
            if (r->s < r->end && *r->s == 'b') {
                r->s++;
                lo = '\b';
            } else if (escape(r, &lo)) {
                continue;
            }
        }
        hi = lo;
        if (r->end - r->s > 1 && r->s[0] == '-' && r->s[1] != ']') {
            r->s++;
            hi = next_char(r);
            if (hi == '\\' && escape(r, &hi)) return fail(r, "a range that ends in a class");
        }
        if (hi < lo) return fail(r, "a range that ends before it begins");
        add_range(r, lo, hi);
    }
    if (!take(r, ']')) return fail(r, "a class without ]");
    return set_of(r, negated);
}

static tree *single(reader *r, uint32_t c) {
    r->n_ranges = 0;
    add_range(r, c, c);
    return set_of(r, false);
}

/* ---- structure ---- */

static tree *alternatives(reader *r);

static tree *group(reader *r) {
    if (++r->depth > DEPTH_MAX) return fail(r, "groups nested too deeply");
    if (take(r, '?')) {
        if (take_word(r, "=") || take_word(r, "!") || take_word(r, "<=") || take_word(r, "<!"))
            return fail(r, "looking ahead or behind, (?= (?! (?<= (?<!");
        if (take(r, '<'))
            while (r->s < r->end && *r->s++ != '>') {}
        else if (!take(r, ':'))
            return fail(r, "a group of an unknown kind");
    }
    tree *t = alternatives(r);
    if (!take(r, ')')) return fail(r, "a group without )");
    r->depth--;
    return t;
}

static tree *atom(reader *r) {
    static const og_grange line_end[] = {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}};
    const uint32_t c = next_char(r);
    uint32_t e;
    switch (c) {
    case '^':
        return make(r, (tree){.kind = T_START});
    case '$':
        return make(r, (tree){.kind = T_END});
    case '(':
        return group(r);
    case '[':
        return class(r);
    case '.':
        r->n_ranges = 0;
        add_ranges(r, line_end, OG_LEN(line_end), false);
        return set_of(r, true);
    case '\\':
        r->n_ranges = 0;
        return escape(r, &e) ? set_of(r, false) : single(r, e);
    case '*':
    case '+':
    case '?':
        return fail(r, "a repetition of nothing");
    default:
        return single(r, c);
    }
}

static bool number(reader *r, uint32_t *out) {
    const char *from = r->s;
    uint64_t v = 0;
    for (; r->s < r->end && *r->s >= '0' && *r->s <= '9'; r->s++) v = OG_MIN(v * 10 + (uint64_t)(*r->s - '0'), (uint64_t)UINT32_MAX);
    *out = (uint32_t)v;
    return r->s > from;
}

/* The counts of {n}, {n,} and {n,m}; a brace that begins none is a character. */
static bool counted(reader *r, uint32_t *min, uint32_t *max) {
    const char *from = r->s;
    if (take(r, '{') && number(r, min)) {
        *max = *min;
        if (take(r, ',') && !number(r, max)) *max = UINT32_MAX;
        if (take(r, '}')) return true;
    }
    r->s = from;
    return false;
}

static tree *repeated(reader *r) {
    tree *t = atom(r);
    uint32_t min = 0, max = UINT32_MAX;
    if (r->problem) return NULL;
    if (take(r, '+'))
        min = 1;
    else if (take(r, '?'))
        max = 1;
    else if (!take(r, '*') && !counted(r, &min, &max))
        return t;
    take(r, '?'); /* how much is taken first makes no difference */
    if (max < min) return fail(r, "a repetition whose maximum is below its minimum");
    if (min > REPEAT_MAX || (max != UINT32_MAX && max > REPEAT_MAX)) return fail(r, "a repetition of more than 10000 times");
    return make(r, (tree){.kind = T_REPEAT, .left = t, .min = min, .max = max});
}

static tree *sequence(reader *r) {
    tree *all = make(r, (tree){.kind = T_EMPTY});
    while (!r->problem && r->s < r->end && *r->s != '|' && *r->s != ')')
        all = make(r, (tree){.kind = T_SEQ, .left = all, .right = repeated(r)});
    return all;
}

static tree *alternatives(reader *r) {
    tree *t = sequence(r);
    while (!r->problem && take(r, '|')) t = make(r, (tree){.kind = T_ALT, .left = t, .right = sequence(r)});
    return t;
}

/* ---- to nodes ---- */

static bool compile(og_nfa_pool *p, const tree *t, uint32_t next, uint32_t *out);

static bool repeat(og_nfa_pool *p, const tree *t, uint32_t next, uint32_t *out) {
    uint32_t at = next, once;
    if (t->max == UINT32_MAX) {
        uint32_t loop;
        if (!og_nfa_add(p, OG_NFA_SPLIT, 0, next, &loop) || !compile(p, t->left, loop, &once)) return false;
        p->node[loop].a = once;
        at = loop;
    }
    for (uint32_t i = t->min; t->max != UINT32_MAX && i < t->max; i++)
        if (!compile(p, t->left, at, &once) || !og_nfa_add(p, OG_NFA_SPLIT, once, next, &at)) return false;
    for (uint32_t i = 0; i < t->min; i++)
        if (!compile(p, t->left, at, &at)) return false;
    *out = at;
    return true;
}

static bool compile(og_nfa_pool *p, const tree *t, uint32_t next, uint32_t *out) {
    uint32_t a, b;
    for (; t->kind == T_SEQ; t = t->left)
        if (!compile(p, t->right, next, &next)) return false;
    switch (t->kind) {
    case T_SET:
        return og_nfa_add(p, OG_NFA_CHARS, next, t->set, out);
    case T_ALT:
        b = UINT32_MAX;
        for (; t->kind == T_ALT; t = t->left) {
            if (!compile(p, t->right, next, &a)) return false;
            if (b != UINT32_MAX && !og_nfa_add(p, OG_NFA_SPLIT, a, b, &a)) return false;
            b = a;
        }
        return compile(p, t, next, &a) && og_nfa_add(p, OG_NFA_SPLIT, a, b, out);
    case T_REPEAT:
        return repeat(p, t, next, out);
    case T_START:
        return og_nfa_add(p, OG_NFA_START, next, 0, out);
    case T_END:
        return og_nfa_add(p, OG_NFA_END, next, 0, out);
    default:
        *out = next;
        return true;
    }
}

og_status og_regex_parse(og_nfa_pool *p, const char *text, size_t len, uint32_t *out, og_error *err) {
    static const og_grange all = {0, 0x10ffff};
    reader r = {.p = p, .s = text, .end = text + len};
    r.range = og_arena_alloc(&p->arena, RANGES_MAX * sizeof *r.range);
    if (!r.range) return og_fail(err, OG_ERR_MEMORY, "out of memory for a regular expression");
    const tree *t = alternatives(&r);
    if (!r.problem && r.s < r.end) r.problem = "a ) without (";
    if (r.problem) return og_fail(err, OG_ERR_UNSUPPORTED, "%s", r.problem);
    uint32_t accept, begin, skip, any, set;
    const bool ok = og_nfa_add(p, OG_NFA_ACCEPT, 0, 0, &accept) && compile(p, t, accept, &begin) && og_nfa_set(p, &all, 1, false, &set) &&
                    og_nfa_add(p, OG_NFA_SPLIT, begin, 0, &skip) && og_nfa_add(p, OG_NFA_CHARS, skip, set, &any);
    if (!ok) return og_fail(err, OG_ERR_UNSUPPORTED, "too many steps");
    p->node[skip].b = any;
    *out = skip;
    return OG_OK;
}
