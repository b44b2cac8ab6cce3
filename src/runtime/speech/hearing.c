#include "runtime/speech/speech.h"

#include <string.h>

enum { PLANS = 6 };

typedef struct shape {
    int n, n_rows, scores;
} shape;

typedef struct plan {
    shape shape; /* n 0: the place is empty */
    og_graph graph;
    og_plan *plan;
    uint64_t bytes, last_used;
} plan;

typedef struct sequence {
    int32_t *page; /* [pages_each] */
    int n;         /* tokens */
} sequence;

struct og_hearing {
    og_speech *speech;
    int n_seq, pages_each, n_pages;
    og_kv *kv, *memory;
    uint64_t reserved; /* bytes of the caches and of the encoder's plan */
    og_pages pages;
    sequence *seq;
    int32_t *all_pages; /* of the sequences, what seq[i].page points into */
    uint8_t *copy;      /* of one page */
    plan encoder, decoder[PLANS];
    uint64_t clock;
    /* inputs for the longest batch */
    int32_t *place, *span, *pos, *memory_span, *memory_place, *encoder_span, *memory_pages;
};

static uint32_t longest(const og_hearing *h) {
    return OG_MAX(h->speech->lm->hp.n_ctx_train, (uint32_t)h->n_seq);
}

/* ---- plans ---- */

static void close_plan(og_hearing *h, plan *p) {
    og_engine *engine = h->speech->engine;
    if (p->plan) engine->be->plan_close(p->plan);
    og_graph_free(&p->graph);
    og_engine_unreserve(engine, p->bytes);
    *p = (plan){0};
}

/* The budget is told afterwards: what a plan takes is known when it is made. */
static og_status open_plan(og_hearing *h, plan *p, og_error *err) {
    og_engine *engine = h->speech->engine;
    OG_TRY(engine->be->plan_open(engine->be, &p->graph, &p->plan, err));
    const uint64_t bytes = engine->be->plan_bytes(p->plan);
    OG_TRY(og_engine_reserve(engine, bytes, 0, "hearing", err));
    p->bytes = bytes;
    return OG_OK;
}

static plan *place_for_plan(og_hearing *h) {
    plan *oldest = &h->decoder[0];
    for (int i = 0; i < PLANS; i++) {
        if (h->decoder[i].shape.n == 0) return &h->decoder[i];
        if (h->decoder[i].last_used < oldest->last_used) oldest = &h->decoder[i];
    }
    close_plan(h, oldest);
    return oldest;
}

static og_status decoder_plan(og_hearing *h, shape want, plan **out, og_error *err) {
    h->clock++;
    for (int i = 0; i < PLANS; i++) {
        plan *p = &h->decoder[i];
        if (p->shape.n != want.n || p->shape.n_rows != want.n_rows || p->shape.scores != want.scores) continue;
        p->last_used = h->clock;
        *out = p;
        return OG_OK;
    }
    plan *p = place_for_plan(h);
    *p = (plan){.shape = want, .last_used = h->clock};
    og_graph_init(&p->graph);
    og_status status = og_speech_decoder(h->speech->lm, &p->graph, want.n, want.n_rows, h->n_seq * h->pages_each, want.scores, err);
    if (status == OG_OK) status = open_plan(h, p, err);
    if (status == OG_OK)
        *out = p;
    else
        close_plan(h, p);
    return status;
}

static og_status encoder_plan(og_hearing *h, og_error *err) {
    if (h->encoder.plan) return OG_OK;
    og_graph_init(&h->encoder.graph);
    og_status status = og_speech_encoder(h->speech->lm, &h->encoder.graph, err);
    if (status == OG_OK) status = open_plan(h, &h->encoder, err);
    if (status != OG_OK) close_plan(h, &h->encoder);
    return status;
}

/* ---- open ---- */

static og_status open_caches(og_hearing *h, og_error *err) {
    const og_lm *lm = h->speech->lm;
    og_engine *engine = h->speech->engine;
    og_backend *be = engine->be;
    const int n_dec = (int)og_speech_dec_layers(lm), n_mem = og_speech_memory_layers(lm);
    const og_kv_layer *first = &lm->kv_layer[og_speech_enc_layers(lm)];
    og_kv_layer *layers = og_alloc((size_t)n_mem * sizeof *layers);
    if (!layers) return og_fail(err, OG_ERR_MEMORY, "out of memory for hearing");
    for (int i = 0; i < n_mem; i++) layers[i] = *first;
    const og_kv_shape own = {.n_layer = n_dec, .layer = layers, .n_pages = h->n_pages, .type = OG_F16};
    const og_kv_shape memory = {.n_layer = n_mem, .layer = layers, .n_pages = og_speech_memory_pages(lm), .type = OG_F16};
    const uint64_t bytes = be->kv_bytes(be, &own) + be->kv_bytes(be, &memory);
    og_status status = og_engine_reserve(engine, bytes, 0, "hearing", err);
    if (status == OG_OK) h->reserved = bytes;
    if (status == OG_OK) status = be->kv_open(be, &own, &h->kv, err);
    if (status == OG_OK) status = be->kv_open(be, &memory, &h->memory, err);
    og_release(layers);
    return status;
}

