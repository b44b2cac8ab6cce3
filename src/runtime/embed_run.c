/* embed_run.c: texts in batches. Each text is a sequence of its own, with pages of its own in a cache that lasts for the call. */
#include "runtime/embed.h"

#include <string.h>

enum { DEFAULT_BATCH = 512, MAX_SEQUENCES = 256 };

typedef struct batch {
    size_t first, n_seq; /* texts */
    uint32_t n_tokens, n_pages;
} batch;

typedef struct runner {
    og_model *model;
    og_pooling pooling;
    bool rank;
    const og_embed_text *text;
    size_t n;
    uint32_t n_batch;
    int n_pages; /* of the cache: the most that a batch needs */
    og_kv *kv;
    og_states *states; /* NULL: the model has none */
    uint64_t kv_bytes; /* of both */
    /* the plan of the last batch's shape */
    og_embed_shape shape;
    og_graph graph;
    og_plan *plan;
    uint64_t plan_bytes;
    /* inputs, for the largest batch */
    int32_t *ids, *types, *pos, *place, *span, *state, *page, *range, *rows;
} runner;

static uint32_t pages_of(uint32_t n_tokens) {
    return OG_DIV_UP(n_tokens, (uint32_t)OG_KV_PAGE);
}

/* The batch that begins with text `first`: as many as fit, at least one. */
static batch batch_at(const runner *r, size_t first) {
    batch b = {.first = first};
    for (size_t i = first; i < r->n && b.n_seq < MAX_SEQUENCES; i++) {
        if (b.n_seq > 0 && b.n_tokens + r->text[i].n > r->n_batch) break;
        b.n_seq++;
        b.n_tokens += r->text[i].n;
        b.n_pages += pages_of(r->text[i].n);
    }
    return b;
}

static void close_plan(runner *r) {
    og_engine *engine = r->model->engine;
    if (r->plan) engine->be->plan_close(r->plan);
    og_graph_free(&r->graph);
    og_engine_unreserve(engine, r->plan_bytes);
    r->plan = NULL;
    r->plan_bytes = 0;
}

static bool same_shape(const og_embed_shape *a, const og_embed_shape *b) {
    return a->n_tokens == b->n_tokens && a->n_seq == b->n_seq; /* the rest is the same for a call */
}

static og_status open_plan(runner *r, const og_embed_shape *shape, og_error *err) {
    og_engine *engine = r->model->engine;
    if (r->plan && same_shape(&r->shape, shape)) return OG_OK;
    close_plan(r);
    og_graph_init(&r->graph);
    r->shape = *shape;
    uint64_t bytes = 0;
    OG_TRY(og_lm_embed_activations(r->model->lm, shape, &bytes, err));
    OG_TRY(og_engine_reserve(engine, bytes, 0, "a batch's activations", err));
    r->plan_bytes = bytes;
    OG_TRY(og_lm_embed_graph(r->model->lm, &r->graph, shape, err));
    return engine->be->plan_open(engine->be, &r->graph, &r->plan, err);
}

/* Fills in the inputs of a batch. */
static void place_texts(runner *r, const batch *b) {
    const bool two = r->model->lm->hp.n_types > 1; /* kinds of tokens */
    int32_t t = 0, page = 0;
    for (size_t i = 0; i < b->n_seq; i++) {
        const og_embed_text *text = &r->text[b->first + i];
        r->range[2 * i] = t;
        r->range[2 * i + 1] = (int32_t)text->n;
        r->rows[i] = r->pooling == OG_POOLING_LAST ? t + (int32_t)text->n - 1 : t;
        for (uint32_t j = 0; j < text->n; j++, t++) {
            r->ids[t] = text->ids[j];
            r->types[t] = two && j >= text->second;
            r->pos[t] = (int32_t)j;
            r->place[t] = page * OG_KV_PAGE + (int32_t)j;
            r->span[2 * t] = (int32_t)j;
            r->span[2 * t + 1] = page;
            r->state[2 * t] = -1;
            r->state[2 * t + 1] = (int32_t)i;
        }
        page += (int32_t)pages_of(text->n);
    }
}

static og_status run_batch(runner *r, const batch *b, float *out, size_t width, og_error *err) {
    og_backend *be = r->model->engine->be;
    og_embed_shape shape = {
        .n_tokens = (int)b->n_tokens, .n_seq = (int)b->n_seq, .n_pages = r->n_pages, .pooling = r->pooling, .rank = r->rank};
    OG_TRY(open_plan(r, &shape, err));
    place_texts(r, b);
    const void *const input[OG_IN_COUNT] = {
        [OG_IN_IDS] = r->ids,       [OG_IN_POS] = r->pos,     [OG_IN_PLACE] = r->place,  [OG_IN_SPAN] = r->span,   [OG_IN_PAGES] = r->page,
        [OG_IN_OUT_ROWS] = r->rows, [OG_IN_TYPES] = r->types, [OG_IN_RANGES] = r->range, [OG_IN_STATE] = r->state,
    };
    og_run run = {.input = input, .kv = r->kv, .states = r->states};
    OG_TRY(be->plan_run(r->plan, &run, err));
    size_t have = r->rank ? r->model->lm->hp.n_labels : r->model->lm->hp.n_embd;
    const float *result = be->plan_output(r->plan, 0);
    for (size_t i = 0; i < b->n_seq; i++) memcpy(out + i * width, result + i * have, width * sizeof *out);
    return OG_OK;
}

