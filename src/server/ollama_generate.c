/* ollama_generate.c: /api/generate and /api/chat. */
#include "server/ask_fields.h"
#include "server/messages.h"
#include "server/models.h"
#include "server/ollama.h"
#include "server/state.h"

#include <string.h>

typedef struct talk {
    og_ask ask;
    const char *prompt, *system;
    const json_t *messages, *format, *options, *stop, *tools, *images, *keep_alive, *think;
    bool raw, chat;
} talk;

#define AT(member) offsetof(talk, member)
#define ROWS                                                                                                                      \
    {"model", OG_FIELD_TEXT, AT(ask.model), 0, 0, true, "which model"},                                                           \
        {"stream", OG_FIELD_BOOL, AT(ask.stream), 0, 0, false, "send the answer as it is made, a line of JSON each time (true)"}, \
        {"format", OG_FIELD_ANY, AT(format), 0, 0, false, "json, or a JSON Schema that the answer matches"},                      \
        {"options",                                                                                                               \
         OG_FIELD_OBJECT,                                                                                                         \
         AT(options),                                                                                                             \
         0,                                                                                                                       \
         0,                                                                                                                       \
         false,                                                                                                                   \
         "temperature, top_k, top_p, min_p, seed, num_predict, stop, repeat_penalty, ..."},                                       \
        {"think", OG_FIELD_ANY, AT(think), 0, 0, false, "whether the model reasons before it answers"}, {                         \
        "keep_alive", OG_FIELD_ANY, AT(keep_alive), 0, 0, false, "how long the model stays loaded afterwards"                     \
    }
static const og_field generate_fields[] = {
    ROWS,
    {"prompt", OG_FIELD_TEXT, AT(prompt), 0, 0, false, "the question; without one, the model is loaded"},
    {"suffix", OG_FIELD_TEXT, AT(ask.suffix), 0, 0, false, "what comes after the answer, for models that fill in"},
    {"system", OG_FIELD_TEXT, AT(system), 0, 0, false, "instructions"},
    {"raw", OG_FIELD_BOOL, AT(raw), 0, 0, false, "continue the prompt as it is, without the model's template"},
    {"images", OG_FIELD_ARRAY, AT(images), 0, 0, false, "refused: these models cannot see"},
};
static const og_field chat_fields[] = {
    ROWS,
    {"messages", OG_FIELD_ARRAY, AT(messages), 0, 0, false, "the conversation; without one, the model is loaded"},
    {"tools", OG_FIELD_ARRAY, AT(tools), 0, 0, false, "functions that the model may call"},
};
static const og_field option_fields[] = {
    {"num_predict", OG_FIELD_INT, AT(ask.max_tokens), -2, INT32_MAX, false, "tokens of an answer at most"},
    {"temperature", OG_FIELD_FLOAT, AT(ask.sampling.temperature), 0, 100, false, ""},
    {"top_p", OG_FIELD_FLOAT, AT(ask.sampling.top_p), 0, 1, false, ""},
    {"presence_penalty", OG_FIELD_FLOAT, AT(ask.sampling.presence_penalty), -100, 100, false, ""},
    {"frequency_penalty", OG_FIELD_FLOAT, AT(ask.sampling.frequency_penalty), -100, 100, false, ""},
    {"top_k", OG_FIELD_INT, AT(ask.sampling.top_k), 0, INT32_MAX, false, ""},
    {"min_p", OG_FIELD_FLOAT, AT(ask.sampling.min_p), 0, 1, false, ""},
    {"repeat_penalty", OG_FIELD_FLOAT, AT(ask.sampling.repeat_penalty), 0.01, 100, false, ""},
    {"repeat_last_n", OG_FIELD_INT, AT(ask.sampling.penalty_last), -1, INT32_MAX, false, ""},
    {"seed", OG_FIELD_SEED, AT(ask.seed), 0, 0, false, ""},
    {"num_keep", OG_FIELD_INT, AT(ask.n_keep), -1, INT32_MAX, false, ""},
    {"stop", OG_FIELD_ANY, AT(stop), 0, 0, false, ""},
};
#undef ROWS
#undef AT

static void generate_defaults(void *own) {
    og_ask_defaults(own);
    ((og_ask *)own)->stream = true;
}

static void chat_defaults(void *own) {
    generate_defaults(own);
    ((talk *)own)->chat = true;
}

static bool read_format(og_exchange *ex, talk *t, og_problem *problem) {
    const char *word = json_string_value(t->format);
    if (!t->format || (word && !*word)) return true;
    if (word && strcmp(word, "json") == 0) return t->ask.schema = "{\"type\":\"object\"}", true;
    if (!json_is_object(t->format)) return og_refuse(problem, 400, NULL, "format", "\"format\" has to be \"json\" or a JSON Schema");
    return (t->ask.schema = og_keep_json(ex, t->format)) != NULL;
}

