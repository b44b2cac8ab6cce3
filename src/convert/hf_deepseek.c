/* hf_deepseek.c: DeepSeek V2 and V3. Keys and values of the latent are stored apart, head by head, as llama.cpp's converter has had them
 * since 2025: the cache then holds the latent alone. */
#include "convert/usual.h"

static const og_hf_key keys[] = {
    OG_HF_COMMON_KEYS,
    {"intermediate_size", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"rms_norm_eps", "attention.layer_norm_rms_epsilon", OG_HF_F32, OG_HF_REQUIRED},
    {"vocab_size", "vocab_size", OG_HF_U32, OG_HF_REQUIRED},
    {"q_lora_rank", "attention.q_lora_rank", OG_HF_U32, 0},
    {"kv_lora_rank", "attention.kv_lora_rank", OG_HF_U32, OG_HF_REQUIRED},
    {"kv_lora_rank", "attention.value_length", OG_HF_U32, OG_HF_REQUIRED},
    {"v_head_dim", "attention.value_length_mla", OG_HF_U32, OG_HF_REQUIRED},
    {"qk_rope_head_dim", "rope.dimension_count", OG_HF_U32, OG_HF_REQUIRED},
    {"first_k_dense_replace", "leading_dense_block_count", OG_HF_U32, 0},
    {"n_routed_experts", "expert_count", OG_HF_U32, OG_HF_REQUIRED},
    {"num_experts_per_tok", "expert_used_count", OG_HF_U32, OG_HF_REQUIRED},
    {"n_shared_experts", "expert_shared_count", OG_HF_U32, 0},
    {"moe_intermediate_size", "expert_feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"routed_scaling_factor", "expert_weights_scale", OG_HF_F32, 0},
};

static const og_hf_tensor tensors[] = {
    OG_HF_TRUNK(0),
    {"layers.%d.input_layernorm.weight", "blk.%d.attn_norm.weight", 0, NULL},
    {"layers.%d.self_attn.q_proj.weight", "blk.%d.attn_q.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.self_attn.q_a_proj.weight", "blk.%d.attn_q_a.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.self_attn.q_a_layernorm.weight", "blk.%d.attn_q_a_norm.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.self_attn.q_b_proj.weight", "blk.%d.attn_q_b.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.self_attn.kv_a_proj_with_mqa.weight", "blk.%d.attn_kv_a_mqa.weight", 0, NULL},
    {"layers.%d.self_attn.kv_a_layernorm.weight", "blk.%d.attn_kv_a_norm.weight", 0, NULL},
    {"layers.%d.self_attn.kv_b_proj.weight", "blk.%d.attn_k_b.weight", 0, &og_hf_latent_k},
    {"layers.%d.self_attn.kv_b_proj.weight", "blk.%d.attn_v_b.weight", 0, &og_hf_latent_v},
    {"layers.%d.self_attn.o_proj.weight", "blk.%d.attn_output.weight", 0, NULL},
    {"layers.%d.self_attn.rotary_emb.inv_freq", NULL, OG_HF_IGNORE, NULL},
    OG_HF_FFN_NORM,
    OG_HF_FFN(OG_HF_OPTIONAL),
    {"layers.%d.mlp.gate.weight", "blk.%d.ffn_gate_inp.weight", OG_HF_AS_F32 | OG_HF_OPTIONAL, NULL},
    {"layers.%d.mlp.gate.e_score_correction_bias", "blk.%d.exp_probs_b.bias", OG_HF_OPTIONAL, NULL},
    {"layers.%d.mlp.experts.%e.gate_proj.weight", "blk.%d.ffn_gate_exps.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.mlp.experts.%e.up_proj.weight", "blk.%d.ffn_up_exps.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.mlp.experts.%e.down_proj.weight", "blk.%d.ffn_down_exps.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.mlp.shared_experts.gate_proj.weight", "blk.%d.ffn_gate_shexp.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.mlp.shared_experts.up_proj.weight", "blk.%d.ffn_up_shexp.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.mlp.shared_experts.down_proj.weight", "blk.%d.ffn_down_shexp.weight", OG_HF_OPTIONAL, NULL},
};

enum { SOFTMAX = 1, SIGMOID = 2 }; /* numbers of expert_gating_func */

static og_status common(og_hf *hf, uint32_t score, og_error *err) {
    uint32_t rotated;
    double all;
    OG_TRY(og_hf_u32(hf, "qk_rope_head_dim", 0, &rotated, err));
    OG_TRY(og_hf_u32(hf, "qk_nope_head_dim", 0, &hf->n.plain, err));
    OG_TRY(og_hf_u32(hf, "kv_lora_rank", 0, &hf->n.rank, err));
    OG_TRY(og_hf_u32(hf, "v_head_dim", 0, &hf->n.value, err));
    og_hf_set_u32(hf, "attention.head_count_kv", 1);
    og_hf_set_u32(hf, "attention.key_length", hf->n.rank + rotated);
    og_hf_set_u32(hf, "attention.key_length_mla", hf->n.plain + rotated);
    og_hf_set_u32(hf, "expert_gating_func", score);
    const og_jval *scaling = og_hf_config(hf, "rope_parameters|rope_scaling");
    if (og_jval_number(og_jval_get(scaling, "mscale_all_dim"), &all))
        og_hf_set_f32(hf, "rope.scaling.yarn_log_multiplier", (float)(0.1 * all));
    return og_hf_rope(hf, rotated, err);
}

static og_status v2(og_hf *hf, og_error *err) {
    og_hf_set_bool(hf, "expert_weights_norm", og_hf_true(hf, "norm_topk_prob"));
    return common(hf, SOFTMAX, err);
}

static og_status v3(og_hf *hf, og_error *err) {
    uint32_t groups, used;
    OG_TRY(og_hf_u32(hf, "n_group", 1, &groups, err));
    OG_TRY(og_hf_u32(hf, "topk_group", 1, &used, err));
    og_hf_set_u32(hf, "expert_group_count", groups);
    og_hf_set_u32(hf, "expert_group_used_count", used);
    og_hf_set_bool(hf, "expert_weights_norm", og_hf_true(hf, "norm_topk_prob"));
    return common(hf, SIGMOID, err);
}

const og_hf_arch og_hf_arch_deepseek_v2 = {.name = "deepseek2", OG_HF_TABLES(keys, tensors), .extra = v2};
const og_hf_arch og_hf_arch_deepseek_v3 = {.name = "deepseek2", OG_HF_TABLES(keys, tensors), .extra = v3};
