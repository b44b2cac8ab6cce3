/* hf_bert.c: BERT and what is trained like it (MiniLM, BGE, E5): encoders whose rows are pooled to one for a text. */
#include "convert/usual.h"

/* A tensor's weight and bias. */
#define BOTH(hf, gguf)                         \
    {hf ".weight", gguf ".weight", 0, NULL}, { \
        hf ".bias", gguf ".bias", 0, NULL      \
    }

static const og_hf_key keys[] = {
    OG_HF_COMMON_KEYS,
    {"intermediate_size", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"layer_norm_eps", "attention.layer_norm_epsilon", OG_HF_F32, OG_HF_REQUIRED},
};

static const og_hf_tensor tensors[] = {
    {"embeddings.word_embeddings.weight", "token_embd.weight", 0, NULL},
    {"embeddings.token_type_embeddings.weight", "token_types.weight", OG_HF_AS_F32, NULL},
    {"embeddings.position_embeddings.weight", "position_embd.weight", OG_HF_AS_F32, NULL},
    BOTH("embeddings.LayerNorm", "token_embd_norm"),
    BOTH("encoder.layer.%d.attention.self.query", "blk.%d.attn_q"),
    BOTH("encoder.layer.%d.attention.self.key", "blk.%d.attn_k"),
    BOTH("encoder.layer.%d.attention.self.value", "blk.%d.attn_v"),
    BOTH("encoder.layer.%d.attention.output.dense", "blk.%d.attn_output"),
    BOTH("encoder.layer.%d.attention.output.LayerNorm", "blk.%d.attn_output_norm"),
    BOTH("encoder.layer.%d.intermediate.dense", "blk.%d.ffn_up"),
    BOTH("encoder.layer.%d.output.dense", "blk.%d.ffn_down"),
    BOTH("encoder.layer.%d.output.LayerNorm", "blk.%d.layer_output_norm"),
    {"embeddings.position_ids", NULL, OG_HF_IGNORE, NULL},
    {"pooler.dense.weight", NULL, OG_HF_IGNORE, NULL}, /* embeddings are rows of the last layer */
    {"pooler.dense.bias", NULL, OG_HF_IGNORE, NULL},
};

/* How rows become one, as sentence-transformers has it: numbers of <arch>.pooling_type. */
static og_status pooling(og_hf *hf, og_error *err) {
    static const struct {
        const char *key;
        uint32_t type;
    } kinds[] = {{"pooling_mode_mean_tokens", 1}, {"pooling_mode_cls_token", 2}, {"pooling_mode_lasttoken", 3}};
    og_jdoc *doc = NULL;
    OG_TRY(og_hf_json(hf, og_hf_path(hf, "1_Pooling/config.json"), OG_HF_CONFIG_MAX, false, &doc, err));
    for (size_t i = 0; i < OG_LEN(kinds) && doc; i++) {
        const og_jval *v = og_jval_get(og_jdoc_root(doc), kinds[i].key);
        if (!v || v->kind != OG_JSON_TRUE) continue;
        og_hf_set_u32(hf, "pooling_type", kinds[i].type);
        break;
    }
    og_jdoc_close(doc);
    return OG_OK;
}

static og_status extra(og_hf *hf, og_error *err) {
    uint32_t types;
    OG_TRY(og_hf_u32(hf, "type_vocab_size", 2, &types, err));
    og_gguf_set_u32(hf->w, "tokenizer.ggml.token_type_count", types);
    og_hf_set_bool(hf, "attention.causal", false);
    return pooling(hf, err);
}

const og_hf_arch og_hf_arch_bert = {.name = "bert", OG_HF_TABLES(keys, tensors), .extra = extra};
