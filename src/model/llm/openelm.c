/* openelm: OpenELM (Mehta et al. 2024). Heads and feed-forwards grow from layer to layer; query, key and value in one tensor, norms of each
 * head's query and key. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,     OG_VECTOR("blk.%d.attn_norm.weight", embd, 0),
    OG_FUSED_QKV_TENSORS, OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_QK_NORM_TENSORS,   OG_GATED_FFN_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_openelm = {
    .name = "openelm",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY},
};
