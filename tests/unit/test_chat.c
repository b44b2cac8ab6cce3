/* Chats: built-in formats as the models' published templates write them, which format a file gets, templates that refuse or break, what a
 * template can do, and text that looks like markup. */
#include "text/chat.h"
#include "tiny_vocab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

static og_error err;
static og_tok *spm, *bpe;

static int setup(void **state) {
    (void)state;
    tiny_vocab t;
    tiny_spm(&t);
    if (og_tok_make(&t.vocab, &spm, &err) != OG_OK) return -1;
    tiny_bpe(&t, "qwen2");
    return og_tok_make(&t.vocab, &bpe, &err) == OG_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    og_tok_close(spm);
    og_tok_close(bpe);
    return 0;
}

static og_chat *chat_of(const char *tmpl, const og_tok *tok) {
    og_chat_templates t = {{tmpl, tmpl ? strlen(tmpl) : 0}, {0}};
    og_chat *chat;
    if (og_chat_make(&t, tok, &chat, &err) != OG_OK) fail_msg("%s", err.text);
    return chat;
}

#define SAYS(r, c)                                            \
    (og_message) {                                            \
        .role = (r), .content = (c), .content_len = strlen(c) \
    }

static og_chat_params talk(const og_message *m, size_t n) {
    og_chat_params params = og_chat_defaults();
    params.messages = m;
    params.n_messages = n;
    return params;
}

static og_chat_result render(const og_chat *chat, const og_chat_params *params) {
    og_chat_result r;
    if (og_chat_render(chat, params, &r, &err) != OG_OK) fail_msg("%s", err.text);
    return r;
}

static void renders(const og_chat *chat, const og_chat_params *params, const char *want, const char *notice) {
    og_chat_result r = render(chat, params);
    assert_string_equal(r.text, want);
    assert_int_equal(r.len, strlen(want));
    if (!strstr(r.notice, notice) || (!*notice && *r.notice)) fail_msg("the notice is \"%s\", not \"%s\"", r.notice, notice);
    og_chat_result_free(&r);
}

/* ---- built-in formats ---- */

/* [system, user, assistant, user] and [user], up to the answer. */
static const struct {
    const char *name, *full, *question;
} formats[] = {
    {"chatml",
     "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi <|im_end|>\n<|im_start|>assistant\nYo<|im_end|>\n<|im_start|>user\n"
     "And?<|im_end|>\n<|im_start|>assistant\n",
     "<|im_start|>user\nHi <|im_end|>\n<|im_start|>assistant\n"},
    {"llama2", "<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST] Yo </s><s>[INST] And? [/INST]", "<s>[INST] Hi [/INST]"},
    {"llama3",
     "<|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
     "<|start_header_id|>assistant<|end_header_id|>\n\nYo<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nAnd?<|eot_id|>"
     "<|start_header_id|>assistant<|end_header_id|>\n\n",
     "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"},
    {"mistral", "[INST] Be kind.\n\nHi  [/INST] Yo</s>[INST] And? [/INST]", "[INST] Hi  [/INST]"},
    {"mistral-v3", "[INST] Be kind.\n\nHi [/INST] Yo</s>[INST] And?[/INST]", "[INST] Hi [/INST]"},
    {"mistral-tekken", "[INST]Be kind.\n\nHi [/INST]Yo</s>[INST]And?[/INST]", "[INST]Hi [/INST]"},
    {"mistral-v7", "[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT][INST]Hi [/INST]Yo</s>[INST]And?[/INST]", "[INST]Hi [/INST]"},
    {"gemma",
     "<start_of_turn>user\nBe kind.\n\nHi<end_of_turn>\n<start_of_turn>model\nYo<end_of_turn>\n<start_of_turn>user\nAnd?<end_of_turn>\n"
     "<start_of_turn>model\n",
     "<start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n"},
    {"phi3", "<|system|>\nBe kind.<|end|>\n<|user|>\nHi <|end|>\n<|assistant|>\nYo<|end|>\n<|user|>\nAnd?<|end|>\n<|assistant|>\n",
     "<|user|>\nHi <|end|>\n<|assistant|>\n"},
    {"phi4",
     "<|im_start|>system<|im_sep|>Be kind.<|im_end|><|im_start|>user<|im_sep|>Hi <|im_end|><|im_start|>assistant<|im_sep|>Yo<|im_end|>"
     "<|im_start|>user<|im_sep|>And?<|im_end|><|im_start|>assistant<|im_sep|>",
     "<|im_start|>user<|im_sep|>Hi <|im_end|><|im_start|>assistant<|im_sep|>"},
    {"zephyr", "<|system|>\nBe kind.</s>\n<|user|>\nHi </s>\n<|assistant|>\nYo</s>\n<|user|>\nAnd?</s>\n<|assistant|>\n",
     "<|user|>\nHi </s>\n<|assistant|>\n"},
    {"granite",
     "<|start_of_role|>system<|end_of_role|>Be kind.<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Hi <|end_of_text|>\n"
     "<|start_of_role|>assistant<|end_of_role|>Yo<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>And?<|end_of_text|>\n"
     "<|start_of_role|>assistant<|end_of_role|>",
     "<|start_of_role|>user<|end_of_role|>Hi <|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>"},
    {"deepseek", "Be kind.<｜User｜>Hi <｜Assistant｜>Yo</s><｜User｜>And?<｜Assistant｜>", "<｜User｜>Hi <｜Assistant｜>"},
    {"plain", "Be kind.\n\nHi \n\nYo\n\nAnd?", "Hi "},
};

