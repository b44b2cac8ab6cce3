/* openai_responses.c: /v1/responses. Items are turned into messages; what was said is remembered, so that a later request can go on from
 * it. */
#include "server/ask_fields.h"
#include "server/messages.h"
#include "server/models.h"
#include "server/openai.h"
#include "server/responses.h"
#include "server/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct talk {
    og_ask ask;
    const char *instructions, *previous, *truncation;
    const json_t *input, *tools, *tool_choice, *text, *reasoning, *metadata;
    bool parallel, store;
    json_t *turned; /* the conversation so far, as messages, without instructions */
    json_t *told;   /* tools as chat completions have them */
    json_t *output; /* items that are complete */
    /* of a stream */
    int sequence;
    og_reply_kind open;
    bool is_open;
    size_t from;      /* where the open item's text begins */
    char item_id[64]; /* of it */
} talk;

#define AT(member) offsetof(talk, member)
static const og_field fields[] = {
    {"model", OG_FIELD_TEXT, AT(ask.model), 0, 0, false, "which model; the first of those served if it is left out"},
    {"input", OG_FIELD_ANY, AT(input), 0, 0, true, "a text, or a list of items: messages, calls of functions, their outputs"},
    {"instructions", OG_FIELD_TEXT, AT(instructions), 0, 0, false, "what comes before the conversation; not remembered"},
    {"previous_response_id", OG_FIELD_TEXT, AT(previous), 0, 0, false, "go on from this response"},
    {"store", OG_FIELD_BOOL, AT(store), 0, 0, false, "remember this one, in memory (true)"},
    {"stream", OG_FIELD_BOOL, AT(ask.stream), 0, 0, false, "send the answer as it is made, as server-sent events"},
    {"max_output_tokens", OG_FIELD_INT, AT(ask.max_tokens), 1, INT32_MAX, false, "tokens of an answer at most"},
    {"temperature", OG_FIELD_FLOAT, AT(ask.sampling.temperature), 0, 100, false, "0 always takes the likeliest token (0.8)"},
    {"top_p", OG_FIELD_FLOAT, AT(ask.sampling.top_p), 0, 1, false, "choose among the likeliest tokens that make up so much (0.95)"},
    {"seed", OG_FIELD_SEED, AT(ask.seed), 0, 0, false, "not OpenAI's: the same seed, prompt and parameters give the same answer"},
    {"tools", OG_FIELD_ARRAY, AT(tools), 0, 0, false, "functions that the model may call"},
    {"tool_choice", OG_FIELD_ANY, AT(tool_choice), 0, 0, false, "none, auto, required, or a function's name"},
    {"parallel_tool_calls", OG_FIELD_BOOL, AT(parallel), 0, 0, false, "several calls in an answer (true)"},
    {"text", OG_FIELD_OBJECT, AT(text), 0, 0, false, "format: what the answer has to be"},
    {"reasoning", OG_FIELD_OBJECT, AT(reasoning), 0, 0, false, "effort: none, or as the model's template knows it"},
    {"truncation", OG_FIELD_TEXT, AT(truncation), 0, 0, false, "auto: a full context forgets its older half; disabled (default): it ends"},
    {"metadata", OG_FIELD_OBJECT, AT(metadata), 0, 0, false, "sent back as it is"},
};
#undef AT

static void defaults(void *own) {
    talk *t = own;
    og_ask_defaults(&t->ask);
    t->parallel = t->store = true;
}

static void forget(void *own) {
    talk *t = own;
    json_decref(t->turned);
    json_decref(t->told);
    json_decref(t->output);
}

static json_t *shared(const json_t *v) {
    return json_incref((json_t *)(uintptr_t)v);
}

/* ---- items as messages ---- */

