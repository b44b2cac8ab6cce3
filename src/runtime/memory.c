#include "runtime/model.h"

#include "runtime/snapshots.h"

#include <string.h>

og_status og_kv_type_named(const char *name, og_type *out, og_error *err) {
    static const struct {
        const char *name;
        og_type type;
    } types[] = {{"f16", OG_F16}, {"q8_0", OG_Q8_0}, {"q4_0", OG_Q4_0}};
    for (size_t i = 0; i < OG_LEN(types); i++)
        if (!strcmp(name ? name : "f16", types[i].name)) {
            *out = types[i].type;
            return OG_OK;
        }
    return og_fail(err, OG_ERR_ARG, "a cache of type '%s' is not possible: there are f16, q8_0 and q4_0", name);
}

og_kv_shape og_lm_kv_shape(const og_lm *lm, uint32_t n_ctx, og_type type) {
    return (og_kv_shape){
        .n_layer = (int)lm->hp.n_layer,
        .layer = lm->kv_layer,
        .n_pages = (int)OG_DIV_UP((uint64_t)n_ctx, OG_KV_PAGE),
        .type = type,
    };
}

og_status og_memory_predict(const og_lm *lm, const og_backend *be, uint32_t n_ctx, int n_chunk, og_type kv_type, og_memory *out,
                            og_error *err) {
    og_kv_shape kv = og_lm_kv_shape(lm, n_ctx, kv_type);
    og_state_shape states = og_snapshots_shape(lm->state_floats, (int)lm->hp.n_layer);
    uint64_t one = 0, chunk = 0, weights = 0;
    OG_TRY(og_lm_activations(lm, 1, 1, kv.n_pages, &one, err));
    if (n_chunk > 1) OG_TRY(og_lm_activations(lm, n_chunk, 1, kv.n_pages, &chunk, err));
    for (int i = 0; i < lm->n_list; i++) weights += be->weight_bytes(be, lm->list[i]);
    *out = (og_memory){.weights = weights, .kv = be->kv_bytes(be, &kv) + be->states_bytes(be, &states), .activations = one + chunk};
    return OG_OK;
}

og_status og_model_predict(og_engine *engine, const og_file *file, const og_session_params *params, og_model_needs *out, og_error *err) {
    if (!engine || !file || !out) return og_fail(err, OG_ERR_ARG, "og_model_predict needs an engine, a file and a place for the answer");
    const og_session_params p = params ? *params : og_session_defaults();
    og_lm *lm;
    og_type kv_type = OG_F16;
    OG_TRY(og_kv_type_named(p.kv_type, &kv_type, err));
    OG_TRY(og_lm_open(file, &lm, err));
    og_memory memory;
    *out = (og_model_needs){.n_ctx = p.n_ctx ? p.n_ctx : OG_MIN(lm->hp.n_ctx_train, 4096u), .n_ctx_train = lm->hp.n_ctx_train};
    og_status status = og_memory_predict(lm, engine->be, out->n_ctx, (int)OG_MIN(p.n_chunk ? p.n_chunk : 512u, OG_MIN(out->n_ctx, 8192u)),
                                         kv_type, &memory, err);
    og_lm_close(lm);
    if (status != OG_OK) return status;
    out->weights = memory.weights;
    out->cache = memory.kv;
    out->activations = memory.activations;
    return OG_OK;
}
