/* special.c: the ids of special tokens, whether they are added to a text, and the chat template. */
#include "convert/hf.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { TEMPLATE_MAX = 4 << 20 };

/* Names in Hugging Face's files and in GGUF's. */
static const struct {
    const char *hf, *gguf;
} kinds[] = {
    {"bos", "tokenizer.ggml.bos_token_id"},       {"eos", "tokenizer.ggml.eos_token_id"},     {"unk", "tokenizer.ggml.unknown_token_id"},
    {"sep", "tokenizer.ggml.seperator_token_id"}, {"pad", "tokenizer.ggml.padding_token_id"}, {"mask", "tokenizer.ggml.mask_token_id"},
};
enum { BOS, EOS };

/* "<s>" or {"content": "<s>", ...}. */
static const og_jval *spelled(const og_jdoc *doc, const char *kind) {
    char key[32];
    snprintf(key, sizeof key, "%s_token", kind);
    const og_jval *v = doc ? og_jval_get(og_jdoc_root(doc), key) : NULL;
    if (v && v->kind == OG_JSON_OBJECT) v = og_jval_get(v, "content");
    return v && v->kind == OG_JSON_STRING ? v : NULL;
}

/* A number or, of several, the first. */
static int64_t numbered(const og_jval *config, const char *kind) {
    char key[32];
    snprintf(key, sizeof key, "%s_token_id", kind);
    const og_jval *v = og_jval_get(config, key);
    if (v && v->kind == OG_JSON_ARRAY) v = v->u.first;
    return v && v->kind == OG_JSON_INT ? v->u.i : -1;
}

static int64_t find_id(const og_hf *hf, const og_hf_tokens *t, const char *kind) {
    const og_jval *v = spelled(hf->tokenizer_config, kind);
    if (!v) v = spelled(hf->special_map, kind);
    /* Encoders begin and end a text with tokens of other names. */
    const char *other = strcmp(kind, "bos") == 0 ? "cls" : strcmp(kind, "eos") == 0 ? "sep" : NULL;
    if (!v && other) v = spelled(hf->tokenizer_config, other);
    int64_t id = v ? og_hf_tokens_find(t, v->u.s, v->n) : -1;
    if (id < 0) id = numbered(hf->cfg, kind);
    if (id < 0) id = numbered(og_jdoc_root(hf->config), kind);
    if (id < 0 && hf->generation) id = numbered(og_jdoc_root(hf->generation), kind);
    return id < t->n ? id : -1;
}

/* What the template of one text (post_processor) has at its beginning or end: a token's id, or -1. */
static int64_t around(const og_jval *part, const og_hf_tokens *t, bool first) {
    const og_jval *list = og_jval_get(part, "processors"), *single = og_jval_get(part, "single");
    int64_t id = -1;
    for (const og_jval *v = list && list->kind == OG_JSON_ARRAY ? list->u.first : NULL; v && id < 0; v = v->next)
        id = og_jval_is(og_jval_get(v, "type"), "TemplateProcessing") ? around(v, t, first) : -1;
    if (!single || single->kind != OG_JSON_ARRAY || single->n < 2) return id;
    const og_jval *v = single->u.first;
    while (!first && v->next) v = v->next;
    const og_jval *name = og_jval_get(og_jval_get(v, "SpecialToken"), "id");
    return name && name->kind == OG_JSON_STRING ? og_hf_tokens_find(t, name->u.s, name->n) : -1;
}

static bool is_template(const og_jval *part) {
    const og_jval *list = og_jval_get(part, "processors");
    if (og_jval_is(og_jval_get(part, "type"), "TemplateProcessing")) return true;
    for (const og_jval *v = list && list->kind == OG_JSON_ARRAY ? list->u.first : NULL; v; v = v->next)
        if (og_jval_is(og_jval_get(v, "type"), "TemplateProcessing")) return true;
    return false;
}

