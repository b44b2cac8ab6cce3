/* hf_dense.c: decoders that follow Llama with a difference of their own: Qwen 3, OLMo 2 and 3, EXAONE 4, Hunyuan, GLM-4, Granite, Phi 3. */
#include "convert/usual.h"

/* ---- Qwen 3: norms of queries and keys, head by head ---- */

static const og_hf_key usual_keys[] = {OG_HF_USUAL_KEYS};
static const og_hf_tensor qwen3[] = {
    OG_HF_TRUNK(0), OG_HF_ATTENTION(NULL, NULL, 0), OG_HF_QK_NORMS(0), OG_HF_FFN_NORM, OG_HF_FFN(0),
};

const og_hf_arch og_hf_arch_qwen3 = {.name = "qwen3", OG_HF_TABLES(usual_keys, qwen3), .extra = og_hf_whole_rope};

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

static const og_hf_key window_keys[] = {OG_HF_USUAL_KEYS, {"sliding_window", "attention.sliding_window", OG_HF_U32, 0}};

static og_status windowed(og_hf *hf, og_error *err) {
    OG_TRY(og_hf_layer_types(hf, err));
    return og_hf_whole_rope(hf, err);
}

const og_hf_arch og_hf_arch_olmo2 = {.name = "olmo2", OG_HF_TABLES(usual_keys, olmo2), .extra = og_hf_whole_rope};
const og_hf_arch og_hf_arch_olmo3 = {.name = "olmo2", OG_HF_TABLES(window_keys, olmo2), .extra = windowed};
const og_hf_arch og_hf_arch_exaone4 = {.name = "exaone4", OG_HF_TABLES(window_keys, olmo2), .extra = windowed};

/* ---- Hunyuan: norms of queries and keys under other names ---- */

static const og_hf_tensor hunyuan[] = {
    OG_HF_TRUNK(0),
    OG_HF_ATTENTION(NULL, NULL, 0),
    {"layers.%d.self_attn.query_layernorm.weight", "blk.%d.attn_q_norm.weight", 0, NULL},
    {"layers.%d.self_attn.key_layernorm.weight", "blk.%d.attn_k_norm.weight", 0, NULL},
    OG_HF_FFN_NORM,
    OG_HF_FFN(0),
};

const og_hf_arch og_hf_arch_hunyuan_dense = {.name = "hunyuan-dense", OG_HF_TABLES(usual_keys, hunyuan), .extra = og_hf_whole_rope};

/* ---- Qwen 2 VL, 2.5 VL and 3 VL: the language model of them ---- */

static og_status sections(og_hf *hf, og_error *err) {
    int32_t section[4] = {0};
    const og_jval *list = og_jval_get(og_hf_config(hf, "rope_parameters|rope_scaling"), "mrope_section");
    int n = 0;
    for (const og_jval *v = list && list->kind == OG_JSON_ARRAY ? list->u.first : NULL; v && n < 4; v = v->next)
        if (v->kind == OG_JSON_INT && v->u.i >= 0 && v->u.i < 65536) section[n++] = (int32_t)v->u.i;
    if (n == 0) section[0] = (int32_t)(hf->n.head_dim / 2);
    og_hf_set_array(hf, "rope.dimension_sections", OG_VALUE_I32, section, OG_LEN(section));
    return og_hf_whole_rope(hf, err);
}

static const og_hf_tensor qwen2[] = {OG_HF_TRUNK(0), OG_HF_ATTENTION(NULL, NULL, 0), OG_HF_FFN_NORM, OG_HF_FFN(0)};

const og_hf_arch og_hf_arch_qwen2vl = {.name = "qwen2vl", OG_HF_TABLES(usual_keys, qwen2), .extra = sections};
const og_hf_arch og_hf_arch_qwen3vl = {.name = "qwen3vl", OG_HF_TABLES(usual_keys, qwen3), .extra = sections};

/* ---- GLM-4: a part of each head is rotated, gate and up are one matrix; since 0414 norms behind the blocks too ---- */

#define GLM(FFN_NORM)                                                                                                     \
    OG_HF_TRUNK(0), OG_HF_ATTENTION(NULL, NULL, 0), {"layers.%d." FFN_NORM ".weight", "blk.%d.ffn_norm.weight", 0, NULL}, \
        {"layers.%d.mlp.gate_up_proj.weight", "blk.%d.ffn_up.weight", 0, NULL}, {                                         \
        "layers.%d.mlp.down_proj.weight", "blk.%d.ffn_down.weight", 0, NULL                                               \
    }

static const og_hf_tensor glm[] = {GLM("post_attention_layernorm")};
static const og_hf_tensor glm4[] = {
    GLM("post_attention_layernorm"),
    {"layers.%d.post_self_attn_layernorm.weight", "blk.%d.post_attention_norm.weight", 0, NULL},
    {"layers.%d.post_mlp_layernorm.weight", "blk.%d.post_ffw_norm.weight", 0, NULL},
};

static og_status half_rope(og_hf *hf, og_error *err) {
    return og_hf_partial_rope(hf, 0.5, err);
}

const og_hf_arch og_hf_arch_glm = {.name = "chatglm", OG_HF_TABLES(usual_keys, glm), .extra = half_rope};
const og_hf_arch og_hf_arch_glm4 = {.name = "glm4", OG_HF_TABLES(usual_keys, glm4), .extra = half_rope};

/* ---- Granite: factors before embedding, attention, residuals and logits ---- */

static const og_hf_key granite_keys[] = {
    OG_HF_USUAL_KEYS,
    {"attention_multiplier", "attention.scale", OG_HF_F32, 0},
    {"embedding_multiplier", "embedding_scale", OG_HF_F32, 0},
    {"residual_multiplier", "residual_scale", OG_HF_F32, 0},
    {"logits_scaling", "logit_scale", OG_HF_F32, 0},
};
static const og_hf_tensor granite[] = {OG_HF_TRUNK(0), OG_HF_ATTENTION(&og_hf_neighbours, &og_hf_neighbours, 0), OG_HF_FFN_NORM,
                                       OG_HF_FFN(0)};

const og_hf_arch og_hf_arch_granite = {.name = "granite", OG_HF_TABLES(granite_keys, granite), .extra = og_hf_sized_rope};

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
    OG_TRY(og_hf_u32(hf, "sliding_window", 0, &window, err));
    og_hf_set_u32(hf, "attention.sliding_window", window);
    return og_hf_partial_rope(hf, 1, err);
}

const og_hf_arch og_hf_arch_phi3 = {.name = "phi3", OG_HF_TABLES(usual_keys, phi3), .extra = phi3_extra};
