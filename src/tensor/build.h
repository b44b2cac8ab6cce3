/* build.h: what the files that build nodes share. */
#ifndef OG_TENSOR_BUILD_H
#define OG_TENSOR_BUILD_H

#include "tensor/tensor.h"

#include <string.h>

static inline bool failed(const og_graph *g) {
    return g->error.status != OG_OK;
}

/* A new node, or `harmless` after a mistake or without memory. */
static inline og_tensor *node(og_graph *g, og_op op, og_type type, int64_t d0, int64_t d1, int64_t d2) {
    if (failed(g)) return &g->harmless;
    if (d0 <= 0 || d1 <= 0 || d2 <= 0) {
        og_fail(&g->error, OG_ERR_INTERNAL, "graph: %s of empty shape [%lld, %lld, %lld]", og_op_name(op), (long long)d0, (long long)d1,
                (long long)d2);
        return &g->harmless;
    }
    if (g->n == g->cap) {
        const int cap = g->cap ? g->cap * 2 : 256;
        og_tensor **grown = og_realloc(g->node, (size_t)cap * sizeof *grown);
        if (!grown) {
            og_fail(&g->error, OG_ERR_MEMORY, "graph: out of memory for %d nodes", cap);
            return &g->harmless;
        }
        g->node = grown;
        g->cap = cap;
    }
    og_tensor *t = og_arena_alloc(&g->arena, sizeof *t);
    if (!t) {
        og_fail(&g->error, OG_ERR_MEMORY, "graph: out of memory for node %d", g->n);
        return &g->harmless;
    }
    *t = (og_tensor){.op = op, .type = type, .dim = {d0, d1, d2, 1}, .id = g->n, .step = -1, .last_use = -1, .offset = -1};
    g->node[g->n++] = t;
    return t;
}

static inline bool same_shape(const og_tensor *a, const og_tensor *b) {
    return !memcmp(a->dim, b->dim, sizeof a->dim);
}

/* Notes the first mistake: op, the rule, and both shapes. Returns true if `ok` is false. */
static inline bool refuse(og_graph *g, bool ok, og_op op, const char *rule, const og_tensor *a, const og_tensor *b) {
    if (failed(g)) return true;
    if (ok) return false;
    og_fail(&g->error, OG_ERR_INTERNAL, "graph: %s: %s; got %s [%lld, %lld, %lld] and %s [%lld, %lld, %lld]", og_op_name(op), rule,
            a->name ? a->name : og_op_name(a->op), (long long)a->dim[0], (long long)a->dim[1], (long long)a->dim[2],
            b->name ? b->name : og_op_name(b->op), (long long)b->dim[0], (long long)b->dim[1], (long long)b->dim[2]);
    return true;
}

#endif
