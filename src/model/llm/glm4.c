/* glm4: GLM-4 0414 (GLM Team 2025). Norms before and after each block, gate and up in one tensor, part of a head rotated in pairs. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_QKV_BIASES(OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.post_attention_norm.weight", embd, 0),
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0),
    OG_FUSED_FFN_TENSORS,
    OG_VECTOR("blk.%d.post_ffw_norm.weight", embd, 0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .post_norm = "post_attention_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_ffn, .norm = "ffn_norm", .post_norm = "post_ffw_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_glm4 = {
    .name = "glm4",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY_OF(2, 12)},
};
