/* plan.c: a schedule with its work cut into chunks, ready to be replayed. */
#include "backend/cpu/cpu_backend.h"

#include <string.h>

static const og_tensor *storage(const og_tensor *t) {
    while (t->op == OG_OP_reshape) t = t->src[0];
    return t;
}

const void *og_cpu_data(const og_plan *plan, const og_tensor *t) {
    t = storage(t);
    if (t->op == OG_OP_input) return plan->run->input[t->i[0]];
    if (t->op == OG_OP_weight) return ((const og_cpu_weight *)t->weight->handle)->vector;
    return plan->arena + t->offset;
}

float *og_cpu_out(const og_plan *plan, const og_tensor *t) {
    return (float *)(void *)(plan->arena + t->offset);
}

og_tiles og_cpu_tiles(const og_plan *plan, const og_tensor *acts) {
    const og_act act = (og_act)acts->i[0];
    return (og_tiles){.at = plan->arena + acts->offset,
                      .step = og_acts_bytes(act, acts->dim[0], acts->i[1]),
                      .k = acts->dim[0],
                      .tokens = acts->dim[1],
                      .width = acts->i[1],
                      .act = act};
}

og_tile og_cpu_tile(const og_tiles *tiles, int64_t i) {
    const int64_t k = tiles->k, n = OG_MIN(tiles->width, tiles->tokens - i * tiles->width);
    uint8_t *at = tiles->at + i * tiles->step;
    og_tile tile = {.n = (int)n};
    if (tiles->act == OG_ACT_f32) {
        tile.x = (float *)(void *)at;
        return tile;
    }
    const int64_t scales = tiles->act == OG_ACT_q8 ? k / 32 : OG_DIV_UP(k, OG_GROUP);
    tile.q = (int8_t *)at;
    at += OG_ALIGN_UP(k * n, 64);
    tile.d = (float *)(void *)at;
    at += OG_ALIGN_UP(scales * n * 4, 64);
    tile.sum16 = (int32_t *)(void *)at;
    at += OG_ALIGN_UP(k / 16 * n * 4, 64);
    tile.sum32 = (int32_t *)(void *)at;
    return tile;
}

void og_cpu_plan_close(og_plan *plan) {
    if (!plan) return;
    og_pages_free(plan->arena, plan->arena_bytes);
    og_pages_free(plan->scratch, plan->scratch_bytes);
    og_release(plan->exec);
    og_release(plan->chunks);
    og_release(plan);
}

uint64_t og_cpu_plan_bytes(const og_plan *plan) {
    return plan->arena_bytes + plan->scratch_bytes;
}

static og_status prepare(og_plan *plan, og_error *err) {
    const og_schedule *s = &plan->schedule;
    size_t scratch = 0;
    for (int i = 0; i < s->n_order; i++) {
        size_t want = 0;
        plan->exec[i].t = s->order[i];
        OG_TRY(og_cpu_prepare(plan->cpu, &plan->exec[i], &want, err));
        scratch = OG_MAX(scratch, want);
    }
    for (int i = 0; i < s->n_steps; i++)
        for (int j = 0; j < s->step[i].count; j++) plan->chunks[i] += plan->exec[s->step[i].first + j].chunks;
    plan->arena_bytes = OG_MAX((size_t)s->arena_bytes, (size_t)64);
    plan->scratch_each = OG_ALIGN_UP(scratch + 64, 4096);
    plan->scratch_bytes = plan->scratch_each * (size_t)og_pool_threads(plan->cpu->pool);
    plan->arena = og_pages_alloc(plan->arena_bytes);
    plan->scratch = og_pages_alloc(plan->scratch_bytes);
    if (!plan->arena || !plan->scratch)
        return og_fail(err, OG_ERR_MEMORY, "cannot allocate %.1f MiB for intermediate results",
                       (double)og_cpu_plan_bytes(plan) / 1048576.0);
    return OG_OK;
}

