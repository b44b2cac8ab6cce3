/* embed.c: graphs of whole texts, one row for each: the trunk, then pooling and, if the rows are scores, the ranking head. */
#include "model/blocks/blocks.h"

bool og_lm_generates(const og_lm *lm) {
    return !lm->arch->encoder && lm->hp.causal;
}

bool og_lm_ranks(const og_lm *lm) {
    return og_lm_weight(lm, -1, "cls.output.weight") != NULL;
}

int og_lm_embed_layers(const og_lm *lm) {
    return lm->arch->encoder ? 1 : (int)lm->hp.n_layer;
}

/* Layers take turns with the first of the cache: what a layer stores there depends on the attention of the one before it, so nothing is
 * overwritten before it was read. */
static void share_cache(og_graph *g) {
    for (int i = 0; i < g->n; i++)
        if (g->node[i]->op == OG_OP_cache) g->node[i]->i[0] = 0;
}

static og_tensor *rank(og_build *b, og_tensor *x) {
    if (og_build_weight(b, -1, "cls.weight")) {
        x = og_build_linear(b, -1, "cls", x);
        x = og_g_unary(b->g, b->lm->arch->head_act ? b->lm->arch->head_act : OG_OP_tanh, x, 0);
        if (og_build_weight(b, -1, "cls.norm.weight")) x = og_build_norm(b, -1, "cls.norm", x);
    }
    return og_build_linear(b, -1, "cls.output", x);
}

og_status og_lm_embed_graph(const og_lm *lm, og_graph *g, const og_embed_shape *s, og_error *err) {
    if (s->n_tokens < 1 || s->n_seq < 1 || s->n_seq > s->n_tokens || s->n_pages < 1)
        return og_fail(err, OG_ERR_INTERNAL, "a batch of %d tokens, %d texts and %d pages cannot be", s->n_tokens, s->n_seq, s->n_pages);
    const bool mean = s->pooling == OG_POOLING_MEAN;
    og_build b = {.g = g, .lm = lm, .n_tokens = s->n_tokens, .n_out = mean ? s->n_tokens : s->n_seq};
    og_tensor *x = og_build_trunk(&b, s->n_pages);
    if (mean) x = og_g_mean_rows(g, x, og_g_input(g, "ranges", OG_IN_RANGES, OG_I32, 2, s->n_seq));
    if (s->rank) x = rank(&b, x);
    og_g_name(x, s->rank ? "scores" : "embeddings");
    og_g_output(g, x);
    if (lm->arch->encoder) share_cache(g);
    return og_graph_check(g, err);
}

og_status og_lm_embed_activations(const og_lm *lm, const og_embed_shape *shape, uint64_t *bytes, og_error *err) {
    og_graph g;
    og_graph_init(&g);
    og_schedule plan;
    og_status status = og_lm_embed_graph(lm, &g, shape, err);
    if (status == OG_OK) status = og_schedule_make(&g, &plan, err);
    if (status == OG_OK) *bytes = (uint64_t)plan.arena_bytes;
    og_graph_free(&g);
    return status;
}