/* The one question of /api/generate as a conversation. */
static bool read_prompt(og_exchange *ex, talk *t, og_problem *problem) {
    if (json_array_size(t->images) > 0) return og_refuse(problem, 400, NULL, "images", "this model cannot see: \"images\" has to be empty");
    if (!t->prompt || !*t->prompt) return true;
    if (t->raw || t->ask.suffix) {
        og_input *one = og_keep(ex, sizeof *one);
        if (!one) return false;
        *one = (og_input){.text = t->prompt, .len = strlen(t->prompt)};
        t->ask.prompts = one;
        t->ask.n_prompts = 1;
        return true;
    }
    og_message *m = og_keep(ex, 2 * sizeof *m);
    if (!m) return false;
    if (t->system && *t->system)
        m[t->ask.n_messages++] = (og_message){.role = "system", .content = t->system, .content_len = strlen(t->system)};
    m[t->ask.n_messages++] = (og_message){.role = "user", .content = t->prompt, .content_len = strlen(t->prompt)};
    t->ask.messages = m;
    return true;
}

static bool read_conversation(og_exchange *ex, talk *t, og_problem *problem) {
    size_t i;
    json_t *m;
    json_array_foreach(t->messages, i, m) if (json_array_size(json_object_get(m, "images")) > 0) return og_refuse(
        problem, 400, NULL, "messages", "this model cannot see: \"messages[%zu].images\" has to be empty", i);
    if (json_array_size(t->tools) > 0 && !(t->ask.tools = og_keep_json(ex, t->tools))) return false;
    if (json_array_size(t->messages) == 0) return true;
    og_message *messages;
    if (!og_messages_read(ex, t->messages, "messages", &messages, &t->ask.n_messages, problem)) return false;
    t->ask.messages = messages;
    return true;
}

static bool read_body(og_exchange *ex, og_problem *problem) {
    talk *t = ex->own;
    if (t->options && !og_fields_read(option_fields, sizeof option_fields / sizeof *option_fields, t->options, t, problem)) return false;
    if (t->ask.max_tokens < 0) t->ask.max_tokens = -1;
    if (t->ask.n_keep < 0) t->ask.n_keep = 0;
    if (json_is_boolean(t->think)) t->ask.reasoning = json_is_true(t->think) ? OG_REASONING_ON : OG_REASONING_OFF;
    if (json_is_string(t->think)) t->ask.reasoning = OG_REASONING_ON;
    return og_ollama_keep(ex, t->keep_alive, problem) && og_ask_stops(ex, t->stop, "stop", 64, problem) && read_format(ex, t, problem) &&
           (t->chat ? read_conversation(ex, t, problem) : read_prompt(ex, t, problem));
}

/* ---- telling ---- */

static json_t *head(const og_exchange *ex, bool ended) {
    return json_pack("{s:s, s:o, s:b}", "model", ((const talk *)ex->own)->ask.model, "created_at", og_ollama_time(time(NULL)), "done",
                     (int)ended);
}

static json_t *calls_of(const og_choice *c, size_t from) {
    json_t *list = json_array();
    for (size_t i = from; i < c->n_calls; i++) {
        json_t *arguments = c->calls[i].arguments.s ? json_loads(c->calls[i].arguments.s, JSON_DECODE_ANY, NULL) : NULL;
        json_array_append_new(list, json_pack("{s:{s:i, s:s, s:o}}", "function", "index", (int)i, "name", c->calls[i].name, "arguments",
                                              arguments ? arguments : json_object()));
    }
    return list;
}

/* Puts in what was said; takes over thinking and calls, which may be NULL. */
static void say(const og_exchange *ex, json_t *o, json_t *content, json_t *thinking, json_t *calls) {
    json_t *to = o;
    const bool chat = ((const talk *)ex->own)->chat;
    if (chat) json_object_set_new(o, "message", to = json_pack("{s:s}", "role", "assistant"));
    json_object_set_new(to, chat ? "content" : "response", content);
    if (thinking) json_object_set_new(to, "thinking", thinking);
    if (calls) json_object_set_new(to, "tool_calls", calls);
}

static void event(og_exchange *ex, og_choice *c, const og_event *e) {
    json_t *o = head(ex, false);
    if (e->kind == OG_REPLY_CONTENT)
        say(ex, o, og_js_text(e->text, e->len), NULL, NULL);
    else if (e->kind == OG_REPLY_REASONING)
        say(ex, o, json_string(""), og_js_text(e->text, e->len), NULL);
    else if (e->kind == OG_REPLY_CALL_END)
        say(ex, o, json_string(""), NULL, calls_of(c, c->n_calls - 1));
    else
        o = (json_decref(o), NULL);
    if (o) og_send_line(ex, o);
}

