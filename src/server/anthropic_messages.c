/* anthropic_messages.c: /v1/messages, and counting its tokens. Conversations are turned into OpenAI's form: results of tools are messages
 * of their own there. */
#include "server/ask_fields.h"
#include "server/messages.h"
#include "server/models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct talk {
    og_ask ask;
    const json_t *messages, *system, *stop, *tools, *tool_choice, *thinking;
    json_t *turned; /* the conversation in OpenAI's form */
    /* of a stream: the block that is open */
    og_reply_kind open;
    bool is_open;
    int blocks;
} talk;

#define AT(member) offsetof(talk, member)
#define ROWS                                                                                                             \
    {"model", OG_FIELD_TEXT, AT(ask.model), 0, 0, true, "which model"},                                                  \
        {"messages", OG_FIELD_ARRAY, AT(messages), 0, 0, true, "the conversation"},                                      \
        {"system", OG_FIELD_ANY, AT(system), 0, 0, false, "instructions: a text, or a list of text blocks"},             \
        {"tools", OG_FIELD_ARRAY, AT(tools), 0, 0, false, "tools that the model may use"},                               \
        {"tool_choice", OG_FIELD_OBJECT, AT(tool_choice), 0, 0, false, "type: auto, any, tool (with a name) or none"}, { \
        "thinking", OG_FIELD_OBJECT, AT(thinking), 0, 0, false, "type: enabled, adaptive or disabled"                    \
    }
static const og_field fields[] = {
    ROWS,
    {"max_tokens", OG_FIELD_INT, AT(ask.max_tokens), 1, INT32_MAX, true, "tokens of the answer at most"},
    {"stop_sequences", OG_FIELD_ARRAY, AT(stop), 0, 0, false, "texts before which the answer ends"},
    {"stream", OG_FIELD_BOOL, AT(ask.stream), 0, 0, false, "send the answer as it is made, as server-sent events"},
    {"temperature", OG_FIELD_FLOAT, AT(ask.sampling.temperature), 0, 100, false, "0 always takes the likeliest token (0.8)"},
    {"top_p", OG_FIELD_FLOAT, AT(ask.sampling.top_p), 0, 1, false, "choose among the likeliest tokens that make up so much (0.95)"},
    {"top_k", OG_FIELD_INT, AT(ask.sampling.top_k), 0, INT32_MAX, false, "choose among so many; 0: all (40)"},
    {"seed", OG_FIELD_SEED, AT(ask.seed), 0, 0, false, "not Anthropic's: the same seed, prompt and parameters give the same answer"},
};
static const og_field count_fields[] = {ROWS};
#undef ROWS
#undef AT

static void defaults(void *own) {
    og_ask_defaults(own);
}

static void forget(void *own) {
    json_decref(((talk *)own)->turned);
}

static json_t *shared(const json_t *v) {
    return json_incref((json_t *)(uintptr_t)v);
}

/* One block of a message's content; texts are gathered in `text`. */
static bool turn_block(talk *t, const char *role, const json_t *block, json_t *out, json_t *text, const char *where, og_problem *problem) {
    const char *type = og_js_get_text(block, "type");
    if (!type) return og_refuse(problem, 400, "invalid_type", where, "%s: a block has to be an object with a \"type\"", where);
    if (strcmp(type, "tool_result") == 0) {
        const char *id = og_js_get_text(block, "tool_use_id");
        const json_t *content = json_object_get(block, "content");
        if (!id) return og_refuse(problem, 400, "invalid_type", where, "%s: tool_result.tool_use_id has to be a string", where);
        json_array_append_new(t->turned, json_pack("{s:s, s:s, s:o}", "role", "tool", "tool_call_id", id, "content",
                                                   content ? shared(content) : json_string("")));
    } else if (strcmp(type, "tool_use") == 0) {
        const char *name = og_js_get_text(block, "name"), *id = og_js_get_text(block, "id");
        if (!name || !id) return og_refuse(problem, 400, "invalid_type", where, "%s: tool_use needs an \"id\" and a \"name\"", where);
        json_t *calls = json_object_get(out, "tool_calls"), *input = json_object_get(block, "input");
        if (!calls) json_object_set_new(out, "tool_calls", calls = json_array());
        char *arguments = input ? og_js_dump(input, NULL) : NULL;
        json_array_append_new(calls, json_pack("{s:s, s:s, s:{s:s, s:s}}", "id", id, "type", "function", "function", "name", name,
                                               "arguments", arguments ? arguments : "{}"));
        free(arguments);
    } else if (strcmp(type, "thinking") == 0 && strcmp(role, "assistant") == 0) {
        json_object_set(out, "reasoning_content", json_object_get(block, "thinking"));
    } else if (strcmp(type, "redacted_thinking") != 0) {
        json_array_append(text, (json_t *)(uintptr_t)block); /* what is no text is refused when it is read */
    }
    return true;
}

