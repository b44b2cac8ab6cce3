/* command_r: Command R (Cohere 2024). Attention and feed-forward side by side after one layer norm without bias, a factor on the logits;
 * the large one has norms of each head's query and key. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
    OG_OPTIONAL_F32(scale_logits, "logit_scale", 0),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("blk.%d.attn_norm.weight", embd, 0),
    OG_QKV_TENSORS(0),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    {.pattern = "blk.%d.attn_q_norm.weight", .dim = {&og_dim_head, &og_dim_n_head}, .use = OG_USE_VECTOR, .flags = OG_TENSOR_OPTIONAL},
    {.pattern = "blk.%d.attn_k_norm.weight", .dim = {&og_dim_head, &og_dim_n_head_kv}, .use = OG_USE_VECTOR, .flags = OG_TENSOR_OPTIONAL},
    OG_DENSE_TENSORS(0),
};

static const og_block blocks[] = {
    {.build = og_block_parallel, .norm = "attn_norm", .rope = OG_ROPE_PAIRS, .gate = og_g_silu_mul},
};

const og_arch og_arch_command_r = {
    .name = "command-r",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY_SQUARE(2, 16), .scale_logits = 0.0625f},
};
