/* arcee: AFM 4.5B (Arcee 2025). As llama, with a plain feed-forward and a squared rectifier. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS, OG_ROPE_FACTOR_TENSORS, OG_ATTENTION_TENSORS, OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0), OG_PLAIN_FFN_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_ffn, .norm = "ffn_norm", .act = OG_OP_relu2},
};

const og_arch og_arch_arcee = {
    .name = "arcee",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY},
};
