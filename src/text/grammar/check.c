/* check.c: grammars without meaning. Works over lists of rules until nothing changes, never by recursion: a grammar may be deep. */
#include "text/grammar/grammar_build.h"

#include <string.h>

typedef struct checker {
    const og_grammar *g;
    bool *flag;                         /* of each rule: nullable, or productive */
    uint8_t *colour;                    /* of each rule: 0 new, 1 on the path, 2 done */
    uint32_t *pending, *stamp, n_stamp; /* nodes to look at; when each was seen */
    uint32_t *path;                     /* rules */
} checker;

/* Whether the end of a rule is reached from its beginning over nodes that `bytes` lets pass and rules that have their flag. */
static bool reaches_end(checker *c, uint32_t rule, bool bytes) {
    const og_grammar *g = c->g;
    uint32_t n = 0;
    c->n_stamp++;
    c->pending[n++] = g->rule[rule].entry;
    while (n > 0) {
        const uint32_t at = c->pending[--n];
        if (c->stamp[at] == c->n_stamp) continue;
        c->stamp[at] = c->n_stamp;
        const og_gnode *node = &g->node[at];
        switch ((og_gkind)node->kind) {
        case OG_G_END:
            return true;
        case OG_G_BYTES:
            if (bytes && node->lo <= node->hi) c->pending[n++] = node->a;
            break;
        case OG_G_TEST:
            c->pending[n++] = node->a;
            break;
        case OG_G_CALL:
        case OG_G_SCOPE:
            if (c->flag[node->a]) c->pending[n++] = node->b;
            break;
        case OG_G_SPLIT:
            c->pending[n++] = node->a;
            c->pending[n++] = node->b;
            break;
        }
    }
    return false;
}

static void settle(checker *c, bool bytes) {
    memset(c->flag, 0, c->g->n_rules * sizeof *c->flag);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < c->g->n_rules; i++)
            if (!c->flag[i] && reaches_end(c, i, bytes)) changed = c->flag[i] = true;
    }
}

/* A rule that rule `from` may begin with and that is not done; UINT32_MAX: none. */
static uint32_t begins_with(checker *c, uint32_t from) {
    const og_grammar *g = c->g;
    uint32_t n = 0;
    c->n_stamp++;
    c->pending[n++] = g->rule[from].entry;
    while (n > 0) {
        const uint32_t at = c->pending[--n];
        if (c->stamp[at] == c->n_stamp) continue;
        c->stamp[at] = c->n_stamp;
        const og_gnode *node = &g->node[at];
        if (node->kind == OG_G_CALL || node->kind == OG_G_SCOPE) {
            if (c->colour[node->a] != 2) return node->a;
            if (c->flag[node->a]) c->pending[n++] = node->b;
        } else if (node->kind == OG_G_SPLIT) {
            c->pending[n++] = node->a;
            c->pending[n++] = node->b;
        } else if (node->kind == OG_G_TEST) {
            c->pending[n++] = node->a;
        }
    }
    return UINT32_MAX;
}

/* Depth first over what rules begin with; `flag` says which are nullable. */
static og_status find_left_recursion(checker *c, og_error *err) {
    const og_grammar *g = c->g;
    for (uint32_t start = 0; start < g->n_rules; start++) {
        uint32_t depth = 0;
        if (c->colour[start]) continue;
        c->path[depth++] = start;
        c->colour[start] = 1;
        while (depth > 0) {
            const uint32_t next = begins_with(c, c->path[depth - 1]);
            if (next == UINT32_MAX) {
                c->colour[c->path[--depth]] = 2;
                continue;
            }
            if (c->colour[next] == 1)
                return og_fail(err, OG_ERR_FORMAT,
                               "the rule \"%s\" begins with itself (left recursion), so it has no beginning: let it end with itself",
                               g->rule[next].name);
            c->colour[next] = 1;
            c->path[depth++] = next;
        }
    }
    return OG_OK;
}

static og_status check(checker *c, og_error *err) {
    settle(c, true);
    for (uint32_t i = 0; i < c->g->n_rules; i++)
        if (!c->flag[i]) return og_fail(err, OG_ERR_FORMAT, "the rule \"%s\" never ends: no text matches it", c->g->rule[i].name);
    settle(c, false);
    return find_left_recursion(c, err);
}

og_status og_grammar_validate(const og_grammar *g, og_error *err) {
    /* a node is put on the list at most once for each edge to it */
    checker c = {.g = g,
                 .flag = og_calloc(g->n_rules, sizeof *c.flag),
                 .colour = og_calloc(g->n_rules, sizeof *c.colour),
                 .path = og_calloc(g->n_rules, sizeof *c.path),
                 .pending = og_calloc((size_t)g->n_nodes * 2 + 1, sizeof *c.pending),
                 .stamp = og_calloc(g->n_nodes, sizeof *c.stamp)};
    const og_status status =
        c.flag && c.colour && c.path && c.pending && c.stamp ? check(&c, err) : og_fail(err, OG_ERR_MEMORY, "out of memory for a grammar");
    og_release(c.flag);
    og_release(c.colour);
    og_release(c.path);
    og_release(c.pending);
    og_release(c.stamp);
    return status;
}
