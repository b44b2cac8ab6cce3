/* tensor.h: tensors, graphs, shape rules, and the plan that says what is computed when and where.
 *
 * A graph is straight-line code over tensors, built by a model for one batch shape. It holds no data: weights, inputs and caches
 * are leaves that a backend binds. og_plan_make lowers it (activation packing, fused bias and residual), orders it, and places every
 * intermediate in one arena by liveness. The plan depends on shapes alone, so it is kept and replayed. */
#ifndef OG_TENSOR_TENSOR_H
#define OG_TENSOR_TENSOR_H

#include "base/base.h"
#include "base/file.h"
#include "quant/quant.h"

typedef enum og_op {
#define OP(name, n) OG_OP_##name,
#include "tensor/ops.def"
#undef OP
    OG_OP_COUNT
} og_op;

const char *og_op_name(og_op op);

enum { OG_MAX_SRC = 6, OG_MAX_DIM = 4, OG_KV_PAGE = 64, OG_ACT_TILE = 8, OG_CONV_TAPS = 8 };

/* ---- weights ---- */

typedef enum og_use {
    OG_USE_MATMUL = 1, /* left side of a product */
    OG_USE_ROWS = 2,   /* rows gathered by id; read where the file has them */
    OG_USE_VECTOR = 4, /* small float vector: norms, biases, frequencies; held as F32 */
} og_use;

/* One tensor of a model file, and where a backend keeps it. Shared by the graphs of all batch shapes. */
typedef struct og_weight {
    const char *name;
    og_type type;
    int64_t dim[OG_MAX_DIM];
    int use;              /* og_use bits: a tied embedding is ROWS | MATMUL */
    const og_source *src; /* the file, or NULL for a computed VECTOR held in `values` */
    uint64_t offset, bytes;
    const float *values; /* computed vectors (rope frequencies): dim[0] floats, owned by the model */
    void *handle;        /* the backend's */
} og_weight;

/* ---- caches ---- */

/* What one layer of a KV cache keeps for each position. */
typedef struct og_kv_layer {
    int64_t key_dim, value_dim; /* of one head */
    int64_t n_head;             /* KV heads; 0: the layer keeps nothing */
} og_kv_layer;

/* ---- tensors and graphs ---- */

typedef struct og_tensor og_tensor;
struct og_tensor {
    og_op op;
    og_type type;
    int64_t dim[OG_MAX_DIM]; /* dim[0] is contiguous; unused ones are 1 */
    og_tensor *src[OG_MAX_SRC];
    float f[2];
    int32_t i[4];
    const og_weight *weight; /* of a weight leaf */
    const char *name;        /* for dumps; may be NULL */
    int id;                  /* index in the graph */
    /* filled by the planner */
    int step;       /* when it runs; -1: never (leaves, views, nodes nobody needs) */
    int last_use;   /* step after which its memory may be reused */
    int64_t offset; /* in the arena, bytes; -1 for leaves */
    int64_t bytes;
};

typedef struct og_graph {
    og_arena arena;
    og_tensor **node;
    int n, cap;
    og_tensor *out[4]; /* results kept until the end of the run */
    int n_out;
    og_error error; /* the first mistake made while building; building goes on with `harmless` */
    og_tensor harmless;
} og_graph;

void og_graph_init(og_graph *g);
void og_graph_free(og_graph *g);
/* OG_OK, or the first mistake of the build, with both shapes in its sentence. */
og_status og_graph_check(const og_graph *g, og_error *err);

/* Leaves. Input slots are numbered by the caller: the same numbers are used when running. */
og_tensor *og_g_weight(og_graph *g, const og_weight *w);
og_tensor *og_g_input(og_graph *g, const char *name, int slot, og_type type, int64_t d0, int64_t d1);
/* Layer `layer` of the cache bound at run time, whose shape it must be. */
og_tensor *og_g_cache(og_graph *g, int layer, og_kv_layer shape);
/* The same of the memory bound at run time: a second cache, whose pages live by themselves (what an encoder found, for a decoder's cross
 * attention). */
og_tensor *og_g_memory(og_graph *g, int layer, og_kv_layer shape);
/* n floats of every sequence's recurrent state bound at run time, from float `at` of layer `layer`'s part on. slots I32 [2, T] holds for
 * each token {slot its sequence's state is read from, slot it is written to}: neighbours with the same pair are a run, whose first token
 * reads and whose last writes. Slot -1 reads as zeros (a sequence begins). Runs are computed in order, so a run may read what one before it
 * wrote. The two slots of a run may be the same; if they differ, the old state stays as it was. One operation uses a leaf. */
og_tensor *og_g_state(og_graph *g, int layer, int64_t at, int64_t n, og_tensor *slots);

og_tensor *og_g_reshape(og_graph *g, og_tensor *x, int64_t d0, int64_t d1, int64_t d2);
/* Elements at..at + n of each row: x [K, A, B] -> [n, A, B]. */
og_tensor *og_g_part(og_graph *g, og_tensor *x, int64_t at, int64_t n);
/* Rows of a followed by those of b: [K, A, B], [L, A, B] -> [K + L, A, B]. */
og_tensor *og_g_join(og_graph *g, og_tensor *a, og_tensor *b);
/* Windows of `taps` neighbouring rows, one every `stride`, `pad` rows of zeros before the first of x and behind its last: x [K, T] ->
 * [taps K, (T + 2 pad - taps) / stride + 1]. A product with it is a convolution along T. */
