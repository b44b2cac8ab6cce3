/* plan.c: what the kinds of sources share: addresses of hubs, lists of files; and plain URLs. */
#include "store/pull/plan.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "store/folders.h"

char *og_plan_text(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *out = n >= 0 ? og_alloc((size_t)n + 1) : NULL;
    va_start(ap, fmt);
    if (out != NULL) vsnprintf(out, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return out;
}

bool og_plan_add(og_pull_plan *plan, const char *url, const char *name, const char *sha256, uint64_t bytes) {
    og_pull_file *more = og_realloc(plan->file, (plan->n_files + 1) * sizeof *more);
    if (more == NULL) return false;
    plan->file = more;
    og_pull_file *f = &more[plan->n_files++];
    const char *slash = strrchr(name, '/'), *base = slash != NULL ? slash + 1 : name;
    *f = (og_pull_file){.url = og_strndup(url, strlen(url)), .file = {.name = og_strndup(base, strlen(base)), .bytes = bytes}};
    for (int i = 0; sha256 != NULL && i <= 64; i++) f->file.sha256[i] = (char)tolower((unsigned char)sha256[i]);
    plan->bytes += bytes;
    return f->url != NULL && f->file.name != NULL;
}

void og_plan_free(og_pull_plan *plan) {
    for (size_t i = 0; i < plan->n_files; i++) {
        og_release(plan->file[i].url);
        og_release(plan->file[i].file.name);
    }
    og_release(plan->file);
    og_release(plan->name);
    og_release(plan->source);
    og_release(plan->licence);
    og_release(plan->notice);
    *plan = (og_pull_plan){0};
}

/* "mirrors": {"hf": "https://..."} of offgrid/config.json in the XDG configuration folder; NULL: it says nothing. */
static char *configured(const char *hub) {
    char *path = og_folder_path(OG_FOLDER_CONFIG, "config.json"), *out = NULL;
    og_jdoc *doc = NULL;
    if (path != NULL && access(path, R_OK) == 0 && og_jdoc_open_file(path, 1 << 20, &doc, NULL) == OG_OK) {
        const og_jval *v = og_jval_get(og_jval_get(og_jdoc_root(doc), "mirrors"), hub);
        if (v != NULL && v->kind == OG_JSON_STRING) out = og_strndup(v->u.s, v->n);
    }
    og_jdoc_close(doc);
    free(path);
    return out;
}

char *og_plan_hub(const char *hub, const char *const *variables, const char *usual) {
    char *out = NULL;
    for (; *variables != NULL && out == NULL; variables++) {
        const char *env = getenv(*variables);
        if (env != NULL && env[0] != '\0') out = og_strndup(env, strlen(env));
    }
    if (out == NULL) out = configured(hub);
    if (out == NULL) out = og_strndup(usual, strlen(usual));
    for (size_t n = out != NULL ? strlen(out) : 0; n > 0 && out[n - 1] == '/'; n--) out[n - 1] = '\0';
    return out;
}

/* ---- any URL ---- */

/* "1-1.gguf" of "https://host/a/1-1.gguf?download=true". */
static char *file_name(const char *url) {
    size_t n = strcspn(url, "?#");
    const char *end = url + n, *from = end;
    while (from > url && from[-1] != '/') from--;
    char *name = og_strndup(from, (size_t)(end - from));
    for (char *s = name; s != NULL && *s != '\0'; s++)
        if (!isalnum((unsigned char)*s) && strchr("._-+@", *s) == NULL) *s = '-';
    if (name != NULL && !isalnum((unsigned char)name[0])) {
        og_release(name);
        name = og_strndup("model", 5);
    }
    return name;
}

og_status og_plan_url(og_http *h, const char *what, og_pull_plan *plan, og_error *err) {
    char *name = file_name(what);
    if (name == NULL) return og_fail(err, OG_ERR_MEMORY, "out of memory");
    size_t n = strlen(name);
    plan->name = og_strndup(name, n > 5 && strcmp(name + n - 5, ".gguf") == 0 ? n - 5 : n);
    plan->source = og_strndup(what, strlen(what));
    plan->licence = og_strndup("", 0);
    bool good = og_plan_add(plan, what, name, h->how->sha256, 0) && plan->name && plan->source && plan->licence;
    og_release(name);
    return good ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory");
}
