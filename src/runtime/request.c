/* request.c: what is asked of a scheduler. */
#include "runtime/request.h"

#include <math.h>
#include <string.h>

og_request_params og_request_defaults(void) {
    return (og_request_params){.generate = og_generate_defaults(), .n_top = -1};
}

/* ---- life ---- */

void og_scheduler_drop(og_scheduler *s) {
    if (atomic_fetch_sub(&s->refs, 1) > 1) return;
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
    og_model_close(s->model);
    og_release(s);
}

static void request_free(og_request *r) {
    og_scheduler *s = r->scheduler;
    og_answer_close(&r->answer);
    og_buf_free(&r->text);
    og_release(r->token);
    og_release(r->top);
    og_arena_free(&r->copies);
    og_engine_unreserve(s->model->engine, r->reserved);
    og_release(r);
    og_scheduler_drop(s);
}

void og_request_drop(og_request *r) {
    if (atomic_fetch_sub(&r->refs, 1) == 1) request_free(r);
}

void og_request_cancel(og_request *r) {
    if (!r) return;
    og_scheduler *s = r->scheduler;
    atomic_store(&r->cancelled, 1);
    pthread_mutex_lock(&s->lock);
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
}

void og_request_close(og_request *r) {
    if (!r) return;
    og_request_cancel(r);
    og_request_drop(r);
}

void og_request_done(og_request *r, og_status status, const og_error *error) {
    og_scheduler_stats *now = &r->scheduler->now;
    og_request_result *result = &r->result;
    const double end = og_now();
    result->status = status;
    if (status != OG_OK) result->error = *error;
    result->stop = r->answer.stop;
    result->stop_string = r->answer.stop_string;
    result->n_tokens = r->answer.n_tokens;
    if (!r->admitted) r->started = end;
    if (!r->begun) r->replied = end;
    result->wait_seconds = r->started - r->submitted;
    result->prompt_seconds = r->replied - r->started;
    result->reply_seconds = end - r->replied;
    now->failed += status != OG_OK;
    now->cancelled += status == OG_OK && (result->stop == OG_STOP_CANCELLED || result->stop == OG_STOP_DEADLINE);
    now->done += status == OG_OK && result->stop != OG_STOP_CANCELLED && result->stop != OG_STOP_DEADLINE;
    if (r->params.on_done) r->params.on_done(r->params.user, result);
    og_request_drop(r);
}

/* ---- submitting ---- */

static og_status out_of_memory(og_error *err) {
    return og_fail(err, OG_ERR_MEMORY, "out of memory for a request");
}

static og_status check(const og_scheduler *s, const og_request_params *p, og_error *err) {
    const int32_t n_vocab = (int32_t)s->model->lm->hp.n_vocab;
    if (p->n == 0 || !p->ids) return og_fail(err, OG_ERR_ARG, "the prompt is empty: there is nothing to go on from");
    for (size_t i = 0; i < p->n; i++)
        if (p->ids[i] < 0 || p->ids[i] >= n_vocab)
            return og_fail(err, OG_ERR_ARG, "token %zu of the prompt is %d, but the vocabulary has ids 0 to %d", i, p->ids[i], n_vocab - 1);
    if (p->n > s->n_ctx && !p->shift)
        return og_fail(err, OG_ERR_CONTEXT, "the prompt has %zu tokens, but a request may have %u, prompt and answer together", p->n,
                       s->n_ctx);
    if (p->n_keep >= s->n_ctx && p->shift)
        return og_fail(err, OG_ERR_ARG, "n_keep is %u, but a context of %u tokens that shifts can keep fewer only", p->n_keep, s->n_ctx);
    if (p->n_top < -1 || p->n_top > OG_TOP_MAX)
        return og_fail(err, OG_ERR_ARG, "n_top is %d; it must be -1 (none) to %d", p->n_top, OG_TOP_MAX);
    if (!(p->deadline >= 0 && p->deadline < 1e9))
        return og_fail(err, OG_ERR_ARG, "a deadline in %g seconds is not possible: 0 (none) or more", p->deadline);
    return OG_OK;
}

static og_status copy_strings(og_request *r, const char *const **list, size_t n, og_error *err) {
    if (n == 0 || !*list) return OG_OK;
    const char **copy = og_arena_alloc(&r->copies, n * sizeof *copy);
    if (!copy) return out_of_memory(err);
    for (size_t i = 0; i < n; i++) {
        copy[i] = (*list)[i] ? og_arena_strndup(&r->copies, (*list)[i], strlen((*list)[i])) : NULL;
        if ((*list)[i] && !copy[i]) return out_of_memory(err);
    }
    *list = copy;
    return OG_OK;
}

