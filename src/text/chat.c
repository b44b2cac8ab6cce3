/* chat.c: a chat's life, and conversations rendered and tokenized. Arranging roles for a template that refuses them is in chat_roles.c. */
#include "text/chat.h"
#include "text/chat_roles.h"
#include "text/tok.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

/* ---- life ---- */

/* The file's own template, if it is there and works. */
static og_status take_own(og_chat *chat, const og_chat_templates *t) {
    og_error err = {0};
    if (!t->plain.s) {
        snprintf(chat->problem, sizeof chat->problem, "the file has no chat template");
        return OG_OK;
    }
    og_status status = og_chat_compile(t->plain, &chat->own, &err);
    if (status == OG_OK && !og_chat_probe(chat, chat->own, &err)) {
        status = err.status;
        og_jinja_close(chat->own);
        chat->own = NULL;
    }
    if (status == OG_OK) return OG_OK;
    snprintf(chat->problem, sizeof chat->problem, "the file's chat template does not work: %.180s", err.text);
    chat->problem[og_utf8_whole(chat->problem, strlen(chat->problem))] = '\0';
    return OG_OK;
}

static void take_tool_use(og_chat *chat, og_piece text) {
    if (!text.s || !chat->own || og_chat_compile(text, &chat->own_tools, NULL) != OG_OK) return;
    og_chat_info plain = chat->info;
    bool works = og_chat_probe(chat, chat->own_tools, NULL);
    plain.tools = works && chat->info.tools;
    plain.tool_calls = works && chat->info.tool_calls;
    chat->info = plain;
    if (works) return;
    og_jinja_close(chat->own_tools);
    chat->own_tools = NULL;
}

/* The text tells how calls of tools are written. */
static og_status keep_source(og_chat *chat, const og_chat_templates *t, og_error *err) {
    const size_t plain = t->plain.s ? t->plain.len : 0, tools = t->tool_use.s ? t->tool_use.len : 0;
    chat->source = og_alloc(plain + tools + 1);
    if (!chat->source) return og_fail(err, OG_ERR_MEMORY, "out of memory for a chat template");
    if (plain) memcpy(chat->source, t->plain.s, plain);
    if (tools) memcpy(chat->source + plain, t->tool_use.s, tools);
    chat->source[plain + tools] = '\0';
    return OG_OK;
}

static og_status make(og_chat *chat, const og_chat_templates *t, og_error *err) {
    OG_TRY(keep_source(chat, t, err));
    OG_TRY(take_own(chat, t));
    take_tool_use(chat, t->tool_use);
    chat->row = og_chat_detect(t->plain, chat->tok);
    chat->info.format = chat->own ? "template" : chat->row->name;
    chat->info.problem = chat->problem;
    if (chat->own) return OG_OK;
    OG_TRY(og_chat_compile((og_piece){chat->row->text, strlen(chat->row->text)}, &chat->builtin, err));
    return og_chat_probe(chat, chat->builtin, err) ? OG_OK : OG_ERR_MEMORY;
}

og_status og_chat_make(const og_chat_templates *templates, const og_tok *tok, og_chat **out, og_error *err) {
    og_chat *chat = og_calloc(1, sizeof *chat);
    if (!chat) return og_fail(err, OG_ERR_MEMORY, "out of memory for a chat template");
    chat->tok = tok;
    og_status status = make(chat, templates, err);
    if (status == OG_OK)
        *out = chat;
    else
        og_chat_close(chat);
    return status;
}

void og_chat_close(og_chat *chat) {
    if (!chat) return;
    og_jinja_close(chat->own);
    og_jinja_close(chat->own_tools);
    og_jinja_close(chat->builtin);
    og_release(chat->source);
    og_release(chat);
}

const char *og_chat_format(const og_chat *chat) {
    return chat->info.format;
}

void og_chat_describe(const og_chat *chat, og_chat_info *out) {
    *out = chat->info;
}

/* ---- rendering ---- */

