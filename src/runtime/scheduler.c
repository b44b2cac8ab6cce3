/* scheduler.c: its memory, its thread, and what the owner asks of it. */
#include "base/hash.h"
#include "runtime/guess.h"
#include "runtime/snapshots.h"

#include <string.h>

enum {
    DEFAULT_CTX = 4096,
    DEFAULT_CONTEXTS = 4, /* that the cache holds by default */
    DEFAULT_BATCH = 256,
    MIN_BATCH = 8,
    MAX_BATCH = 8192,
    DEFAULT_RUNNING = 64,
    MAX_RUNNING = 1024,
    DEFAULT_WAITING = 256,
    DEFAULT_DRAFT = 8,
    MAX_CTX = 1 << 28,
    LOGITS_BYTES = 32 << 20, /* of a step */
    STATES_BYTES = 256 << 20 /* of all requests */
};

static const uint64_t default_prefix_limit = (uint64_t)1 << 30;

og_scheduler_params og_scheduler_defaults(void) {
    return (og_scheduler_params){0};
}

/* ---- sizes ---- */

static og_status set_sizes(og_scheduler *s, const og_scheduler_params *p, og_error *err) {
    const og_lm *lm = s->model->lm;
    if (p->n_ctx > MAX_CTX || p->n_ctx > og_lm_n_ctx_max(lm))
        return og_fail(err, OG_ERR_ARG, "a context of %u tokens is not possible: %u at most", p->n_ctx,
                       OG_MIN((uint32_t)MAX_CTX, og_lm_n_ctx_max(lm)));
    if (p->n_batch > MAX_BATCH || p->max_running > MAX_RUNNING)
        return og_fail(err, OG_ERR_ARG, "steps of %u tokens and %u requests at once are not possible: %d and %d at most", p->n_batch,
                       p->max_running, MAX_BATCH, MAX_RUNNING);
    s->n_ctx = p->n_ctx ? p->n_ctx : OG_MIN(lm->hp.n_ctx_train, (uint32_t)DEFAULT_CTX);
    OG_TRY(og_kv_type_named(p->kv_type, &s->kv_type, err));
    s->list_pages = (int)OG_DIV_UP(s->n_ctx, (uint32_t)OG_KV_PAGE);
    s->n_batch = OG_ALIGN_UP(p->n_batch ? p->n_batch : (uint32_t)DEFAULT_BATCH, (uint32_t)MIN_BATCH);
    s->max_rows = OG_MIN(OG_MAX(LOGITS_BYTES / (uint32_t)sizeof(float) / lm->hp.n_vocab, 1u), s->n_batch);
    s->max_running = OG_MIN(p->max_running ? p->max_running : (uint32_t)DEFAULT_RUNNING, s->max_rows);
    s->n_draft = OG_MIN(p->n_draft ? p->n_draft : (uint32_t)DEFAULT_DRAFT, (uint32_t)OG_GUESS_MAX);
    s->max_waiting = p->max_waiting ? p->max_waiting : (uint32_t)DEFAULT_WAITING;
    return OG_OK;
}

/* One slot for each request, some for states that are kept, one for padding. */
static og_state_shape state_shape(og_scheduler *s) {
    og_state_shape shape = og_snapshots_shape(s->model->lm->state_floats, (int)s->model->lm->hp.n_layer);
    if (shape.n_slots == 0) return shape;
    const og_backend *be = s->model->engine->be;
    const uint64_t each = be->states_bytes(be, &shape) / (uint64_t)shape.n_slots, fit = OG_MAX(STATES_BYTES / each, (uint64_t)1);
    s->max_running = (uint32_t)OG_MIN((uint64_t)s->max_running, fit);
    shape.n_slots += (int)s->max_running + 1;
    return shape;
}

static uint64_t host_bytes(const og_scheduler *s, uint64_t n_pages) {
    return (uint64_t)s->n_batch * 8 * sizeof(int32_t) + ((uint64_t)s->max_running + 2) * (uint64_t)s->list_pages * sizeof(int32_t) +
           n_pages * (sizeof(og_prefix_node) + 8) + og_sampler_room_bytes((int32_t)s->model->lm->hp.n_vocab);
}

