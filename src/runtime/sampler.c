#include "runtime/sampler.h"
#include "base/real.h"

#include <float.h>
#include <math.h>
#include <string.h>

og_sampling og_sampling_defaults(void) {
    return (og_sampling){.temperature = 0.8f, .top_k = 40, .top_p = 0.95f, .min_p = 0.05f, .repeat_penalty = 1, .penalty_last = 64};
}

/* ---- random numbers ---- */

static uint64_t rotl(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

static void seed_state(uint64_t state[4], uint64_t seed) { /* SplitMix64 (Steele, Lea and Flood 2014) */
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        state[i] = z ^ (z >> 31);
    }
}

/* Uniform in [0, 1). */
static double draw(uint64_t s[4]) {
    uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return (double)(result >> 11) * 0x1p-53;
}

/* ---- opening ---- */

og_status og_sampler_room_open(og_sampler_room *room, int32_t n_vocab, og_error *err) {
    *room = (og_sampler_room){.n_vocab = n_vocab};
    room->cand = og_alloc((size_t)n_vocab * sizeof *room->cand);
    room->adjusted = og_alloc((size_t)n_vocab * sizeof *room->adjusted);
    room->seen = og_calloc((size_t)n_vocab, sizeof *room->seen);
    if (room->cand && room->adjusted && room->seen) return OG_OK;
    og_sampler_room_close(room);
    return og_fail(err, OG_ERR_MEMORY, "out of memory for sampling from %d tokens", n_vocab);
}

void og_sampler_room_close(og_sampler_room *room) {
    og_release(room->cand);
    og_release(room->adjusted);
    og_release(room->seen);
    *room = (og_sampler_room){0};
}

uint64_t og_sampler_room_bytes(int32_t n_vocab) {
    return (uint64_t)n_vocab * (sizeof(og_candidate) + sizeof(float) + sizeof(uint32_t));
}

static og_status check(const char *name, double v, double min, double max, og_error *err) {
    if (v >= min && v <= max) return OG_OK;
    return og_fail(err, OG_ERR_ARG, "%s is %g, but it must be between %g and %g", name, v, min, max);
}

og_status og_sampler_start(og_sampler *s, og_sampler_room *room, const og_sampling *p, og_error *err) {
    OG_TRY(check("temperature", (double)p->temperature, 0, 1e6, err));
    OG_TRY(check("top_k", p->top_k, 0, INT32_MAX, err));
    OG_TRY(check("top_p", (double)p->top_p, 0, 1, err));
    OG_TRY(check("min_p", (double)p->min_p, 0, 1, err));
    OG_TRY(check("repeat_penalty", (double)p->repeat_penalty, 1e-6, 1e6, err));
    OG_TRY(check("presence_penalty", (double)p->presence_penalty, -1e6, 1e6, err));
    OG_TRY(check("frequency_penalty", (double)p->frequency_penalty, -1e6, 1e6, err));
    OG_TRY(check("penalty_last", p->penalty_last, -1, INT32_MAX, err));
    s->params = *p;
    s->room = room;
    seed_state(s->state, p->seed);
    return OG_OK;
}

/* ---- penalties ---- */

static bool penalizes(const og_sampling *p) {
    return p->penalty_last != 0 && (p->repeat_penalty != 1 || p->presence_penalty != 0 || p->frequency_penalty != 0);
}

static const float *penalize(og_sampler *s, const float *logits, const int32_t *recent, size_t n) {
    const og_sampling *p = &s->params;
    if (p->penalty_last >= 0 && n > (size_t)p->penalty_last) {
        recent += n - (size_t)p->penalty_last;
        n = (size_t)p->penalty_last;
    }
    memcpy(s->room->adjusted, logits, (size_t)s->room->n_vocab * sizeof *logits);
    for (size_t i = 0; i < n; i++) s->room->seen[recent[i]]++;
    for (size_t i = 0; i < n; i++) {
        int32_t id = recent[i];
        if (s->room->seen[id] == 0) continue; /* done at its first occurrence */
        float *x = &s->room->adjusted[id];
        *x = *x > 0 ? *x / p->repeat_penalty : *x * p->repeat_penalty;
        *x -= p->presence_penalty + p->frequency_penalty * (float)s->room->seen[id];
        s->room->seen[id] = 0;
    }
    return s->room->adjusted;
}

/* ---- choosing ---- */

/* Whether a comes before b: larger logit, lower id on ties. */
static bool before(og_candidate a, og_candidate b) {
    return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
}

/* Restores a heap whose root is out of place; the root is what comes first (best) or last of all. */
static void sift(og_candidate *h, size_t n, size_t i, bool best) {
    og_candidate x = h[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n) break;
        if (child + 1 < n && before(h[child + 1], h[child]) == best) child++;
        if (before(h[child], x) != best) break;
        h[i] = h[child];
        i = child;
    }
    h[i] = x;
}

static void heapify(og_candidate *h, size_t n, bool best) {
    for (size_t i = n / 2; i-- > 0;) sift(h, n, i, best);
}

