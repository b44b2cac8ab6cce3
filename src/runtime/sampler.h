/* sampler.h: the next token from logits: biases and the grammar's choice first, then the steps of samplers/samplers.def in their order or
 * the one that is asked for, then a draw.
 *
 * Draws are the same on every platform: the generator is xoshiro256** (Blackman and Vigna 2018), its state filled by SplitMix64 from the
 * seed, a draw is its upper 53 bits, and exp, log and pow are our own. Nothing is allocated but the room. */
#ifndef OG_RUNTIME_SAMPLER_H
#define OG_RUNTIME_SAMPLER_H

#include "offgrid/session.h"
#include "base/base.h"
#include "text/tokenizer.h"

enum { OG_STEPS_MAX = 16 };

typedef struct og_candidate {
    float logit;
    int32_t id;
} og_candidate;

/* What a choice is made in; samplers that take turns share one. */
typedef struct og_sampler_room {
    int32_t n_vocab;
    og_candidate *cand; /* [n_vocab] */
    og_candidate *work; /* [n_vocab] */
    float *adjusted;    /* [n_vocab] logits after penalties */
    uint32_t *seen;     /* [n_vocab] counts; all zero between calls */
    og_buf text;        /* of a token */
} og_sampler_room;

typedef struct og_sampler {
    og_sampling params;
    uint64_t state[4];
    const og_tok *tok; /* NULL: tokens have no text */
    uint8_t step[OG_STEPS_MAX];
    int n_steps;
    double mu;                        /* of mirostat */
    double chosen_sum, chosen_weight; /* of adaptive-p */
    og_sampler_room *room;
} og_sampler;

og_status og_sampler_room_open(og_sampler_room *room, int32_t n_vocab, og_error *err);
void og_sampler_room_close(og_sampler_room *room);
uint64_t og_sampler_room_bytes(int32_t n_vocab);
/* Takes parameters, refusing those out of range, and starts the generator from their seed. Holds nothing of its own;
 * what params and tok point to must stay. */
og_status og_sampler_start(og_sampler *s, og_sampler_room *room, const og_tok *tok, const og_sampling *params, og_error *err);
/* logits [n_vocab]; recent: the tokens so far, oldest first, for the penalties; allowed: bits (id % 32 of word id / 32) of the tokens to
 * choose from, or NULL for all. Fails if no logit of these is a number. */
og_status og_sampler_next(og_sampler *s, const float *logits, const int32_t *recent, size_t n_recent, const uint32_t *allowed, int32_t *id,
                          og_error *err);

#endif
