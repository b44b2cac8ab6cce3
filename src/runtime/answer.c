#include "runtime/answer.h"

#include <string.h>

enum { TEXT_BYTES = 8192 }; /* held-back text and the longest piece fit, so that answering allocates nothing */

const char *og_stop_name(og_stop stop) {
    static const char *const names[] = {"end", "length", "context", "stop", "cancelled", "deadline"};
    return (unsigned)stop < OG_LEN(names) ? names[stop] : "?";
}

og_generate_params og_generate_defaults(void) {
    return (og_generate_params){.sampling = og_sampling_defaults(), .max_tokens = -1};
}

/* Whether text begins after this token, so that SentencePiece's leading space is dropped: after a control token it does. Such a token
 * spells nothing; a pair of any other does, whatever is dropped from the first. */
static og_status begins_text(const og_tok *tok, int32_t last, bool *begins, og_error *err) {
    const int32_t pair[2] = {last, last};
    char *text;
    size_t len;
    OG_TRY(og_tok_decode(tok, pair, 2, false, &text, &len, err));
    og_free(text);
    *begins = len == 0;
    return OG_OK;
}

static void set_ahead(og_answer *a, int32_t *ids, size_t n) {
    og_release(a->ahead);
    a->ahead = ids;
    a->n_ahead = n;
    a->at_ahead = 0;
}

/* What must come next: the end of reasoning whose budget is spent, or what the grammar asks for. */
static og_status look_ahead(og_answer *a, og_error *err) {
    int32_t *ids = NULL;
    size_t n = 0;
    if (a->at_ahead < a->n_ahead) return OG_OK;
    if (a->reply && og_reply_in_reasoning(a->reply) && a->reasoned >= (uint32_t)a->params->reasoning_budget) {
        og_tools_info info;
        og_tools_describe(a->params->tools, &info);
        OG_TRY(og_tok_encode(a->tok, info.end_reasoning, strlen(info.end_reasoning), OG_TOK_PARSE_SPECIAL, &ids, &n, err));
    } else if (a->constraint.machine) {
        OG_TRY(og_constraint_forced(&a->constraint, &ids, &n, err));
    }
    set_ahead(a, ids, n);
    return OG_OK;
}

/* Counts reasoning. */
static og_status follow_reasoning(og_answer *a, int32_t id, og_error *err) {
    if (!a->reply) return OG_OK;
    OG_TRY(og_reply_token(a->reply, id, err));
    a->reasoned += og_reply_in_reasoning(a->reply);
    return OG_OK;
}

static bool not_heard(void *user, const og_reply_event *event) {
    (void)user;
    (void)event;
    return true;
}

og_status og_answer_open(og_answer *a, og_model *model, og_sampler_room *room, const og_generate_params *params, int32_t last, og_buf *text,
                         og_error *err) {
    *a = (og_answer){.params = params, .tok = model->tok, .text = text};
    if (params->max_tokens < -1) return og_fail(err, OG_ERR_ARG, "max_tokens is %d; it must be -1 (no limit) or more", params->max_tokens);
    OG_TRY(og_stops_init(&a->stops, params->stops, params->n_stops, err));
    OG_TRY(og_sampler_start(&a->sampler, room, model->tok, &params->sampling, err));
    bool begins;
    OG_TRY(begins_text(a->tok, last, &begins, err));
    a->stream.started = !begins;
    text->len = 0;
    text->failed = false;
    if (!og_buf_reserve(text, TEXT_BYTES)) return og_fail(err, OG_ERR_MEMORY, "out of memory for generated text");
    if (params->tools && params->reasoning_budget > 0) OG_TRY(og_reply_open(params->tools, not_heard, NULL, &a->reply, err));
    OG_TRY(og_constraint_open(&a->constraint, model, params->grammar, err));
    return look_ahead(a, err);
}

void og_answer_close(og_answer *a) {
    og_reply_close(a->reply);
    og_release(a->ahead);
    a->reply = NULL;
    a->ahead = NULL;
    og_constraint_close(&a->constraint);
}

void og_answer_stop(og_answer *a, og_stop why) {
    if (a->stopped) return;
    a->stop = why;
    a->stopped = true;
    if (why != OG_STOP_STRING) og_stream_end(&a->stream, a->text);
}

og_status og_answer_next(og_answer *a, const float *logits, const int32_t *recent, size_t n, int32_t *id, og_error *err) {
    const int32_t max_tokens = a->params->max_tokens;
    *id = -1;
    if (max_tokens >= 0 && a->n_tokens >= (uint32_t)max_tokens) return og_answer_stop(a, OG_STOP_LENGTH), OG_OK;
    if (og_answer_knows_next(a)) return *id = a->ahead[a->at_ahead++], OG_OK;
    if (a->constraint.machine) {
        bool over;
        OG_TRY(og_constraint_next(&a->constraint, &over, err));
        if (over) return og_answer_stop(a, OG_STOP_END), OG_OK;
    }
    OG_TRY(og_sampler_next(&a->sampler, logits, recent, n, a->constraint.allowed, id, err));
    if (!a->params->ignore_end && og_tok_is_end(a->tok, *id)) og_answer_stop(a, OG_STOP_END);
    return OG_OK;
}

og_status og_answer_take(og_answer *a, int32_t id, og_error *err) {
    a->n_tokens++;
    if (a->constraint.machine) OG_TRY(og_constraint_take(&a->constraint, id, err));
    OG_TRY(og_stream_add(&a->stream, a->tok, id, a->params->special, a->text, err));
    if (a->text->failed) return og_fail(err, OG_ERR_MEMORY, "out of memory for generated text");
    OG_TRY(follow_reasoning(a, id, err));
    return look_ahead(a, err);
}

size_t og_answer_ready(og_answer *a) {
    size_t safe;
    const char *found = og_stops_find(&a->stops, a->text->data, a->text->len, &safe);
    if (found && !a->stopped) a->stop_string = found;
    if (found) og_answer_stop(a, OG_STOP_STRING);
    return a->stopped && !found ? a->text->len : safe;
}

void og_answer_given(og_answer *a, size_t n) {
    a->text->len -= n;
    memmove(a->text->data, a->text->data + n, a->text->len);
}
