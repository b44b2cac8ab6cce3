/* chat_context.c: what a chat template sees, as JSON. */
#include "text/chat.h"
#include "base/json.h"
#include "base/utf8.h"

#include <string.h>

static void put_string(og_buf *out, const char *s, size_t len) {
    og_buf_add(out, "\"", 1);
    for (size_t i = 0; i < len;) {
        int32_t cp;
        size_t n = (size_t)og_utf8_decode(s + i, len - i, &cp);
        if (cp < 0)
            og_buf_add(out, "\xEF\xBF\xBD", 3);
        else if (cp < 0x20 || cp == '"' || cp == '\\')
            og_buf_addf(out, "\\u%04x", (unsigned)cp);
        else
            og_buf_add(out, s + i, n);
        i += n;
    }
    og_buf_add(out, "\"", 1);
}

static void put_field(og_buf *out, const char *key, const char *text) {
    if (!text) return;
    og_buf_addf(out, ", \"%s\": ", key);
    put_string(out, text, strlen(text));
}

/* Whether the text is one JSON value of this kind; `what` names it in the error. */
static og_status check(const char *text, og_jevent kind, const char *what, og_error *err) {
    og_jread r;
    og_jread_open(&r, text, strlen(text));
    og_jevent event = og_jread_next(&r);
    bool good = event == kind && og_jread_skip(&r, event) != OG_JSON_BAD && og_jread_next(&r) == OG_JSON_END;
    return good
               ? OG_OK
               : og_fail(err, OG_ERR_FORMAT, "chat: %s is not JSON: %s at byte %zu", what, r.problem ? r.problem : "of another kind", r.at);
}

static og_status put_message(const og_message *m, size_t i, bool null_content, og_buf *out, og_error *err) {
    /* A role becomes part of the markup. */
    size_t n = m->role ? strspn(m->role, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- ") : 0;
    if (n == 0 || m->role[n])
        return og_fail(err, OG_ERR_ARG, "chat: message %zu has no role, or one that is not a plain word (user, assistant, ...)", i);
    og_buf_addf(out, "{\"role\": \"%s\", \"content\": ", m->role);
    if (!m->content && m->tool_calls && null_content)
        og_buf_add(out, "null", 4);
    else
        put_string(out, m->content ? m->content : "", m->content ? m->content_len : 0);
    put_field(out, "reasoning_content", m->reasoning);
    put_field(out, "thinking", m->reasoning);
    put_field(out, "tool_call_id", m->tool_call_id);
    put_field(out, "name", m->name);
    if (m->tool_calls) {
        OG_TRY(check(m->tool_calls, OG_JSON_ARRAY, "the list of tool calls", err));
        og_buf_addf(out, ", \"tool_calls\": %s", m->tool_calls);
    }
    og_buf_add(out, "}", 1);
    return OG_OK;
}

static void put_token(const og_tok *tok, const char *key, int32_t id, og_buf *out) {
    size_t len = 0;
    const char *s = og_tok_piece(tok, id, &len);
    og_buf_addf(out, ", \"%s\": ", key);
    put_string(out, s ? s : "", s ? len : 0);
}

/* Of equal keys the last counts, so the caller's variables stand in front of ours. */
og_status og_chat_context(const og_chat *chat, const og_chat_params *p, og_buf *out, og_error *err) {
    og_buf_add(out, "{", 1);
    if (p->variables) {
        OG_TRY(check(p->variables, OG_JSON_OBJECT, "the object of variables", err));
        const char *inner = strchr(p->variables, '{') + 1, *end = strrchr(p->variables, '}');
        bool empty = strspn(inner, " \t\r\n") == (size_t)(end - inner);
        if (!empty) og_buf_add(out, inner, (size_t)(end - inner)), og_buf_add(out, ", ", 2);
    }
    og_buf_addf(out, "\"messages\": [");
    for (size_t i = 0; i < p->n_messages; i++) {
        if (i) og_buf_add(out, ", ", 2);
        OG_TRY(put_message(&p->messages[i], i, chat->null_content, out, err));
    }
    og_buf_addf(out, "], \"documents\": null, \"tools\": ");
    if (p->tools) OG_TRY(check(p->tools, OG_JSON_ARRAY, "the list of tools", err));
    og_buf_addf(out, "%s, \"add_generation_prompt\": %s", p->tools ? p->tools : "null", p->add_generation_prompt ? "true" : "false");
    if (p->reasoning != OG_REASONING_DEFAULT) {
        const char *on = p->reasoning == OG_REASONING_ON ? "true" : "false"; /* the names that templates have for it */
        og_buf_addf(out, ", \"enable_thinking\": %s, \"thinking\": %s", on, on);
    }
    put_token(chat->tok, "bos_token", og_tok_bos(chat->tok), out);
    put_token(chat->tok, "eos_token", og_tok_eos(chat->tok), out);
    og_buf_add(out, "}", 1);
    return out->failed ? og_fail(err, OG_ERR_MEMORY, "chat: out of memory for the conversation") : OG_OK;
}
