/* native_completion.c: /completion and /infill, as llama-server documents them, and what its clients ask about them. */
#include "server/ask_fields.h"
#include "server/messages.h"
#include "server/models.h"
#include "server/openai.h"
#include "server/state.h"

#include <string.h>

typedef struct completion {
    og_ask ask;
    const json_t *prompt, *stop, *schema, *bias;
    const char *before, *after;
    int32_t n_probs;
    bool tokens;
} completion;

#define AT(member) offsetof(completion, member)
#define ROWS                                                                                                                    \
    OG_ASK_OPENAI_ROWS(completion),                                                                                             \
        {"n_predict", OG_FIELD_INT, AT(ask.max_tokens), -1, INT32_MAX, false, "tokens of an answer at most; -1: all it takes"}, \
        {"n_probs", OG_FIELD_INT, AT(n_probs), 0, 100, false, "tell of each token the likeliest so many"},                      \
        {"stop", OG_FIELD_ANY, AT(stop), 0, 0, false, "texts before which an answer ends"},                                     \
        {"json_schema", OG_FIELD_OBJECT, AT(schema), 0, 0, false, "a JSON Schema that the answer matches"},                     \
        {"logit_bias", OG_FIELD_OBJECT, AT(bias), 0, 0, false, "token numbers with what is added to their logits"},             \
        {"return_tokens", OG_FIELD_BOOL, AT(tokens), 0, 0, false, "send the numbers of the tokens too"}, OG_ASK_MORE_ROWS(completion)
static const og_field completion_fields[] = {{"prompt", OG_FIELD_ANY, AT(prompt), 0, 0, true, "a text, or tokens"}, ROWS};
static const og_field infill_fields[] = {
    {"input_prefix", OG_FIELD_TEXT, AT(before), 0, 0, true, "what comes before"},
    {"input_suffix", OG_FIELD_TEXT, AT(after), 0, 0, true, "what comes after"},
    ROWS,
};
#undef ROWS
#undef AT

static void defaults(void *own) {
    og_ask_defaults(own);
}

static bool read_body(og_exchange *ex, og_problem *problem) {
    completion *c = ex->own;
    og_input *prompts;
    if (c->n_probs > 0 || c->tokens) c->ask.n_top = c->n_probs;
    if (c->schema && !(c->ask.schema = og_keep_json(ex, c->schema))) return false;
    if (c->before) {
        prompts = og_keep(ex, sizeof *prompts);
        if (!prompts) return false;
        *prompts = (og_input){.text = c->before, .len = strlen(c->before)};
        c->ask.n_prompts = 1;
        c->ask.suffix = c->after;
    } else if (!og_inputs_read(ex, c->prompt, "prompt", &prompts, &c->ask.n_prompts, problem)) {
        return false;
    }
    if (c->ask.n_prompts != 1) return og_refuse(problem, 400, "invalid_value", "prompt", "\"prompt\" has to be one");
    c->ask.prompts = prompts;
    return og_ask_stops(ex, c->stop, "stop", 64, problem) && og_openai_bias(ex, c->bias, problem);
}

/* ---- telling ---- */

static void add_tokens(const og_exchange *ex, json_t *o, const json_t *tokens) {
    const completion *c = ex->own;
    json_t *ids = json_array(), *probs, *token, *one;
    size_t i;
    json_array_foreach(tokens, i, token) if (c->tokens) json_array_append(ids, json_object_get(token, "id"));
    json_object_set_new(o, "tokens", ids);
    if (c->n_probs == 0) return;
    probs = json_deep_copy(tokens);
    json_array_foreach(probs, i, one) {
        json_object_set(one, "top_logprobs", json_object_get(one, "top"));
        json_object_del(one, "top");
    }
    json_object_set_new(o, "completion_probabilities", probs ? probs : json_array());
}

static void event(og_exchange *ex, og_choice *c, const og_event *e) {
    json_t *o = json_pack("{s:i, s:o, s:b, s:i, s:I}", "index", c->index, "content", og_js_text(e->text, e->len), "stop", 0, "id_slot", -1,
                          "tokens_evaluated", (json_int_t)ex->writing->prompt[0].n);
    add_tokens(ex, o, e->tokens);
    og_send_event(ex, NULL, o);
}

