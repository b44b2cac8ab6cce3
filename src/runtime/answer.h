/* answer.h: what comes of logits: the next token, its text, and why no more follow. Sessions and schedulers make answers with it. */
#ifndef OG_RUNTIME_ANSWER_H
#define OG_RUNTIME_ANSWER_H

#include "offgrid/session.h"
#include "runtime/constrain.h"
#include "runtime/sampler.h"
#include "runtime/stops.h"
#include "offgrid/tools.h"
#include "text/tokenizer.h"

typedef struct og_answer {
    const og_generate_params *params; /* the caller's */
    const og_tok *tok;
    og_sampler sampler;
    og_stops stops;
    og_stream stream;
    og_constraint constraint;
    og_buf *text; /* the caller's: what has not been given out, since it could become part of a stop string */
    bool stopped; /* the rest says how */
    og_stop stop;
    const char *stop_string;
    int32_t *ahead; /* tokens that must come next, n_ahead from at_ahead on */
    size_t n_ahead, at_ahead;
    og_reply *reply;   /* follows reasoning, where it has a budget; else NULL */
    uint32_t reasoned; /* tokens of it */
    uint32_t n_tokens; /* without the ending one */
} og_answer;

/* An answer that follows token `last`, which decides whether SentencePiece's leading space is dropped. */
og_status og_answer_open(og_answer *a, og_model *model, og_sampler_room *room, const og_generate_params *params, int32_t last, og_buf *text,
                         og_error *err);
void og_answer_close(og_answer *a);
/* Nothing follows; the first reason counts. */
void og_answer_stop(og_answer *a, og_stop why);
/* Chooses from logits [n_vocab] (not looked at where og_answer_knows_next) after the tokens recent [n]. The answer may stop here: *id is
 * then the ending token, or -1. */
og_status og_answer_next(og_answer *a, const float *logits, const int32_t *recent, size_t n, int32_t *id, og_error *err);
/* Whether og_answer_next will give a token that had to come, whatever the logits are; so several can be evaluated at once. */
static inline bool og_answer_knows_next(const og_answer *a) {
    return !a->stopped && a->at_ahead < a->n_ahead;
}
/* Token id, as chosen, belongs to the answer: its text is added to what is to be given out. */
og_status og_answer_take(og_answer *a, int32_t id, og_error *err);
/* How many bytes of the text may be given out; all, once the answer has stopped. It stops if there is a stop string. */
size_t og_answer_ready(og_answer *a);
/* The first n bytes have been given out. */
void og_answer_given(og_answer *a, size_t n);

#endif
