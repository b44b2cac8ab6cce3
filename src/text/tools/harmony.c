/* harmony.c: answers of gpt-oss: messages with a header (channel, recipient) before <|message|>; openai/harmony, docs/format.md. */
#include "text/tools/reply.h"
#include "base/utf8.h"

#include <string.h>

static const char *find(const char *s, size_t len, const char *word) {
    const size_t n = strlen(word);
    for (size_t i = 0; i + n <= len; i++)
        if (memcmp(s + i, word, n) == 0) return s + i;
    return NULL;
}

/* Whether the text is, or may become, a header. */
static bool may_be_header(const char *s, size_t len) {
    static const char *const begin[] = {"<|start|>", "<|channel|>", " to=", "to=", "assistant"};
    for (size_t i = 0; i < OG_LEN(begin); i++)
        if (memcmp(s, begin[i], OG_MIN(len, strlen(begin[i]))) == 0) return true;
    return false;
}

/* The recipient of a call, to r->name. False if there is none. */
static bool recipient(og_reply *r, const char *head, size_t len) {
    static const char prefix[] = "functions.";
    const char *to = find(head, len, "to=");
    if (!to) return false;
    to += 3;
    size_t left = len - (size_t)(to - head), n = 0;
    if (left >= sizeof prefix - 1 && memcmp(to, prefix, sizeof prefix - 1) == 0) to += sizeof prefix - 1, left -= sizeof prefix - 1;
    while (n < left && to[n] != ' ' && to[n] != '<') n++;
    if (n == 0 || n > OG_TOOL_NAME_MAX) return false;
    memcpy(r->name, to, n);
    r->name[n] = '\0';
    return true;
}

bool og_reply_head(og_reply *r) {
    static const char message[] = "<|message|>";
    enum { HEAD_MAX = 512 };
    const char *s = r->buf.data, *end = find(s, r->buf.len, message);
    if (!may_be_header(s, r->buf.len) || (!end && (r->last || r->buf.len > HEAD_MAX))) {
        if (r->last && s[0] == '<') { /* the beginning of a message that did not come */
            og_reply_drop(r, r->buf.len);
            return false;
        }
        r->body = OG_REPLY_CONTENT;
        r->state = OG_R_BODY;
        return true;
    }
    if (!end) return false;
    const size_t len = (size_t)(end - s);
    r->body = find(s, len, "<|channel|>analysis") ? OG_REPLY_REASONING : OG_REPLY_CONTENT;
    if (r->tools->choice != OG_TOOLS_NONE && r->tools->n > 0 && recipient(r, s, len)) {
        r->body = OG_REPLY_ARGUMENTS;
        og_reply_begin_call(r);
    }
    r->state = OG_R_BODY;
    og_reply_drop(r, len + sizeof message - 1);
    return true;
}

bool og_reply_body(og_reply *r) {
    static const char *const marks[] = {"<|end|>", "<|call|>", "<|return|>", "<|start|>", "<|channel|>"};
    int which;
    const size_t at = og_reply_find(r->buf.data, r->buf.len, marks, OG_LEN(marks), r->last, &which);
    const size_t n = r->last || which >= 0 ? at : og_utf8_whole(r->buf.data, at);
    if (r->body == OG_REPLY_ARGUMENTS) og_buf_add(&r->args, r->buf.data, n);
    og_reply_say(r, r->body, r->buf.data, n);
    og_reply_drop(r, n);
    if (which < 0) return false;
    if (which < 3) og_reply_drop(r, strlen(marks[which]));
    if (r->body == OG_REPLY_ARGUMENTS) og_reply_end_call(r);
    r->state = OG_R_HEAD;
    return true;
}
