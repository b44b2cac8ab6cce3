/* usual.h: rows that most language models share, as pieces of tables. */
#ifndef OG_MODEL_LLM_USUAL_H
#define OG_MODEL_LLM_USUAL_H

#include "model/blocks/blocks.h"

/* All but the norm's epsilon, whose key says which norm it is. */
#define OG_USUAL_HPARAMS                                                                                                                  \
    OG_REQUIRED_U32(n_ctx_train, "context_length"), OG_REQUIRED_U32(n_embd, "embedding_length"), OG_REQUIRED_U32(n_layer, "block_count"), \
        OG_LAYERED_U32(n_ff, n_ff, "feed_forward_length", true, 0), OG_LAYERED_U32(n_head, n_head, "attention.head_count", true, 0),      \
        OG_LAYERED_U32(n_head_kv, n_head_kv, "attention.head_count_kv", false, 0), OG_OPTIONAL_U32(head_dim, "attention.key_length", 0),  \
        OG_OPTIONAL_U32(head_dim_v, "attention.value_length", 0), OG_OPTIONAL_U32(n_rot, "rope.dimension_count", 0),                      \
        OG_OPTIONAL_F32(rope_base, "rope.freq_base", 10000.0f)
#define OG_RMS_EPSILON OG_REQUIRED_F32(norm_eps, "attention.layer_norm_rms_epsilon")
#define OG_LAYER_EPSILON OG_REQUIRED_F32(norm_eps, "attention.layer_norm_epsilon")

/* `period`: of layers, the last of which sees everything; 0: none does. */
#define OG_WINDOW_HPARAMS(period)                           \
    OG_OPTIONAL_U32(window, "attention.sliding_window", 0), \
        OG_LAYERED_U32(window_period, local, "attention.sliding_window_pattern", false, period)

/* Embedding, last norm, and a product with its own weights or with the embedding's. */
#define OG_TRUNK_TENSORS                                                                     \
    OG_TABLE("token_embd.weight", embd, vocab, 0), OG_VECTOR("output_norm.weight", embd, 0), \
        OG_MATRIX("output.weight", embd, vocab, OG_TENSOR_TIED)

#define OG_QKV_TENSORS(flags)                                                                             \
    OG_MATRIX("blk.%d.attn_q.weight", embd, q, flags), OG_MATRIX("blk.%d.attn_k.weight", embd, k, flags), \
        OG_MATRIX("blk.%d.attn_v.weight", embd, v, flags)
#define OG_QKV_BIASES(flags) \
    OG_VECTOR("blk.%d.attn_q.bias", q, flags), OG_VECTOR("blk.%d.attn_k.bias", k, flags), OG_VECTOR("blk.%d.attn_v.bias", v, flags)
/* The three in one tensor, or each by itself. */
#define OG_FUSED_QKV_TENSORS \
    OG_FUSED_MATRIX("blk.%d.attn_qkv.weight", embd, "attn_q.weight attn_k.weight attn_v.weight"), OG_QKV_TENSORS(OG_TENSOR_PART)
#define OG_FUSED_QKV_BIASES(flags) \
    OG_FUSED_VECTOR("blk.%d.attn_qkv.bias", flags, "attn_q.bias attn_k.bias attn_v.bias"), OG_QKV_BIASES(OG_TENSOR_PART | (flags))
/* Norms of each head's query and key. */
#define OG_QK_NORM_TENSORS OG_VECTOR("blk.%d.attn_q_norm.weight", head, 0), OG_VECTOR("blk.%d.attn_k_norm.weight", head, 0)
#define OG_NORM_BIAS(name) OG_VECTOR(name ".weight", embd, 0), OG_VECTOR(name ".bias", embd, 0)
/* Factors of rotary frequencies: of Llama 3.1, and of LongRoPE. */
#define OG_ROPE_FACTOR_TENSORS                                                                 \
    OG_VECTOR("rope_freqs.weight", rot_half, OG_TENSOR_OPTIONAL | OG_TENSOR_READ),             \
        OG_VECTOR("rope_factors_short.weight", rot_half, OG_TENSOR_OPTIONAL | OG_TENSOR_READ), \
        OG_VECTOR("rope_factors_long.weight", rot_half, OG_TENSOR_OPTIONAL | OG_TENSOR_READ)
#define OG_ATTENTION_TENSORS \
    OG_VECTOR("blk.%d.attn_norm.weight", embd, 0), OG_QKV_TENSORS(0), OG_MATRIX("blk.%d.attn_output.weight", attn, embd, 0)

#define OG_GATED_FFN_TENSORS                                                                        \
    OG_VECTOR("blk.%d.ffn_norm.weight", embd, 0), OG_MATRIX("blk.%d.ffn_gate.weight", embd, ff, 0), \
        OG_MATRIX("blk.%d.ffn_up.weight", embd, ff, 0), OG_MATRIX("blk.%d.ffn_down.weight", ff, embd, 0)