static og_status copy_sampling(og_request *r, og_sampling *p, og_error *err) {
    OG_TRY(copy_strings(r, &p->dry_breakers, p->n_dry_breakers, err));
    const char *order = p->order;
    if (order && !(p->order = og_arena_strndup(&r->copies, order, strlen(order)))) return out_of_memory(err);
    if (p->n_bias == 0) return OG_OK;
    og_bias *bias = og_arena_alloc(&r->copies, p->n_bias * sizeof *bias);
    if (!bias) return out_of_memory(err);
    memcpy(bias, p->bias, p->n_bias * sizeof *bias);
    p->bias = bias;
    return OG_OK;
}

/* The prompt; of one that is too long and may be shifted, the first n_keep tokens and as many of the last as leave half the rest free. */
static void copy_prompt(og_request *r, const og_request_params *p, uint32_t n_ctx) {
    const size_t keep = OG_MIN(p->n_keep, p->n);
    size_t last = p->n - keep;
    if (p->n > n_ctx) last = OG_MAX((n_ctx - keep) / 2, (size_t)1);
    memcpy(r->token, p->ids, keep * sizeof *r->token);
    memcpy(r->token + keep, p->ids + p->n - last, last * sizeof *r->token);
    r->n_prompt = r->n_token = (uint32_t)(keep + last);
    r->result.n_prompt = (uint32_t)p->n;
    r->result.n_dropped = (uint32_t)(p->n - keep - last);
}

static og_status fill(og_request *r, const og_request_params *p, og_error *err) {
    og_scheduler *s = r->scheduler;
    const og_generate_params *g = &p->generate;
    const uint64_t most = g->max_tokens >= 0 && !p->shift ? (uint64_t)p->n + (uint64_t)g->max_tokens : s->n_ctx;
    r->params = *p;
    r->cap = (uint32_t)OG_MIN(most, (uint64_t)s->n_ctx);
    const uint64_t bytes = r->cap * sizeof *r->token + sizeof *r + s->model->lm->hp.n_vocab / 8 + OG_TOP_MAX * sizeof *r->top;
    OG_TRY(og_engine_reserve(s->model->engine, bytes, 0, "a request", err));
    r->reserved = bytes;
    OG_TRY(copy_strings(r, &r->params.generate.stops, g->n_stops, err));
    OG_TRY(copy_sampling(r, &r->params.generate.sampling, err));
    r->token = og_alloc(r->cap * sizeof *r->token);
    r->top = og_alloc(OG_TOP_MAX * sizeof *r->top);
    if (!r->token || !r->top) return out_of_memory(err);
    copy_prompt(r, p, s->n_ctx);
    return og_answer_open(&r->answer, s->model, &s->room, &r->params.generate, r->token[r->n_token - 1], &r->text, err);
}

static og_status enqueue(og_scheduler *s, og_request *r, og_error *err) {
    og_status status = OG_OK;
    pthread_mutex_lock(&s->lock);
    if (s->closing) {
        status = og_fail(err, OG_ERR_CANCELLED, "the scheduler is being closed");
    } else if (s->n_waiting >= s->max_waiting) {
        s->stats.refused++;
        status = og_fail(err, OG_ERR_BUSY, "%u requests are waiting already: try again later", s->n_waiting);
    } else {
        og_request **at = &s->first;
        while (*at) at = &(*at)->next;
        *at = r;
        r->number = s->n_submitted++;
        s->n_waiting++;
        pthread_cond_signal(&s->wake);
    }
    pthread_mutex_unlock(&s->lock);
    return status;
}

og_status og_scheduler_submit(og_scheduler *s, const og_request_params *params, og_request **out, og_error *err) {
    if (!s || !params) return og_fail(err, OG_ERR_ARG, "og_scheduler_submit needs a scheduler and a request");
    OG_TRY(check(s, params, err));
    og_request *r = og_calloc(1, sizeof *r);
    if (!r) return out_of_memory(err);
    atomic_init(&r->refs, out ? 2 : 1);
    atomic_init(&r->cancelled, 0);
    atomic_fetch_add(&s->refs, 1);
    r->scheduler = s;
    r->seat = -1;
    r->node = r->slot = -1;
    r->submitted = og_now();
    og_arena_init(&r->copies, 256);
    og_buf_init(&r->text);
    if (params->deadline > 0) r->deadline_at = r->submitted + params->deadline;
    if (out) *out = r; /* before the first callback */
    og_status status = fill(r, params, err);
    if (status == OG_OK) status = enqueue(s, r, err);
    if (status == OG_OK) return OG_OK;
    if (out) *out = NULL;
    request_free(r);
    return status;
}
