/* hf_layernorm.c: decoders with layer norms and biases: StarCoder 2, GPT-2. */
#include "convert/usual.h"

/* A tensor's weight and bias. */
#define BOTH(hf, gguf, flags)                          \
    {hf ".weight", gguf ".weight", flags, NULL}, {     \
        hf ".bias", gguf ".bias", OG_HF_OPTIONAL, NULL \
    }

static const og_hf_key starcoder2_keys[] = {
    OG_HF_COMMON_KEYS,
    {"intermediate_size", "feed_forward_length", OG_HF_U32, OG_HF_REQUIRED},
    {"num_key_value_heads", "attention.head_count_kv", OG_HF_U32, 0},
    {"norm_epsilon", "attention.layer_norm_epsilon", OG_HF_F32, OG_HF_REQUIRED},
    {"vocab_size", "vocab_size", OG_HF_U32, OG_HF_REQUIRED},
};

static const og_hf_tensor starcoder2[] = {
    {"embed_tokens.weight", "token_embd.weight", 0, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    BOTH("norm", "output_norm", 0),
    BOTH("layers.%d.input_layernorm", "blk.%d.attn_norm", 0),
    BOTH("layers.%d.self_attn.q_proj", "blk.%d.attn_q", 0),
    BOTH("layers.%d.self_attn.k_proj", "blk.%d.attn_k", 0),
    BOTH("layers.%d.self_attn.v_proj", "blk.%d.attn_v", 0),
    BOTH("layers.%d.self_attn.o_proj", "blk.%d.attn_output", 0),
    BOTH("layers.%d.post_attention_layernorm", "blk.%d.ffn_norm", 0),
    BOTH("layers.%d.mlp.c_fc", "blk.%d.ffn_up", 0),
    BOTH("layers.%d.mlp.c_proj", "blk.%d.ffn_down", 0),
};

static og_status starcoder2_extra(og_hf *hf, og_error *err) {
    return og_hf_rope(hf, hf->n.head_dim, err);
}

const og_hf_arch og_hf_arch_starcoder2 = {.name = "starcoder2", OG_HF_TABLES(starcoder2_keys, starcoder2), .extra = starcoder2_extra};

/* ---- GPT-2: learned positions, and matrices that are stored with rows and columns exchanged ---- */

static const og_hf_key gpt2_keys[] = {
    OG_HF_COMMON_KEYS,
    {"layer_norm_epsilon", "attention.layer_norm_epsilon", OG_HF_F32, OG_HF_REQUIRED},
};

static const og_hf_tensor gpt2[] = {
    {"wte.weight", "token_embd.weight", 0, NULL},
    {"wpe.weight", "position_embd.weight", OG_HF_AS_F32, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    BOTH("ln_f", "output_norm", 0),
    BOTH("h.%d.ln_1", "blk.%d.attn_norm", 0),
    BOTH("h.%d.attn.c_attn", "blk.%d.attn_qkv", OG_HF_TRANSPOSE),
    BOTH("h.%d.attn.c_proj", "blk.%d.attn_output", OG_HF_TRANSPOSE),
    BOTH("h.%d.ln_2", "blk.%d.ffn_norm", 0),
    BOTH("h.%d.mlp.c_fc", "blk.%d.ffn_up", OG_HF_TRANSPOSE),
    BOTH("h.%d.mlp.c_proj", "blk.%d.ffn_down", OG_HF_TRANSPOSE),
    {"h.%d.attn.bias", NULL, OG_HF_IGNORE, NULL}, /* the causal mask */
    {"h.%d.attn.masked_bias", NULL, OG_HF_IGNORE, NULL},
};

static og_status gpt2_extra(og_hf *hf, og_error *err) {
    uint32_t inner;
    OG_TRY(og_hf_u32(hf, "n_inner", 4 * OG_MIN(hf->n.n_embd, (uint32_t)1 << 24), &inner, err));
    og_hf_set_u32(hf, "feed_forward_length", inner);
    return OG_OK;
}

const og_hf_arch og_hf_arch_gpt2 = {.name = "gpt2", OG_HF_TABLES(gpt2_keys, gpt2), .extra = gpt2_extra};
