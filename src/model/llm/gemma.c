/* gemma: Gemma (Gemma Team 2024). Embeddings grow by the root of their width; GELU-gated feed-forward; the output is the embedding.
 * Converters add the 1 of its norms to their weights. */
#include "model/llm/usual.h"

#include <math.h>

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_GATED_FFN_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_gelu_mul},
};

static void derive(og_hparams *hp) {
    hp->scale_embd = (float)sqrt((double)hp->n_embd);
}

const og_arch og_arch_gemma = {
    .name = "gemma",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .derive = derive,
    .tiny = {OG_TINY, .scale_embd = 8},
};
