/* emit.c: nodes for the texts of a deterministic automaton, as JSON writes them. */
#include "text/schema/lang.h"

#include <string.h>

static uint32_t byte_node(og_gbuild *b, uint8_t lo, uint8_t hi, uint32_t next) {
    const uint32_t at = og_gbuild_node(b, OG_G_BYTES, next, 0);
    if (b->status != OG_OK) return 0;
    b->g->node[at].lo = lo;
    b->g->node[at].hi = hi;
    return at;
}

static uint32_t either(og_gbuild *b, uint32_t x, uint32_t y) {
    return x == UINT32_MAX ? y : y == UINT32_MAX ? x : og_gbuild_node(b, OG_G_SPLIT, x, y);
}

uint32_t og_quote_emit(og_gbuild *b, uint32_t next) {
    static const char gemma[] = "<|\"|>"; /* a token of its own, or spelled out; between two of them characters stand for themselves */
    if (!b->gemma) return byte_node(b, '"', '"', next);
    uint32_t spelled = next, token = byte_node(b, OG_MARK_END, OG_MARK_END, next);
    for (size_t i = sizeof gemma - 1; i-- > 0;) {
        spelled = byte_node(b, (uint8_t)gemma[i], (uint8_t)gemma[i], spelled);
        token = byte_node(b, (uint8_t)gemma[i], (uint8_t)gemma[i], token);
    }
    return either(b, byte_node(b, OG_MARK_BEGIN, OG_MARK_BEGIN, token), spelled);
}

/* What stands behind the backslash of \u00XX for the control characters of `mask`. */
static uint32_t hex_escapes(og_gbuild *b, uint32_t mask, uint32_t next) {
    uint32_t all = UINT32_MAX;
    for (int high = 0; high < 2; high++) {
        uint32_t low = UINT32_MAX;
        for (int i = 0; i < 16; i++) {
            if (!(mask >> (high * 16 + i) & 1)) continue;
            if (i < 10) {
                low = either(b, byte_node(b, (uint8_t)('0' + i), (uint8_t)('0' + i), next), low);
                continue;
            }
            low = either(b, byte_node(b, (uint8_t)('a' + i - 10), (uint8_t)('a' + i - 10), next), low);
            low = either(b, byte_node(b, (uint8_t)('A' + i - 10), (uint8_t)('A' + i - 10), next), low);
        }
        if (low != UINT32_MAX) all = either(b, byte_node(b, (uint8_t)('0' + high), (uint8_t)('0' + high), low), all);
    }
    if (all == UINT32_MAX) return all;
    return byte_node(b, 'u', 'u', byte_node(b, '0', '0', byte_node(b, '0', '0', all)));
}

static uint32_t raw(og_gbuild *b, uint32_t lo, uint32_t hi, uint32_t next, uint32_t all) {
    return lo > hi || (lo >= 0xd800 && hi < 0xe000) ? all : either(b, og_gbuild_chars(b, lo, hi, next), all);
}

uint32_t og_char_emit(og_gbuild *b, const og_grange *range, uint32_t n, uint32_t next) {
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    uint32_t all = UINT32_MAX, escapes = UINT32_MAX, control = 0;
    for (uint32_t i = 0; b->gemma && i < n; i++) all = raw(b, range[i].lo, range[i].hi, next, all);
    if (b->gemma) return all;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t lo = range[i].lo, hi = range[i].hi;
        for (uint32_t c = lo; c <= hi && c < 0x20; c++) control |= 1u << c;
        for (size_t k = 0; k < sizeof from - 1; k++)
            if ((unsigned char)from[k] >= lo && (unsigned char)from[k] <= hi)
                escapes = either(b, byte_node(b, (uint8_t)to[k], (uint8_t)to[k], next), escapes);
        all = raw(b, OG_MAX(lo, 0x20u), OG_MIN(hi, 0x21u), next, all);
        all = raw(b, OG_MAX(lo, 0x23u), OG_MIN(hi, 0x5bu), next, all);
        all = raw(b, OG_MAX(lo, 0x5du), hi, next, all);
    }
    escapes = either(b, hex_escapes(b, control, next), escapes);
    return escapes == UINT32_MAX ? all : either(b, byte_node(b, '\\', '\\', escapes), all);
}

/* The ranges of the classes that lead from state s to `to`, neighbours joined. */
static uint32_t ranges_to(const og_dfa *d, uint32_t s, int32_t to, og_grange *out) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->n_ranges; i++) {
        if (d->next[(size_t)s * d->n_classes + d->range_class[i]] != to) continue;
        if (n && out[n - 1].hi + 1 == d->range[i].lo)
            out[n - 1].hi = d->range[i].hi;
        else
            out[n++] = d->range[i];
    }
    return n;
}

static uint32_t emit_state(og_gbuild *b, const og_dfa *d, uint32_t s, const uint32_t *entry, og_grange *ranges, bool *done,
                           og_dfa_end_fn *end, void *user) {
    uint32_t all = UINT32_MAX;
    const uint32_t after = d->accept[s] ? end(user, s) : UINT32_MAX;
    if (after != UINT32_MAX) all = og_quote_emit(b, after);
    for (uint32_t c = 0; c < d->n_classes; c++) {
        const int32_t to = d->next[(size_t)s * d->n_classes + c];
        if (to < 0 || !d->alive[to] || done[to]) continue;
        done[to] = true;
        all = either(b, og_char_emit(b, ranges, ranges_to(d, s, to, ranges), entry[to]), all);
    }
    for (uint32_t c = 0; c < d->n_classes; c++) {
        const int32_t to = d->next[(size_t)s * d->n_classes + c];
        if (to >= 0) done[to] = false;
    }
    return all;
}

uint32_t og_dfa_emit(og_gbuild *b, const og_dfa *d, og_dfa_end_fn *end, void *user) {
    uint32_t *entry = og_calloc(d->n, sizeof *entry);
    og_grange *ranges = og_alloc((d->n_ranges + 1) * sizeof *ranges);
    bool *done = og_calloc(d->n, 1);
    if (!entry || !ranges || !done) og_gbuild_fail(b, OG_ERR_MEMORY, "out of memory for a grammar");
    for (uint32_t i = 0; i < d->n && b->status == OG_OK; i++)
        if (d->alive[i]) entry[i] = og_gbuild_node(b, OG_G_SPLIT, 0, 0);
    for (uint32_t i = 0; i < d->n && b->status == OG_OK; i++) {
        if (!d->alive[i]) continue;
        uint32_t at = emit_state(b, d, i, entry, ranges, done, end, user);
        if (at == UINT32_MAX) at = byte_node(b, 1, 0, 0); /* nothing: the only way on is of characters that JSON cannot write */
        if (b->status == OG_OK) b->g->node[entry[i]] = (og_gnode){.kind = OG_G_SPLIT, .a = at, .b = at};
    }
    const uint32_t begin = entry && d->n && d->alive[0] ? entry[0] : byte_node(b, 1, 0, 0);
    og_release(entry);
    og_release(ranges);
    og_release(done);
    return begin;
}
