/* chat_format.c: the built-in chat formats, and which one fits a file. */
#include "text/chat.h"
#include "text/tok.h"

#include <string.h>

static const og_chat_row rows[] = {
#define CHAT(name, text) {name, text},
#define DETECT(name, a, b)
#include "text/chats.def"
#undef CHAT
#undef DETECT
};

static const struct {
    const char *name, *mark[2];
} detect[] = {
#define CHAT(name, text)
#define DETECT(name, a, b) {name, {a, b}},
#include "text/chats.def"
#undef CHAT
#undef DETECT
};

const char *og_chat_format_name(int i) {
    return i >= 0 && (size_t)i < OG_LEN(rows) ? rows[i].name : NULL;
}

const og_chat_row *og_chat_find(const char *name) {
    for (size_t i = 0; i < OG_LEN(rows); i++)
        if (strcmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}

static bool contains(og_piece text, const char *word) {
    size_t n = strlen(word);
    const char *end = text.s + text.len;
    for (const char *s = text.s; (size_t)(end - s) >= n; s++) {
        s = memchr(s, word[0], (size_t)(end - s) - n + 1);
        if (!s) return false;
        if (memcmp(s, word, n) == 0) return true;
    }
    return false;
}

/* Whether the vocabulary has this as one token that ordinary text does not become. */
static bool is_marker(const og_tok *tok, const char *word) {
    size_t len = 0;
    return og_special_match(tok, word, strlen(word), false, &len) >= 0 && len == strlen(word);
}

const og_chat_row *og_chat_detect(og_piece tmpl, const og_tok *tok) {
    for (int by_tokens = !tmpl.s; by_tokens < 2; by_tokens++) {
        for (size_t i = 0; i < OG_LEN(detect); i++) {
            const char *const *mark = detect[i].mark;
            bool fits = by_tokens ? is_marker(tok, mark[0]) && is_marker(tok, mark[1]) : contains(tmpl, mark[0]) && contains(tmpl, mark[1]);
            if (fits) return og_chat_find(detect[i].name);
        }
    }
    return og_chat_find("plain");
}

og_status og_chat_compile(og_piece text, og_jinja **out, og_error *err) {
    og_jinja_syntax syntax = {.trim_blocks = true, .lstrip_blocks = true}; /* as transformers has it */
    return og_jinja_open(text.s, text.len, &syntax, out, err);
}
