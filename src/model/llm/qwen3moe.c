/* qwen3moe: Qwen 3 with experts (Yang et al. 2025): queries and keys are normalised head by head; weights of the chosen experts sum to 1.
 */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {OG_USUAL_HPARAMS, OG_RMS_EPSILON, OG_EXPERT_HPARAMS(OG_SCORE_SOFTMAX, 1)};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_VECTOR("blk.%d.attn_q_norm.weight", head, 0),
    OG_VECTOR("blk.%d.attn_k_norm.weight", head, 0),
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0),
    OG_EXPERT_TENSORS(0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_experts, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_qwen3moe = {
    .name = "qwen3moe",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY, OG_TINY_EXPERTS, .expert_score = OG_SCORE_SOFTMAX, .expert_norm = 1},
};
