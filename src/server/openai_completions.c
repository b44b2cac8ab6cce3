/* openai_completions.c: /v1/completions. */
#include "server/ask_fields.h"
#include "server/messages.h"
#include "server/models.h"
#include "server/openai.h"

#include <stdio.h>
#include <string.h>

typedef struct completions {
    og_ask ask;
    const json_t *prompt, *stop, *stream_options, *logit_bias;
    bool usage;
    int32_t logprobs, best_of;
} completions;

#define AT(member) offsetof(completions, member)
static const og_field fields[] = {
    {"prompt", OG_FIELD_ANY, AT(prompt), 0, 0, true, "a text, tokens, or a list of either: each is continued"},
    OG_ASK_OPENAI_ROWS(completions),
    {"n", OG_FIELD_INT, AT(ask.n), 1, 128, false, "how many answers to each prompt (1)"},
    {"best_of", OG_FIELD_INT, AT(best_of), 1, 128, false, "has to be n: all answers are sent"},
    {"max_tokens", OG_FIELD_INT, AT(ask.max_tokens), -1, INT32_MAX, false, "tokens of an answer at most (16)"},
    {"stop", OG_FIELD_ANY, AT(stop), 0, 0, false, "a text, or up to 16, before which an answer ends"},
    {"suffix", OG_FIELD_TEXT, AT(ask.suffix), 0, 0, false, "what comes after the answer, for models that fill in"},
    {"echo", OG_FIELD_BOOL, AT(ask.echo), 0, 0, false, "send the prompt before the answer"},
    {"logprobs", OG_FIELD_INT, AT(logprobs), 0, 20, false, "tell how likely each token was, and the likeliest so many"},
    {"logit_bias", OG_FIELD_OBJECT, AT(logit_bias), 0, 0, false, "token numbers with what is added to their logits"},
    {"stream_options", OG_FIELD_OBJECT, AT(stream_options), 0, 0, false, "include_usage: count tokens at the end of a stream"},
    OG_ASK_MORE_ROWS(completions),
};
#undef AT

static void defaults(void *own) {
    completions *c = own;
    og_ask_defaults(&c->ask);
    c->ask.max_tokens = 16;
    c->logprobs = -1;
}

static bool read_body(og_exchange *ex, og_problem *problem) {
    completions *c = ex->own;
    og_input *prompts;
    c->usage = json_is_true(json_object_get(c->stream_options, "include_usage"));
    c->ask.n_top = c->logprobs;
    if (c->best_of && c->best_of != c->ask.n)
        return og_refuse(problem, 400, "invalid_value", "best_of", "\"best_of\" other than \"n\" is not supported");
    if (!og_inputs_read(ex, c->prompt, "prompt", &prompts, &c->ask.n_prompts, problem)) return false;
    c->ask.prompts = prompts;
    if (c->ask.suffix && (c->ask.n_prompts > 1 || c->ask.echo))
        return og_refuse(problem, 400, "invalid_value", "suffix", "\"suffix\" needs one prompt, without \"echo\"");
    return og_ask_stops(ex, c->stop, "stop", 16, problem) && og_openai_bias(ex, c->logit_bias, problem);
}

static json_t *logprobs_of(const json_t *tokens) {
    if (!tokens || json_array_size(tokens) == 0) return json_null();
    json_t *texts = json_array(), *values = json_array(), *tops = json_array(), *offsets = json_array(), *token, *other;
    size_t i, k;
    json_int_t at = 0;
    json_array_foreach(tokens, i, token) {
        json_t *top = json_object();
        json_array_foreach(json_object_get(token, "top"), k, other)
            json_object_set(top, og_js_get_text(other, "token"), json_object_get(other, "logprob"));
        json_array_append(texts, json_object_get(token, "token"));
        json_array_append(values, json_object_get(token, "logprob"));
        json_array_append_new(tops, top);
        json_array_append_new(offsets, json_integer(at));
        at += (json_int_t)json_string_length(json_object_get(token, "token"));
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "tokens", texts, "token_logprobs", values, "top_logprobs", tops, "text_offset", offsets);
}

static json_t *head(const og_exchange *ex) {
    char id[64];
    snprintf(id, sizeof id, "cmpl-%s", ex->id);
    return json_pack("{s:s, s:s, s:I, s:s, s:s}", "id", id, "object", "text_completion", "created", (json_int_t)ex->created, "model",
                     ex->entry->name, "system_fingerprint", "offgrid-" OG_VERSION);
}

static json_t *choice_of(const og_choice *c, const char *text, size_t len, const json_t *tokens, bool ended) {
    return json_pack("{s:o, s:i, s:o, s:o}", "text", og_js_text(text, len), "index", c->index, "logprobs", logprobs_of(tokens),
                     "finish_reason", ended ? json_string(og_openai_finish(c)) : json_null());
}

static void event(og_exchange *ex, og_choice *c, const og_event *e) {
    json_t *o = head(ex);
    json_object_set_new(o, "choices", json_pack("[o]", choice_of(c, e->text, e->len, e->tokens, false)));
    og_send_event(ex, NULL, o);
}

static void done(og_exchange *ex, og_choice *c) {
    json_t *o = head(ex);
    json_object_set_new(o, "choices", json_pack("[o]", choice_of(c, "", 0, c->tokens, true)));
    json_object_set_new(o, "timings", og_told_timings(c));
    json_object_set_new(o, "offgrid", og_told(c));
    og_send_event(ex, NULL, o);
}

static void end(og_exchange *ex) {
    if (((const completions *)ex->own)->usage) {
        json_t *o = head(ex);
        json_object_set_new(o, "choices", json_array());
        json_object_set_new(o, "usage", og_openai_usage(ex->writing));
        og_send_event(ex, NULL, o);
    }
    og_openai_done(ex);
}

static json_t *whole(og_exchange *ex) {
    const og_writing *a = ex->writing;
    json_t *o = head(ex), *choices = json_array();
    for (size_t i = 0; i < a->n_choices; i++) {
        const og_choice *c = &a->choice[i];
        json_array_append_new(choices, choice_of(c, c->content.s ? c->content.s : "", c->content.len, c->tokens, true));
    }
    json_object_set_new(o, "choices", choices);
    json_object_set_new(o, "usage", og_openai_usage(a));
    json_object_set_new(o, "timings", og_told_timings(&a->choice[0]));
    json_object_set_new(o, "offgrid", og_told(&a->choice[0]));
    return o;
}

static const og_voice voice = {NULL, event, done, end, whole};

const og_endpoint og_endpoint_openai_completions = {
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .own_size = sizeof(completions),
    .defaults = defaults,
    .read = read_body,
    .model = og_ask_model,
    .work = og_writing_prepare,
    .voice = &voice,
};
