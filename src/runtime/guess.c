#include "runtime/guess.h"

#include <math.h>
#include <string.h>

enum { GRAM_MAX = 4, GRAM_MIN = 2 };

/* ---- from the text ---- */

uint32_t og_guess_lookup(const int32_t *token, uint32_t n, int32_t *out, uint32_t most) {
    uint32_t best = 0, at = 0;
    for (uint32_t end = n - 1; end >= GRAM_MIN && best < GRAM_MAX; end--) { /* the latest of the longest */
        uint32_t k = 0;
        while (k < GRAM_MAX && k < end && token[end - 1 - k] == token[n - 1 - k]) k++;
        if (k <= best) continue;
        best = k;
        at = end;
    }
    if (n < GRAM_MIN + 1 || best < GRAM_MIN) return 0;
    uint32_t count = 0;
    while (count < most) { /* past the end of the text it goes on with the guess itself */
        out[count] = at + count < n ? token[at + count] : out[at + count - n];
        count++;
    }
    return count;
}

/* ---- from a second model ---- */

/* The likeliest token must be e times as likely as the next for a guess to be worth a row. */
static const float sure = 1;

struct og_guesser {
    og_model *model;
    uint64_t reserved;
    int n_batch, list_pages;
    uint32_t n_vocab;
    og_kv *kv;
    og_pages pages;
    int32_t spare_page;
    og_plans plans;
    /* inputs, as the scheduler's; no rows but one for each request */
    int32_t *ids, *pos, *place, *span, *state, *list, *out_row;
    int n_tokens, n_rows;
};

/* The smaller vocabulary must be the beginning of the larger: some models pad theirs. */
static og_status check_vocabulary(const og_model *model, const og_model *draft, og_error *err) {
    const int32_t n = OG_MIN(og_tok_size(model->tok), og_tok_size(draft->tok));
    for (int32_t id = 0; id < n; id++) {
        size_t len[2];
        const char *a = og_tok_piece(model->tok, id, &len[0]), *b = og_tok_piece(draft->tok, id, &len[1]);
        if (len[0] != len[1] || memcmp(a, b, len[0]) != 0)
            return og_fail(err, OG_ERR_ARG, "'%s' cannot guess for '%s': token %d is '%.*s' there and '%.*s' here", draft->name,
                           model->name, id, (int)OG_MIN(len[1], (size_t)40), b, (int)OG_MIN(len[0], (size_t)40), a);
    }
    return OG_OK;
}

static og_status reserve(og_guesser *g, const og_kv_shape *kv, uint32_t n_running, og_error *err) {
    uint64_t most;
    uint32_t rows = 1;
    while (rows < n_running) rows *= 2;
    OG_TRY(og_lm_activations(g->model->lm, g->n_batch, (int)OG_MIN(rows, (uint32_t)g->n_batch), g->list_pages, &most, err));
    g->plans.limit = most + most / 2;
    const og_backend *be = g->model->engine->be;
    const uint64_t lists = ((uint64_t)n_running + 1) * (uint64_t)g->list_pages * sizeof(int32_t);
    const uint64_t bytes = be->kv_bytes(be, kv) + 2 * g->plans.limit + lists;
    OG_TRY(og_engine_reserve(g->model->engine, bytes, 0, "the cache and activations of the model that guesses", err));
    g->reserved = bytes;
    return OG_OK;
}

static og_status allocate(og_guesser *g, const og_kv_shape *kv, uint32_t n_running, og_error *err) {
    const size_t n = (size_t)g->n_batch;
    g->ids = og_alloc(n * sizeof *g->ids);
    g->pos = og_alloc(n * sizeof *g->pos);
    g->place = og_alloc(n * sizeof *g->place);
    g->span = og_alloc(2 * n * sizeof *g->span);
    g->state = og_alloc(2 * n * sizeof *g->state);
    g->out_row = og_alloc(2 * n * sizeof *g->out_row);
    g->list = og_calloc((n_running + 1) * (size_t)g->list_pages, sizeof *g->list);
    if (!g->ids || !g->pos || !g->place || !g->span || !g->state || !g->out_row || !g->list)
        return og_fail(err, OG_ERR_MEMORY, "out of memory for a model that guesses");
    for (size_t i = 0; i < 2 * n; i++) g->state[i] = -1;
    OG_TRY(og_pages_open(&g->pages, kv->n_pages, err));
    g->spare_page = og_pages_take(&g->pages);
    return g->model->engine->be->kv_open(g->model->engine->be, kv, &g->kv, err);
}

