/* hf_llama.c: Llama, and families that follow it closely: Mistral, Mixtral, SmolLM; Qwen 2; AFM, ERNIE 4.5, Seed-OSS, OLMo. */
#include "convert/usual.h"

static const og_hf_key keys[] = {OG_HF_USUAL_KEYS, OG_HF_EXPERT_KEYS};

/* Mixtral's layers have experts instead of the one network. */
#define MIXTRAL                                                                                                    \
    {"layers.%d.block_sparse_moe.gate.weight", "blk.%d.ffn_gate_inp.weight", OG_HF_AS_F32 | OG_HF_OPTIONAL, NULL}, \
        {"layers.%d.block_sparse_moe.experts.%e.w1.weight", "blk.%d.ffn_gate_exps.weight", OG_HF_OPTIONAL, NULL},  \
        {"layers.%d.block_sparse_moe.experts.%e.w3.weight", "blk.%d.ffn_up_exps.weight", OG_HF_OPTIONAL, NULL}, {  \
        "layers.%d.block_sparse_moe.experts.%e.w2.weight", "blk.%d.ffn_down_exps.weight", OG_HF_OPTIONAL, NULL     \
    }

static const og_hf_tensor llama[] = {OG_HF_TRUNK(0), OG_HF_ATTENTION(&og_hf_neighbours, &og_hf_neighbours, 0), OG_HF_FFN_NORM,
                                     OG_HF_FFN(0)};
static const og_hf_tensor mixtral[] = {OG_HF_TRUNK(0), OG_HF_ATTENTION(&og_hf_neighbours, &og_hf_neighbours, 0), OG_HF_FFN_NORM, MIXTRAL};
static const og_hf_tensor qwen2[] = {OG_HF_TRUNK(0), OG_HF_ATTENTION(NULL, NULL, 0), OG_HF_FFN_NORM, OG_HF_FFN(0)};

const og_hf_arch og_hf_arch_llama = {.name = "llama", OG_HF_TABLES(keys, llama), .extra = og_hf_sized_rope};
const og_hf_arch og_hf_arch_mixtral = {.name = "llama", OG_HF_TABLES(keys, mixtral), .extra = og_hf_sized_rope};
const og_hf_arch og_hf_arch_qwen2 = {.name = "qwen2", OG_HF_TABLES(keys, qwen2), .extra = og_hf_whole_rope};

/* ---- AFM: no gate. SmolLM3: some layers do not rotate, which the engine knows. ERNIE: pairs already. ---- */

static const og_hf_tensor arcee[] = {
    OG_HF_TRUNK(0),
    OG_HF_ATTENTION(&og_hf_neighbours, &og_hf_neighbours, 0),
    OG_HF_FFN_NORM,
    {"layers.%d.mlp.up_proj.weight", "blk.%d.ffn_up.weight", 0, NULL},
    {"layers.%d.mlp.down_proj.weight", "blk.%d.ffn_down.weight", 0, NULL},
};

const og_hf_arch og_hf_arch_arcee = {.name = "arcee", OG_HF_TABLES(keys, arcee), .extra = og_hf_sized_rope};
const og_hf_arch og_hf_arch_smollm3 = {.name = "smollm3", OG_HF_TABLES(keys, llama), .extra = og_hf_sized_rope};
const og_hf_arch og_hf_arch_ernie4_5 = {.name = "ernie4_5", OG_HF_TABLES(keys, qwen2), .extra = og_hf_sized_rope};

/* ---- Ministral 3: queries grow with the position ---- */

static og_status ministral(og_hf *hf, og_error *err) {
    const og_jval *scaling = og_hf_config(hf, "rope_parameters|rope_scaling");
    double v;
    if (og_jval_number(og_jval_get(scaling, "llama_4_scaling_beta"), &v)) og_hf_set_f32(hf, "attention.temperature_scale", (float)v);
    if (og_jval_number(og_jval_get(scaling, "mscale_all_dim"), &v)) og_hf_set_f32(hf, "rope.scaling.yarn_log_multiplier", (float)v);
    return og_hf_sized_rope(hf, err);
}

const og_hf_arch og_hf_arch_mistral3 = {.name = "mistral3", OG_HF_TABLES(keys, llama), .extra = ministral};

/* ---- Seed-OSS: the norm before the network has the name of one behind attention ---- */

static const og_hf_tensor seed_oss[] = {
    OG_HF_TRUNK(0),
    OG_HF_ATTENTION(NULL, NULL, 0),
    {"layers.%d.post_attention_layernorm.weight", "blk.%d.post_attention_norm.weight", 0, NULL},
    OG_HF_FFN(0),
};

const og_hf_arch og_hf_arch_seed_oss = {.name = "seed_oss", OG_HF_TABLES(keys, seed_oss), .extra = og_hf_whole_rope};

/* ---- OLMo: norms without weights ---- */

static const og_hf_key olmo_keys[] = {
    OG_HF_COMMON_KEYS,
    {"intermediate_size", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"num_key_value_heads", "attention.head_count_kv", OG_HF_U32, 0},
    {"vocab_size", "vocab_size", OG_HF_U32, OG_HF_REQUIRED},
};

static const og_hf_tensor olmo[] = {
    {"embed_tokens.weight", "token_embd.weight", 0, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    {"layers.%d.self_attn.q_proj.weight", "blk.%d.attn_q.weight", 0, &og_hf_neighbours},
    {"layers.%d.self_attn.k_proj.weight", "blk.%d.attn_k.weight", 0, &og_hf_neighbours},
    {"layers.%d.self_attn.v_proj.weight", "blk.%d.attn_v.weight", 0, NULL},
    {"layers.%d.self_attn.o_proj.weight", "blk.%d.attn_output.weight", 0, NULL},
    OG_HF_FFN(0),
};

static og_status olmo_extra(og_hf *hf, og_error *err) {
    if (og_hf_config(hf, "clip_qkv"))
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s/config.json: queries that are cut off (clip_qkv) are not computed by this version",
                       hf->folder);
    og_hf_set_f32(hf, "attention.layer_norm_epsilon", 1e-5f); /* a constant of the class */
    return og_hf_whole_rope(hf, err);
}

const og_hf_arch og_hf_arch_olmo = {.name = "olmo", OG_HF_TABLES(olmo_keys, olmo), .extra = olmo_extra};
