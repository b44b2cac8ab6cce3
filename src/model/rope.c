/* rope.c: rotary frequencies (Su et al. 2021) and what scales them, in double, once for a model. */
#include "base/real.h"
#include "model/lm.h"

#include <stdio.h>
#include <string.h>

/* What a file's rope.scaling keys say. */
typedef struct scaling {
    bool yarn;
    double factor;    /* positions are divided by it; 1: as they are */
    double attention; /* both sides of the products are multiplied by it */
    double log_multiplier, ext, fast, slow;
    uint32_t n_ctx; /* of the training before positions were stretched */
} scaling;

static og_status read_positive(const og_arch *arch, const og_file *file, const char *key, double *out, og_error *err) {
    char full[128];
    og_value v;
    float f = 0;
    snprintf(full, sizeof full, "%s.rope.%s", arch->name, key);
    if (!og_file_find(file, full, &v)) return OG_OK;
    OG_TRY(og_file_get_f32(file, full, &f, err));
    if (f == 0) return OG_OK; /* how converters write "none" */
    if (!(f > 0 && f < 1e9f)) return og_fail(err, OG_ERR_FORMAT, "%s is %g; it must be positive", full, (double)f);
    *out = (double)f;
    return OG_OK;
}

static bool is(const og_value *v, const char *name) {
    return v->len == strlen(name) && memcmp(v->str, name, v->len) == 0;
}

/* Linear: position interpolation (Chen et al. 2023). YaRN: by parts (Peng et al. 2023). LongRoPE and Llama 3: factors in tensors. Scaling
 * that changes the base ("NTK") is in rope.freq_base already. */
static og_status read_scaling(const og_lm *lm, const og_file *file, scaling *out, og_error *err) {
    const og_arch *arch = lm->arch;
    char key[128];
    og_value type, v;
    *out = (scaling){.factor = 1, .attention = 1, .ext = 1, .fast = 32, .slow = 1, .n_ctx = lm->hp.n_ctx_train};
    snprintf(key, sizeof key, "%s.rope.scaling.type", arch->name);
    bool typed = og_file_find(file, key, &type);
    if (typed && type.type != OG_VALUE_STRING) return og_fail(err, OG_ERR_FORMAT, "%s is not a string", key);
    const bool none = typed && is(&type, "none");
    out->yarn = typed && is(&type, "yarn");
    if (typed && !none && !out->yarn && !is(&type, "linear") && !is(&type, "longrope"))
        return og_fail(err, OG_ERR_UNSUPPORTED,
                       "%s is '%.*s'; this version knows 'none', 'linear', 'yarn', 'longrope' and the rope_freqs tensor", key,
                       (int)OG_MIN(type.len, 40), type.str);
    if (!none) {
        OG_TRY(read_positive(arch, file, "scale_linear", &out->factor, err)); /* of files before 2024 */
        OG_TRY(read_positive(arch, file, "scaling.factor", &out->factor, err));
    }
    OG_TRY(read_positive(arch, file, "scaling.attn_factor", &out->attention, err));
    OG_TRY(read_positive(arch, file, "scaling.yarn_log_multiplier", &out->log_multiplier, err));
    OG_TRY(read_positive(arch, file, "scaling.yarn_ext_factor", &out->ext, err));
    OG_TRY(read_positive(arch, file, "scaling.yarn_beta_fast", &out->fast, err));
    OG_TRY(read_positive(arch, file, "scaling.yarn_beta_slow", &out->slow, err));
    snprintf(key, sizeof key, "%s.rope.scaling.original_context_length", arch->name);
    if (og_file_find(file, key, &v)) OG_TRY(og_file_get_u32(file, key, &out->n_ctx, err));
    if (out->n_ctx == 0 || out->n_ctx > INT32_MAX) out->n_ctx = lm->hp.n_ctx_train;
    return OG_OK;
}

static double magnitude(double factor, double multiplier) {
    return factor <= 1 ? 1 : 0.1 * multiplier * og_real_log(factor) + 1;
}

/* The pair that turns `turns` times in the original context, as a real number. */
static double pair_of(double turns, double base, uint32_t n_rot, uint32_t n_ctx) {
    return n_rot * og_real_log(n_ctx / (turns * 6.283185307179586)) / (2 * og_real_log(base));
}

/* Pairs that turn often keep their frequency, those that turn slowly are divided by the factor, and a ramp lies between. */
static void stretch_by_parts(const scaling *s, double base, uint32_t n_rot, double *freq) {
    const double low = OG_MAX(0.0, floor(pair_of(s->fast, base, n_rot, s->n_ctx)));
    const double high = OG_MIN((double)n_rot - 1, ceil(pair_of(s->slow, base, n_rot, s->n_ctx))), width = OG_MAX(0.001, high - low);
    for (uint32_t j = 0; j < n_rot / 2; j++) {
        const double ramp = OG_MAX(0.0, OG_MIN(1.0, (j - low) / width)), keep = (1 - ramp) * s->ext;
        freq[j] = freq[j] / s->factor * (1 - keep) + freq[j] * keep;
    }
}

