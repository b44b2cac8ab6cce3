/* openai_chat.c: /v1/chat/completions. */
#include "server/ask_fields.h"
#include "server/messages.h"
#include "server/models.h"
#include "server/openai.h"

#include <stdio.h>
#include <string.h>

typedef struct chat {
    og_ask ask;
    const json_t *messages, *stop, *stream_options, *response_format, *tools, *tool_choice, *variables, *logit_bias;
    const char *effort;
    bool logprobs, parallel, usage;
    int32_t top_logprobs;
} chat;

#define AT(member) offsetof(chat, member)
static const og_field fields[] = {
    {"messages", OG_FIELD_ARRAY, AT(messages), 0, 0, true, "the conversation"},
    OG_ASK_OPENAI_ROWS(chat),
    {"n", OG_FIELD_INT, AT(ask.n), 1, 128, false, "how many answers (1)"},
    {"max_tokens", OG_FIELD_INT, AT(ask.max_tokens), -1, INT32_MAX, false, "tokens of an answer at most"},
    {"max_completion_tokens", OG_FIELD_INT, AT(ask.max_tokens), -1, INT32_MAX, false, "the same, by its newer name"},
    {"stop", OG_FIELD_ANY, AT(stop), 0, 0, false, "a text, or up to 16, before which an answer ends"},
    {"stream_options", OG_FIELD_OBJECT, AT(stream_options), 0, 0, false, "include_usage: count tokens at the end of a stream"},
    {"logit_bias", OG_FIELD_OBJECT, AT(logit_bias), 0, 0, false, "token numbers with what is added to their logits"},
    {"logprobs", OG_FIELD_BOOL, AT(logprobs), 0, 0, false, "tell how likely each token was"},
    {"top_logprobs", OG_FIELD_INT, AT(top_logprobs), 0, 20, false, "and what else was, the likeliest so many"},
    {"response_format", OG_FIELD_OBJECT, AT(response_format), 0, 0, false, "text, json_object or json_schema: what the answer has to be"},
    {"tools", OG_FIELD_ARRAY, AT(tools), 0, 0, false, "functions that the model may call"},
    {"tool_choice", OG_FIELD_ANY, AT(tool_choice), 0, 0, false, "none, auto, required, or a function's name"},
    {"parallel_tool_calls", OG_FIELD_BOOL, AT(parallel), 0, 0, false, "several calls in an answer (true)"},
    {"reasoning_effort", OG_FIELD_TEXT, AT(effort), 0, 0, false,
     "none: no reasoning before the answer; else as the model's template knows it"},
    {"chat_template_kwargs", OG_FIELD_OBJECT, AT(variables), 0, 0, false, "further variables for the model's template"},
    OG_ASK_MORE_ROWS(chat),
};
#undef AT

static void defaults(void *own) {
    chat *c = own;
    og_ask_defaults(&c->ask);
    c->parallel = true;
}

bool og_openai_format(og_exchange *ex, const json_t *format, const char *where, og_problem *problem) {
    og_ask *ask = ex->own;
    const char *type = og_js_get_text(format, "type");
    if (!format) return true;
    if (!type) return og_refuse(problem, 400, "invalid_type", where, "\"%s.type\" has to be text, json_object or json_schema", where);
    if (strcmp(type, "text") == 0) return true;
    if (strcmp(type, "json_object") == 0) {
        const json_t *schema = json_object_get(format, "schema"); /* llama-server's way */
        return (ask->schema = schema ? og_keep_json(ex, schema) : "{\"type\":\"object\"}") != NULL;
    }
    if (strcmp(type, "json_schema") != 0)
        return og_refuse(problem, 400, "invalid_value", where, "\"%s.type\" is \"%.40s\"; it can be text, json_object or json_schema",
                         where, type);
    const json_t *outer = json_object_get(format, "json_schema"), *schema = json_object_get(outer ? outer : format, "schema");
    if (!json_is_object(schema))
        return og_refuse(problem, 400, "invalid_type", where, "\"%s.json_schema.schema\" has to be an object", where);
    return (ask->schema = og_keep_json(ex, schema)) != NULL;
}

