/* graph.c: building graphs, and the shape rules. */
#include "tensor/build.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int n_src;
} ops[] = {
#define OP(name, n) {#name, n},
#include "tensor/ops.def"
#undef OP
};

const char *og_op_name(og_op op) {
    return (unsigned)op < OG_OP_COUNT ? ops[op].name : "?";
}

void og_graph_init(og_graph *g) {
    memset(g, 0, sizeof *g);
    og_arena_init(&g->arena, 0);
    g->harmless = (og_tensor){.op = OG_OP_input, .type = OG_F32, .dim = {1, 1, 1, 1}, .id = -1, .step = -1, .offset = -1};
}

void og_graph_free(og_graph *g) {
    og_arena_free(&g->arena);
    og_release(g->node);
    memset(g, 0, sizeof *g);
}

og_status og_graph_check(const og_graph *g, og_error *err) {
    if (g->error.status == OG_OK) return OG_OK;
    return og_fail(err, g->error.status, "%s", g->error.text);
}

/* ---- leaves ---- */

og_tensor *og_g_weight(og_graph *g, const og_weight *w) {
    og_tensor *t = node(g, OG_OP_weight, w->type, w->dim[0], w->dim[1], w->dim[2]);
    t->weight = w;
    t->name = w->name;
    return t;
}

og_tensor *og_g_input(og_graph *g, const char *name, int slot, og_type type, int64_t d0, int64_t d1) {
    og_tensor *t = node(g, OG_OP_input, type, d0, d1, 1);
    t->name = name;
    t->i[0] = slot;
    return t;
}

og_tensor *og_g_cache(og_graph *g, int layer, og_kv_layer shape) {
    og_tensor *t = node(g, OG_OP_cache, OG_F16, shape.key_dim, shape.n_head, 1);
    t->i[0] = layer;
    t->i[1] = -1; /* id of the newest kv_store into it */
    t->i[2] = (int32_t)shape.value_dim;
    return t;
}

og_tensor *og_g_memory(og_graph *g, int layer, og_kv_layer shape) {
    og_tensor *t = og_g_cache(g, layer, shape);
    t->i[3] = 1;
    return t;
}

/* ---- operations ---- */

og_tensor *og_g_reshape(og_graph *g, og_tensor *x, int64_t d0, int64_t d1, int64_t d2) {
    if (refuse(g, x->dim[0] * x->dim[1] * x->dim[2] == d0 * d1 * d2, OG_OP_reshape, "element counts must be equal", x, x))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_reshape, x->type, d0, d1, d2);
    t->src[0] = x;
    return t;
}

og_tensor *og_g_part(og_graph *g, og_tensor *x, int64_t at, int64_t n) {
    if (refuse(g, at >= 0 && n > 0 && at <= x->dim[0] - n && at <= INT32_MAX, OG_OP_part, "the part must be within the rows", x, x))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_part, OG_F32, n, x->dim[1], x->dim[2]);
    t->src[0] = x;
    t->i[0] = (int32_t)at;
    return t;
}

og_tensor *og_g_join(og_graph *g, og_tensor *a, og_tensor *b) {
    if (refuse(g, (a->dim[1] == b->dim[1] || b->dim[1] == 1) && a->dim[2] == b->dim[2], OG_OP_join,
               "there must be as many rows of both, or one of the second", a, b))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_join, OG_F32, a->dim[0] + b->dim[0], a->dim[1], a->dim[2]);
    t->src[0] = a;
    t->src[1] = b;
    return t;
}

og_tensor *og_g_unfold(og_graph *g, og_tensor *x, int taps, int stride, int pad) {
    if (refuse(g, taps > 0 && stride > 0 && pad >= 0 && x->dim[1] + 2 * pad >= taps && x->dim[2] == 1, OG_OP_unfold,
               "wants rows [K, T], no fewer than a window has", x, x))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_unfold, OG_F32, taps * x->dim[0], (x->dim[1] + 2 * pad - taps) / stride + 1, 1);
    t->src[0] = x;
    t->i[0] = taps;
    t->i[1] = stride;
    t->i[2] = pad;
    return t;
}

