/* Any answer in any format: first byte the format, second how it is cut, the rest the text. Together the parts are the same as at once. */
#include "text/tools/tools.h"
#include "../unit/tiny_vocab.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct heard {
    og_buf log;
    int last;
} heard;

static bool hear(void *user, const og_reply_event *e) {
    heard *h = user;
    if ((int)e->kind != h->last || e->kind >= OG_REPLY_CALL_END || e->kind == OG_REPLY_CALL) og_buf_addf(&h->log, "|%d", (int)e->kind);
    if (e->kind == OG_REPLY_CALL) og_buf_addf(&h->log, "%d%s", e->index, e->name);
    if (!og_buf_reserve(&h->log, e->len)) abort();
    og_buf_add(&h->log, e->text, e->len);
    h->last = (int)e->kind;
    return true;
}

static void listen(const og_tools *t, const char *text, size_t len, size_t step, heard *h) {
    og_reply *r;
    og_buf_init(&h->log);
    h->last = -1;
    if (og_reply_open(t, hear, h, &r, NULL) != OG_OK) abort();
    for (size_t i = 0; i < len; i += step)
        if (og_reply_feed(r, text + i, OG_MIN(step, len - i), NULL) != OG_OK) abort();
    if (og_reply_finish(r, NULL) != OG_OK) abort();
    og_reply_close(r);
}

static const og_chat *chat(void) {
    static og_chat *made;
    static const char tmpl[] = "{# <think> </think> #}";
    const og_chat_templates t = {{tmpl, sizeof tmpl - 1}, {0}};
    if (made) return made;
    tiny_vocab v;
    og_tok *tok;
    tiny_spm(&v);
    if (og_tok_make(&v.vocab, &tok, NULL) != OG_OK || og_chat_make(&t, tok, &made, NULL) != OG_OK) abort();
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > 4096) return 0;
    int n = 0;
    while (og_tools_format_name(n)) n++;
    og_tools_params p = {.tools = "[{\"name\":\"f\"}]", .format = og_tools_format_name(data[0] % n)};
    p.choice = data[1] & 1 ? OG_TOOLS_NONE : OG_TOOLS_AUTO;
    og_tools *t;
    if (og_tools_open(chat(), &p, &t, NULL) != OG_OK) abort();
    heard whole, parts;
    const size_t len = size - 2;
    listen(t, (const char *)data + 2, len, len + 1, &whole);
    listen(t, (const char *)data + 2, len, 1 + (data[1] >> 1), &parts);
    const bool same = whole.log.len == parts.log.len && (whole.log.len == 0 || memcmp(whole.log.data, parts.log.data, whole.log.len) == 0);
    if (!same && og_utf8_valid((const char *)data + 2, len)) abort();
    og_buf_free(&whole.log);
    og_buf_free(&parts.log);
    og_tools_close(t);
    return 0;
}
