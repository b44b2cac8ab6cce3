/* Answers in parts: each format's golden texts, split at every byte; broken ones; grammars of calls, whose random texts are read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text/grammar/grammar.h"
#include "text/tools/tools.h"
#include "tiny_vocab.h"

#define TOOLS                                                                                                                              \
    "[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{"        \
    "\"type\":"                                                                                                                            \
    "\"string\",\"maxLength\":6},\"unit\":{\"enum\":[\"c\",\"f\"]}},\"required\":[\"city\"],\"additionalProperties\":false}}},"            \
    "{\"type\":\"function\",\"function\":{\"name\":\"add\",\"parameters\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":"           \
    "\"integer\",\"minimum\":0,\"maximum\":99},\"b\":{\"type\":\"boolean\"}},\"required\":[\"a\",\"b\"],\"additionalProperties\":false}}}" \
    "]"

static og_tok *tok;

static int setup(void **state) {
    (void)state;
    static tiny_vocab t;
    tiny_spm(&t);
    return og_tok_make(&t.vocab, &tok, NULL) == OG_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    og_tok_close(tok);
    return 0;
}

/* ---- what is heard ---- */

typedef struct heard {
    char log[4096];
    size_t len;
    og_reply_kind last;
    int calls;
    char args[8][512];
    char name[8][64];
} heard;

static void put(heard *h, const char *s, size_t n) {
    assert_true(h->len + n < sizeof h->log);
    memcpy(h->log + h->len, s, n);
    h->len += n;
    h->log[h->len] = '\0';
}

static bool hear(void *user, const og_reply_event *e) {
    static const char letter[] = "CRTA.!";
    heard *h = user;
    const bool goes_on = h->len && h->last == e->kind && e->kind <= OG_REPLY_ARGUMENTS && e->kind != OG_REPLY_CALL;
    if (!goes_on) put(h, "|", 1), put(h, &letter[e->kind], 1);
    if (e->kind == OG_REPLY_CALL) {
        assert_int_equal(strlen(e->id), OG_CALL_ID);
        assert_int_equal(e->index, h->calls);
        put(h, e->name, strlen(e->name));
        if (h->calls < 8) strcpy(h->name[h->calls], e->name), h->args[h->calls][0] = '\0';
        h->calls++;
    }
    if (e->kind == OG_REPLY_ARGUMENTS && h->calls && h->calls <= 8)
        strncat(h->args[h->calls - 1], e->text, OG_MIN(e->len, 511 - strlen(h->args[h->calls - 1])));
    if (e->kind != OG_REPLY_CALL && e->kind != OG_REPLY_BROKEN) put(h, e->text, e->len);
    h->last = e->kind;
    return true;
}

static og_chat *chat_of(const char *tmpl) {
    const og_chat_templates t = {{tmpl, strlen(tmpl)}, {0}};
    og_chat *chat;
    og_error err = {0};
    if (og_chat_make(&t, tok, &chat, &err) != OG_OK) fail_msg("%s", err.text);
    return chat;
}

static og_tools *tools_of(const og_chat *chat, const og_tools_params *p) {
    og_tools *t = NULL;
    og_error err = {0};
    if (og_tools_open(chat, p, &t, &err) != OG_OK) fail_msg("%s", err.text);
    return t;
}

/* step 0: all at once */
static void listen(const og_tools *t, const char *text, size_t len, size_t step, heard *h) {
    og_reply *r;
    og_error err = {0};
    *h = (heard){0};
    assert_int_equal(og_reply_open(t, hear, h, &r, &err), OG_OK);
    for (size_t i = 0; i < len; i += step ? step : len)
        assert_int_equal(og_reply_feed(r, text + i, OG_MIN(step ? step : len, len - i), &err), OG_OK);
    assert_int_equal(og_reply_finish(r, &err), OG_OK);
    assert_int_equal(og_reply_calls(r), h->calls);
    og_reply_close(r);
}

/* ---- formats ---- */

typedef struct format_case {
    const char *format, *tmpl, *answer, *want;
    const char *prompt; /* its end */
    og_tool_choice choice;
    bool free; /* not what the grammar would make */
} format_case;

