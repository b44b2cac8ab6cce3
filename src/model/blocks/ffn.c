#include "model/blocks/blocks.h"

og_tensor *og_block_ffn(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_tensor *h = og_build_norm(b, block->norm, layer, OG_SLOT_FFN_NORM, x);
    og_tensor *gate = og_build_linear(b, layer, OG_SLOT_FFN_GATE, OG_SLOT_COUNT, h);
    og_tensor *up = og_build_linear(b, layer, OG_SLOT_FFN_UP, OG_SLOT_COUNT, h);
    return og_g_add(b->g, og_build_linear(b, layer, OG_SLOT_FFN_DOWN, OG_SLOT_COUNT, block->gate(b->g, gate, up)), x);
}
