#include "runtime/model.h"

#include "runtime/snapshots.h"

#include <string.h>

og_model_params og_model_defaults(void) {
    return (og_model_params){0};
}

/* The budget must have room for the weights and for a session of one page that takes one token at a time. */
static og_status reserve(og_model *model, og_error *err) {
    og_backend *be = model->engine->be;
    og_memory need;
    OG_TRY(og_memory_predict(model->lm, be, OG_KV_PAGE, 1, OG_F16, &need, err));
    OG_TRY(og_engine_reserve(model->engine, need.weights, need.kv + need.activations, "the model", err));
    model->weight_bytes = need.weights;
    return OG_OK;
}

static og_status read_name(og_model *model, og_error *err) {
    og_value v;
    bool named = og_file_find(model->file, "general.name", &v) && v.type == OG_VALUE_STRING;
    model->name = named ? og_strndup(v.str, v.len) : og_strndup("", 0);
    return model->name ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for the model's name");
}

/* The vocabulary's index takes one thread a while; meanwhile the weights come. */
typedef struct tokenizing {
    og_model *model;
    og_status status;
    og_error error;
} tokenizing;

static void *tokenizer_main(void *arg) {
    tokenizing *t = arg;
    og_model *model = t->model;
    t->status = og_tok_open(model->file, &model->tok, &t->error);
    if (t->status == OG_OK) t->status = og_chat_open(model->file, model->tok, &model->chat, &t->error);
    return NULL;
}

static og_status adapt(og_model *model, const og_model_params *params, og_error *err) {
    if (!params->n_adapters) return OG_OK;
    model->adapter = og_calloc(params->n_adapters, sizeof(og_file *));
    if (!model->adapter) return og_fail(err, OG_ERR_MEMORY, "out of memory for adapters");
    for (size_t i = 0; i < params->n_adapters; i++) {
        const og_adapter *a = &params->adapters[i];
        if (!a->path || !(a->scale > -1e6f && a->scale < 1e6f))
            return og_fail(err, OG_ERR_ARG, "an adapter needs a path and a scale, such as 1");
        OG_TRY(og_file_open(a->path, &model->adapter[i], err));
        model->n_adapters++;
        og_status status = og_lm_adapt(model->lm, model->adapter[i], a->scale, err);
        if (status != OG_OK) return og_fail_prefix(err, status, "%s", a->path);
    }
    return OG_OK;
}

static og_status bind(og_model *model, const og_model_params *params, og_error *err) {
    OG_TRY(og_lm_open(model->file, &model->lm, err));
    OG_TRY(adapt(model, params, err));
    OG_TRY(read_name(model, err));
    return reserve(model, err);
}

static og_status load_weights(og_model *model, const og_model_params *params, og_error *err) {
    og_backend *be = model->engine->be;
    OG_TRY(og_packed_open(model->engine, model->lm, &model->packed, err));
    if (model->packed) OG_TRY(og_packed_adopt(model->packed, params->progress, params->user, &model->adopted, err));
    if (!model->adopted) OG_TRY(be->weights_load(be, model->lm->list, model->lm->n_weight, params->progress, params->user, err));
    model->loaded = true;
    og_lm *lm = model->lm;
    if (lm->n_list > lm->n_weight) OG_TRY(be->weights_load(be, lm->list + lm->n_weight, lm->n_list - lm->n_weight, NULL, NULL, err));
    if (model->packed && !model->adopted) og_packed_keep(model->packed);
    return OG_OK;
}

static og_status load(og_model *model, const char *name, const og_model_params *params, og_error *err) {
    og_status status = bind(model, params, err);
    if (status != OG_OK) return og_fail_prefix(err, status, "%s", name);
    tokenizing t = {.model = model};
    pthread_t thread;
    const bool beside = pthread_create(&thread, NULL, tokenizer_main, &t) == 0;
    if (!beside) tokenizer_main(&t);
    if (beside || t.status == OG_OK) status = load_weights(model, params, err);
    if (beside) pthread_join(thread, NULL);
    if (t.status != OG_OK) return og_fail(err, t.status, "%s: %s", name, t.error.text);
    return status;
}

