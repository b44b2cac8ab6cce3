/* open.c: a folder's files, its architecture, and the file that is made of them. */
#include "offgrid/quantize.h"
#include "convert/hf.h"
#include "format/whisper_bin.h"
#include "format/gguf_header.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TOKENIZER_MAX = 256 << 20 };

static const struct {
    const char *class;
    const og_hf_arch *arch;
} classes[] = {
#define CONVERT(class, table) {#class, &og_hf_arch_##table},
#include "convert/converts.def"
};

const char *og_convert_class(int i) {
    return i >= 0 && (size_t)i < OG_LEN(classes) ? classes[i].class : NULL;
}

og_status og_hf_no_memory(const og_hf *hf, og_error *err) {
    return og_fail(err, OG_ERR_MEMORY, "out of memory for converting %s", hf->folder);
}

const char *og_hf_path(og_hf *hf, const char *name) {
    size_t n = strlen(hf->folder), m = strlen(name);
    char *path = og_arena_alloc(&hf->arena, n + m + 2);
    if (path) snprintf(path, n + m + 2, "%s/%s", hf->folder, name);
    return path;
}

og_status og_hf_json(og_hf *hf, const char *path, uint64_t max, bool required, og_jdoc **doc, og_error *err) {
    struct stat st;
    if (!path) return og_hf_no_memory(hf, err);
    if (stat(path, &st) != 0 && !required) return OG_OK;
    OG_TRY(og_jdoc_open_file(path, max, doc, err));
    if (og_jdoc_root(*doc)->kind != OG_JSON_OBJECT) return og_fail(err, OG_ERR_FORMAT, "%s is no JSON object", path);
    return OG_OK;
}

og_status og_hf_find_arch(og_hf *hf, og_error *err) {
    const og_jval *root = og_jdoc_root(hf->config), *text = og_jval_get(root, "text_config"), *list = og_jval_get(root, "architectures");
    hf->cfg = text && text->kind == OG_JSON_OBJECT ? text : root;
    const og_jval *name = list && list->kind == OG_JSON_ARRAY ? list->u.first : NULL;
    for (size_t i = 0; i < OG_LEN(classes); i++)
        if (og_jval_is(name, classes[i].class)) hf->arch = classes[i].arch;
    if (hf->arch) return OG_OK;
    if (!name || name->kind != OG_JSON_STRING)
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json does not name the model's architecture (architectures)", hf->folder);
    char known[360] = "";
    for (size_t i = 0, at = 0; i < OG_LEN(classes) && at < sizeof known; i++)
        at += (size_t)snprintf(known + at, sizeof known - at, "%s%s", i ? ", " : "", classes[i].class);
    return og_fail(err, OG_ERR_UNSUPPORTED, "%s is of the architecture '%s', which this version cannot convert; it can %s", hf->folder,
                   og_gguf_show(name->u.s, name->n).s, known);
}

const og_hf_arch *og_hf_arch_named(const char *name, size_t len) {
    for (size_t i = 0; i < OG_LEN(classes); i++)
        if (strlen(classes[i].arch->name) == len && memcmp(classes[i].arch->name, name, len) == 0) return classes[i].arch;
    return NULL;
}

/* With a name for people: the folder's. */
void og_hf_general(og_hf *hf, const char *type) {
    char path[PATH_MAX];
    if (!realpath(hf->folder, path)) snprintf(path, sizeof path, "%s", hf->folder);
    const char *slash = strrchr(path, '/'), *name = slash && slash[1] ? slash + 1 : path;
    og_gguf_set_str(hf->w, "general.architecture", hf->arch->name, strlen(hf->arch->name));
    og_gguf_set_str(hf->w, "general.type", type, strlen(type));
    og_gguf_set_str(hf->w, "general.name", name, strlen(name));
}

/* What the makers recommend for choosing tokens. */
static void set_sampling(og_hf *hf) {
    const og_jval *g = hf->generation ? og_jdoc_root(hf->generation) : NULL, *v;
    double f;
    if ((v = og_jval_get(g, "top_k")) && v->kind == OG_JSON_INT && v->u.i >= 0 && v->u.i <= INT32_MAX)
        og_gguf_set_i32(hf->w, "general.sampling.top_k", (int32_t)v->u.i);
    if (og_jval_number(og_jval_get(g, "top_p"), &f) && f >= 0 && f <= 1) og_gguf_set_f32(hf->w, "general.sampling.top_p", (float)f);
    if (og_jval_number(og_jval_get(g, "min_p"), &f) && f >= 0 && f <= 1) og_gguf_set_f32(hf->w, "general.sampling.min_p", (float)f);
    if (og_jval_number(og_jval_get(g, "temperature"), &f) && f >= 0 && f <= 100) og_gguf_set_f32(hf->w, "general.sampling.temp", (float)f);
}

