/* safetensors_folder.c: finding the files of a model in its folder. */
#include "base/json.h"
#include "format/gguf_header.h"
#include "format/safetensors_set.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

enum { INDEX_MAX = 64 << 20 };

static bool exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0;
}

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* There are no safetensors: what is there instead? */
static og_status nothing(const char *folder, const char *stem, og_error *err) {
    static const char *const pickles[] = {".bin", ".pth", ".pt", ".ckpt", ".pkl"};
    char found[192] = "";
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && !found[0] && (entry = readdir(dir)))
        for (size_t i = 0; i < OG_LEN(pickles); i++)
            if (ends_with(entry->d_name, pickles[i]))
                snprintf(found, sizeof found, "%s", og_gguf_show(entry->d_name, strlen(entry->d_name)).s);
    if (dir) closedir(dir);
    if (found[0])
        return og_fail(err, OG_ERR_UNSUPPORTED,
                       "%s has no %s.safetensors, but %s: Python pickles can run any code when they are loaded, so they are not read. Get "
                       "the model as safetensors, or save it so with transformers (save_pretrained)",
                       og_gguf_show_path(folder).s, stem, found);
    return og_fail(err, OG_ERR_IO, "%s has neither %s.safetensors nor %s.safetensors.index.json: it is no whole checkpoint folder",
                   og_gguf_show_path(folder).s, stem, stem);
}

static og_status add_path(og_safetensors *st, const char *path, og_error *err) {
    og_source *src;
    OG_TRY(og_source_open(path, &src, err));
    return og_safetensors_add(st, src, err);
}

/* The name of a file beside the index, and nothing else. */
static bool is_file_name(const og_jval *v) {
    return v->kind == OG_JSON_STRING && v->n > 12 && v->n < 256 && strlen(v->u.s) == v->n && !strchr(v->u.s, '/') && v->u.s[0] != '.' &&
           ends_with(v->u.s, ".safetensors");
}

/* Adds each file that the map names once. */
static og_status add_files(og_safetensors *st, const char *folder, const char *index, const og_jval *map, og_error *err) {
    const char *file[OG_ST_FILES_MAX];
    int n = 0;
    for (const og_jval *v = map->u.first; v; v = v->next) {
        if (!is_file_name(v))
            return og_fail(err, OG_ERR_FORMAT, "%s: '%s' is in no file *.safetensors beside it", index, og_gguf_show(v->key, v->key_len).s);
        int i = n; /* tensors of one file mostly come together */
        while (i > 0 && strcmp(file[i - 1], v->u.s) != 0) i--;
        if (i > 0) continue;
        if (n == OG_ST_FILES_MAX) return og_fail(err, OG_ERR_FORMAT, "%s names more than %d files", index, OG_ST_FILES_MAX);
        file[n++] = v->u.s;
        char path[4096];
        if (snprintf(path, sizeof path, "%s/%s", folder, v->u.s) >= (int)sizeof path)
            return og_fail(err, OG_ERR_ARG, "the path of %s is too long", v->u.s);
        OG_TRY(add_path(st, path, err));
    }
    OG_TRY(og_safetensors_finish(st, err));
    for (const og_jval *v = map->u.first; v; v = v->next)
        if (strlen(v->key) != v->key_len || !og_safetensors_find(st, v->key))
            return og_fail(err, OG_ERR_FORMAT, "%s: tensor '%s' should be in %s, but is not: the files do not belong together", index,
                           og_gguf_show(v->key, v->key_len).s, v->u.s);
    return OG_OK;
}

static og_status add_index(og_safetensors *st, const char *folder, const char *path, og_error *err) {
    og_jdoc *doc;
    OG_TRY(og_jdoc_open_file(path, INDEX_MAX, &doc, err));
    const og_jval *map = og_jval_get(og_jdoc_root(doc), "weight_map");
    og_status status;
    if (!map || map->kind != OG_JSON_OBJECT || !map->n)
        status = og_fail(err, OG_ERR_FORMAT, "%s has no weight_map that says where the tensors are", og_gguf_show_path(path).s);
    else
        status = add_files(st, folder, og_gguf_show_path(path).s, map, err);
    og_jdoc_close(doc);
    return status;
}

og_status og_safetensors_open(const char *folder, const char *stem, og_safetensors **out, og_error *err) {
    char single[4096], index[4096];
    int a = snprintf(single, sizeof single, "%s/%s.safetensors", folder, stem);
    int b = snprintf(index, sizeof index, "%s/%s.safetensors.index.json", folder, stem);
    if (a < 0 || b < 0 || b >= (int)sizeof index) return og_fail(err, OG_ERR_ARG, "the path of the folder is too long");
    bool one = exists(single), many = !one && exists(index);
    if (!one && !many) return nothing(folder, stem, err);
    og_safetensors *st = og_safetensors_new(err);
    if (!st) return OG_ERR_MEMORY;
    og_status status = one ? add_path(st, single, err) : add_index(st, folder, index, err);
    if (one && status == OG_OK) status = og_safetensors_finish(st, err);
    if (status == OG_OK)
        *out = st;
    else
        og_safetensors_close(st);
    return status;
}
