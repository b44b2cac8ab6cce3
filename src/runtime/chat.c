/* chat.c: the chat of a file, and prompts that begin like the one before. */
#include "runtime/session.h"

#include <string.h>

static og_piece text_of(const og_file *file, const char *key) {
    og_value v;
    bool has = og_file_find(file, key, &v) && v.type == OG_VALUE_STRING;
    return has ? (og_piece){v.str, v.len} : (og_piece){0};
}

og_status og_chat_open(const og_file *file, const og_tok *tok, og_chat **out, og_error *err) {
    if (!file || !tok || !out) return og_fail(err, OG_ERR_ARG, "og_chat_open needs a file, its tokenizer and a place for the chat");
    og_chat_templates templates = {text_of(file, "tokenizer.chat_template"), text_of(file, "tokenizer.chat_template.tool_use")};
    return og_chat_make(&templates, tok, out, err);
}

og_status og_session_prompt(og_session *s, const int32_t *ids, size_t n, uint32_t *reused, og_progress_fn *progress, void *user,
                            og_error *err) {
    if (!s || !ids || n == 0) return og_fail(err, OG_ERR_ARG, "og_session_prompt needs a session and one token at least");
    if (n > s->n_ctx)
        return og_fail(err, OG_ERR_CONTEXT, "%zu tokens do not fit the context of %u tokens; open the session with a larger one", n,
                       s->n_ctx);
    uint32_t same = 0;
    while (same < s->n_past && same < n && s->token[same] == ids[same]) same++;
    bool ready = same == n && s->n_past == n && og_session_logits(s);
    if (reused) *reused = ready ? same : OG_MIN(same, (uint32_t)n - 1);
    if (ready) return OG_OK;
    same = OG_MIN(same, (uint32_t)n - 1);
    OG_TRY(og_session_rewind(s, same, err));
    return og_session_eval(s, ids + same, n - same, progress, user, err);
}
