#include "text/chat_roles.h"

#include <stdio.h>
#include <string.h>

static bool is(const og_message *m, const char *role) {
    return strcmp(m->role, role) == 0;
}

/* a, an empty line, b; either may be empty. */
static bool join(og_arena *arena, og_message *to, const char *a, size_t a_len, const char *b, size_t b_len) {
    size_t gap = a_len && b_len ? 2 : 0;
    char *text = og_arena_alloc(arena, a_len + gap + b_len + 1);
    if (!text) return false;
    if (a_len) memcpy(text, a, a_len);
    if (gap) memcpy(text + a_len, "\n\n", gap);
    if (b_len) memcpy(text + a_len + gap, b, b_len);
    to->content = text;
    to->content_len = a_len + gap + b_len;
    return true;
}

static size_t length(const og_message *m) {
    return m->content ? m->content_len : 0;
}

static bool no_tools(og_roles *r) {
    for (size_t i = 0; i < r->n; i++) {
        og_message *m = &r->message[i];
        const char *calls = m->tool_calls;
        if (!calls && !is(m, "tool")) continue;
        m->tool_calls = m->tool_call_id = m->name = NULL;
        if (is(m, "tool")) m->role = "user";
        if (calls && !join(&r->arena, m, m->content, length(m), calls, strlen(calls))) return false;
        r->changed |= OG_ROLES_NO_TOOLS;
    }
    return true;
}

static bool fold(og_roles *r) {
    og_message rules = {.role = "user"};
    size_t n = 0;
    bool any = false;
    for (size_t i = 0; i < r->n; i++) {
        const og_message m = r->message[i];
        if (!is(&m, "system")) {
            r->message[n++] = m;
            continue;
        }
        any = true;
        if (!join(&r->arena, &rules, rules.content, length(&rules), m.content, length(&m))) return false;
    }
    r->n = n;
    if (!any) return true;
    r->changed |= OG_ROLES_FOLD;
    for (size_t i = 0; i < n; i++)
        if (is(&r->message[i], "user"))
            return join(&r->arena, &r->message[i], rules.content, length(&rules), r->message[i].content, length(&r->message[i]));
    memmove(r->message + 1, r->message, n * sizeof *r->message); /* there is room: a message was taken out */
    r->message[0] = rules;
    r->n = n + 1;
    return true;
}

static bool is_text(const og_message *m) {
    return !m->tool_calls && !is(m, "tool");
}

static bool merge(og_roles *r) {
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        const og_message *m = &r->message[i];
        og_message *last = n ? &r->message[n - 1] : NULL;
        if (!last || strcmp(last->role, m->role) != 0 || !is_text(m) || !is_text(last)) {
            r->message[n++] = *m;
            continue;
        }
        if (!join(&r->arena, last, last->content, length(last), m->content, length(m))) return false;
        r->changed |= OG_ROLES_MERGE;
    }
    r->n = n;
    return true;
}

og_status og_roles_arrange(const og_message *m, size_t n, int how, og_roles *out, og_error *err) {
    *out = (og_roles){.n = n};
    og_arena_init(&out->arena, 4096);
    for (size_t i = 0; i < n; i++)
        if (!m[i].role) return og_fail(err, OG_ERR_ARG, "chat: message %zu has no role (user, assistant, ...)", i);
    out->message = n < SIZE_MAX / sizeof *m ? og_arena_alloc(&out->arena, n * sizeof *m) : NULL;
    bool ok = out->message != NULL;
    if (ok && n) memcpy(out->message, m, n * sizeof *m);
    if (ok && how & OG_ROLES_NO_TOOLS) ok = no_tools(out);
    if (ok && how & OG_ROLES_FOLD) ok = fold(out);
    if (ok && how & OG_ROLES_MERGE) ok = merge(out);
    return ok ? OG_OK : og_fail(err, OG_ERR_MEMORY, "chat: out of memory for the conversation");
}

void og_roles_free(og_roles *roles) {
    og_arena_free(&roles->arena);
}

void og_roles_tell(int changed, char *out, size_t size) {
    bool fold = changed & OG_ROLES_FOLD, merge = changed & OG_ROLES_MERGE, tools = changed & OG_ROLES_NO_TOOLS;
    snprintf(out, size, "%s%s%s%s%s%s", fold || merge ? "the template does not take these roles in this order: " : "",
             fold ? "the instructions became part of the first question" : "", fold && merge ? ", " : "",
             merge ? "neighbouring messages of one role were merged" : "", (fold || merge) && tools ? "; " : "",
             tools ? "the template has no place for calls of tools: they and their results became plain text" : "");
}
