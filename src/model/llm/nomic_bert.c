/* nomic-bert: Nomic Embed v1 and v1.5 (Nussbaum et al. 2024). BERT with rotary positions in halves and a SiLU-gated feed-forward part. */
#include "model/llm/encoder.h"

static const og_hparam hparams[] = {OG_USUAL_HPARAMS, OG_LAYER_EPSILON};

static const og_tensor_row tensors[] = {
    OG_EMBEDDING_TENSORS,
    OG_ENCODER_ATTENTION_TENSORS,
    OG_POST_NORM_TENSORS,
    OG_MATRIX("blk.%d.ffn_gate.weight", embd, ff, 0),
    OG_MATRIX("blk.%d.ffn_up.weight", embd, ff, 0),
    OG_MATRIX("blk.%d.ffn_down.weight", ff, embd, 0),
};

static const og_block blocks[] = {
    {.build = og_block_attention_norm, .post_norm = "attn_output_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn_norm, .post_norm = "layer_output_norm", .gate = og_g_silu_mul},
};

const og_arch og_arch_nomic_bert = {
    .name = "nomic-bert",
    OG_TABLES,
    .norm = OG_NORM_LAYER,
    .encoder = true,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_ENCODER_TINY},
};
