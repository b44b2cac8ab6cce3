/* jina-bert-v2: Jina Embeddings v2 (Guenther et al. 2023). BERT without positions, scores falling with distance to either side (ALiBi), a
 * GELU-gated feed-forward part; the one for code norms queries and keys and has a second norm after attention. */
#include "model/llm/encoder.h"

static const og_hparam hparams[] = {OG_USUAL_HPARAMS, OG_LAYER_EPSILON, OG_OPTIONAL_F32(alibi, "attention.max_alibi_bias", 8.0f)};

static const og_tensor_row tensors[] = {
    OG_EMBEDDING_TENSORS,
    OG_ENCODER_ATTENTION_TENSORS,
    OG_VECTOR("blk.%d.attn_q_norm.weight", embd, OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.attn_q_norm.bias", embd, OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.attn_k_norm.weight", embd, OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.attn_k_norm.bias", embd, OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.attn_norm_2.weight", embd, OG_TENSOR_OPTIONAL),
    OG_VECTOR("blk.%d.attn_norm_2.bias", embd, OG_TENSOR_OPTIONAL),
    OG_POST_NORM_TENSORS,
    OG_FUSED_MATRIX("blk.%d.ffn_up.weight", embd, "ffn_gate.weight ffn_up.weight"),
    OG_MATRIX("blk.%d.ffn_gate.weight", embd, ff, OG_TENSOR_PART),
    OG_MATRIX("blk.%d.ffn_up.weight", embd, ff, OG_TENSOR_PART),
    OG_MATRIX("blk.%d.ffn_down.weight", ff, embd, 0),
    OG_VECTOR("blk.%d.ffn_down.bias", embd, OG_TENSOR_OPTIONAL),
    OG_HEAD_TENSORS,
};

static const og_block blocks[] = {
    {.build = og_block_attention_norm, .post_norm = "attn_output_norm"},
    {.build = og_block_ffn_norm, .post_norm = "layer_output_norm", .gate = og_build_gelu_erf_mul},
};

static void layer(const og_hparams *hp, int i, og_layer *l) {
    (void)hp;
    (void)i;
    l->rope = -1;
}

const og_arch og_arch_jina_bert_v2 = {
    .name = "jina-bert-v2",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .encoder = true,
    .recipe = {OG_RECIPE(blocks)},
    .layer = layer,
    .tiny = {OG_ENCODER_TINY, .alibi = 8},
};