static og_tensor *gather(og_graph *g, og_op op, og_tensor *x, og_tensor *ids) {
    if (refuse(g, ids->type == OG_I32 && ids->dim[1] == 1 && x->dim[2] == 1, op, "wants a matrix and a list of I32", x, ids))
        return &g->harmless;
    og_tensor *t = node(g, op, OG_F32, x->dim[0], ids->dim[0], 1);
    t->src[0] = x;
    t->src[1] = ids;
    return t;
}

og_tensor *og_g_rows(og_graph *g, og_tensor *table, og_tensor *ids) {
    if (refuse(g, table->op == OG_OP_weight && table->weight->use & OG_USE_ROWS, OG_OP_rows, "the table must be a weight used by rows",
               table, ids))
        return &g->harmless;
    return gather(g, OG_OP_rows, table, ids);
}

og_tensor *og_g_take(og_graph *g, og_tensor *x, og_tensor *idx) {
    return gather(g, OG_OP_take, x, idx);
}

og_tensor *og_g_mean_rows(og_graph *g, og_tensor *x, og_tensor *ranges) {
    if (refuse(g, ranges->type == OG_I32 && ranges->dim[0] == 2 && x->dim[2] == 1, OG_OP_mean_rows, "wants a matrix and ranges I32 [2, N]",
               x, ranges))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_mean_rows, OG_F32, x->dim[0], ranges->dim[1], 1);
    t->src[0] = x;
    t->src[1] = ranges;
    return t;
}

static og_tensor *binary(og_graph *g, og_op op, og_tensor *a, og_tensor *b, bool broadcast) {
    const bool row = broadcast && b->dim[0] == a->dim[0] && b->dim[1] == 1 && b->dim[2] == 1;
    if (refuse(g, same_shape(a, b) || row, op, "shapes must match, or the second be one row", a, b)) return &g->harmless;
    og_tensor *t = node(g, op, OG_F32, a->dim[0], a->dim[1], a->dim[2]);
    t->src[0] = a;
    t->src[1] = b;
    return t;
}

og_tensor *og_g_add(og_graph *g, og_tensor *a, og_tensor *b) {
    return binary(g, OG_OP_add, a, b, true);
}
og_tensor *og_g_mul(og_graph *g, og_tensor *a, og_tensor *b) {
    return binary(g, OG_OP_mul, a, b, true);
}
og_tensor *og_g_silu_mul(og_graph *g, og_tensor *gate, og_tensor *up) {
    return binary(g, OG_OP_silu_mul, gate, up, false);
}
og_tensor *og_g_gelu_mul(og_graph *g, og_tensor *gate, og_tensor *up) {
    return binary(g, OG_OP_gelu_mul, gate, up, false);
}

og_tensor *og_g_clamped_mul(og_graph *g, og_tensor *gate, og_tensor *up) {
    return binary(g, OG_OP_clamped_mul, gate, up, false);
}

og_tensor *og_g_sigmoid_rows(og_graph *g, og_tensor *x, og_tensor *gate) {
    if (refuse(g, gate->dim[0] == 1 && gate->dim[1] == x->dim[1] && x->dim[2] == 1, OG_OP_sigmoid_rows, "wants x [K, T] and a gate [1, T]",
               x, gate))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_sigmoid_rows, OG_F32, x->dim[0], x->dim[1], 1);
    t->src[0] = x;
    t->src[1] = gate;
    return t;
}

static og_tensor *unary(og_graph *g, og_op op, og_tensor *a, float f) {
    og_tensor *t = node(g, op, OG_F32, a->dim[0], a->dim[1], a->dim[2]);
    t->src[0] = a;
    t->f[0] = f;
    return t;
}

og_tensor *og_g_scale(og_graph *g, og_tensor *a, float f) {
    return unary(g, OG_OP_scale, a, f);
}

og_tensor *og_g_unary(og_graph *g, og_op op, og_tensor *a, float f) {
    if (refuse(g, op >= OG_OP_cap && op <= OG_OP_gelu_erf, op, "is not an operation on single elements", a, a)) return &g->harmless;
    return unary(g, op, a, f);
}

