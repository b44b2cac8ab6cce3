/* gpt-oss: gpt-oss-20b and -120b (OpenAI 2025): attention with sinks, every other layer within a window; experts with biases and a clamped
 * gate, weighed by a softmax over the chosen. */
#include "model/llm/usual.h"

static const og_hparam hparams[] = {
    OG_USUAL_HPARAMS,
    OG_RMS_EPSILON,
    OG_REQUIRED_U32(window, "attention.sliding_window"),
    OG_OPTIONAL_U32(window_period, "attention.sliding_window_pattern", 2),
    OG_EXPERT_HPARAMS(OG_SCORE_CHOSEN, 0),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_ATTENTION_TENSORS,
    OG_QKV_BIASES(0),
    OG_VECTOR("blk.%d.attn_output.bias", embd, 0),
    OG_VECTOR("blk.%d.attn_sinks.weight", n_head, 0),
    OG_VECTOR("blk.%d.post_attention_norm.weight", embd, 0),
    OG_EXPERT_TENSORS(0),
    OG_VECTOR("blk.%d.ffn_gate_inp.bias", expert, 0),
    OG_EXPERT_BIAS("blk.%d.ffn_gate_exps.bias", ff_exp),
    OG_EXPERT_BIAS("blk.%d.ffn_up_exps.bias", ff_exp),
    OG_EXPERT_BIAS("blk.%d.ffn_down_exps.bias", embd),
};

static const og_block blocks[] = {
    {.build = og_block_attention, .norm = "attn_norm", .rope = OG_ROPE_HALVES},
    {.build = og_block_experts, .norm = "post_attention_norm", .gate = og_g_clamped_mul},
};

const og_arch og_arch_gpt_oss = {
    .name = "gpt-oss",
    OG_TABLES,
    .recipe = {OG_RECIPE(blocks)},
    .tiny = {OG_TINY, OG_TINY_EXPERTS, .expert_score = OG_SCORE_CHOSEN, .window = 40, .window_period = 2},
};
