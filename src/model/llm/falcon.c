/* falcon: Falcon (Almazrouei et al. 2023). Attention and a plain feed-forward side by side, after one norm (7B) or one each (40B:
 * attn_norm_2 is attention's). */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("output_norm.bias", embd, 0),
    OG_NORM_BIAS("blk.%d.attn_norm"),
    OG_VECTOR("blk.%d.attn_norm_2.weight", embd, OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.attn_norm_2.bias", embd, OG_TENSOR_OPTIONAL),
    OG_FUSED_QKV_TENSORS,
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_PLAIN_FFN_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_parallel, .norm = "attn_norm_2", .ffn_norm = "attn_norm", .rope = OG_ROPE_HALVES, .act = OG_OP_gelu_erf},
};

const og_arch og_arch_falcon = {
    .name = "falcon",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY_SQUARE(2, 16)},
};
