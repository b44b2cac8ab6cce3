#include "model/blocks/blocks.h"

#include <stdio.h>

static og_tensor *part(og_build *b, int layer, const char *name, const char *end) {
    char stem[64];
    snprintf(stem, sizeof stem, "%s.%s", name, end);
    return og_build_weight(b, layer, stem);
}

/* The chosen experts' matrices of that name, with their biases if there are any. */
static og_tensor *multiply(og_build *b, int layer, const char *name, og_tensor *x, og_tensor *route) {
    return og_g_matmul_experts(b->g, part(b, layer, name, "weight"), x, route, part(b, layer, name, "bias"));
}

static og_tensor *routed(og_build *b, const og_block *block, int layer, og_tensor *h) {
    og_graph *g = b->g;
    const og_hparams *hp = &b->lm->hp;
    const og_router router = {
        .n_used = (int)hp->n_expert_used,
        .score = (og_score)hp->expert_score,
        .normalise = hp->expert_norm,
        .scale = hp->expert_scale == 0 ? 1 : hp->expert_scale,
        .n_groups = (int)hp->n_expert_group,
        .n_groups_used = (int)hp->n_expert_group_used,
    };
    og_tensor *logits = og_build_linear(b, layer, "ffn_gate_inp", h);
    og_tensor *route = og_g_route(g, logits, og_build_weight(b, layer, "exp_probs_b.bias"), &router);
    og_tensor *gate = multiply(b, layer, "ffn_gate_exps", h, route), *up = multiply(b, layer, "ffn_up_exps", h, route);
    return og_g_sum_experts(g, multiply(b, layer, "ffn_down_exps", block->gate(g, gate, up), route), route);
}

/* The expert that every token goes to, NULL if there is none; some models weigh it by a gate of its own. */
static og_tensor *shared(og_build *b, const og_block *block, int layer, og_tensor *h) {
    if (!og_build_weight(b, layer, "ffn_up_shexp.weight")) return NULL;
    og_tensor *gate = og_build_linear(b, layer, "ffn_gate_shexp", h), *up = og_build_linear(b, layer, "ffn_up_shexp", h);
    og_tensor *y = og_build_linear(b, layer, "ffn_down_shexp", block->gate(b->g, gate, up));
    if (!og_build_weight(b, layer, "ffn_gate_inp_shexp.weight")) return y;
    return og_g_sigmoid_rows(b->g, y, og_build_linear(b, layer, "ffn_gate_inp_shexp", h));
}

og_tensor *og_block_experts(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_tensor *h = og_build_norm(b, layer, block->norm, x);
    og_tensor *y = routed(b, block, layer, h), *always = shared(b, block, layer, h);
    if (!always) return og_build_residual(b, block, layer, y, x);
    /* Added to the stream first, both additions are part of a product. */
    const bool plain = !block->post_norm && b->lm->hp.scale_residual == 0;
    return plain ? og_g_add(b->g, y, og_g_add(b->g, always, x)) : og_build_residual(b, block, layer, og_g_add(b->g, y, always), x);
}
