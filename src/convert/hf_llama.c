/* hf_llama.c: Llama, and families that follow it closely: Mistral, SmolLM; Qwen 2. */
#include "convert/hf.h"

static const og_hf_key keys[] = {
    OG_HF_COMMON_KEYS,
    {"intermediate_size", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"num_key_value_heads", "attention.head_count_kv", OG_HF_U32, 0},
    {"head_dim", "attention.key_length", OG_HF_U32, 0},
    {"head_dim", "attention.value_length", OG_HF_U32, 0},
    {"rms_norm_eps", "attention.layer_norm_rms_epsilon", OG_HF_F32, OG_HF_REQUIRED},
    {"vocab_size", "vocab_size", OG_HF_U32, OG_HF_REQUIRED},
};

/* Q and K: the maps that turn halves into neighbours, or nothing. */
#define TENSORS(Q, K)                                                                                                                    \
    {"embed_tokens.weight", "token_embd.weight", 0, NULL}, {"norm.weight", "output_norm.weight", 0, NULL},                               \
        {"lm_head.weight", "output.weight", OG_HF_TIED, NULL}, {"layers.%d.input_layernorm.weight", "blk.%d.attn_norm.weight", 0, NULL}, \
        {"layers.%d.self_attn.q_proj.weight", "blk.%d.attn_q.weight", 0, Q},                                                             \
        {"layers.%d.self_attn.k_proj.weight", "blk.%d.attn_k.weight", 0, K},                                                             \
        {"layers.%d.self_attn.v_proj.weight", "blk.%d.attn_v.weight", 0, NULL},                                                          \
        {"layers.%d.self_attn.o_proj.weight", "blk.%d.attn_output.weight", 0, NULL},                                                     \
        {"layers.%d.self_attn.q_proj.bias", "blk.%d.attn_q.bias", OG_HF_OPTIONAL, Q},                                                    \
        {"layers.%d.self_attn.k_proj.bias", "blk.%d.attn_k.bias", OG_HF_OPTIONAL, K},                                                    \
        {"layers.%d.self_attn.v_proj.bias", "blk.%d.attn_v.bias", OG_HF_OPTIONAL, NULL},                                                 \
        {"layers.%d.self_attn.o_proj.bias", "blk.%d.attn_output.bias", OG_HF_OPTIONAL, NULL},                                            \
        {"layers.%d.post_attention_layernorm.weight", "blk.%d.ffn_norm.weight", 0, NULL},                                                \
        {"layers.%d.mlp.gate_proj.weight", "blk.%d.ffn_gate.weight", 0, NULL},                                                           \
        {"layers.%d.mlp.up_proj.weight", "blk.%d.ffn_up.weight", 0, NULL},                                                               \
        {"layers.%d.mlp.down_proj.weight", "blk.%d.ffn_down.weight", 0, NULL}, {                                                         \
        "layers.%d.self_attn.rotary_emb.inv_freq", NULL, OG_HF_IGNORE, NULL                                                              \
    }

static const og_hf_tensor llama_tensors[] = {TENSORS(og_hf_map_q, og_hf_map_k)};
static const og_hf_tensor qwen2_tensors[] = {TENSORS(NULL, NULL)};

static og_status rope(og_hf *hf, og_error *err) {
    if (hf->arch == &og_hf_arch_llama) og_hf_set_u32(hf, "rope.dimension_count", hf->n.head_dim);
    return og_hf_rope(hf, hf->n.head_dim, err);
}

const og_hf_arch og_hf_arch_llama = {
    .name = "llama",
    .key = keys,
    .n_key = OG_LEN(keys),
    .tensor = llama_tensors,
    .n_tensor = OG_LEN(llama_tensors),
    .extra = rope,
};

const og_hf_arch og_hf_arch_qwen2 = {
    .name = "qwen2",
    .key = keys,
    .n_key = OG_LEN(keys),
    .tensor = qwen2_tensors,
    .n_tensor = OG_LEN(qwen2_tensors),
    .extra = rope,
};
