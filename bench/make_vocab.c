/* make_vocab.c: see make_vocab.h. */
#include "make_vocab.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

enum { LETTERS = 26, NORMAL = 1, CONTROL = 3, UNUSED = 5 };
enum { MERGES_MAX = LETTERS * LETTERS * 2 + LETTERS + LETTERS * LETTERS * LETTERS * 2 + LETTERS * LETTERS * LETTERS * LETTERS };

/* Strings one after another in a buffer, as GGUF arrays of strings are written from pointers and lengths. */
typedef struct strings {
    og_buf text;
    size_t *end; /* where string i ends */
    uint32_t n;
} strings;

typedef struct vocab {
    strings tokens, merges;
    int32_t *types;
    uint32_t limit; /* merged tokens wanted */
} vocab;

static void add(strings *s, const char *text) {
    og_buf_add(&s->text, text, strlen(text));
    s->end[s->n++] = s->text.len;
}

static void add_token(vocab *v, const char *text, int32_t type) {
    v->types[v->tokens.n] = type;
    add(&v->tokens, text);
}

/* The token left + right and the merge that makes it; nothing once there are enough. */
static void add_merge(vocab *v, const char *left, const char *right) {
    char text[32];
    if (v->merges.n >= v->limit) return;
    snprintf(text, sizeof text, "%s%s", left, right);
    add_token(v, text, NORMAL);
    snprintf(text, sizeof text, "%s %s", left, right);
    add(&v->merges, text);
}

/* Bytes stand for themselves where they are printable Latin-1, the others for U+0100 and up (GPT-2's mapping). */
static void add_bytes(vocab *v) {
    for (int hidden = 0; hidden < 2; hidden++) {
        uint32_t next = 256;
        for (uint32_t byte = 0; byte < 256; byte++) {
            bool shown = (byte >= 33 && byte <= 126) || (byte >= 161 && byte != 173);
            uint32_t cp = shown ? byte : next++;
            if (shown == hidden) continue;
            char text[5] = {0};
            og_utf8_encode(cp, text);
            add_token(v, text, NORMAL);
        }
    }
}

/* The letters of number i in base 26. */
static const char *letters(uint32_t i, int count, char out[5]) {
    for (int k = count; k-- > 0; i /= LETTERS) out[k] = (char)('a' + i % LETTERS);
    out[count] = 0;
    return out;
}

static void add_merges(vocab *v) {
    const char *space = "\xc4\xa0"; /* U+0120 stands for the space */
    const uint32_t pairs = LETTERS * LETTERS, triples = pairs * LETTERS;
    char a[5], b[5];
    for (uint32_t i = 0; i < pairs; i++) add_merge(v, letters(i / LETTERS, 1, a), letters(i % LETTERS, 1, b));
    for (uint32_t i = 0; i < LETTERS; i++) add_merge(v, space, letters(i, 1, a));
    for (uint32_t i = 0; i < pairs; i++) add_merge(v, space, letters(i, 2, a));
    for (uint32_t i = 0; i < triples; i++) add_merge(v, letters(i / LETTERS, 2, a), letters(i % LETTERS, 1, b));
    for (uint32_t i = 0; i < triples; i++) add_merge(v, space, letters(i, 3, a));
    for (uint32_t i = 0; i < pairs * pairs; i++) add_merge(v, letters(i / pairs, 2, a), letters(i % pairs, 2, b));
}

static const struct family {
    const char *pre, *chat;
    bool add_bos;
    uint32_t specials_full, specials_small; /* how many control tokens a full vocabulary and one below 10,000 tokens have */
    uint32_t bos, eos;                      /* counted from the first control token */
    const char *names[12];                  /* NULL: a reserved one */
} families[] = {
    [MAKE_LLAMA3] = {"llama-bpe",
                     "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|eot_id|>"
                     "{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}",
                     true,
                     256,
                     16,
                     0,
                     9,
                     {"<|begin_of_text|>", "<|end_of_text|>", NULL, NULL, NULL, NULL, "<|start_header_id|>", "<|end_header_id|>",
                      "<|eom_id|>", "<|eot_id|>", "<|python_tag|>"}},
    [MAKE_QWEN2] = {"qwen2",
                    "{% if tools %}<|im_start|>system\n{% for t in tools %}{{ t | tojson }}\n{% endfor %}<|im_end|>\n{% endif %}"
                    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}{% for c in m.tool_calls or [] %}\n<tool_call>\n"
                    "{\"name\": \"{{ c.function.name }}\", \"arguments\": {{ c.function.arguments | tojson }}}\n</tool_call>{% endfor %}"
                    "<|im_end|>\n"
                    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
                    false,
                    293,
                    13,
                    0,
                    2,
                    {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}},
};

static void add_specials(vocab *v, const struct family *f, uint32_t n) {
    uint32_t reserved = 0;
    for (uint32_t i = 0; i < n; i++) {
        char text[48];
        const char *name = i < OG_LEN(f->names) ? f->names[i] : NULL;
        if (!name) snprintf(text, sizeof text, "<|reserved_special_token_%u|>", reserved++);
        add_token(v, name ? name : text, name ? CONTROL : UNUSED);
    }
}

static bool write_strings(og_gguf_writer *w, const char *key, const strings *s) {
    const char **at = og_calloc(s->n, sizeof *at);
    size_t *len = og_calloc(s->n, sizeof *len);
    bool ok = at && len && !s->text.failed;
    for (uint32_t i = 0; ok && i < s->n; i++) {
        size_t from = i ? s->end[i - 1] : 0;
        at[i] = s->text.data + from;
        len[i] = s->end[i] - from;
    }
    if (ok) og_gguf_set_strings(w, key, at, len, s->n);
    og_release(at);
    og_release(len);
    return ok;
}

uint32_t make_vocab_max(void) {
    return 256 + MERGES_MAX;
}

bool make_vocab_write(og_gguf_writer *w, make_family family, uint32_t n) {
    const struct family *f = &families[family];
    uint32_t specials = n < 10000 ? f->specials_small : f->specials_full, first = n - specials;
    vocab v = {.limit = first - 256};
    og_buf_init(&v.tokens.text);
    og_buf_init(&v.merges.text);
    v.tokens.end = og_calloc(n, sizeof *v.tokens.end);
    v.merges.end = og_calloc(n, sizeof *v.merges.end);
    v.types = og_calloc(n, sizeof *v.types);
    bool ok = v.tokens.end && v.merges.end && v.types;
    if (ok) {
        add_bytes(&v);
        add_merges(&v);
        add_specials(&v, f, specials);
        og_gguf_set_str(w, "tokenizer.ggml.model", "gpt2", 4);
        og_gguf_set_str(w, "tokenizer.ggml.pre", f->pre, strlen(f->pre));
        ok = write_strings(w, "tokenizer.ggml.tokens", &v.tokens);
        og_gguf_set_array(w, "tokenizer.ggml.token_type", OG_VALUE_I32, v.types, n);
        ok = ok && write_strings(w, "tokenizer.ggml.merges", &v.merges);
        og_gguf_set_u32(w, "tokenizer.ggml.bos_token_id", first + f->bos);
        og_gguf_set_u32(w, "tokenizer.ggml.eos_token_id", first + f->eos);
        og_gguf_set_bool(w, "tokenizer.ggml.add_bos_token", f->add_bos);
        og_gguf_set_str(w, "tokenizer.chat_template", f->chat, strlen(f->chat));
    }
    og_buf_free(&v.tokens.text);
    og_buf_free(&v.merges.text);
    og_release(v.tokens.end);
    og_release(v.merges.end);
    og_release(v.types);
    return ok;
}