static bool turn_item(talk *t, const json_t *item, size_t i, og_problem *problem) {
    const char *type = og_js_get_text(item, "type"), *role = og_js_get_text(item, "role"), *call = og_js_get_text(item, "call_id");
    if (role && (!type || strcmp(type, "message") == 0)) {
        const json_t *content = json_object_get(item, "content");
        json_array_append_new(t->turned, json_pack("{s:s, s:o}", "role", role, "content", content ? shared(content) : json_null()));
        return true;
    }
    if (type && strcmp(type, "function_call_output") == 0 && call) {
        const json_t *output = json_object_get(item, "output");
        json_array_append_new(t->turned, json_pack("{s:s, s:s, s:o}", "role", "tool", "tool_call_id", call, "content",
                                                   output ? shared(output) : json_null()));
        return true;
    }
    const char *name = og_js_get_text(item, "name"), *arguments = og_js_get_text(item, "arguments");
    if (type && strcmp(type, "function_call") == 0 && call && name) {
        json_t *last = json_array_get(t->turned, json_array_size(t->turned) - 1), *calls = json_object_get(last, "tool_calls");
        if (!calls)
            json_array_append_new(t->turned,
                                  json_pack("{s:s, s:s, s:o}", "role", "assistant", "content", "", "tool_calls", calls = json_array()));
        json_array_append_new(calls, json_pack("{s:s, s:s, s:{s:s, s:s}}", "id", call, "type", "function", "function", "name", name,
                                               "arguments", arguments ? arguments : "{}"));
        return true;
    }
    if (type && strcmp(type, "reasoning") == 0) return true; /* an earlier answer's own */
    return og_refuse(problem, 400, "invalid_value", "input", "\"input[%zu]\" has to be a message, function_call or function_call_output",
                     i);
}

static bool read_conversation(og_exchange *ex, talk *t, og_problem *problem) {
    t->turned = t->previous ? og_responses_messages(ex->server->responses, t->previous) : json_array();
    if (!t->turned)
        return og_refuse(problem, 404, "previous_response_not_found", "previous_response_id",
                         "there is no response \"%.80s\"; the last %d are remembered", t->previous, OG_RESPONSES_MAX);
    if (json_is_string(t->input))
        json_array_append_new(t->turned, json_pack("{s:s, s:o}", "role", "user", "content", shared(t->input)));
    else if (!json_is_array(t->input))
        return og_refuse(problem, 400, "invalid_type", "input", "\"input\" has to be a string or a list of items, not %s",
                         og_js_kind(t->input));
    size_t i;
    json_t *item;
    if (json_is_array(t->input)) json_array_foreach(t->input, i, item) if (!turn_item(t, item, i, problem)) return false;
    json_t *all = json_array();
    if (t->instructions) json_array_append_new(all, json_pack("{s:s, s:s}", "role", "system", "content", t->instructions));
    json_array_extend(all, t->turned);
    og_message *messages = NULL;
    const bool good = og_messages_read(ex, all, "input", &messages, &t->ask.n_messages, problem);
    for (size_t k = 0; good && k < t->ask.n_messages; k++) /* of `all`, which goes */
        if (t->instructions && k == 0)
            messages[k] = (og_message){.role = "system", .content = t->instructions, .content_len = strlen(t->instructions)};
    json_decref(all);
    t->ask.messages = messages;
    return good;
}

/* Functions, which are flat here, as chat completions have them. */
static bool read_tools(og_exchange *ex, talk *t, og_problem *problem) {
    size_t i;
    json_t *tool;
    t->told = json_array();
    json_array_foreach(t->tools, i, tool) {
        const char *type = og_js_get_text(tool, "type"), *name = og_js_get_text(tool, "name"), *about = og_js_get_text(tool, "description");
        const json_t *schema = json_object_get(tool, "parameters");
        if (!type || strcmp(type, "function") != 0 || !name)
            return og_refuse(problem, 400, "unsupported", "tools",
                             "\"tools[%zu]\" has to be of type function, with a name: others are not offered", i);
        json_t *function = json_pack("{s:s, s:s}", "name", name, "description", about ? about : "");
        if (json_is_object(schema)) json_object_set(function, "parameters", (json_t *)(uintptr_t)schema);
        json_array_append_new(t->told, json_pack("{s:s, s:o}", "type", "function", "function", function));
    }
    return og_openai_tools(ex, t->told, t->tool_choice, problem);
}

