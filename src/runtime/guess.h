/* guess.h: what the next tokens could be. A guess costs little and is checked with the model's own choice, so that it changes nothing but
 * the time. From the text itself: what followed the last few tokens where they occurred before (Saxena 2023, prompt lookup). From a small
 * model of the same vocabulary: its likeliest tokens, as long as it is sure (Leviathan et al. 2023, with exact agreement in place of their
 * rejection rule, so that a seed gives the same text). */
#ifndef OG_RUNTIME_GUESS_H
#define OG_RUNTIME_GUESS_H

#include "runtime/request.h"

/* Guesses from token [n], at most `most`, into out; returns how many. */
uint32_t og_guess_lookup(const int32_t *token, uint32_t n, int32_t *out, uint32_t most);

/* The second model, with a cache of as many pages as the scheduler's. */
og_status og_guesser_open(og_model *model, const og_scheduler *s, og_guesser **out, og_error *err);
void og_guesser_close(og_guesser *g);
/* Guesses for those running requests that have none yet, guess_wanted at most. */
og_status og_guesser_run(og_guesser *g, og_scheduler *s, og_error *err);
/* The request leaves its seat. */
void og_guesser_forget(og_guesser *g, og_request *r);

#endif
