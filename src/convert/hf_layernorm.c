/* hf_layernorm.c: decoders with layer norms: StarCoder 1 and 2, GPT-2, GPT-NeoX, Phi 1.5 and 2, StableLM, Nemotron, Falcon, Command R. */
#include "convert/usual.h"

static const og_hf_key keys[] = {OG_HF_LAYERNORM_KEYS};

static const og_hf_tensor starcoder2[] = {
    {"embed_tokens.weight", "token_embd.weight", 0, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    OG_HF_BOTH("norm", "output_norm", 0),
    OG_HF_BOTH("layers.%d.input_layernorm", "blk.%d.attn_norm", 0),
    OG_HF_BOTH("layers.%d.self_attn.q_proj", "blk.%d.attn_q", 0),
    OG_HF_BOTH("layers.%d.self_attn.k_proj", "blk.%d.attn_k", 0),
    OG_HF_BOTH("layers.%d.self_attn.v_proj", "blk.%d.attn_v", 0),
    OG_HF_BOTH("layers.%d.self_attn.o_proj", "blk.%d.attn_output", 0),
    OG_HF_BOTH("layers.%d.post_attention_layernorm", "blk.%d.ffn_norm", 0),
    OG_HF_BOTH("layers.%d.mlp.c_fc", "blk.%d.ffn_up", 0),
    OG_HF_BOTH("layers.%d.mlp.c_proj", "blk.%d.ffn_down", 0),
};

const og_hf_arch og_hf_arch_starcoder2 = {.name = "starcoder2", OG_HF_TABLES(keys, starcoder2), .extra = og_hf_whole_rope};

/* ---- GPT-2: learned positions, and matrices that are stored with rows and columns exchanged ---- */

static const og_hf_key gpt2_keys[] = {
    OG_HF_COMMON_KEYS,
    {"layer_norm_epsilon", "attention.layer_norm_epsilon", OG_HF_F32, OG_HF_REQUIRED},
};

static const og_hf_tensor gpt2[] = {
    {"wte.weight", "token_embd.weight", 0, NULL},
    {"wpe.weight", "position_embd.weight", OG_HF_AS_F32, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    OG_HF_BOTH("ln_f", "output_norm", 0),
    OG_HF_BOTH("h.%d.ln_1", "blk.%d.attn_norm", 0),
    OG_HF_BOTH("h.%d.attn.c_attn", "blk.%d.attn_qkv", OG_HF_TRANSPOSE),
    OG_HF_BOTH("h.%d.attn.c_proj", "blk.%d.attn_output", OG_HF_TRANSPOSE),
    OG_HF_BOTH("h.%d.ln_2", "blk.%d.ffn_norm", 0),
    OG_HF_BOTH("h.%d.mlp.c_fc", "blk.%d.ffn_up", OG_HF_TRANSPOSE),
    OG_HF_BOTH("h.%d.mlp.c_proj", "blk.%d.ffn_down", OG_HF_TRANSPOSE),
    {"h.%d.attn.bias", NULL, OG_HF_IGNORE, NULL}, /* the causal mask */
    {"h.%d.attn.masked_bias", NULL, OG_HF_IGNORE, NULL},
};

static og_status gpt2_extra(og_hf *hf, og_error *err) {
    uint32_t inner;
    OG_TRY(og_hf_u32(hf, "n_inner", 4 * OG_MIN(hf->n.n_embd, (uint32_t)1 << 24), &inner, err));
    og_hf_set_u32(hf, "feed_forward_length", inner);
    return OG_OK;
}

const og_hf_arch og_hf_arch_gpt2 = {.name = "gpt2", OG_HF_TABLES(gpt2_keys, gpt2), .extra = gpt2_extra};

/* ---- StarCoder: GPT-2 with one key and value for all heads ---- */

static const og_hf_tensor starcoder[] = {
    {"wte.weight", "token_embd.weight", 0, NULL},
    {"wpe.weight", "position_embd.weight", OG_HF_AS_F32, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    OG_HF_BOTH("ln_f", "output_norm", 0),
    OG_HF_BOTH("h.%d.ln_1", "blk.%d.attn_norm", 0),
    OG_HF_BOTH("h.%d.attn.c_attn", "blk.%d.attn_qkv", 0),
    OG_HF_BOTH("h.%d.attn.c_proj", "blk.%d.attn_output", 0),
    OG_HF_BOTH("h.%d.ln_2", "blk.%d.ffn_norm", 0),
    OG_HF_BOTH("h.%d.mlp.c_fc", "blk.%d.ffn_up", 0),
    OG_HF_BOTH("h.%d.mlp.c_proj", "blk.%d.ffn_down", 0),
};

static og_status starcoder_extra(og_hf *hf, og_error *err) {
    const og_jval *multi = og_hf_config(hf, "multi_query");
    if (multi && multi->kind == OG_JSON_FALSE)
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s/config.json: a GPTBigCode model without multi_query cannot be converted", hf->folder);
    og_hf_set_u32(hf, "attention.head_count_kv", 1);
    return gpt2_extra(hf, err);
}

const og_hf_arch og_hf_arch_starcoder = {.name = "starcoder", OG_HF_TABLES(gpt2_keys, starcoder), .extra = starcoder_extra};

/* ---- GPT-NeoX: queries, keys and values head by head ---- */

static const og_hf_key gptneox_keys[] = {OG_HF_LAYERNORM_KEYS, {"use_parallel_residual", "use_parallel_residual", OG_HF_BOOL, 0}};

static const og_hf_tensor gptneox[] = {
    {"embed_in.weight", "token_embd.weight", 0, NULL},
    {"embed_out.weight", "output.weight", OG_HF_TIED, NULL},
    OG_HF_BOTH("final_layer_norm", "output_norm", 0),
    OG_HF_BOTH("layers.%d.input_layernorm", "blk.%d.attn_norm", 0),
    {"layers.%d.attention.query_key_value.weight", "blk.%d.attn_qkv.weight", 0, &og_hf_grouped},
    {"layers.%d.attention.query_key_value.bias", "blk.%d.attn_qkv.bias", 0, &og_hf_grouped},
    OG_HF_BOTH("layers.%d.attention.dense", "blk.%d.attn_output", 0),
    OG_HF_BOTH("layers.%d.post_attention_layernorm", "blk.%d.ffn_norm", 0),
    OG_HF_BOTH("layers.%d.mlp.dense_h_to_4h", "blk.%d.ffn_up", 0),
    OG_HF_BOTH("layers.%d.mlp.dense_4h_to_h", "blk.%d.ffn_down", 0),
    {"layers.%d.attention.rotary_emb.inv_freq", NULL, OG_HF_IGNORE, NULL},
    {"layers.%d.attention.bias", NULL, OG_HF_IGNORE, NULL}, /* the causal mask */
    {"layers.%d.attention.masked_bias", NULL, OG_HF_IGNORE, NULL},
};

static og_status quarter_rope(og_hf *hf, og_error *err) {
    return og_hf_partial_rope(hf, 0.25, err);
}

static og_status half_rope(og_hf *hf, og_error *err) {
    return og_hf_partial_rope(hf, 0.5, err);
}

const og_hf_arch og_hf_arch_gptneox = {.name = "gptneox", OG_HF_TABLES(gptneox_keys, gptneox), .extra = quarter_rope};

/* ---- Falcon: queries, keys and values group by group ---- */

static const og_hf_key falcon_keys[] = {
    OG_HF_COMMON_KEYS,
    {"layer_norm_epsilon", "attention.layer_norm_epsilon", OG_HF_F32, OG_HF_REQUIRED},
    {"vocab_size", "vocab_size", OG_HF_U32, OG_HF_REQUIRED},
};

static const og_hf_tensor falcon[] = {
    {"word_embeddings.weight", "token_embd.weight", 0, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    OG_HF_BOTH("ln_f", "output_norm", 0),
    /* One norm for both blocks, or two. */
    {"h.%d.input_layernorm.weight", "blk.%d.attn_norm.weight", OG_HF_OPTIONAL, NULL},
    {"h.%d.input_layernorm.bias", "blk.%d.attn_norm.bias", OG_HF_OPTIONAL, NULL},
    {"h.%d.ln_mlp.weight", "blk.%d.attn_norm.weight", OG_HF_OPTIONAL, NULL},
    {"h.%d.ln_mlp.bias", "blk.%d.attn_norm.bias", OG_HF_OPTIONAL, NULL},
    {"h.%d.ln_attn.weight", "blk.%d.attn_norm_2.weight", OG_HF_OPTIONAL, NULL},
    {"h.%d.ln_attn.bias", "blk.%d.attn_norm_2.bias", OG_HF_OPTIONAL, NULL},
    {"h.%d.self_attention.query_key_value.weight", "blk.%d.attn_qkv.weight", 0, &og_hf_grouped},
    {"h.%d.self_attention.dense.weight", "blk.%d.attn_output.weight", 0, NULL},
    {"h.%d.mlp.dense_h_to_4h.weight", "blk.%d.ffn_up.weight", 0, NULL},
    {"h.%d.mlp.dense_4h_to_h.weight", "blk.%d.ffn_down.weight", 0, NULL},
};

static og_status falcon_extra(og_hf *hf, og_error *err) {
    uint32_t wide;
    if (og_hf_true(hf, "alibi"))
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s/config.json: a Falcon model with alibi cannot be converted: its architecture rotates",
                       hf->folder);
    const og_jval *multi = og_hf_config(hf, "multi_query");
    if (!og_hf_true(hf, "new_decoder_architecture")) hf->n.n_head_kv = multi && multi->kind == OG_JSON_FALSE ? hf->n.n_head : 1;
    OG_TRY(og_hf_u32(hf, "ffn_hidden_size", 4 * OG_MIN(hf->n.n_embd, (uint32_t)1 << 24), &wide, err));
    og_hf_set_u32(hf, "feed_forward_length", wide);
    og_hf_set_u32(hf, "attention.head_count_kv", hf->n.n_head_kv);
    return og_hf_whole_rope(hf, err);
}

const og_hf_arch og_hf_arch_falcon = {.name = "falcon", OG_HF_TABLES(falcon_keys, falcon), .extra = falcon_extra};

/* ---- attention with four matrices ---- */

#define ATTENTION                                                                                                               \
    OG_HF_BOTH("layers.%d.self_attn.q_proj", "blk.%d.attn_q", 0), OG_HF_BOTH("layers.%d.self_attn.k_proj", "blk.%d.attn_k", 0), \
        OG_HF_BOTH("layers.%d.self_attn.v_proj", "blk.%d.attn_v", 0)

static const og_hf_tensor phi[] = {
    {"embed_tokens.weight", "token_embd.weight", 0, NULL},
    OG_HF_BOTH("final_layernorm", "output_norm", 0),
    OG_HF_BOTH("lm_head", "output", 0),
    OG_HF_BOTH("layers.%d.input_layernorm", "blk.%d.attn_norm", 0),
    ATTENTION,
    OG_HF_BOTH("layers.%d.self_attn.dense", "blk.%d.attn_output", 0),
    OG_HF_BOTH("layers.%d.mlp.fc1", "blk.%d.ffn_up", 0),
    OG_HF_BOTH("layers.%d.mlp.fc2", "blk.%d.ffn_down", 0),
};

const og_hf_arch og_hf_arch_phi2 = {.name = "phi2", OG_HF_TABLES(keys, phi), .extra = half_rope};

static const og_hf_tensor stablelm[] = {
    {"embed_tokens.weight", "token_embd.weight", 0, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    OG_HF_BOTH("norm", "output_norm", 0),
    OG_HF_BOTH("layers.%d.input_layernorm", "blk.%d.attn_norm", 0),
    ATTENTION,
    {"layers.%d.self_attn.o_proj.weight", "blk.%d.attn_output.weight", 0, NULL},
    {"layers.%d.post_attention_layernorm.weight", "blk.%d.ffn_norm.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.post_attention_layernorm.bias", "blk.%d.ffn_norm.bias", OG_HF_OPTIONAL, NULL},
    OG_HF_FFN(0),
    {"layers.%d.self_attn.rotary_emb.inv_freq", NULL, OG_HF_IGNORE, NULL},
};

const og_hf_arch og_hf_arch_stablelm = {.name = "stablelm", OG_HF_TABLES(gptneox_keys, stablelm), .extra = quarter_rope};

static const og_hf_tensor nemotron[] = {
    {"embed_tokens.weight", "token_embd.weight", 0, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    OG_HF_BOTH("norm", "output_norm", OG_HF_ADD_ONE),
    OG_HF_BOTH("layers.%d.input_layernorm", "blk.%d.attn_norm", OG_HF_ADD_ONE),
    ATTENTION,
    OG_HF_BOTH("layers.%d.self_attn.o_proj", "blk.%d.attn_output", 0),
    OG_HF_BOTH("layers.%d.post_attention_layernorm", "blk.%d.ffn_norm", OG_HF_ADD_ONE),
    OG_HF_BOTH("layers.%d.mlp.up_proj", "blk.%d.ffn_up", 0),
    OG_HF_BOTH("layers.%d.mlp.down_proj", "blk.%d.ffn_down", 0),
};

const og_hf_arch og_hf_arch_nemotron = {.name = "nemotron", OG_HF_TABLES(keys, nemotron), .extra = half_rope};

/* ---- Command R: one norm without bias for both blocks; pairs are neighbours already ---- */

static const og_hf_key cohere_keys[] = {
    OG_HF_LAYERNORM_KEYS,
    {"logit_scale", "logit_scale", OG_HF_F32, 0},
};

static const og_hf_key cohere2_keys[] = {
    OG_HF_LAYERNORM_KEYS,
    {"logit_scale", "logit_scale", OG_HF_F32, 0},
    {"sliding_window", "attention.sliding_window", OG_HF_U32, OG_HF_REQUIRED},
};

static const og_hf_tensor cohere[] = {
    OG_HF_TRUNK(0),
    {"layers.%d.input_layernorm.weight", "blk.%d.attn_norm.weight", 0, NULL},
    ATTENTION,
    {"layers.%d.self_attn.q_norm.weight", "blk.%d.attn_q_norm.weight", OG_HF_OPTIONAL | OG_HF_AS_F32, NULL},
    {"layers.%d.self_attn.k_norm.weight", "blk.%d.attn_k_norm.weight", OG_HF_OPTIONAL | OG_HF_AS_F32, NULL},
    {"layers.%d.self_attn.o_proj.weight", "blk.%d.attn_output.weight", 0, NULL},
    OG_HF_FFN(0),
};

static og_status cohere2_extra(og_hf *hf, og_error *err) {
    OG_TRY(og_hf_layer_types(hf, err));
    return og_hf_sized_rope(hf, err);
}

const og_hf_arch og_hf_arch_cohere = {.name = "command-r", OG_HF_TABLES(cohere_keys, cohere), .extra = og_hf_sized_rope};
const og_hf_arch og_hf_arch_cohere2 = {.name = "cohere2", OG_HF_TABLES(cohere2_keys, cohere), .extra = cohere2_extra};
