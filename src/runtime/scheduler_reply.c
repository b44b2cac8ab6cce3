/* scheduler_reply.c: from logits to what the owner of a request hears. */
#include "runtime/request.h"

#include "base/real.h"

#include <math.h>
#include <string.h>

static float usable(float x) {
    return isnan(x) ? -INFINITY : x;
}

/* The logarithm of the sum of exp(x). */
static double log_sum(const float *x, int32_t n) {
    float max = -INFINITY;
    double sum = 0;
    for (int32_t i = 0; i < n; i++) max = OG_MAX(max, usable(x[i]));
    for (int32_t i = 0; i < n; i++) sum += og_real_exp((double)usable(x[i]) - (double)max);
    return (double)max + og_real_log(sum);
}

/* The n likeliest into top, likeliest first; ties go to the lower id. */
static size_t likeliest(const float *x, int32_t n_vocab, og_chance *top, size_t n) {
    size_t have = 0;
    for (int32_t id = 0; id < n_vocab && n > 0; id++) {
        const float v = usable(x[id]);
        if (have == n && !(v > top[n - 1].logprob)) continue;
        size_t i = have < n ? have++ : n - 1;
        for (; i > 0 && v > top[i - 1].logprob; i--) top[i] = top[i - 1];
        top[i] = (og_chance){id, v};
    }
    return have;
}

static og_request_token token_of(const og_scheduler *s, og_request *r, const float *logits, int32_t id) {
    og_request_token token = {.id = id};
    if (r->params.n_top < 0) return token;
    const int32_t n_vocab = (int32_t)s->model->lm->hp.n_vocab;
    const double sum = log_sum(logits, n_vocab);
    token.logprob = (float)((double)logits[id] - sum);
    token.n_top = likeliest(logits, n_vocab, r->top, (size_t)r->params.n_top);
    token.top = r->top;
    for (size_t i = 0; i < token.n_top; i++) r->top[i].logprob = (float)((double)r->top[i].logprob - sum);
    return token;
}

/* The first `len` bytes of the text, and a token or none. */
static void hand_over(og_request *r, size_t len, const og_request_token *token) {
    const og_request_piece piece = {.text = r->text.data, .len = len, .token = token, .n_tokens = token ? 1 : 0};
    if ((len > 0 || token) && r->params.on_piece && !atomic_load(&r->cancelled) && !r->params.on_piece(r->params.user, &piece))
        atomic_store(&r->cancelled, 1);
    og_answer_given(&r->answer, len);
}

/* A token of the prompt; `logits`: what was expected in its place. */
static og_status echo(og_scheduler *s, og_request *r, const float *logits, og_error *err) {
    const int32_t id = r->token[r->n_echoed++];
    og_request_token token = {.id = id, .logprob = r->params.n_top >= 0 ? NAN : 0};
    if (logits) token = token_of(s, r, logits, id);
    OG_TRY(og_stream_add(&r->prompt, r->answer.tok, id, r->params.generate.special, &r->text, err));
    if (r->n_echoed == r->n_prompt) og_stream_end(&r->prompt, &r->text);
    if (r->text.failed) return og_fail(err, OG_ERR_MEMORY, "out of memory for the text of a prompt");
    hand_over(r, r->text.len, &token);
    return OG_OK;
}

/* Every token of a prompt is to be heard with its probability: the row of one is about the next. */
static og_status echo_rows(og_scheduler *s, og_request *r, const float *logits, const int32_t *at, og_error *err) {
    const size_t n_vocab = s->model->lm->hp.n_vocab;
    if (r->n_echoed == 0) OG_TRY(echo(s, r, NULL, err));
    const uint32_t first = r->n_past - r->take;
    for (uint32_t i = 0; i < r->take; i++) /* what was put back into the queue comes by a second time */
        if (first + i + 1 == r->n_echoed && r->n_echoed < r->n_prompt) OG_TRY(echo(s, r, logits + (size_t)at[i] * n_vocab, err));
    return OG_OK;
}

