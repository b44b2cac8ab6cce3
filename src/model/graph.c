#include "model/blocks/blocks.h"

static void add_rope_tables(og_build *b, int n_pages) {
    for (int set = 0; set < OG_ROPE_SETS; set++) {
        const og_rope *rope = &b->lm->rope[set];
        if (!rope->freq) continue;
        const bool far = rope->far && (int64_t)n_pages * OG_KV_PAGE > rope->n_ctx;
        const float growth = b->lm->hp.query_growth;
        og_tensor *freq = og_g_weight(b->g, far ? rope->far : rope->freq);
        b->rope[set] = og_g_rope_table(b->g, b->pos, freq, rope->scale);
        if (set == 0 && growth != 0) b->rope_q = og_g_rope_table_growing(b->g, b->pos, freq, rope->scale, growth, (int32_t)rope->n_ctx);
    }
}

/* Token embeddings, with their factor, those of kinds and of positions, and the norm of embeddings, where a model has them. */
static og_tensor *embed(og_build *b) {
    og_graph *g = b->g;
    const og_hparams *hp = &b->lm->hp;
    og_tensor *x = og_g_rows(g, og_build_weight(b, -1, "token_embd.weight"), b->ids);
    og_tensor *places = og_build_weight(b, -1, "position_embd.weight"), *types = og_build_weight(b, -1, "token_types.weight");
    if (hp->scale_embd != 0) x = og_g_scale(g, x, hp->scale_embd);
    if (types) x = og_g_add(g, x, og_g_rows(g, types, b->types));
    if (places) x = og_g_add(g, x, og_g_rows(g, places, b->pos));
    return !b->lm->arch->output_norm && og_lm_weight(b->lm, -1, "token_embd_norm.weight") ? og_build_norm(b, -1, "token_embd_norm", x) : x;
}

static og_tensor *head(og_build *b, og_tensor *x) {
    const og_hparams *hp = &b->lm->hp;
    x = og_build_linear(b, -1, "output", x);
    if (hp->scale_logits != 0) x = og_g_scale(b->g, x, hp->scale_logits);
    return hp->cap_logits != 0 ? og_g_unary(b->g, OG_OP_cap, x, hp->cap_logits) : x;
}

/* Past its table a position has no embedding. */
uint32_t og_lm_n_ctx_max(const og_lm *lm) {
    const og_weight *places = og_lm_weight(lm, -1, "position_embd.weight");
    return places ? (uint32_t)places->dim[1] : UINT32_MAX;
}

og_tensor *og_build_trunk(og_build *b, int n_pages) {
    og_graph *g = b->g;
    const og_lm *lm = b->lm;
    const int n_tokens = b->n_tokens;
    b->ids = og_g_input(g, "ids", OG_IN_IDS, OG_I32, n_tokens, 1);
    b->pos = og_g_input(g, "pos", OG_IN_POS, OG_I32, n_tokens, 1);
    b->types = og_g_input(g, "types", OG_IN_TYPES, OG_I32, n_tokens, 1);
    b->place = og_g_input(g, "place", OG_IN_PLACE, OG_I32, n_tokens, 1);
    b->span = og_g_input(g, "span", OG_IN_SPAN, OG_I32, 2, n_tokens);
    b->pages = og_g_input(g, "pages", OG_IN_PAGES, OG_I32, n_pages, 1);
    b->state = og_g_input(g, "state", OG_IN_STATE, OG_I32, 2, n_tokens);
    if (b->n_out < n_tokens) b->out_rows = og_g_input(g, "out_rows", OG_IN_OUT_ROWS, OG_I32, b->n_out, 1);
    add_rope_tables(b, n_pages);

    og_tensor *x = embed(b);
    for (int layer = 0; layer < (int)lm->hp.n_layer; layer++) {
        const og_layer_recipe *recipe = &lm->arch->recipe[lm->layer[layer].kind];
        for (int i = 0; i < recipe->n_block; i++) x = recipe->block[i].build(b, &recipe->block[i], layer, x);
    }
    const bool post = lm->arch->encoder && !og_lm_weight(lm, -1, "output_norm.weight"); /* the last layer ends with its norm */
    const char *norm = lm->arch->output_norm;
    return post ? x : og_build_norm(b, -1, norm ? norm : "output_norm", x);
}

og_status og_lm_graph(const og_lm *lm, og_graph *g, int n_tokens, int n_out, int n_pages, og_error *err) {
    if (n_tokens < 1 || n_out < 1 || n_out > n_tokens || n_pages < 1)
        return og_fail(err, OG_ERR_INTERNAL, "a batch of %d tokens, %d outputs and %d pages cannot be", n_tokens, n_out, n_pages);
    og_build b = {.g = g, .lm = lm, .n_tokens = n_tokens, .n_out = n_out};
    og_tensor *x = og_build_trunk(&b, n_pages);
    if (!lm->arch->encoder) {
        x = head(&b, x);
        og_g_name(x, "logits");
    }
    og_g_output(g, x);
    return og_graph_check(g, err);
}

og_status og_lm_state_floats(const og_lm *lm, int64_t *floats, og_error *err) {
    og_graph g;
    og_graph_init(&g);
    og_status status = og_lm_graph(lm, &g, 1, 1, 1, err);
    for (uint32_t i = 0; i < lm->hp.n_layer; i++) floats[i] = 0;
    for (int i = 0; status == OG_OK && i < g.n; i++) {
        const og_tensor *t = g.node[i];
        if (t->op == OG_OP_state) floats[t->i[0]] = OG_MAX(floats[t->i[0]], t->i[1] + t->dim[0]);
    }
    og_graph_free(&g);
    return status;
}

og_status og_lm_activations(const og_lm *lm, int n_tokens, int n_out, int n_pages, uint64_t *bytes, og_error *err) {
    og_graph g;
    og_graph_init(&g);
    og_schedule plan;
    og_status status = og_lm_graph(lm, &g, n_tokens, n_out, n_pages, err);
    if (status == OG_OK) status = og_schedule_make(&g, &plan, err);
    if (status == OG_OK) *bytes = (uint64_t)plan.arena_bytes;
    og_graph_free(&g);
    return status;
}