og_status og_model_open_file(og_engine *engine, og_file *file, const char *name, const og_model_params *params, og_model **out,
                             og_error *err) {
    og_model *model = og_calloc(1, sizeof *model);
    if (!model) {
        og_file_close(file);
        return og_fail(err, OG_ERR_MEMORY, "out of memory for a model");
    }
    atomic_init(&model->refs, 1);
    model->engine = og_engine_hold(engine);
    model->file = file;
    og_status status = load(model, name, params, err);
    if (status == OG_OK)
        *out = model;
    else
        og_model_close(model);
    return status;
}

og_status og_model_open(og_engine *engine, const char *path, const og_model_params *params, og_model **out, og_error *err) {
    if (!engine || !path || !out) return og_fail(err, OG_ERR_ARG, "og_model_open needs an engine, a path and a place for the model");
    og_model_params defaults = og_model_defaults();
    og_file *file;
    OG_TRY(og_file_open(path, &file, err));
    return og_model_open_file(engine, file, path, params ? params : &defaults, out, err);
}

og_model *og_model_hold(og_model *model) {
    atomic_fetch_add(&model->refs, 1);
    return model;
}

void og_model_close(og_model *model) {
    if (!model || atomic_fetch_sub(&model->refs, 1) > 1) return;
    og_backend *be = model->engine->be;
    og_packed_stop(model->packed);
    if (model->loaded) be->weights_free(be, model->lm->list, model->lm->n_list);
    og_packed_close(model->packed);
    og_engine_unreserve(model->engine, model->weight_bytes);
    og_lm_close(model->lm);
    og_chat_close(model->chat);
    og_pieces_close(model->pieces);
    og_tok_close(model->tok);
    for (size_t i = 0; i < model->n_adapters; i++) og_file_close(model->adapter[i]);
    og_release(model->adapter);
    og_file_close(model->file);
    og_engine_close(model->engine);
    og_release(model->name);
    og_release(model);
}

const og_tok *og_model_tok(const og_model *model) {
    return model->tok;
}

const og_chat *og_model_chat(const og_model *model) {
    return model->chat;
}

const og_file *og_model_file(const og_model *model) {
    return model->file;
}

void og_model_describe(const og_model *model, og_model_info *out) {
    const og_lm *lm = model->lm;
    const og_state_shape states = og_snapshots_shape(lm->state_floats, (int)lm->hp.n_layer);
    int64_t kv_elements = 0;
    for (uint32_t i = 0; i < lm->hp.n_layer; i++)
        kv_elements += lm->kv_layer[i].n_head * (lm->kv_layer[i].key_dim + lm->kv_layer[i].value_dim);
    *out = (og_model_info){
        .arch = lm->arch->name,
        .name = model->name,
        .chat = og_chat_format(model->chat),
        .n_vocab = (int32_t)lm->hp.n_vocab,
        .n_ctx_train = lm->hp.n_ctx_train,
        .n_layer = lm->hp.n_layer,
        .n_embd = lm->hp.n_embd,
        .n_head = lm->hp.n_head,
        .n_head_kv = lm->hp.n_head_kv,
        .n_expert = lm->hp.n_expert,
        .n_expert_used = lm->hp.n_expert_used,
        .n_params = lm->n_params,
        .tensor_bytes = lm->tensor_bytes,
        .weight_bytes = model->weight_bytes,
        .weights_kept = model->adopted,
        .state_bytes = model->engine->be->states_bytes(model->engine->be, &states),
        .pooling = lm->hp.pooling == OG_POOLING_NONE && !og_lm_generates(lm) ? OG_POOLING_MEAN : (og_pooling)lm->hp.pooling,
        .kv_bytes_token = (uint64_t)kv_elements * sizeof(uint16_t),
    };
}