og_tensor *og_g_unfold(og_graph *g, og_tensor *x, int taps, int stride, int pad);
og_tensor *og_g_rows(og_graph *g, og_tensor *table, og_tensor *ids);
og_tensor *og_g_take(og_graph *g, og_tensor *x, og_tensor *idx);
/* Means over rows of x [K, T]: ranges I32 [2, N] holds {first row, how many} -> [K, N]. */
og_tensor *og_g_mean_rows(og_graph *g, og_tensor *x, og_tensor *ranges);
og_tensor *og_g_add(og_graph *g, og_tensor *a, og_tensor *b);
og_tensor *og_g_mul(og_graph *g, og_tensor *a, og_tensor *b);
og_tensor *og_g_scale(og_graph *g, og_tensor *a, float f);
/* One of the operations on single elements from `cap` to `gelu_erf` in ops.def; f is cap's. */
og_tensor *og_g_unary(og_graph *g, og_op op, og_tensor *a, float f);
og_tensor *og_g_silu_mul(og_graph *g, og_tensor *gate, og_tensor *up);
og_tensor *og_g_gelu_mul(og_graph *g, og_tensor *gate, og_tensor *up);
og_tensor *og_g_clamped_mul(og_graph *g, og_tensor *gate, og_tensor *up);
og_tensor *og_g_sigmoid_rows(og_graph *g, og_tensor *x, og_tensor *gate);
/* w: as wide as x's rows, one for all or, of x [K, H, T], one a head: [K, H]; NULL: 1. b the same; NULL: 0. */
og_tensor *og_g_rms_norm(og_graph *g, og_tensor *x, og_tensor *w, float eps);
og_tensor *og_g_layer_norm(og_graph *g, og_tensor *x, og_tensor *w, og_tensor *b, float eps);
og_tensor *og_g_rope_table(og_graph *g, og_tensor *pos, og_tensor *freq, float scale);
/* The same, times 1 + growth * log(1 + floor(position / n_ctx)). */
og_tensor *og_g_rope_table_growing(og_graph *g, og_tensor *pos, og_tensor *freq, float scale, float growth, int32_t n_ctx);
og_tensor *og_g_rope(og_graph *g, og_tensor *x, og_tensor *table, int kind);
/* w [K, N] times x [K, T] -> [N, T]. */
og_tensor *og_g_matmul(og_graph *g, og_tensor *w, og_tensor *x);
/* How a token's logits over E experts become the n_used it goes to and their weights. Scores are the softmax of all logits, their sigmoids,
 * or the logits themselves, which then become weights by a softmax over the chosen. */
typedef enum og_score { OG_SCORE_SOFTMAX = 1, OG_SCORE_SIGMOID = 2, OG_SCORE_CHOSEN = 3 } og_score; /* numbers of expert_gating_func */
typedef struct og_router {
    int n_used;
    og_score score;
    bool normalise;              /* weights are divided by their sum */
    float scale;                 /* and then multiplied by this */
    int n_groups, n_groups_used; /* > 1: only experts of those groups whose two best sum highest (DeepSeek-AI 2024, section 2.1.2) */
} og_router;
/* logits [E, T], bias [E] (added to scores when choosing, not when weighing) or NULL -> what the two below take. Ties go to the lower
 * number. */
og_tensor *og_g_route(og_graph *g, og_tensor *logits, og_tensor *bias, const og_router *router);
/* A route for matrices that all tokens meet: slot u of every token goes to matrix u of n (the heads of a layer). Weights are 1. */
og_tensor *og_g_route_each(og_graph *g, int64_t n, int64_t tokens);
/* w [K, N, E] times x [K, T] (or [K, U, T], one a slot), expert route[u, t] of w for slot u of token t, plus bias [N, E] or NULL ->
 * [N, U, T]. */
og_tensor *og_g_matmul_experts(og_graph *g, og_tensor *w, og_tensor *x, og_tensor *route, og_tensor *bias);
/* y [N, U, T], each slot times its weight, summed over slots in order -> [N, T]. */
og_tensor *og_g_sum_experts(og_graph *g, og_tensor *y, og_tensor *route);
/* Writes k [D, n_head_kv, T] and v [E, n_head_kv, T] into the cache at each token's place, which place[T] I32 names: page * OG_KV_PAGE +
 * slot. Attention over the same cache, built later, sees it. */
