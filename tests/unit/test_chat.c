/* Chat formats: turns as the models' published templates write them, detection, and text that looks like markup. */
#include "text/chat.h"
#include "tiny_vocab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

static og_error err;

static const struct {
    const char *name, *user, *with_system, *next;
} turns[] = {
    {"chatml", "<|im_start|>user\nHi <|im_end|>\n<|im_start|>assistant\n",
     "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi <|im_end|>\n<|im_start|>assistant\n",
     "\n<|im_start|>user\nHi <|im_end|>\n<|im_start|>assistant\n"},
    {"llama2", "[INST] Hi [/INST]", "[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST]", "<s>[INST] Hi [/INST]"},
    {"llama3", "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
     "<|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
     "<|start_header_id|>assistant<|end_header_id|>\n\n",
     "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"},
    {"mistral", "[INST] Hi  [/INST]", "[INST] Be kind.\n\nHi  [/INST]", "[INST] Hi  [/INST]"},
    {"mistral-v3", "[INST] Hi [/INST]", "[INST] Be kind.\n\nHi [/INST]", "[INST] Hi [/INST]"},
    {"mistral-tekken", "[INST]Hi [/INST]", "[INST]Be kind.\n\nHi [/INST]", "[INST]Hi [/INST]"},
    {"mistral-v7", "[INST]Hi [/INST]", "[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT][INST]Hi [/INST]", "[INST]Hi [/INST]"},
    {"gemma", "<start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n",
     "<start_of_turn>user\nBe kind.\n\nHi<end_of_turn>\n<start_of_turn>model\n",
     "\n<start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n"},
    {"phi3", "<|user|>\nHi <|end|>\n<|assistant|>\n", "<|system|>\nBe kind.<|end|>\n<|user|>\nHi <|end|>\n<|assistant|>\n",
     "\n<|user|>\nHi <|end|>\n<|assistant|>\n"},
    {"phi4", "<|im_start|>user<|im_sep|>Hi <|im_end|><|im_start|>assistant<|im_sep|>",
     "<|im_start|>system<|im_sep|>Be kind.<|im_end|><|im_start|>user<|im_sep|>Hi <|im_end|><|im_start|>assistant<|im_sep|>",
     "<|im_start|>user<|im_sep|>Hi <|im_end|><|im_start|>assistant<|im_sep|>"},
    {"zephyr", "<|user|>\nHi </s>\n<|assistant|>\n", "<|system|>\nBe kind.</s>\n<|user|>\nHi </s>\n<|assistant|>\n",
     "\n<|user|>\nHi </s>\n<|assistant|>\n"},
    {"granite", "<|start_of_role|>user<|end_of_role|>Hi <|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>",
     "<|start_of_role|>system<|end_of_role|>Be kind.<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Hi <|end_of_text|>\n"
     "<|start_of_role|>assistant<|end_of_role|>",
     "\n<|start_of_role|>user<|end_of_role|>Hi <|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>"},
    {"deepseek", "<｜User｜>Hi <｜Assistant｜>", "Be kind.<｜User｜>Hi <｜Assistant｜>", "<｜User｜>Hi <｜Assistant｜>"},
    {"plain", "Hi ", "Be kind.\n\nHi ", "\n\nHi "},
};

static void renders(const og_chat *chat, bool first, const char *system, const char *want) {
    og_buf out;
    og_buf_init(&out);
    assert_int_equal(og_chat_render_turn(chat, first, system, "Hi ", &out, &err), OG_OK);
    assert_string_equal(out.data, want);
    og_buf_free(&out);
}

static void test_turns(void **state) {
    (void)state;
    for (size_t i = 0; i < OG_LEN(turns); i++) {
        const og_chat *chat = og_chat_find(turns[i].name);
        assert_non_null(chat);
        assert_string_equal(og_chat_name(chat), turns[i].name);
        renders(chat, true, NULL, turns[i].user);
        renders(chat, true, "", turns[i].user);
        renders(chat, true, "Be kind.", turns[i].with_system);
        renders(chat, false, NULL, turns[i].next);
        renders(chat, false, "Be kind.", turns[i].next);
    }
    assert_null(og_chat_find("no-such"));
}

static void test_detection(void **state) {
    (void)state;
    static const struct {
        const char *tmpl, *name;
    } known[] = {
        {"{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}", "chatml"},
        {"{{'<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'}}", "llama3"},
        {"{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }} <<SYS>>", "llama2"},
        {"{{ '[INST] ' + message['content'] + ' [/INST]' }}", "mistral"},
        {"{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}", "gemma"},
        {"{{ '<|user|>\n' + message['content'] + eos_token }}", "zephyr"},
        {"[/INST]", "plain"},
        {"<|im_start|", "plain"},
        {"", "plain"},
    };
    for (size_t i = 0; i < OG_LEN(known); i++)
        assert_string_equal(og_chat_name(og_chat_detect(known[i].tmpl, strlen(known[i].tmpl))), known[i].name);
    assert_string_equal(og_chat_name(og_chat_detect(NULL, 0)), "plain");
    assert_string_equal(og_chat_name(og_chat_detect("<|im_start|><|im_end|>", 21)), "plain"); /* not past the length */
    assert_string_equal(og_chat_name(og_chat_detect("<|im_start|>\0<|im_end|>", 23)), "chatml");
}

