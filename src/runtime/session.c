/* session.c: a session's memory, and the parts of its interface that compute nothing. */
#include "runtime/session.h"

#include <string.h>

enum { DEFAULT_CTX = 4096, DEFAULT_CHUNK = 512, MAX_CTX = 1 << 28, MAX_CHUNK = 8192, ALL_LOGITS_BYTES = 16 << 20 };

og_session_params og_session_defaults(void) {
    return (og_session_params){0};
}

static og_status set_sizes(og_session *s, const og_session_params *params, og_error *err) {
    const og_hparams *hp = &s->model->lm->hp;
    if (params->n_ctx > MAX_CTX)
        return og_fail(err, OG_ERR_ARG, "a context of %u tokens is not possible: %d at most", params->n_ctx, MAX_CTX);
    if (params->n_chunk > MAX_CHUNK)
        return og_fail(err, OG_ERR_ARG, "chunks of %u tokens are not possible: %d at most", params->n_chunk, MAX_CHUNK);
    if (params->n_ctx > og_lm_n_ctx_max(s->model->lm))
        return og_fail(err, OG_ERR_ARG, "a context of %u tokens is not possible: the model has embeddings of %u positions", params->n_ctx,
                       og_lm_n_ctx_max(s->model->lm));
    OG_TRY(og_kv_type_named(params->kv_type, &s->kv_type, err));
    s->n_ctx = params->n_ctx ? params->n_ctx : OG_MIN(hp->n_ctx_train, (uint32_t)DEFAULT_CTX);
    s->n_chunk = OG_MIN(params->n_chunk ? params->n_chunk : (uint32_t)DEFAULT_CHUNK, s->n_ctx);
    uint32_t fit = (uint32_t)OG_MAX(ALL_LOGITS_BYTES / sizeof(float) / hp->n_vocab, (size_t)1);
    s->n_all = OG_MIN(fit, s->n_chunk);
    return OG_OK;
}

static uint64_t host_bytes(const og_session *s) {
    uint64_t n_vocab = s->model->lm->hp.n_vocab;
    return (uint64_t)s->n_ctx * sizeof *s->token + (uint64_t)s->n_chunk * 6 * sizeof *s->pos + n_vocab * sizeof(float) +
           og_sampler_room_bytes((int32_t)n_vocab);
}

/* The budget is asked before anything of size is allocated. */
static og_status reserve(og_session *s, const og_kv_shape *shape, const og_state_shape *states, og_error *err) {
    const og_lm *lm = s->model->lm;
    uint64_t one = 0, chunk = 0, all = 0;
    OG_TRY(og_lm_activations(lm, 1, 1, shape->n_pages, &one, err));
    if (s->n_chunk > 1) OG_TRY(og_lm_activations(lm, (int)s->n_chunk, 1, shape->n_pages, &chunk, err));
    if (s->n_all > 1) OG_TRY(og_lm_activations(lm, (int)s->n_all, (int)s->n_all, shape->n_pages, &all, err));
    s->plans.limit = OG_MAX(chunk, all);
    og_backend *be = s->model->engine->be;
    uint64_t bytes = be->kv_bytes(be, shape) + be->states_bytes(be, states) + one + s->plans.limit + host_bytes(s);
    OG_TRY(og_engine_reserve(s->model->engine, bytes, 0, "the session's cache and activations", err));
    s->reserved = bytes;
    return OG_OK;
}

/* Makes the plans that will be used most. Beside the intermediates they hold scratch for each thread, known only now. */
static og_status make_plans(og_session *s, og_error *err) {
    og_plan *plan;
    uint64_t rest = 0;
    OG_TRY(og_plans_get(&s->plans, (int)s->n_chunk, 1, &plan, err));
    OG_TRY(og_plans_get(&s->plans, 1, 1, &plan, err));
    for (int i = 0; i < s->plans.n_places; i++) {
        const og_plan_entry *e = &s->plans.entry[i];
        uint64_t scratch = e->bytes - OG_MIN(e->bytes, e->arena_bytes);
        if (e->n_tokens > 1) s->plans.limit += scratch;
        rest += scratch;
    }
    OG_TRY(og_engine_reserve(s->model->engine, rest, 0, "the session's scratch", err));
    s->reserved += rest;
    return OG_OK;
}

