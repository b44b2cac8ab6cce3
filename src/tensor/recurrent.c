/* recurrent.c: building nodes of layers that carry a state from token to token. */
#include "tensor/build.h"

og_tensor *og_g_state(og_graph *g, int layer, int64_t at, int64_t n, og_tensor *slots) {
    if (refuse(g, slots->op == OG_OP_input && slots->type == OG_I32 && slots->dim[0] == 2 && at >= 0 && at <= INT32_MAX, OG_OP_state,
               "wants an input I32 [2, T]", slots, slots))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_state, OG_F32, n, 1, 1);
    t->src[0] = slots;
    t->i[0] = layer;
    t->i[1] = (int32_t)at;
    return t;
}

/* Whether `state` is a leaf of n floats whose slots are those of T tokens, used by nothing yet. */
static bool fits(og_tensor *state, int64_t n, int64_t tokens) {
    if (state->op != OG_OP_state || state->dim[0] != n || state->src[0]->dim[1] != tokens || state->i[2]) return false;
    state->i[2] = 1; /* taken */
    return true;
}

static bool vector(const og_tensor *t, int64_t n) {
    return t->op == OG_OP_weight && t->weight->use & OG_USE_VECTOR && t->dim[0] * t->dim[1] == n;
}

og_tensor *og_g_conv(og_graph *g, og_tensor *x, og_tensor *w, og_tensor *b, og_tensor *state, bool silu) {
    const int64_t taps = w->dim[0];
    if (refuse(g, x->dim[2] == 1 && taps >= 2 && taps <= OG_CONV_TAPS && vector(w, taps * x->dim[0]) && (!b || vector(b, x->dim[0])),
               OG_OP_conv, "wants x [C, T] and weights [taps, C], few taps", x, w))
        return &g->harmless;
    if (refuse(g, fits(state, (taps - 1) * x->dim[0], x->dim[1]), OG_OP_conv, "the state must hold what is before", x, state))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_conv, OG_F32, x->dim[0], x->dim[1], 1);
    t->src[0] = x;
    t->src[1] = w;
    t->src[2] = b;
    t->src[3] = state;
    t->i[0] = silu;
    return t;
}

og_tensor *og_g_ssm(og_graph *g, og_tensor *xbc, og_tensor *dt, og_tensor *dt_bias, og_tensor *a, og_tensor *d, og_tensor *state,
                    int64_t head_dim, int64_t n_group) {
    const int64_t heads = dt->dim[0], inner = heads * head_dim, n_state = n_group > 0 ? (xbc->dim[0] - inner) / 2 / n_group : 0;
    if (refuse(g,
               n_state > 0 && inner + 2 * n_state * n_group == xbc->dim[0] && heads % n_group == 0 && xbc->dim[1] == dt->dim[1] &&
                   xbc->dim[2] == 1 && dt->dim[2] == 1,
               OG_OP_ssm, "wants x, B and C [H * P + 2 * G * N, T] and steps [H, T]", xbc, dt))
        return &g->harmless;
    if (refuse(g, vector(dt_bias, heads) && vector(a, heads) && vector(d, heads), OG_OP_ssm, "wants one number a head", a, d))
        return &g->harmless;
    if (refuse(g, fits(state, inner * n_state, dt->dim[1]), OG_OP_ssm, "the state must be of H * N * P", xbc, state)) return &g->harmless;
    og_tensor *t = node(g, OG_OP_ssm, OG_F32, head_dim, heads, dt->dim[1]);
    og_tensor *src[] = {xbc, dt, dt_bias, a, d, state};
    for (int i = 0; i < 6; i++) t->src[i] = src[i];
    t->i[0] = (int32_t)n_group;
    return t;
}

og_tensor *og_g_delta(og_graph *g, og_tensor *qkv, og_tensor *alpha, og_tensor *beta, og_tensor *dt_bias, og_tensor *a, og_tensor *state,
                      int64_t head_dim, int64_t n_head_k, bool cyclic) {
    const int64_t heads = alpha->dim[0], tokens = alpha->dim[1], values = heads * head_dim,
                  key = n_head_k > 0 ? (qkv->dim[0] - values) / 2 / n_head_k : 0;
    if (refuse(g,
               key > 0 && values + 2 * key * n_head_k == qkv->dim[0] && heads % n_head_k == 0 && qkv->dim[1] == tokens &&
                   qkv->dim[2] == 1 && alpha->dim[2] == 1,
               OG_OP_delta, "wants q, k and v [2 * HK * DK + H * DV, T] and decays [H, T]", qkv, alpha))
        return &g->harmless;
    if (refuse(g, beta->dim[0] == heads && beta->dim[1] == tokens && vector(dt_bias, heads) && vector(a, heads), OG_OP_delta,
               "wants one number a head", alpha, beta))
        return &g->harmless;
    if (refuse(g, fits(state, values * key, tokens), OG_OP_delta, "the state must be of H * DK * DV", qkv, state)) return &g->harmless;
    og_tensor *t = node(g, OG_OP_delta, OG_F32, head_dim, heads, tokens);
    og_tensor *src[] = {qkv, alpha, beta, dt_bias, a, state};
    for (int i = 0; i < 6; i++) t->src[i] = src[i];
    t->i[0] = (int32_t)n_head_k;
    t->i[1] = cyclic;
    return t;
}