static void builtin_formats(void **state) {
    (void)state;
    og_chat *chat = chat_of(NULL, spm);
    og_chat_info info;
    og_chat_describe(chat, &info);
    assert_string_equal(info.format, "plain");
    assert_string_equal(info.problem, "the file has no chat template");
    for (size_t i = 0; i < OG_LEN(formats); i++) {
        const og_message m[] = {SAYS("system", "Be kind."), SAYS("user", "Hi "), SAYS("assistant", "Yo"), SAYS("user", "And?")};
        og_chat_params params = talk(m, 4);
        params.format = formats[i].name;
        assert_string_equal(og_chat_format_name((int)i), formats[i].name);
        renders(chat, &params, formats[i].full, "");
        params.messages = m + 1;
        params.n_messages = 1;
        renders(chat, &params, formats[i].question, "");
    }
    assert_null(og_chat_format_name(OG_LEN(formats)));
    assert_null(og_chat_format_name(-1));
    og_chat_close(chat);
}

static void formats_of_broken_templates(void **state) {
    (void)state;
    static const struct {
        const char *tmpl, *name;
    } known[] = {
        {"{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'", "chatml"},
        {"{{'<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'", "llama3"},
        {"{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }} <<SYS>>", "llama2"}, /* no message, no content: it fails */
        {"{{ '[INST] ' + message['content'] + ' [/INST]' }}", "mistral"},
        {"{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}", "gemma"},
        {"{{ '<|user|>\n' + message['content'] + eos_token }}", "zephyr"},
        {"{{ x.y.z }}[/INST]", "plain"},
        {"{% <|im_start|", "plain"},
    };
    const og_message m[] = {SAYS("user", "Hi")};
    for (size_t i = 0; i < OG_LEN(known); i++) {
        og_chat *chat = chat_of(known[i].tmpl, spm);
        og_chat_info info;
        og_chat_describe(chat, &info);
        assert_string_equal(info.format, known[i].name);
        assert_non_null(strstr(info.problem, "does not work"));
        og_chat_params params = talk(m, 1);
        og_chat_result r = render(chat, &params);
        assert_string_equal(r.format, known[i].name);
        assert_non_null(strstr(r.notice, known[i].name));
        og_chat_result_free(&r);
        og_chat_close(chat);
    }
    og_chat *chat = chat_of(NULL, bpe); /* no template, but the markers are tokens */
    assert_string_equal(og_chat_format(chat), "chatml");
    og_chat_close(chat);
}

/* ---- a file's own template ---- */

#define ASSISTANT "{% if add_generation_prompt %}A:{% endif %}"
#define ALTERNATES                                                                                                                         \
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}" \
    "{{ m.role + ':' + m.content + ';' }}{% endfor %}" ASSISTANT

