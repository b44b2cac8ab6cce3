/* qwen35: Qwen 3.5 (dense): three layers of a gated delta net, then one of attention whose result a gate multiplies; queries and keys are
 * normalised head by head, a part of each head is rotated. */
#include "model/blocks/recurrent.h"
#include "model/llm/usual.h"

enum { INTERVAL = OG_OWN_AFTER_SSM };

OG_DIM(taps, "ssm.conv_kernel", hp->own[OG_OWN_SSM_CONV].u);
OG_DIM(inner, "ssm.inner_size", hp->own[OG_OWN_SSM_INNER].u);
OG_DIM(state, "ssm.state_size", hp->own[OG_OWN_SSM_STATE].u);
OG_DIM(heads, "ssm.time_step_rank", hp->own[OG_OWN_SSM_HEADS].u);
OG_DIM(channels, "ssm.inner_size+2*ssm.group_count*ssm.state_size",
       hp->own[OG_OWN_SSM_INNER].u + (uint64_t)hp->own[OG_OWN_SSM_GROUPS].u * hp->own[OG_OWN_SSM_STATE].u * 2);
OG_DIM(q_gate, "2*n_head*head_dim", (uint64_t)layer->n_head * layer->head_dim * 2);

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_SSM_HPARAMS,
    OG_OPTIONAL_U32(own[INTERVAL], "full_attention_interval", 4),
};

enum { ATTENTION = 1, DELTA = 2 }; /* kinds 0 and 1, as bits */

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_VECTOR("blk.%d.attn_norm.weight", embd, 0),
    OG_VECTOR("blk.%d.post_attention_norm.weight", embd, 0),
    OG_MATRIX("blk.%d.attn_q.weight", embd, q_gate, 0, .kinds = ATTENTION),
    OG_MATRIX("blk.%d.attn_k.weight", embd, k, 0, .kinds = ATTENTION),
    OG_MATRIX("blk.%d.attn_v.weight", embd, v, 0, .kinds = ATTENTION),
    OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0, .kinds = ATTENTION),
    OG_VECTOR("blk.%d.attn_q_norm.weight", head, 0, .kinds = ATTENTION),
    OG_VECTOR("blk.%d.attn_k_norm.weight", head, 0, .kinds = ATTENTION),
    OG_MATRIX("blk.%d.attn_qkv.weight", embd, channels, 0, .kinds = DELTA),
    OG_MATRIX("blk.%d.attn_gate.weight", embd, inner, 0, .kinds = DELTA),
    {.pattern = "blk.%d.ssm_conv1d.weight", .dim = {&og_dim_taps, &og_dim_channels}, .use = OG_USE_VECTOR, .kinds = DELTA},
    OG_VECTOR("blk.%d.ssm_dt.bias", heads, 0, .kinds = DELTA),
    OG_VECTOR("blk.%d.ssm_a", heads, 0, .kinds = DELTA),
    OG_MATRIX("blk.%d.ssm_alpha.weight", embd, heads, 0, .kinds = DELTA),
    OG_MATRIX("blk.%d.ssm_beta.weight", embd, heads, 0, .kinds = DELTA),
    OG_VECTOR("blk.%d.ssm_norm.weight", state, 0, .kinds = DELTA),
    OG_MATRIX("blk.%d.ssm_out.weight", inner, embd, 0, .kinds = DELTA),
    OG_MATRIX("blk.%d.ffn_gate.weight", embd, ff, 0),
    OG_MATRIX("blk.%d.ffn_up.weight", embd, ff, 0),
    OG_MATRIX("blk.%d.ffn_down.weight", ff, embd, 0),
};

static const og_block attention[] = {
    {.build = og_block_gated_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_ffn, .norm = "post_attention_norm", .gate = og_g_silu_mul},
};

static const og_block delta[] = {
    {.build = og_block_delta, .norm = "attn_norm"},
    {.build = og_block_ffn, .norm = "post_attention_norm", .gate = og_g_silu_mul},
};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    const uint32_t interval = OG_MAX(hp->own[INTERVAL].u, 1u);
    layer->kind = ((uint32_t)i + 1) % interval != 0;
    if (layer->kind) layer->n_head_kv = 0;
}

const og_arch og_arch_qwen35 = {
    .name = "qwen35",
    OG_TABLES,
    .recipe = {OG_RECIPE(attention), OG_RECIPE(delta)},
    .layer = layer_of,
    .tiny = {OG_TINY, .own = {[OG_OWN_SSM_CONV] = {4},
                              [OG_OWN_SSM_INNER] = {256},
                              [OG_OWN_SSM_STATE] = {64},
                              [OG_OWN_SSM_HEADS] = {4},
                              [OG_OWN_SSM_GROUPS] = {2},
                              [INTERVAL] = {2}}},
};
