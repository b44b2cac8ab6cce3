/* gpt2: GPT-2 (Radford et al. 2019). Learned positions, layer norms, a plain feed-forward, biases everywhere. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("output_norm.bias", embd, 0),
    OG_TABLE("position_embd.weight", embd, ctx, 0),
    OG_NORM_BIAS("blk.%d.attn_norm"),
    OG_FUSED_QKV_TENSORS,
    OG_FUSED_QKV_BIASES(0),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_VECTOR("blk.%d.attn_output.bias", embd, 0),
    OG_NORM_BIAS("blk.%d.ffn_norm"),
    OG_PLAIN_FFN_TENSORS,
    OG_PLAIN_FFN_BIASES(0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm"},
    {.build = og_block_ffn, .norm = "ffn_norm", .act = OG_OP_gelu},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    (void)hp;
    (void)i;
    layer->rope = -1;
}

const og_arch og_arch_gpt2 = {
    .name = "gpt2",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .recipe = {OG_RECIPE(blocks)},
    .layer = layer_of,
    .tiny = {OG_TINY_SQUARE(2, 16)},
};