static void refused_roles_are_rearranged(void **state) {
    (void)state;
    og_chat *chat = chat_of(ALTERNATES, spm);
    og_chat_info info;
    og_chat_describe(chat, &info);
    assert_string_equal(info.format, "template");
    assert_string_equal(info.problem, "");
    assert_false(info.system);
    const og_message fine[] = {SAYS("user", "a"), SAYS("assistant", "b"), SAYS("user", "c")};
    og_chat_params params = talk(fine, 3);
    renders(chat, &params, "user:a;assistant:b;user:c;A:", "");
    params.add_generation_prompt = false;
    renders(chat, &params, "user:a;assistant:b;user:c;", "");
    const og_message doubled[] = {SAYS("user", "a"), SAYS("user", "b"), SAYS("assistant", ""), SAYS("assistant", "c"), SAYS("user", "d")};
    params = talk(doubled, 5);
    renders(chat, &params, "user:a\n\nb;assistant:c;user:d;A:", "neighbouring messages");
    const og_message rules[] = {SAYS("system", "s"), SAYS("user", "a"), SAYS("assistant", "b"), SAYS("user", "c")};
    params = talk(rules, 4);
    renders(chat, &params, "user:s\n\na;assistant:b;user:c;A:", "first question");
    const og_message both[] = {SAYS("system", "s"), SAYS("user", "a"), SAYS("system", "t"), SAYS("user", "b")};
    params = talk(both, 4);
    renders(chat, &params, "user:s\n\nt\n\na\n\nb;A:", "first question, neighbouring");
    params = talk(rules, 1);
    renders(chat, &params, "user:s;A:", "first question");
    const og_message result[] = {SAYS("user", "a"), {.role = "assistant", .tool_calls = "[{\"f\": 1}]"}, SAYS("tool", "b")};
    params = talk(result, 3);
    renders(chat, &params, "user:a;assistant:[{\"f\": 1}];user:b;A:", "plain text");
    const og_message wrong[] = {SAYS("assistant", "a"), SAYS("user", "b")};
    params = talk(wrong, 2);
    og_chat_result r;
    assert_int_equal(og_chat_render(chat, &params, &r, &err), OG_ERR_FORMAT);
    assert_non_null(strstr(err.text, "roles must alternate"));
    og_chat_close(chat);
}

static void what_breaks_on_the_way_falls_back(void **state) {
    (void)state;
    og_chat *chat = chat_of("{# <|im_start|> <|im_end|> #}{% for m in messages %}{{ m.content }}{% if m.role == 'assistant' %}"
                            "{{ 1 + 'a' }}{% endif %}{% endfor %}",
                            spm);
    assert_string_equal(og_chat_format(chat), "template");
    const og_message m[] = {SAYS("user", "a"), SAYS("assistant", "b"), SAYS("user", "c")};
    og_chat_params params = talk(m, 3);
    renders(chat, &params,
            "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n",
            "built-in format chatml");
    og_chat_close(chat);
}

static void variables_and_the_clock(void **state) {
    (void)state;
    og_chat *chat =
        chat_of("{{ strftime_now('%d %b %Y') }} {{ effort | default('none') }} {{ enable_thinking | default('?') }} {{ tools is none }}"
                " {{ messages[0].content }}",
                spm);
    const og_message m[] = {SAYS("user", "a\"\\\n\x01\xFF\xC3\xA9")};
    og_chat_params params = talk(m, 1);
    params.now = 1752148800;
    renders(chat, &params, "10 Jul 2025 none ? True a\"\\\n\x01\xEF\xBF\xBD\xC3\xA9", "");
    params.variables = " { \"effort\": \"low\", \"messages\": [] } ";
    params.reasoning = OG_REASONING_ON;
    renders(chat, &params, "10 Jul 2025 low True True a\"\\\n\x01\xEF\xBF\xBD\xC3\xA9", "");
    params.variables = " {}";
    params.reasoning = OG_REASONING_OFF;
    params.tools = "[]";
    renders(chat, &params, "10 Jul 2025 none False False a\"\\\n\x01\xEF\xBF\xBD\xC3\xA9", "no place for tools");
    og_chat_close(chat);
    chat = chat_of("{{ messages[0].content }}", spm);
    params = talk(m, 1);
    params.reasoning = OG_REASONING_ON;
    renders(chat, &params, "a\"\\\n\x01\xEF\xBF\xBD\xC3\xA9", "cannot switch reasoning");
    og_chat_close(chat);
}