static bool turn_message(talk *t, const json_t *m, const char *where, og_problem *problem) {
    const char *role = og_js_get_text(m, "role");
    const json_t *content = json_object_get(m, "content");
    if (!role || (strcmp(role, "user") != 0 && strcmp(role, "assistant") != 0 && strcmp(role, "system") != 0))
        return og_refuse(problem, 400, "invalid_value", where, "%s.role: has to be user or assistant", where);
    if (!json_is_string(content) && !json_is_array(content))
        return og_refuse(problem, 400, "invalid_type", where, "%s.content: has to be a string or a list of blocks, not %s", where,
                         og_js_kind(content));
    json_t *out = json_pack("{s:s}", "role", role), *text = json_array(), *block;
    bool good = out && text;
    size_t i;
    json_array_foreach(content, i, block) good = good && turn_block(t, role, block, out, text, where, problem);
    const bool only_results = json_is_array(content) && json_array_size(text) == 0 && !json_object_get(out, "tool_calls") &&
                              !json_object_get(out, "reasoning_content") && json_array_size(content) > 0;
    if (good && !only_results) {
        json_object_set(out, "content", json_is_string(content) ? (json_t *)(uintptr_t)content : text);
        json_array_append(t->turned, out);
    }
    json_decref(out);
    json_decref(text);
    return good;
}

static bool read_conversation(og_exchange *ex, talk *t, og_problem *problem) {
    t->turned = json_array();
    if (t->system) json_array_append_new(t->turned, json_pack("{s:s, s:o}", "role", "system", "content", shared(t->system)));
    size_t i;
    json_t *m;
    json_array_foreach(t->messages, i, m) {
        char where[40];
        snprintf(where, sizeof where, "messages.%zu", i);
        if (!turn_message(t, m, where, problem)) return false;
    }
    og_message *messages;
    if (!og_messages_read(ex, t->turned, "messages", &messages, &t->ask.n_messages, problem)) return false;
    t->ask.messages = messages;
    return true;
}

static bool read_tools(og_exchange *ex, talk *t, og_problem *problem) {
    json_t *list = json_array(), *tool;
    size_t i;
    bool good = list != NULL;
    json_array_foreach(t->tools, i, tool) {
        const char *name = og_js_get_text(tool, "name"), *about = og_js_get_text(tool, "description");
        const json_t *schema = json_object_get(tool, "input_schema");
        if (!name || !json_is_object(schema)) {
            json_decref(list);
            return og_refuse(problem, 400, "invalid_value", "tools", "tools.%zu: needs a \"name\" and an \"input_schema\"", i);
        }
        json_array_append_new(list, json_pack("{s:s, s:{s:s, s:s, s:o}}", "type", "function", "function", "name", name, "description",
                                              about ? about : "", "parameters", shared(schema)));
    }
    if (json_array_size(list) > 0) good = (t->ask.tools = og_keep_json(ex, list)) != NULL;
    json_decref(list);
    const char *type = og_js_get_text(t->tool_choice, "type");
    t->ask.single = json_is_true(json_object_get(t->tool_choice, "disable_parallel_tool_use"));
    if (!good || !t->tool_choice || (type && strcmp(type, "auto") == 0)) return good;
    if (type && strcmp(type, "none") == 0) return t->ask.choice = OG_TOOLS_NONE, true;
    if (!t->ask.tools) return og_refuse(problem, 400, "invalid_value", "tool_choice", "tool_choice: there are no tools");
    t->ask.choice = type && strcmp(type, "tool") == 0 ? OG_TOOLS_NAMED : OG_TOOLS_REQUIRED;
    t->ask.tool_name = og_js_get_text(t->tool_choice, "name");
    if (!type || (t->ask.choice == OG_TOOLS_NAMED ? !t->ask.tool_name : strcmp(type, "any") != 0))
        return og_refuse(problem, 400, "invalid_value", "tool_choice", "tool_choice.type: can be auto, any, tool with a \"name\", or none");
    return true;
}

