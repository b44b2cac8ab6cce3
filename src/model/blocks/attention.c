#include "model/blocks/blocks.h"

#include <math.h>

og_tensor *og_block_attention(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_graph *g = b->g;
    const og_hparams *hp = &b->lm->hp;
    int64_t d = hp->head_dim, t = b->n_tokens;

    og_tensor *h = og_build_norm(b, block->norm, layer, OG_SLOT_ATTN_NORM, x);
    og_tensor *q = og_build_linear(b, layer, OG_SLOT_ATTN_Q, OG_SLOT_ATTN_Q_BIAS, h);
    og_tensor *k = og_build_linear(b, layer, OG_SLOT_ATTN_K, OG_SLOT_ATTN_K_BIAS, h);
    og_tensor *v = og_build_linear(b, layer, OG_SLOT_ATTN_V, OG_SLOT_ATTN_V_BIAS, h);
    q = og_g_rope(g, og_g_reshape(g, q, d, hp->n_head, t), b->rope_table, block->rope);
    k = og_g_rope(g, og_g_reshape(g, k, d, hp->n_head_kv, t), b->rope_table, block->rope);
    v = og_g_reshape(g, v, d, hp->n_head_kv, t);

    og_tensor *cache = og_g_cache(g, layer, d, hp->n_head_kv);
    og_g_kv_store(g, cache, k, v, b->place);
    og_tensor *a = og_g_attention(g, q, cache, b->span, b->pages, (float)(1.0 / sqrt((double)d)));
    a = og_g_reshape(g, a, d * hp->n_head, t, 1);
    og_g_name(a, "attention");
    if (b->out_rows && layer == (int)hp->n_layer - 1) {
        a = og_g_take(g, a, b->out_rows);
        x = og_g_take(g, x, b->out_rows);
    }
    return og_g_add(g, og_build_linear(b, layer, OG_SLOT_ATTN_OUT, OG_SLOT_ATTN_OUT_BIAS, a), x);
}