/* Whether w is as wide as the rows of x, once or for each of its heads. */
static bool fits_rows(const og_tensor *w, const og_tensor *x) {
    return !w || (w->dim[0] == x->dim[0] && (w->dim[1] == 1 || w->dim[1] == x->dim[1]) && w->dim[2] == 1);
}

static og_tensor *norm(og_graph *g, og_op op, og_tensor *x, og_tensor *w, og_tensor *b, float eps) {
    if (refuse(g, fits_rows(w, x), op, "the weight must be as wide as the rows", x, w ? w : x)) return &g->harmless;
    if (refuse(g, fits_rows(b, x), op, "the bias must be as wide as the rows", x, b ? b : x)) return &g->harmless;
    og_tensor *t = node(g, op, OG_F32, x->dim[0], x->dim[1], x->dim[2]);
    t->src[0] = x;
    t->src[1] = w;
    t->src[2] = b;
    t->f[0] = eps;
    return t;
}

og_tensor *og_g_rms_norm(og_graph *g, og_tensor *x, og_tensor *w, float eps) {
    return norm(g, OG_OP_rms_norm, x, w, NULL, eps);
}
og_tensor *og_g_layer_norm(og_graph *g, og_tensor *x, og_tensor *w, og_tensor *b, float eps) {
    return norm(g, OG_OP_layer_norm, x, w, b, eps);
}

og_tensor *og_g_rope_table(og_graph *g, og_tensor *pos, og_tensor *freq, float scale) {
    if (refuse(g, pos->type == OG_I32 && pos->dim[1] == 1 && freq->dim[1] == 1, OG_OP_rope_table,
               "wants positions I32 [T] and frequencies [H]", pos, freq))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_rope_table, OG_F32, 2 * freq->dim[0], pos->dim[0], 1);
    t->src[0] = pos;
    t->src[1] = freq;
    t->f[0] = scale;
    return t;
}

og_tensor *og_g_rope_table_growing(og_graph *g, og_tensor *pos, og_tensor *freq, float scale, float growth, int32_t n_ctx) {
    og_tensor *t = og_g_rope_table(g, pos, freq, scale);
    t->f[1] = growth;
    t->i[0] = n_ctx;
    return t;
}

og_tensor *og_g_rope(og_graph *g, og_tensor *x, og_tensor *table, int kind) {
    if (refuse(g, table->dim[0] <= x->dim[0] && table->dim[1] == x->dim[2], OG_OP_rope, "wants x [D, heads, T] and a table [<= D, T]", x,
               table))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_rope, OG_F32, x->dim[0], x->dim[1], x->dim[2]);
    t->src[0] = x;
    t->src[1] = table;
    t->i[0] = kind;
    return t;
}

/* What every left side of a product must be. */
static bool refuse_matrix(og_graph *g, og_op op, const og_tensor *w, const og_tensor *x) {
    if (refuse(g, w->op == OG_OP_weight && w->weight->use & OG_USE_MATMUL, op, "the left side must be a weight used by products", w, x))
        return true;
    const og_quant *q = og_quant_of(w->type);
    if (refuse(g, q && (q->is_float || q->is_block) && w->type != OG_F64, op, "weights of this type cannot be multiplied", w, x))
        return true;
    return refuse(g, w->dim[0] % q->block == 0, op, "rows must be whole blocks", w, x);
}

og_tensor *og_g_matmul(og_graph *g, og_tensor *w, og_tensor *x) {
    if (refuse_matrix(g, OG_OP_matmul, w, x)) return &g->harmless;
    if (refuse(g, w->dim[0] == x->dim[0] && w->dim[2] == 1 && x->dim[2] == 1, OG_OP_matmul, "wants w [K, N] and x [K, T]", w, x))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_matmul, OG_F32, w->dim[1], x->dim[1], 1);
    t->src[0] = w;
    t->src[1] = x;
    return t;
}

