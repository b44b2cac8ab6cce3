#include "model/blocks/blocks.h"

#include <stdio.h>

og_tensor *og_build_weight(og_build *b, int layer, const char *stem) {
    const og_weight *w = og_lm_weight(b->lm, layer, stem);
    return w ? og_g_weight(b->g, w) : NULL;
}

static og_tensor *named(og_build *b, int layer, const char *name, const char *end) {
    char stem[64];
    snprintf(stem, sizeof stem, "%s.%s", name, end);
    return og_build_weight(b, layer, stem);
}

og_tensor *og_build_norm(og_build *b, int layer, const char *name, og_tensor *x) {
    if (!name) return x;
    const float eps = b->lm->hp.norm_eps;
    og_tensor *w = named(b, layer, name, "weight");
    if (b->lm->arch->norm == OG_NORM_RMS) return og_g_rms_norm(b->g, x, w, eps);
    return og_g_layer_norm(b->g, x, w, named(b, layer, name, "bias"), eps);
}

/* W x, plus what the adapters add to it. */
static og_tensor *product(og_build *b, og_tensor *w, og_tensor *x) {
    og_tensor *y = og_g_matmul(b->g, w, x);
    for (const og_lora *l = b->lm->lora; l && w; l = l->next) {
        if (l->base != w->weight) continue;
        og_tensor *low = og_g_matmul(b->g, og_g_weight(b->g, l->a), x);
        y = og_g_add(b->g, og_g_scale(b->g, og_g_matmul(b->g, og_g_weight(b->g, l->b), low), l->scale), y);
    }
    return y;
}

og_tensor *og_build_linear(og_build *b, int layer, const char *name, og_tensor *x) {
    og_tensor *y = product(b, named(b, layer, name, "weight"), x), *bias = named(b, layer, name, "bias");
    return bias ? og_g_add(b->g, y, bias) : y;
}

og_tensor *og_build_wanted(og_build *b, int layer, og_tensor *x) {
    return b->out_rows && layer == (int)b->lm->hp.n_layer - 1 ? og_g_take(b->g, x, b->out_rows) : x;
}

og_tensor *og_build_residual(og_build *b, const og_block *block, int layer, og_tensor *part, og_tensor *stream) {
    part = og_build_norm(b, layer, block->post_norm, part);
    if (b->lm->hp.scale_residual != 0) part = og_g_scale(b->g, part, b->lm->hp.scale_residual);
    return og_g_add(b->g, part, stream);
}