/* Forgets the older half of what follows the first n_keep tokens. What is left is computed again, as if it had been the prompt. */
static void shift(og_scheduler *s, og_request *r) {
    const uint32_t keep = OG_MIN(r->params.n_keep, r->n_token - 1), gone = OG_MAX((r->n_token - keep) / 2, 1u);
    og_request_detach(s, r, true);
    r->n_guess = 0;
    memmove(r->token + keep, r->token + keep + gone, (r->n_token - keep - gone) * sizeof *r->token);
    r->n_token -= gone;
    r->result.n_dropped += gone;
    og_request_attach(s, r);
}

/* Chooses the next token and hands it over. */
static og_status answer(og_scheduler *s, og_request *r, const float *logits, og_error *err) {
    og_answer *a = &r->answer;
    int32_t id;
    OG_TRY(og_answer_next(a, logits, r->token, r->n_token, &id, err));
    if (!a->stopped && r->n_token == r->cap && r->params.shift) shift(s, r);
    if (!a->stopped && r->n_token == r->cap) og_answer_stop(a, OG_STOP_CONTEXT);
    if (!a->stopped) {
        const og_request_token token = token_of(s, r, logits, id);
        OG_TRY(og_answer_take(a, id, err));
        r->token[r->n_token++] = id;
        hand_over(r, og_answer_ready(a), &token);
        const int32_t max_tokens = r->params.generate.max_tokens;
        if (max_tokens >= 0 && a->n_tokens >= (uint32_t)max_tokens) og_answer_stop(a, OG_STOP_LENGTH);
    }
    if (a->stopped && a->stop != OG_STOP_STRING) hand_over(r, og_answer_ready(a), NULL);
    return OG_OK;
}

/* Guesses that fail too often are not worth their rows. */
static void learn(og_request *r, uint32_t guessed, uint32_t right) {
    r->guess_len = right == guessed ? OG_MIN(2 * guessed, (uint32_t)OG_GUESS_MAX) : right + 1;
    r->guess_missed = right > 0 ? 0 : OG_MIN(r->guess_missed + 1, 5u);
    r->guess_pause = r->guess_missed > 0 ? (1u << r->guess_missed) - 1 : 0;
}

/* The text goes on as if nothing had been guessed; what was right need not be computed again. */
static og_status check_guesses(og_scheduler *s, og_request *r, const float *logits, const int32_t *at, og_error *err) {
    const size_t n_vocab = s->model->lm->hp.n_vocab;
    const uint32_t guessed = r->n_guess, past = r->n_past + (s->states ? r->take : 0);
    uint32_t right = 0;
    og_status status;
    for (;;) {
        status = answer(s, r, logits + (size_t)at[right] * n_vocab, err);
        if (status != OG_OK || r->answer.stopped || right >= r->n_guess || r->token[r->n_token - 1] != r->guess[right]) break;
        right++;
    }
    learn(r, guessed, right);
    r->result.n_drafted += guessed;
    r->result.n_accepted += right;
    s->now.drafted_tokens += guessed;
    s->now.accepted_tokens += right;
    const bool shifted = r->n_guess == 0;
    if (s->states && (right < guessed || shifted)) { /* the old state stays, and the next step computes these tokens again */
        og_pages_drop(&s->slots, r->to);
        return status;
    }
    if (s->states && r->slot >= 0) og_pages_drop(&s->slots, r->slot);
    if (s->states) r->slot = r->to;
    if (!shifted) r->n_past = past + right;
    return status;
}

og_status og_request_reply(og_scheduler *s, og_request *r, const float *logits, const int32_t *at, og_error *err) {
    const size_t n_vocab = s->model->lm->hp.n_vocab;
    if (r->params.echo && r->params.n_top >= 0 && !r->begun) OG_TRY(echo_rows(s, r, logits, at, err));
    if (r->n_row == 0 || (r->n_guess == 0 && r->n_past < r->n_token)) return OG_OK;
    while (r->params.echo && r->n_echoed < r->n_prompt) OG_TRY(echo(s, r, NULL, err));
    if (!r->begun) {
        r->begun = true;
        r->replied = og_now();
    }
    if (r->n_guess > 0) return check_guesses(s, r, logits, at, err);
    return answer(s, r, logits + (size_t)at[r->n_row - 1] * n_vocab, err);
}