/* One call of og_chat_render. */
typedef struct rendering {
    const og_chat *chat;
    og_chat_params params;
    const og_jinja *tmpl;
    const og_chat_info *can; /* what tmpl can do */
    bool usable;             /* of the last attempt: the conversation itself was in order */
    bool refused;            /* and the template said no to it */
    og_buf text, marks;
} rendering;

static void tell(og_chat_result *out, const char *fmt, ...) OG_PRINTF(2, 3);
static void tell(og_chat_result *out, const char *fmt, ...) {
    size_t n = strlen(out->notice), size = sizeof out->notice;
    if (n && n + 3 < size) n += (size_t)snprintf(out->notice + n, size - n, "; ");
    va_list args;
    va_start(args, fmt);
    vsnprintf(out->notice + n, size - n, fmt, args);
    va_end(args);
    out->notice[og_utf8_whole(out->notice, strlen(out->notice))] = '\0';
}

static og_status attempt(rendering *r, const og_roles *roles, og_error *err) {
    og_chat_params params = r->params;
    params.messages = roles->message;
    params.n_messages = roles->n;
    og_buf json;
    og_buf_init(&json);
    r->text.len = r->marks.len = 0;
    r->refused = false;
    og_status status = og_chat_context(r->chat, &params, &json, err);
    r->usable = status == OG_OK;
    og_jinja_input in = {
        .json = json.data, .len = json.len, .now = params.now, .mark = true, .arguments = r->chat->arguments, .refused = &r->refused};
    if (status == OG_OK) status = og_jinja_render(r->tmpl, &in, &r->text, &r->marks, err);
    og_buf_free(&json);
    return status;
}

/* With the roles arranged in one way. *changed: what that changed; nothing is rendered if that is not more than `before`. */
static og_status attempt_roles(rendering *r, int how, int before, int *changed, og_error *err) {
    og_roles roles;
    og_status status = og_roles_arrange(r->params.messages, r->params.n_messages, how, &roles, err);
    *changed = roles.changed;
    if (status == OG_OK && before >= 0 && roles.changed == before) status = og_fail(err, OG_ERR_FORMAT, "nothing to rearrange");
    if (status == OG_OK) status = attempt(r, &roles, err);
    og_roles_free(&roles);
    return status;
}

/* As the conversation is, then with its roles rearranged, as long as the template refuses. The error is that of the first attempt. */
static og_status render_roles(rendering *r, og_chat_result *out, og_error *err) {
    static const int more[] = {OG_ROLES_MERGE, OG_ROLES_FOLD, OG_ROLES_FOLD | OG_ROLES_MERGE};
    int must = (r->can->system ? 0 : OG_ROLES_FOLD) | (r->can->tool_calls ? 0 : OG_ROLES_NO_TOOLS), changed, before;
    og_status first = attempt_roles(r, must, -1, &changed, err), status = first;
    bool usable = r->usable, refused = r->refused;
    before = changed;
    for (size_t i = 0; i < OG_LEN(more) && status != OG_OK && usable && refused; i++)
        status = attempt_roles(r, must | more[i], before, &changed, NULL);
    r->usable = usable;
    r->refused = refused;
    if (status != OG_OK) return first;
    char text[sizeof out->notice];
    if (changed) og_roles_tell(changed, text, sizeof text), tell(out, "%s", text);
    if (r->params.tools && !r->can->tools) tell(out, "the template has no place for tools: the model is not told of them");
    if (r->params.reasoning && !r->can->reasoning_switch) tell(out, "the template cannot switch reasoning on or off");
    return OG_OK;
}

/* With a built-in format. */
static og_status render_row(rendering *r, const og_chat_row *row, og_chat_result *out, og_error *err) {
    static const og_chat_info can = {.system = true};
    og_jinja *tmpl;
    OG_TRY(og_chat_compile((og_piece){row->text, strlen(row->text)}, &tmpl, err));
    r->tmpl = tmpl;
    r->can = &can;
    out->format = row->name;
    og_status status = render_roles(r, out, err);
    og_jinja_close(tmpl);
    return status;
}

