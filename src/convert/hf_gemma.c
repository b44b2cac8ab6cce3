/* hf_gemma.c: Gemma 1 to 3. Norms are stored as differences to 1; the output matrix is always the embedding. */
#include "convert/usual.h"

static const og_hf_key keys[] = {
    OG_HF_USUAL_KEYS,
    {"attn_logit_softcapping", "attn_logit_softcapping", OG_HF_F32, 0},
    {"final_logit_softcapping", "final_logit_softcapping", OG_HF_F32, 0},
    {"sliding_window", "attention.sliding_window", OG_HF_U32, 0},
};

#define TRUNK                                                                                                            \
    {"embed_tokens.weight", "token_embd.weight", 0, NULL}, {"norm.weight", "output_norm.weight", OG_HF_ADD_ONE, NULL}, { \
        "lm_head.weight", NULL, OG_HF_IGNORE, NULL                                                                       \
    }

static const og_hf_tensor gemma[] = {
    TRUNK,
    OG_HF_ATTENTION(NULL, NULL, OG_HF_ADD_ONE),
    {"layers.%d.post_attention_layernorm.weight", "blk.%d.ffn_norm.weight", OG_HF_ADD_ONE, NULL},
    OG_HF_FFN(0),
};

/* Since Gemma 2 there are norms before and behind each block. */
#define GEMMA2                                                                                                   \
    TRUNK, OG_HF_ATTENTION(NULL, NULL, OG_HF_ADD_ONE), OG_HF_FFN(0),                                             \
        {"layers.%d.post_attention_layernorm.weight", "blk.%d.post_attention_norm.weight", OG_HF_ADD_ONE, NULL}, \
        {"layers.%d.pre_feedforward_layernorm.weight", "blk.%d.ffn_norm.weight", OG_HF_ADD_ONE, NULL}, {         \
        "layers.%d.post_feedforward_layernorm.weight", "blk.%d.post_ffw_norm.weight", OG_HF_ADD_ONE, NULL        \
    }

static const og_hf_tensor gemma2[] = {GEMMA2};
static const og_hf_tensor gemma3[] = {GEMMA2, OG_HF_QK_NORMS(OG_HF_ADD_ONE)};

/* The format has no place for a factor of attention scores that is not that of the head's size. */
static og_status check_scale(og_hf *hf, og_error *err) {
    uint32_t scale, head = hf->n.head_dim, wide = hf->n.n_embd / hf->n.n_head;
    OG_TRY(og_hf_u32(hf, "query_pre_attn_scalar", head, &scale, err));
    if (scale == head || (scale == wide && hf->n.n_layer >= 46))
        return OG_OK; /* the largest models: llama.cpp knows them by their layers */
    return og_fail(err, OG_ERR_UNSUPPORTED, "%s/config.json: query_pre_attn_scalar is %u with heads of %u; that cannot be said in GGUF",
                   hf->folder, scale, head);
}

static og_status extra(og_hf *hf, og_error *err) {
    OG_TRY(check_scale(hf, err));
    return og_hf_rope(hf, hf->n.head_dim, err);
}

const og_hf_arch og_hf_arch_gemma = {.name = "gemma", OG_HF_TABLES(keys, gemma), .extra = extra};
const og_hf_arch og_hf_arch_gemma2 = {.name = "gemma2", OG_HF_TABLES(keys, gemma2), .extra = extra};
const og_hf_arch og_hf_arch_gemma3 = {.name = "gemma3", OG_HF_TABLES(keys, gemma3), .extra = extra};
