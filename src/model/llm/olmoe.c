/* olmoe: OLMoE (Muennighoff et al. 2024): queries and keys are normalised over all heads together; weights of experts as the softmax gives
 * them. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {OG_USUAL_HPARAMS, OG_RMS_EPSILON, OG_EXPERT_HPARAMS(OG_SCORE_SOFTMAX, 0)};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_VECTOR("blk.%d.attn_q_norm.weight", q, 0),
    OG_VECTOR("blk.%d.attn_k_norm.weight", k, 0),
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0),
    OG_EXPERT_TENSORS(0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_experts, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_olmoe = {
    .name = "olmoe",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY, OG_TINY_EXPERTS, .expert_score = OG_SCORE_SOFTMAX},
};
