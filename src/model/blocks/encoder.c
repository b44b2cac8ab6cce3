/* encoder.c: the two parts of a layer whose norms come after the residual (Vaswani et al. 2017). */
#include "model/blocks/blocks.h"

og_tensor *og_build_gelu_erf_mul(og_graph *g, og_tensor *gate, og_tensor *up) {
    return og_g_mul(g, og_g_unary(g, OG_OP_gelu_erf, gate, 0), up);
}

og_tensor *og_block_attention_norm(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_tensor *a = og_build_attention(b, block, layer, x);
    x = og_build_wanted(b, layer, x);
    og_tensor *y = og_build_norm(b, layer, block->post_norm, og_g_add(b->g, a, x));
    if (!og_build_weight(b, layer, "attn_norm_2.weight")) return y;
    return og_build_norm(b, layer, "attn_norm_2", og_g_add(b->g, y, x));
}

og_tensor *og_block_ffn_norm(og_build *b, const og_block *block, int layer, og_tensor *x) {
    return og_build_norm(b, layer, block->post_norm, og_g_add(b->g, og_build_ffn(b, block, layer, x), x));
}