static bool read_body(og_exchange *ex, og_problem *problem) {
    talk *t = ex->own;
    t->output = json_array();
    t->ask.single = !t->parallel;
    t->ask.shift = t->truncation && strcmp(t->truncation, "auto") == 0;
    return read_conversation(ex, t, problem) && read_tools(ex, t, problem) &&
           og_openai_format(ex, json_object_get(t->text, "format"), "text.format", problem) &&
           og_openai_effort(ex, og_js_get_text(t->reasoning, "effort"), NULL, problem);
}

/* ---- telling ---- */

static json_t *text_part(const char *text, size_t len) {
    return json_pack("{s:s, s:o, s:[], s:[]}", "type", "output_text", "text", og_js_text(text, len), "annotations", "logprobs");
}

static json_t *message_item(const char *id, const char *status, json_t *part) {
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", id, "type", "message", "status", status, "role", "assistant", "content",
                     part ? json_pack("[o]", part) : json_array());
}

static json_t *reasoning_item(const char *id, const char *text, size_t len) {
    return json_pack("{s:s, s:s, s:[], s:[{s:s, s:o}]}", "id", id, "type", "reasoning", "summary", "content", "type", "reasoning_text",
                     "text", og_js_text(text, len));
}

static json_t *call_item(const char *id, const char *status, const og_call *call, bool whole) {
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "id", id, "type", "function_call", "status", status, "call_id", call->id, "name",
                     call->name, "arguments",
                     og_js_text(whole && call->arguments.s ? call->arguments.s : "", whole ? call->arguments.len : 0));
}

static json_t *or_null(const json_t *v) {
    return v ? shared(v) : json_null();
}

static json_t *response(const og_exchange *ex, const char *status) {
    const talk *t = ex->own;
    const og_choice *c = &ex->writing->choice[0];
    const bool ended = c->done, cut = ended && c->result.stop != OG_STOP_END && c->result.stop != OG_STOP_STRING;
    char id[64];
    snprintf(id, sizeof id, "resp_%s", ex->id);
    json_t *o =
        json_pack("{s:s, s:s, s:I, s:s, s:n, s:o, s:o, s:o, s:s, s:O, s:b, s:o, s:o, s:b}", "id", id, "object", "response", "created_at",
                  (json_int_t)ex->created, "status", cut ? "incomplete" : status, "error", "incomplete_details",
                  cut ? json_pack("{s:s}", "reason", "max_output_tokens") : json_null(), "instructions",
                  t->instructions ? json_string(t->instructions) : json_null(), "max_output_tokens",
                  t->ask.max_tokens >= 0 ? json_integer(t->ask.max_tokens) : json_null(), "model", ex->entry->name, "output", t->output,
                  "parallel_tool_calls", (int)t->parallel, "previous_response_id", t->previous ? json_string(t->previous) : json_null(),
                  "reasoning", t->reasoning ? shared(t->reasoning) : json_pack("{s:n, s:n}", "effort", "summary"), "store", (int)t->store);
    json_object_set_new(o, "temperature", json_real((double)t->ask.sampling.temperature));
    json_object_set_new(o, "top_p", json_real((double)t->ask.sampling.top_p));
    json_object_set_new(o, "text", t->text ? shared(t->text) : json_pack("{s:{s:s}}", "format", "type", "text"));
    json_object_set_new(o, "tool_choice", t->tool_choice ? shared(t->tool_choice) : json_string("auto"));
    json_object_set_new(o, "tools", t->tools ? shared(t->tools) : json_array());
    json_object_set_new(o, "truncation", json_string(t->ask.shift ? "auto" : "disabled"));
    json_object_set_new(o, "metadata", t->metadata ? or_null(t->metadata) : json_object());
    json_object_set_new(o, "usage", json_null());
    if (!ended) return o;
    const og_tally n = og_writing_tally(ex->writing);
    json_object_set_new(o, "usage",
                        json_pack("{s:I, s:{s:I}, s:I, s:{s:i}, s:I}", "input_tokens", n.prompt, "input_tokens_details", "cached_tokens",
                                  n.cached, "output_tokens", n.reply, "output_tokens_details", "reasoning_tokens", 0, "total_tokens",
                                  n.prompt + n.reply));
    json_object_set_new(o, "timings", og_told_timings(c));
    json_object_set_new(o, "offgrid", og_told(c));
    return o;
}

