#include "runtime/plans.h"

void og_plans_init(og_plans *plans, const og_lm *lm, og_backend *be, int n_pages, int n_places) {
    *plans = (og_plans){.lm = lm, .be = be, .n_pages = n_pages, .n_places = n_places};
}

static void entry_close(og_plans *plans, og_plan_entry *e) {
    if (!e->n_tokens) return;
    if (e->plan) plans->be->plan_close(e->plan);
    og_graph_free(&e->graph);
    *e = (og_plan_entry){0};
}

void og_plans_close(og_plans *plans) {
    for (int i = 0; i < plans->n_places; i++) entry_close(plans, &plans->entry[i]);
}

uint64_t og_plans_bytes(const og_plans *plans) {
    uint64_t bytes = 0;
    for (int i = 0; i < plans->n_places; i++) bytes += plans->entry[i].bytes;
    return bytes;
}

static bool is_single(const og_plan_entry *e) {
    return e->n_tokens == 1;
}

/* An empty place; what was used longest ago leaves if there is none. */
static og_plan_entry *make_place(og_plans *plans) {
    og_plan_entry *oldest = NULL;
    for (int i = 0; i < plans->n_places; i++) {
        og_plan_entry *e = &plans->entry[i];
        if (!e->n_tokens) return e;
        if (!is_single(e) && (!oldest || e->last_used < oldest->last_used)) oldest = e;
    }
    entry_close(plans, oldest);
    return oldest;
}

/* Closes the oldest plans of chunks until they and `bytes` more keep the limit; `keep` stays. */
static void make_room(og_plans *plans, uint64_t bytes, const og_plan_entry *keep) {
    for (;;) {
        uint64_t held = 0;
        og_plan_entry *oldest = NULL;
        for (int i = 0; i < plans->n_places; i++) {
            og_plan_entry *e = &plans->entry[i];
            if (!e->n_tokens || is_single(e)) continue;
            held += e->bytes;
            if (e != keep && (!oldest || e->last_used < oldest->last_used)) oldest = e;
        }
        if (!oldest || held + bytes <= plans->limit) return;
        entry_close(plans, oldest);
    }
}

og_status og_plans_get(og_plans *plans, int n_tokens, int n_out, og_plan **out, og_error *err) {
    plans->clock++;
    for (int i = 0; i < plans->n_places; i++) {
        og_plan_entry *e = &plans->entry[i];
        if (e->n_tokens != n_tokens || e->n_out != n_out) continue;
        e->last_used = plans->clock;
        *out = e->plan;
        return OG_OK;
    }
    uint64_t bytes = 0;
    OG_TRY(og_lm_activations(plans->lm, n_tokens, n_out, plans->n_pages, &bytes, err));
    if (n_tokens > 1) make_room(plans, bytes, NULL);
    og_plan_entry *e = make_place(plans);
    e->n_tokens = n_tokens;
    e->n_out = n_out;
    og_graph_init(&e->graph);
    og_status status = og_lm_graph(plans->lm, &e->graph, n_tokens, n_out, plans->n_pages, err);
    if (status == OG_OK) status = plans->be->plan_open(plans->be, &e->graph, &e->plan, err);
    if (status != OG_OK) {
        e->plan = NULL;
        entry_close(plans, e);
        return status;
    }
    e->arena_bytes = bytes;
    e->bytes = plans->be->plan_bytes(e->plan);
    e->last_used = plans->clock;
    if (n_tokens > 1) make_room(plans, 0, e); /* scratch is known only now */
    *out = e->plan;
    return OG_OK;
}
