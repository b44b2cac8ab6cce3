/* minicpm: MiniCPM (Hu et al. 2024). As llama, with factors on embeddings and residuals, and a divisor of the logits; early files leave
 * them to the width and the number of layers. */
#include "model/llm/usual.h"

#include <math.h>

enum { LOGIT_DIVISOR };

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_OPTIONAL_F32(own[LOGIT_DIVISOR], "logit_scale", 0),
    OG_OPTIONAL_F32(scale_embd, "embedding_scale", 12.0f),
    OG_OPTIONAL_F32(scale_residual, "residual_scale", 0),
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
    hp->scale_logits = divisor == 0 ? 256 / (float)hp->n_embd : 1 / divisor;
    if (hp->scale_residual == 0) hp->scale_residual = (float)(1.4 / sqrt((double)hp->n_layer));
}

const og_arch og_arch_minicpm = {
    .name = "minicpm",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .derive = derive,
    .tiny = {OG_TINY, .own = {[LOGIT_DIVISOR] = {.f = 4}}, .scale_logits = 0.25f, .scale_embd = 12, .scale_residual = 0.22f},
};