#define HERMES "{# <tool_call> <think> </think> #}"
#define WEATHER "{\"city\": \"Paris\"}"
#define ADD "{\"a\": 3, \"b\": true}"
static const format_case cases[] = {
    {"hermes", HERMES,
     "Let me see.\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": " WEATHER "}\n</tool_call>\n<tool_call>\n{\"name\": \"add\", "
     "\"arguments\": " ADD "}\n</tool_call>",
     "|CLet me see.|Tget_weather|A" WEATHER "|.|Tadd|A" ADD "|.", NULL, OG_TOOLS_AUTO, false},
    {"hermes", HERMES, "<think>\nHm, <tool_call> \xC3\xA9?\n</think>\n\n1 < 2 <tool", "|RHm, <tool_call> \xC3\xA9?|C1 < 2 <tool", NULL,
     OG_TOOLS_AUTO, false},
    {"hermes", HERMES, "so.\n</think>\n\nYes", "|Rso.|CYes", "<|im_start|>assistant\n<think>\n", OG_TOOLS_AUTO, false},
    {"hermes", HERMES, "<tool_call>{\"name\": \"add\", \"arguments\": {}}</tool_call>",
     "|C<tool_call>{\"name\": \"add\", \"arguments\": {}}</tool_call>", NULL, OG_TOOLS_NONE, true},
    {"hermes", HERMES, "x <think> y", "|Cx <think> y", NULL, OG_TOOLS_AUTO, false},
    {"granite", "{# <|tool_call|> #}",
     "<|tool_call|>[{\"name\": \"get_weather\", \"arguments\": " WEATHER "}, {\"name\": \"add\", \"arguments\": " ADD "}]",
     "|Tget_weather|A" WEATHER "|.|Tadd|A" ADD "|.", NULL, OG_TOOLS_REQUIRED, false},
    {"phi", "{# <|tool|> <|/tool|> #}", "<|tool_call|>[{\"name\": \"add\", \"arguments\": " ADD "}]<|/tool_call|>", "|Tadd|A" ADD "|.",
     NULL, OG_TOOLS_AUTO, false},
    {"mistral", "{# [TOOL_CALLS] [ARGS] [THINK] [/THINK] #}",
     "[THINK]Hm.[/THINK]Well. [TOOL_CALLS]add[ARGS]" ADD "[TOOL_CALLS]get_weather[CALL_ID]abcDEF123[ARGS]" WEATHER,
     "|RHm.|CWell.|Tadd|A" ADD "|.|Tget_weather|A" WEATHER "|.", NULL, OG_TOOLS_AUTO, false},
    {"mistral-list", "{# [TOOL_CALLS] #}",
     "[TOOL_CALLS][{\"name\": \"add\", \"arguments\": " ADD ", \"id\": \"123456789\"}, {\"name\": \"get_weather\", \"arguments\": " WEATHER
     "}]",
     "|Tadd|A" ADD "|.|Tget_weather|A" WEATHER "|.", NULL, OG_TOOLS_AUTO, false},
    {"llama3", "{# <|start_header_id|> \"parameters\" #}", "{\"name\": \"add\", \"parameters\": " ADD "}", "|Tadd|A" ADD "|.", NULL,
     OG_TOOLS_AUTO, false},
    {"llama3", "{# <|start_header_id|> \"parameters\" #}", "A set {\"name\": \"add\"}.", "|CA set {\"name\": \"add\"}.", NULL,
     OG_TOOLS_AUTO, false},
    {"deepseek", "{# <｜tool▁sep｜> <think> </think> #}",
     "Hm</think>Ok<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>add<｜tool▁sep｜>" ADD
     "<｜tool▁call▁end｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>" WEATHER "<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
     "|RHm|COk|Tadd|A" ADD "|.|Tget_weather|A" WEATHER "|.", "<｜Assistant｜><think>", OG_TOOLS_AUTO, false},
    {"deepseek-r1", "{# <｜tool▁sep｜> ```json #}",
     "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>add\n```json\n" ADD "\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
     "|Tadd|A" ADD "|.", NULL, OG_TOOLS_NAMED, false},
    {"gemma", "{# <|tool_call>call: <|channel>thought <channel|> #}",
     "<|channel>thought\nHm.\n<channel|>Well<|tool_call>call:get_weather{city:<|\"|>a\"b<|\"|>,unit:<|\"|>c<|\"|>}<tool_call|><|tool_call>"
     "call:add{a:3,b:true}"
     "<tool_call|>",
     "|RHm.|CWell|Tget_weather|A{\"city\":\"a\\\"b\",\"unit\":\"c\"}|.|Tadd|A{\"a\":3,\"b\":true}|.", NULL, OG_TOOLS_AUTO, false},
    {"harmony", "{# <|channel|> <|message|> #}",
     "<|channel|>analysis<|message|>Hm <b>.<|end|><|start|>assistant<|channel|>final<|message|>It is 4.", "|RHm <b>.|CIt is 4.",
     "<|start|>assistant", OG_TOOLS_AUTO, false},
    {"harmony", "{# <|channel|> <|message|> #}",
     "<|channel|>analysis<|message|>Hm<|end|><|start|>assistant<|channel|>commentary to=functions.add <|constrain|>json<|message|>" ADD,
     "|RHm|Tadd|A" ADD "|.", NULL, OG_TOOLS_REQUIRED, false},
    {"harmony", "{# <|channel|> <|message|> #}", " to=functions.add<|channel|>commentary json<|message|>" ADD "<|call|>",
     "|Tadd|A" ADD "|.", NULL, OG_TOOLS_AUTO, true},
    {"harmony", "{# <|channel|> <|message|> #}", "plain <|end|>", "|Cplain ", NULL, OG_TOOLS_AUTO, true},
    /* broken ones */
    {"hermes", HERMES, "a <tool_call>{\"nome\": 1}", "|Ca|!|C<tool_call>{\"nome\": 1}", NULL, OG_TOOLS_AUTO, true},
    {"hermes", HERMES, "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 1", "|Tadd|A{\"a\": 1|!", NULL, OG_TOOLS_AUTO, true},
    {"hermes", HERMES, "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\" 1}}</tool_call>x", "|Tadd|A{\"a\" 1}|!|Cx", NULL,
     OG_TOOLS_AUTO, true},
    {"hermes", HERMES, "<tool_call>{\"name\": \"add\", \"arguments\": 7}", "|Tadd|!|C7}", NULL, OG_TOOLS_AUTO, true},
};

