/* gptneox: GPT-NeoX and Pythia (Black et al. 2022). Attention and a plain feed-forward side by side after a norm each, or one after the
 * other; biases everywhere. */
#include "model/llm/usual.h"

enum { PARALLEL };

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
    OG_OPTIONAL_BOOL(own[PARALLEL], "use_parallel_residual", true),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("output_norm.bias", embd, 0),
    OG_NORM_BIAS("blk.%d.attn_norm"),
    OG_FUSED_QKV_TENSORS,
    OG_FUSED_QKV_BIASES(0),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0),
    OG_VECTOR("blk.%d.attn_output.bias", embd, 0),
    OG_NORM_BIAS("blk.%d.ffn_norm"),
    OG_PLAIN_FFN_TENSORS,
    OG_PLAIN_FFN_BIASES(0),
};

static const og_block blocks[] = {
    {.build = og_block_parallel, .norm = "attn_norm", .ffn_norm = "ffn_norm", .rope = OG_ROPE_HALVES, .act = OG_OP_gelu_erf},
};

static const og_block in_turn[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .act = OG_OP_gelu_erf},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    (void)i;
    layer->kind = hp->own[PARALLEL].u ? 0 : 1;
}

const og_arch og_arch_gptneox = {
    .name = "gptneox",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .recipe = {OG_RECIPE(blocks), OG_RECIPE(in_turn)},
    .layer = layer_of,
    .tiny = {OG_TINY_SQUARE(2, 4), .own = {[PARALLEL] = {.u = 1}}},
};
