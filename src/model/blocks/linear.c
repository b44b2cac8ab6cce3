#include "model/blocks/blocks.h"

og_tensor *og_build_norm(og_build *b, og_norm_fn *norm, int layer, og_slot slot, og_tensor *x) {
    return norm(b->g, x, og_g_weight(b->g, og_lm_weight(b->lm, layer, slot)), b->lm->hp.norm_eps);
}

og_tensor *og_build_linear(og_build *b, int layer, og_slot weight, og_slot bias, og_tensor *x) {
    og_tensor *y = og_g_matmul(b->g, og_g_weight(b->g, og_lm_weight(b->lm, layer, weight)), x);
    const og_weight *w = bias == OG_SLOT_COUNT ? NULL : og_lm_weight(b->lm, layer, bias);
    return w ? og_g_add(b->g, y, og_g_weight(b->g, w)) : y;
}
