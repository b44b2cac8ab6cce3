/* cpu_backend.h: what the files of the CPU backend share. */
#ifndef OG_BACKEND_CPU_CPU_BACKEND_H
#define OG_BACKEND_CPU_CPU_BACKEND_H

#include "backend/backend.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/kv.h"
#include "backend/cpu/pack.h"

typedef struct og_cpu {
    og_backend base;
    og_pool *pool;
    uint32_t flags;
    og_kernels kernels;
} og_cpu;

/* A weight's handle. */
typedef struct og_cpu_weight {
    const uint8_t *panels; /* MATMUL: n_panels packed panels for each matrix */
    uint8_t *own;          /* the same, if they are this weight's to release */
    size_t panel_bytes, total_bytes;
    int64_t n_panels;
    float *vector; /* VECTOR */
} og_cpu_weight;

typedef struct og_cpu_kv_layer {
    og_kv_layer shape;
    uint8_t *data; /* [n_pages][n_head][head] */
    size_t head;   /* bytes of one head of a page: kv.h */
} og_cpu_kv_layer;

struct og_kv {
    og_type type;
    int n_layer;
    og_cpu_kv_layer *layer;
    uint8_t *data;
    size_t bytes;
};

/* Page `page` of layer `layer`, head h: where it begins, and its parts. */
static inline uint8_t *og_cpu_kv_at(const og_kv *kv, int layer, int64_t page, int64_t h) {
    const og_cpu_kv_layer *l = &kv->layer[layer];
    return l->data + ((size_t)page * (size_t)l->shape.n_head + (size_t)h) * l->head;
}
static inline og_kv_head og_cpu_kv_head(const og_kv *kv, int layer, int64_t page, int64_t h) {
    const og_kv_layer *shape = &kv->layer[layer].shape;
    return og_kv_head_at(kv->type, og_cpu_kv_at(kv, layer, page, h), shape->key_dim, shape->value_dim);
}

struct og_states {
    float *data;
    size_t slot, bytes; /* floats of a slot, bytes of all */
    size_t *layer;      /* where in a slot a layer's part begins */
};

typedef struct og_exec og_exec;

/* How one node runs: `prepare` (single thread, optional) sizes the work, `run` does chunk `chunk`. */
struct og_exec {
    og_tensor *t;
    void (*run)(const og_plan *plan, const og_exec *e, int chunk, int thread);
    int chunks;
    int64_t per;   /* units (rows, panels, elements, tokens ...) of a chunk */
    int64_t parts; /* chunks along a second direction, where there are two */
};

struct og_plan {
    og_cpu *cpu;
    og_schedule schedule;
    og_graph *graph;
    og_exec *exec;  /* in schedule order */
    int *chunks;    /* of each step */
    uint8_t *arena; /* intermediates */
    size_t arena_bytes;
    uint8_t *scratch; /* per thread */
    size_t scratch_each, scratch_bytes;
    const og_run *run; /* of the run in progress */
};

/* Fills in run, chunks, per for the node of *e; the scratch it wants is returned through *scratch. exec_*.c */
og_status og_cpu_prepare(const og_cpu *cpu, og_exec *e, size_t *scratch, og_error *err);
void og_cpu_prepare_matmul(const og_cpu *cpu, og_exec *e, size_t *scratch);
void og_cpu_prepare_route(og_exec *e, size_t *scratch);
void og_cpu_prepare_route_each(og_exec *e);
void og_cpu_prepare_group(og_exec *e, size_t *scratch);
void og_cpu_prepare_group_acts(og_exec *e);
void og_cpu_prepare_matmul_experts(const og_cpu *cpu, og_exec *e, size_t *scratch);
void og_cpu_prepare_sum_experts(og_exec *e);
void og_cpu_prepare_acts(const og_cpu *cpu, og_exec *e);
void og_cpu_prepare_attention(const og_cpu *cpu, og_exec *e, size_t *scratch);
void og_cpu_prepare_kv_store(og_exec *e, size_t *scratch);
void og_cpu_prepare_scores(og_exec *e, size_t *scratch);
void og_cpu_prepare_conv(og_exec *e);
void og_cpu_prepare_ssm(og_exec *e);
void og_cpu_prepare_delta(og_exec *e, size_t *scratch);

/* Memory of a tensor during a run: inputs, vectors, or its place in the arena (views: of what they look at). */
const void *og_cpu_data(const og_plan *plan, const og_tensor *t);
float *og_cpu_out(const og_plan *plan, const og_tensor *t);
static inline uint8_t *og_cpu_scratch(const og_plan *plan, int thread) {
    return plan->scratch + (size_t)thread * plan->scratch_each;
}

/* Packed activations [k, tokens]: tile i, of `width` tokens or of those that are left, begins at at + i * step. */
typedef struct og_tiles {
    uint8_t *at;
    int64_t step, k, tokens, width;
    og_act act;
} og_tiles;

og_tiles og_cpu_tiles(const og_plan *plan, const og_tensor *acts);
og_tile og_cpu_tile(const og_tiles *tiles, int64_t i);

og_status og_cpu_weights_load(og_backend *be, og_weight *const *w, int n, og_progress_fn *progress, void *user, og_error *err);
void og_cpu_weights_free(og_backend *be, og_weight *const *w, int n);
uint64_t og_cpu_weight_bytes(const og_backend *be, const og_weight *w);
og_status og_cpu_weights_adopt(og_backend *be, og_weight *const *w, const uint8_t *const *data, int n, og_error *err);
const uint8_t *og_cpu_packed(const og_backend *be, const og_weight *w);
uint64_t og_cpu_packed_bytes(const og_backend *be, const og_weight *w);
uint64_t og_cpu_packed_layout(const og_backend *be, const og_weight *const *w, int n);
uint64_t og_cpu_states_bytes(const og_backend *be, const og_state_shape *shape);
og_status og_cpu_states_open(og_backend *be, const og_state_shape *shape, og_states **out, og_error *err);
void og_cpu_states_close(og_states *states);
void og_cpu_states_read(const og_states *states, int slot, void *out);
void og_cpu_states_write(og_states *states, int slot, const void *in);
og_status og_cpu_plan_open(og_backend *be, og_graph *g, og_plan **out, og_error *err);
void og_cpu_plan_close(og_plan *plan);
uint64_t og_cpu_plan_bytes(const og_plan *plan);
og_status og_cpu_plan_run(og_plan *plan, const og_run *run, og_error *err);
const float *og_cpu_plan_output(const og_plan *plan, int i);

#endif