/* Mixtures of experts, in layers of the kinds in mask `of`. The last two vary: how scores are made, and whether weights sum to 1. */
#define OG_EXPERT_CHOICES(score, norm)                                                                                      \
    OG_OPTIONAL_U32(n_ff_exp, "expert_feed_forward_length", 0), OG_OPTIONAL_U32(expert_score, "expert_gating_func", score), \
        OG_OPTIONAL_BOOL(expert_norm, "expert_weights_norm", norm), OG_OPTIONAL_F32(expert_scale, "expert_weights_scale", 0)
#define OG_EXPERT_HPARAMS(score, norm) \
    OG_REQUIRED_U32(n_expert, "expert_count"), OG_REQUIRED_U32(n_expert_used, "expert_used_count"), OG_EXPERT_CHOICES(score, norm)
#define OG_EXPERT_TENSORS(of)                                                    \
    OG_MATRIX("blk.%d.ffn_gate_inp.weight", embd, expert, 0, .kinds = of),       \
        OG_EXPERTS("blk.%d.ffn_gate_exps.weight", embd, ff_exp, 0, .kinds = of), \
        OG_EXPERTS("blk.%d.ffn_up_exps.weight", embd, ff_exp, 0, .kinds = of),   \
        OG_EXPERTS("blk.%d.ffn_down_exps.weight", ff_exp, embd, 0, .kinds = of)
#define OG_SHARED_EXPERT_TENSORS(of)                                             \
    OG_MATRIX("blk.%d.ffn_gate_shexp.weight", embd, ff_shexp, 0, .kinds = of),   \
        OG_MATRIX("blk.%d.ffn_up_shexp.weight", embd, ff_shexp, 0, .kinds = of), \
        OG_MATRIX("blk.%d.ffn_down_shexp.weight", ff_shexp, embd, 0, .kinds = of)
/* The same as OG_GATED_FFN_TENSORS without its norm. */
#define OG_DENSE_TENSORS(of)                                                                                                    \
    OG_MATRIX("blk.%d.ffn_gate.weight", embd, ff, 0, .kinds = of), OG_MATRIX("blk.%d.ffn_up.weight", embd, ff, 0, .kinds = of), \
        OG_MATRIX("blk.%d.ffn_down.weight", ff, embd, 0, .kinds = of)

/* Gate and up in one tensor, which has up's name. */
#define OG_FUSED_FFN_TENSORS                                                                                                        \
    OG_FUSED_MATRIX("blk.%d.ffn_up.weight", embd, "ffn_gate.weight ffn_up.weight"),                                                 \
        OG_MATRIX("blk.%d.ffn_gate.weight", embd, ff, OG_TENSOR_PART), OG_MATRIX("blk.%d.ffn_up.weight", embd, ff, OG_TENSOR_PART), \
        OG_MATRIX("blk.%d.ffn_down.weight", ff, embd, 0)
/* Without a gate, and without a norm. */
#define OG_PLAIN_FFN_TENSORS OG_MATRIX("blk.%d.ffn_up.weight", embd, ff, 0), OG_MATRIX("blk.%d.ffn_down.weight", ff, embd, 0)
#define OG_PLAIN_FFN_BIASES(flags) OG_VECTOR("blk.%d.ffn_up.bias", ff, flags), OG_VECTOR("blk.%d.ffn_down.bias", embd, flags)

/* Tables of an architecture file by the names `hparams` and `tensors`. */
#define OG_TABLES .hparam = hparams, .n_hparam = OG_LEN(hparams), .tensor = tensors, .n_tensor = OG_LEN(tensors)

/* Tiny sizes: rows are whole blocks of 32; heads are together wider than the stream or, of architectures where that cannot be, as wide. */
#define OG_TINY_SIZES(layers, head, rot)                                                                                           \
    .n_vocab = 96, .n_ctx_train = 256, .n_layer = layers, .n_embd = 64, .n_ff = 96, .n_head = 4, .n_head_kv = 2, .head_dim = head, \
    .head_dim_v = head, .n_rot = rot, .norm_eps = 1e-5f, .rope_base = 10000.0f, .causal = 1, .n_types = 1, .n_labels = 1,          \
    .pooling_rank = OG_POOLING_LAST
#define OG_TINY_OF(layers, rot) OG_TINY_SIZES(layers, 24, rot)
#define OG_TINY_SQUARE(layers, rot) OG_TINY_SIZES(layers, 16, rot)
#define OG_TINY OG_TINY_OF(2, 24)
#define OG_TINY_EXPERTS .n_expert = 6, .n_expert_used = 2, .n_ff_exp = 32

#endif
