/* cohere2: Command R7B and A (Cohere 2025). As command-r; three of four layers see a window, and only they rotate. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
    OG_WINDOW_HPARAMS(4),
    OG_OPTIONAL_F32(scale_logits, "logit_scale", 0),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("blk.%d.attn_norm.weight", embd, 0),
    OG_QKV_TENSORS(0),
    OG_QKV_BIASES(OG_TENSOR_OPTIONAL),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_DENSE_TENSORS(0),
};

static const og_block blocks[] = {
    {.build = og_block_parallel, .norm = "attn_norm", .rope = OG_ROPE_PAIRS, .gate = og_g_silu_mul},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    (void)hp;
    (void)i;
    if (!layer->local) layer->rope = -1;
}

const og_arch og_arch_cohere2 = {
    .name = "cohere2",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .recipe = {OG_RECIPE(blocks)},
    .layer = layer_of,
    .tiny = {OG_TINY_SQUARE(4, 16), .window = 20, .window_period = 4, .scale_logits = 0.0625f},
};
