/* usual.h: rows that most architectures share, as pieces of tables. */
#ifndef OG_CONVERT_USUAL_H
#define OG_CONVERT_USUAL_H

#include "convert/hf.h"

/* The values of decoders that follow Llama. */
#define OG_HF_USUAL_KEYS                                                                                                      \
    OG_HF_COMMON_KEYS, {"intermediate_size", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},                               \
        {"num_key_value_heads", "attention.head_count_kv", OG_HF_U32, 0}, {"head_dim", "attention.key_length", OG_HF_U32, 0}, \
        {"head_dim", "attention.value_length", OG_HF_U32, 0},                                                                 \
        {"rms_norm_eps", "attention.layer_norm_rms_epsilon", OG_HF_F32, OG_HF_REQUIRED}, {                                    \
        "vocab_size", "vocab_size", OG_HF_U32, OG_HF_REQUIRED                                                                 \
    }

#define OG_HF_EXPERT_KEYS                                                                                                          \
    {"num_local_experts|num_experts", "expert_count", OG_HF_U32, 0}, {"num_experts_per_tok", "expert_used_count", OG_HF_U32, 0}, { \
        "moe_intermediate_size", "expert_feed_forward_length", OG_HF_U32, 0                                                        \
    }

#define OG_HF_TRUNK(NORM)                                                                                       \
    {"embed_tokens.weight", "token_embd.weight", 0, NULL}, {"norm.weight", "output_norm.weight", NORM, NULL}, { \
        "lm_head.weight", "output.weight", OG_HF_TIED, NULL                                                     \
    }

/* A tensor's weight and, where it has one, bias. */
#define OG_HF_BOTH(hf, gguf, flags)                    \
    {hf ".weight", gguf ".weight", flags, NULL}, {     \
        hf ".bias", gguf ".bias", OG_HF_OPTIONAL, NULL \
    }

/* The values of decoders with layer norms. */
#define OG_HF_LAYERNORM_KEYS                                                                                                      \
    OG_HF_COMMON_KEYS, {"intermediate_size|ffn_hidden_size", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},                   \
        {"num_key_value_heads", "attention.head_count_kv", OG_HF_U32, 0}, {"head_dim", "attention.key_length", OG_HF_U32, 0},     \
        {"head_dim", "attention.value_length", OG_HF_U32, 0},                                                                     \
        {"layer_norm_eps|layer_norm_epsilon|norm_epsilon|norm_eps", "attention.layer_norm_epsilon", OG_HF_F32, OG_HF_REQUIRED}, { \
        "vocab_size", "vocab_size", OG_HF_U32, OG_HF_REQUIRED                                                                     \
    }

/* Attention with its norm; Q and K: how their rows move, or NULL. */
#define OG_HF_ATTENTION(Q, K, NORM)                                                             \
    {"layers.%d.input_layernorm.weight", "blk.%d.attn_norm.weight", NORM, NULL},                \
        {"layers.%d.self_attn.q_proj.weight", "blk.%d.attn_q.weight", 0, Q},                    \
        {"layers.%d.self_attn.k_proj.weight", "blk.%d.attn_k.weight", 0, K},                    \
        {"layers.%d.self_attn.v_proj.weight", "blk.%d.attn_v.weight", 0, NULL},                 \
        {"layers.%d.self_attn.o_proj.weight", "blk.%d.attn_output.weight", 0, NULL},            \
        {"layers.%d.self_attn.q_proj.bias", "blk.%d.attn_q.bias", OG_HF_OPTIONAL, Q},           \
        {"layers.%d.self_attn.k_proj.bias", "blk.%d.attn_k.bias", OG_HF_OPTIONAL, K},           \
        {"layers.%d.self_attn.v_proj.bias", "blk.%d.attn_v.bias", OG_HF_OPTIONAL, NULL},        \
        {"layers.%d.self_attn.o_proj.bias", "blk.%d.attn_output.bias", OG_HF_OPTIONAL, NULL}, { \
        "layers.%d.self_attn.rotary_emb.inv_freq", NULL, OG_HF_IGNORE, NULL                     \
    }

/* Norms of queries and keys. */
#define OG_HF_QK_NORMS(NORM)                                                          \
    {"layers.%d.self_attn.q_norm.weight", "blk.%d.attn_q_norm.weight", NORM, NULL}, { \
        "layers.%d.self_attn.k_norm.weight", "blk.%d.attn_k_norm.weight", NORM, NULL  \
    }

#define OG_HF_FFN_NORM \
    { "layers.%d.post_attention_layernorm.weight", "blk.%d.ffn_norm.weight", 0, NULL }

/* A gated feed-forward network; OPTIONAL where layers may have experts instead. */
#define OG_HF_FFN(FLAGS)                                                         \
    {"layers.%d.mlp.gate_proj.weight", "blk.%d.ffn_gate.weight", FLAGS, NULL},   \
        {"layers.%d.mlp.up_proj.weight", "blk.%d.ffn_up.weight", FLAGS, NULL}, { \
        "layers.%d.mlp.down_proj.weight", "blk.%d.ffn_down.weight", FLAGS, NULL  \
    }

#define OG_HF_EXPERTS                                                                          \
    {"layers.%d.mlp.gate.weight", "blk.%d.ffn_gate_inp.weight", OG_HF_AS_F32, NULL},           \
        {"layers.%d.mlp.experts.%e.gate_proj.weight", "blk.%d.ffn_gate_exps.weight", 0, NULL}, \
        {"layers.%d.mlp.experts.%e.up_proj.weight", "blk.%d.ffn_up_exps.weight", 0, NULL}, {   \
        "layers.%d.mlp.experts.%e.down_proj.weight", "blk.%d.ffn_down_exps.weight", 0, NULL    \
    }

#define OG_HF_TABLES(keys, tensors) .key = keys, .n_key = OG_LEN(keys), .tensor = tensors, .n_tensor = OG_LEN(tensors)

#endif
