/* adapter.c: LoRA adapters of PEFT. adapter_model.safetensors has, for a matrix of the model, PREFIX.NAME.lora_A.weight [rank, in] and
 * PREFIX.NAME.lora_B.weight [out, rank]; rows of B lie as those of the model's matrix do, so they go the same way. */
#include "convert/hf.h"
#include "format/gguf_header.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static og_status number_of(const og_file *file, const char *arch, const char *key, uint32_t fallback, uint32_t *out, og_error *err) {
    char full[128];
    og_value v;
    snprintf(full, sizeof full, "%s.%s", arch, key);
    *out = fallback;
    return og_file_find(file, full, &v) ? og_file_get_u32(file, full, out, err) : OG_OK;
}

static og_status base_from_gguf(og_hf *hf, const char *path, og_error *err) {
    og_file *file;
    og_value v;
    OG_TRY(og_file_open(path, &file, err));
    bool named = og_file_find(file, "general.architecture", &v) && v.type == OG_VALUE_STRING;
    hf->arch = named ? og_hf_arch_named(v.str, v.len) : NULL;
    og_status status =
        hf->arch ? OG_OK : og_fail(err, OG_ERR_UNSUPPORTED, "%s is of an architecture whose adapters cannot be converted", path);
    og_hf_numbers *n = &hf->n;
    if (status == OG_OK) status = number_of(file, hf->arch->name, "block_count", 0, &n->n_layer, err);
    if (status == OG_OK) status = number_of(file, hf->arch->name, "embedding_length", 0, &n->n_embd, err);
    if (status == OG_OK) status = number_of(file, hf->arch->name, "attention.head_count", 1, &n->n_head, err);
    if (status == OG_OK) status = number_of(file, hf->arch->name, "attention.head_count_kv", n->n_head, &n->n_head_kv, err);
    if (status == OG_OK)
        status = number_of(file, hf->arch->name, "attention.key_length", n->n_embd / OG_MAX(n->n_head, 1u), &n->head_dim, err);
    og_file_close(file);
    return status;
}

static og_status find_base(og_hf *hf, const og_jval *config, const char *base, og_error *err) {
    struct stat st;
    const og_jval *name = og_jval_get(config, "base_model_name_or_path");
    if (!base && name && name->kind == OG_JSON_STRING && stat(name->u.s, &st) == 0 && S_ISDIR(st.st_mode)) base = name->u.s;
    if (!base)
        return og_fail(err, OG_ERR_ARG,
                       "%s is an adapter of '%s', which is not here: name that model (--base), as a GGUF file or a folder with config.json",
                       hf->folder, name && name->kind == OG_JSON_STRING ? og_gguf_show(name->u.s, name->n).s : "another model");
    if (stat(base, &st) == 0 && !S_ISDIR(st.st_mode)) return base_from_gguf(hf, base, err);
    size_t n = strlen(base) + sizeof "/config.json";
    char *path = og_arena_alloc(&hf->arena, n);
    if (path) snprintf(path, n, "%s/config.json", base);
    if (!path) return og_hf_no_memory(hf, err);
    OG_TRY(og_hf_json(hf, path, OG_HF_CONFIG_MAX, true, &hf->config, err));
    OG_TRY(og_hf_find_arch(hf, err));
    return og_hf_read_numbers(hf, err);
}

static bool is_true(const og_jval *config, const char *key) {
    const og_jval *v = og_jval_get(config, key);
    return v && v->kind == OG_JSON_TRUE;
}

