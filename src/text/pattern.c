/* pattern.c: split patterns compiled to a short program. Recursive descent; code is emitted in place and moved to make room for the
 * SPLIT in front of it, which is why jumps are relative. */
#include "text/pattern.h"
#include "base/utf8.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 8 };

typedef struct parser {
    const char *text, *at;
    og_pattern *p;
    bool fold; /* inside (?i:...) */
    int depth;
    og_error *err;
} parser;

static og_status alternation(parser *ps);

static og_status bad(parser *ps, const char *what) {
    return og_fail(ps->err, OG_ERR_UNSUPPORTED, "split pattern: %s at byte %d of '%.200s'", what, (int)(ps->at - ps->text), ps->text);
}

static bool eat(parser *ps, const char *word) {
    size_t n = strlen(word);
    if (strncmp(ps->at, word, n) != 0) return false;
    ps->at += n;
    return true;
}

/* ---- code ---- */

static og_status emit(parser *ps, og_pattern_op op) {
    if (ps->p->n_ops == OG_PATTERN_OPS) return bad(ps, "the pattern is too long");
    ps->p->op[ps->p->n_ops++] = op;
    return OG_OK;
}

/* Puts op at `where`, moving up what follows. Jumps over `where` must not exist yet. */
static og_status insert(parser *ps, int where, og_pattern_op op) {
    OG_TRY(emit(ps, op));
    og_pattern_op *o = ps->p->op;
    memmove(o + where + 1, o + where, (size_t)(ps->p->n_ops - 1 - where) * sizeof *o);
    o[where] = op;
    return OG_OK;
}

/* ---- classes ---- */

static og_status add_range(parser *ps, og_class *c, uint32_t low, uint32_t high) {
    for (uint32_t cp = low; cp <= high && cp < 128; cp++) c->ascii[cp] = 1;
    if (high < 128) return OG_OK;
    if (ps->p->n_ranges == OG_PATTERN_RANGES) return bad(ps, "too many ranges");
    ps->p->range[ps->p->n_ranges++] = (og_range){OG_MAX(low, 128u), high};
    c->n++;
    return OG_OK;
}

/* Inside (?i:...): the other case of ASCII letters, and the two letters outside ASCII that fold to one of them (long s, Kelvin sign). */
static og_status add_folded(parser *ps, og_class *c, uint32_t low, uint32_t high) {
    OG_TRY(add_range(ps, c, low, high));
    if (!ps->fold) return OG_OK;
    if (high >= 128) return bad(ps, "only ASCII can be matched without case");
    for (uint32_t cp = low; cp <= high; cp++) {
        uint32_t lower = cp | 0x20;
        if (lower < 'a' || lower > 'z') continue;
        c->ascii[cp ^ 0x20] = 1;
        if (lower == 's') OG_TRY(add_range(ps, c, 0x17F, 0x17F));
        if (lower == 'k') OG_TRY(add_range(ps, c, 0x212A, 0x212A));
    }
    return OG_OK;
}

static void add_categories(og_class *c, uint32_t mask) {
    c->categories |= mask;
    for (uint32_t cp = 0; cp < 128; cp++)
        if (mask >> og_unicode_category(cp) & 1) c->ascii[cp] = 1;
}

/* The categories of a name: "Lu", or "L" for all that begin with it. 0: no such name. */
static uint32_t category_mask(const char *name, size_t len) {
    static const char names[][3] = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi",
                                    "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn", "Cc"};
    uint32_t mask = 0;
    for (unsigned i = 0; i < OG_UC_COUNT; i++)
        if (len >= 1 && len <= 2 && memcmp(names[i], name, len) == 0) mask |= 1u << i;
    return mask;
}

/* After \x: {hexadecimal}. */
static og_status code_point(parser *ps, int32_t *cp) {
    char *close;
    if (!eat(ps, "{")) return bad(ps, "{ is missing");
    long value = strtol(ps->at, &close, 16);
    if (close == ps->at || *close != '}' || value < 0 || value > 0x10FFFF) return bad(ps, "a wrong code point");
    ps->at = close + 1;
    *cp = (int32_t)value;
    return OG_OK;
}

