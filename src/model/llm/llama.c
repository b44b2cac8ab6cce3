/* llama: Llama 2 (Touvron et al. 2023) and what kept its shape. RMS norm, rotary positions in interleaved pairs (converters permute
 * q and k for that), grouped-query attention, SiLU-gated feed-forward; output tied or not; Llama 3.1 scales its rotary frequencies. Mixtral
 * (Jiang et al. 2024) has experts in its layers. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_OPTIONAL_U32(n_expert, "expert_count", 0),
    OG_OPTIONAL_U32(n_expert_used, "expert_used_count", 0),
    OG_EXPERT_CHOICES(OG_SCORE_SOFTMAX, 1),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ROPE_FACTOR_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_QKV_BIASES(OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.attn_output.bias", embd, OG_TENSOR_OPTIONAL),
    OG_IGNORED("blk.%d.attn_rot_embd"), /* of early converters; recomputed */
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0),
    OG_DENSE_TENSORS(1),
    OG_EXPERT_TENSORS(2),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

static const og_block sparse[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_experts, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    (void)i;
    layer->kind = hp->n_expert > 0;
}

const og_arch og_arch_llama = {
    .name = "llama",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks), OG_RECIPE(sparse)},
    .layer = layer_of,
    .tiny = {OG_TINY},
};
