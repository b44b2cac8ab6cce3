/* batch.c: tokens in, logits out. */
#include "runtime/session.h"

#include <string.h>

og_status og_session_check(const og_session *s, const int32_t *ids, size_t n, og_error *err) {
    int32_t n_vocab = (int32_t)s->model->lm->hp.n_vocab;
    if (n == 0 || !ids) return og_fail(err, OG_ERR_ARG, "there are no tokens to evaluate");
    for (size_t i = 0; i < n; i++)
        if (ids[i] < 0 || ids[i] >= n_vocab)
            return og_fail(err, OG_ERR_ARG, "token %zu is %d, but the vocabulary has ids 0 to %d", i, ids[i], n_vocab - 1);
    if (n > s->n_ctx - s->n_past)
        return og_fail(err, OG_ERR_CONTEXT,
                       "%zu tokens do not fit: the context of %u tokens holds %u already; open the session with a larger one, or rewind", n,
                       s->n_ctx, s->n_past);
    return OG_OK;
}

void og_session_take_pages(og_session *s, uint32_t end) {
    uint32_t held = OG_DIV_UP(s->n_past, (uint32_t)OG_KV_PAGE), need = OG_DIV_UP(end, (uint32_t)OG_KV_PAGE);
    for (; held < need; held++) s->page[held] = og_pages_take(&s->pages);
}

static void drop_pages(og_session *s, uint32_t end) {
    uint32_t keep = OG_DIV_UP(s->n_past, (uint32_t)OG_KV_PAGE);
    for (uint32_t held = OG_DIV_UP(end, (uint32_t)OG_KV_PAGE); held-- > keep;) og_pages_drop(&s->pages, s->page[held]);
}

/* Evaluates tokens n_ready .. n_ready + n; their pages are taken. */
static og_status compute(og_session *s, og_plan *plan, const int32_t *ids, int n, og_error *err) {
    int to = og_snapshots_begin(&s->states);
    for (int t = 0; t < n; t++) {
        int32_t pos = (int32_t)s->n_ready + t;
        s->pos[t] = pos;
        s->place[t] = s->page[pos / OG_KV_PAGE] * OG_KV_PAGE + pos % OG_KV_PAGE;
        s->span[2 * t] = pos;
        s->span[2 * t + 1] = 0;
        s->state[2 * t] = s->states.now.slot;
        s->state[2 * t + 1] = to;
    }
    s->out_row = n - 1;
    const void *const input[OG_IN_COUNT] = {
        [OG_IN_IDS] = ids,       [OG_IN_POS] = s->pos,           [OG_IN_PLACE] = s->place, [OG_IN_SPAN] = s->span,
        [OG_IN_PAGES] = s->page, [OG_IN_OUT_ROWS] = &s->out_row, [OG_IN_STATE] = s->state,
    };
    og_run run = {.input = input,
                  .kv = s->kv,
                  .states = s->states.states,
                  .cancel = &s->cancel,
                  .observe = s->observe,
                  .observe_user = s->observe_user};
    og_status status = s->model->engine->be->plan_run(plan, &run, err);
    if (status != OG_OK) {
        og_snapshots_undo(&s->states, to);
        return status;
    }
    s->n_ready += (uint32_t)n;
    og_snapshots_done(&s->states, to, s->n_ready, n > 1 || s->n_ready % OG_KV_PAGE == 0);
    return OG_OK;
}

/* After a rewind: from the last state that was kept to the end of what is remembered. */
og_status og_session_catch_up(og_session *s, og_error *err) {
    while (s->n_ready < s->n_past) {
        int n = (int)OG_MIN(s->n_past - s->n_ready, s->n_chunk);
        og_plan *plan;
        OG_TRY(og_plans_get(&s->plans, n, 1, &plan, err));
        OG_TRY(compute(s, plan, s->token + s->n_ready, n, err));
    }
    return OG_OK;
}

og_status og_session_batch(og_session *s, const int32_t *ids, int n, int n_out, float *logits, og_error *err) {
    size_t n_vocab = s->model->lm->hp.n_vocab;
    og_plan *plan;
    OG_TRY(og_session_catch_up(s, err));
    OG_TRY(og_plans_get(&s->plans, n, n_out, &plan, err));
    uint32_t end = s->n_past + (uint32_t)n;
    og_session_take_pages(s, end);
    og_status status = compute(s, plan, ids, n, err);
    if (status != OG_OK) {
        drop_pages(s, end);
        return status;
    }
    const float *result = s->model->engine->be->plan_output(plan, 0);
    if (logits) memcpy(logits, result, (size_t)n_out * n_vocab * sizeof *logits);
    memcpy(s->logits, result + (size_t)(n_out - 1) * n_vocab, n_vocab * sizeof *logits);
    memcpy(s->token + s->n_past, ids, (size_t)n * sizeof *ids);
    s->n_past = s->logits_past = end;
    return OG_OK;
}

static og_status cancelled(size_t done, size_t n, og_error *err) {
    return og_fail(err, OG_ERR_CANCELLED, "cancelled after %zu of %zu tokens", done, n);
}

/* In chunks; `all` (if not NULL) receives every position's logits. */
static og_status evaluate(og_session *s, const int32_t *ids, size_t n, float *all, og_progress_fn *progress, void *user, og_error *err) {
    OG_TRY(og_session_check(s, ids, n, err));
    __atomic_store_n(&s->cancel, 0, __ATOMIC_RELAXED);
    size_t n_vocab = s->model->lm->hp.n_vocab, done = 0;
    og_status status = OG_OK;
    double start = og_now();
    og_snapshots_keep(&s->states); /* where a turn begins is where people go back to */
    while (done < n && status == OG_OK) {
        int t = (int)OG_MIN(n - done, (size_t)(all ? s->n_all : s->n_chunk));
        status = og_session_batch(s, ids + done, t, all ? t : 1, all ? all + done * n_vocab : NULL, err);
        if (status == OG_OK) done += (size_t)t;
        if (status == OG_ERR_CANCELLED || (status == OG_OK && progress && !progress(user, "prompt", done, n) && done < n))
            status = cancelled(done, n, err);
    }
    og_snapshots_keep(&s->states);
    s->stats.prefill_tokens += done;
    s->stats.prefill_seconds += og_now() - start;
    return status;
}

og_status og_session_eval(og_session *s, const int32_t *ids, size_t n, og_progress_fn *progress, void *user, og_error *err) {
    if (!s) return og_fail(err, OG_ERR_ARG, "og_session_eval needs a session");
    return evaluate(s, ids, n, NULL, progress, user, err);
}

og_status og_session_eval_all(og_session *s, const int32_t *ids, size_t n, float *logits, og_error *err) {
    if (!s || !logits) return og_fail(err, OG_ERR_ARG, "og_session_eval_all needs a session and a place for the logits");
    return evaluate(s, ids, n, logits, NULL, NULL, err);
}