/* After a backslash: a set (into c), or a single character (into *cp). */
static og_status escape(parser *ps, og_class *c, int32_t *cp) {
    static const uint32_t space = 1u << OG_UC_ZS | 1u << OG_UC_ZL | 1u << OG_UC_ZP | 1u << OG_UC_CC_SPACE;
    char e = *ps->at;
    *cp = -1;
    if (e == '\0') return bad(ps, "nothing after the backslash");
    ps->at++;
    uint32_t mask;
    switch (e) {
    case 's':
        mask = space;
        break;
    case 'S':
        mask = OG_UC_ALL & ~space;
        break;
    case 'd':
        mask = 1u << OG_UC_ND;
        break;
    case 'D':
        mask = OG_UC_ALL & ~(1u << OG_UC_ND);
        break;
    case 'x':
        return code_point(ps, cp);
    case 'r':
        *cp = '\r';
        return OG_OK;
    case 'n':
        *cp = '\n';
        return OG_OK;
    case 't':
        *cp = '\t';
        return OG_OK;
    case 'p':
    case 'P': {
        const char *close = *ps->at == '{' ? strchr(ps->at, '}') : NULL;
        mask = close ? category_mask(ps->at + 1, (size_t)(close - ps->at - 1)) : 0;
        if (!mask) return bad(ps, "unknown property");
        ps->at = close + 1;
        if (e == 'P') mask = OG_UC_ALL & ~mask;
        break;
    }
    default:
        if ((e | 0x20) >= 'a' && (e | 0x20) <= 'z') return bad(ps, "unknown escape");
        if ((e >= '0' && e <= '9') || (uint8_t)e >= 128) return bad(ps, "unknown escape");
        *cp = (uint8_t)e;
        return OG_OK;
    }
    add_categories(c, mask);
    return OG_OK;
}

/* The next character of the pattern, or the set or character behind a backslash. */
static og_status character(parser *ps, og_class *c, int32_t *cp) {
    if (eat(ps, "\\")) return escape(ps, c, cp);
    int n = og_utf8_decode(ps->at, strlen(ps->at), cp);
    if (*cp < 0) return bad(ps, "invalid UTF-8");
    ps->at += n;
    return OG_OK;
}

/* After &&[^: ranges of characters outside ASCII that the class does not have after all, and both brackets. */
static og_status exceptions(parser *ps, og_class *c) {
    uint16_t own = c->n;
    while (!eat(ps, "]]")) {
        int32_t low, high;
        if (*ps->at == '\0') return bad(ps, "]] is missing");
        OG_TRY(character(ps, c, &low));
        high = low;
        if (low >= 128 && eat(ps, "-")) OG_TRY(character(ps, c, &high));
        if (low < 128 || high < low) return bad(ps, "an exception is no range outside ASCII");
        OG_TRY(add_range(ps, c, (uint32_t)low, (uint32_t)high));
    }
    c->n_except = (uint16_t)(c->n - own);
    c->n = own;
    return OG_OK;
}

static og_status bracket(parser *ps, og_class *c) {
    c->negated = eat(ps, "^");
    while (!eat(ps, "]")) {
        if (eat(ps, "&&[^")) {
            OG_TRY(exceptions(ps, c));
            break;
        }
        int32_t low, high;
        if (*ps->at == '\0') return bad(ps, "] is missing");
        OG_TRY(character(ps, c, &low));
        if (low < 0) continue;
        high = low;
        if (ps->at[0] == '-' && ps->at[1] != ']' && ps->at[1] != '\0') {
            ps->at++;
            OG_TRY(character(ps, c, &high));
        }
        if (high < low) return bad(ps, "a range runs backwards");
        OG_TRY(add_folded(ps, c, (uint32_t)low, (uint32_t)high));
    }
    if (c->negated)
        for (int i = 0; i < 128; i++) c->ascii[i] = !c->ascii[i];
    return OG_OK;
}

/* Emits ONE of class c, sharing an equal class where there is one. */
static og_status emit_class(parser *ps, const og_class *c) {
    og_pattern *p = ps->p;
    int i = 0;
    for (; i < p->n_classes; i++) {
        const og_class *k = &p->cls[i];
        if (c->n + c->n_except == 0 && k->n + k->n_except == 0 && k->negated == c->negated && k->categories == c->categories &&
            !memcmp(k->ascii, c->ascii, 128))
            break;
    }
    if (i == p->n_classes) {
        if (i == OG_PATTERN_CLASSES) return bad(ps, "too many character classes");
        p->cls[p->n_classes++] = *c;
    }
    return emit(ps, (og_pattern_op){.code = OG_OP_ONE, .cls = (uint8_t)i});
}