static json_t *settings(const og_exchange *ex, const og_choice *c) {
    json_t *told = og_told(c), *s = json_incref(json_object_get(told, "sampler"));
    const og_ask *ask = &((const completion *)ex->own)->ask;
    json_decref(told);
    json_object_set_new(s, "n_predict", json_integer(ask->max_tokens));
    json_object_set_new(s, "seed", json_integer((json_int_t)c->seed));
    return s;
}

static json_t *last(og_exchange *ex, og_choice *c, const char *content, size_t len) {
    const og_request_result *r = &c->result;
    const char *type = r->stop == OG_STOP_END ? "eos" : r->stop == OG_STOP_STRING ? "word" : "limit";
    json_t *o =
        json_pack("{s:i, s:o, s:b, s:i, s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:o, s:o, s:o}", "index", c->index, "content",
                  og_js_text(content, len), "stop", 1, "id_slot", -1, "model", ex->entry->name, "stop_type", type, "stopping_word",
                  r->stop == OG_STOP_STRING && r->stop_string ? r->stop_string : "", "tokens_predicted", (json_int_t)r->n_tokens,
                  "tokens_evaluated", (json_int_t)r->n_prompt, "tokens_cached", (json_int_t)r->n_cached, "truncated",
                  (int)(r->n_dropped > 0), "generation_settings", settings(ex, c), "timings", og_told_timings(c), "offgrid", og_told(c));
    add_tokens(ex, o, c->tokens);
    return o;
}

static void done(og_exchange *ex, og_choice *c) {
    og_send_event(ex, NULL, last(ex, c, "", 0));
}

static void end(og_exchange *ex) {
    (void)ex;
}

static json_t *whole(og_exchange *ex) {
    og_choice *c = &ex->writing->choice[0];
    return last(ex, c, c->content.s ? c->content.s : "", c->content.len);
}

static const og_voice voice = {NULL, event, done, end, whole};

const og_endpoint og_endpoint_completion = {
    .field = completion_fields,
    .n_fields = sizeof completion_fields / sizeof *completion_fields,
    .own_size = sizeof(completion),
    .defaults = defaults,
    .read = read_body,
    .model = og_ask_model,
    .work = og_writing_prepare,
    .voice = &voice,
};

const og_endpoint og_endpoint_infill = {
    .field = infill_fields,
    .n_fields = sizeof infill_fields / sizeof *infill_fields,
    .own_size = sizeof(completion),
    .defaults = defaults,
    .read = read_body,
    .model = og_ask_model,
    .work = og_writing_prepare,
    .voice = &voice,
};

/* ---- what there is ---- */

static const char *first_model(const og_exchange *ex) {
    (void)ex;
    return NULL;
}

static bool props(og_exchange *ex, og_problem *problem) {
    (void)problem;
    const og_entry *e = ex->entry;
    const og_sampling s = og_sampling_defaults();
    og_value v;
    json_t *format =
        og_file_find(e->file, "tokenizer.chat_template", &v) && v.type == OG_VALUE_STRING ? og_js_text(v.str, v.len) : json_string("");
    og_exchange_say(ex, 200,
                    json_pack("{s:{s:{s:f, s:i, s:f, s:f}, s:I}, s:s, s:o, s:s}", "default_generation_settings", "params", "temperature",
                              (double)s.temperature, "top_k", s.top_k, "top_p", (double)s.top_p, "min_p", (double)s.min_p, "n_ctx",
                              (json_int_t)(ex->server->params.n_ctx     ? ex->server->params.n_ctx
                                           : e->info.n_ctx_train < 4096 ? e->info.n_ctx_train
                                                                        : 4096),
                              "model_alias", e->name, "chat_template", format, "build_info", "offgrid-" OG_VERSION));
    return true;
}

const og_endpoint og_endpoint_props = {.model = first_model, .ready = props};
