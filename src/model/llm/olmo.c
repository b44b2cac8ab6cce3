/* olmo: OLMo (Groeneveld et al. 2024). Layer norms without weights. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TABLE("token_embd.weight", embd, vocab, 0),
    OG_MATRIX("output.weight", embd, vocab, OG_TENSOR_TIED),
    OG_QKV_TENSORS(0),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_DENSE_TENSORS(0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_olmo = {
    .name = "olmo",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY_SQUARE(2, 16)},
};
