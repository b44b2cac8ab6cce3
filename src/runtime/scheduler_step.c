/* scheduler_step.c: what is evaluated next, and its evaluation. */
#include "runtime/guess.h"

#include <string.h>

/* While answers are running, prompts get so much of a step that it takes about this long. */
static const double pause_seconds = 0.25;
enum { TILE = 8, LEAST_PROMPT = 32 };

static uint32_t pending(const og_request *r) {
    return r->n_token - r->n_past;
}

static bool answering(const og_request *r) {
    return r->begun && pending(r) <= TILE;
}

/* ---- who is there ---- */

/* Takes those out of the queue whose wait is over without success; they are linked by `next`. */
static og_request *take_hopeless(og_scheduler *s) {
    og_request *gone = NULL, **end = &gone;
    const double now = og_now();
    pthread_mutex_lock(&s->lock);
    for (og_request **at = &s->first; *at;) {
        og_request *r = *at;
        const bool late = r->deadline_at > 0 && now >= r->deadline_at;
        if (!late && !s->closing && !atomic_load(&r->cancelled)) {
            at = &r->next;
            continue;
        }
        *at = r->next;
        r->next = NULL;
        *end = r;
        end = &r->next;
        s->n_waiting--;
    }
    pthread_mutex_unlock(&s->lock);
    return gone;
}

static void stop_at(og_request *r, double now, bool closing) {
    if (closing || atomic_load(&r->cancelled)) og_answer_stop(&r->answer, OG_STOP_CANCELLED);
    if (r->deadline_at > 0 && now >= r->deadline_at) og_answer_stop(&r->answer, OG_STOP_DEADLINE);
}

static void drop_hopeless(og_scheduler *s, bool closing) {
    const double now = og_now();
    for (og_request *r = take_hopeless(s), *next; r; r = next) {
        next = r->next;
        stop_at(r, now, closing);
        og_request_done(r, OG_OK, NULL);
    }
    for (uint32_t i = 0; i < s->n_running;) {
        og_request *r = s->running[i];
        stop_at(r, now, closing);
        if (r->answer.stopped)
            og_request_end(s, r, OG_OK, NULL);
        else
            i++;
    }
}

static void admit(og_scheduler *s) {
    while (s->n_running < s->max_running) {
        pthread_mutex_lock(&s->lock);
        og_request *r = s->first;
        if (r && og_request_fits(s, r)) {
            s->first = r->next;
            s->n_waiting--;
        } else {
            r = NULL;
        }
        pthread_mutex_unlock(&s->lock);
        if (!r) return;
        r->next = NULL;
        r->seat = s->seat[--s->n_seat];
        r->page = s->list + (size_t)r->seat * (size_t)s->list_pages;
        s->running[s->n_running++] = r; /* it is younger than all that run: only the youngest go back to the queue */
        og_request_attach(s, r);
        if (r->admitted) continue;
        r->admitted = true;
        r->started = og_now();
        r->result.n_cached = r->n_past;
    }
}

/* ---- how much of each ---- */

/* An older request is about to compute this one's next page. */
static bool waits_for_other(const og_scheduler *s, uint32_t i) {
    const og_request *r = s->running[i];
    const uint32_t at = r->n_shared * OG_KV_PAGE;
    if (s->states || at + OG_KV_PAGE >= r->n_token || (r->params.echo && r->params.n_top >= 0)) return false;
    for (uint32_t j = 0; j < i; j++) {
        const og_request *q = s->running[j];
        if (q->take > 0 && q->node == r->node && q->n_shared == r->n_shared && q->n_past >= r->n_past && at + OG_KV_PAGE <= q->n_token &&
            memcmp(q->token + at, r->token + at, OG_KV_PAGE * sizeof *r->token) == 0)
            return true;
    }
    return false;
}

/* As much of the pending tokens as there is room for; states are kept where the prompt's last full page ends. */
static uint32_t portion(const og_scheduler *s, const og_request *r, uint32_t room) {
    uint32_t n = OG_MIN(pending(r) - r->take, room);
    const uint32_t at = r->n_past + r->take, boundary = (r->n_token - 1) / OG_KV_PAGE * OG_KV_PAGE;
    if (s->states && at < boundary && at + n > boundary) n = boundary - at;
    if (s->states && r->take > 0 && at == boundary) n = 0;
    return n;
}

/* The oldest prompt gets half at least; the rest goes to those with least left to do, so that a short one need not wait for a long one. */
static void share_out(og_scheduler *s, uint32_t room, uint32_t rows) {
    og_request *oldest = NULL;
    for (uint32_t i = 0; i < s->n_running && !oldest; i++)
        if (s->running[i]->take == 0) oldest = s->running[i];
    if (!oldest || room == 0) return;
    oldest->take = portion(s, oldest, OG_MAX(room / 2, 1u));
    uint32_t left = room - oldest->take;
    while (left > 0) {
        og_request *least = NULL;
        for (uint32_t i = 0; i < s->n_running; i++) {
            og_request *r = s->running[i];
            if (r->take == 0 && (!least || pending(r) < pending(least)) && !waits_for_other(s, i)) least = r;
        }
        if (!least) break;
        least->take = portion(s, least, left);
        left -= least->take;
    }
    const uint32_t more = portion(s, oldest, left);
    oldest->take += more;
    /* A prompt whose tokens all give logits must not ask for too many rows. */
    for (uint32_t i = 0; i < s->n_running; i++) {
        og_request *r = s->running[i];
        if (!r->params.echo || r->params.n_top < 0 || r->begun || r->take == 0) continue;
        r->take = OG_MIN(r->take, rows + 1);
        rows -= r->take - 1;
    }
}

