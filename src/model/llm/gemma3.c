/* gemma3: Gemma 3 (Gemma Team 2025), text. As gemma2 with norms of queries and keys instead of caps; five of six layers see a window, and
 * rotate by a base of their own. The model of 62 layers scales scores by its width per head. */
#include "model/llm/usual.h"

#include <math.h>

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_WINDOW_HPARAMS(6),
    OG_OPTIONAL_F32(rope_base_local, "rope.freq_base_swa", 10000.0f),
    OG_OPTIONAL_F32(cap_logits, "final_logit_softcapping", 0),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_GATED_FFN_TENSORS,
    OG_QK_NORM_TENSORS,
    OG_VECTOR("blk.%d.post_attention_norm.weight", embd, 0),
    OG_VECTOR("blk.%d.post_ffw_norm.weight", embd, 0),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .post_norm = "post_attention_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .post_norm = "post_ffw_norm", .gate = og_g_gelu_mul},
};

static void derive(og_hparams *hp) {
    hp->scale_embd = (float)sqrt((double)hp->n_embd);
    if (hp->n_layer == 62) hp->scale_attn = (float)(1 / sqrt((double)hp->n_embd / hp->n_head));
}

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    (void)hp;
    (void)i;
    layer->rope = layer->window > 0;
}

const og_arch og_arch_gemma3 = {
    .name = "gemma3",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .derive = derive,
    .layer = layer_of,
    .tiny = {OG_TINY_OF(6, 24), .scale_embd = 8, .window = 20, .window_period = 6, .rope_base_local = 5000},
};
