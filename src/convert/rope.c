/* rope.c: rotary positions: base frequency and the ways of stretching them. */
#include "base/real.h"
#include "convert/hf.h"

#include <math.h>
#include <string.h>

/* A number of the scaling object. */
static og_status number(const og_hf *hf, const og_jval *scaling, const char *name, double fallback, double *out, og_error *err) {
    const og_jval *v = og_jval_get(scaling, name);
    *out = fallback;
    if (v && v->kind == OG_JSON_NULL) v = NULL;
    if (v && (!og_jval_number(v, out) || !(fabs(*out) < 1e15)))
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json: %s of the rotary scaling must be a number", hf->folder, name);
    if (!v && isnan(fallback)) return og_fail(err, OG_ERR_FORMAT, "%s/config.json: the rotary scaling has no %s", hf->folder, name);
    return OG_OK;
}

/* Llama 3.1: low frequencies are divided by `factor`, high ones stay, and those between are mixed. GGUF has the divisors. */
static og_status llama3(og_hf *hf, const og_jval *scaling, double base, uint32_t n_rot, og_error *err) {
    double factor, low, high, context;
    OG_TRY(number(hf, scaling, "factor", NAN, &factor, err));
    OG_TRY(number(hf, scaling, "low_freq_factor", 1, &low, err));
    OG_TRY(number(hf, scaling, "high_freq_factor", 4, &high, err));
    OG_TRY(number(hf, scaling, "original_max_position_embeddings", 8192, &context, err));
    float divisor[1024];
    if (n_rot / 2 > OG_LEN(divisor) || !(factor >= 1) || !(low > 0) || !(high > low) || !(context > 0))
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json: the rotary scaling llama3 has values that make no sense", hf->folder);
    for (uint32_t i = 0; i < n_rot / 2; i++) {
        double length = 6.283185307179586 * og_real_pow(base, 2.0 * i / n_rot), smooth = (context / length - low) / (high - low);
        if (length < context / high)
            divisor[i] = 1;
        else if (length > context / low)
            divisor[i] = (float)factor;
        else
            divisor[i] = (float)(1 / ((1 - smooth) / factor + smooth));
    }
    return og_hf_add_values(hf, "rope_freqs.weight", divisor, n_rot / 2, err);
}

static og_status yarn(og_hf *hf, const og_jval *scaling, og_error *err) {
    double context, v;
    uint32_t trained;
    OG_TRY(og_hf_u32(hf, "max_position_embeddings", 0, &trained, err));
    OG_TRY(number(hf, scaling, "original_max_position_embeddings", trained, &context, err));
    og_hf_set_u32(hf, "rope.scaling.original_context_length", (uint32_t)OG_MAX(OG_MIN(context, 2e9), 0.0));
    static const struct {
        const char *hf, *gguf;
    } optional[] = {
        {"attention_factor", "rope.scaling.attn_factor"},
        {"beta_fast", "rope.scaling.yarn_beta_fast"},
        {"beta_slow", "rope.scaling.yarn_beta_slow"},
    };
    for (size_t i = 0; i < OG_LEN(optional); i++) {
        if (!og_jval_get(scaling, optional[i].hf)) continue;
        OG_TRY(number(hf, scaling, optional[i].hf, 0, &v, err));
        og_hf_set_f32(hf, optional[i].gguf, (float)v);
    }
    return OG_OK;
}