static og_status open_inputs(og_hearing *h, og_error *err) {
    const int32_t n = (int32_t)longest(h), n_audio = (int32_t)og_speech_n_audio(h->speech->lm);
    const int n_mem = og_speech_memory_pages(h->speech->lm);
    h->place = og_calloc((size_t)n * 6 + (size_t)n_audio * 3 + (size_t)n_mem, sizeof *h->place);
    if (!h->place) return og_fail(err, OG_ERR_MEMORY, "out of memory for hearing");
    h->pos = h->place + n;
    h->span = h->pos + n;
    h->memory_span = h->span + 2 * n;
    h->memory_place = h->memory_span + 2 * n;
    h->encoder_span = h->memory_place + n_audio;
    h->memory_pages = h->encoder_span + 2 * n_audio;
    /* Every token sees the whole window. */
    for (int32_t i = 0; i < n; i++) h->memory_span[2 * i] = n_audio - 1;
    for (int32_t i = 0; i < n_audio; i++) h->encoder_span[2 * i] = n_audio - 1;
    for (int32_t i = 0; i < n_audio; i++) h->memory_place[i] = i;
    for (int32_t i = 0; i < n_mem; i++) h->memory_pages[i] = i;
    return OG_OK;
}

static og_status open_all(og_hearing *h, og_error *err) {
    h->pages_each = (int)OG_DIV_UP(h->speech->lm->hp.n_ctx_train, (uint32_t)OG_KV_PAGE);
    h->n_pages = h->n_seq * h->pages_each;
    h->seq = og_calloc((size_t)h->n_seq, sizeof *h->seq);
    h->all_pages = og_calloc((size_t)h->n_pages, sizeof *h->all_pages);
    if (!h->seq || !h->all_pages) return og_fail(err, OG_ERR_MEMORY, "out of memory for hearing");
    for (int i = 0; i < h->n_seq; i++) h->seq[i].page = h->all_pages + i * h->pages_each;
    OG_TRY(og_pages_open(&h->pages, h->n_pages, err));
    OG_TRY(open_caches(h, err));
    h->copy = og_alloc((size_t)h->speech->engine->be->kv_page_bytes(h->kv));
    if (!h->copy) return og_fail(err, OG_ERR_MEMORY, "out of memory for hearing");
    return open_inputs(h, err);
}

og_status og_hearing_open(og_speech *speech, int n_seq, og_hearing **out, og_error *err) {
    og_hearing *h = og_calloc(1, sizeof *h);
    if (!h) return og_fail(err, OG_ERR_MEMORY, "out of memory for hearing");
    h->speech = speech;
    h->n_seq = n_seq;
    const og_status status = open_all(h, err);
    if (status == OG_OK)
        *out = h;
    else
        og_hearing_close(h);
    return status;
}

void og_hearing_close(og_hearing *h) {
    if (!h) return;
    og_backend *be = h->speech->engine->be;
    for (int i = 0; i < PLANS; i++) close_plan(h, &h->decoder[i]);
    close_plan(h, &h->encoder);
    if (h->kv) be->kv_close(h->kv);
    if (h->memory) be->kv_close(h->memory);
    og_engine_unreserve(h->speech->engine, h->reserved);
    og_pages_close(&h->pages);
    og_release(h->seq);
    og_release(h->all_pages);
    og_release(h->copy);
    og_release(h->place);
    og_release(h);
}

/* ---- running ---- */

og_status og_hearing_encode(og_hearing *h, const float *mel, const volatile int *cancel, og_error *err) {
    OG_TRY(encoder_plan(h, err));
    for (int i = 0; i < h->n_seq; i++) og_hearing_rewind(h, i, 0);
    const void *const input[OG_SP_COUNT] = {
        [OG_SP_MEL] = mel, [OG_SP_PLACE] = h->memory_place, [OG_SP_SPAN] = h->encoder_span, [OG_SP_MEM_PAGES] = h->memory_pages};
    const og_run run = {.input = input, .memory = h->memory, .cancel = cancel};
    return h->speech->engine->be->plan_run(h->encoder.plan, &run, err);
}

