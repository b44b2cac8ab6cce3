#include "runtime/model.h"

#include "runtime/snapshots.h"

og_kv_shape og_lm_kv_shape(const og_lm *lm, uint32_t n_ctx) {
    return (og_kv_shape){
        .n_layer = (int)lm->hp.n_layer,
        .layer = lm->kv_layer,
        .n_pages = (int)OG_DIV_UP((uint64_t)n_ctx, OG_KV_PAGE),
        .type = OG_F16,
    };
}

og_status og_memory_predict(const og_lm *lm, const og_backend *be, uint32_t n_ctx, int n_chunk, og_memory *out, og_error *err) {
    og_kv_shape kv = og_lm_kv_shape(lm, n_ctx);
    og_state_shape states = og_snapshots_shape(lm->state_floats, (int)lm->hp.n_layer);
    uint64_t one = 0, chunk = 0, weights = 0;
    OG_TRY(og_lm_activations(lm, 1, 1, kv.n_pages, &one, err));
    if (n_chunk > 1) OG_TRY(og_lm_activations(lm, n_chunk, 1, kv.n_pages, &chunk, err));
    for (int i = 0; i < lm->n_list; i++) weights += be->weight_bytes(be, lm->list[i]);
    *out = (og_memory){.weights = weights, .kv = be->kv_bytes(be, &kv) + be->states_bytes(be, &states), .activations = one + chunk};
    return OG_OK;
}

og_status og_model_predict(og_engine *engine, const og_file *file, uint32_t n_ctx, og_model_needs *out, og_error *err) {
    if (!engine || !file || !out) return og_fail(err, OG_ERR_ARG, "og_model_predict needs an engine, a file and a place for the answer");
    og_lm *lm;
    OG_TRY(og_lm_open(file, &lm, err));
    og_memory memory;
    *out = (og_model_needs){.n_ctx = n_ctx ? n_ctx : OG_MIN(lm->hp.n_ctx_train, 4096u), .n_ctx_train = lm->hp.n_ctx_train};
    og_status status = og_memory_predict(lm, engine->be, out->n_ctx, 512, &memory, err);
    og_lm_close(lm);
    if (status != OG_OK) return status;
    out->weights = memory.weights;
    out->cache = memory.kv;
    out->activations = memory.activations;
    return OG_OK;
}