/* Asks the budget for everything of size. A cache whose size was left open becomes smaller until it fits. */
static og_status reserve(og_scheduler *s, const og_scheduler_params *p, og_kv_shape *kv, const og_state_shape *states, og_error *err) {
    const og_lm *lm = s->model->lm;
    const og_backend *be = s->model->engine->be;
    uint64_t one, most;
    uint32_t rows = 1;
    while (rows < s->max_rows) rows *= 2;
    OG_TRY(og_lm_activations(lm, 1, 1, s->list_pages, &one, err));
    OG_TRY(og_lm_activations(lm, (int)s->n_batch, (int)OG_MIN(rows, s->n_batch), s->list_pages, &most, err));
    s->plans.limit = most + most / 2;
    const uint64_t least = (uint64_t)s->list_pages + 1;
    uint64_t pages = p->n_cache ? OG_DIV_UP((uint64_t)p->n_cache, OG_KV_PAGE) + 1 : DEFAULT_CONTEXTS * (uint64_t)s->list_pages + 1;
    if (pages < least || pages > INT32_MAX / OG_KV_PAGE)
        return og_fail(err, OG_ERR_ARG, "a cache of %u tokens is not possible: it must hold one request of %u tokens", p->n_cache,
                       s->n_ctx);
    for (;;) {
        kv->n_pages = (int)pages;
        s->reserved = be->kv_bytes(be, kv) + be->states_bytes(be, states) + one + s->plans.limit + host_bytes(s, pages);
        const og_status status = og_engine_reserve(s->model->engine, s->reserved, 0, "the cache and activations of many requests", err);
        if (status == OG_OK) return OG_OK;
        s->reserved = 0;
        if (p->n_cache || pages == least) return status;
        pages = OG_MAX(pages - OG_DIV_UP((uint64_t)s->list_pages, 2), least);
    }
}

static og_status make_plans(og_scheduler *s, og_error *err) {
    og_plan *plan;
    uint64_t rest = 0;
    OG_TRY(og_plans_get(&s->plans, (int)s->n_batch, 1, &plan, err));
    OG_TRY(og_plans_get(&s->plans, 1, 1, &plan, err));
    for (int i = 0; i < s->plans.n_places; i++) {
        const og_plan_entry *e = &s->plans.entry[i];
        rest += e->bytes - OG_MIN(e->bytes, e->arena_bytes);
    }
    s->plans.limit += rest;
    OG_TRY(og_engine_reserve(s->model->engine, rest, 0, "the scratch of many requests", err));
    s->reserved += rest;
    return OG_OK;
}

static og_status allocate(og_scheduler *s, const og_kv_shape *kv, const og_state_shape *states, og_error *err) {
    og_backend *be = s->model->engine->be;
    const size_t n = s->n_batch, list = (size_t)s->list_pages;
    s->running = og_alloc(s->max_running * sizeof *s->running);
    s->seat = og_alloc(s->max_running * sizeof *s->seat);
    s->ids = og_alloc(n * sizeof *s->ids);
    s->pos = og_alloc(n * sizeof *s->pos);
    s->place = og_alloc(n * sizeof *s->place);
    s->span = og_alloc(2 * n * sizeof *s->span);
    s->state = og_alloc(2 * n * sizeof *s->state);
    s->out_row = og_alloc(2 * n * sizeof *s->out_row);
    s->at = og_alloc(n * sizeof *s->at);
    s->list = og_calloc((s->max_running + 1) * list, sizeof *s->list);
    s->path = og_alloc(list * sizeof *s->path);
    if (!s->running || !s->seat || !s->ids || !s->pos || !s->place || !s->span || !s->state || !s->out_row || !s->at || !s->list ||
        !s->path)
        return og_fail(err, OG_ERR_MEMORY, "out of memory for a scheduler");
    for (uint32_t i = s->max_running; i-- > 0;) s->seat[s->n_seat++] = (int)i;
    OG_TRY(og_sampler_room_open(&s->room, (int32_t)s->model->lm->hp.n_vocab, err));
    OG_TRY(og_pages_open(&s->pages, kv->n_pages, err));
    OG_TRY(be->kv_open(be, kv, &s->kv, err));
    s->spare_page = og_pages_take(&s->pages);
    s->page_bytes = og_alloc((size_t)be->kv_page_bytes(s->kv) + 1);
    if (!s->page_bytes) return og_fail(err, OG_ERR_MEMORY, "out of memory for a scheduler");
    if (states->n_slots > 0) {
        OG_TRY(og_pages_open(&s->slots, states->n_slots, err));
        OG_TRY(be->states_open(be, states, &s->states, err));
        s->spare_slot = og_pages_take(&s->slots);
    }
    OG_TRY(og_prefix_open(&s->prefix, &s->pages, s->states ? &s->slots : NULL, err));
    return make_plans(s, err);
}

