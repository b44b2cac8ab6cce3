/* schema.c: from the text of a JSON Schema to a grammar. */
#include "text/schema/schema.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20 };

void *og_schema_alloc(og_schema *s, size_t bytes) {
    void *p = s->status == OG_OK ? og_arena_alloc(&s->arena, bytes) : NULL;
    if (!p) og_schema_fail(s, OG_ERR_MEMORY, s->root, NULL, "out of memory for a schema");
    return p;
}

/* ---- places ---- */

/* Writes the JSON Pointer of `what`, which lies in v, behind the n bytes of `out`. False if it does not. */
static bool pointer_to(const og_jval *v, const og_jval *what, char *out, size_t n, size_t size) {
    if (v == what) return true;
    if (v->kind != OG_JSON_OBJECT && v->kind != OG_JSON_ARRAY) return false;
    uint32_t i = 0;
    for (const og_jval *c = v->u.first; c; c = c->next, i++) {
        size_t at = n;
        if (v->kind == OG_JSON_ARRAY) {
            at += (size_t)snprintf(out + at, size - at, "/%u", i);
        } else {
            at += (size_t)snprintf(out + at, size - at, "/");
            for (const char *k = c->key; *k && at + 3 < size; k++) {
                if (*k == '~' || *k == '/') {
                    out[at++] = '~';
                    out[at++] = *k == '~' ? '0' : '1';
                } else {
                    out[at++] = *k;
                }
            }
            out[OG_MIN(at, size - 1)] = '\0';
        }
        if (pointer_to(c, what, out, OG_MIN(at, size - 1), size)) return true;
    }
    out[n] = '\0';
    return false;
}

void og_schema_fail(og_schema *s, og_status status, const og_jval *at, const char *keyword, const char *fmt, ...) {
    char place[200] = "", what[256];
    if (s->status != OG_OK) return;
    s->status = status;
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    if (s->root && at) pointer_to(s->root, at, place, 0, sizeof place);
    if (keyword)
        og_fail(s->err, status, "schema: %s at #%s: %s", keyword, place, what);
    else
        og_fail(s->err, status, "schema: at #%s: %s", place, what);
}

/* ---- the whole ---- */

static bool draft_is_old(const og_jval *root) {
    const og_jval *draft = og_jval_get(root, "$schema");
    if (draft && draft->kind == OG_JSON_STRING) return strstr(draft->u.s, "/draft-0") != NULL;
    return og_jval_get(root, "definitions") && !og_jval_get(root, "$defs");
}

static void schema_close(og_schema *s) {
    for (og_plan *p = s->plans; p; p = p->next) og_dfa_free(&p->extra);
    og_release(s->goal);
    og_keys_free(&s->stmt_keys);
    og_nfa_pool_close(&s->pool);
    og_jdoc_close(s->doc);
    og_arena_free(&s->arena);
}

og_status og_schema_into(og_gbuild *b, const char *json, size_t len, og_schema_kind kind, uint32_t *rule, og_error *err) {
    static og_jval word = {.kind = OG_JSON_STRING, .n = 6, .key_len = 4, .u.s = "object", .key = "type"};
    static const og_jval object = {.kind = OG_JSON_OBJECT, .n = 1, .u.first = &word};
    og_error own = {0};
    og_schema s = {.b = b, .compact = kind == OG_SCHEMA_COMPACT || kind == OG_SCHEMA_GEMMA, .err = err ? err : &own};
    s.gemma = kind == OG_SCHEMA_GEMMA;
    if (len > TEXT_MAX) return og_fail(err, OG_ERR_UNSUPPORTED, "a schema of %zu bytes is not possible: %d at most", len, TEXT_MAX);
    char *copy = og_strndup(json, len);
    if (!copy) return og_fail(err, OG_ERR_MEMORY, "out of memory for a schema");
    OG_TRY(og_jdoc_open(copy, len, "the schema", &s.doc, err));
    og_arena_init(&s.arena, 0);
    og_nfa_pool_open(&s.pool);
    s.root = og_jdoc_root(s.doc);
    s.old = draft_is_old(s.root);
    const og_stmt *valid = og_stmt_add(&s, NULL, s.root, OG_VALID);
    const uint32_t root = og_goal_of(&s, kind >= OG_SCHEMA_OBJECT ? og_stmt_add(&s, valid, &object, OG_VALID) : valid);
    og_goals_settle(&s);
    b->gemma = s.gemma;
    if (s.status == OG_OK) *rule = og_schema_compile(&s, root);
    b->gemma = false;
    og_status status = s.status;
    if (status == OG_OK && b->status != OG_OK) status = og_fail(err, b->status, "schema: %s", b->error.text);
    schema_close(&s);
    return status;
}

og_status og_grammar_schema(const char *json, size_t len, const og_schema_options *options, og_grammar **out, og_error *err) {
    if (!json || !out) return og_fail(err, OG_ERR_ARG, "og_grammar_schema needs a schema and a place for the grammar");
    og_gbuild b;
    uint32_t rule = 0;
    og_status status = og_gbuild_open(&b, err);
    if (status != OG_OK) return status;
    status = og_schema_into(&b, json, len, options && options->compact ? OG_SCHEMA_COMPACT : OG_SCHEMA_PLAIN, &rule, err);
    if (status == OG_OK) status = og_gbuild_close_rules(&b, rule, out, err);
    og_gbuild_close(&b);
    return status;
}