static og_tools_params params_of(const format_case *c) {
    return (og_tools_params){.tools = TOOLS,
                             .choice = c->choice,
                             .name = "add",
                             .prompt = c->prompt ? c->prompt : "",
                             .prompt_len = c->prompt ? strlen(c->prompt) : 0};
}

static void answers_come_in_parts(void **state) {
    (void)state;
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        const format_case *c = &cases[i];
        const og_tools_params p = params_of(c);
        og_chat *chat = chat_of(c->tmpl);
        og_tools *t = tools_of(chat, &p);
        og_tools_info info;
        og_tools_describe(t, &info);
        assert_string_equal(info.format, c->format);
        const size_t len = strlen(c->answer);
        heard h;
        for (size_t step = 0; step < 12; step++) {
            listen(t, c->answer, len, step, &h);
            if (strcmp(h.log, c->want) != 0)
                fail_msg("%zu (%s), %zu bytes at a time: \"%s\" is heard as %s", i, c->format, step, c->answer, h.log);
        }
        for (size_t cut = 0; cut <= len; cut++) listen(t, c->answer, cut, 1, &h); /* whatever comes of it, nothing breaks */
        if (og_tools_grammar(t) && !c->free) {
            bool yes;
            size_t good;
            og_error err = {0};
            assert_int_equal(og_grammar_check(og_tools_grammar(t), c->answer, len, &yes, &good, &err), OG_OK);
            if (!yes) fail_msg("%zu (%s): the grammar does not make byte %zu of %s", i, c->format, good, c->answer);
        }
        og_tools_close(t);
        og_chat_close(chat);
    }
}

/* ---- random calls ---- */

/* A text of the grammar; control tokens' marks are left out. */
static size_t walk(og_machine *m, uint32_t *seed, char *text, size_t size) {
    size_t len = 0, taken = 0;
    og_error err = {0};
    og_machine_start(m);
    while (len + 1 < size && !(og_machine_may_end(m) && (*seed >> 20 & 1))) {
        bool went = false;
        const int at = (int)((*seed = *seed * 1664525u + 1013904223u) >> 24);
        for (int byte = 0; byte < 256 && !went; byte++) {
            const char c = (char)(at + byte);
            assert_int_equal(og_machine_feed(m, &c, 1, &taken, &err), OG_OK);
            went = taken == 1;
            if (went && (uint8_t)c < OG_MARK_END) text[len++] = c;
        }
        if (!went) break;
    }
    return og_machine_may_end(m) ? len : 0;
}

