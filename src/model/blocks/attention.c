#include "model/blocks/blocks.h"

#include <math.h>
#include <stdio.h>

/* The projection `name` as heads [d, n, T], rotated by `table` if there is one, with its norm if the model has it: over each head or over
 * all of them, as wide as the norm's weight is. */
static og_tensor *heads(og_build *b, const og_block *block, int layer, const char *name, const char *norm, og_tensor *h, int64_t d,
                        int64_t n, og_tensor *table) {
    char stem[64];
    snprintf(stem, sizeof stem, "%s.weight", norm);
    const og_weight *weight = og_lm_weight(b->lm, layer, stem);
    const bool each = weight && weight->dim[0] == d;
    og_tensor *x = og_build_linear(b, layer, name, h);
    if (weight && !each) x = og_build_norm(b, layer, norm, x);
    x = og_g_reshape(b->g, x, d, n, b->n_tokens);
    if (each && !block->late_norm) x = og_build_norm(b, layer, norm, x);
    if (table) x = og_g_rope(b->g, x, table, block->rope);
    return each && block->late_norm ? og_build_norm(b, layer, norm, x) : x;
}

static og_tensor *table_of(const og_build *b, int layer) {
    const og_layer *l = &b->lm->layer[layer];
    return l->rope < 0 ? NULL : b->rope[l->rope];
}

/* Queries q [d, n_head, T] as they are over the keys and values of h: [dv * n_head, T]. */
static og_tensor *attend(og_build *b, const og_block *block, int layer, og_tensor *q, og_tensor *h) {
    og_graph *g = b->g;
    const og_layer *l = &b->lm->layer[layer];
    const int64_t d = l->head_dim, dv = l->head_dim_v, t = b->n_tokens;
    og_tensor *k = heads(b, block, layer, "attn_k", "attn_k_norm", h, d, l->n_head_kv, table_of(b, layer));
    og_tensor *v = og_g_reshape(g, og_build_linear(b, layer, "attn_v", h), dv, l->n_head_kv, t);

    og_tensor *cache = og_g_cache(g, layer, b->lm->kv_layer[layer]);
    og_g_kv_store(g, cache, k, v, b->place);
    const og_hparams *hp = &b->lm->hp;
    const og_attend how = {.scale = hp->scale_attn != 0 ? hp->scale_attn : (float)(1.0 / sqrt((double)d)),
                           .cap = hp->cap_attn,
                           .window = (int32_t)l->window,
                           .whole = !hp->causal,
                           .slopes = b->lm->slopes ? og_g_weight(g, b->lm->slopes) : NULL,
                           .sinks = og_build_weight(b, layer, "attn_sinks.weight")};
    og_tensor *a = og_g_attention(g, q, cache, b->span, b->pages, &how);
    a = og_g_reshape(g, a, dv * l->n_head, t, 1);
    og_g_name(a, "attention");
    return a;
}

og_tensor *og_build_attention(og_build *b, const og_block *block, int layer, og_tensor *h) {
    const og_layer *l = &b->lm->layer[layer];
    og_tensor *table = l->rope == 0 && b->rope_q ? b->rope_q : table_of(b, layer);
    og_tensor *q = heads(b, block, layer, "attn_q", "attn_q_norm", h, l->head_dim, l->n_head, table);
    og_tensor *a = attend(b, block, layer, q, h);
    return og_build_linear(b, layer, "attn_output", og_build_wanted(b, layer, a));
}

og_tensor *og_block_attention(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_tensor *a = og_build_attention(b, block, layer, og_build_norm(b, layer, block->norm, x));
    return og_build_residual(b, block, layer, a, og_build_wanted(b, layer, x));
}

og_tensor *og_block_gated_attention(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_graph *g = b->g;
    const og_layer *l = &b->lm->layer[layer];
    const int64_t d = l->head_dim, n = l->n_head, t = b->n_tokens;
    og_tensor *h = og_build_norm(b, layer, block->norm, x);
    og_tensor *both = og_g_reshape(g, og_build_linear(b, layer, "attn_q", h), 2 * d, n, t);
    og_tensor *q = og_build_norm(b, layer, "attn_q_norm", og_g_part(g, both, 0, d));
    if (table_of(b, layer)) q = og_g_rope(g, q, table_of(b, layer), block->rope);
    og_tensor *gate = og_g_unary(g, OG_OP_sigmoid, og_g_reshape(g, og_g_part(g, both, d, d), d * n, t, 1), 0);
    og_tensor *a = og_build_wanted(b, layer, og_g_mul(g, attend(b, block, layer, q, h), gate));
    return og_build_residual(b, block, layer, og_build_linear(b, layer, "attn_output", a), og_build_wanted(b, layer, x));
}