/* ---- the folder ---- */

/* What the bits in a page depend on beside the model and the tokens. */
static uint64_t cache_hash(const og_scheduler *s) {
    const og_lm *lm = s->model->lm;
    const char *name = s->model->engine->be->name;
    uint64_t h = og_hash(name, strlen(name), OG_KV_PAGE);
    h = og_hash(&s->kv_type, sizeof s->kv_type, h);
    for (int set = 0; set < OG_ROPE_SETS; set++) {
        const bool far = lm->rope[set].far && (uint64_t)s->list_pages * OG_KV_PAGE > lm->rope[set].n_ctx;
        h = og_hash(&far, sizeof far, h);
    }
    for (uint32_t i = 0; i < lm->hp.n_layer; i++) {
        h = og_hash(&lm->kv_layer[i], sizeof lm->kv_layer[i], h);
        h = og_hash(&lm->state_floats[i], sizeof lm->state_floats[i], h);
    }
    return h;
}

static og_status open_keeper(og_scheduler *s, const og_scheduler_params *p, og_error *err) {
    const og_lm *lm = s->model->lm;
    og_keeper_params k = {.folder = p->prefix_dir,
                          .limit = p->prefix_limit ? p->prefix_limit : default_prefix_limit,
                          .seal = p->prefix_seal,
                          .cache = cache_hash(s),
                          .page_bytes = (size_t)s->model->engine->be->kv_page_bytes(s->kv)};
    if (p->prefix_seal && (!p->prefix_seal->seal || !p->prefix_seal->unseal))
        return og_fail(err, OG_ERR_ARG, "prefix_seal needs both functions");
    OG_TRY(og_model_identity(s->model, &k.model, err));
    for (uint32_t i = 0; i < lm->hp.n_layer; i++) k.state_bytes += (size_t)lm->state_floats[i] * sizeof(float);
    s->text = og_alloc(s->n_ctx * sizeof *s->text);
    s->state_bytes = og_alloc(k.state_bytes + 1);
    if (!s->text || !s->state_bytes) return og_fail(err, OG_ERR_MEMORY, "out of memory for a scheduler");
    return og_keeper_open(&k, &s->keeper, err);
}

/* ---- the thread ---- */

static bool idle(const og_scheduler *s) {
    return !s->first && s->n_running == 0;
}

/* Stats go out; without anything to do, waits for it. False: it is over. */
static bool next_step(og_scheduler *s) {
    og_scheduler_stats *now = &s->now, *out = &s->stats;
    const int32_t kept = og_prefix_spare(&s->prefix);
    now->cache_used = (uint32_t)(s->pages.n - 1 - s->pages.n_free - kept) * OG_KV_PAGE;
    now->cache_kept = (uint32_t)kept * OG_KV_PAGE;
    now->activation_bytes = og_plans_bytes(&s->plans);
    now->running = s->n_running;
    pthread_mutex_lock(&s->lock);
    now->refused = out->refused;
    *out = *now;
    while (idle(s) && !s->closing) pthread_cond_wait(&s->wake, &s->lock);
    const bool more = !idle(s);
    pthread_mutex_unlock(&s->lock);
    return more;
}

