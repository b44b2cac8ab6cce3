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

/* Embedding, last norm, and a product with its own weights or with the embedding's. */
#define OG_TRUNK_TENSORS                                                                     \
    OG_TABLE("token_embd.weight", embd, vocab, 0), OG_VECTOR("output_norm.weight", embd, 0), \
        OG_MATRIX("output.weight", embd, vocab, OG_TENSOR_TIED)

#define OG_QKV_TENSORS(flags)                                                                             \
    OG_MATRIX("blk.%d.attn_q.weight", embd, q, flags), OG_MATRIX("blk.%d.attn_k.weight", embd, k, flags), \
        OG_MATRIX("blk.%d.attn_v.weight", embd, v, flags)
#define OG_QKV_BIASES(flags) \
    OG_VECTOR("blk.%d.attn_q.bias", q, flags), OG_VECTOR("blk.%d.attn_k.bias", k, flags), OG_VECTOR("blk.%d.attn_v.bias", v, flags)
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

/* Tables of an architecture file by the names `hparams` and `tensors`. */
#define OG_TABLES .hparam = hparams, .n_hparam = OG_LEN(hparams), .tensor = tensors, .n_tensor = OG_LEN(tensors)

/* A tiny size: two layers, grouped queries, heads whose sizes differ from all else, rows of whole blocks of 32. */
#define OG_TINY                                                                                                             \
    .n_vocab = 96, .n_ctx_train = 256, .n_layer = 2, .n_embd = 64, .n_ff = 96, .n_head = 4, .n_head_kv = 2, .head_dim = 24, \
    .head_dim_v = 24, .n_rot = 24, .norm_eps = 1e-5f, .rope_base = 10000.0f
#define OG_TINY_EXPERTS .n_expert = 6, .n_expert_used = 2, .n_ff_exp = 32

#endif