bool og_openai_tools(og_exchange *ex, const json_t *tools, const json_t *choice, og_problem *problem) {
    og_ask *ask = ex->own;
    size_t i;
    json_t *tool;
    json_array_foreach(tools, i, tool) {
        const char *type = og_js_get_text(tool, "type");
        const json_t *function = json_object_get(tool, "function");
        if (!type || strcmp(type, "function") != 0 || !og_js_get_text(function, "name"))
            return og_refuse(problem, 400, "invalid_value", "tools",
                             "\"tools[%zu]\" has to be of type function, with a function that has a name", i);
    }
    if (json_array_size(tools) > 0 && !(ask->tools = og_keep_json(ex, tools))) return false;
    const char *word = json_string_value(choice);
    if (!choice || json_is_null(choice) || (word && strcmp(word, "auto") == 0)) return true;
    if (word && strcmp(word, "none") == 0) return ask->choice = OG_TOOLS_NONE, true;
    if (!ask->tools) return og_refuse(problem, 400, "invalid_value", "tool_choice", "\"tool_choice\" is there, but no \"tools\"");
    if (word && strcmp(word, "required") == 0) return ask->choice = OG_TOOLS_REQUIRED, true;
    const char *name = og_js_get_text(json_object_get(choice, "function"), "name");
    if (!name) name = og_js_get_text(choice, "name");
    if (!name)
        return og_refuse(problem, 400, "invalid_value", "tool_choice",
                         "\"tool_choice\" can be none, auto, required, or {\"type\": \"function\", \"function\": {\"name\": ...}}");
    ask->choice = OG_TOOLS_NAMED;
    ask->tool_name = name;
    return true;
}

bool og_openai_effort(og_exchange *ex, const char *effort, const json_t *variables, og_problem *problem) {
    og_ask *ask = ex->own;
    (void)problem;
    if (effort && strcmp(effort, "none") == 0) ask->reasoning = OG_REASONING_OFF;
    json_t *all = variables ? json_copy((json_t *)(uintptr_t)variables) : json_object();
    if (effort && strcmp(effort, "none") != 0) json_object_set_new(all, "reasoning_effort", json_string(effort));
    if (json_object_size(all) > 0) ask->variables = og_keep_json(ex, all);
    const bool good = json_object_size(all) == 0 || ask->variables;
    json_decref(all);
    return good;
}

static bool read_body(og_exchange *ex, og_problem *problem) {
    chat *c = ex->own;
    c->ask.single = !c->parallel;
    const json_t *usage = json_object_get(c->stream_options, "include_usage");
    c->usage = json_is_true(usage);
    if (usage && !json_is_boolean(usage) && !json_is_null(usage))
        return og_refuse(problem, 400, "invalid_type", "stream_options.include_usage",
                         "\"stream_options.include_usage\" has to be true or false, not %s", og_js_kind(usage));
    if (c->top_logprobs > 0 && !c->logprobs)
        return og_refuse(problem, 400, "invalid_value", "top_logprobs", "\"top_logprobs\" needs \"logprobs\" to be true");
    if (c->logprobs) c->ask.n_top = c->top_logprobs;
    og_message *messages;
    if (!og_messages_read(ex, c->messages, "messages", &messages, &c->ask.n_messages, problem)) return false;
    c->ask.messages = messages;
    return og_ask_stops(ex, c->stop, "stop", 16, problem) && og_openai_bias(ex, c->logit_bias, problem) &&
           og_openai_format(ex, c->response_format, "response_format", problem) && og_openai_tools(ex, c->tools, c->tool_choice, problem) &&
           og_openai_effort(ex, c->effort, c->variables, problem);
}

/* ---- telling ---- */

const char *og_openai_finish(const og_choice *c) {
    if (c->n_calls > 0 && (c->result.stop == OG_STOP_END || c->result.stop == OG_STOP_STRING)) return "tool_calls";
    return c->result.stop == OG_STOP_END || c->result.stop == OG_STOP_STRING ? "stop" : "length";
}

json_t *og_openai_usage(const og_writing *a) {
    const og_tally t = og_writing_tally(a);
    return json_pack("{s:I, s:I, s:I, s:{s:I}}", "prompt_tokens", t.prompt, "completion_tokens", t.reply, "total_tokens",
                     t.prompt + t.reply, "prompt_tokens_details", "cached_tokens", t.cached);
}

static json_t *logprob(const json_t *token) {
    json_t *one = json_copy((json_t *)(uintptr_t)token);
    json_object_del(one, "top");
    json_object_del(one, "id");
    return one;
}

json_t *og_openai_logprobs(const json_t *tokens) {
    size_t i, k;
    json_t *token, *other, *content = json_array();
    json_array_foreach(tokens, i, token) {
        json_t *one = logprob(token), *top = json_array();
        json_array_foreach(json_object_get(token, "top"), k, other) json_array_append_new(top, logprob(other));
        json_object_set_new(one, "top_logprobs", top);
        json_array_append_new(content, one);
    }
    return content;
}

static json_t *logprobs_of(const json_t *tokens) {
    return tokens ? json_pack("{s:o, s:n}", "content", og_openai_logprobs(tokens), "refusal") : json_null();
}

static json_t *head(const og_exchange *ex, const char *object) {
    char id[64];
    snprintf(id, sizeof id, "chatcmpl-%s", ex->id);
    return json_pack("{s:s, s:s, s:I, s:s, s:s}", "id", id, "object", object, "created", (json_int_t)ex->created, "model", ex->entry->name,
                     "system_fingerprint", "offgrid-" OG_VERSION);
}

