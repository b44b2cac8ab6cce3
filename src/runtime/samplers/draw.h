/* draw.h: one choice of a token, on its way through the steps of samplers.def. */
#ifndef OG_RUNTIME_SAMPLERS_DRAW_H
#define OG_RUNTIME_SAMPLERS_DRAW_H

#include "runtime/sampler.h"

/* First there are logits of all tokens; the first step that drops some makes a list of candidates, always at least one. Nothing is divided
 * by the temperature: probabilities are the softmax of logit / temperature, whatever that is so far. */
typedef struct og_draw {
    og_sampler *s;
    const float *logits; /* [n_vocab], until there is a list */
    bool owned;          /* they are in the room and can be changed */
    bool listed;
    og_candidate *cand; /* [n] in the room */
    size_t n;
    double temperature;
    const int32_t *recent; /* [n_recent] tokens so far, oldest first */
    size_t n_recent;
} og_draw;

/* The logits can be changed now: in place. */
float *og_draw_own(og_draw *d);
/* Makes the list, if there is none: in order of id. */
void og_draw_list(og_draw *d);
/* The same with the k first only, sorted. */
void og_draw_list_top(og_draw *d, size_t k);
/* Changes the logits of the tokens id [n], each once: those that are counted in room->seen, whose counts become zero. */
typedef float og_draw_fn(const og_sampling *p, float logit, uint32_t count);
void og_draw_change(og_draw *d, const int32_t *id, size_t n, og_draw_fn *fn);
/* The largest logit of the list. */
double og_draw_max(const og_draw *d);
/* Weight of a logit: its probability but for a factor common to all. max: og_draw_max. */
double og_draw_weight(const og_draw *d, float logit, double max);
/* The sum of all weights. */
double og_draw_total(const og_draw *d, double max);
/* Uniform in [0, 1). */
double og_draw_random(og_sampler *s);
/* A candidate, drawn by weight [n]. */
size_t og_draw_by_weight(og_draw *d, const float *weight);

/* Order: a larger logit comes first, the lower id on ties. */
bool og_candidate_before(og_candidate a, og_candidate b);
/* Heaps: the root is what comes first (best), or last, of all. */
void og_candidate_heap(og_candidate *h, size_t n, bool best);
void og_candidate_sift(og_candidate *h, size_t n, size_t i, bool best);
/* The first `kept` of the list, sorted, to its front. */
void og_draw_sort(og_draw *d, size_t kept);

#define STEP(name)                                  \
    bool og_step_##name##_on(const og_sampling *p); \
    void og_step_##name(og_draw *d);
#include "runtime/samplers/samplers.def"
#undef STEP

/* What chooses in the end, in place of a draw by weight. */
int32_t og_choose_mirostat(og_draw *d);
int32_t og_choose_adaptive(og_draw *d);

#endif