og_tensor *og_g_route(og_graph *g, og_tensor *logits, og_tensor *bias, const og_router *r) {
    const int64_t n = logits->dim[0], each = r->n_groups > 1 ? n / r->n_groups : n;
    const bool groups = r->n_groups <= 1 || (n % r->n_groups == 0 && r->n_groups_used >= 1 && r->n_groups_used <= r->n_groups &&
                                             each >= 2 && each * r->n_groups_used >= r->n_used);
    if (refuse(g, r->n_used >= 1 && r->n_used <= n && groups && logits->dim[2] == 1, OG_OP_route,
               "wants logits [E, T], and of them no more than there are", logits, logits))
        return &g->harmless;
    if (bias && refuse(g, bias->dim[0] == n && bias->dim[1] == 1, OG_OP_route, "wants one bias an expert", logits, bias))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_route, OG_I32, r->n_used, logits->dim[1], 2);
    t->src[0] = logits;
    t->src[1] = bias;
    t->f[0] = r->scale;
    t->i[0] = (int32_t)r->score;
    t->i[1] = r->normalise;
    t->i[2] = r->n_groups;
    t->i[3] = r->n_groups_used;
    return t;
}

og_tensor *og_g_route_each(og_graph *g, int64_t n, int64_t tokens) {
    return node(g, OG_OP_route_each, OG_I32, n, tokens, 2);
}

static bool is_route(const og_tensor *t) {
    return t->op == OG_OP_route || t->op == OG_OP_route_each;
}

og_tensor *og_g_matmul_experts(og_graph *g, og_tensor *w, og_tensor *x, og_tensor *route, og_tensor *bias) {
    const og_op op = OG_OP_matmul_experts;
    if (refuse_matrix(g, op, w, x)) return &g->harmless;
    if (refuse(g, is_route(route) && og_route_experts(route) == w->dim[2], op, "wants a route over the experts of w", w, route))
        return &g->harmless;
    const int64_t used = route->dim[0], tokens = route->dim[1];
    const bool shared = x->dim[1] == tokens && x->dim[2] == 1, own = x->dim[1] == used && x->dim[2] == tokens;
    if (refuse(g, w->dim[0] == x->dim[0] && (shared || own), op, "wants w [K, N, E] and x [K, T] or [K, U, T]", w, x)) return &g->harmless;
    if (bias && refuse(g, bias->dim[0] == w->dim[1] && bias->dim[1] == w->dim[2], op, "wants a bias [N, E]", w, bias)) return &g->harmless;
    og_tensor *t = node(g, op, OG_F32, w->dim[1], used, tokens);
    t->src[0] = w;
    t->src[1] = t->src[4] = x;
    t->src[2] = t->src[5] = route;
    t->src[3] = bias;
    return t;
}

og_tensor *og_g_sum_experts(og_graph *g, og_tensor *y, og_tensor *route) {
    if (refuse(g, route->op == OG_OP_route && y->dim[1] == route->dim[0] && y->dim[2] == route->dim[1], OG_OP_sum_experts,
               "wants y [N, U, T] and the route of its slots", y, route))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_sum_experts, OG_F32, y->dim[0], y->dim[2], 1);
    t->src[0] = y;
    t->src[1] = route;
    return t;
}

void og_g_kv_store(og_graph *g, og_tensor *cache, og_tensor *k, og_tensor *v, og_tensor *place) {
    if (v && refuse(g, k->dim[1] == v->dim[1] && k->dim[2] == v->dim[2], OG_OP_kv_store, "there must be as many keys as values", k, v))
        return;
    if (refuse(g, cache->op == OG_OP_cache && cache->dim[0] == k->dim[0] && cache->dim[1] == k->dim[1], OG_OP_kv_store,
               "keys must be [D, heads, T] of the cache", cache, k))
        return;
    if (refuse(g, cache->i[2] == (v ? v->dim[0] : 0), OG_OP_kv_store, "values must be as wide as the cache's", cache, v ? v : k)) return;
    if (refuse(g, place->type == OG_I32 && place->dim[0] == k->dim[2], OG_OP_kv_store, "wants one place a token", k, place)) return;
    og_tensor *t = node(g, OG_OP_kv_store, OG_F32, 1, 1, 1);
    t->src[0] = cache;
    t->src[1] = k;
    t->src[2] = v;
    t->src[3] = place;
    cache->i[1] = t->id;
}