static og_status allocate(og_session *s, const og_kv_shape *shape, const og_state_shape *states, og_error *err) {
    og_backend *be = s->model->engine->be;
    size_t n_vocab = s->model->lm->hp.n_vocab;
    s->token = og_alloc(s->n_ctx * sizeof *s->token);
    s->page = og_calloc((size_t)shape->n_pages, sizeof *s->page);
    s->pos = og_alloc(s->n_chunk * sizeof *s->pos);
    s->place = og_alloc(s->n_chunk * sizeof *s->place);
    s->span = og_alloc((size_t)s->n_chunk * 2 * sizeof *s->span);
    s->state = og_alloc((size_t)s->n_chunk * 2 * sizeof *s->state);
    s->logits = og_alloc(n_vocab * sizeof *s->logits);
    if (!s->token || !s->page || !s->pos || !s->place || !s->span || !s->state || !s->logits)
        return og_fail(err, OG_ERR_MEMORY, "out of memory for a session");
    OG_TRY(og_sampler_room_open(&s->sampling, (int32_t)n_vocab, err));
    OG_TRY(og_pages_open(&s->pages, shape->n_pages, err));
    OG_TRY(be->kv_open(be, shape, &s->kv, err));
    OG_TRY(og_snapshots_open(&s->states, be, states, err));
    return make_plans(s, err);
}

og_status og_session_open(og_model *model, const og_session_params *params, og_session **out, og_error *err) {
    if (!model || !out) return og_fail(err, OG_ERR_ARG, "og_session_open needs a model and a place for the session");
    if (!og_lm_generates(model->lm))
        return og_fail(err, OG_ERR_UNSUPPORTED,
                       "'%s' models read texts and predict nothing: embed with them (og_embed), or rank (og_rerank)",
                       model->lm->arch->name);
    og_session_params defaults = og_session_defaults();
    og_session *s = og_calloc(1, sizeof *s);
    if (!s) return og_fail(err, OG_ERR_MEMORY, "out of memory for a session");
    s->model = og_model_hold(model);
    og_buf_init(&s->text);
    og_status status = set_sizes(s, params ? params : &defaults, err);
    if (status == OG_OK) {
        og_backend *be = model->engine->be;
        og_kv_shape shape = og_lm_kv_shape(model->lm, s->n_ctx, s->kv_type);
        og_state_shape states = og_snapshots_shape(model->lm->state_floats, (int)model->lm->hp.n_layer);
        og_plans_init(&s->plans, model->lm, be, shape.n_pages, OG_PLANS_FEW);
        status = reserve(s, &shape, &states, err);
        if (status == OG_OK) status = allocate(s, &shape, &states, err);
        if (status == OG_OK) s->stats.kv_bytes = be->kv_bytes(be, &shape) + be->states_bytes(be, &states);
    }
    if (status == OG_OK)
        *out = s;
    else
        og_session_close(s);
    return status;
}

void og_session_close(og_session *s) {
    if (!s) return;
    og_plans_close(&s->plans);
    if (s->kv) s->model->engine->be->kv_close(s->kv);
    og_snapshots_close(&s->states);
    og_pages_close(&s->pages);
    og_sampler_room_close(&s->sampling);
    og_buf_free(&s->text);
    og_release(s->token);
    og_release(s->page);
    og_release(s->pos);
    og_release(s->place);
    og_release(s->span);
    og_release(s->state);
    og_release(s->logits);
    og_engine_unreserve(s->model->engine, s->reserved);
    og_model_close(s->model);
    og_release(s);
}

uint32_t og_session_n_ctx(const og_session *s) {
    return s->n_ctx;
}

uint32_t og_session_n_past(const og_session *s) {
    return s->n_past;
}

og_status og_session_rewind(og_session *s, uint32_t pos, og_error *err) {
    if (!s) return og_fail(err, OG_ERR_ARG, "og_session_rewind needs a session");
    if (pos > s->n_past) return og_fail(err, OG_ERR_ARG, "cannot rewind to position %u: only %u tokens are in the cache", pos, s->n_past);
    uint32_t keep = OG_DIV_UP(pos, (uint32_t)OG_KV_PAGE), held = OG_DIV_UP(s->n_past, (uint32_t)OG_KV_PAGE);
    for (uint32_t i = held; i-- > keep;) og_pages_drop(&s->pages, s->page[i]);
    s->n_past = pos;
    og_snapshots_rewind(&s->states, pos);
    s->n_ready = s->states.states ? s->states.now.pos : pos;
    return OG_OK;
}

const float *og_session_logits(const og_session *s) {
    return s->n_past > 0 && s->logits_past == s->n_past ? s->logits : NULL;
}

void og_session_cancel(og_session *s) {
    __atomic_store_n(&s->cancel, 1, __ATOMIC_RELAXED);
}

void og_session_stats(const og_session *s, og_stats *out) {
    *out = s->stats;
    out->activation_bytes = og_plans_bytes(&s->plans);
    out->allocations = og_alloc_count();
}