/* Takes over delta. */
static void chunk(og_exchange *ex, int index, json_t *delta, const json_t *tokens, const og_choice *done) {
    json_t *o = head(ex, "chat.completion.chunk");
    const char *finish = done ? og_openai_finish(done) : NULL;
    json_object_set_new(o, "choices",
                        json_pack("[{s:i, s:o, s:o, s:o}]", "index", index, "delta", delta, "logprobs", logprobs_of(tokens),
                                  "finish_reason", finish ? json_string(finish) : json_null()));
    if (((const chat *)ex->own)->usage) json_object_set_new(o, "usage", json_null());
    if (done) json_object_set_new(o, "timings", og_told_timings(done));
    if (done) json_object_set_new(o, "offgrid", og_told(done));
    og_send_event(ex, NULL, o);
}

static void begin(og_exchange *ex) {
    for (size_t i = 0; i < ex->writing->n_choices; i++)
        chunk(ex, (int)i, json_pack("{s:s, s:s}", "role", "assistant", "content", ""), NULL, NULL);
}

static void event(og_exchange *ex, og_choice *c, const og_event *e) {
    json_t *delta = NULL;
    if (e->kind == OG_REPLY_CONTENT) delta = json_pack("{s:o}", "content", og_js_text(e->text, e->len));
    if (e->kind == OG_REPLY_REASONING) delta = json_pack("{s:o}", "reasoning_content", og_js_text(e->text, e->len));
    if (e->kind == OG_REPLY_CALL)
        delta = json_pack("{s:[{s:i, s:s, s:s, s:{s:s, s:s}}]}", "tool_calls", "index", e->call_index, "id", e->call->id, "type",
                          "function", "function", "name", e->call->name, "arguments", "");
    if (e->kind == OG_REPLY_ARGUMENTS)
        delta =
            json_pack("{s:[{s:i, s:{s:o}}]}", "tool_calls", "index", e->call_index, "function", "arguments", og_js_text(e->text, e->len));
    if (delta) chunk(ex, c->index, delta, e->tokens, NULL);
}

static void done(og_exchange *ex, og_choice *c) {
    chunk(ex, c->index, json_object(), json_array_size(c->tokens) > 0 ? c->tokens : NULL, c);
}

void og_openai_done(og_exchange *ex) {
    static const char last[] = "data: [DONE]\n\n";
    og_send_write(ex, last, sizeof last - 1);
}

static void end(og_exchange *ex) {
    if (((const chat *)ex->own)->usage) {
        json_t *o = head(ex, "chat.completion.chunk");
        json_object_set_new(o, "choices", json_array());
        json_object_set_new(o, "usage", og_openai_usage(ex->writing));
        og_send_event(ex, NULL, o);
    }
    og_openai_done(ex);
}

json_t *og_openai_calls(const og_choice *c) {
    json_t *list = json_array();
    for (size_t i = 0; i < c->n_calls; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:{s:s, s:o}}", "id", c->calls[i].id, "type", "function", "function", "name", c->calls[i].name,
                            "arguments", og_js_text(c->calls[i].arguments.s ? c->calls[i].arguments.s : "", c->calls[i].arguments.len)));
    return list;
}

static json_t *message(const og_choice *c) {
    json_t *content = c->n_calls > 0 && c->content.len == 0 ? json_null() : og_js_text(c->content.s ? c->content.s : "", c->content.len);
    json_t *m = json_pack("{s:s, s:o, s:n}", "role", "assistant", "content", content, "refusal");
    if (c->reasoning.len > 0) json_object_set_new(m, "reasoning_content", og_js_text(c->reasoning.s, c->reasoning.len));
    if (c->n_calls > 0) json_object_set_new(m, "tool_calls", og_openai_calls(c));
    return m;
}

static json_t *whole(og_exchange *ex) {
    const og_writing *a = ex->writing;
    json_t *o = head(ex, "chat.completion"), *choices = json_array();
    for (size_t i = 0; i < a->n_choices; i++) {
        const og_choice *c = &a->choice[i];
        json_array_append_new(choices, json_pack("{s:i, s:o, s:o, s:s}", "index", c->index, "message", message(c), "logprobs",
                                                 logprobs_of(c->tokens), "finish_reason", og_openai_finish(c)));
    }
    json_object_set_new(o, "choices", choices);
    json_object_set_new(o, "usage", og_openai_usage(a));
    json_object_set_new(o, "timings", og_told_timings(&a->choice[0]));
    json_object_set_new(o, "offgrid", og_told(&a->choice[0]));
    return o;
}

static const og_voice voice = {begin, event, done, end, whole};

const og_endpoint og_endpoint_openai_chat = {
    .field = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .own_size = sizeof(chat),
    .defaults = defaults,
    .read = read_body,
    .model = og_ask_model,
    .work = og_writing_prepare,
    .voice = &voice,
};
