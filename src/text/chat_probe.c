/* chat_probe.c: what a chat template can do, found out by rendering small conversations with it. */
#include "text/chat.h"

#include <string.h>

enum { PROBE_STEPS = 1000000 }; /* a template that needs more for a line or two is not worth waiting for */

#define CALL_ID "ogcall001" /* Mistral's templates want nine letters and digits */
#define TOOLS                                                                                                                 \
    "[{\"type\": \"function\", \"function\": {\"name\": \"ogtool\", \"description\": \"ogtell\", \"parameters\": {\"type\": " \
    "\"object\", \"properties\": {\"ogkey\": {\"type\": \"string\", \"description\": \"ogd\"}}, \"required\": [\"ogkey\"]}}}]"
#define CALLS              \
    "[{\"id\": \"" CALL_ID \
    "\", \"type\": \"function\", \"function\": {\"name\": \"ogtool\", \"arguments\": \"{\\\"ogarg\\\": \\\"ogvalue\\\"}\"}}]"
#define IMAGES(part)                                           \
    "{\"messages\": [{\"role\": \"user\", \"content\": [" part \
    "{\"type\": \"text\", \"text\": \"ogask\"}]}], \"add_generation_prompt\": true}"

typedef struct probe {
    og_chat *chat;
    const og_jinja *tmpl;
    og_buf out; /* of the last rendering that worked */
} probe;

static bool render_json(probe *p, const char *json, size_t len, og_jinja_arguments arguments, og_error *err) {
    og_jinja_input in = {.json = json, .len = len, .arguments = arguments, .limits = {.steps = PROBE_STEPS}};
    p->out.len = 0;
    return og_jinja_render(p->tmpl, &in, &p->out, NULL, err) == OG_OK && og_buf_reserve(&p->out, 0);
}

static bool render(probe *p, const og_chat_params *params, og_jinja_arguments arguments, og_error *err) {
    og_buf json;
    og_buf_init(&json);
    bool ok = og_chat_context(p->chat, params, &json, err) == OG_OK && render_json(p, json.data, json.len, arguments, err);
    og_buf_free(&json);
    return ok;
}

static bool shows(const probe *p, const char *word) {
    return p->out.data && strstr(p->out.data, word);
}

static const og_message question = {.role = "user", .content = "ogask", .content_len = 5};

static og_chat_params params_of(const og_message *m, size_t n) {
    return (og_chat_params){.messages = m, .n_messages = n, .add_generation_prompt = true};
}

static bool probe_system(probe *p) {
    const og_message m[] = {{.role = "system", .content = "ogrule", .content_len = 6}, question};
    og_chat_params params = params_of(m, 2);
    return render(p, &params, OG_JINJA_AS_GIVEN, NULL) && shows(p, "ogrule");
}

static bool probe_tools(probe *p) {
    og_chat_params params = params_of(&question, 1);
    params.tools = TOOLS;
    return render(p, &params, OG_JINJA_AS_GIVEN, NULL) && shows(p, "ogtool");
}

/* A call and its result; the arguments must be printed as JSON, neither as Python has it nor as JSON in JSON. */
static bool probe_calls(probe *p, bool *reasoning) {
    static const og_jinja_arguments kinds[] = {OG_JINJA_OBJECT, OG_JINJA_TEXT};
    const og_message m[] = {question,
                            {.role = "assistant", .tool_calls = CALLS, .reasoning = "ogthought"},
                            {.role = "tool", .name = "ogtool", .tool_call_id = CALL_ID, .content = "ogresult", .content_len = 8}};
    og_chat_params params = params_of(m, 3);
    params.tools = TOOLS;
    for (size_t i = 0; i < 2 * OG_LEN(kinds); i++) {
        p->chat->null_content = i >= OG_LEN(kinds);
        p->chat->arguments = kinds[i % OG_LEN(kinds)];
        if (!render(p, &params, p->chat->arguments, NULL) || !shows(p, "ogresult") || !shows(p, "ogvalue")) continue;
        if (shows(p, "{'ogarg'") || shows(p, "\\\"ogarg")) continue;
        *reasoning = shows(p, "ogthought");
        return true;
    }
    p->chat->null_content = false;
    return false;
}

/* Whether the rendering differs from an earlier one. */
static bool differ(probe *p, const char *first, size_t len) {
    return p->out.len != len || memcmp(p->out.data, first, len) != 0;
}

static bool probe_switch(probe *p) {
    og_chat_params params = params_of(&question, 1);
    params.reasoning = OG_REASONING_OFF;
    if (!render(p, &params, OG_JINJA_AS_GIVEN, NULL)) return false;
    og_buf off = p->out;
    og_buf_init(&p->out);
    params.reasoning = OG_REASONING_ON;
    bool found = render(p, &params, OG_JINJA_AS_GIVEN, NULL) && differ(p, off.data, off.len);
    og_buf_free(&off);
    return found;
}

static bool probe_images(probe *p) {
    static const char without[] = IMAGES(""), with[] = IMAGES("{\"type\": \"image\"}, ");
    if (!render_json(p, without, sizeof without - 1, OG_JINJA_AS_GIVEN, NULL) || !shows(p, "ogask")) return false;
    og_buf plain = p->out;
    og_buf_init(&p->out);
    bool found = render_json(p, with, sizeof with - 1, OG_JINJA_AS_GIVEN, NULL) && differ(p, plain.data, plain.len) && !shows(p, "{'type'");
    og_buf_free(&plain);
    return found;
}

bool og_chat_probe(og_chat *chat, const og_jinja *tmpl, og_error *err) {
    probe p = {.chat = chat, .tmpl = tmpl};
    og_buf_init(&p.out);
    og_chat_params params = params_of(&question, 1);
    bool works = render(&p, &params, OG_JINJA_AS_GIVEN, err);
    if (works) {
        og_chat_info *info = &chat->info;
        bool thought = false;
        info->reasoning = shows(&p, "<think>");
        info->system = probe_system(&p);
        info->tools = probe_tools(&p);
        info->tool_calls = probe_calls(&p, &thought);
        info->reasoning_switch = probe_switch(&p);
        info->reasoning = info->reasoning || thought || info->reasoning_switch;
        info->images = probe_images(&p);
    }
    og_buf_free(&p.out);
    return works;
}