/* Keeps the response, and the conversation with this answer at its end. */
static void remember(og_exchange *ex, const json_t *told) {
    talk *t = ex->own;
    const og_choice *c = &ex->writing->choice[0];
    if (!t->store) return;
    json_t *m = json_pack("{s:s, s:o}", "role", "assistant", "content", og_js_text(c->content.s ? c->content.s : "", c->content.len));
    if (c->n_calls > 0) json_object_set_new(m, "tool_calls", og_openai_calls(c));
    json_array_append_new(t->turned, m);
    og_responses_keep(ex->server->responses, told, t->turned);
}

/* Takes over o. */
static void send(og_exchange *ex, const char *type, json_t *o) {
    talk *t = ex->own;
    json_object_set_new(o, "type", json_string(type));
    json_object_set_new(o, "sequence_number", json_integer(t->sequence++));
    og_send_event(ex, type, o);
}

static json_t *place(const talk *t, bool part) {
    json_t *o = json_pack("{s:s, s:I}", "item_id", t->item_id, "output_index", (json_int_t)json_array_size(t->output));
    if (part) json_object_set_new(o, "content_index", json_integer(0));
    return o;
}

static void begin(og_exchange *ex) {
    send(ex, "response.created", json_pack("{s:o}", "response", response(ex, "in_progress")));
    send(ex, "response.in_progress", json_pack("{s:o}", "response", response(ex, "in_progress")));
}

static void close_item(og_exchange *ex, og_choice *c) {
    talk *t = ex->own;
    if (!t->is_open) return;
    t->is_open = false;
    json_t *item = NULL, *o = place(t, t->open != OG_REPLY_CALL);
    if (t->open == OG_REPLY_CONTENT) {
        const char *text = c->content.s + t->from;
        const size_t len = c->content.len - t->from;
        json_object_set_new(o, "text", og_js_text(text, len));
        json_object_set_new(o, "logprobs", json_array());
        send(ex, "response.output_text.done", o);
        o = place(t, true);
        json_object_set_new(o, "part", text_part(text, len));
        send(ex, "response.content_part.done", o);
        item = message_item(t->item_id, "completed", text_part(text, len));
    } else if (t->open == OG_REPLY_REASONING) {
        json_object_set_new(o, "text", og_js_text(c->reasoning.s + t->from, c->reasoning.len - t->from));
        send(ex, "response.reasoning_text.done", o);
        item = reasoning_item(t->item_id, c->reasoning.s + t->from, c->reasoning.len - t->from);
    } else {
        const og_call *call = &c->calls[c->n_calls - 1];
        json_object_set_new(o, "name", json_string(call->name));
        json_object_set_new(o, "arguments", og_js_text(call->arguments.s ? call->arguments.s : "", call->arguments.len));
        send(ex, "response.function_call_arguments.done", o);
        item = call_item(t->item_id, "completed", call, true);
    }
    send(ex, "response.output_item.done", json_pack("{s:I, s:O}", "output_index", (json_int_t)json_array_size(t->output), "item", item));
    json_array_append_new(t->output, item);
}

static void open_item(og_exchange *ex, og_choice *c, og_reply_kind kind, size_t from) {
    talk *t = ex->own;
    if (t->is_open) close_item(ex, c);
    t->open = kind;
    t->is_open = true;
    t->from = from;
    const char *prefix = kind == OG_REPLY_CONTENT ? "msg" : kind == OG_REPLY_REASONING ? "rs" : "fc";
    snprintf(t->item_id, sizeof t->item_id, "%s_%s_%zu", prefix, ex->id, json_array_size(t->output));
    json_t *item = kind == OG_REPLY_CONTENT     ? message_item(t->item_id, "in_progress", NULL)
                   : kind == OG_REPLY_REASONING ? reasoning_item(t->item_id, "", 0)
                                                : call_item(t->item_id, "in_progress", &c->calls[c->n_calls - 1], false);
    send(ex, "response.output_item.added", json_pack("{s:I, s:o}", "output_index", (json_int_t)json_array_size(t->output), "item", item));
    if (kind != OG_REPLY_CONTENT) return;
    json_t *o = place(t, true);
    json_object_set_new(o, "part", text_part("", 0));
    send(ex, "response.content_part.added", o);
}

