/* match.c: runs a compiled split pattern by backtracking.
 *
 * Only runs without a limit could make it slow: entered at each of n characters, giving back up to n. If one led nowhere from all the
 * places it reached, that is remembered: what follows a run depends on the place alone, so it will lead nowhere again. */
#include "text/pattern.h"
#include "base/utf8.h"
#include "text/unicode.h"

#include <string.h>

enum { INVALID_AS = OG_UTF8_REPLACEMENT };

static const uint8_t *match(og_matcher *m, int pc, const uint8_t *at);

void og_matcher_init(og_matcher *m, const og_pattern *pattern, const uint8_t *end) {
    m->pattern = pattern;
    m->end = end;
    memset(m->dead, 0, sizeof m->dead[0] * (size_t)pattern->n_runs);
}

/* Length in bytes of the character at s (s < end), which is *cp. */
static inline int character(const uint8_t *s, const uint8_t *end, uint32_t *cp) {
    if (*s < 0x80) {
        *cp = *s;
        return 1;
    }
    int32_t value;
    int n = og_utf8_decode((const char *)s, (size_t)(end - s), &value);
    *cp = value < 0 ? (uint32_t)INVALID_AS : (uint32_t)value;
    return n;
}

static bool in_ranges(const og_pattern *p, int first, int n, uint32_t cp) {
    for (int i = first; i < first + n; i++)
        if (cp >= p->range[i].low && cp <= p->range[i].high) return true;
    return false;
}

static bool class_has_wide(const og_pattern *p, const og_class *c, uint32_t cp) {
    bool in = c->categories >> og_unicode_category(cp) & 1 || in_ranges(p, c->first, c->n, cp);
    return in != c->negated && !(c->n_except && in_ranges(p, c->first + c->n, c->n_except, cp));
}

/* Bytes of the character at s if it is of class c, else 0. */
static inline int class_takes(const og_pattern *p, const og_class *c, const uint8_t *s, const uint8_t *end) {
    if (s == end) return 0;
    if (*s < 0x80) return c->ascii[*s];
    uint32_t cp;
    int n = character(s, end, &cp);
    return class_has_wide(p, c, cp) ? n : 0;
}

/* The start of the character that ends at s; `from` is the start of some character before it. */
static const uint8_t *step_back(const uint8_t *s, const uint8_t *from) {
    if (s[-1] < 0x80) return s - 1;
    for (int n = 2; n <= 4 && s - from >= n; n++) {
        int32_t cp;
        if (og_utf8_decode((const char *)s - n, (size_t)n, &cp) == n) return s - n;
    }
    return s - 1;
}

/* A run at pc, then all that follows. */
static const uint8_t *match_run(og_matcher *m, int pc, const uint8_t *at) {
    const og_pattern_op *op = &m->pattern->op[pc];
    const og_class *c = &m->pattern->cls[op->cls];
    bool unlimited = op->max == OG_PATTERN_NO_LIMIT;
    if (unlimited && at >= m->dead[op->run].from && at < m->dead[op->run].to) return NULL;

    const uint8_t *end = at, *least = op->min == 0 ? at : NULL;
    for (unsigned count = 0; unlimited || count < op->max;) {
        int n = class_takes(m->pattern, c, end, m->end);
        if (!n) break;
        end += n;
        if (++count == op->min) least = end;
    }
    if (!least) return NULL;
    if (op->possessive) least = end;
    for (const uint8_t *s = end;; s = step_back(s, least)) {
        const uint8_t *r = match(m, pc + 1, s);
        if (r) return r;
        if (s == least) break;
    }
    if (unlimited) {
        m->dead[op->run].from = at;
        m->dead[op->run].to = end;
    }
    return NULL;
}

/* The end of a match of the code from pc on at `at`, or NULL. */
static const uint8_t *match(og_matcher *m, int pc, const uint8_t *at) {
    const og_pattern *p = m->pattern;
    for (;;) {
        const og_pattern_op *op = &p->op[pc];
        switch ((og_pattern_code)op->code) {
        case OG_OP_ONE: {
            int n = class_takes(p, &p->cls[op->cls], at, m->end);
            if (!n) return NULL;
            at += n;
            pc++;
            break;
        }
        case OG_OP_RUN:
            return match_run(m, pc, at);
        case OG_OP_SPLIT: {
            const uint8_t *r = match(m, pc + 1, at);
            if (r) return r;
            pc += op->to;
            break;
        }
        case OG_OP_JUMP:
            pc += op->to;
            break;
        case OG_OP_AHEAD:
        case OG_OP_NOT_AHEAD:
            if ((match(m, pc + 1, at) != NULL) != (op->code == OG_OP_AHEAD)) return NULL;
            pc += op->to;
            break;
        case OG_OP_END:
            if (at != m->end) return NULL;
            pc++;
            break;
        case OG_OP_DONE:
            return at;
        }
    }
}

const uint8_t *og_matcher_next(og_matcher *m, const uint8_t *at, const uint8_t **from) {
    const og_pattern *p = m->pattern;
    while (at < m->end) {
        uint32_t able = p->first[*at < 0x80 ? *at : 128];
        for (int i = 0; able; i++, able >>= 1) {
            const uint8_t *end = able & 1 ? match(m, p->top[i], at) : NULL;
            if (end && end > at) {
                *from = at;
                return end;
            }
        }
        uint32_t cp;
        at += character(at, m->end, &cp);
    }
    return NULL;
}
