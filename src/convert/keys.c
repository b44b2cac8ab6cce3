/* keys.c: config.json to metadata. */
#include "convert/hf.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const og_jval *og_hf_config(const og_hf *hf, const char *names) {
    for (const char *p = names; *p;) {
        char name[96];
        size_t n = strcspn(p, "|");
        snprintf(name, sizeof name, "%.*s", (int)n, p);
        const og_jval *v = og_jval_get(hf->cfg, name);
        if (v && v->kind != OG_JSON_NULL) return v;
        p += n + (p[n] == '|');
    }
    return NULL;
}

static og_status wrong(const og_hf *hf, const char *names, const char *wanted, og_error *err) {
    return og_fail(err, OG_ERR_FORMAT, "%s/config.json: %s must be %s", hf->folder, names, wanted);
}

og_status og_hf_u32(const og_hf *hf, const char *names, uint32_t fallback, uint32_t *out, og_error *err) {
    const og_jval *v = og_hf_config(hf, names);
    double f = fallback;
    if (v && (!og_jval_number(v, &f) || f < 0 || f > INT32_MAX || f != floor(f)))
        return wrong(hf, names, "a whole number from 0 to 2147483647", err);
    *out = (uint32_t)f;
    return OG_OK;
}

bool og_hf_true(const og_hf *hf, const char *name) {
    const og_jval *v = og_hf_config(hf, name);
    return v && v->kind == OG_JSON_TRUE;
}

/* ---- "<arch>.<key>" ---- */

typedef struct full_key {
    char s[128];
} full_key;

static full_key full(const og_hf *hf, const char *key) {
    full_key k;
    snprintf(k.s, sizeof k.s, "%s.%s", hf->arch->name, key);
    return k;
}

void og_hf_set_u32(og_hf *hf, const char *key, uint32_t v) {
    og_gguf_set_u32(hf->w, full(hf, key).s, v);
}

void og_hf_set_f32(og_hf *hf, const char *key, float v) {
    og_gguf_set_f32(hf->w, full(hf, key).s, v);
}

void og_hf_set_bool(og_hf *hf, const char *key, bool v) {
    og_gguf_set_bool(hf->w, full(hf, key).s, v);
}

void og_hf_set_str(og_hf *hf, const char *key, const char *s) {
    og_gguf_set_str(hf->w, full(hf, key).s, s, strlen(s));
}

void og_hf_set_array(og_hf *hf, const char *key, og_value_type element, const void *data, uint64_t n) {
    og_gguf_set_array(hf->w, full(hf, key).s, element, data, n);
}

/* ---- rows ---- */

static og_status set_key(og_hf *hf, const og_hf_key *row, og_error *err) {
    const og_jval *v = og_hf_config(hf, row->hf);
    uint32_t u = 0;
    double f = 0;
    if (!v) return row->flags & OG_HF_REQUIRED ? og_fail(err, OG_ERR_FORMAT, "%s/config.json has no %s", hf->folder, row->hf) : OG_OK;
    switch (row->kind) {
    case OG_HF_U32:
        OG_TRY(og_hf_u32(hf, row->hf, 0, &u, err));
        og_hf_set_u32(hf, row->gguf, u);
        return OG_OK;
    case OG_HF_F32:
        if (!og_jval_number(v, &f) || fabs(f) > (double)FLT_MAX) return wrong(hf, row->hf, "a number", err);
        og_hf_set_f32(hf, row->gguf, (float)f);
        return OG_OK;
    case OG_HF_BOOL:
        if (v->kind != OG_JSON_TRUE && v->kind != OG_JSON_FALSE) return wrong(hf, row->hf, "true or false", err);
        og_hf_set_bool(hf, row->gguf, v->kind == OG_JSON_TRUE);
    }
    return OG_OK;
}

og_status og_hf_read_numbers(og_hf *hf, og_error *err) {
    og_hf_numbers *n = &hf->n;
    OG_TRY(og_hf_u32(hf, "num_hidden_layers|n_layer|num_layers|encoder_layers", 0, &n->n_layer, err));
    OG_TRY(og_hf_u32(hf, "hidden_size|n_embd|d_model", 0, &n->n_embd, err));
    OG_TRY(og_hf_u32(hf, "num_attention_heads|n_head|num_heads|encoder_attention_heads", 0, &n->n_head, err));
    OG_TRY(og_hf_u32(hf, "num_key_value_heads|num_kv_heads|n_head_kv", n->n_head, &n->n_head_kv, err));
    OG_TRY(og_hf_u32(hf, "vocab_size", 0, &n->n_vocab, err));
    OG_TRY(og_hf_u32(hf, "intermediate_size|n_inner|ffn_hidden_size", 0, &n->n_ff, err));
    OG_TRY(og_hf_u32(hf, "decoder_layers", 0, &n->n_decoder, err));
    OG_TRY(og_hf_u32(hf, "num_local_experts|num_experts|n_routed_experts", 0, &n->n_expert, err));
    if (n->n_layer < 1 || n->n_layer > 1024 || n->n_decoder > 1024 || n->n_head < 1 || n->n_head > 4096 || n->n_head_kv < 1 ||
        n->n_head_kv > n->n_head || n->n_head % n->n_head_kv || n->n_expert > 4096)
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json: %u layers, %u heads, %u of them for keys, %u experts: no model is like that",
                       hf->folder, n->n_layer, n->n_head, n->n_head_kv, n->n_expert);
    return og_hf_u32(hf, "head_dim", n->n_embd / n->n_head, &n->head_dim, err);
}

og_status og_hf_layer_types(og_hf *hf, og_error *err) {
    uint8_t local[1024];
    uint32_t n = 0;
    const og_jval *list = og_hf_config(hf, "layer_types");
    if (!list || list->kind != OG_JSON_ARRAY) return OG_OK;
    for (const og_jval *v = list->u.first; v && n < OG_LEN(local); v = v->next) local[n++] = og_jval_is(v, "sliding_attention");
    if (n != hf->n.n_layer)
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json: layer_types has %u entries for %u layers", hf->folder, n, hf->n.n_layer);
    og_hf_set_array(hf, "attention.sliding_window_pattern", OG_VALUE_BOOL, local, n);
    return OG_OK;
}

og_status og_hf_keys(og_hf *hf, og_error *err) {
    OG_TRY(og_hf_read_numbers(hf, err));
    for (int i = 0; i < hf->arch->n_key; i++) OG_TRY(set_key(hf, &hf->arch->key[i], err));
    return OG_OK;
}