static uint32_t prompt_room(const og_scheduler *s, uint32_t used) {
    const uint32_t room = s->n_batch - used;
    if (used == 0 || s->token_seconds <= 0) return room;
    const double fit = OG_MIN(pause_seconds / s->token_seconds, (double)s->n_batch);
    const uint32_t most = OG_MAX((uint32_t)fit / TILE * TILE, (uint32_t)LEAST_PROMPT);
    return OG_MIN(room, most > used ? most - used : (uint32_t)TILE);
}

/* How many tokens more this request could make use of. */
static uint32_t guesses_wanted(const og_scheduler *s, og_request *r, uint32_t room) {
    const int32_t max_tokens = r->params.generate.max_tokens;
    if (!r->params.speculate || !answering(r) || r->take != 1 || pending(r) != 1) return 0;
    if (r->guess_pause > 0) return r->guess_pause--, 0;
    if (r->guess_len == 0) r->guess_len = s->n_draft;
    uint32_t n = OG_MIN(OG_MIN(r->guess_len, room), r->cap - r->n_token);
    if (max_tokens >= 0) n = OG_MIN(n, (uint32_t)max_tokens - r->answer.n_tokens - 1);
    return n;
}

/* The running texts first; where they say nothing, the second model. Returns how many tokens that makes. */
static og_status guess(og_scheduler *s, uint32_t room, uint32_t *used, og_error *err) {
    bool ask = false;
    for (uint32_t i = 0; i < s->n_running; i++) {
        og_request *r = s->running[i];
        const uint32_t n = r->guess_wanted = guesses_wanted(s, r, room);
        if (n > 0) r->n_guess = og_guess_lookup(r->token, r->n_token, r->guess, n);
        ask |= n > 0 && r->n_guess == 0;
        room -= n;
    }
    if (ask && s->guesser) OG_TRY(og_guesser_run(s->guesser, s, err));
    *used = 0;
    for (uint32_t i = 0; i < s->n_running; i++) *used += s->running[i]->n_guess;
    return OG_OK;
}

static og_status choose(og_scheduler *s, og_error *err) {
    uint32_t used = 0, guessed = 0;
    for (uint32_t i = 0; i < s->n_running; i++) {
        og_request *r = s->running[i];
        r->take = r->n_guess = 0;
        og_request_adopt(s, r);
        if (answering(r) && used + pending(r) <= s->n_batch) used += r->take = pending(r);
    }
    const uint32_t busy = OG_MAX(s->n_running, used);
    if (busy < s->max_rows) OG_TRY(guess(s, s->max_rows - busy, &guessed, err));
    share_out(s, prompt_room(s, used + guessed), s->max_rows - s->n_running - guessed);
    for (uint32_t i = 0; i < s->n_running;) { /* the oldest first; the youngest may have to leave for them */
        og_request *r = s->running[i];
        if (r->take > 0 && !og_request_take_pages(s, r, r->n_past + r->take)) continue;
        if (r->n_guess > 0 && !og_request_try_pages(s, r, r->n_past + r->take + r->n_guess))
            r->n_guess = r->n_page * OG_KV_PAGE - r->n_past - r->take;
        i++;
    }
    return OG_OK;
}

/* ---- the batch ---- */

static void add_token(og_scheduler *s, int32_t id, int32_t pos, const int32_t *page, int32_t from, int32_t to) {
    const int t = s->n_tokens++;
    s->ids[t] = id;
    s->pos[t] = pos;
    s->place[t] = page[pos / OG_KV_PAGE] * OG_KV_PAGE + pos % OG_KV_PAGE;
    s->span[2 * t] = pos;
    s->span[2 * t + 1] = (int32_t)(page - s->list);
    s->state[2 * t] = from;
    s->state[2 * t + 1] = to;
}

static void add_request(og_scheduler *s, og_request *r) {
    const bool every = r->params.echo && r->params.n_top >= 0 && !r->begun;
    const int32_t from = r->n_past > 0 ? r->slot : -1;
    r->to = s->states ? og_request_next_slot(s, r, r->n_guess > 0) : -1;
    if (s->states && r->to < 0) {
        r->n_guess = 0;
        r->to = og_request_next_slot(s, r, false);
    }
    r->first = s->n_tokens;
    r->row = s->n_rows;
    for (uint32_t i = 0; i < r->take; i++) {
        const uint32_t pos = r->n_past + i;
        if (every || pos + 1 == r->n_token) s->out_row[s->n_rows++] = s->n_tokens;
        add_token(s, r->token[pos], (int32_t)pos, r->page, from, r->to);
    }
    for (uint32_t i = 0; i < r->n_guess; i++) {
        s->out_row[s->n_rows++] = s->n_tokens;
        add_token(s, r->guess[i], (int32_t)(r->n_token + i), r->page, from, r->to);
    }
    r->n_row = s->n_rows - r->row;
}