static void arguments_of_calls(void **state) {
    (void)state;
    static const struct {
        const char *print, *want;
    } known[] = {
        {"{{ c.arguments | tojson }}", "{\"a\": \"b\"}"}, /* written for objects */
        {"{{ c.arguments }}", "{\"a\": \"b\"}"},          /* for text */
        {"{% for k, v in c.arguments.items() %}{{ k }}={{ v }}{% endfor %}", "a=b"},
    };
    for (size_t i = 0; i < OG_LEN(known); i++) {
        char tmpl[400], want[100];
        snprintf(tmpl, sizeof tmpl,
                 "{%% for m in messages %%}{%% if m.tool_calls %%}{%% for t in m.tool_calls %%}{%% set c = t.function %%}{{ c.name }}(%s)"
                 "{%% endfor %%}{%% else %%}{{ m.content }}{%% endif %%},{%% endfor %%}",
                 known[i].print);
        snprintf(want, sizeof want, "ask,f(%s),res,", known[i].want);
        og_chat *chat = chat_of(tmpl, spm);
        og_chat_info info;
        og_chat_describe(chat, &info);
        assert_true(info.tool_calls);
        assert_false(info.tools || info.reasoning || info.images);
        static const char *const calls[] = {"[{\"function\": {\"name\": \"f\", \"arguments\": \"{\\\"a\\\": \\\"b\\\"}\"}}]",
                                            "[{\"function\": {\"name\": \"f\", \"arguments\": {\"a\": \"b\"}}}]"};
        for (size_t k = 0; k < OG_LEN(calls); k++) {
            const og_message m[] = {SAYS("user", "ask"), {.role = "assistant", .tool_calls = calls[k]}, SAYS("tool", "res")};
            og_chat_params params = talk(m, 3);
            renders(chat, &params, want, "");
        }
        og_chat_close(chat);
    }
}

static void bad_requests(void **state) {
    (void)state;
    og_chat *chat = chat_of("{{ messages[0].content }}", spm);
    og_chat_result r;
    og_message m[] = {SAYS("user", "a")};
    og_chat_params params = talk(m, 0);
    assert_int_equal(og_chat_render(chat, &params, &r, &err), OG_ERR_ARG);
    params.n_messages = 1;
    static const char *const roles[] = {NULL, "", "us\"er", "<|im_start|>", "user\n"};
    for (size_t i = 0; i < OG_LEN(roles); i++) {
        m[0].role = roles[i];
        assert_int_equal(og_chat_render(chat, &params, &r, &err), OG_ERR_ARG);
        assert_non_null(strstr(err.text, "role"));
    }
    m[0].role = "user";
    params.format = "no-such";
    assert_int_equal(og_chat_render(chat, &params, &r, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "no-such"));
    params.format = NULL;
    static const char *const bad[] = {"", "{}", "[", "[] x", "[], \"messages\": []"};
    for (size_t i = 0; i < OG_LEN(bad); i++) {
        params.tools = bad[i];
        assert_int_equal(og_chat_render(chat, &params, &r, &err), OG_ERR_FORMAT);
        assert_non_null(strstr(err.text, "the list of tools is not JSON"));
    }
    params.tools = NULL;
    params.variables = "[1]";
    assert_int_equal(og_chat_render(chat, &params, &r, &err), OG_ERR_FORMAT);
    params.variables = NULL;
    m[0].tool_calls = "{\"a\": 1}";
    assert_int_equal(og_chat_render(chat, &params, &r, &err), OG_OK); /* this template has no calls: they become text */
    og_chat_result_free(&r);
    og_chat_close(chat);
}

/* What the published templates can do. */
static void published_templates(void **state) {
    (void)state;
    static const struct {
        const char *file;
        bool system, tools, calls, reasoning, images;
    } known[] = {
        {"Qwen-Qwen2.5-7B-Instruct", true, true, true, false, false},
        {"Qwen-Qwen3-0.6B", true, true, true, true, false},
        {"Qwen3.5-4B", true, true, true, true, true},
        {"HuggingFaceTB-SmolLM3-3B", true, false, false, true, false},
        {"microsoft-Phi-3.5-mini-instruct", true, false, false, false, false},
        {"mistralai-Mistral-Nemo-Instruct-2407", true, true, true, false, false},
        {"Mistral-Small-3.2-24B-Instruct-2506", true, true, true, false, true},
        {"ibm-granite-granite-3.3-2B-Instruct", true, true, false, true, false},
        {"deepseek-ai-DeepSeek-V3.1", true, false, true, true, false},
        {"google-gemma-4-31B-it", true, true, true, true, true},
        {"GLM-4.6", true, true, true, true, false},
        {"openai-gpt-oss-120b", true, true, true, true, false},
    };
    const char *folder = getenv("OG_SHARED");
    if (!folder || !*folder) folder = OG_SOURCE_DIR "/../shared";
    for (size_t i = 0; i < OG_LEN(known); i++) {
        static char tmpl[65536];
        char path[1024];
        snprintf(path, sizeof path, "%s/vectors/templates/%s.jinja", folder, known[i].file);
        FILE *f = fopen(path, "rb");
        if (!f && i == 0) {
            print_message("skipped: no shared test data in %s\n", folder);
            skip();
        }
        assert_non_null(f);
        tmpl[fread(tmpl, 1, sizeof tmpl - 1, f)] = '\0';
        fclose(f);
        og_chat *chat = chat_of(tmpl, bpe);
        og_chat_info info;
        og_chat_describe(chat, &info);
        assert_string_equal(info.format, "template");
        if (info.system != known[i].system || info.tools != known[i].tools || info.tool_calls != known[i].calls ||
            info.reasoning != known[i].reasoning || info.images != known[i].images)
            fail_msg("%s: system %d, tools %d, calls %d, reasoning %d (switch %d), images %d", known[i].file, info.system, info.tools,
                     info.tool_calls, info.reasoning, info.reasoning_switch, info.images);
        og_chat_close(chat);
    }
}

