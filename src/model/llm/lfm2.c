/* lfm2: LFM2 (Liquid AI 2025): layers of a short convolution between two gates, and some of attention with normalised queries and keys.
 * Which is which, the number of KV heads of each layer tells: none in a convolution. */
#include "model/blocks/recurrent.h"
#include "model/llm/usual.h"

enum { TAPS, PERIOD };

OG_DIM(taps, "shortconv.l_cache", hp->own[TAPS].u);
OG_DIM(three, "3*n_embd", (uint64_t)hp->n_embd * 3);

static const og_hparam hparams[] = {OG_USUAL_HPARAMS, OG_RMS_EPSILON, OG_REQUIRED_U32(own[TAPS], "shortconv.l_cache"),
                                    OG_OPTIONAL_U32(own[PERIOD], "shortconv.period", 0)};

enum { ATTENTION = 1, CONVOLUTION = 2 }; /* kinds 0 and 1, as bits */

static const og_tensor_row tensors[] = {
    OG_TABLE("token_embd.weight", embd, vocab, 0),
    OG_VECTOR("token_embd_norm.weight", embd, 0), /* the last norm, in spite of its name */
    OG_MATRIX("output.weight", embd, vocab, OG_TENSOR_TIED),
    OG_VECTOR("blk.%d.attn_norm.weight", embd, 0),
    OG_MATRIX("blk.%d.attn_q.weight", embd, q, 0, .kinds = ATTENTION),
    OG_MATRIX("blk.%d.attn_k.weight", embd, k, 0, .kinds = ATTENTION),
    OG_MATRIX("blk.%d.attn_v.weight", embd, v, 0, .kinds = ATTENTION),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0, .kinds = ATTENTION),
    OG_VECTOR("blk.%d.attn_q_norm.weight", head, 0, .kinds = ATTENTION),
    OG_VECTOR("blk.%d.attn_k_norm.weight", head, 0, .kinds = ATTENTION),
    {.pattern = "blk.%d.shortconv.conv.weight", .dim = {&og_dim_taps, &og_dim_embd}, .use = OG_USE_VECTOR, .kinds = CONVOLUTION},
    OG_MATRIX("blk.%d.shortconv.in_proj.weight", embd, three, 0, .kinds = CONVOLUTION),
    OG_MATRIX("blk.%d.shortconv.out_proj.weight", embd, embd, 0, .kinds = CONVOLUTION),
    OG_GATED_FFN_TENSORS,
};

static const og_block attention[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

static const og_block convolution[] = {
    {.build = og_block_shortconv, .norm = "attn_norm"},
    {.build = og_block_ffn, .norm = "ffn_norm", .gate = og_g_silu_mul},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    const int period = (int)hp->own[PERIOD].u; /* of models that are made up: files of real ones have no such key */
    if (period && i % period == 0) layer->n_head_kv = 0;
    layer->kind = layer->n_head_kv == 0;
}

const og_arch og_arch_lfm2 = {
    .name = "lfm2",
    OG_TABLES,
    .recipe = {OG_RECIPE(attention), OG_RECIPE(convolution)},
    .layer = layer_of,
    .output_norm = "token_embd_norm",
    .tiny = {OG_TINY, .own = {[TAPS] = {3}, [PERIOD] = {2}}},
};