static og_status render_text(rendering *r, og_chat_result *out, og_error *err) {
    const og_chat *chat = r->chat;
    if (r->params.format) {
        const og_chat_row *row = og_chat_find(r->params.format);
        return row ? render_row(r, row, out, err)
                   : og_fail(err, OG_ERR_ARG, "chat: there is no built-in format '%.60s'; chatml, llama3, gemma and plain are some",
                             r->params.format);
    }
    out->format = chat->info.format;
    r->can = &chat->info;
    r->tmpl = !chat->own ? chat->builtin : r->params.tools && chat->own_tools ? chat->own_tools : chat->own;
    if (!chat->own) tell(out, "%s; the built-in format %s is used", chat->problem, chat->row->name);
    og_error own = {0};
    og_status status = render_roles(r, out, &own);
    if (status == OG_ERR_FORMAT && chat->own && r->usable && !r->refused) {
        tell(out, "%.200s; the built-in format %s is used", own.text, chat->row->name);
        return render_row(r, chat->row, out, err);
    }
    if (status != OG_OK && err) *err = own;
    return status;
}

/* ---- tokens ---- */

/* Where the marks change, a segment ends. *seg is released with og_release. */
static og_status segments(const rendering *r, og_segment **seg, size_t *n, og_error *err) {
    const char *mark = r->marks.data;
    size_t len = r->text.len, count = 0;
    for (size_t i = 0; i < len; i++) count += i == 0 || mark[i] != mark[i - 1];
    *seg = og_calloc(count + 1, sizeof **seg);
    *n = count;
    if (!*seg) return og_fail(err, OG_ERR_MEMORY, "chat: out of memory for the conversation");
    for (size_t i = 0, at = 0; i < len; i++) {
        if (i && mark[i] == mark[i - 1]) continue;
        size_t end = i + 1;
        while (end < len && mark[end] == mark[i]) end++;
        (*seg)[at++] = (og_segment){r->text.data + i, end - i, !mark[i]};
    }
    return OG_OK;
}

/* Templates that write BOS themselves do not get a second one. */
static og_status tokenize(const rendering *r, og_chat_result *out, og_error *err) {
    og_segment *seg;
    size_t n, bos_len = 0;
    OG_TRY(segments(r, &seg, &n, err));
    const og_tok *tok = r->chat->tok;
    const char *bos = og_tok_piece(tok, tok->bos, &bos_len);
    bool has = bos && n && seg[0].markup && seg[0].len >= bos_len && memcmp(seg[0].s, bos, bos_len) == 0;
    og_status status = og_tok_encode_segments(tok, seg, n, has ? 0 : OG_TOK_ADD_BOS, &out->ids, &out->n, err);
    og_release(seg);
    return status;
}

og_status og_chat_render(const og_chat *chat, const og_chat_params *params, og_chat_result *out, og_error *err) {
    if (!chat || !params || !out || !params->messages || params->n_messages == 0)
        return og_fail(err, OG_ERR_ARG, "og_chat_render needs a chat, a conversation of one message at least, and a place for the result");
    rendering r = {.chat = chat, .params = *params};
    *out = (og_chat_result){0};
    og_buf_init(&r.text);
    og_buf_init(&r.marks);
    og_status status = render_text(&r, out, err);
    if (status == OG_OK && !og_buf_reserve(&r.text, 0)) status = og_fail(err, OG_ERR_MEMORY, "chat: out of memory for the conversation");
    if (status == OG_OK) status = tokenize(&r, out, err);
    if (status == OG_OK) {
        out->text = r.text.data;
        out->len = r.text.len;
    } else {
        og_buf_free(&r.text);
        *out = (og_chat_result){0};
    }
    og_buf_free(&r.marks);
    return status;
}

void og_chat_result_free(og_chat_result *result) {
    og_release(result->text);
    og_release(result->ids);
    *result = (og_chat_result){0};
}