static void *thread_main(void *user) {
    og_scheduler *s = user;
    while (next_step(s)) {
        og_error err = {0};
        const og_status status = og_scheduler_step(s, &err);
        const bool over = status == OG_ERR_CANCELLED; /* interrupted: the next step ends everything */
        while (status != OG_OK && !over && s->n_running > 0) og_request_end(s, s->running[0], status, &err);
    }
    return NULL;
}

/* ---- opening and closing ---- */

og_status og_scheduler_open(og_model *model, const og_scheduler_params *params, og_scheduler **out, og_error *err) {
    if (!model || !out) return og_fail(err, OG_ERR_ARG, "og_scheduler_open needs a model and a place for the scheduler");
    if (!og_lm_generates(model->lm))
        return og_fail(err, OG_ERR_UNSUPPORTED,
                       "'%s' models read texts and predict nothing: embed with them (og_embed), or rank (og_rerank)",
                       model->lm->arch->name);
    const og_scheduler_params defaults = og_scheduler_defaults(), *p = params ? params : &defaults;
    og_scheduler *s = og_calloc(1, sizeof *s);
    if (!s) return og_fail(err, OG_ERR_MEMORY, "out of memory for a scheduler");
    atomic_init(&s->refs, 1);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wake, NULL);
    s->model = og_model_hold(model);
    og_status status = set_sizes(s, p, err);
    if (status == OG_OK) {
        og_backend *be = model->engine->be;
        og_kv_shape kv = og_lm_kv_shape(model->lm, s->n_ctx, s->kv_type);
        const og_state_shape states = state_shape(s);
        og_plans_init(&s->plans, model->lm, be, s->list_pages, OG_PLANS_MAX);
        status = reserve(s, p, &kv, &states, err);
        if (status == OG_OK) status = allocate(s, &kv, &states, err);
        if (status == OG_OK && p->prefix_dir) status = open_keeper(s, p, err);
        if (status == OG_OK && p->draft) status = og_guesser_open(p->draft, s, &s->guesser, err);
        s->now.cache_size = (uint32_t)(kv.n_pages - 1) * OG_KV_PAGE;
        s->now.kv_bytes = be->kv_bytes(be, &kv) + be->states_bytes(be, &states);
    }
    if (status == OG_OK) {
        s->has_thread = pthread_create(&s->thread, NULL, thread_main, s) == 0;
        if (!s->has_thread) status = og_fail(err, OG_ERR_MEMORY, "cannot start a thread for the scheduler");
    }
    if (status == OG_OK)
        *out = s;
    else
        og_scheduler_close(s);
    return status;
}

void og_scheduler_close(og_scheduler *s) {
    if (!s) return;
    if (s->has_thread) {
        pthread_mutex_lock(&s->lock);
        s->closing = true;
        __atomic_store_n(&s->interrupt, 1, __ATOMIC_RELAXED);
        pthread_cond_signal(&s->wake);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
    }
    og_scheduler_keep(s, true);
    og_keeper_close(s->keeper);
    og_guesser_close(s->guesser);
    og_plans_close(&s->plans);
    if (s->kv) s->model->engine->be->kv_close(s->kv);
    if (s->states) s->model->engine->be->states_close(s->states);
    og_prefix_close(&s->prefix);
    og_pages_close(&s->pages);
    og_pages_close(&s->slots);
    og_sampler_room_close(&s->room);
    og_release(s->page_bytes);
    og_release(s->running);
    og_release(s->seat);
    og_release(s->ids);
    og_release(s->pos);
    og_release(s->place);
    og_release(s->span);
    og_release(s->state);
    og_release(s->out_row);
    og_release(s->at);
    og_release(s->list);
    og_release(s->path);
    og_release(s->text);
    og_release(s->state_bytes);
    og_engine_unreserve(s->model->engine, s->reserved);
    og_scheduler_drop(s);
}

void og_scheduler_stats_get(og_scheduler *s, og_scheduler_stats *out) {
    pthread_mutex_lock(&s->lock);
    *out = s->stats;
    out->waiting = s->n_waiting;
    pthread_mutex_unlock(&s->lock);
}
