/* chat.c: turns of a conversation, rendered from the rows of chats.def. */
#include "text/chat.h"
#include "text/tok.h"

#include <string.h>

/* In the rows' strings, these stand for the vocabulary's own tokens. */
#define BOS "\x01"
#define EOS "\x02"

struct og_chat {
    const char *name;
    bool trim;
    const char *with_system, *between, *first, *next, *after;
};

enum { TRIM = 1 };

static const og_chat chats[] = {
#define CHAT(name, flags, with_system, between, first, next, after) {name, (flags) == TRIM, with_system, between, first, next, after},
#define DETECT(name, a, b)
#include "text/chats.def"
#undef CHAT
#undef DETECT
};

static const struct {
    const char *name, *mark[2];
} detect[] = {
#define CHAT(name, flags, with_system, between, first, next, after)
#define DETECT(name, a, b) {name, {a, b}},
#include "text/chats.def"
#undef CHAT
#undef DETECT
};

const og_chat *og_chat_find(const char *name) {
    for (size_t i = 0; i < OG_LEN(chats); i++)
        if (strcmp(chats[i].name, name) == 0) return &chats[i];
    return NULL;
}

const char *og_chat_name(const og_chat *chat) {
    return chat->name;
}

static bool contains(const char *s, size_t len, const char *word) {
    size_t n = strlen(word);
    for (const char *end = s + len; (size_t)(end - s) >= n; s++) {
        s = memchr(s, word[0], (size_t)(end - s) - n + 1);
        if (!s) return false;
        if (memcmp(s, word, n) == 0) return true;
    }
    return false;
}

const og_chat *og_chat_detect(const char *tmpl, size_t len) {
    for (size_t i = 0; i < OG_LEN(detect) && tmpl; i++)
        if (contains(tmpl, len, detect[i].mark[0]) && contains(tmpl, len, detect[i].mark[1])) return og_chat_find(detect[i].name);
    return og_chat_find("plain");
}

/* ---- rendering ---- */

typedef struct writer {
    og_segment *seg;
    size_t n;
    const char *bos, *eos;
    bool trim;
} writer;

static void put(writer *w, const char *s, size_t len, bool markup) {
    if (len) w->seg[w->n++] = (og_segment){s, len, markup};
}

static void put_markup(writer *w, const char *s) {
    while (*s) {
        size_t n = strcspn(s, BOS EOS);
        put(w, s, n, true);
        s += n;
        if (!*s) break;
        const char *token = *s++ == BOS[0] ? w->bos : w->eos;
        put(w, token, strlen(token), true);
    }
}

static void put_text(writer *w, const char *s) {
    static const char white[] = " \t\n\v\f\r";
    size_t len = strlen(s);
    if (w->trim) {
        size_t lead = strspn(s, white);
        s += lead;
        len -= lead;
        while (len && strchr(white, s[len - 1])) len--;
    }
    put(w, s, len, false);
}

size_t og_chat_render(const og_chat *chat, const char *bos, const char *eos, bool first, const char *system, const char *user,
                      og_segment seg[OG_CHAT_SEGMENTS]) {
    writer w = {.seg = seg, .bos = bos, .eos = eos, .trim = chat->trim};
    if (first && system && *system) {
        put_markup(&w, chat->with_system);
        put_text(&w, system);
        put_markup(&w, chat->between);
    } else {
        put_markup(&w, first ? chat->first : chat->next);
    }
    put_text(&w, user);
    put_markup(&w, chat->after);
    return w.n;
}

og_status og_chat_render_turn(const og_chat *chat, bool first, const char *system, const char *user, og_buf *out, og_error *err) {
    og_segment seg[OG_CHAT_SEGMENTS];
    size_t n = og_chat_render(chat, "<s>", "</s>", first, system, user, seg);
    for (size_t i = 0; i < n; i++) og_buf_add(out, seg[i].s, seg[i].len);
    return out->failed ? og_fail(err, OG_ERR_MEMORY, "chat: out of memory for a turn of the conversation") : OG_OK;
}

static const char *spelling(const og_tok *tok, int32_t id) {
    const char *s = og_tok_piece(tok, id, NULL);
    return s ? s : "";
}

og_status og_chat_encode_turn(const og_chat *chat, const og_tok *tok, bool first, const char *system, const char *user, int32_t **ids,
                              size_t *n, og_error *err) {
    if (!user) return og_fail(err, OG_ERR_ARG, "chat: a turn needs the user's text");
    og_segment seg[OG_CHAT_SEGMENTS];
    size_t n_seg = og_chat_render(chat, spelling(tok, og_tok_bos(tok)), spelling(tok, og_tok_eos(tok)), first, system, user, seg);
    /* White space at the beginning of a later turn follows the ending token in the context, which may take it as its own. */
    if (!first && tok->strip_after_special && n_seg && seg[0].markup)
        for (; seg[0].len && strchr(" \n", *seg[0].s); seg[0].len--) seg[0].s++;
    return og_tok_encode_segments(tok, seg, n_seg, first ? OG_TOK_ADD_BOS : 0, ids, n, err);
}
