/* phi2: Phi-2 (Javaheripi et al. 2023). Attention and a plain feed-forward side by side after one norm, biases everywhere, part of a head
 * rotated. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("output_norm.bias", embd, 0),
    OG_VECTOR("output.bias", vocab, 0),
    OG_NORM_BIAS("blk.%d.attn_norm"),
    OG_FUSED_QKV_TENSORS,
    OG_FUSED_QKV_BIASES(0),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_VECTOR("blk.%d.attn_output.bias", embd, 0),
    OG_PLAIN_FFN_TENSORS,
    OG_PLAIN_FFN_BIASES(0),
};

static const og_block blocks[] = {
    {.build = og_block_parallel, .norm = "attn_norm", .rope = OG_ROPE_HALVES, .act = OG_OP_gelu},
};

const og_arch og_arch_phi2 = {
    .name = "phi2",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY_SQUARE(2, 8)},
};
