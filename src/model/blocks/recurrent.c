/* recurrent.c: blocks of layers that carry a state from token to token instead of attending. */
#include "model/blocks/recurrent.h"

/* Convolution of `x` by the weight and bias named `name`, its state `at` floats into the layer's. */
static og_tensor *convolve(og_build *b, int layer, const char *weight, const char *bias, og_tensor *x, bool silu) {
    og_tensor *w = og_build_weight(b, layer, weight);
    og_tensor *state = og_g_state(b->g, layer, 0, (w->dim[0] - 1) * x->dim[0], b->state);
    return og_g_conv(b->g, x, w, bias ? og_build_weight(b, layer, bias) : NULL, state, silu);
}

og_tensor *og_block_shortconv(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_graph *g = b->g;
    const int64_t n = b->lm->hp.n_embd;
    og_tensor *in = og_build_linear(b, layer, "shortconv.in_proj", og_build_norm(b, layer, block->norm, x));
    og_tensor *before = og_g_part(g, in, 0, n), *after = og_g_part(g, in, n, n), *value = og_g_part(g, in, 2 * n, n);
    og_tensor *y = convolve(b, layer, "shortconv.conv.weight", NULL, og_g_mul(g, before, value), false);
    y = og_build_wanted(b, layer, og_g_mul(g, after, y));
    return og_build_residual(b, block, layer, og_build_linear(b, layer, "shortconv.out_proj", y), og_build_wanted(b, layer, x));
}

og_tensor *og_block_mamba2(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_graph *g = b->g;
    const og_recurrent r = og_recurrent_of(&b->lm->hp);
    const int64_t inner = r.inner, channels = inner + 2 * r.n_group * r.n_state, t = b->n_tokens;
    og_tensor *in = og_build_linear(b, layer, "ssm_in", og_build_norm(b, layer, block->norm, x));
    og_tensor *gate = og_g_part(g, in, 0, inner), *step = og_g_part(g, in, inner + channels, r.n_head);
    og_tensor *xbc = convolve(b, layer, "ssm_conv1d.weight", "ssm_conv1d.bias", og_g_part(g, in, inner, channels), true);
    og_tensor *state = og_g_state(g, layer, (r.taps - 1) * channels, inner * r.n_state, b->state);
    og_tensor *y = og_g_ssm(g, xbc, step, og_build_weight(b, layer, "ssm_dt.bias"), og_build_weight(b, layer, "ssm_a"),
                            og_build_weight(b, layer, "ssm_d"), state, inner / r.n_head, r.n_group);
    y = og_g_silu_mul(g, gate, og_g_reshape(g, y, inner, t, 1));
    y = og_build_norm(b, layer, "ssm_norm", og_g_reshape(g, y, inner / r.n_group, r.n_group, t));
    y = og_build_wanted(b, layer, og_g_reshape(g, y, inner, t, 1));
    return og_build_residual(b, block, layer, og_build_linear(b, layer, "ssm_out", y), og_build_wanted(b, layer, x));
}

og_tensor *og_block_delta(og_build *b, const og_block *block, int layer, og_tensor *x) {
    og_graph *g = b->g;
    const og_recurrent r = og_recurrent_of(&b->lm->hp);
    const int64_t dim = r.inner / r.n_head, channels = r.inner + 2 * r.n_group * r.n_state, t = b->n_tokens;
    og_tensor *h = og_build_norm(b, layer, block->norm, x);
    og_tensor *gate = og_build_linear(b, layer, "attn_gate", h);
    og_tensor *alpha = og_build_linear(b, layer, "ssm_alpha", h), *beta = og_build_linear(b, layer, "ssm_beta", h);
    og_tensor *qkv = convolve(b, layer, "ssm_conv1d.weight", NULL, og_build_linear(b, layer, "attn_qkv", h), true);
    og_tensor *state = og_g_state(g, layer, (r.taps - 1) * channels, r.inner * r.n_state, b->state);
    og_tensor *y = og_g_delta(g, qkv, alpha, beta, og_build_weight(b, layer, "ssm_dt.bias"), og_build_weight(b, layer, "ssm_a"), state, dim,
                              r.n_group, true);
    y = og_g_reshape(g, og_build_norm(b, layer, "ssm_norm", y), r.inner, t, 1);
    y = og_build_wanted(b, layer, og_g_silu_mul(g, gate, y));
    return og_build_residual(b, block, layer, og_build_linear(b, layer, "ssm_out", y), og_build_wanted(b, layer, x));
}