static bool is_vector(const og_tensor *w, int64_t n) {
    return !w || (w->op == OG_OP_weight && w->weight->use & OG_USE_VECTOR && w->dim[0] == n && w->dim[1] == 1);
}

og_tensor *og_g_attention(og_graph *g, og_tensor *q, og_tensor *cache, og_tensor *span, og_tensor *pages, const og_attend *how) {
    if (refuse(g, cache->op == OG_OP_cache && cache->dim[0] == q->dim[0] && q->dim[1] % cache->dim[1] == 0, OG_OP_attention,
               "heads must be a multiple of the cache's, of the same dimension", q, cache))
        return &g->harmless;
    if (refuse(g, span->type == OG_I32 && span->dim[0] == 2 && span->dim[1] == q->dim[2] && pages->type == OG_I32, OG_OP_attention,
               "wants span I32 [2, T] and pages I32 [P]", span, pages))
        return &g->harmless;
    if (refuse(g, is_vector(how->sinks, q->dim[1]) && is_vector(how->slopes, q->dim[1]), OG_OP_attention, "wants one sink or slope a head",
               q, how->sinks ? how->sinks : q))
        return &g->harmless;
    if (how->bias &&
        refuse(g, how->bias->op == OG_OP_weight && how->bias->dim[0] % 2 == 1 && how->bias->dim[1] == q->dim[1] && !how->slopes,
               OG_OP_attention, "wants biases [2 R + 1, heads], and then no slopes", q, how->bias))
        return &g->harmless;
    const int64_t values = cache->i[2] ? cache->i[2] : how->values;
    if (refuse(g, cache->i[2] || (values > 0 && values <= cache->dim[0]), OG_OP_attention, "values must be within the keys", q, cache))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_attention, OG_F32, values, q->dim[1], q->dim[2]);
    t->src[0] = q;
    t->src[1] = cache->i[1] >= 0 ? g->node[cache->i[1]] : cache;
    t->src[2] = span;
    t->src[3] = pages;
    t->src[4] = how->sinks;
    t->src[5] = how->slopes ? how->slopes : how->bias;
    t->f[0] = how->scale;
    t->f[1] = how->cap;
    t->i[0] = how->window;
    t->i[1] = how->chunk;
    t->i[2] = how->whole;
    t->i[3] = how->slopes != NULL;
    return t;
}

og_tensor *og_g_scores(og_graph *g, og_tensor *q, og_tensor *cache, og_tensor *pages, int32_t n, float scale) {
    if (refuse(g, cache->op == OG_OP_cache && cache->dim[0] == q->dim[0] && q->dim[1] % cache->dim[1] == 0, OG_OP_scores,
               "heads must be a multiple of the cache's, of the same dimension", q, cache))
        return &g->harmless;
    if (refuse(g, pages->type == OG_I32 && n > 0 && n <= pages->dim[0] * OG_KV_PAGE, OG_OP_scores, "wants pages I32 [P] for its positions",
               q, pages))
        return &g->harmless;
    og_tensor *t = node(g, OG_OP_scores, OG_F32, n, q->dim[1], q->dim[2]);
    t->src[0] = q;
    t->src[1] = cache->i[1] >= 0 ? g->node[cache->i[1]] : cache;
    t->src[2] = pages;
    t->f[0] = scale;
    t->i[0] = n;
    return t;
}

void og_g_name(og_tensor *t, const char *name) {
    t->name = name;
}

void og_g_output(og_graph *g, og_tensor *t) {
    if (failed(g)) return;
    if (g->n_out == (int)OG_LEN(g->out)) {
        og_fail(&g->error, OG_ERR_INTERNAL, "graph: more than %d outputs", (int)OG_LEN(g->out));
        return;
    }
    g->out[g->n_out++] = t;
}