static void random_calls_fit_their_schemas(void **state) {
    (void)state;
    static const char *const schema[] = {
        "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"maxLength\":6},\"unit\":{\"enum\":[\"c\",\"f\"]}},"
        "\"required\":"
        "[\"city\"],\"additionalProperties\":false}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":99},\"b\":{\"type\":\"boolean\"}},"
        "\"required\":[\"a\",\"b\"],\"additionalProperties\":false}"};
    og_grammar *fits[2];
    uint32_t seed = 3;
    int calls = 0;
    for (int i = 0; i < 2; i++) assert_int_equal(og_grammar_schema(schema[i], strlen(schema[i]), NULL, &fits[i], NULL), OG_OK);
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        if (cases[i].free || strstr(cases[i].tmpl, "think") || strstr(cases[i].tmpl, "THINK")) continue;
        og_tools_params p = params_of(&cases[i]);
        p.choice = strcmp(cases[i].format, "harmony") ? OG_TOOLS_REQUIRED : OG_TOOLS_NAMED;
        og_chat *chat = chat_of(cases[i].tmpl);
        og_tools *t = tools_of(chat, &p);
        og_machine *m;
        assert_int_equal(og_machine_open(og_tools_grammar(t), &m, NULL), OG_OK);
        for (int k = 0; k < 12; k++) {
            static char text[1 << 16];
            heard h;
            const size_t len = walk(m, &seed, text, sizeof text);
            if (len == 0 || len > 2000) continue;
            listen(t, text, len, 0, &h);
            if (h.calls == 0 || strstr(h.log, "|!")) fail_msg("%s: %.*s is heard as %s", cases[i].format, (int)len, text, h.log);
            if (h.calls > 8) continue;
            for (int n = 0; n < h.calls; n++, calls++) {
                bool yes = false;
                const int which = strcmp(h.name[n], "add") == 0;
                assert_int_equal(og_grammar_check(fits[which], h.args[n], strlen(h.args[n]), &yes, NULL, NULL), OG_OK);
                if (!yes) fail_msg("%s: %s", cases[i].format, h.args[n]);
            }
        }
        og_machine_close(m);
        og_tools_close(t);
        og_chat_close(chat);
    }
    for (int i = 0; i < 2; i++) og_grammar_close(fits[i]);
    assert_true(calls > 20);
}

/* ---- refusals ---- */

static void mistakes_are_named(void **state) {
    (void)state;
    static const struct {
        const char *tmpl;
        og_tools_params p;
        const char *says;
    } c[] = {
        {HERMES, {.tools = "{}"}, "not a list"},
        {HERMES, {.tools = "[{\"name\":\"a b\"}]"}, "number 0 has no name"},
        {HERMES, {.tools = "[{\"name\":\"f\",\"parameters\":{\"type\":\"objekt\"}}]"}, "parameters of f: schema: type at #"},
        {HERMES, {.tools = TOOLS, .choice = OG_TOOLS_NAMED, .name = "gone"}, "'gone'"},
        {HERMES, {.choice = OG_TOOLS_REQUIRED}, "there are no tools"},
        {"{# nothing #}", {.tools = TOOLS}, "shows no calls"},
        {"{# <tool_call> <function= #}", {.tools = TOOLS}, "shows no calls"},
        {HERMES, {.tools = TOOLS, .format = "telex"}, "'telex'"},
        {HERMES, {.schema = "{\"format\":\"telex\"}"}, "format at #"},
    };
    for (size_t i = 0; i < OG_LEN(c); i++) {
        og_chat *chat = chat_of(c[i].tmpl);
        og_tools *t = NULL;
        og_error err = {0};
        assert_int_not_equal(og_tools_open(chat, &c[i].p, &t, &err), OG_OK);
        if (!strstr(err.text, c[i].says)) fail_msg("\"%s\" does not say \"%s\"", err.text, c[i].says);
        og_chat_close(chat);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_in_parts),
        cmocka_unit_test(random_calls_fit_their_schemas),
        cmocka_unit_test(mistakes_are_named),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