static void event(og_exchange *ex, og_choice *c, const og_event *e) {
    talk *t = ex->own;
    const char *type = e->kind == OG_REPLY_CONTENT     ? "response.output_text.delta"
                       : e->kind == OG_REPLY_REASONING ? "response.reasoning_text.delta"
                       : e->kind == OG_REPLY_ARGUMENTS ? "response.function_call_arguments.delta"
                                                       : NULL;
    if (e->kind == OG_REPLY_CALL) open_item(ex, c, e->kind, 0);
    if (e->kind == OG_REPLY_CALL_END) close_item(ex, c);
    if (!type) return;
    const bool same = t->is_open && (t->open == e->kind || (t->open == OG_REPLY_CALL && e->kind == OG_REPLY_ARGUMENTS));
    if (!same) open_item(ex, c, e->kind, (e->kind == OG_REPLY_CONTENT ? c->content.len : c->reasoning.len) - e->len);
    json_t *o = place(t, e->kind != OG_REPLY_ARGUMENTS);
    json_object_set_new(o, "delta", og_js_text(e->text, e->len));
    if (e->kind == OG_REPLY_CONTENT) json_object_set_new(o, "logprobs", json_array());
    send(ex, type, o);
}

static void done(og_exchange *ex, og_choice *c) {
    close_item(ex, c);
}

static void end(og_exchange *ex) {
    json_t *told = response(ex, "completed");
    const char *type = strcmp(og_js_get_text(told, "status"), "completed") == 0 ? "response.completed" : "response.incomplete";
    remember(ex, told);
    send(ex, type, json_pack("{s:o}", "response", told));
}

static json_t *whole(og_exchange *ex) {
    talk *t = ex->own;
    const og_choice *c = &ex->writing->choice[0];
    char id[64];
    if (c->reasoning.len > 0) {
        snprintf(id, sizeof id, "rs_%s_0", ex->id);
        json_array_append_new(t->output, reasoning_item(id, c->reasoning.s, c->reasoning.len));
    }
    if (c->content.len > 0 || c->n_calls == 0) {
        snprintf(id, sizeof id, "msg_%s_%zu", ex->id, json_array_size(t->output));
        json_array_append_new(t->output, message_item(id, "completed", text_part(c->content.s ? c->content.s : "", c->content.len)));
    }
    for (size_t i = 0; i < c->n_calls; i++) {
        snprintf(id, sizeof id, "fc_%s_%zu", ex->id, json_array_size(t->output));
        json_array_append_new(t->output, call_item(id, "completed", &c->calls[i], true));
    }
    json_t *told = response(ex, "completed");
    remember(ex, told);
    return told;
}

static const og_voice voice = {begin, event, done, end, whole};

const og_endpoint og_endpoint_openai_responses = {
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .own_size = sizeof(talk),
    .defaults = defaults,
    .read = read_body,
    .model = og_ask_model,
    .work = og_writing_prepare,
    .voice = &voice,
    .forget = forget,
};

static bool get_ready(og_exchange *ex, og_problem *problem) {
    json_t *told = og_responses_get(ex->server->responses, ex->param);
    if (!told) return og_refuse(problem, 404, "not_found", "response_id", "there is no response \"%.80s\"", ex->param);
    og_exchange_say(ex, 200, told);
    return true;
}

static bool delete_ready(og_exchange *ex, og_problem *problem) {
    if (!og_responses_drop(ex->server->responses, ex->param))
        return og_refuse(problem, 404, "not_found", "response_id", "there is no response \"%.80s\"", ex->param);
    og_exchange_say(ex, 200, json_pack("{s:s, s:s, s:b}", "id", ex->param, "object", "response", "deleted", 1));
    return true;
}

const og_endpoint og_endpoint_openai_response = {.ready = get_ready};
const og_endpoint og_endpoint_openai_response_delete = {.ready = delete_ready};
