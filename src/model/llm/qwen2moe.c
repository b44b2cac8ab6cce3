/* qwen2moe: Qwen 1.5 and 2 with experts (Yang et al. 2024). As qwen2, with routed experts and a shared one that has a gate of its own. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_EXPERT_HPARAMS(OG_SCORE_SOFTMAX, 0),
    OG_REQUIRED_U32(n_ff_shexp, "expert_shared_feed_forward_length"),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_QKV_BIASES(0),
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0),
    OG_EXPERT_TENSORS(0),
    OG_SHARED_EXPERT_TENSORS(0),
    {.pattern = "blk.%d.ffn_gate_inp_shexp.weight", .dim = {&og_dim_embd}, .use = OG_USE_MATMUL},
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_experts, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_qwen2moe = {
    .name = "qwen2moe",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY, OG_TINY_EXPERTS, .expert_score = OG_SCORE_SOFTMAX, .n_ff_shexp = 64},
};