/* Where each tensor begins; the header is complete after this. */
static og_status make_header(og_hf *hf, uint64_t *size, og_error *err) {
    og_buf head;
    og_buf_init(&head);
    og_status status = og_gguf_build_header(hf->w, &head, err);
    hf->head = (uint8_t *)head.data;
    hf->n_head_bytes = head.len;
    uint64_t at = 0;
    for (uint32_t i = 0; i < hf->n_out; i++) {
        hf->out[i].offset = at;
        at = OG_ALIGN_UP(at + hf->out[i].bytes, (uint64_t)OG_GGUF_ALIGNMENT); /* the header's writer has checked the sum */
    }
    *size = hf->n_head_bytes + at;
    og_gguf_writer_abort(hf->w);
    hf->w = NULL;
    return status;
}

static og_status open_model(og_hf *hf, og_error *err) {
    OG_TRY(og_hf_json(hf, og_hf_path(hf, "config.json"), OG_HF_CONFIG_MAX, true, &hf->config, err));
    OG_TRY(og_hf_json(hf, og_hf_path(hf, "generation_config.json"), OG_HF_CONFIG_MAX, false, &hf->generation, err));
    OG_TRY(og_hf_json(hf, og_hf_path(hf, "tokenizer.json"), TOKENIZER_MAX, false, &hf->tokenizer, err));
    OG_TRY(og_hf_json(hf, og_hf_path(hf, "tokenizer_config.json"), OG_HF_CONFIG_MAX, false, &hf->tokenizer_config, err));
    OG_TRY(og_hf_json(hf, og_hf_path(hf, "special_tokens_map.json"), OG_HF_CONFIG_MAX, false, &hf->special_map, err));
    OG_TRY(og_hf_find_arch(hf, err));
    OG_TRY(og_safetensors_open(hf->folder, "model", &hf->st, err));
    og_hf_general(hf, "model");
    set_sampling(hf);
    OG_TRY(og_hf_keys(hf, err));
    if (hf->arch->extra) OG_TRY(hf->arch->extra(hf, err));
    OG_TRY(og_hf_tensors(hf, err));
    return og_hf_vocab(hf, err);
}

static void close_documents(og_hf *hf) {
    og_jdoc **const docs[] = {&hf->config, &hf->generation, &hf->tokenizer, &hf->tokenizer_config, &hf->special_map};
    for (size_t i = 0; i < OG_LEN(docs); i++) {
        og_jdoc_close(*docs[i]);
        *docs[i] = NULL;
    }
}

static void close_hf(void *ctx) {
    og_hf *hf = ctx;
    close_documents(hf);
    og_safetensors_close(hf->st);
    og_gguf_writer_abort(hf->w);
    og_release(hf->out);
    og_release(hf->used);
    og_release(hf->head);
    og_release(hf->folder);
    og_arena_free(&hf->arena);
    og_release(hf);
}

static bool is_adapter(og_hf *hf) {
    const char *path = og_hf_path(hf, "adapter_config.json");
    struct stat st;
    return path && stat(path, &st) == 0;
}

/* A regular file that begins as whisper.cpp's do. */
static bool is_whisper_bin(const char *path) {
    og_source *src;
    if (og_source_open(path, &src, NULL) != OG_OK) return false;
    const bool is = og_whisper_bin_is(src);
    og_source_close(src);
    return is;
}

static og_status open_whisper_bin(const char *path, og_file **out, og_error *err) {
    og_source *src;
    OG_TRY(og_source_open(path, &src, err));
    return og_convert_whisper_bin(src, out, err);
}

og_status og_convert_open_any(const char *path, og_file **out, og_error *err) {
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return og_convert_open(path, NULL, out, err);
    return is_whisper_bin(path) ? open_whisper_bin(path, out, err) : og_file_open(path, out, err);
}

og_status og_convert_open(const char *folder, const char *base, og_file **out, og_error *err) {
    if (is_whisper_bin(folder)) return open_whisper_bin(folder, out, err);
    og_hf *hf = og_calloc(1, sizeof *hf);
    if (!hf) return og_fail(err, OG_ERR_MEMORY, "out of memory for converting %s", folder);
    og_arena_init(&hf->arena, 0);
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') n--;
    hf->folder = og_strndup(folder, n);
    uint64_t size = 0;
    og_status status = hf->folder ? og_gguf_writer_open_header(folder, &hf->w, err) : og_fail(err, OG_ERR_MEMORY, "out of memory");
    if (status == OG_OK) status = is_adapter(hf) ? og_hf_adapter(hf, base, err) : open_model(hf, err);
    if (status == OG_OK) status = make_header(hf, &size, err);
    if (status != OG_OK) {
        close_hf(hf);
        return status;
    }
    close_documents(hf);
    og_source *src;
    OG_TRY(og_source_computed(size, hf->folder, og_hf_read, close_hf, hf, &src, err));
    return og_file_open_sources(&src, 1, out, err);
}
