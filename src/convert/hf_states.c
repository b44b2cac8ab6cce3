/* hf_states.c: models with layers other than attention: LFM2 (convolutions), Mamba-2 (state spaces). */
#include "convert/usual.h"

/* ---- LFM2 ---- */

static const og_hf_key lfm2_keys[] = {
    OG_HF_COMMON_KEYS,
    {"norm_eps|block_norm_eps", "attention.layer_norm_rms_epsilon", OG_HF_F32, OG_HF_REQUIRED},
    {"conv_L_cache", "shortconv.l_cache", OG_HF_U32, OG_HF_REQUIRED},
    {"vocab_size", "vocab_size", OG_HF_U32, OG_HF_REQUIRED},
};

static const og_hf_tensor lfm2[] = {
    {"embed_tokens.weight", "token_embd.weight", 0, NULL},
    {"embedding_norm.weight", "token_embd_norm.weight", 0, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    {"layers.%d.operator_norm.weight", "blk.%d.attn_norm.weight", 0, NULL},
    {"layers.%d.self_attn.q_proj.weight", "blk.%d.attn_q.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.self_attn.k_proj.weight", "blk.%d.attn_k.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.self_attn.v_proj.weight", "blk.%d.attn_v.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.self_attn.out_proj.weight", "blk.%d.attn_output.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.self_attn.q_layernorm.weight", "blk.%d.attn_q_norm.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.self_attn.k_layernorm.weight", "blk.%d.attn_k_norm.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.conv.conv.weight", "blk.%d.shortconv.conv.weight", OG_HF_OPTIONAL | OG_HF_AS_F32, &og_hf_squeeze},
    {"layers.%d.conv.in_proj.weight", "blk.%d.shortconv.in_proj.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.conv.out_proj.weight", "blk.%d.shortconv.out_proj.weight", OG_HF_OPTIONAL, NULL},
    {"layers.%d.ffn_norm.weight", "blk.%d.ffn_norm.weight", 0, NULL},
    {"layers.%d.feed_forward.w1.weight", "blk.%d.ffn_gate.weight", 0, NULL},
    {"layers.%d.feed_forward.w3.weight", "blk.%d.ffn_up.weight", 0, NULL},
    {"layers.%d.feed_forward.w2.weight", "blk.%d.ffn_down.weight", 0, NULL},
};

/* Whether a layer has attention: layer_types, or the numbers of those that have. */
static og_status lfm2_heads(og_hf *hf, og_error *err) {
    int32_t heads[1024] = {0};
    const og_jval *types = og_hf_config(hf, "layer_types"), *list = og_hf_config(hf, "full_attn_idxs");
    uint32_t i = 0;
    for (const og_jval *v = types && types->kind == OG_JSON_ARRAY ? types->u.first : NULL; v && i < hf->n.n_layer; v = v->next, i++)
        if (og_jval_is(v, "full_attention")) heads[i] = (int32_t)hf->n.n_head_kv;
    for (const og_jval *v = !i && list && list->kind == OG_JSON_ARRAY ? list->u.first : NULL; v; v = v->next)
        if (v->kind == OG_JSON_INT && v->u.i >= 0 && v->u.i < hf->n.n_layer) heads[v->u.i] = (int32_t)hf->n.n_head_kv, i = hf->n.n_layer;
    if (i < hf->n.n_layer)
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json does not say which layers have attention (layer_types)", hf->folder);
    og_hf_set_array(hf, "attention.head_count_kv", OG_VALUE_I32, heads, hf->n.n_layer);
    return OG_OK;
}

static og_status lfm2_extra(og_hf *hf, og_error *err) {
    uint32_t wide, unit;
    double more = 1;
    OG_TRY(og_hf_u32(hf, "intermediate_size|block_ff_dim", 0, &wide, err));
    OG_TRY(og_hf_u32(hf, "block_multiple_of", 256, &unit, err));
    const og_jval *v = og_hf_config(hf, "block_ffn_dim_multiplier");
    if (v && (!og_jval_number(v, &more) || !(more > 0 && more < 1e6)))
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json: block_ffn_dim_multiplier must be a positive number", hf->folder);
    if (og_hf_true(hf, "block_auto_adjust_ff_dim") && unit) {
        wide = (uint32_t)(more * (double)(uint32_t)(2 * (uint64_t)wide / 3));
        wide = (wide + unit - 1) / unit * unit;
    }
    og_hf_set_u32(hf, "feed_forward_length", wide);
    OG_TRY(lfm2_heads(hf, err));
    return og_hf_whole_rope(hf, err);
}

const og_hf_arch og_hf_arch_lfm2 = {.name = "lfm2", OG_HF_TABLES(lfm2_keys, lfm2), .extra = lfm2_extra};

/* ---- Mamba-2 ---- */

static const og_hf_key mamba2_keys[] = {
    {"hidden_size|d_model", "embedding_length", OG_HF_U32, OG_HF_REQUIRED},
    {"num_hidden_layers|n_layer", "block_count", OG_HF_U32, OG_HF_REQUIRED},
    {"layer_norm_epsilon", "attention.layer_norm_rms_epsilon", OG_HF_F32, OG_HF_REQUIRED},
    {"conv_kernel", "ssm.conv_kernel", OG_HF_U32, OG_HF_REQUIRED},
    {"state_size", "ssm.state_size", OG_HF_U32, OG_HF_REQUIRED},
    {"num_heads", "ssm.time_step_rank", OG_HF_U32, OG_HF_REQUIRED},
    {"n_groups", "ssm.group_count", OG_HF_U32, OG_HF_REQUIRED},
    {"vocab_size", "vocab_size", OG_HF_U32, OG_HF_REQUIRED},
};

static const og_hf_tensor mamba2[] = {
    {"embeddings.weight", "token_embd.weight", 0, NULL},
    {"norm_f.weight", "output_norm.weight", 0, NULL},
    {"lm_head.weight", "output.weight", OG_HF_TIED, NULL},
    {"layers.%d.norm.weight", "blk.%d.attn_norm.weight", 0, NULL},
    {"layers.%d.mixer.in_proj.weight", "blk.%d.ssm_in.weight", 0, NULL},
    {"layers.%d.mixer.conv1d.weight", "blk.%d.ssm_conv1d.weight", OG_HF_AS_F32, &og_hf_squeeze},
    {"layers.%d.mixer.conv1d.bias", "blk.%d.ssm_conv1d.bias", 0, NULL},
    {"layers.%d.mixer.dt_bias", "blk.%d.ssm_dt.bias", 0, NULL},
    {"layers.%d.mixer.A_log", "blk.%d.ssm_a", OG_HF_AS_F32, &og_hf_decay},
    {"layers.%d.mixer.D", "blk.%d.ssm_d", OG_HF_AS_F32, &og_hf_column},
    {"layers.%d.mixer.norm.weight", "blk.%d.ssm_norm.weight", OG_HF_AS_F32, &og_hf_by_group},
    {"layers.%d.mixer.out_proj.weight", "blk.%d.ssm_out.weight", 0, NULL},
};

static og_status mamba2_extra(og_hf *hf, og_error *err) {
    uint32_t size, heads;
    OG_TRY(og_hf_u32(hf, "num_heads", 0, &heads, err));
    OG_TRY(og_hf_u32(hf, "n_groups", 1, &hf->n.n_group, err));
    OG_TRY(og_hf_u32(hf, "head_dim", 64, &size, err));
    og_hf_set_u32(hf, "context_length", 1 << 20); /* the state has no limit */
    og_hf_set_u32(hf, "feed_forward_length", 0);
    og_hf_set_u32(hf, "attention.head_count", 0);
    og_hf_set_u32(hf, "ssm.inner_size", heads * size);
    return OG_OK;
}

const og_hf_arch og_hf_arch_mamba2 = {.name = "mamba2", OG_HF_TABLES(mamba2_keys, mamba2), .extra = mamba2_extra};