static bool read_body(og_exchange *ex, og_problem *problem) {
    talk *t = ex->own;
    const char *thinking = og_js_get_text(t->thinking, "type");
    if (thinking) t->ask.reasoning = strcmp(thinking, "disabled") == 0 ? OG_REASONING_OFF : OG_REASONING_ON;
    return og_ask_stops(ex, t->stop, "stop_sequences", 64, problem) && read_conversation(ex, t, problem) && read_tools(ex, t, problem);
}

static bool count(og_exchange *ex, og_problem *problem) {
    if (!og_writing_prepare(ex, problem)) return false;
    ex->reply = json_pack("{s:I}", "input_tokens", (json_int_t)ex->writing->prompt[0].n);
    return ex->reply != NULL;
}

/* ---- telling ---- */

static json_t *usage(const og_exchange *ex) {
    const og_tally t = og_writing_tally(ex->writing);
    return json_pack("{s:I, s:I, s:I, s:I}", "input_tokens", t.prompt - t.cached, "cache_creation_input_tokens", (json_int_t)0,
                     "cache_read_input_tokens", t.cached, "output_tokens", t.reply);
}

static json_t *head(const og_exchange *ex) {
    char id[64];
    snprintf(id, sizeof id, "msg_%s", ex->id);
    return json_pack("{s:s, s:s, s:s, s:s, s:n, s:n}", "id", id, "type", "message", "role", "assistant", "model", ex->entry->name,
                     "stop_reason", "stop_sequence");
}

static const char *stop_reason(const og_choice *c) {
    switch (c->result.stop) {
    case OG_STOP_STRING:
        return "stop_sequence";
    case OG_STOP_END:
        return c->n_calls > 0 ? "tool_use" : "end_turn";
    default:
        return "max_tokens";
    }
}

static json_t *stop_sequence(const og_choice *c) {
    return c->result.stop == OG_STOP_STRING && c->result.stop_string ? json_string(c->result.stop_string) : json_null();
}

static void begin(og_exchange *ex) {
    json_t *m = head(ex);
    json_object_set_new(m, "content", json_array());
    json_object_set_new(m, "usage",
                        json_pack("{s:I, s:i, s:i, s:i}", "input_tokens", (json_int_t)ex->writing->prompt[0].n,
                                  "cache_creation_input_tokens", 0, "cache_read_input_tokens", 0, "output_tokens", 0));
    og_send_event(ex, "message_start", json_pack("{s:s, s:o}", "type", "message_start", "message", m));
}

static void close_block(og_exchange *ex) {
    talk *t = ex->own;
    if (!t->is_open) return;
    og_send_event(ex, "content_block_stop", json_pack("{s:s, s:i}", "type", "content_block_stop", "index", t->blocks++));
    t->is_open = false;
}

/* Takes over block. */
static void open_block(og_exchange *ex, og_reply_kind kind, json_t *block) {
    talk *t = ex->own;
    close_block(ex);
    t->open = kind;
    t->is_open = true;
    og_send_event(ex, "content_block_start",
                  json_pack("{s:s, s:i, s:o}", "type", "content_block_start", "index", t->blocks, "content_block", block));
}

