/* tools.c: og_tools: the tools of a request, and the format that the model has for them. */
#include "text/tools/tools.h"
#include "text/tok.h"

#include <string.h>

static og_status bad_tools(og_error *err, const char *what, uint32_t i) {
    return og_fail(err, OG_ERR_FORMAT, "tools: number %u %s", i, what);
}

static bool name_is_fine(const og_jval *v) {
    if (!v || v->kind != OG_JSON_STRING || v->n == 0 || v->n > OG_TOOL_NAME_MAX) return false;
    return strspn(v->u.s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == v->n;
}

static og_status read_tools(og_tools *t, const char *json, og_error *err) {
    const size_t len = strlen(json);
    char *copy = og_strndup(json, len);
    if (!copy) return og_fail(err, OG_ERR_MEMORY, "out of memory for tools");
    OG_TRY(og_jdoc_open(copy, len, "the list of tools", &t->doc, err));
    const og_jval *list = og_jdoc_root(t->doc);
    if (list->kind != OG_JSON_ARRAY) return og_fail(err, OG_ERR_FORMAT, "tools: they are not a list");
    if (list->n > OG_TOOLS_MAX) return og_fail(err, OG_ERR_UNSUPPORTED, "tools: %u of them; %d at most", list->n, OG_TOOLS_MAX);
    t->tool = og_calloc(list->n + 1, sizeof *t->tool);
    t->name = og_calloc(list->n + 1, sizeof *t->name);
    if (!t->tool || !t->name) return og_fail(err, OG_ERR_MEMORY, "out of memory for tools");
    for (const og_jval *v = list->u.first; v; v = v->next) {
        const og_jval *f = og_jval_get(v, "function"), *name = og_jval_get(f ? f : v, "name");
        const og_jval *parameters = og_jval_get(f ? f : v, "parameters");
        if (v->kind != OG_JSON_OBJECT) return bad_tools(err, "is not an object", t->n);
        if (!name_is_fine(name)) return bad_tools(err, "has no name of 1 to 64 letters, digits, dots, - and _", t->n);
        if (parameters && parameters->kind != OG_JSON_OBJECT) return bad_tools(err, "has parameters that are no JSON Schema", t->n);
        t->tool[t->n] = f ? f : v;
        t->name[t->n++] = name->u.s;
    }
    return OG_OK;
}

static og_status choose(og_tools *t, const og_tools_params *p, og_error *err) {
    const char *text = t->chat->source ? t->chat->source : "";
    const og_call_format *f = p->format ? og_call_format_named(p->format) : og_call_format_of(text);
    if (p->format && !f)
        return og_fail(err, OG_ERR_ARG, "tools: there is no format '%.60s'; hermes, llama3 and mistral are some", p->format);
    t->think = og_think_marks_of(text);
    t->harmony = f && (f->how & OG_CALL_HARMONY);
    t->format = f;
    t->choice = p->choice;
    t->single = p->single || p->choice == OG_TOOLS_NAMED || (f && (f->how & OG_CALL_ONE));
    if (t->harmony) t->think = NULL;
    if (p->tools) OG_TRY(read_tools(t, p->tools, err));
    if (p->choice == OG_TOOLS_NONE) return OG_OK;
    if (t->n == 0 && p->choice != OG_TOOLS_AUTO) return og_fail(err, OG_ERR_ARG, "tools: a call is asked for, but there are no tools");
    if (t->n > 0 && !f)
        return og_fail(err, OG_ERR_UNSUPPORTED,
                       "tools: this model's chat template shows no calls of tools in a known form, so it cannot call any");
    if (p->choice != OG_TOOLS_NAMED) return OG_OK;
    for (uint32_t i = 0; p->name && i < t->n; i++)
        if (strcmp(p->name, t->name[i]) == 0) {
            t->tool[0] = t->tool[i];
            t->name[0] = t->name[i];
            t->n = 1;
            return OG_OK;
        }
    return og_fail(err, OG_ERR_ARG, "tools: the tool '%.64s' is asked for, but it is not among the tools", p->name ? p->name : "");
}

/* Whether the prompt's end has opened reasoning: nothing but white space follows the mark. */
static bool opened(const og_tools *t, const char *prompt, size_t len) {
    if (!t->think || !prompt) return false;
    size_t n = strcspn(t->think->open, "\n");
    while (len > 0 && strchr(" \t\n\r", prompt[len - 1])) len--;
    if (len >= n && memcmp(prompt + len - n, t->think->open, n) == 0) return true;
    n = strlen(t->think->open);
    return t->think->open[n - 1] == '\n' && len >= n - 1 && memcmp(prompt + len - (n - 1), t->think->open, n - 1) == 0;
}

og_status og_tools_open(const og_chat *chat, const og_tools_params *params, og_tools **out, og_error *err) {
    static const og_tools_params none = {0};
    if (!chat || !out) return og_fail(err, OG_ERR_ARG, "og_tools_open needs a chat and a place for the tools");
    if (!params) params = &none;
    og_tools *t = og_calloc(1, sizeof *t);
    if (!t) return og_fail(err, OG_ERR_MEMORY, "out of memory for tools");
    t->chat = chat;
    og_status status = choose(t, params, err);
    if (status == OG_OK) {
        t->in_reasoning = opened(t, params->prompt, params->prompt_len);
        status = og_tools_lock(t, params->schema, err);
    }
    if (status == OG_OK)
        *out = t;
    else
        og_tools_close(t);
    return status;
}

void og_tools_close(og_tools *t) {
    if (!t) return;
    og_grammar_close(t->grammar);
    og_release(t->tool);
    og_release(t->name);
    og_jdoc_close(t->doc);
    og_release(t);
}

void og_tools_describe(const og_tools *t, og_tools_info *out) {
    const char *harmony = t->choice >= OG_TOOLS_REQUIRED ? "<|end|><|start|>assistant<|channel|>commentary to=functions."
                                                         : "<|end|><|start|>assistant<|channel|>final<|message|>";
    *out = (og_tools_info){.format = t->format ? t->format->name : "none",
                           .reasoning = t->think || t->harmony,
                           .in_reasoning = t->in_reasoning,
                           .end_reasoning = t->harmony ? harmony
                                            : t->think ? t->think->close
                                                       : "",
                           .parallel = t->format && !(t->format->how & OG_CALL_ONE)};
}

og_grammar *og_tools_grammar(const og_tools *t) {
    return t->grammar;
}
