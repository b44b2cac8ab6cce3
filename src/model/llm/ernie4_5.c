/* ernie4_5: ERNIE 4.5 (Baidu 2025), dense. As llama. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_QKV_BIASES(OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.attn_output.bias", embd, OG_TENSOR_OPTIONAL),
    OG_GATED_FFN_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_ernie4_5 = {
    .name = "ernie4_5",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY},
};
