/* ollama.c: models of the Ollama registry: a manifest lists layers, each a blob named by its SHA-256. The weights are one of them. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "store/pull/plan.h"

enum { MANIFEST_MAX = 1 << 20, LICENCE_MAX = 1 << 18 };
static const char manifest_type[] = "application/vnd.docker.distribution.manifest.v2+json";

/* The layer of a kind; NULL: there is none. *sha256 is its digest. */
static const og_jval *layer(const og_jval *root, const char *kind, const char **sha256) {
    const og_jval *layers = og_jval_get(root, "layers");
    if (layers == NULL || layers->kind != OG_JSON_ARRAY) return NULL;
    for (const og_jval *v = layers->u.first; v != NULL; v = v->next) {
        const og_jval *type = og_jval_get(v, "mediaType"), *digest = og_jval_get(v, "digest");
        if (type == NULL || type->kind != OG_JSON_STRING || strncmp(type->u.s, "application/vnd.ollama.image.", 29) != 0) continue;
        if (strcmp(type->u.s + 29, kind) != 0 || digest == NULL || digest->kind != OG_JSON_STRING) continue;
        if (strncmp(digest->u.s, "sha256:", 7) != 0 || !og_digest_valid(digest->u.s + 7)) continue;
        *sha256 = digest->u.s + 7;
        return v;
    }
    return NULL;
}

/* The first line that says something, without blanks around it. */
static char *first_line(const char *text, size_t n) {
    size_t from = 0;
    while (from < n && strchr(" \t\r\n", text[from]) != NULL) from++;
    size_t to = from;
    while (to < n && text[to] != '\n' && text[to] != '\r' && to - from < 100) to++;
    return og_strndup(text + from, to - from);
}

static og_status read_licence(const og_http *h, const og_jval *root, const char *base, og_pull_plan *plan, og_error *err) {
    const char *sha256;
    og_buf body;
    og_buf_init(&body);
    og_status status = OG_OK;
    if (layer(root, "license", &sha256) != NULL) {
        char *url = og_plan_text("%s/blobs/sha256:%s", base, sha256);
        status = url != NULL ? og_http_document(h, url, NULL, LICENCE_MAX, &body, err) : og_fail(err, OG_ERR_MEMORY, "out of memory");
        og_release(url);
    }
    if (status == OG_OK) plan->licence = first_line(body.len > 0 ? body.data : "", body.len);
    og_buf_free(&body);
    return status;
}

static og_status read_manifest(const og_http *h, const og_jval *root, const char *base, const char *what, og_pull_plan *plan,
                               og_error *err) {
    const char *sha256 = NULL, *other;
    const og_jval *v = layer(root, "model", &sha256), *size = og_jval_get(v, "size");
    if (v == NULL || size == NULL || size->kind != OG_JSON_INT || size->u.i <= 0)
        return og_fail(err, OG_ERR_FORMAT, "the registry's manifest of %s names no model file", what);
    if (layer(root, "adapter", &other) != NULL) plan->notice = og_plan_text("the model has an adapter besides, which is left out");
    char *url = og_plan_text("%s/blobs/sha256:%s", base, sha256);
    bool good = url != NULL && og_plan_add(plan, url, "model.gguf", sha256, (uint64_t)size->u.i);
    og_release(url);
    if (!good) return og_fail(err, OG_ERR_MEMORY, "out of memory");
    return read_licence(h, root, base, plan, err);
}

og_status og_plan_ollama(og_http *h, const char *what, og_pull_plan *plan, og_error *err) {
    static const char *const variables[] = {"OFFGRID_OLLAMA_URL", NULL};
    const char *name = what + 7, *colon = strchr(name, ':'), *tag = colon != NULL ? colon + 1 : "latest";
    size_t len = colon != NULL ? (size_t)(colon - name) : strlen(name);
    const char *good = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
    if (len == 0 || strspn(name, good) != len || tag[0] == '\0' || tag[strspn(tag, good)] != '\0' || strstr(name, "..") != NULL)
        return og_fail(err, OG_ERR_ARG, "\"%s\" is not of the form ollama:NAME or ollama:NAME:TAG", what);
    char *hub = og_plan_hub("ollama", variables, "https://registry.ollama.ai");
    const char *library = memchr(name, '/', len) == NULL ? "library/" : "";
    char *base = hub != NULL ? og_plan_text("%s/v2/%s%.*s", hub, library, (int)len, name) : NULL;
    char *url = base != NULL ? og_plan_text("%s/manifests/%s", base, tag) : NULL;
    og_buf body;
    og_buf_init(&body);
    og_jdoc *doc = NULL;
    og_status status =
        url != NULL ? og_http_document(h, url, manifest_type, MANIFEST_MAX, &body, err) : og_fail(err, OG_ERR_MEMORY, "out of memory");
    if (status == OG_OK) {
        status = og_jdoc_open(body.data, body.len, url, &doc, err);
        og_buf_init(&body); /* the document has it now */
    }
    if (status == OG_OK) status = read_manifest(h, og_jdoc_root(doc), base, what, plan, err);
    plan->name = og_strndup(what, strlen(what));
    plan->source = og_strndup(what, strlen(what));
    og_jdoc_close(doc);
    og_buf_free(&body);
    og_release(url);
    og_release(base);
    og_release(hub);
    if (status == OG_OK && (!plan->name || !plan->source || !plan->licence)) status = og_fail(err, OG_ERR_MEMORY, "out of memory");
    return status;
}
