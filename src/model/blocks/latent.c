#include "model/blocks/blocks.h"

#include <math.h>

static og_tensor *rotate(og_build *b, const og_block *block, const og_layer *l, og_tensor *x) {
    return l->rope < 0 ? x : og_g_rope(b->g, x, b->rope[l->rope], block->rope);
}

/* Queries [key, n_head, T], from the stream or through a narrow layer of their own. */
static og_tensor *queries(og_build *b, int layer, const og_latent *how, og_tensor *h) {
    const bool narrow = og_build_weight(b, layer, "attn_q_a.weight") && og_build_weight(b, layer, "attn_q_b.weight");
    if (!narrow && !og_build_weight(b, layer, "attn_q.weight")) {
        og_fail(&b->g->error, OG_ERR_FORMAT, "layer %d has neither attn_q nor attn_q_a and attn_q_b: the file is incomplete", layer);
        return h;
    }
    og_tensor *q = narrow ? og_build_norm(b, layer, "attn_q_a_norm", og_build_linear(b, layer, "attn_q_a", h)) : h;
    q = og_build_linear(b, layer, narrow ? "attn_q_b" : "attn_q", q);
    return og_g_reshape(b->g, q, how->key, b->lm->layer[layer].n_head, b->n_tokens);
}

/* The matrices of all heads in one tensor [K, N, n_head] times x [K, n_head, T]. */
static og_tensor *by_head(og_build *b, int layer, const char *stem, og_tensor *x) {
    og_tensor *each = og_g_route_each(b->g, x->dim[1], x->dim[2]);
    return og_g_matmul_experts(b->g, og_build_weight(b, layer, stem), x, each, NULL);
}

og_tensor *og_build_latent_attention(og_build *b, const og_block *block, int layer, const og_latent *how, og_tensor *h) {
    og_graph *g = b->g;
    const og_layer *l = &b->lm->layer[layer];
    const int64_t t = b->n_tokens, rot = l->n_rot, plain = how->key - rot;
    og_tensor *q = queries(b, layer, how, h);
    og_tensor *q_plain = og_g_part(g, q, 0, plain), *q_rot = rotate(b, block, l, og_g_part(g, q, plain, rot));
    og_tensor *kv = og_build_linear(b, layer, "attn_kv_a_mqa", h);
    og_tensor *latent = og_build_norm(b, layer, "attn_kv_a_norm", og_g_part(g, kv, 0, how->rank));
    og_tensor *k_rot = rotate(b, block, l, og_g_reshape(g, og_g_part(g, kv, how->rank, rot), rot, 1, t));
    og_tensor *cache = og_g_cache(g, layer, b->lm->kv_layer[layer]), *a;
    og_attend attend = {.scale = (float)(how->scale / sqrt((double)how->key))};
    if (how->absorbed) {
        attend.values = (int32_t)how->rank;
        og_g_kv_store(g, cache, og_g_join(g, og_g_reshape(g, latent, how->rank, 1, t), k_rot), NULL, b->place);
        q = og_g_join(g, by_head(b, layer, "attn_k_b.weight", q_plain), q_rot);
        a = by_head(b, layer, "attn_v_b.weight", og_g_attention(g, q, cache, b->span, b->pages, &attend));
    } else {
        og_tensor *wide = og_g_reshape(g, og_build_linear(b, layer, "attn_kv_b", latent), plain + how->value, l->n_head, t);
        og_g_kv_store(g, cache, og_g_join(g, og_g_part(g, wide, 0, plain), k_rot), og_g_part(g, wide, plain, how->value), b->place);
        a = og_g_attention(g, og_g_join(g, q_plain, q_rot), cache, b->span, b->pages, &attend);
    }
    a = og_g_reshape(g, a, how->value * l->n_head, t, 1);
    og_g_name(a, "attention");
    return og_build_linear(b, layer, "attn_output", og_build_wanted(b, layer, a));
}