/* ---- structure ---- */

static og_status close_group(parser *ps, bool fold) {
    ps->depth--;
    ps->fold = fold;
    return eat(ps, ")") ? OG_OK : bad(ps, ") is missing");
}

static og_status group(parser *ps) {
    bool fold = ps->fold, not_ahead = eat(ps, "?!"), ahead = !not_ahead && eat(ps, "?=");
    if (++ps->depth > MAX_DEPTH) return bad(ps, "groups are nested too deep");
    if (ahead || not_ahead) {
        int start = ps->p->n_ops;
        OG_TRY(emit(ps, (og_pattern_op){.code = not_ahead ? OG_OP_NOT_AHEAD : OG_OP_AHEAD}));
        OG_TRY(alternation(ps));
        OG_TRY(emit(ps, (og_pattern_op){.code = OG_OP_DONE}));
        ps->p->op[start].to = (uint16_t)(ps->p->n_ops - start);
        return close_group(ps, fold);
    }
    if (eat(ps, "?i:")) {
        ps->fold = true;
    } else if (!eat(ps, "?:") && *ps->at == '?') {
        return bad(ps, "unknown kind of group");
    }
    OG_TRY(alternation(ps));
    return close_group(ps, fold);
}

static og_status atom(parser *ps) {
    og_class c = {.first = (uint16_t)ps->p->n_ranges};
    int32_t cp = -1;
    if (eat(ps, "(")) return group(ps);
    if (eat(ps, "$")) return emit(ps, (og_pattern_op){.code = OG_OP_END});
    if (eat(ps, "[")) {
        OG_TRY(bracket(ps, &c));
    } else {
        if (strchr("?*+{.^]}", *ps->at)) return bad(ps, "a character that must be escaped or is not supported");
        OG_TRY(character(ps, &c, &cp));
        if (cp >= 0) OG_TRY(add_folded(ps, &c, (uint32_t)cp, (uint32_t)cp));
    }
    return emit_class(ps, &c);
}

static bool number(parser *ps, int *out) {
    if (*ps->at < '0' || *ps->at > '9') return false;
    for (*out = 0; *ps->at >= '0' && *ps->at <= '9' && *out < 10000; ps->at++) *out = *out * 10 + (*ps->at - '0');
    return *out < 10000;
}

/* Reads a quantifier, if there is one; min = max = 1 if not. max -1: no limit. */
static og_status quantifier(parser *ps, int *min, int *max, bool *possessive) {
    *min = *max = 1;
    *possessive = false;
    if (eat(ps, "?")) {
        *min = 0;
    } else if (eat(ps, "*")) {
        *min = 0, *max = -1;
    } else if (eat(ps, "+")) {
        *max = -1;
    } else if (eat(ps, "{")) {
        if (!number(ps, min)) return bad(ps, "a number is expected");
        *max = *min;
        if (eat(ps, ",") && !number(ps, max)) *max = -1;
        if (!eat(ps, "}") || (*max >= 0 && *max < *min) || *max == 0) return bad(ps, "a wrong count");
    } else {
        return OG_OK;
    }
    *possessive = eat(ps, "+");
    return *ps->at == '?' ? bad(ps, "lazy quantifiers are not supported") : OG_OK;
}

/* Every run without a limit has a number: what the matcher remembers of it depends on what follows, so copies get numbers of their own. */
static og_status number_run(parser *ps, og_pattern_op *op) {
    if (op->max != OG_PATTERN_NO_LIMIT) return OG_OK;
    if (ps->p->n_runs == OG_PATTERN_RUNS) return bad(ps, "too many repetitions");
    op->run = (uint8_t)ps->p->n_runs++;
    return OG_OK;
}

/* Repeats the code from `start` on: `min` copies, then up to max - min nested optional ones. */
static og_status repeat_group(parser *ps, int start, int min, int max) {
    og_pattern *p = ps->p;
    int len = p->n_ops - start;
    if (max < 0) return bad(ps, "a group can only be repeated up to a fixed number of times");
    if (len == 0 || len * max > OG_PATTERN_OPS) return bad(ps, "a group repeated too often");
    for (int i = len; i < len * max; i++) {
        og_pattern_op op = p->op[start + i - len];
        if (op.code == OG_OP_RUN) OG_TRY(number_run(ps, &op));
        OG_TRY(emit(ps, op));
    }
    for (int i = max - 1; i >= min; i--) { /* each optional copy skips all the following ones */
        int where = start + i * len;
        OG_TRY(insert(ps, where, (og_pattern_op){.code = OG_OP_SPLIT}));
        p->op[where].to = (uint16_t)(p->n_ops - where);
    }
    return OG_OK;
}

