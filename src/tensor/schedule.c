/* schedule.c: what is computed when and where.
 *
 * Lowering: products share one packing of their activations, and additions of a bias or a residual move into the product before them.
 * Order: a node's step is one past the latest of what it needs, so nodes of a step are independent.
 * Place: first fit over the intervals [step, last_use] in one arena. */
#include "tensor/tensor.h"

#include <stdlib.h>
#include <string.h>

int64_t og_acts_bytes(og_act act, int64_t k, int64_t n) {
    if (act == OG_ACT_f32) return OG_ALIGN_UP(k * n * 4, 64);
    const int64_t scales = act == OG_ACT_q8 ? k / 32 : OG_DIV_UP(k, 256);
    return OG_ALIGN_UP(k * n, 64) + OG_ALIGN_UP(scales * n * 4, 64) + OG_ALIGN_UP(k / 16 * n * 4, 64) + OG_ALIGN_UP(k / 32 * n * 4, 64);
}

typedef struct lowering {
    og_graph *g;
    og_tensor **now; /* by id: what a node has become */
    int *users;      /* by id */
    int n;           /* nodes before lowering */
} lowering;

static bool leaf(const og_tensor *t) {
    return t->op == OG_OP_weight || t->op == OG_OP_input || t->op == OG_OP_cache || t->op == OG_OP_state;
}

/* The storage a view looks at. */
static og_tensor *root(og_tensor *t) {
    while (t->op == OG_OP_reshape) t = t->src[0];
    return t;
}

static og_act act_of(const og_tensor *w) {
    const og_quant *q = og_quant_of(w->type);
    return q->is_block ? q->act : OG_ACT_f32;
}

static og_tensor *append(og_graph *g, og_tensor *t) {
    if (g->n == g->cap) {
        og_tensor **grown = og_realloc(g->node, (size_t)g->cap * 2 * sizeof *grown);
        if (!grown) return NULL;
        g->node = grown;
        g->cap *= 2;
    }
    t->id = g->n;
    g->node[g->n++] = t;
    return t;
}

/* add(product, other) -> the product (or the sum of experts) with a bias or residual, if nobody else wants the bare product. */
static og_tensor *fuse_add(lowering *l, og_tensor *add) {
    for (int side = 0; side < 2; side++) {
        og_tensor *p = add->src[side], *other = add->src[1 - side];
        if ((p->op != OG_OP_matmul && p->op != OG_OP_sum_experts) || l->users[p->id] != 1 || p->src[3]) continue;
        const bool bias = other->op == OG_OP_weight; /* of one token it has the shape of a residual */
        if (bias && side == 0 && !p->src[2] && p->op == OG_OP_matmul)
            p->src[2] = other;
        else if (!bias && !memcmp(p->dim, other->dim, sizeof p->dim))
            p->src[3] = other;
        else
            continue;
        return p;
    }
    return add;
}

/* The node of this kind that the planner has made before, or a new one. x may be seen through a view. */
static og_tensor *made(lowering *l, const og_tensor *like) {
    for (int i = l->n; i < l->g->n; i++) {
        og_tensor *t = l->g->node[i];
        if (t->op == like->op && root(t->src[0]) == root(like->src[0]) && t->src[1] == like->src[1] && t->dim[0] == like->dim[0] &&
            t->i[0] == like->i[0] && t->i[1] == like->i[1])
            return t;
    }
    og_tensor *t = og_arena_alloc(&l->g->arena, sizeof *t);
    if (!t) return NULL;
    *t = *like;
    t->step = t->last_use = -1;
    t->offset = -1;
    return append(l->g, t);
}

/* x as rows of dim[0], in tiles of `width` of them. */
static og_tensor *packed(lowering *l, og_tensor *x, og_act act, int64_t width) {
    const int64_t n = x->dim[1] * x->dim[2];
    return made(
        l, &(og_tensor){
               .op = OG_OP_pack_acts, .type = OG_F32, .dim = {x->dim[0], n, 1, 1}, .src = {x}, .i = {(int)act, (int32_t)OG_MIN(n, width)}});
}

/* Tokens are packed once; where there are several, slots are put together by expert. */
static bool lower_experts(lowering *l, og_tensor *t) {
    og_tensor *route = t->src[2], *acts = packed(l, t->src[1], act_of(t->src[0]), 1);
    t->src[1] = acts;
    if (!acts || route->dim[1] == 1) return acts != NULL;
    const int64_t slots = route->dim[0] * route->dim[1], numbers = 2 * og_group_experts(route) + 2 + slots;
    t->src[2] = made(l, &(og_tensor){.op = OG_OP_group, .type = OG_I32, .dim = {numbers, 1, 1, 1}, .src = {route}});
    if (!t->src[2]) return false;
    t->src[1] = made(l, &(og_tensor){.op = OG_OP_group_acts,
                                     .type = OG_F32,
                                     .dim = {acts->dim[0], slots, 1, 1},
                                     .src = {acts, t->src[2]},
                                     .i = {acts->i[0], OG_ACT_TILE}});
    return t->src[1] != NULL;
}