int og_batch_tokens(int n) {
    return n <= TILE ? n : OG_ALIGN_UP(n, TILE);
}

int og_batch_rows(int rows, int n_tokens) {
    int n = 1;
    while (n < rows) n *= 2;
    return n >= n_tokens || 2 * rows > n_tokens ? n_tokens : n;
}

/* Few shapes, so that there is a plan for nearly every step: tokens in tiles, rows in powers of two or all. What is added is computed
 * apart from all that counts and thrown away. */
static int fill_up(og_scheduler *s) {
    int32_t *list = s->list + (size_t)s->max_running * (size_t)s->list_pages;
    const int n = og_batch_tokens(s->n_tokens), rows = og_batch_rows(s->n_rows, n);
    list[0] = s->spare_page;
    while (s->n_tokens < n) add_token(s, 0, 0, list, -1, s->spare_slot);
    for (int i = s->n_rows; i < rows; i++) s->out_row[i] = 0;
    return rows;
}

static og_status compute(og_scheduler *s, const float **logits, bool *all, og_error *err) {
    og_backend *be = s->model->engine->be;
    og_plan *plan;
    const int used = s->n_tokens, n_out = fill_up(s);
    OG_TRY(og_plans_get(&s->plans, s->n_tokens, n_out, &plan, err));
    const void *const input[OG_IN_COUNT] = {
        [OG_IN_IDS] = s->ids,    [OG_IN_POS] = s->pos,          [OG_IN_PLACE] = s->place, [OG_IN_SPAN] = s->span,
        [OG_IN_PAGES] = s->list, [OG_IN_OUT_ROWS] = s->out_row, [OG_IN_STATE] = s->state,
    };
    const og_run run = {.input = input, .kv = s->kv, .states = s->states, .cancel = &s->interrupt};
    const double start = og_now();
    OG_TRY(be->plan_run(plan, &run, err));
    const double seconds = og_now() - start;
    if (used >= LEAST_PROMPT) {
        const double each = seconds / used;
        s->token_seconds = s->token_seconds > 0 ? 0.75 * s->token_seconds + 0.25 * each : each;
    }
    s->now.steps++;
    s->now.busy_seconds += seconds;
    *logits = be->plan_output(plan, 0);
    *all = n_out == s->n_tokens;
    return OG_OK;
}

/* ---- afterwards ---- */

/* The caches stand for what was computed. */
static void advance(og_scheduler *s, og_request *r) {
    if (r->begun) {
        s->now.reply_tokens += r->take;
    } else {
        s->now.prompt_tokens += r->take;
    }
    if (s->states && r->n_guess > 0) return; /* the state stands for the guesses, too: they are checked first */
    r->n_past += r->take;
    if (r->to >= 0 && r->to != r->slot) {
        if (r->slot >= 0) og_pages_drop(&s->slots, r->slot);
        r->slot = r->to;
    }
    og_request_publish(s, r);
}

static void make_use(og_scheduler *s, const float *logits, bool all) {
    for (uint32_t i = 0; i < s->n_running; i++)
        if (s->running[i]->take > 0) advance(s, s->running[i]);
    for (uint32_t i = 0; i < s->n_running;) {
        og_request *r = s->running[i];
        og_error err = {0};
        og_status status = OG_OK;
        const int n_row = r->take > 0 ? r->n_row : 0;
        for (int j = r->row; j < r->row + n_row && all; j++) s->at[j] = s->out_row[j];
        for (int j = r->row; j < r->row + n_row && !all; j++) s->at[j] = j;
        if (n_row > 0) status = og_request_reply(s, r, logits, s->at + r->row, &err);
        if (status != OG_OK || r->answer.stopped)
            og_request_end(s, r, status, &err);
        else
            i++;
    }
}

og_status og_scheduler_step(og_scheduler *s, og_error *err) {
    const float *logits;
    bool all, closing;
    pthread_mutex_lock(&s->lock);
    closing = s->closing;
    pthread_mutex_unlock(&s->lock);
    drop_hopeless(s, closing);
    if (closing) return OG_OK;
    admit(s);
    if (s->n_running == 0) return OG_OK;
    OG_TRY(choose(s, err));
    s->n_tokens = s->n_rows = 0;
    for (uint32_t i = 0; i < s->n_running; i++)
        if (s->running[i]->take > 0) add_request(s, s->running[i]);
    OG_TRY(compute(s, &logits, &all, err));
    make_use(s, logits, all);
    og_scheduler_keep(s, false);
    return OG_OK;
}
