/* gemma2: Gemma 2 (Gemma Team 2024). Norms before and after each block, caps on scores and logits, every other layer sees a window. The
 * model of 46 layers scales scores by its width per head, not by the head's size. */
#include "model/llm/usual.h"

#include <math.h>

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_WINDOW_HPARAMS(2),
    OG_OPTIONAL_F32(cap_attn, "attn_logit_softcapping", 50.0f),
    OG_OPTIONAL_F32(cap_logits, "final_logit_softcapping", 30.0f),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_GATED_FFN_TENSORS,
    OG_VECTOR("blk.%d.post_attention_norm.weight", embd, 0),
    OG_VECTOR("blk.%d.post_ffw_norm.weight", embd, 0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .post_norm = "post_attention_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .post_norm = "post_ffw_norm", .gate = og_g_gelu_mul},
};

static void derive(og_hparams *hp) {
    hp->scale_embd = (float)sqrt((double)hp->n_embd);
    if (hp->n_layer == 46) hp->scale_attn = (float)(1 / sqrt((double)hp->n_embd / hp->n_head));
}

const og_arch og_arch_gemma2 = {
    .name = "gemma2",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .derive = derive,
    .tiny = {OG_TINY, .scale_embd = 8, .window = 20, .window_period = 2, .cap_attn = 50, .cap_logits = 30},
};
