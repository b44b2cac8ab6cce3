/* hf_gpt_oss.c: gpt-oss. All experts are one tensor already, rows of gate and up in turns; as numbers with rows and columns exchanged, or
 * as blocks of MXFP4, which stay what they are. */
#include "convert/usual.h"

static const og_hf_key keys[] = {
    OG_HF_USUAL_KEYS,
    {"num_local_experts", "expert_count", OG_HF_U32, OG_HF_REQUIRED},
    {"num_experts_per_tok|experts_per_token", "expert_used_count", OG_HF_U32, OG_HF_REQUIRED},
    {"intermediate_size", "expert_feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"sliding_window", "attention.sliding_window", OG_HF_U32, OG_HF_REQUIRED},
};

static const og_hf_tensor tensors[] = {
    OG_HF_TRUNK(0),
    OG_HF_ATTENTION(NULL, NULL, 0),
    {"layers.%d.self_attn.sinks", "blk.%d.attn_sinks.weight", 0, NULL},
    {"layers.%d.post_attention_layernorm.weight", "blk.%d.post_attention_norm.weight", 0, NULL},
    {"layers.%d.mlp.router.weight", "blk.%d.ffn_gate_inp.weight", OG_HF_AS_F32, NULL},
    {"layers.%d.mlp.router.bias", "blk.%d.ffn_gate_inp.bias", 0, NULL},
    {"layers.%d.mlp.experts.gate_up_proj", "blk.%d.ffn_gate_exps.weight", OG_HF_OPTIONAL, &og_hf_even},
    {"layers.%d.mlp.experts.gate_up_proj", "blk.%d.ffn_up_exps.weight", OG_HF_OPTIONAL, &og_hf_odd},
    {"layers.%d.mlp.experts.gate_up_proj_bias", "blk.%d.ffn_gate_exps.bias", OG_HF_AS_F32, &og_hf_evens},
    {"layers.%d.mlp.experts.gate_up_proj_bias", "blk.%d.ffn_up_exps.bias", OG_HF_AS_F32, &og_hf_odds},
    {"layers.%d.mlp.experts.down_proj", "blk.%d.ffn_down_exps.weight", OG_HF_OPTIONAL | OG_HF_TRANSPOSE, NULL},
    {"layers.%d.mlp.experts.gate_up_proj_blocks", "blk.%d.ffn_gate_exps.weight", OG_HF_OPTIONAL | OG_HF_MXFP4, &og_hf_even_rows},
    {"layers.%d.mlp.experts.gate_up_proj_blocks", "blk.%d.ffn_up_exps.weight", OG_HF_OPTIONAL | OG_HF_MXFP4, &og_hf_odd_rows},
    {"layers.%d.mlp.experts.down_proj_blocks", "blk.%d.ffn_down_exps.weight", OG_HF_OPTIONAL | OG_HF_MXFP4, NULL},
    {"layers.%d.mlp.experts.down_proj_bias", "blk.%d.ffn_down_exps.bias", OG_HF_AS_F32, NULL},
};

const og_hf_arch og_hf_arch_gpt_oss = {.name = "gpt-oss", OG_HF_TABLES(keys, tensors), .extra = og_hf_sized_rope};
