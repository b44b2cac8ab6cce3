/* phi3: Phi-3, Phi-3.5 and Phi-4 mini (Abdin et al. 2024). As llama, with query, key and value in one tensor, gate and up in another,
 * rotary positions in halves, and factors of their frequencies for short and for long contexts (LongRoPE, Ding et al. 2024). */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_OPTIONAL_U32(window, "attention.sliding_window", 0),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ROPE_FACTOR_TENSORS,
    OG_VECTOR("blk.%d.attn_norm.weight", embd, 0),
    OG_FUSED_QKV_TENSORS,
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0),
    OG_FUSED_FFN_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_phi3 = {
    .name = "phi3",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY_SQUARE(2, 16)},
};
