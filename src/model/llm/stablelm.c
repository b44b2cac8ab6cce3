/* stablelm: StableLM (Bellagente et al. 2024). Layer norms, part of a head rotated; feed-forward after attention or, without a norm of its
 * own, beside it. */
#include "model/llm/usual.h"

static og_tensor *block(og_build *b, const og_block *block, int layer, og_tensor *x) {
    if (!og_lm_weight(b->lm, layer, "ffn_norm.weight")) return og_block_parallel(b, block, layer, x);
    og_block ffn = *block;
    ffn.norm = "ffn_norm";
    return og_block_ffn(b, &ffn, layer, og_block_attention(b, block, layer, x));
}

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("output_norm.bias", embd, 0),
    OG_NORM_BIAS("blk.%d.attn_norm"),
    OG_QKV_TENSORS(0),
    OG_QKV_BIASES(OG_TENSOR_OPTIONAL),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    {.pattern = "blk.%d.attn_q_norm.weight", .dim = {&og_dim_head, &og_dim_n_head}, .use = OG_USE_VECTOR, .flags = OG_TENSOR_OPTIONAL},
    {.pattern = "blk.%d.attn_k_norm.weight", .dim = {&og_dim_head, &og_dim_n_head_kv}, .use = OG_USE_VECTOR, .flags = OG_TENSOR_OPTIONAL},
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.ffn_norm.bias", embd, OG_TENSOR_OPTIONAL),
    OG_DENSE_TENSORS(0),
};

static const og_block blocks[] = {
    {.build = block, .norm = "attn_norm", .rope = OG_ROPE_HALVES, .gate = og_g_silu_mul},
};

const og_arch og_arch_stablelm = {
    .name = "stablelm",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY_SQUARE(2, 4)},
};