static void test_published_templates(void **state) {
    (void)state;
    static const struct {
        const char *file, *name;
    } known[] = {
        {"Qwen-Qwen2.5-7B-Instruct", "chatml"},
        {"Qwen-Qwen3-0.6B", "chatml"},
        {"HuggingFaceTB-SmolLM3-3B", "chatml"},
        {"MiMo-VL", "chatml"},
        {"microsoft-Phi-3.5-mini-instruct", "phi3"},
        {"mistralai-Mistral-Nemo-Instruct-2407", "mistral-tekken"},
        {"Mistral-Small-3.2-24B-Instruct-2506", "mistral-v7"},
        {"ibm-granite-granite-3.3-2B-Instruct", "granite"},
        {"deepseek-ai-DeepSeek-R1-Distill-Llama-8B", "deepseek"},
        {"deepseek-ai-DeepSeek-V3.1", "deepseek"},
        {"google-gemma-4-31B-it", "plain"},
        {"GLM-4.6", "plain"},
        {"Apertus-8B-Instruct", "plain"},
        {"openai-gpt-oss-120b", "plain"},
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
        size_t len = fread(tmpl, 1, sizeof tmpl, f);
        fclose(f);
        const char *name = og_chat_name(og_chat_detect(tmpl, len));
        if (strcmp(name, known[i].name) != 0) fail_msg("%s: %s, not %s", known[i].file, name, known[i].name);
    }
}

/* ---- ids ---- */

static void encodes(const char *chat, const og_tok *tok, bool first, const char *system, const char *user, const char *want) {
    int32_t *ids;
    size_t n;
    og_buf out;
    og_buf_init(&out);
    assert_int_equal(og_chat_encode_turn(og_chat_find(chat), tok, first, system, user, &ids, &n, &err), OG_OK);
    for (size_t i = 0; i < n; i++) og_buf_addf(&out, "%s%s", i ? " " : "", og_tok_piece(tok, ids[i], NULL));
    assert_string_equal(out.data, want);
    og_buf_free(&out);
    og_free(ids);
}

static void test_ids(void **state) {
    (void)state;
    tiny_vocab t;
    og_tok *tok;
    tiny_bpe(&t, "qwen2");
    assert_int_equal(og_tok_make(&t.vocab, &tok, &err), OG_OK);
    encodes("chatml", tok, true, NULL, "hello",
            "<|im_start|> u s e r \u010A hello <|im_end|> \u010A <|im_start|> a s s i s t a n t \u010A");
    /* What a user writes is text. */
    encodes("chatml", tok, false, NULL, "<|im_end|>",
            "\u010A <|im_start|> u s e r \u010A < | i m _ e n d | > <|im_end|> \u010A <|im_start|> a s s i s t a n t \u010A");
    encodes("plain", tok, true, "<|endoftext|>", "hello world", "< | e n d o f t e x t | > \u010A\u010A hello \u0120world");
    encodes("zephyr", tok, false, NULL, "a", "\u010A < | u s e r | > \u010A a <|endoftext|> \u010A < | a s s i s t a n t | > \u010A");
    int32_t *ids;
    size_t n;
    assert_int_equal(og_chat_encode_turn(og_chat_find("plain"), tok, true, NULL, NULL, &ids, &n, &err), OG_ERR_ARG);
    og_tok_close(tok);

    tiny_spm(&t);
    t.vocab.add_eos = true; /* an answer follows, so it is not added */
    assert_int_equal(og_tok_make(&t.vocab, &tok, &err), OG_OK);
    encodes("plain", tok, true, NULL, "hello", "<s> \u2581hello");
    encodes("llama2", tok, false, NULL, "hello</s>",
            "<s> \u2581 <0x5B> <0x49> <0x4E> <0x53> <0x54> <0x5D> \u2581hello <0x3C> <0x2F> <0x73> <0x3E> \u2581 <0x5B> <0x2F> <0x49> "
            "<0x4E> <0x53> <0x54> <0x5D>");
    og_tok_close(tok);
}

/* phi-3: the line break after the ending token, which is in the context, belongs to it. */
static void test_phi3(void **state) {
    (void)state;
    tiny_vocab t;
    og_tok *tok;
    tiny_spm(&t);
    tiny_add(&t, "<|placeholder1|>", 16, OG_TOKEN_CONTROL);
    tiny_add(&t, "<|assistant|>", 13, OG_TOKEN_CONTROL);
    assert_int_equal(og_tok_make(&t.vocab, &tok, &err), OG_OK);
    encodes("phi3", tok, true, NULL, "hello", "<s> <|user|> \u2581hello <|end|> <|assistant|>");
    encodes("phi3", tok, false, NULL, "hello", "<|user|> \u2581hello <|end|> <|assistant|>");
    og_tok_close(tok);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns), cmocka_unit_test(test_detection), cmocka_unit_test(test_published_templates),
        cmocka_unit_test(test_ids),   cmocka_unit_test(test_phi3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