/* alpha, as it goes before the products after division by the rank. */
static og_status read_alpha(og_hf *hf, const og_jval *config, double *alpha, og_error *err) {
    const og_jval *type = og_jval_get(config, "peft_type"), *bias = og_jval_get(config, "bias"),
                  *alphas = og_jval_get(config, "alpha_pattern");
    const og_jval *ranks = og_jval_get(config, "rank_pattern");
    double rank;
    const char *what = NULL;
    if (!og_jval_is(type, "LORA")) what = "adapters that are not of the kind LORA (peft_type)";
    if (is_true(config, "use_dora")) what = "DoRA (use_dora)";
    if (bias && !og_jval_is(bias, "none")) what = "biases (bias)";
    if (alphas && alphas->n) what = "an alpha for each matrix (alpha_pattern)";
    if (is_true(config, "use_rslora") && ranks && ranks->n) what = "a rank for each matrix (rank_pattern) with use_rslora";
    if (what) return og_fail(err, OG_ERR_UNSUPPORTED, "%s/adapter_config.json: %s cannot be converted", hf->folder, what);
    if (!og_jval_number(og_jval_get(config, "lora_alpha"), alpha) || !og_jval_number(og_jval_get(config, "r"), &rank) || !(rank >= 1) ||
        !(fabs(*alpha) < 1e6))
        return og_fail(err, OG_ERR_FORMAT, "%s/adapter_config.json has no lora_alpha and r, or impossible ones", hf->folder);
    if (is_true(config, "use_rslora")) *alpha *= sqrt(rank);
    return OG_OK;
}

/* Cuts "base_model.model." and ".lora_A.weight" (or B, or with the adapter's name between) off; 0 if it is neither a nor b. */
static char strip(const char *name, char *out, size_t size) {
    static const char head[] = "base_model.model.";
    const char *start = strncmp(name, head, sizeof head - 1) == 0 ? name + sizeof head - 1 : name, *end = strstr(start, ".lora_");
    bool fine = end && (end[6] == 'A' || end[6] == 'B') && (strcmp(end + 7, ".weight") == 0 || strcmp(end + 7, ".default.weight") == 0);
    if (!fine || snprintf(out, size, "%.*s.weight", (int)(end - start), start) >= (int)size) return 0;
    return end[6];
}

static og_status add(og_hf *hf, const og_st_tensor *t, og_error *err) {
    char name[256], gguf[96], full[128];
    uint32_t layer = 0;
    char part = strip(t->name, name, sizeof name);
    const og_hf_tensor *row = part ? og_hf_find_row(hf->arch, name, &layer) : NULL;
    if (!row || !row->gguf || row->flags & OG_HF_IGNORE || (row->view && row->view->pick) || strstr(row->hf, "%e") || t->n_dims != 2)
        return og_fail(err, OG_ERR_UNSUPPORTED, "tensor '%s' of the adapter changes nothing that can be adapted in a %s model",
                       og_gguf_show(t->name, strlen(t->name)).s, hf->arch->name);
    og_hf_spell(gguf, sizeof gguf, "", row->gguf, layer, 0);
    if (snprintf(full, sizeof full, "%s.lora_%c", gguf, part == 'A' ? 'a' : 'b') >= 96)
        return og_fail(err, OG_ERR_INTERNAL, "a name is too long");
    return og_hf_add_tensor(hf, full, t, part == 'B' ? row->view : NULL, err);
}

og_status og_hf_adapter(og_hf *hf, const char *base, og_error *err) {
    og_jdoc *doc = NULL;
    double alpha = 0;
    OG_TRY(og_hf_json(hf, og_hf_path(hf, "adapter_config.json"), OG_HF_CONFIG_MAX, true, &doc, err));
    og_status status = read_alpha(hf, og_jdoc_root(doc), &alpha, err);
    if (status == OG_OK) status = find_base(hf, og_jdoc_root(doc), base, err);
    og_jdoc_close(doc);
    if (status != OG_OK) return status;
    OG_TRY(og_safetensors_open(hf->folder, "adapter_model", &hf->st, err));
    og_hf_general(hf, "adapter");
    og_gguf_set_str(hf->w, "adapter.type", "lora", 4);
    og_gguf_set_f32(hf->w, "adapter.lora.alpha", (float)alpha);
    for (uint32_t i = 0; i < og_safetensors_n(hf->st); i++) OG_TRY(add(hf, og_safetensors_at(hf->st, i), err));
    return OG_OK;
}
