/* granite: Granite 3 (IBM 2024). As llama, with factors on embeddings, scores and residuals, and a divisor of the logits. */
#include "model/llm/usual.h"

enum { LOGIT_DIVISOR };

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_REQUIRED_F32(own[LOGIT_DIVISOR], "logit_scale"),
    OG_OPTIONAL_F32(scale_embd, "embedding_scale", 0),
    OG_OPTIONAL_F32(scale_residual, "residual_scale", 0),
    OG_OPTIONAL_F32(scale_attn, "attention.scale", 0),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ROPE_FACTOR_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_QKV_BIASES(OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.attn_output.bias", embd, OG_TENSOR_OPTIONAL),
    OG_GATED_FFN_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_PAIRS},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

static void derive(og_hparams *hp) {
    const float divisor = hp->own[LOGIT_DIVISOR].f;
    hp->scale_logits = divisor == 0 ? 0 : 1 / divisor;
}

const og_arch og_arch_granite = {
    .name = "granite",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .derive = derive,
    .tiny = {OG_TINY, .own = {[LOGIT_DIVISOR] = {.f = 8}}, .scale_logits = 0.125f, .scale_embd = 12, .scale_residual = 0.22f,
             .scale_attn = 0.125f},
};
