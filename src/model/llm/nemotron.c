/* nemotron: Nemotron 4 and Minitron (NVIDIA 2024). Layer norms, part of a head rotated, a plain feed-forward with a squared rectifier. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("output_norm.bias", embd, 0),
    OG_NORM_BIAS("blk.%d.attn_norm"),
    OG_QKV_TENSORS(0),
    OG_QKV_BIASES(OG_TENSOR_OPTIONAL),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_VECTOR("blk.%d.attn_output.bias", embd, OG_TENSOR_OPTIONAL),
    OG_NORM_BIAS("blk.%d.ffn_norm"),
    OG_PLAIN_FFN_TENSORS,
    OG_PLAIN_FFN_BIASES(OG_TENSOR_OPTIONAL),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .act = OG_OP_relu2},
};

const og_arch og_arch_nemotron = {
    .name = "nemotron",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY_SQUARE(2, 8)},
};