/* v is NULL where the cache has no values of its own. */
void og_g_kv_store(og_graph *g, og_tensor *cache, og_tensor *k, og_tensor *v, og_tensor *place);
/* How tokens attend; what is 0 is not there. */
typedef struct og_attend {
    float scale;       /* of q k */
    float cap;         /* scores become cap * tanh(score / cap) */
    int32_t window;    /* a token sees the last `window` positions only, its own among them; if `whole`, window / 2 on either side */
    int32_t chunk;     /* positions are cut into chunks of this size, and a token sees its own only */
    int32_t values;    /* of a cache without values: they are the first `values` numbers of each key (latent attention) */
    bool whole;        /* not causal: a token sees its whole sequence, as far as the batch reaches */
    og_tensor *sinks;  /* weight [n_head]: a logit more for each head, whose share of the softmax goes to nothing (gpt-oss) */
    og_tensor *slopes; /* weight [n_head]: -slope * distance is added to scores (ALiBi, Press et al. 2022) */
    og_tensor *bias;   /* weight [2 R + 1, n_head]: entry R + d is added where the key is d positions after the query; past R as at R */
} og_attend;
/* Attention with online softmax: q [D, n_head, T] -> [E, n_head, T]. Head h reads KV head h / (n_head / n_head_kv). Token t attends to
 * positions 0..pos[t] of its own sequence; span I32 [2, T] holds {pos[t], first entry of its sequence in `pages`}, pages I32 [P] holds page
 * numbers in order of position. slopes and bias exclude each other. */
og_tensor *og_g_attention(og_graph *g, og_tensor *q, og_tensor *cache, og_tensor *span, og_tensor *pages, const og_attend *how);
/* What a softmax over the first n positions of the listed pages would see: scale q k, q [D, n_head, T] -> [n, n_head, T]. Every token meets
 * the same list. The cache is of halves. */
og_tensor *og_g_scores(og_graph *g, og_tensor *q, og_tensor *cache, og_tensor *pages, int32_t n, float scale);
/* Causal convolution along the sequence, each channel by itself: x [C, T], w [taps, C] (w[taps - 1] meets the present token), b [C] or
 * NULL, state of (taps - 1) * C floats: the inputs before, oldest first. silu: applied to the sum. 2 to OG_CONV_TAPS taps. */
og_tensor *og_g_conv(og_graph *g, og_tensor *x, og_tensor *w, og_tensor *b, og_tensor *state, bool silu);
/* Selective state space of scalar decay (Mamba-2, Dao & Gu 2024): xbc [H * P + 2 * G * N, T] holds for each token x [P, H], B [N, G], C [N,
 * G]; dt [H, T], dt_bias [H], a [H] (negative), d [H]; state of H * N * P floats. With step = softplus(dt + dt_bias), head h of group h /
 * (H / G): S = exp(step a) S + B (step x)^T; y = C S + d x -> [P, H, T]. */
og_tensor *og_g_ssm(og_graph *g, og_tensor *xbc, og_tensor *dt, og_tensor *dt_bias, og_tensor *a, og_tensor *d, og_tensor *state,
                    int64_t head_dim, int64_t n_group);
/* Gated delta rule (Yang et al. 2024): qkv [2 * HK * DK + H * DV, T] holds for each token q [DK, HK], k [DK, HK], v [DV, H]; alpha, beta
 * [H, T]; dt_bias, a [H] (negative); state of H * DK * DV floats. With q and k of length 1, q / sqrt(DK), g = exp(a softplus(alpha +
 * dt_bias)), b = sigmoid(beta): S = g S; S += k (b (v - k S))^T; y = q S -> [DV, H, T]. Head h reads key head h % HK if `cyclic`, else h /
 * (H / HK). */
og_tensor *og_g_delta(og_graph *g, og_tensor *qkv, og_tensor *alpha, og_tensor *beta, og_tensor *dt_bias, og_tensor *a, og_tensor *state,
                      int64_t head_dim, int64_t n_head_k, bool cyclic);
void og_g_name(og_tensor *t, const char *name); /* kept by pointer */
void og_g_output(og_graph *g, og_tensor *t);

/* ---- plan ---- */

typedef struct og_step {
    int first, count; /* nodes order[first..first+count) run together: none needs another's result */
} og_step;

typedef struct og_schedule {
    og_tensor **order;
    int n_order;
    og_step *step;
    int n_steps;
    int64_t arena_bytes;
} og_schedule;

/* Bytes of a tile of n tokens of k columns, packed as `act`. */
int64_t og_acts_bytes(og_act act, int64_t k, int64_t n);
/* How many experts a batch meets at most: A. A group holds how many were met, n; their numbers [A], in order; the first row of each and the
 * end [A + 1], rows being slots (token * U + u) in order of expert; the slot of each row [U T]. In packed activations of a group row r
 * is at r * og_acts_bytes(act, K, 1), and an expert's rows make tiles of OG_ACT_TILE and a last one of what is left. */
static inline int64_t og_route_experts(const og_tensor *route) {
    return route->op == OG_OP_route_each ? route->dim[0] : route->src[0]->dim[0];
}
static inline int64_t og_group_experts(const og_tensor *route) {
    return OG_MIN(og_route_experts(route), route->dim[0] * route->dim[1]);
}

/* Lowers, orders and places the graph. The schedule's arrays live in the graph's arena. */
og_status og_schedule_make(og_graph *g, og_schedule *out, og_error *err);

/* Text (one node a line: step, op, name, shape, sources, offset) or Graphviz of a graph, appended to buf. */
void og_graph_dump(const og_graph *g, og_buf *buf, bool dot);

#endif
