/* hf_bert.c: encoders whose rows are pooled to one for a text: BERT and what is trained like it (MiniLM, BGE, E5), XLM-R, Nomic Embed,
 * ModernBERT. */
#include "convert/usual.h"

static const og_hf_key keys[] = {
    OG_HF_COMMON_KEYS,
    {"intermediate_size", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"layer_norm_eps", "attention.layer_norm_epsilon", OG_HF_F32, OG_HF_REQUIRED},
};

#define TENSORS(POSITIONS)                                                                                                                 \
    {"embeddings.word_embeddings.weight", "token_embd.weight", 0, NULL},                                                                   \
        {"embeddings.token_type_embeddings.weight", "token_types.weight", OG_HF_AS_F32, NULL},                                             \
        {"embeddings.position_embeddings.weight", "position_embd.weight", OG_HF_AS_F32, POSITIONS},                                        \
        OG_HF_BOTH("embeddings.LayerNorm", "token_embd_norm", 0), OG_HF_BOTH("encoder.layer.%d.attention.self.query", "blk.%d.attn_q", 0), \
        OG_HF_BOTH("encoder.layer.%d.attention.self.key", "blk.%d.attn_k", 0),                                                             \
        OG_HF_BOTH("encoder.layer.%d.attention.self.value", "blk.%d.attn_v", 0),                                                           \
        OG_HF_BOTH("encoder.layer.%d.attention.output.dense", "blk.%d.attn_output", 0),                                                    \
        OG_HF_BOTH("encoder.layer.%d.attention.output.LayerNorm", "blk.%d.attn_output_norm", 0),                                           \
        OG_HF_BOTH("encoder.layer.%d.intermediate.dense", "blk.%d.ffn_up", 0),                                                             \
        OG_HF_BOTH("encoder.layer.%d.output.dense", "blk.%d.ffn_down", 0),                                                                 \
        OG_HF_BOTH("encoder.layer.%d.output.LayerNorm", "blk.%d.layer_output_norm", 0),                                                    \
        {"embeddings.position_ids", NULL, OG_HF_IGNORE, NULL}, {"pooler.dense.weight", NULL, OG_HF_IGNORE, NULL},                          \
    /* embeddings are rows of the last layer */ {                                                                                          \
        "pooler.dense.bias", NULL, OG_HF_IGNORE, NULL                                                                                      \
    }

static const og_hf_tensor bert[] = {TENSORS(NULL)};
static const og_hf_tensor roberta[] = {TENSORS(&og_hf_from_two)};

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

const og_hf_arch og_hf_arch_bert = {.name = "bert", OG_HF_TABLES(keys, bert), .extra = extra};

/* ---- RoBERTa, XLM-R: positions count from 2 on ---- */

static og_status roberta_extra(og_hf *hf, og_error *err) {
    uint32_t positions;
    OG_TRY(og_hf_u32(hf, "max_position_embeddings", 0, &positions, err));
    if (positions <= 2)
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json: max_position_embeddings is %u, which leaves none", hf->folder, positions);
    og_hf_set_u32(hf, "context_length", positions - 2);
    return extra(hf, err);
}

static const og_hf_key roberta_keys[] = {
    {"hidden_size", "embedding_length", OG_HF_U32, OG_HF_REQUIRED},
    {"num_hidden_layers", "block_count", OG_HF_U32, OG_HF_REQUIRED},
    {"num_attention_heads", "attention.head_count", OG_HF_U32, OG_HF_REQUIRED},
    {"intermediate_size", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"layer_norm_eps", "attention.layer_norm_epsilon", OG_HF_F32, OG_HF_REQUIRED},
};

const og_hf_arch og_hf_arch_roberta = {.name = "bert", OG_HF_TABLES(roberta_keys, roberta), .extra = roberta_extra};

/* ---- Nomic Embed: rotations instead of positions, a gate ---- */

