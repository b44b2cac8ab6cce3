/* orion: Orion 14B (Chen et al. 2024). As llama, with layer norms and rotary positions in halves. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,     OG_VECTOR("output_norm.bias", embd, 0),     OG_ATTENTION_TENSORS, OG_VECTOR("blk.%d.attn_norm.bias", embd, 0),
    OG_GATED_FFN_TENSORS, OG_VECTOR("blk.%d.ffn_norm.bias", embd, 0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_orion = {
    .name = "orion",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY_SQUARE(2, 16)},
};