const float *og_hearing_encoded(const og_hearing *h) {
    return h->speech->engine->be->plan_output(h->encoder.plan, 0);
}

int og_hearing_length(const og_hearing *h, int seq) {
    return h->seq[seq].n;
}

static int pages_of(int n) {
    return OG_DIV_UP(n, OG_KV_PAGE);
}

void og_hearing_rewind(og_hearing *h, int seq, int n) {
    sequence *s = &h->seq[seq];
    while (pages_of(s->n) > pages_of(n)) {
        og_pages_drop(&h->pages, s->page[pages_of(s->n) - 1]);
        s->n = (pages_of(s->n) - 1) * OG_KV_PAGE;
    }
    s->n = OG_MIN(s->n, n);
}

/* A page of its own with what `page` holds. */
static og_status copy_page(og_hearing *h, int32_t page, int32_t *out, og_error *err) {
    og_backend *be = h->speech->engine->be;
    *out = og_pages_take(&h->pages);
    if (*out < 0) return og_fail(err, OG_ERR_INTERNAL, "there is no page left for %d sequences", h->n_seq);
    be->kv_read(h->kv, page, h->copy);
    be->kv_write(h->kv, *out, h->copy);
    return OG_OK;
}

og_status og_hearing_fork(og_hearing *h, int from, int to, og_error *err) {
    if (from == to) return OG_OK;
    og_hearing_rewind(h, to, 0);
    const sequence *a = &h->seq[from];
    sequence *b = &h->seq[to];
    const int whole = a->n / OG_KV_PAGE;
    for (int i = 0; i < whole; i++) {
        b->page[i] = a->page[i];
        og_pages_hold(&h->pages, a->page[i]);
    }
    b->n = whole * OG_KV_PAGE;
    if (a->n % OG_KV_PAGE) OG_TRY(copy_page(h, a->page[whole], &b->page[whole], err));
    b->n = a->n;
    return OG_OK;
}

/* Gives each token its place, in a page of its sequence's own. */
static og_status place_tokens(og_hearing *h, const og_hear_batch *batch, og_error *err) {
    for (int i = 0; i < batch->n; i++) {
        sequence *s = &h->seq[batch->seq[i]];
        const int page = s->n / OG_KV_PAGE;
        if (page >= h->pages_each || s->n >= (int)h->speech->lm->hp.n_ctx_train)
            return og_fail(err, OG_ERR_CONTEXT, "the model's %u tokens of a window are used up", h->speech->lm->hp.n_ctx_train);
        if (s->n % OG_KV_PAGE == 0 && (s->page[page] = og_pages_take(&h->pages)) < 0)
            return og_fail(err, OG_ERR_INTERNAL, "there is no page left for %d sequences", h->n_seq);
        if (h->pages.refs[s->page[page]] > 1) { /* rewound into a page that another sequence holds too */
            int32_t own;
            OG_TRY(copy_page(h, s->page[page], &own, err));
            og_pages_drop(&h->pages, s->page[page]);
            s->page[page] = own;
        }
        h->pos[i] = h->span[2 * i] = s->n;
        h->span[2 * i + 1] = batch->seq[i] * h->pages_each;
        h->place[i] = s->page[page] * OG_KV_PAGE + s->n % OG_KV_PAGE;
        s->n++;
    }
    return OG_OK;
}

og_status og_hearing_decode(og_hearing *h, const og_hear_batch *batch, const volatile int *cancel, const float **logits,
                            const float **scores, og_error *err) {
    plan *p = NULL;
    og_backend *be = h->speech->engine->be;
    if (batch->n > (int)longest(h)) return og_fail(err, OG_ERR_CONTEXT, "%d tokens are too many for a window", batch->n);
    OG_TRY(decoder_plan(h, (shape){batch->n, batch->n_rows, batch->scores}, &p, err));
    OG_TRY(place_tokens(h, batch, err));
    const void *const input[OG_SP_COUNT] = {
        [OG_SP_PLACE] = h->place, [OG_SP_SPAN] = h->span,        [OG_SP_PAGES] = h->all_pages,      [OG_SP_IDS] = batch->id,
        [OG_SP_POS] = h->pos,     [OG_SP_OUT_ROWS] = batch->row, [OG_SP_MEM_SPAN] = h->memory_span, [OG_SP_MEM_PAGES] = h->memory_pages,
    };
    const og_run run = {.input = input, .kv = h->kv, .memory = h->memory, .cancel = cancel};
    OG_TRY(be->plan_run(p->plan, &run, err));
    *logits = be->plan_output(p->plan, 0);
    if (scores && batch->scores > 0) *scores = be->plan_output(p->plan, 1);
    return OG_OK;
}