/* ---- ids ---- */

static void encodes(const og_chat *chat, const og_tok *tok, const og_chat_params *params, const char *want) {
    og_buf out;
    og_buf_init(&out);
    og_chat_result r = render(chat, params);
    for (size_t i = 0; i < r.n; i++) og_buf_addf(&out, "%s%s", i ? " " : "", og_tok_piece(tok, r.ids[i], NULL));
    assert_string_equal(out.data, want);
    og_buf_free(&out);
    og_chat_result_free(&r);
}

/* What people write is text, whatever a template does with it. */
static void written_text_is_no_markup(void **state) {
    (void)state;
    og_chat *chat = chat_of("{% for m in messages %}{{ ('<|im_start|>' ~ m.content | upper | lower)[:40] + '<|im_end|>' }}{% endfor %}"
                            "{{ tools | tojson if tools else '' }}",
                            bpe);
    const og_message m[] = {SAYS("user", "hello"), SAYS("user", "<|im_end|>")};
    og_chat_params params = talk(m, 2);
    encodes(chat, bpe, &params, "<|im_start|> hello <|im_end|> <|im_start|> < | i m _ e n d | > <|im_end|>");
    params.n_messages = 1;
    params.tools = "[\"<|im_end|>\"]";
    encodes(chat, bpe, &params, "<|im_start|> hello <|im_end|> [ \" < | i m _ e n d | > \" ]");
    og_chat_close(chat);
}

/* BOS is there once, whether the template writes it, the tokenizer adds it, or both. */
static void one_bos(void **state) {
    (void)state;
    const og_message m[] = {SAYS("user", "hello"), SAYS("user", "<s>")};
    og_chat_params params = talk(m, 1);
    static const char *const tmpl[] = {"{{ messages[0].content }}", "{{ bos_token + messages[0].content }}"};
    for (size_t i = 0; i < 2; i++) {
        og_chat *chat = chat_of(tmpl[i], spm);
        encodes(chat, spm, &params, "<s> \u2581hello");
        og_chat_close(chat);
    }
    params.messages = m + 1;
    og_chat *chat = chat_of(tmpl[0], spm);
    encodes(chat, spm, &params, "<s> \u2581 <0x3C> <0x73> <0x3E>");
    og_chat_close(chat);
}

/* phi-3: white space after special tokens belongs to them. */
static void white_space_after_markers(void **state) {
    (void)state;
    tiny_vocab t;
    og_tok *tok;
    tiny_spm(&t);
    tiny_add(&t, "<|placeholder1|>", 16, OG_TOKEN_CONTROL);
    tiny_add(&t, "<|assistant|>", 13, OG_TOKEN_CONTROL);
    assert_int_equal(og_tok_make(&t.vocab, &tok, &err), OG_OK);
    og_chat *chat = chat_of(NULL, tok);
    const og_message m[] = {SAYS("user", "hello"), SAYS("assistant", "he"), SAYS("user", "hello")};
    og_chat_params params = talk(m, 3);
    params.format = "phi3";
    encodes(chat, tok, &params,
            "<s> <|user|> \u2581hello <|end|> <|assistant|> \u2581 he <|end|> <|user|> \u2581hello <|end|> <|assistant|>");
    og_chat_close(chat);
    og_tok_close(tok);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_formats),
        cmocka_unit_test(formats_of_broken_templates),
        cmocka_unit_test(refused_roles_are_rearranged),
        cmocka_unit_test(what_breaks_on_the_way_falls_back),
        cmocka_unit_test(variables_and_the_clock),
        cmocka_unit_test(arguments_of_calls),
        cmocka_unit_test(bad_requests),
        cmocka_unit_test(published_templates),
        cmocka_unit_test(written_text_is_no_markup),
        cmocka_unit_test(one_bos),
        cmocka_unit_test(white_space_after_markers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
