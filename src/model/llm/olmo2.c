/* olmo2: OLMo 2 and 3 (OLMo Team 2025). Norms after each block, none before; queries and keys are normalised over all heads together. Of
 * OLMo 3 three of four layers see a window, whose positions are not stretched. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_WINDOW_HPARAMS(4),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_QKV_TENSORS(0),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_VECTOR("blk.%d.attn_q_norm.weight", q, 0),
    OG_VECTOR("blk.%d.attn_k_norm.weight", k, 0),
    OG_VECTOR("blk.%d.post_attention_norm.weight", embd, 0),
    OG_DENSE_TENSORS(0),
    OG_VECTOR("blk.%d.post_ffw_norm.weight", embd, 0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .post_norm = "post_attention_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .post_norm = "post_ffw_norm", .gate = og_g_silu_mul},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    (void)hp;
    (void)i;
    layer->rope = layer->window > 0;
}

const og_arch og_arch_olmo2 = {
    .name = "olmo2",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .layer = layer_of,
    .tiny = {OG_TINY_SQUARE(4, 16), .window = 20, .window_period = 4},
};
