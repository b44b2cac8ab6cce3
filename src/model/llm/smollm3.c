/* smollm3: SmolLM3 (Hugging Face 2025). As llama; every fourth layer does not rotate. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ROPE_FACTOR_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_GATED_FFN_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    (void)hp;
    if (i % 4 == 3) layer->rope = -1;
}

const og_arch og_arch_smollm3 = {
    .name = "smollm3",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .layer = layer_of,
    .tiny = {OG_TINY_OF(4, 24)},
};