/* Sorts a heap whose root is the last of all: the first come first. */
static void heap_sort(og_candidate *h, size_t n) {
    while (n > 1) {
        og_candidate last = h[0];
        h[0] = h[--n];
        h[n] = last;
        sift(h, n, 0, false);
    }
}

static float usable(float x) { /* a NaN is never chosen, an infinity compares like any number */
    if (isnan(x)) return -INFINITY;
    return x > FLT_MAX ? FLT_MAX : x;
}

/* Fills cand with the k first (sorted), or with all that can be chosen (in order of id). Returns how many. */
static size_t select_k(og_sampler *s, const float *logits, size_t k) {
    og_candidate *cand = s->room->cand;
    size_t n = 0;
    bool sorted = k > 0 && k < (size_t)s->room->n_vocab;
    for (int32_t id = 0; id < s->room->n_vocab; id++) {
        if (sorted && n == k && !(logits[id] > cand[0].logit)) continue; /* nearly all; a tie is lost to the lower id */
        og_candidate c = {usable(logits[id]), id};
        if (c.logit == -INFINITY) continue;
        if (!sorted || n < k) {
            cand[n++] = c;
            if (sorted && n == k) heapify(cand, n, false);
        } else {
            cand[0] = c;
            sift(cand, n, 0, false);
        }
    }
    if (sorted && n < k) heapify(cand, n, false);
    if (sorted) heap_sort(cand, n);
    return n;
}

static float largest(const og_candidate *cand, size_t n) {
    float max = -INFINITY;
    for (size_t i = 0; i < n; i++) max = OG_MAX(max, cand[i].logit);
    return max;
}

/* Moves the fewest candidates that hold top_p of the probability to the front, sorted; stops early at what min_p drops anyway. */
static size_t select_p(const og_sampling *p, og_candidate *cand, size_t n, float max) {
    double total = 0, held = 0;
    for (size_t i = 0; i < n; i++) total += og_real_exp((double)cand[i].logit - (double)max);
    heapify(cand, n, true);
    size_t kept = 0;
    while (kept < n && (kept == 0 || held < (double)p->top_p * total)) {
        size_t left = n - kept;
        og_candidate first = cand[0];
        double w = og_real_exp((double)first.logit - (double)max);
        if (w < (double)p->min_p) break;
        held += w;
        cand[0] = cand[left - 1];
        cand[left - 1] = first; /* the taken ones gather at the end, last first */
        sift(cand, left - 1, 0, true);
        kept++;
    }
    for (size_t i = 0, j = n - 1; i < kept && i < j; i++, j--) {
        og_candidate t = cand[i];
        cand[i] = cand[j];
        cand[j] = t;
    }
    return kept;
}

static int32_t pick(og_sampler *s, size_t n, float max) {
    const og_sampling *p = &s->params;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (p->min_p <= 0 || og_real_exp((double)s->room->cand[i].logit - (double)max) >= (double)p->min_p)
            s->room->cand[kept++] = s->room->cand[i];
    float *weight = s->room->adjusted; /* no longer needed for logits */
    double total = 0;
    for (size_t i = 0; i < kept; i++) {
        weight[i] = (float)og_real_exp(((double)s->room->cand[i].logit - (double)max) / (double)p->temperature);
        total += (double)weight[i];
    }
    double left = draw(s->state) * total;
    int32_t id = s->room->cand[0].id;
    for (size_t i = 0; i < kept; i++) {
        if (weight[i] <= 0) continue;
        id = s->room->cand[i].id;
        if (left < (double)weight[i]) break;
        left -= (double)weight[i];
    }
    return id;
}

static int32_t greedy(const float *logits, int32_t n) {
    int32_t best = -1;
    float max = -INFINITY;
    for (int32_t id = 0; id < n; id++)
        if (logits[id] > max) { /* never for a NaN */
            max = logits[id];
            best = id;
        }
    return best;
}

static const float *restrict_to(og_sampler *s, const float *logits, const uint32_t *allowed) {
    for (int32_t id = 0; id < s->room->n_vocab; id++) s->room->adjusted[id] = allowed[id / 32] >> id % 32 & 1 ? logits[id] : -INFINITY;
    return s->room->adjusted;
}

og_status og_sampler_next(og_sampler *s, const float *logits, const int32_t *recent, size_t n_recent, const uint32_t *allowed, int32_t *id,
                          og_error *err) {
    const og_sampling *p = &s->params;
    if (penalizes(p)) logits = penalize(s, logits, recent, n_recent);
    if (allowed) logits = restrict_to(s, logits, allowed);
    *id = -1;
    if (p->temperature <= 0) {
        *id = greedy(logits, s->room->n_vocab);
    } else {
        size_t n = select_k(s, logits, (size_t)p->top_k);
        if (n > 0) {
            float max = largest(s->room->cand, n);
            if (p->top_p < 1) n = select_p(p, s->room->cand, n, max);
            *id = pick(s, n, max);
        }
    }
    if (*id >= 0) return OG_OK;
    return og_fail(err, OG_ERR_FORMAT,
                   "none of the model's %d logits is a number: its weights are damaged, or not meant for this architecture",
                   s->room->n_vocab);
}