og_status og_cpu_plan_open(og_backend *be, og_graph *g, og_plan **out, og_error *err) {
    og_plan *plan = og_calloc(1, sizeof *plan);
    if (!plan) return og_fail(err, OG_ERR_MEMORY, "out of memory for a plan");
    plan->cpu = (og_cpu *)be;
    plan->graph = g;
    og_status st = og_schedule_make(g, &plan->schedule, err);
    if (st == OG_OK) {
        plan->exec = og_calloc((size_t)plan->schedule.n_order + 1, sizeof *plan->exec);
        plan->chunks = og_calloc((size_t)plan->schedule.n_steps + 1, sizeof *plan->chunks);
        st = plan->exec && plan->chunks ? prepare(plan, err) : og_fail(err, OG_ERR_MEMORY, "out of memory for a plan");
    }
    if (st != OG_OK) {
        og_cpu_plan_close(plan);
        return st;
    }
    *out = plan;
    return OG_OK;
}

static void run_chunk(void *ctx, int step, int chunk, int thread) {
    const og_plan *plan = ctx;
    const og_step *s = &plan->schedule.step[step];
    const og_exec *e = &plan->exec[s->first];
    while (chunk >= e->chunks) chunk -= (e++)->chunks;
    e->run(plan, e, chunk, thread);
}

static void show_experts(const og_plan *plan, const og_tensor *t) {
    const og_tensor *x = t->src[4], *route = t->src[5];
    const int64_t slots = route->dim[0] * route->dim[1];
    const og_observed seen = {t->src[0]->weight,        og_cpu_data(plan, x),           x->dim[0], slots,
                              og_cpu_data(plan, route), slots / (x->dim[1] * x->dim[2])};
    plan->run->observe(plan->run->observe_user, &seen);
}

/* Shows the inputs of the products whose activations step s packs: later their memory may be another tensor's. Products of experts hold
 * theirs until they run, because before that it is not known who gets what. */
static void show_inputs(const og_plan *plan, int s) {
    const og_schedule *sched = &plan->schedule;
    for (int i = sched->step[s].first; i < sched->step[s].first + sched->step[s].count; i++) {
        const og_tensor *acts = sched->order[i];
        if (acts->op == OG_OP_matmul_experts) show_experts(plan, acts);
        if (acts->op != OG_OP_pack_acts) continue;
        const float *x = og_cpu_data(plan, acts->src[0]);
        for (int j = i + 1; j < sched->n_order; j++) {
            const og_tensor *t = sched->order[j];
            if (t->op == OG_OP_matmul && t->src[1] == acts)
                plan->run->observe(plan->run->observe_user, &(og_observed){t->src[0]->weight, x, acts->dim[0], acts->dim[1], NULL, 1});
        }
    }
}

typedef struct one_step {
    og_plan *plan;
    int step;
} one_step;

static void run_chunk_of_step(void *ctx, int step, int chunk, int thread) {
    const one_step *one = ctx;
    run_chunk(one->plan, one->step + step, chunk, thread);
}

static bool run_observed(og_plan *plan) {
    for (int s = 0; s < plan->schedule.n_steps; s++) {
        show_inputs(plan, s);
        one_step one = {plan, s};
        if (!og_pool_run(plan->cpu->pool, 1, &plan->chunks[s], run_chunk_of_step, &one, plan->run->cancel)) return false;
    }
    return true;
}

og_status og_cpu_plan_run(og_plan *plan, const og_run *run, og_error *err) {
    plan->run = run;
    const bool done = run->observe ? run_observed(plan)
                                   : og_pool_run(plan->cpu->pool, plan->schedule.n_steps, plan->chunks, run_chunk, plan, run->cancel);
    plan->run = NULL;
    return done ? OG_OK : og_fail(err, OG_ERR_CANCELLED, "cancelled");
}

const float *og_cpu_plan_output(const og_plan *plan, int i) {
    return (const float *)(const void *)(plan->arena + storage(plan->graph->out[i])->offset);
}
