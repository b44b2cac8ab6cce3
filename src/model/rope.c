/* rope.c: rotary frequencies (Su et al. 2021), in double, once for a model. */
#include "base/real.h"
#include "model/lm.h"

#include <stdio.h>
#include <string.h>

/* Linear scaling (position interpolation, Chen et al. 2023): every frequency divided by one factor. */
static og_status scaling_factor(const og_arch *arch, const og_file *file, double *factor, og_error *err) {
    char key[128];
    og_value type, v;
    *factor = 1;
    snprintf(key, sizeof key, "%s.rope.scaling.type", arch->name);
    bool typed = og_file_find(file, key, &type);
    if (typed && type.type != OG_VALUE_STRING) return og_fail(err, OG_ERR_FORMAT, "%s is not a string", key);
    if (typed && type.len == 4 && memcmp(type.str, "none", 4) == 0) return OG_OK;
    if (typed && !(type.len == 6 && memcmp(type.str, "linear", 6) == 0))
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s is '%.*s'; this version knows 'none', 'linear' and the rope_freqs tensor", key,
                       (int)OG_MIN(type.len, 40), type.str);
    snprintf(key, sizeof key, "%s.rope.scaling.factor", arch->name);
    if (!og_file_find(file, key, &v)) snprintf(key, sizeof key, "%s.rope.scale_linear", arch->name); /* of files before 2024 */
    if (!og_file_find(file, key, &v)) return OG_OK;
    float f = 0;
    OG_TRY(og_file_get_f32(file, key, &f, err));
    if (!(f > 0 && f < 1e9f)) return og_fail(err, OG_ERR_FORMAT, "%s is %g; it must be positive", key, (double)f);
    *factor = f;
    return OG_OK;
}

/* Divides by the factors of the tensor `name`, whose shape and type the binder has checked. */
static og_status apply_factors(const og_file *file, const char *name, float *freq, uint32_t n, og_error *err) {
    og_tensor_info info;
    og_type type;
    if (!og_file_find_tensor(file, name, &info, &type)) return og_fail(err, OG_ERR_INTERNAL, "'%s' is gone", name);
    uint8_t *raw = og_alloc((size_t)info.bytes);
    float *factor = og_alloc(n * sizeof(float));
    og_status status = raw && factor ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for '%s'", name);
    if (status == OG_OK) status = og_source_read(og_file_source(file, info.part), info.offset, raw, (size_t)info.bytes, err);
    if (status == OG_OK) og_quant_decode(type, raw, factor, n);
    for (uint32_t j = 0; status == OG_OK && j < n; j++) {
        if (factor[j] > 0 && factor[j] < 1e9f)
            freq[j] = (float)((double)freq[j] / (double)factor[j]);
        else
            status = og_fail(err, OG_ERR_FORMAT, "'%s' holds %g at %u; the factors must be positive", name, (double)factor[j], j);
    }
    og_release(raw);
    og_release(factor);
    return status;
}

og_status og_rope_frequencies(const og_lm *lm, const og_file *file, int set, uint32_t n_rot, const char *factors, float *out,
                              og_error *err) {
    const double base = set == 0 || lm->hp.rope_base_local == 0 ? (double)lm->hp.rope_base : (double)lm->hp.rope_base_local;
    double scale = 1;
    if (set == 0) OG_TRY(scaling_factor(lm->arch, file, &scale, err));
    for (uint32_t j = 0; j < n_rot / 2; j++) out[j] = (float)(og_real_pow(base, -2.0 * j / n_rot) / scale);
    return factors && set == 0 ? apply_factors(file, factors, out, n_rot / 2, err) : OG_OK;
}