static og_status lower(lowering *l, og_error *err) {
    og_graph *g = l->g;
    for (int i = 0; i < l->n; i++)
        for (int s = 0; s < OG_MAX_SRC; s++)
            if (g->node[i]->src[s]) l->users[g->node[i]->src[s]->id]++;
    for (int i = 0; i < g->n_out; i++) l->users[g->out[i]->id]++;
    for (int i = 0; i < l->n; i++) {
        og_tensor *t = g->node[i];
        for (int s = 0; s < OG_MAX_SRC; s++)
            if (t->src[s]) t->src[s] = l->now[t->src[s]->id];
        l->now[i] = t->op == OG_OP_add ? fuse_add(l, t) : t;
        if (l->now[i] != t) l->users[l->now[i]->id] = l->users[i];
    }
    for (int i = 0; i < g->n_out; i++) g->out[i] = l->now[g->out[i]->id];
    for (int i = 0; i < l->n; i++) {
        og_tensor *t = g->node[i];
        if (l->now[i] != t) continue;
        bool ok = true;
        if (t->op == OG_OP_matmul) ok = (t->src[1] = packed(l, t->src[1], act_of(t->src[0]), OG_ACT_TILE)) != NULL;
        if (t->op == OG_OP_matmul_experts) ok = lower_experts(l, t);
        if (!ok) return og_fail(err, OG_ERR_MEMORY, "graph: out of memory while scheduling");
    }
    return OG_OK;
}

/* Sets step of everything that `t` needs, depth first; -2 marks a visit in progress, which cannot happen in a graph built forward. */
static int level(og_tensor *t) {
    if (leaf(t)) return -1;
    if (t->step >= 0) return t->step;
    int latest = -1;
    for (int s = 0; s < OG_MAX_SRC; s++) {
        if (!t->src[s]) continue;
        const int l = level(t->src[s]);
        latest = OG_MAX(latest, l);
    }
    if (t->op == OG_OP_reshape) return latest;
    t->step = latest + 1;
    return t->step;
}

static int64_t bytes_of(const og_tensor *t) {
    if (t->op == OG_OP_kv_store) return 0;
    if (t->op == OG_OP_pack_acts) return OG_DIV_UP(t->dim[1], t->i[1]) * og_acts_bytes((og_act)t->i[0], t->dim[0], t->i[1]);
    if (t->op == OG_OP_group_acts) return t->dim[1] * og_acts_bytes((og_act)t->i[0], t->dim[0], 1);
    return OG_ALIGN_UP(t->dim[0] * t->dim[1] * t->dim[2] * 4, 64);
}

static int by_step(const void *a, const void *b) {
    const og_tensor *x = *(og_tensor *const *)a, *y = *(og_tensor *const *)b;
    return x->step != y->step ? (x->step > y->step) - (x->step < y->step) : (x->id > y->id) - (x->id < y->id);
}

/* Lowest offset at which t overlaps nothing that is alive at the same time. `placed` is kept in order of offset. */
static void place(og_tensor **placed, int *n_placed, og_tensor *t) {
    int64_t at = 0;
    int where = 0;
    for (int i = 0; i < *n_placed; i++) {
        const og_tensor *p = placed[i];
        if (p->last_use < t->step || t->last_use < p->step) continue;
        if (p->offset - at >= t->bytes) break;
        at = OG_MAX(at, p->offset + p->bytes);
    }
    t->offset = at;
    while (where < *n_placed && placed[where]->offset <= at) where++;
    memmove(placed + where + 1, placed + where, (size_t)(*n_placed - where) * sizeof *placed);
    placed[where] = t;
    (*n_placed)++;
}

static og_status arrange(og_graph *g, og_schedule *out, og_error *err) {
    out->order = og_arena_alloc(&g->arena, (size_t)g->n * sizeof *out->order);
    out->step = og_arena_alloc(&g->arena, (size_t)g->n * sizeof *out->step);
    og_tensor **placed = og_arena_alloc(&g->arena, ((size_t)g->n + 1) * sizeof *placed);
    if (!out->order || !out->step || !placed) return og_fail(err, OG_ERR_MEMORY, "graph: out of memory while scheduling");
    for (int i = 0; i < g->n; i++) {
        og_tensor *t = g->node[i];
        if (t->step < 0 || leaf(t)) continue;
        out->order[out->n_order++] = t;
        t->bytes = bytes_of(t);
        t->last_use = OG_MAX(t->last_use, t->step);
        for (int s = 0; s < OG_MAX_SRC; s++) {
            if (!t->src[s]) continue;
            og_tensor *r = root(t->src[s]);
            r->last_use = OG_MAX(r->last_use, t->step);
        }
    }
    qsort(out->order, (size_t)out->n_order, sizeof *out->order, by_step);
    for (int i = 0; i < out->n_order; i++) {
        if (i == 0 || out->order[i]->step != out->order[i - 1]->step) out->step[out->n_steps++] = (og_step){i, 0};
        out->step[out->n_steps - 1].count++;
    }
    for (int i = 0; i < g->n_out; i++) root(g->out[i])->last_use = out->n_steps;
    int n_placed = 0;
    for (int i = 0; i < out->n_order; i++) {
        place(placed, &n_placed, out->order[i]);
        out->arena_bytes = OG_MAX(out->arena_bytes, out->order[i]->offset + out->order[i]->bytes);
    }
    return OG_OK;
}

og_status og_schedule_make(og_graph *g, og_schedule *out, og_error *err) {
    memset(out, 0, sizeof *out);
    OG_TRY(og_graph_check(g, err));
    lowering l = {.g = g, .n = g->n};
    l.now = og_arena_alloc(&g->arena, (size_t)g->n * sizeof *l.now + sizeof *l.now);
    l.users = og_arena_alloc(&g->arena, (size_t)g->n * sizeof *l.users + sizeof *l.users);
    if (!l.now || !l.users) return og_fail(err, OG_ERR_MEMORY, "graph: out of memory while scheduling");
    for (int i = 0; i < g->n; i++) l.now[i] = g->node[i];
    OG_TRY(lower(&l, err));
    for (int i = 0; i < g->n_out; i++) level(g->out[i]);
    for (int i = 0; i < g->n; i++)
        if (g->node[i]->op == OG_OP_kv_store) level(g->node[i]);
    return arrange(g, out, err);
}