/* The largest batch's tokens and texts; the sum of tokens is added to *total. */
static void measure(runner *r, uint32_t *tokens, size_t *seqs, uint64_t *total) {
    for (size_t i = 0; i < r->n;) {
        batch b = batch_at(r, i);
        *tokens = OG_MAX(*tokens, b.n_tokens);
        *seqs = OG_MAX(*seqs, b.n_seq);
        r->n_pages = OG_MAX(r->n_pages, (int)b.n_pages);
        *total += b.n_tokens;
        i += b.n_seq;
    }
}

/* Keys and values, and a recurrent state for each text of a batch where the model has such layers. */
static og_status open_caches(runner *r, size_t seqs, og_error *err) {
    const og_lm *lm = r->model->lm;
    og_engine *engine = r->model->engine;
    og_backend *be = engine->be;
    og_kv_shape kv = og_lm_kv_shape(lm, (uint32_t)r->n_pages * OG_KV_PAGE, OG_F16);
    kv.n_layer = og_lm_embed_layers(lm);
    og_state_shape state = {.n_layer = (int)lm->hp.n_layer, .n_slots = (int)seqs, .floats = lm->state_floats};
    uint64_t state_bytes = be->states_bytes(be, &state), bytes = be->kv_bytes(be, &kv) + state_bytes;
    OG_TRY(og_engine_reserve(engine, bytes, 0, "a batch's keys and values", err));
    r->kv_bytes = bytes;
    if (state_bytes > 0) OG_TRY(be->states_open(be, &state, &r->states, err));
    return be->kv_open(be, &kv, &r->kv, err);
}

static og_status allocate(runner *r, uint64_t *total, og_error *err) {
    uint32_t tokens = 0;
    size_t seqs = 0;
    measure(r, &tokens, &seqs, total);
    OG_TRY(open_caches(r, seqs, err));
    size_t n = 8 * (size_t)tokens + (size_t)r->n_pages + 3 * seqs;
    r->ids = og_calloc(n, sizeof *r->ids);
    if (!r->ids) return og_fail(err, OG_ERR_MEMORY, "out of memory for a batch of %u tokens", tokens);
    r->types = r->ids + tokens;
    r->pos = r->types + tokens;
    r->place = r->pos + tokens;
    r->span = r->place + tokens;
    r->state = r->span + 2 * (size_t)tokens;
    r->page = r->state + 2 * (size_t)tokens;
    r->range = r->page + r->n_pages;
    r->rows = r->range + 2 * seqs;
    for (int32_t i = 0; i < r->n_pages; i++) r->page[i] = i;
    return OG_OK;
}

static og_status run_all(runner *r, const og_embed_params *params, float *out, size_t width, og_error *err) {
    uint64_t total = 0, done = 0;
    OG_TRY(allocate(r, &total, err));
    for (size_t i = 0; i < r->n;) {
        batch b = batch_at(r, i);
        OG_TRY(run_batch(r, &b, out + i * width, width, err));
        i += b.n_seq;
        done += b.n_tokens;
        if (params->progress && !params->progress(params->user, "texts", done, total) && i < r->n)
            return og_fail(err, OG_ERR_CANCELLED, "cancelled after %zu of %zu texts", i, r->n);
    }
    return OG_OK;
}

og_status og_embed_run(og_model *model, const og_embed_text *text, size_t n, og_pooling pooling, const og_embed_params *params, float *out,
                       size_t width, og_error *err) {
    og_engine *engine = model->engine;
    runner r = {.model = model, .text = text, .n = n, .n_batch = params->n_batch ? params->n_batch : DEFAULT_BATCH};
    r.rank = pooling == OG_POOLING_RANK;
    r.pooling = r.rank ? (og_pooling)model->lm->hp.pooling_rank : pooling;
    og_graph_init(&r.graph);
    og_status status = run_all(&r, params, out, width, err);
    close_plan(&r);
    if (r.kv) engine->be->kv_close(r.kv);
    if (r.states) engine->be->states_close(r.states);
    og_engine_unreserve(engine, r.kv_bytes);
    og_release(r.ids);
    return status;
}