static const og_hf_key nomic_keys[] = {
    OG_HF_COMMON_KEYS,
    {"intermediate_size|n_inner", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"layer_norm_eps|layer_norm_epsilon", "attention.layer_norm_epsilon", OG_HF_F32, OG_HF_REQUIRED},
};

static const og_hf_tensor nomic[] = {
    {"embeddings.word_embeddings.weight", "token_embd.weight", 0, NULL},
    {"embeddings.token_type_embeddings.weight", "token_types.weight", OG_HF_AS_F32, NULL},
    OG_HF_BOTH("emb_ln", "token_embd_norm", 0),
    OG_HF_BOTH("encoder.layers.%d.attn.Wqkv", "blk.%d.attn_qkv", 0),
    OG_HF_BOTH("encoder.layers.%d.attn.out_proj", "blk.%d.attn_output", 0),
    OG_HF_BOTH("encoder.layers.%d.norm1", "blk.%d.attn_output_norm", 0),
    {"encoder.layers.%d.mlp.fc11.weight", "blk.%d.ffn_up.weight", 0, NULL},
    {"encoder.layers.%d.mlp.fc12.weight", "blk.%d.ffn_gate.weight", 0, NULL},
    {"encoder.layers.%d.mlp.fc2.weight", "blk.%d.ffn_down.weight", 0, NULL},
    OG_HF_BOTH("encoder.layers.%d.norm2", "blk.%d.layer_output_norm", 0),
};

static og_status nomic_extra(og_hf *hf, og_error *err) {
    OG_TRY(extra(hf, err));
    return og_hf_whole_rope(hf, err);
}

const og_hf_arch og_hf_arch_nomic_bert = {.name = "nomic-bert", OG_HF_TABLES(nomic_keys, nomic), .extra = nomic_extra};

/* ---- ModernBERT: norms before the blocks, two of three layers see a window ---- */

static const og_hf_key modern_keys[] = {
    OG_HF_COMMON_KEYS,
    {"intermediate_size", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"norm_eps", "attention.layer_norm_epsilon", OG_HF_F32, OG_HF_REQUIRED},
    {"local_attention", "attention.sliding_window", OG_HF_U32, OG_HF_REQUIRED},
    {"vocab_size", "vocab_size", OG_HF_U32, OG_HF_REQUIRED},
    {"global_rope_theta", "rope.freq_base", OG_HF_F32, 0},
    {"local_rope_theta", "rope.freq_base_swa", OG_HF_F32, 0},
};

static const og_hf_tensor modern[] = {
    {"embeddings.tok_embeddings.weight", "token_embd.weight", 0, NULL},
    OG_HF_BOTH("embeddings.norm", "token_embd_norm", 0),
    {"final_norm.weight", "output_norm.weight", 0, NULL},
    {"layers.%d.attn_norm.weight", "blk.%d.attn_norm.weight", OG_HF_OPTIONAL, NULL}, /* the first layer has none */
    {"layers.%d.attn.Wqkv.weight", "blk.%d.attn_qkv.weight", 0, NULL},
    {"layers.%d.attn.Wo.weight", "blk.%d.attn_output.weight", 0, NULL},
    {"layers.%d.mlp_norm.weight", "blk.%d.ffn_norm.weight", 0, NULL},
    {"layers.%d.mlp.Wi.weight", "blk.%d.ffn_up.weight", 0, NULL},
    {"layers.%d.mlp.Wo.weight", "blk.%d.ffn_down.weight", 0, NULL},
};

static og_status modern_extra(og_hf *hf, og_error *err) {
    og_hf_set_bool(hf, "attention.causal", false);
    OG_TRY(pooling(hf, err));
    return og_hf_config(hf, "global_rope_theta") ? OG_OK : og_hf_whole_rope(hf, err);
}

const og_hf_arch og_hf_arch_modern_bert = {.name = "modern-bert", OG_HF_TABLES(modern_keys, modern), .extra = modern_extra};
