/* hunyuan_dense: Hunyuan (Tencent 2025), dense. As llama, with norms of each head's query and key after their rotation, in halves. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_QK_NORM_TENSORS,
    OG_GATED_FFN_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES, .late_norm = true},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_hunyuan_dense = {
    .name = "hunyuan-dense",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY},
};
