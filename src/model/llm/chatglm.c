/* chatglm: ChatGLM 3 and GLM-4 9B (GLM Team 2024). Query, key and value in one tensor with a bias, gate and up in another, half of a head
 * rotated in pairs. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("blk.%d.attn_norm.weight", embd, 0),
    OG_FUSED_QKV_TENSORS,
    OG_FUSED_QKV_BIASES(OG_TENSOR_OPTIONAL),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0),
    OG_FUSED_FFN_TENSORS,
    OG_IGNORED("rope_freqs.weight"),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_chatglm = {
    .name = "chatglm",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY_SQUARE(2, 8)},
};
