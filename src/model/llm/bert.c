/* bert: BERT (Devlin et al. 2018) and what has its shape: MiniLM, E5, BGE, GTE, XLM-R (whose converter leaves out the two position rows
 * that are never used), and their rerankers. Learned positions, embeddings of first and second text, norms after each residual, GELU. */
#include "model/llm/encoder.h"

static const og_hparam hparams[] = {OG_USUAL_HPARAMS, OG_LAYER_EPSILON};

static const og_tensor_row tensors[] = {
    OG_EMBEDDING_TENSORS,
    OG_TABLE("position_embd.weight", embd, ctx, 0),
    OG_ENCODER_ATTENTION_TENSORS,
    OG_POST_NORM_TENSORS,
    OG_MATRIX("blk.%d.ffn_up.weight", embd, ff, 0),
    OG_VECTOR("blk.%d.ffn_up.bias", ff, OG_TENSOR_OPTIONAL),
    OG_MATRIX("blk.%d.ffn_down.weight", ff, embd, 0),
    OG_VECTOR("blk.%d.ffn_down.bias", embd, OG_TENSOR_OPTIONAL),
    OG_HEAD_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_attention_norm, .post_norm = "attn_output_norm"},
    {.build = og_block_ffn_norm, .post_norm = "layer_output_norm", .act = OG_OP_gelu_erf},
};

static void layer(const og_hparams *hp, int i, og_layer *l) {
    (void)hp;
    (void)i;
    l->rope = -1;
}

const og_arch og_arch_bert = {
    .name = "bert",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .encoder = true,
    .recipe = {OG_RECIPE(blocks)},
    .layer = layer,
    .tiny = {OG_ENCODER_TINY},
};
