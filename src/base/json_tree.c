/* json_tree.c: trees of values. Strings stay where they are in the text, unescaped in place and NUL-terminated over their closing quote. */
#include "base/file.h"
#include "base/json.h"

#include <string.h>

struct og_jdoc {
    char *text;
    og_arena arena;
    og_jval *root;
};

static og_status bad(const og_jread *r, const char *name, og_error *err) {
    return og_fail(err, OG_ERR_FORMAT, "%s is not JSON: %s at byte %zu", name, r->problem, r->at);
}

/* The string of the last event, inside the document's own text. */
static const char *settle(og_jdoc *doc, const og_jread *r, uint32_t *n) {
    char *s = doc->text + (r->str - r->s);
    *n = (uint32_t)og_jread_text(r, s);
    s[*n] = '\0';
    return s;
}

static void fill(og_jdoc *doc, const og_jread *r, og_jval *v) {
    if (v->kind == OG_JSON_STRING) v->u.s = settle(doc, r, &v->n);
    if (v->kind == OG_JSON_INT) v->u.i = r->i;
    if (v->kind == OG_JSON_REAL) v->u.f = r->f;
}

static og_status build(og_jdoc *doc, size_t len, const char *name, og_error *err) {
    og_jread r;
    og_jread_open(&r, doc->text, len);
    og_jval *open[OG_JSON_DEPTH], **place[OG_JSON_DEPTH + 1] = {&doc->root}; /* where the next value of each level goes */
    const char *key = NULL;
    uint32_t key_len = 0;
    og_jevent event;
    while ((event = og_jread_next(&r)) != OG_JSON_END) {
        if (event == OG_JSON_BAD) return bad(&r, name, err);
        if (event == OG_JSON_OBJECT_END || event == OG_JSON_ARRAY_END) continue;
        if (event == OG_JSON_KEY) {
            key = settle(doc, &r, &key_len);
            continue;
        }
        bool container = event == OG_JSON_OBJECT || event == OG_JSON_ARRAY;
        int level = r.depth - container;
        og_jval *v = og_arena_alloc(&doc->arena, sizeof *v);
        if (!v) return og_fail(err, OG_ERR_MEMORY, "out of memory for %s", name);
        *v = (og_jval){.kind = event};
        fill(doc, &r, v);
        if (level && !r.in_array[level - 1]) {
            v->key = key;
            v->key_len = key_len;
        }
        *place[level] = v;
        place[level] = &v->next;
        if (level) open[level - 1]->n++;
        if (!container) continue;
        open[level] = v;
        place[level + 1] = &v->u.first;
    }
    return OG_OK;
}

og_status og_jdoc_open(char *text, size_t len, const char *name, og_jdoc **out, og_error *err) {
    og_jdoc *doc = og_calloc(1, sizeof *doc);
    if (!doc) {
        og_release(text);
        return og_fail(err, OG_ERR_MEMORY, "out of memory for %s", name);
    }
    doc->text = text;
    og_arena_init(&doc->arena, 0);
    og_status status = len <= UINT32_MAX ? build(doc, len, name, err) : og_fail(err, OG_ERR_FORMAT, "%s is past 4 GiB", name);
    if (status == OG_OK)
        *out = doc;
    else
        og_jdoc_close(doc);
    return status;
}

og_status og_jdoc_open_file(const char *path, uint64_t max, og_jdoc **out, og_error *err) {
    og_source *src;
    OG_TRY(og_source_open(path, &src, err));
    uint64_t size = og_source_size(src);
    char *text = NULL;
    og_status status = OG_OK;
    if (size > max || size > SIZE_MAX / 2)
        status = og_fail(err, OG_ERR_FORMAT, "%s has %llu bytes; no such file has more than %llu", path, (unsigned long long)size,
                         (unsigned long long)max);
    if (status == OG_OK && !(text = og_alloc((size_t)size))) status = og_fail(err, OG_ERR_MEMORY, "out of memory for %s", path);
    if (status == OG_OK) status = og_source_read(src, 0, text, (size_t)size, err);
    og_source_close(src);
    if (status == OG_OK) return og_jdoc_open(text, (size_t)size, path, out, err);
    og_release(text);
    return status;
}

void og_jdoc_close(og_jdoc *doc) {
    if (!doc) return;
    og_arena_free(&doc->arena);
    og_release(doc->text);
    og_release(doc);
}

const og_jval *og_jdoc_root(const og_jdoc *doc) {
    return doc->root;
}

const og_jval *og_jval_get(const og_jval *object, const char *key) {
    const og_jval *found = NULL;
    size_t len = strlen(key);
    if (!object || object->kind != OG_JSON_OBJECT) return NULL;
    for (const og_jval *v = object->u.first; v; v = v->next)
        if (v->key_len == len && memcmp(v->key, key, len) == 0) found = v;
    return found;
}

bool og_jval_is(const og_jval *v, const char *text) {
    return v && v->kind == OG_JSON_STRING && v->n == strlen(text) && memcmp(v->u.s, text, v->n) == 0;
}

bool og_jval_number(const og_jval *v, double *out) {
    if (!v || (v->kind != OG_JSON_INT && v->kind != OG_JSON_REAL)) return false;
    *out = v->kind == OG_JSON_INT ? (double)v->u.i : v->u.f;
    return true;
}
