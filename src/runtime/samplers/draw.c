#include "runtime/samplers/draw.h"

#include "base/real.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- random numbers: xoshiro256** ---- */

static uint64_t rotl(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

double og_draw_random(og_sampler *sampler) {
    uint64_t *s = sampler->state;
    uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return (double)(result >> 11) * 0x1p-53;
}

/* ---- order ---- */

bool og_candidate_before(og_candidate a, og_candidate b) {
    return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
}

void og_candidate_sift(og_candidate *h, size_t n, size_t i, bool best) {
    og_candidate x = h[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n) break;
        if (child + 1 < n && og_candidate_before(h[child + 1], h[child]) == best) child++;
        if (og_candidate_before(h[child], x) != best) break;
        h[i] = h[child];
        i = child;
    }
    h[i] = x;
}

void og_candidate_heap(og_candidate *h, size_t n, bool best) {
    for (size_t i = n / 2; i-- > 0;) og_candidate_sift(h, n, i, best);
}

/* Sorts a heap whose root is the last of all: the first come first. */
static void heap_sort(og_candidate *h, size_t n) {
    while (n > 1) {
        og_candidate last = h[0];
        h[0] = h[--n];
        h[n] = last;
        og_candidate_sift(h, n, 0, false);
    }
}

void og_draw_sort(og_draw *d, size_t kept) {
    og_candidate *cand = d->cand;
    og_candidate_heap(cand, kept, false);
    for (size_t i = kept; i < d->n; i++) {
        if (!og_candidate_before(cand[i], cand[0])) continue;
        cand[0] = cand[i];
        og_candidate_sift(cand, kept, 0, false);
    }
    heap_sort(cand, kept);
    d->n = kept;
}

/* ---- logits and candidates ---- */

float *og_draw_own(og_draw *d) {
    og_sampler_room *room = d->s->room;
    if (!d->owned) memcpy(room->adjusted, d->logits, (size_t)room->n_vocab * sizeof *d->logits);
    d->owned = true;
    d->logits = room->adjusted;
    return room->adjusted;
}

static float usable(float x) { /* a NaN is never chosen, an infinity compares like any number */
    if (isnan(x)) return -INFINITY;
    return x > FLT_MAX ? FLT_MAX : x;
}

void og_draw_list_top(og_draw *d, size_t k) {
    const float *logits = d->logits;
    const int32_t n_vocab = d->s->room->n_vocab;
    og_candidate *cand = d->cand = d->s->room->cand;
    size_t n = 0;
    const bool some = k > 0 && k < (size_t)n_vocab;
    for (int32_t id = 0; id < n_vocab; id++) {
        if (some && n == k && !(logits[id] > cand[0].logit)) continue; /* nearly all; a tie is lost to the lower id */
        og_candidate c = {usable(logits[id]), id};
        if (c.logit == -INFINITY) continue;
        if (!some || n < k) {
            cand[n++] = c;
            if (some && n == k) og_candidate_heap(cand, n, false);
        } else {
            cand[0] = c;
            og_candidate_sift(cand, n, 0, false);
        }
    }
    if (some && n < k) og_candidate_heap(cand, n, false);
    if (some) heap_sort(cand, n);
    d->n = n;
    d->listed = true;
}

void og_draw_list(og_draw *d) {
    if (!d->listed) og_draw_list_top(d, 0);
}

void og_draw_change(og_draw *d, const int32_t *id, size_t n, og_draw_fn *fn) {
    uint32_t *seen = d->s->room->seen;
    const og_sampling *p = &d->s->params;
    if (!d->listed) {
        float *x = og_draw_own(d);
        for (size_t i = 0; i < n; i++) {
            if (seen[id[i]] == 0) continue; /* done at its first occurrence */
            x[id[i]] = fn(p, x[id[i]], seen[id[i]]);
            seen[id[i]] = 0;
        }
        return;
    }
    for (size_t i = 0; i < d->n; i++)
        if (seen[d->cand[i].id] > 0) d->cand[i].logit = fn(p, d->cand[i].logit, seen[d->cand[i].id]);
    for (size_t i = 0; i < n; i++) seen[id[i]] = 0;
}

double og_draw_max(const og_draw *d) {
    float max = -INFINITY;
    for (size_t i = 0; i < d->n; i++) max = OG_MAX(max, d->cand[i].logit);
    return (double)max;
}

double og_draw_weight(const og_draw *d, float logit, double max) {
    return og_real_exp(((double)logit - max) / d->temperature);
}

double og_draw_total(const og_draw *d, double max) {
    double total = 0;
    for (size_t i = 0; i < d->n; i++) total += og_draw_weight(d, d->cand[i].logit, max);
    return total;
}

size_t og_draw_by_weight(og_draw *d, const float *weight) {
    double total = 0;
    for (size_t i = 0; i < d->n; i++) total += (double)weight[i];
    double left = og_draw_random(d->s) * total;
    size_t chosen = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (weight[i] <= 0) continue;
        chosen = i;
        if (left < (double)weight[i]) break;
        left -= (double)weight[i];
    }
    return chosen;
}
