/* backend.h: where graphs are computed. A backend owns weights, caches and intermediates in its own memory; nobody follows pointers
 * into it, and data goes in and out through this table. */
#ifndef OG_BACKEND_BACKEND_H
#define OG_BACKEND_BACKEND_H

#include "base/base.h"
#include "base/pool.h"
#include "tensor/tensor.h"

typedef struct og_backend og_backend;
typedef struct og_plan og_plan;     /* a graph, ready to run on one backend */
typedef struct og_kv og_kv;         /* pages of a KV cache in one backend's memory */
typedef struct og_states og_states; /* slots, each with one sequence's recurrent state in all layers */

typedef struct og_kv_shape {
    int n_layer;
    const og_kv_layer *layer; /* [n_layer], the caller's; a cache copies it */
    int n_pages;              /* of OG_KV_PAGE positions each, in every layer */
    og_type type;             /* F16 */
} og_kv_shape;

typedef struct og_state_shape {
    int n_layer, n_slots;
    const int64_t *floats; /* [n_layer]: of each layer's part; 0 where it has none */
} og_state_shape;

/* What a weight is about to be multiplied with: product i of n multiplies row i / each of x, float32 [k, n / each], with matrix expert[i]
 * of w, or with the only one where expert is NULL. */
typedef struct og_observed {
    const og_weight *w;
    const float *x;
    int64_t k, n;
    const int32_t *expert;
    int64_t each;
} og_observed;

/* Sees it; valid during the call. Called from the thread that runs the plan, product after product in the order of the schedule. */
typedef void og_observe_fn(void *user, const og_observed *seen);

/* What a run is bound to. */
typedef struct og_run {
    const void *const *input; /* by slot; host memory of the input's shape */
    og_kv *kv;
    og_kv *memory;              /* NULL, unless the graph has such leaves */
    og_states *states;          /* NULL, unless the graph has such leaves */
    const volatile int *cancel; /* may be NULL */
    og_observe_fn *observe;     /* NULL, unless somebody collects statistics: then steps are run one by one */
    void *observe_user;
} og_run;

struct og_backend {
    const char *name;
    void (*close)(og_backend *be);

    /* Bytes that holding this weight will take. */
    uint64_t (*weight_bytes)(const og_backend *be, const og_weight *w);
    /* Takes n weights from their sources (in parallel; never a second copy of more than a few MiB) and sets their handles. */
    og_status (*weights_load)(og_backend *be, og_weight *const *w, int n, og_progress_fn *progress, void *user, og_error *err);
    void (*weights_free)(og_backend *be, og_weight *const *w, int n);

    /* Packed weights can be kept elsewhere and taken back, if the backend has an address for them (else these are NULL).
     * packed: where a loaded weight's packed bytes are, NULL if it has none; 64-byte aligned, never changing.
     * packed_bytes: how many they are, or will be. packed_layout: a number that changes whenever the packed bytes of these weights would.
     * weights_adopt: as load, but packed bytes are used where they are, data[i] for w[i]; they must outlive the weights. */
    const uint8_t *(*packed)(const og_backend *be, const og_weight *w);
    uint64_t (*packed_bytes)(const og_backend *be, const og_weight *w);
    uint64_t (*packed_layout)(const og_backend *be, const og_weight *const *w, int n);
    og_status (*weights_adopt)(og_backend *be, og_weight *const *w, const uint8_t *const *data, int n, og_error *err);

    uint64_t (*kv_bytes)(const og_backend *be, const og_kv_shape *shape);
    og_status (*kv_open)(og_backend *be, const og_kv_shape *shape, og_kv **out, og_error *err);
    void (*kv_close)(og_kv *kv);
    /* A page with all its layers, as bytes that only a cache of the same shape and backend understands. */
    uint64_t (*kv_page_bytes)(const og_kv *kv);
    void (*kv_read)(const og_kv *kv, int32_t page, void *out);
    void (*kv_write)(og_kv *kv, int32_t page, const void *in);

    /* Recurrent states: float32. A slot is read and written as a whole, in bytes of states_bytes of one slot. */
    uint64_t (*states_bytes)(const og_backend *be, const og_state_shape *shape);
    og_status (*states_open)(og_backend *be, const og_state_shape *shape, og_states **out, og_error *err);
    void (*states_close)(og_states *states);
    void (*states_read)(const og_states *states, int slot, void *out);
    void (*states_write)(og_states *states, int slot, const void *in);

    /* Makes a plan of the graph, which must outlive it. Everything a run needs is allocated here. */
    og_status (*plan_open)(og_backend *be, og_graph *g, og_plan **out, og_error *err);
    void (*plan_close)(og_plan *plan);
    uint64_t (*plan_bytes)(const og_plan *plan);
    /* Allocates nothing. OG_ERR_CANCELLED if *cancel was set meanwhile. */
    og_status (*plan_run)(og_plan *plan, const og_run *run, og_error *err);
    /* Host view or copy of output i of the last run: float32, valid until the next run. */
    const float *(*plan_output)(const og_plan *plan, int i);
};

/* The CPU backend. `flags`: kernels may use these features (og_cpu_select). The pool must outlive it. */
og_status og_cpu_backend_open(og_pool *pool, uint32_t flags, og_backend **out, og_error *err);

/* Measures for about `seconds` each: bytes/s of reading, int8 multiply-adds/s, on the pool's threads with the best kernels of flags. */
og_status og_cpu_limits(og_pool *pool, uint32_t flags, double seconds, double *read_bytes_s, double *int8_mac_s, og_error *err);

#endif