/* Divides by the factors of the tensor `name`, whose shape and type the binder has checked; *found is false if there is none. */
static og_status apply_factors(const og_lm *lm, const og_file *file, const char *name, double *freq, uint32_t n, bool *found,
                               og_error *err) {
    og_tensor_info info;
    og_type type;
    *found = og_arch_row(lm->arch, false, name, strlen(name)) && og_file_find_tensor(file, name, &info, &type);
    if (!*found) return OG_OK;
    uint8_t *raw = og_alloc((size_t)info.bytes);
    float *factor = og_alloc((size_t)info.dim[0] * sizeof(float));
    og_status status = raw && factor ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for '%s'", name);
    if (status == OG_OK && info.dim[0] != n)
        status = og_fail(err, OG_ERR_FORMAT, "'%s' holds %llu factors for %u rotations", name, (unsigned long long)info.dim[0], n);
    if (status == OG_OK) status = og_source_read(og_file_source(file, info.part), info.offset, raw, (size_t)info.bytes, err);
    if (status == OG_OK) og_quant_decode(type, raw, factor, n);
    for (uint32_t j = 0; status == OG_OK && j < n; j++) {
        if (factor[j] > 0 && factor[j] < 1e9f)
            freq[j] /= (double)factor[j];
        else
            status = og_fail(err, OG_ERR_FORMAT, "'%s' holds %g at %u; the factors must be positive", name, (double)factor[j], j);
    }
    og_release(raw);
    og_release(factor);
    return status;
}

static og_weight *add_weight(og_lm *lm, const char *name, const double *freq, float *values, uint32_t n) {
    for (uint32_t j = 0; j < n; j++) values[j] = (float)freq[j];
    og_weight *w = &lm->weight[lm->n_weight++];
    *w = (og_weight){.name = name, .type = OG_F32, .dim = {n, 1, 1, 1}, .use = OG_USE_VECTOR, .bytes = n * sizeof(float), .values = values};
    return w;
}

static og_status fill(og_lm *lm, const og_file *file, og_rope *rope, bool scaled, uint32_t n_rot, double *freq, og_error *err) {
    const double base = scaled || lm->hp.rope_base_local == 0 ? (double)lm->hp.rope_base : (double)lm->hp.rope_base_local;
    const uint32_t n = n_rot / 2;
    double *far = freq + n;
    bool found;
    for (uint32_t j = 0; j < n; j++) freq[j] = og_real_pow(base, -2.0 * j / n_rot);
    rope->scale = 1;
    if (scaled) {
        scaling s;
        OG_TRY(read_scaling(lm, file, &s, err));
        if (s.yarn) {
            stretch_by_parts(&s, base, n_rot, freq);
            rope->scale =
                (float)(s.attention * magnitude(s.factor, 1) / (s.log_multiplier > 0 ? magnitude(s.factor, s.log_multiplier) : 1));
        } else {
            for (uint32_t j = 0; j < n; j++) freq[j] /= s.factor;
            rope->scale = (float)s.attention;
        }
        if (lm->arch->rope_unscaled) rope->scale = 1;
        memcpy(far, freq, n * sizeof *far);
        OG_TRY(apply_factors(lm, file, "rope_freqs.weight", freq, n, &found, err));
        OG_TRY(apply_factors(lm, file, "rope_factors_short.weight", freq, n, &found, err));
        OG_TRY(apply_factors(lm, file, "rope_factors_long.weight", far, n, &found, err));
        rope->n_ctx = s.n_ctx;
        if (found) { rope->far = add_weight(lm, "rope_frequencies_far", far, rope->values + n, n); }
    }
    rope->freq = add_weight(lm, "rope_frequencies", freq, rope->values, n);
    return OG_OK;
}

og_status og_lm_add_rope(og_lm *lm, const og_file *file, int set, uint32_t n_rot, og_error *err) {
    og_rope *rope = &lm->rope[set];
    double *freq = og_alloc((size_t)n_rot * sizeof *freq);
    rope->values = og_alloc((size_t)n_rot * sizeof *rope->values);
    og_status status = freq && rope->values ? fill(lm, file, rope, set == 0, n_rot, freq, err)
                                            : og_fail(err, OG_ERR_MEMORY, "out of memory for rotary frequencies");
    og_release(freq);
    return status;
}