og_status og_guesser_open(og_model *model, const og_scheduler *s, og_guesser **out, og_error *err) {
    const og_lm *lm = model->lm;
    if (!og_lm_generates(lm)) return og_fail(err, OG_ERR_UNSUPPORTED, "'%s' models predict nothing, so they cannot guess", lm->arch->name);
    for (uint32_t i = 0; i < lm->hp.n_layer; i++)
        if (lm->state_floats[i] > 0)
            return og_fail(err, OG_ERR_UNSUPPORTED, "'%s' models cannot guess for others: their state cannot be taken back",
                           lm->arch->name);
    OG_TRY(check_vocabulary(s->model, model, err));
    if (og_lm_n_ctx_max(lm) < s->n_ctx)
        return og_fail(err, OG_ERR_ARG, "'%s' cannot guess in a context of %u tokens: it has embeddings of %u positions", model->name,
                       s->n_ctx, og_lm_n_ctx_max(lm));
    og_guesser *g = og_calloc(1, sizeof *g);
    if (!g) return og_fail(err, OG_ERR_MEMORY, "out of memory for a model that guesses");
    g->model = og_model_hold(model);
    g->n_batch = (int)s->n_batch;
    g->list_pages = s->list_pages;
    g->n_vocab = lm->hp.n_vocab;
    og_plans_init(&g->plans, lm, model->engine->be, s->list_pages, OG_PLANS_MAX);
    og_kv_shape kv = og_lm_kv_shape(lm, s->n_ctx, s->kv_type);
    kv.n_pages = s->pages.n;
    og_status status = reserve(g, &kv, s->max_running, err);
    if (status == OG_OK) status = allocate(g, &kv, s->max_running, err);
    if (status == OG_OK)
        *out = g;
    else
        og_guesser_close(g);
    return status;
}

void og_guesser_close(og_guesser *g) {
    if (!g) return;
    og_plans_close(&g->plans);
    if (g->kv) g->model->engine->be->kv_close(g->kv);
    og_pages_close(&g->pages);
    og_release(g->ids);
    og_release(g->pos);
    og_release(g->place);
    og_release(g->span);
    og_release(g->state);
    og_release(g->list);
    og_release(g->out_row);
    og_engine_unreserve(g->model->engine, g->reserved);
    og_model_close(g->model);
    og_release(g);
}

static int32_t *list_of(og_guesser *g, const og_request *r) {
    return g->list + (size_t)r->seat * (size_t)g->list_pages;
}

void og_guesser_forget(og_guesser *g, og_request *r) {
    if (!g || r->seat < 0) return;
    while (r->n_guess_page > 0) og_pages_drop(&g->pages, list_of(g, r)[--r->n_guess_page]);
    r->n_guess_past = 0;
}

/* Without pages for all of it there are no guesses for this request. */
static bool take_pages(og_guesser *g, og_request *r, uint32_t end) {
    int32_t *list = list_of(g, r);
    while (r->n_guess_page < OG_DIV_UP(end, (uint32_t)OG_KV_PAGE)) {
        const int32_t page = og_pages_take(&g->pages);
        if (page < 0) return false;
        list[r->n_guess_page++] = page;
    }
    return true;
}

static void add_token(og_guesser *g, int32_t id, uint32_t pos, const int32_t *list) {
    const int t = g->n_tokens++;
    g->ids[t] = id;
    g->pos[t] = (int32_t)pos;
    g->place[t] = list[pos / OG_KV_PAGE] * OG_KV_PAGE + (int32_t)(pos % OG_KV_PAGE);
    g->span[2 * t] = (int32_t)pos;
    g->span[2 * t + 1] = (int32_t)(list - g->list);
}

static int32_t token_at(const og_request *r, uint32_t pos) {
    return pos < r->n_token ? r->token[pos] : r->guess[pos - r->n_token];
}

