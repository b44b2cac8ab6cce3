#include "model/blocks/blocks.h"

og_tensor *og_build_ffn(og_build *b, const og_block *block, int layer, og_tensor *h) {
    const bool gated = og_lm_weight(b->lm, layer, "ffn_gate.weight") != NULL;
    og_tensor *gate = gated ? og_build_linear(b, layer, "ffn_gate", h) : NULL, *up = og_build_linear(b, layer, "ffn_up", h);
    return og_build_linear(b, layer, "ffn_down", gated ? block->gate(b->g, gate, up) : og_g_unary(b->g, block->act, up, 0));
}

og_tensor *og_block_ffn(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_tensor *h = og_build_norm(b, layer, block->norm, x);
    return og_build_residual(b, block, layer, og_build_ffn(b, block, layer, h), x);
}
