/* hf_experts.c: decoders with routed experts: Qwen 1.5 to 3, OLMoE. */
#include "convert/usual.h"

static const og_hf_key keys[] = {
    OG_HF_USUAL_KEYS,
    OG_HF_EXPERT_KEYS,
    {"shared_expert_intermediate_size", "expert_shared_feed_forward_length", OG_HF_U32, 0},
};

static const og_hf_tensor qwen2moe[] = {
    OG_HF_TRUNK(0),
    OG_HF_ATTENTION(NULL, NULL, 0),
    OG_HF_FFN_NORM,
    OG_HF_EXPERTS,
    {"layers.%d.mlp.shared_expert.gate_proj.weight", "blk.%d.ffn_gate_shexp.weight", 0, NULL},
    {"layers.%d.mlp.shared_expert.up_proj.weight", "blk.%d.ffn_up_shexp.weight", 0, NULL},
    {"layers.%d.mlp.shared_expert.down_proj.weight", "blk.%d.ffn_down_shexp.weight", 0, NULL},
    {"layers.%d.mlp.shared_expert_gate.weight", "blk.%d.ffn_gate_inp_shexp.weight", OG_HF_AS_F32, NULL},
};

static const og_hf_tensor qwen3moe[] = {OG_HF_TRUNK(0), OG_HF_ATTENTION(NULL, NULL, 0), OG_HF_QK_NORMS(0), OG_HF_FFN_NORM, OG_HF_EXPERTS};

const og_hf_arch og_hf_arch_qwen2moe = {.name = "qwen2moe", OG_HF_TABLES(keys, qwen2moe), .extra = og_hf_whole_rope};
const og_hf_arch og_hf_arch_qwen3moe = {.name = "qwen3moe", OG_HF_TABLES(keys, qwen3moe), .extra = og_hf_whole_rope};
const og_hf_arch og_hf_arch_olmoe = {.name = "olmoe", OG_HF_TABLES(keys, qwen3moe), .extra = og_hf_whole_rope};
