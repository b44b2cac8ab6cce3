/* exaone4: EXAONE 4 (LG AI Research 2025). Norms after each block and of each head's query and key; of the large one three of four layers
 * see a window, and only they rotate. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_WINDOW_HPARAMS(4),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,    OG_ROPE_FACTOR_TENSORS,
    OG_QKV_TENSORS(0),   OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_QK_NORM_TENSORS,  OG_VECTOR("blk.%d.post_attention_norm.weight", embd, 0),
    OG_DENSE_TENSORS(0), OG_VECTOR("blk.%d.post_ffw_norm.weight", embd, 0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .post_norm = "post_attention_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .post_norm = "post_ffw_norm", .gate = og_g_silu_mul},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    (void)i;
    if (hp->window && !layer->local) layer->rope = -1;
}

const og_arch og_arch_exaone4 = {
    .name = "exaone4",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .layer = layer_of,
    .tiny = {OG_TINY_SQUARE(4, 16), .window_period = 4},
};
