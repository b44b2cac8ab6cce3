/* Whole chat templates (the shared vectors) over a conversation with instructions, tools, a call and its result, against the digests of
 * renderings by jinja2 and @huggingface/jinja that make_templates.py wrote; and the same through og_chat_render, which finds out by itself
 * what each template wants. */
#include "text/chat.h"
#include "../unit/sha256.h"
#include "../unit/tiny_vocab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define TOOLS                                                                                                                        \
    "[{\"type\": \"function\", \"function\": {\"name\": \"get_weather\", \"description\": \"Weather of a city.\", \"parameters\": {" \
    "\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\", \"description\": \"The city\"}, \"days\": {\"type\": "  \
    "\"integer\", \"description\": \"How many\"}}, \"required\": [\"city\"]}}}, {\"type\": \"function\", \"function\": {\"name\": "  \
    "\"add\", "                                                                                                                      \
    "\"description\": \"Adds <|im_end|>.\", \"parameters\": {\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"number\", "  \
    "\"description\": \"left\"}, \"b\": {\"type\": \"number\", \"description\": \"right\"}}, \"required\": [\"a\", \"b\"]}}}]"
#define CALLS                                                                                                    \
    "[{\"id\": \"call00001\", \"type\": \"function\", \"function\": {\"name\": \"get_weather\", \"arguments\": " \
    "\"{\\\"city\\\": \\\"Paris\\\", \\\"days\\\": 3}\"}}]"

#define SAYS(r, c) \
    { .role = (r), .content = (c), .content_len = sizeof(c) - 1 }
static const og_message talk[] = {
    SAYS("system", "Be kind. "),
    SAYS("user", "Weather in\nParis? 世界"),
    {.role = "assistant", .tool_calls = CALLS},
    {.role = "tool", .content = "{\"sky\": \"<clear>\"}", .content_len = 18, .tool_call_id = "call00001", .name = "get_weather"},
    SAYS("assistant", "Clear \"sky\"."),
    SAYS("user", "And\ttomorrow?"),
};

typedef struct row {
    char name[100], reasoning[10], form[16], by[20], bytes[12], digest[65];
} row;

static bool next_row(FILE *f, row *r) {
    char line[512];
    return fgets(line, sizeof line, f) &&
           sscanf(line, "%99[^\t]\t%9s\t%15s\t%19s\t%11s\t%64s", r->name, r->reasoning, r->form, r->by, r->bytes, r->digest) == 6;
}

static bool same(const char *text, size_t len, const row *r) {
    char hex[65];
    sha256_hex(text, len, hex);
    return strcmp(hex, r->digest) == 0;
}

/* The template alone, told which form it wants. */
static bool direct(const og_jinja *tmpl, const og_tok *tok, const og_chat_params *params, const row *r, og_error *err) {
    og_buf json, out;
    og_buf_init(&json);
    og_buf_init(&out);
    og_chat form = {.tok = tok, .null_content = strstr(r->form, "null") != NULL};
    assert_int_equal(og_chat_context(&form, params, &json, err), OG_OK);
    og_jinja_input in = {.json = json.data, .len = json.len, .now = params->now};
    in.arguments = strncmp(r->form, "object", 6) == 0 ? OG_JINJA_OBJECT : OG_JINJA_TEXT;
    bool ok = og_jinja_render(tmpl, &in, &out, NULL, err) == OG_OK && same(out.data, out.len, r);
    og_buf_free(&json);
    og_buf_free(&out);
    return ok;
}

static og_piece load(const char *name, char *text, size_t size) {
    char path[1024];
    const char *folder = getenv("OG_SHARED");
    if (!folder || !*folder) folder = OG_SOURCE_DIR "/../shared";
    snprintf(path, sizeof path, "%s/vectors/templates/%s.jinja", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f) return (og_piece){0};
    size_t len = fread(text, 1, size, f);
    fclose(f);
    return (og_piece){text, len};
}

static void check(const row *r, og_piece text, const og_tok *tok, int *alone, int *whole, int *other) {
    og_error err = {0};
    og_chat_templates t = {text, {0}};
    og_chat *chat;
    og_jinja *tmpl;
    og_chat_info info;
    og_chat_result result;
    og_chat_params params = og_chat_defaults();
    params.messages = talk;
    params.n_messages = OG_LEN(talk);
    params.tools = TOOLS;
    params.now = 1752148800; /* 2025-07-10T12:00:00 */
    params.reasoning = strcmp(r->reasoning, "on") == 0    ? OG_REASONING_ON
                       : strcmp(r->reasoning, "off") == 0 ? OG_REASONING_OFF
                                                          : OG_REASONING_DEFAULT;
    assert_int_equal(og_chat_compile(text, &tmpl, &err), OG_OK);
    bool alike = direct(tmpl, tok, &params, r, &err);
    *alone += alike;
    if (!alike && strcmp(r->digest, "-") != 0) fail_msg("%s (%s): not as by %s: %s", r->name, r->reasoning, r->by, err.text);
    og_jinja_close(tmpl);
    assert_int_equal(og_chat_make(&t, tok, &chat, &err), OG_OK);
    og_chat_describe(chat, &info);
    if (og_chat_render(chat, &params, &result, &err) != OG_OK) fail_msg("%s: %s", r->name, err.text);
    alike = same(result.text, result.len, r);
    *whole += alike;
    *other += !alike;
    bool must = info.system && info.tool_calls && strcmp(r->digest, "-") != 0;
    if (must && !alike) fail_msg("%s (%s): og_chat_render gives %s\n%s", r->name, r->reasoning, result.notice, result.text);
    if (!must && !alike && !*result.notice) fail_msg("%s (%s): differs and does not say why", r->name, r->reasoning);
    if (!alike && strcmp(r->reasoning, "default") == 0) print_message("%s: %s\n", r->name, result.notice);
    og_chat_result_free(&result);
    og_chat_close(chat);
}

static void renderings(void **state) {
    (void)state;
    tiny_vocab v;
    og_tok *tok;
    og_error err;
    static char text[65536];
    tiny_spm(&v);
    v.vocab.add_bos = false;
    assert_int_equal(og_tok_make(&v.vocab, &tok, &err), OG_OK);
    FILE *f = fopen(OG_SOURCE_DIR "/tests/golden/jinja/templates.tsv", "rb");
    assert_non_null(f);
    int alone = 0, whole = 0, other = 0;
    for (row r; next_row(f, &r);) {
        og_piece tmpl = load(r.name, text, sizeof text);
        if (!tmpl.s) {
            print_message("skipped: no shared test data\n");
            fclose(f);
            og_tok_close(tok);
            skip();
        }
        check(&r, tmpl, tok, &alone, &whole, &other);
    }
    print_message("%d alike by the template alone, %d by og_chat_render, which arranged %d otherwise\n", alone, whole, other);
    assert_int_equal(whole + other, 126);
    assert_int_equal(alone, 123); /* no implementation renders MiroThinker's */
    fclose(f);
    og_tok_close(tok);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(renderings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
