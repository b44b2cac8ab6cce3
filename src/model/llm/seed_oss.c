/* seed_oss: Seed-OSS (ByteDance 2025). As qwen2; the norm before the feed-forward is named after attention. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,    OG_ATTENTION_TENSORS, OG_QKV_BIASES(OG_TENSOR_OPTIONAL), OG_VECTOR("blk.%d.post_attention_norm.weight", embd, 0),
    OG_DENSE_TENSORS(0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "post_attention_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_seed_oss = {
    .name = "seed_oss",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY},
};