static void delta(og_exchange *ex, const char *type, const char *key, const og_event *e) {
    og_send_event(ex, "content_block_delta",
                  json_pack("{s:s, s:i, s:{s:s, s:o}}", "type", "content_block_delta", "index", ((talk *)ex->own)->blocks, "delta", "type",
                            type, key, og_js_text(e->text, e->len)));
}

static void event(og_exchange *ex, og_choice *c, const og_event *e) {
    talk *t = ex->own;
    (void)c;
    const bool same = t->is_open && t->open == e->kind;
    if (e->kind == OG_REPLY_CONTENT) {
        if (!same) open_block(ex, e->kind, json_pack("{s:s, s:s}", "type", "text", "text", ""));
        delta(ex, "text_delta", "text", e);
    } else if (e->kind == OG_REPLY_REASONING) {
        if (!same) open_block(ex, e->kind, json_pack("{s:s, s:s, s:s}", "type", "thinking", "thinking", "", "signature", ""));
        delta(ex, "thinking_delta", "thinking", e);
    } else if (e->kind == OG_REPLY_CALL) {
        open_block(ex, e->kind, json_pack("{s:s, s:s, s:s, s:{}}", "type", "tool_use", "id", e->call->id, "name", e->call->name, "input"));
    } else if (e->kind == OG_REPLY_ARGUMENTS) {
        delta(ex, "input_json_delta", "partial_json", e);
    } else if (e->kind == OG_REPLY_CALL_END) {
        close_block(ex);
    }
}

static void done(og_exchange *ex, og_choice *c) {
    close_block(ex);
    og_send_event(ex, "message_delta",
                  json_pack("{s:s, s:{s:s, s:o}, s:o, s:o, s:o}", "type", "message_delta", "delta", "stop_reason", stop_reason(c),
                            "stop_sequence", stop_sequence(c), "usage", usage(ex), "timings", og_told_timings(c), "offgrid", og_told(c)));
}

static void end(og_exchange *ex) {
    og_send_event(ex, "message_stop", json_pack("{s:s}", "type", "message_stop"));
}

static json_t *whole(og_exchange *ex) {
    const og_choice *c = &ex->writing->choice[0];
    json_t *m = head(ex), *content = json_array();
    if (c->reasoning.len > 0)
        json_array_append_new(content, json_pack("{s:s, s:o, s:s}", "type", "thinking", "thinking",
                                                 og_js_text(c->reasoning.s, c->reasoning.len), "signature", ""));
    if (c->content.len > 0)
        json_array_append_new(content, json_pack("{s:s, s:o}", "type", "text", "text", og_js_text(c->content.s, c->content.len)));
    for (size_t i = 0; i < c->n_calls; i++) {
        json_t *input = c->calls[i].arguments.s ? json_loads(c->calls[i].arguments.s, JSON_DECODE_ANY, NULL) : NULL;
        json_array_append_new(content, json_pack("{s:s, s:s, s:s, s:o}", "type", "tool_use", "id", c->calls[i].id, "name", c->calls[i].name,
                                                 "input", input ? input : json_object()));
    }
    json_object_set_new(m, "content", content);
    json_object_set_new(m, "stop_reason", json_string(stop_reason(c)));
    json_object_set_new(m, "stop_sequence", stop_sequence(c));
    json_object_set_new(m, "usage", usage(ex));
    json_object_set_new(m, "timings", og_told_timings(c));
    json_object_set_new(m, "offgrid", og_told(c));
    return m;
}

static const og_voice voice = {begin, event, done, end, whole};

const og_endpoint og_endpoint_anthropic_messages = {
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

const og_endpoint og_endpoint_anthropic_count = {
    .field = count_fields,
    .n_fields = sizeof count_fields / sizeof *count_fields,
    .own_size = sizeof(talk),
    .defaults = defaults,
    .read = read_body,
    .model = og_ask_model,
    .work = count,
    .forget = forget,
};
