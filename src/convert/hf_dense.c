/* hf_dense.c: decoders that follow Llama with a difference of their own: Qwen 3, OLMo 2, Granite, Phi 3. */
#include "convert/usual.h"

static og_status rope(og_hf *hf, og_error *err) {
    return og_hf_rope(hf, hf->n.head_dim, err);
}

/* ---- Qwen 3: norms of queries and keys, head by head ---- */

static const og_hf_key usual_keys[] = {OG_HF_USUAL_KEYS};
static const og_hf_tensor qwen3[] = {
    OG_HF_TRUNK(0), OG_HF_ATTENTION(NULL, NULL, 0), OG_HF_QK_NORMS(0), OG_HF_FFN_NORM, OG_HF_FFN(0),
};

const og_hf_arch og_hf_arch_qwen3 = {.name = "qwen3", OG_HF_TABLES(usual_keys, qwen3), .extra = rope};

/* ---- OLMo 2: norms behind the blocks, none before them ---- */

static const og_hf_tensor olmo2[] = {
    OG_HF_TRUNK(0),
    {"layers.%d.self_attn.q_proj.weight", "blk.%d.attn_q.weight", 0, NULL},
    {"layers.%d.self_attn.k_proj.weight", "blk.%d.attn_k.weight", 0, NULL},
    {"layers.%d.self_attn.v_proj.weight", "blk.%d.attn_v.weight", 0, NULL},
    {"layers.%d.self_attn.o_proj.weight", "blk.%d.attn_output.weight", 0, NULL},
    OG_HF_QK_NORMS(0),
    {"layers.%d.post_attention_layernorm.weight", "blk.%d.post_attention_norm.weight", 0, NULL},
    {"layers.%d.post_feedforward_layernorm.weight", "blk.%d.post_ffw_norm.weight", 0, NULL},
    OG_HF_FFN(0),
};

const og_hf_arch og_hf_arch_olmo2 = {.name = "olmo2", OG_HF_TABLES(usual_keys, olmo2), .extra = rope};

/* ---- Granite: factors before embedding, attention, residuals and logits ---- */

static const og_hf_key granite_keys[] = {
    OG_HF_USUAL_KEYS,
    {"attention_multiplier", "attention.scale", OG_HF_F32, 0},
    {"embedding_multiplier", "embedding_scale", OG_HF_F32, 0},
    {"residual_multiplier", "residual_scale", OG_HF_F32, 0},
    {"logits_scaling", "logit_scale", OG_HF_F32, 0},
};
static const og_hf_tensor granite[] = {OG_HF_TRUNK(0), OG_HF_ATTENTION(og_hf_map_q, og_hf_map_k, 0), OG_HF_FFN_NORM, OG_HF_FFN(0)};

static og_status rope_dimensions(og_hf *hf, og_error *err) {
    og_hf_set_u32(hf, "rope.dimension_count", hf->n.head_dim);
    return rope(hf, err);
}

const og_hf_arch og_hf_arch_granite = {.name = "granite", OG_HF_TABLES(granite_keys, granite), .extra = rope_dimensions};

/* ---- Phi 3: q, k and v in one matrix, gate and up in another; a part of each head is rotated ---- */

static const og_hf_tensor phi3[] = {
    OG_HF_TRUNK(0),
    {"layers.%d.input_layernorm.weight", "blk.%d.attn_norm.weight", 0, NULL},
    {"layers.%d.self_attn.qkv_proj.weight", "blk.%d.attn_qkv.weight", 0, NULL},
    {"layers.%d.self_attn.o_proj.weight", "blk.%d.attn_output.weight", 0, NULL},
    OG_HF_FFN_NORM,
    {"layers.%d.mlp.gate_up_proj.weight", "blk.%d.ffn_up.weight", 0, NULL},
    {"layers.%d.mlp.down_proj.weight", "blk.%d.ffn_down.weight", 0, NULL},
    {"layers.%d.self_attn.rotary_emb.inv_freq", NULL, OG_HF_IGNORE, NULL},
};

static og_status phi3_extra(og_hf *hf, og_error *err) {
    uint32_t window;
    double part = 1;
    const og_jval *v = og_hf_config(hf, "partial_rotary_factor");
    if (!v) v = og_jval_get(og_hf_config(hf, "rope_parameters"), "partial_rotary_factor");
    if (v && (!og_jval_number(v, &part) || !(part > 0 && part <= 1)))
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json: partial_rotary_factor must be a number up to 1", hf->folder);
    OG_TRY(og_hf_u32(hf, "sliding_window", 0, &window, err));
    uint32_t n_rot = (uint32_t)(part * hf->n.head_dim);
    og_hf_set_u32(hf, "attention.sliding_window", window);
    og_hf_set_u32(hf, "rope.dimension_count", n_rot);
    return og_hf_rope(hf, n_rot, err);
}

const og_hf_arch og_hf_arch_phi3 = {.name = "phi3", OG_HF_TABLES(usual_keys, phi3), .extra = phi3_extra};
