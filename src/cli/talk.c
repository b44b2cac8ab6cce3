#include "cli/talk.h"

#include <stdlib.h>
#include <string.h>

bool og_talk_add(og_talk *t, const char *role, const char *text, size_t len) {
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 16;
        og_message *more = realloc(t->message, cap * sizeof *more);
        if (more == NULL) return false;
        t->message = more;
        t->cap = cap;
    }
    char *copy = malloc(len + 1);
    if (copy == NULL) return false;
    if (len > 0) memcpy(copy, text, len);
    copy[len] = '\0';
    t->message[t->n++] = (og_message){.role = role, .content = copy, .content_len = len};
    return true;
}

bool og_talk_hear(og_talk *t, const char *text, size_t len) {
    if (t->text_cap - t->text_len < len) {
        size_t cap = (t->text_len + len) * 2;
        char *more = realloc(t->text, cap);
        if (more == NULL) return false;
        t->text = more;
        t->text_cap = cap;
    }
    if (len > 0) memcpy(t->text + t->text_len, text, len);
    t->text_len += len;
    return true;
}

bool og_talk_answered(og_talk *t) {
    bool ok = og_talk_add(t, "assistant", t->text, t->text_len);
    t->text_len = 0;
    return ok;
}

void og_talk_drop(og_talk *t, size_t n) {
    while (t->n > n) free((void *)t->message[--t->n].content);
    t->text_len = 0;
    if (n > 0) return;
    free(t->message);
    free(t->text);
    *t = (og_talk){0};
}