static void add_totals(og_exchange *ex, const og_choice *c, json_t *o) {
    const og_request_result *r = &c->result;
    const bool stopped = r->stop == OG_STOP_END || r->stop == OG_STOP_STRING;
    json_object_set_new(o, "done_reason", json_string(stopped ? "stop" : "length"));
    json_object_set_new(o, "total_duration", json_integer((json_int_t)((og_clock() - ex->began) * 1e9)));
    json_object_set_new(o, "load_duration", json_integer((json_int_t)(ex->load_seconds * 1e9)));
    json_object_set_new(o, "prompt_eval_count", json_integer(r->n_prompt));
    json_object_set_new(o, "prompt_eval_duration", json_integer((json_int_t)(r->prompt_seconds * 1e9)));
    json_object_set_new(o, "eval_count", json_integer(r->n_tokens));
    json_object_set_new(o, "eval_duration", json_integer((json_int_t)(r->reply_seconds * 1e9)));
    json_object_set_new(o, "timings", og_told_timings(c));
    json_object_set_new(o, "offgrid", og_told(c));
}

static void done(og_exchange *ex, og_choice *c) {
    json_t *o = head(ex, true);
    say(ex, o, json_string(""), NULL, NULL);
    add_totals(ex, c, o);
    if (o) og_send_line(ex, o);
}

static void end(og_exchange *ex) {
    (void)ex;
}

static json_t *whole(og_exchange *ex) {
    const og_choice *c = &ex->writing->choice[0];
    json_t *o = head(ex, true);
    say(ex, o, og_js_text(c->content.s ? c->content.s : "", c->content.len),
        c->reasoning.len ? og_js_text(c->reasoning.s, c->reasoning.len) : NULL, c->n_calls ? calls_of(c, 0) : NULL);
    add_totals(ex, c, o);
    return o;
}

static const og_voice voice = {NULL, event, done, end, whole};

/* Without a question the model is loaded, or, to be kept for no time, unloaded. */
static bool prepare(og_exchange *ex, og_problem *problem) {
    const talk *t = ex->own;
    if (t->ask.messages || t->ask.prompts) return og_writing_prepare(ex, problem);
    ex->reply = head(ex, true);
    say(ex, ex->reply, json_string(""), NULL, NULL);
    json_object_set_new(ex->reply, "done_reason", json_string(ex->keep == 0 ? "unload" : "load"));
    return true;
}

const og_endpoint og_endpoint_ollama_generate = {
    .field = generate_fields,
    .n_fields = sizeof generate_fields / sizeof *generate_fields,
    .own_size = sizeof(talk),
    .defaults = generate_defaults,
    .read = read_body,
    .model = og_ask_model,
    .work = prepare,
    .voice = &voice,
};

const og_endpoint og_endpoint_ollama_chat = {
    .field = chat_fields,
    .n_fields = sizeof chat_fields / sizeof *chat_fields,
    .own_size = sizeof(talk),
    .defaults = chat_defaults,
    .read = read_body,
    .model = og_ask_model,
    .work = prepare,
    .voice = &voice,
};

/* ---- what this server leaves to the command line ---- */

typedef struct named {
    const char *model, *name;
    bool stream;
} named;

static const og_field named_fields[] = {
    {"model", OG_FIELD_TEXT, offsetof(named, model), 0, 0, false, "which model"},
    {"name", OG_FIELD_TEXT, offsetof(named, name), 0, 0, false, "the same, as it was called before"},
    {"stream", OG_FIELD_BOOL, offsetof(named, stream), 0, 0, false, "a line of JSON at each step (true)"},
};

static void named_defaults(void *own) {
    ((named *)own)->stream = true;
}

static bool pull(og_exchange *ex, og_problem *problem) {
    const named *n = ex->own;
    const char *name = n->model ? n->model : n->name;
    if (!name) return og_refuse(problem, 400, NULL, "model", "\"model\" is missing; it is a string");
    if (!og_models_find(ex->server->models, name))
        return og_refuse(problem, 404, NULL, "model",
                         "this server opens no connections: bring %.100s here with \"offgrid pull\" and serve it", name);
    if (!n->stream) return og_exchange_say(ex, 200, json_pack("{s:s}", "status", "success")), true;
    og_send_begin(ex);
    og_send_line(ex, json_pack("{s:s}", "status", "pulling manifest"));
    og_send_line(ex, json_pack("{s:s}", "status", "success"));
    og_send_end(ex);
    return true;
}

static bool drop(og_exchange *ex, og_problem *problem) {
    const named *n = ex->own;
    const char *name = n->model ? n->model : n->name;
    if (!name) return og_refuse(problem, 400, NULL, "model", "\"model\" is missing; it is a string");
    if (!og_models_find(ex->server->models, name)) return og_refuse(problem, 404, NULL, "model", "model '%.100s' not found", name);
    return og_refuse(problem, 403, NULL, "model", "this server may not delete files: use \"offgrid rm %.100s\"", name);
}

const og_endpoint og_endpoint_ollama_pull = {
    .field = named_fields, .n_fields = 3, .own_size = sizeof(named), .defaults = named_defaults, .ready = pull};
const og_endpoint og_endpoint_ollama_delete = {.field = named_fields, .n_fields = 2, .own_size = sizeof(named), .ready = drop};
