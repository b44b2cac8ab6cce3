/* modern-bert: ModernBERT (Warner et al. 2024). Norms before each part, none before the first attention; rotary positions in halves; every
 * third layer sees the whole text, the others half a window to either side, with rotations of their own; GELU-gated feed-forward part. */
#include "model/llm/encoder.h"

enum { PERIOD = 3 };

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_LAYER_EPSILON,
    OG_OPTIONAL_U32(pooling_rank, "classifier.pooling_type", OG_POOLING_MEAN),
    OG_OPTIONAL_U32(window, "attention.sliding_window", 0),
    OG_OPTIONAL_F32(rope_base_local, "rope.freq_base_swa", 10000.0f),
};

static const og_tensor_row tensors[] = {
    OG_EMBEDDING_TENSORS,
    OG_VECTOR("blk.%d.attn_norm.weight", embd, 0, .kinds = 1),
    OG_ENCODER_ATTENTION_TENSORS,
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0),
    OG_FUSED_MATRIX("blk.%d.ffn_up.weight", embd, "ffn_gate.weight ffn_up.weight"),
    OG_MATRIX("blk.%d.ffn_gate.weight", embd, ff, OG_TENSOR_PART),
    OG_MATRIX("blk.%d.ffn_up.weight", embd, ff, OG_TENSOR_PART),
    OG_MATRIX("blk.%d.ffn_down.weight", ff, embd, 0),
    OG_VECTOR("output_norm.weight", embd, 0),
    OG_HEAD_TENSORS,
};

/* The embedding has a norm, so that the first layer needs none before its attention. */
static const og_block first[] = {
    {.build = og_block_attention, .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_build_gelu_erf_mul},
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_build_gelu_erf_mul},
};

static void layer(const og_hparams *hp, int i, og_layer *l) {
    l->kind = i == 0;
    l->local = i % PERIOD != 0;
    l->window = l->local ? hp->window : 0;
    l->rope = l->window ? 1 : 0;
}

const og_arch og_arch_modern_bert = {
    .name = "modern-bert",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .encoder = true,
    .recipe = {OG_RECIPE(blocks), OG_RECIPE(first)},
    .layer = layer,
    .head_act = OG_OP_gelu_erf,
    .tiny = {OG_ENCODER_TINY, .window = 16, .rope_base_local = 5000.0f},
};