/* add_bos_token of tokenizer_config.json goes before the template of tokenizer.json; where neither says anything, nothing is written. */
static void set_added(og_hf *hf, const og_hf_tokens *t, int kind, int64_t id, bool first) {
    char key[48], gguf[80];
    snprintf(key, sizeof key, "add_%s_token", kinds[kind].hf);
    snprintf(gguf, sizeof gguf, "tokenizer.ggml.%s", key);
    const og_jval *v = hf->tokenizer_config ? og_jval_get(og_jdoc_root(hf->tokenizer_config), key) : NULL;
    const og_jval *post = hf->tokenizer ? og_jval_get(og_jdoc_root(hf->tokenizer), "post_processor") : NULL;
    if (v && (v->kind == OG_JSON_TRUE || v->kind == OG_JSON_FALSE))
        og_gguf_set_bool(hf->w, gguf, v->kind == OG_JSON_TRUE && id >= 0);
    else if (is_template(post))
        og_gguf_set_bool(hf->w, gguf, id >= 0 && around(post, t, first) == id);
    else if (hf->tokenizer && og_hf_is_byte_level(hf))
        og_gguf_set_bool(hf->w, gguf, false);
}

/* ---- chat templates ---- */

static void set_template(og_hf *hf, const char *name, const og_jval *text) {
    char key[128] = "tokenizer.chat_template";
    if (!text || text->kind != OG_JSON_STRING) return;
    if (name) snprintf(key, sizeof key, "tokenizer.chat_template.%s", name);
    og_gguf_set_str(hf->w, key, text->u.s, text->n);
}

/* One template, or several with names. */
static void set_templates(og_hf *hf, const og_jval *v) {
    const char *names[32];
    size_t lens[32];
    uint64_t n = 0;
    if (!v || v->kind != OG_JSON_ARRAY) {
        set_template(hf, NULL, v);
        return;
    }
    for (v = v->u.first; v && n < OG_LEN(names); v = v->next) {
        const og_jval *name = og_jval_get(v, "name"), *text = og_jval_get(v, "template");
        if (!name || name->kind != OG_JSON_STRING || name->n > 64 || !text) continue;
        bool usual = og_jval_is(name, "default");
        set_template(hf, usual ? NULL : name->u.s, text);
        if (usual) continue;
        names[n] = name->u.s;
        lens[n++] = name->n;
    }
    if (n) og_gguf_set_strings(hf->w, "tokenizer.chat_templates", names, lens, n);
}

static og_status set_chat(og_hf *hf, og_error *err) {
    const char *jinja = og_hf_path(hf, "chat_template.jinja"), *json = og_hf_path(hf, "chat_template.json");
    struct stat st;
    if (!jinja || !json) return og_hf_no_memory(hf, err);
    const og_jval *v = hf->tokenizer_config ? og_jval_get(og_jdoc_root(hf->tokenizer_config), "chat_template") : NULL;
    if (v && v->kind != OG_JSON_NULL) {
        set_templates(hf, v);
    } else if (stat(jinja, &st) == 0) {
        og_source *src;
        OG_TRY(og_source_open(jinja, &src, err));
        uint64_t size = og_source_size(src);
        char *text = size <= TEMPLATE_MAX ? og_arena_alloc(&hf->arena, (size_t)size + 1) : NULL;
        og_status status = text
                               ? og_source_read(src, 0, text, (size_t)size, err)
                               : og_fail(err, OG_ERR_FORMAT, "%s has %llu bytes, too many for a template", jinja, (unsigned long long)size);
        og_source_close(src);
        if (status != OG_OK) return status;
        og_gguf_set_str(hf->w, "tokenizer.chat_template", text, (size_t)size);
    } else if (stat(json, &st) == 0) {
        og_jdoc *doc;
        OG_TRY(og_jdoc_open_file(json, TEMPLATE_MAX, &doc, err));
        set_templates(hf, og_jval_get(og_jdoc_root(doc), "chat_template"));
        og_jdoc_close(doc);
    }
    return OG_OK;
}

og_status og_hf_special(og_hf *hf, const og_hf_tokens *t, og_error *err) {
    for (size_t i = 0; i < OG_LEN(kinds); i++) {
        int64_t id = find_id(hf, t, kinds[i].hf);
        if (id >= 0) og_gguf_set_u32(hf->w, kinds[i].gguf, (uint32_t)id);
        if (i == BOS || i == EOS) set_added(hf, t, (int)i, id, i == BOS);
    }
    return set_chat(hf, err);
}