static og_status quantified(parser *ps) {
    og_pattern *p = ps->p;
    int start = p->n_ops, min, max;
    bool possessive;
    OG_TRY(atom(ps));
    OG_TRY(quantifier(ps, &min, &max, &possessive));
    if (min == 1 && max == 1) return OG_OK;
    og_pattern_op *op = &p->op[start];
    if (p->n_ops - start != 1 || op->code != OG_OP_ONE) {
        if (possessive) return bad(ps, "a possessive group");
        return repeat_group(ps, start, min, max);
    }
    op->code = OG_OP_RUN;
    op->possessive = possessive;
    op->min = (uint16_t)min;
    op->max = max < 0 ? OG_PATTERN_NO_LIMIT : (uint16_t)max;
    return number_run(ps, op);
}

static og_status alternation(parser *ps) {
    og_pattern *p = ps->p;
    int start = p->n_ops;
    while (*ps->at != '\0' && *ps->at != '|' && *ps->at != ')') OG_TRY(quantified(ps));
    if (!eat(ps, "|")) return OG_OK;
    OG_TRY(insert(ps, start, (og_pattern_op){.code = OG_OP_SPLIT}));
    int jump = p->n_ops;
    OG_TRY(emit(ps, (og_pattern_op){.code = OG_OP_JUMP}));
    p->op[start].to = (uint16_t)(p->n_ops - start);
    OG_TRY(alternation(ps));
    p->op[jump].to = (uint16_t)(p->n_ops - jump);
    return OG_OK;
}

/* ---- dispatch on the first character ---- */

static void starts_with_any(og_pattern *p, uint32_t bit) {
    for (int i = 0; i <= 128; i++) p->first[i] |= bit;
}

/* Marks what can begin the code at pc. seen: of each place, once is enough. */
static void first_of(og_pattern *p, int pc, uint32_t bit, bool seen[OG_PATTERN_OPS]) {
    while (!seen[pc]) {
        const og_pattern_op *op = &p->op[pc];
        seen[pc] = true;
        switch (op->code) {
        case OG_OP_ONE:
        case OG_OP_RUN: {
            const og_class *c = &p->cls[op->cls];
            for (int i = 0; i < 128; i++)
                if (c->ascii[i]) p->first[i] |= bit;
            if (c->categories || c->n || c->negated) p->first[128] |= bit;
            if (op->code == OG_OP_ONE || op->min > 0) return;
            pc++;
            break;
        }
        case OG_OP_SPLIT:
            first_of(p, pc + 1, bit, seen);
            pc += op->to;
            break;
        case OG_OP_JUMP:
        case OG_OP_AHEAD:
        case OG_OP_NOT_AHEAD:
            pc += op->to;
            break;
        default:
            starts_with_any(p, bit);
            return;
        }
    }
}

static og_status dispatch(parser *ps) {
    og_pattern *p = ps->p;
    int pc = 0;
    for (;;) {
        bool more = p->op[pc].code == OG_OP_SPLIT;
        if (p->n_top == OG_PATTERN_TOP) return bad(ps, "too many alternatives");
        p->top[p->n_top] = (uint16_t)(more ? pc + 1 : pc);
        first_of(p, p->top[p->n_top], 1u << p->n_top, (bool[OG_PATTERN_OPS]){false});
        p->n_top++;
        if (!more) return OG_OK;
        pc += p->op[pc].to;
    }
}

og_status og_pattern_compile(const char *text, og_pattern **out, og_error *err) {
    og_pattern *p = og_calloc(1, sizeof *p);
    if (!p) return og_fail(err, OG_ERR_MEMORY, "split pattern: out of memory");
    parser ps = {.text = text, .at = text, .p = p, .err = err};
    og_status st = alternation(&ps);
    if (st == OG_OK && *ps.at) st = bad(&ps, "an unexpected )");
    if (st == OG_OK) st = emit(&ps, (og_pattern_op){.code = OG_OP_DONE});
    if (st == OG_OK) st = dispatch(&ps);
    if (st != OG_OK) {
        og_release(p);
        return st;
    }
    *out = p;
    return OG_OK;
}