static og_status compute(og_guesser *g, const og_scheduler *s, const float **logits, bool *all, og_error *err) {
    og_backend *be = g->model->engine->be;
    int32_t *list = g->list + (size_t)s->max_running * (size_t)g->list_pages;
    const int n = og_batch_tokens(g->n_tokens), rows = og_batch_rows(g->n_rows, n);
    og_plan *plan;
    list[0] = g->spare_page;
    while (g->n_tokens < n) add_token(g, 0, 0, list);
    for (int i = g->n_rows; i < rows; i++) g->out_row[i] = 0;
    OG_TRY(og_plans_get(&g->plans, n, rows, &plan, err));
    const void *const input[OG_IN_COUNT] = {
        [OG_IN_IDS] = g->ids,    [OG_IN_POS] = g->pos,          [OG_IN_PLACE] = g->place, [OG_IN_SPAN] = g->span,
        [OG_IN_PAGES] = g->list, [OG_IN_OUT_ROWS] = g->out_row, [OG_IN_STATE] = g->state,
    };
    const og_run run = {.input = input, .kv = g->kv, .cancel = &s->interrupt};
    OG_TRY(be->plan_run(plan, &run, err));
    *logits = be->plan_output(plan, 0);
    *all = rows == n;
    return OG_OK;
}

/* The likeliest token; -1 if another is nearly as likely. */
static int32_t likeliest(const float *x, uint32_t n) {
    int32_t best = -1;
    float first = -INFINITY, second = -INFINITY;
    for (uint32_t id = 0; id < n; id++) {
        if (x[id] > first) {
            second = first;
            first = x[id];
            best = (int32_t)id;
        } else if (x[id] > second) {
            second = x[id];
        }
    }
    return first - second >= sure ? best : -1;
}

/* One batch: what the small model has not seen of each text, as far as it fits; each text that it has caught up with gets a guess more.
 * False: there is nothing left to do. */
static og_status round_of(og_guesser *g, og_scheduler *s, bool *more, og_error *err) {
    const float *logits;
    bool all;
    g->n_tokens = g->n_rows = 0;
    for (uint32_t i = 0; i < s->n_running; i++) {
        og_request *r = s->running[i];
        r->guess_row = -1;
        if (r->guess_wanted == r->n_guess) continue;
        const uint32_t end = r->n_token + r->n_guess, room = (uint32_t)(g->n_batch - g->n_tokens);
        const uint32_t n = OG_MIN(end - r->n_guess_past, room);
        for (uint32_t j = 0; j < n; j++) add_token(g, token_at(r, r->n_guess_past + j), r->n_guess_past + j, list_of(g, r));
        r->n_guess_past += n;
        if (r->n_guess_past < end) r->guess_wanted = r->n_guess; /* it goes on in the next step */
        if (r->n_guess_past < end) continue;
        r->guess_row = g->n_rows;
        g->out_row[g->n_rows++] = g->n_tokens - 1;
    }
    *more = g->n_tokens > 0;
    if (!*more) return OG_OK;
    OG_TRY(compute(g, s, &logits, &all, err));
    for (uint32_t i = 0; i < s->n_running; i++) {
        og_request *r = s->running[i];
        if (r->guess_row < 0) continue;
        const int32_t at = all ? g->out_row[r->guess_row] : r->guess_row, id = likeliest(logits + (size_t)at * g->n_vocab, g->n_vocab);
        if (id < 0 || (uint32_t)id >= s->model->lm->hp.n_vocab)
            r->guess_wanted = r->n_guess;
        else
            r->guess[r->n_guess++] = id;
    }
    return OG_OK;
}

og_status og_guesser_run(og_guesser *g, og_scheduler *s, og_error *err) {
    for (uint32_t i = 0; i < s->n_running; i++) {
        og_request *r = s->running[i];
        if (r->n_guess > 0 || r->guess_wanted == 0) { /* there are guesses already, or none are wanted */
            r->guess_wanted = r->n_guess;
            continue;
        }
        r->n_guess_past = OG_MIN(r->n_guess_past, r->n_token - 1);
        bool known = true;
        for (uint32_t j = r->n_guess_past; j < r->n_token; j++) known &= (uint32_t)r->token[j] < g->n_vocab;
        if (!known || !take_pages(g, r, r->n_token + r->guess_wanted)) r->guess_wanted = 0;
    }
    for (bool more = true; more;) OG_TRY(round_of(g, s, &more, err));
    return OG_OK;
}
