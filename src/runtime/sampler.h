/* sampler.h: the next token from logits.
 *
 * In order: penalties; then top_k keeps the k largest; top_p keeps the fewest of those left that hold at least top_p of their
 * probability (Holtzman et al. 2020); min_p drops what is less likely than min_p times the most likely; then the logits left are divided by
 * the temperature and one is drawn. Probabilities for top_p and min_p are the softmax at temperature 1 over what is left so far.
 *
 * Draws are the same on every platform: the generator is xoshiro256** (Blackman and Vigna 2018), its state filled by SplitMix64 from the
 * seed, a draw is its upper 53 bits, and exp is our own. Nothing is allocated but the room. */
#ifndef OG_RUNTIME_SAMPLER_H
#define OG_RUNTIME_SAMPLER_H

#include "offgrid/session.h"
#include "base/base.h"

typedef struct og_candidate {
    float logit;
    int32_t id;
} og_candidate;

/* What a choice is made in; samplers that take turns share one. */
typedef struct og_sampler_room {
    int32_t n_vocab;
    og_candidate *cand; /* [n_vocab] */
    float *adjusted;    /* [n_vocab] logits after penalties */
    uint32_t *seen;     /* [n_vocab] occurrences; all zero between calls */
} og_sampler_room;

typedef struct og_sampler {
    og_sampling params;
    uint64_t state[4];
    og_sampler_room *room;
} og_sampler;

og_status og_sampler_room_open(og_sampler_room *room, int32_t n_vocab, og_error *err);
void og_sampler_room_close(og_sampler_room *room);
uint64_t og_sampler_room_bytes(int32_t n_vocab);
/* Takes parameters, refusing those out of range, and starts the generator from their seed. Holds nothing of its own. */
og_status og_sampler_start(og_sampler *s, og_sampler_room *room, const og_sampling *params, og_error *err);
/* logits [n_vocab]; recent: the tokens so far, oldest first, for the penalties; allowed: bits (id % 32 of word id / 32) of the tokens to
 * choose from, or NULL for all. Fails if no logit of these is a number. */
og_status og_sampler_next(og_sampler *s, const float *logits, const int32_t *recent, size_t n_recent, const uint32_t *allowed, int32_t *id,
                          og_error *err);

#endif
