/* manifest.c: which files a name means: one small JSON file a name. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "store/inside.h"

enum { NAME_MAX_BYTES = 200, MANIFEST_MAX = 1 << 20, FILES_MAX = 4096 };

bool og_store_name_valid(const char *name) {
    size_t n = strlen(name);
    if (n == 0 || n > NAME_MAX_BYTES || !isalnum((unsigned char)name[0])) return false;
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)name[i]) && strchr("._-:/+@", name[i]) == NULL) return false;
    }
    return true;
}

/* Names are written into file names with %XX for what a file name had better not hold. */
char *og_manifest_path(const og_store *store, const char *name) {
    char safe[3 * NAME_MAX_BYTES + 1], *p = safe;
    if (!og_store_name_valid(name)) return NULL;
    for (const char *s = name; *s != '\0'; s++) {
        if (isalnum((unsigned char)*s) || strchr("._-", *s) != NULL)
            *p++ = *s;
        else
            p += sprintf(p, "%%%02X", (unsigned char)*s);
    }
    *p = '\0';
    return og_store_join(store, "names", safe, ".json");
}

bool og_buf_add_json(og_buf *buf, const char *text) {
    og_buf_add(buf, "\"", 1);
    for (const char *s = text; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            og_buf_addf(buf, "\\%c", c);
        else if (c < 0x20)
            og_buf_addf(buf, "\\u%04x", c);
        else
            og_buf_add(buf, s, 1);
    }
    return og_buf_add(buf, "\"", 1);
}

/* ---- writing ---- */

og_status og_manifest_write(const char *path, const og_stored *model, og_error *err) {
    og_buf b;
    og_buf_init(&b);
    og_buf_addf(&b, "{\"version\": 1, \"name\": ");
    og_buf_add_json(&b, model->name);
    og_buf_addf(&b, ",\n \"source\": ");
    og_buf_add_json(&b, model->source);
    og_buf_addf(&b, ",\n \"licence\": ");
    og_buf_add_json(&b, model->licence);
    og_buf_addf(&b, ",\n \"added\": %" PRId64 ", \"verified\": %s,\n \"files\": [", model->added, model->verified ? "true" : "false");
    for (size_t i = 0; i < model->n_files; i++) {
        og_buf_addf(&b, "%s\n  {\"name\": ", i > 0 ? "," : "");
        og_buf_add_json(&b, model->file[i].name);
        og_buf_addf(&b, ", \"sha256\": \"%s\", \"bytes\": %" PRIu64 "}", model->file[i].sha256, model->file[i].bytes);
    }
    og_buf_addf(&b, "]}\n");
    og_writer *w = NULL;
    og_status status = b.failed ? og_fail(err, OG_ERR_MEMORY, "out of memory for the manifest of %s", model->name) : OG_OK;
    if (status == OG_OK) status = og_writer_open(path, &w, err);
    if (status == OG_OK) {
        status = og_writer_add(w, b.data, b.len, err);
        if (status == OG_OK)
            status = og_writer_commit(w, err);
        else
            og_writer_abort(w);
    }
    og_buf_free(&b);
    return status;
}

/* ---- reading ---- */

static bool take_text(const og_jval *object, const char *key, char **out) {
    const og_jval *v = og_jval_get(object, key);
    if (v == NULL || v->kind != OG_JSON_STRING || strlen(v->u.s) != v->n) return false;
    *out = og_strndup(v->u.s, v->n);
    return *out != NULL;
}

static bool take_count(const og_jval *object, const char *key, int64_t *out) {
    const og_jval *v = og_jval_get(object, key);
    if (v == NULL || v->kind != OG_JSON_INT || v->u.i < 0) return false;
    *out = v->u.i;
    return true;
}

static bool take_file(const og_jval *v, og_stored_file *out) {
    char *digest = NULL;
    int64_t bytes = 0;
    bool good = take_text(v, "name", &out->name) && take_text(v, "sha256", &digest) && og_digest_valid(digest) &&
                take_count(v, "bytes", &bytes) && out->name[0] != '\0' && out->name[0] != '.' && strchr(out->name, '/') == NULL;
    if (good) {
        for (int i = 0; i <= 64; i++) out->sha256[i] = (char)tolower((unsigned char)digest[i]);
        out->bytes = (uint64_t)bytes;
    }
    og_release(digest);
    return good;
}

static bool take_files(const og_jval *list, og_stored *out) {
    if (list == NULL || list->kind != OG_JSON_ARRAY || list->n == 0 || list->n > FILES_MAX) return false;
    out->file = og_calloc(list->n, sizeof *out->file);
    if (out->file == NULL) return false;
    for (const og_jval *v = list->u.first; v != NULL; v = v->next) {
        if (!take_file(v, &out->file[out->n_files++])) return false;
    }
    return true;
}

og_status og_manifest_read(const char *path, og_stored *out, og_error *err) {
    *out = (og_stored){0};
    og_jdoc *doc = NULL;
    OG_TRY(og_jdoc_open_file(path, MANIFEST_MAX, &doc, err));
    const og_jval *root = og_jdoc_root(doc), *verified = og_jval_get(root, "verified");
    bool good = take_text(root, "name", &out->name) && og_store_name_valid(out->name) && take_text(root, "source", &out->source) &&
                take_text(root, "licence", &out->licence) && take_count(root, "added", &out->added) &&
                take_files(og_jval_get(root, "files"), out);
    out->verified = verified != NULL && verified->kind == OG_JSON_TRUE;
    og_jdoc_close(doc);
    if (good) return OG_OK;
    og_stored_free(out);
    *out = (og_stored){0};
    return og_fail(err, OG_ERR_FORMAT, "\"%s\" is damaged; remove it and pull or import the model again", path);
}

/* ---- in memory ---- */

void og_stored_free(og_stored *model) {
    for (size_t i = 0; i < model->n_files; i++) og_release(model->file[i].name);
    og_release(model->file);
    og_release(model->name);
    og_release(model->source);
    og_release(model->licence);
    *model = (og_stored){0};
}

static char *copy_text(const char *text) {
    return og_strndup(text, strlen(text));
}

og_status og_stored_copy(const og_stored *from, og_stored *to, og_error *err) {
    *to = (og_stored){.name = copy_text(from->name),
                      .source = copy_text(from->source),
                      .licence = copy_text(from->licence),
                      .added = from->added,
                      .verified = from->verified};
    to->file = og_calloc(from->n_files, sizeof *to->file);
    bool good = to->name != NULL && to->source != NULL && to->licence != NULL && to->file != NULL;
    for (size_t i = 0; good && i < from->n_files; i++) {
        to->file[i] = from->file[i];
        to->file[i].name = copy_text(from->file[i].name);
        to->n_files++;
        good = to->file[i].name != NULL;
    }
    if (good) return OG_OK;
    og_stored_free(to);
    return og_fail(err, OG_ERR_MEMORY, "out of memory for the model %s", from->name);
}

uint64_t og_stored_bytes(const og_stored *model) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < model->n_files; i++) bytes += model->file[i].bytes;
    return bytes;
}