/* Phi 3's two lists of divisors, for contexts up to the first one's length and beyond. */
static og_status longrope(og_hf *hf, const og_jval *scaling, uint32_t n_rot, og_error *err) {
    static const struct {
        const char *hf, *gguf;
    } lists[] = {{"long_factor", "rope_factors_long.weight"}, {"short_factor", "rope_factors_short.weight"}};
    uint32_t trained, original;
    OG_TRY(og_hf_u32(hf, "max_position_embeddings", 0, &trained, err));
    OG_TRY(og_hf_u32(hf, "original_max_position_embeddings", trained, &original, err));
    double scale = original ? (double)trained / original : 1;
    og_hf_set_u32(hf, "rope.scaling.original_context_length", original);
    if (scale > 1) og_hf_set_f32(hf, "rope.scaling.attn_factor", (float)sqrt(1 + og_real_log(scale) / og_real_log((double)original)));
    for (size_t k = 0; k < OG_LEN(lists); k++) {
        const og_jval *list = og_jval_get(scaling, lists[k].hf);
        float factor[1024];
        uint32_t n = 0;
        if (!list || list->kind != OG_JSON_ARRAY || list->n != n_rot / 2 || list->n > OG_LEN(factor))
            return og_fail(err, OG_ERR_FORMAT, "%s/config.json: %s of the rotary scaling must be %u numbers", hf->folder, lists[k].hf,
                           n_rot / 2);
        for (const og_jval *v = list->u.first; v; v = v->next) {
            double f;
            if (!og_jval_number(v, &f) || !(f > 0 && f < 1e9))
                return og_fail(err, OG_ERR_FORMAT, "%s/config.json: %s of the rotary scaling must be positive numbers", hf->folder,
                               lists[k].hf);
            factor[n++] = (float)f;
        }
        OG_TRY(og_hf_add_values(hf, lists[k].gguf, factor, n, err));
    }
    return OG_OK;
}

static bool is(const og_jval *v, const char *a, const char *b) {
    return og_jval_is(v, a) || og_jval_is(v, b);
}

og_status og_hf_rope(og_hf *hf, uint32_t n_rot, og_error *err) {
    /* Since transformers 5 base and scaling are one object, before that two members. */
    const og_jval *scaling = og_hf_config(hf, "rope_parameters|rope_scaling"), *base = og_hf_config(hf, "rope_theta|rotary_emb_base");
    const og_jval *full = og_jval_get(scaling, "full_attention"), *local = og_jval_get(scaling, "sliding_attention");
    double swa;
    if (full) scaling = full; /* layers with a window rotate by another table */
    if (og_jval_number(og_hf_config(hf, "rope_local_base_freq"), &swa) || (full && og_jval_number(og_jval_get(local, "rope_theta"), &swa)))
        og_hf_set_f32(hf, "rope.freq_base_swa", (float)swa);
    if (!base) base = og_jval_get(scaling, "rope_theta");
    double theta = 10000, factor;
    if (base && (!og_jval_number(base, &theta) || !(theta > 0 && theta < 1e30)))
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json: rope_theta must be a positive number", hf->folder);
    og_hf_set_f32(hf, "rope.freq_base", (float)theta);
    const og_jval *type = og_jval_get(scaling, "rope_type");
    if (!type) type = og_jval_get(scaling, "type");
    if (!type || is(type, "default", "mrope")) return OG_OK;
    if (og_jval_is(type, "llama3")) return llama3(hf, scaling, theta, n_rot, err);
    if (is(type, "longrope", "su")) return longrope(hf, scaling, n_rot, err);
    if (!is(type, "linear", "yarn"))
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s/config.json: the rotary scaling '%.40s' is not known", hf->folder,
                       type->kind == OG_JSON_STRING ? type->u.s : "");
    OG_TRY(number(hf, scaling, "factor", NAN, &factor, err));
    og_hf_set_str(hf, "rope.scaling.type", type->u.s);
    og_hf_set_f32(hf, "rope.scaling.factor", (float)factor);
    return og_jval_is(type, "yarn") ? yarn(hf, scaling, err) : OG_OK;
}

og_status og_hf_partial_rope(og_hf *hf, double fallback, og_error *err) {
    const og_jval *v = og_hf_config(hf, "partial_rotary_factor|rotary_pct");
    double part = fallback;
    if (!v) v = og_jval_get(og_hf_config(hf, "rope_parameters"), "partial_rotary_factor");
    if (v && (!og_jval_number(v, &part) || !(part > 0 && part <= 1)))
        return og_fail(err, OG_ERR_FORMAT, "%s/config.json: the part of a head that is rotated must be a number up to 1", hf->folder);
    uint32_t n_rot = (uint32_t)(part * hf->n.head_dim);
    og_hf_set_u32(hf, "rope.dimension_count", n_rot);
    return og_hf_rope(hf, n_rot, err);
}

og_status og_hf_whole_rope(og_hf *hf, og_error *err) {
    return og_hf_rope(hf, hf->n.head_dim, err);
}

og_status og_hf_sized_rope(og_hf *hf, og_error *err) {
    og_hf_set_u32(hf, "rope.dimension_count", hf->n.head_dim);
    return og_hf_whole_rope(hf, err);
}
