#include "model/blocks/blocks.h"

#include <stdio.h>

/* The norm `name` of x; NULL if the model does not have it. */
static og_tensor *norm_of(og_build *b, int layer, const char *name, og_tensor *x) {
    char stem[64];
    if (!name) return NULL;
    snprintf(stem, sizeof stem, "%s.weight", name);
    return og_lm_weight(b->lm, layer, stem) ? og_build_norm(b, layer, name, x) : NULL;
}

og_tensor *og_block_parallel(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_tensor *h = norm_of(b, layer, block->norm, x), *f = norm_of(b, layer, block->ffn_norm, x);
    if (!h) h = f ? f : x;
    if (!f) f = h;
    og_tensor *a = og_build_attention(b, block, layer, h);
    x = og_build_wanted(b, layer, x);
    f = og_build_wanted(b, layer, f);
    /* Added to the stream one after the other, both additions are part of a product. */
    return og_build_residual(b, block, layer, og_build_ffn(b, block, layer, f), og_build_residual(b, block, layer, a, x));
}
