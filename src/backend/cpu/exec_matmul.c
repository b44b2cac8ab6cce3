/* exec_matmul.c: dense products, cut into chunks, and the packing of activations. */
#include "backend/cpu/product.h"

static og_product product_of(const og_plan *plan, const og_tensor *t) {
    const og_cpu_weight *w = t->src[0]->weight->handle;
    return (og_product){
        .cpu = plan->cpu,
        .type = t->src[0]->type,
        .k = t->src[0]->dim[0],
        .rows = t->dim[0],
        .n_panels = w->n_panels,
        .panels = w->panels,
        .panel_bytes = w->panel_bytes,
        .tiles = og_cpu_tiles(plan, t->src[1]),
        .out = og_cpu_out(plan, t),
        .bias = t->src[2] ? og_cpu_data(plan, t->src[2]) : NULL,
        .residual = t->src[3] ? og_cpu_data(plan, t->src[3]) : NULL,
    };
}

static void run_gemv(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_product p = product_of(plan, e->t);
    const int64_t first = chunk * e->per;
    og_product_gemv(&p, first, OG_MIN(e->per, p.n_panels - first), og_cpu_scratch(plan, thread));
}

static void run_few(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_product p = product_of(plan, e->t);
    const int64_t first = chunk * e->per;
    og_product_few(&p, first, OG_MIN(e->per, p.n_panels - first), og_cpu_scratch(plan, thread));
}

static void run_fgemm(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_product p = product_of(plan, e->t);
    const int64_t first = chunk * e->per;
    og_product_floats(&p, first, OG_MIN(first + e->per, OG_DIV_UP(p.n_panels, 2)), og_cpu_scratch(plan, thread));
}

static void run_gemm(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    const og_product p = product_of(plan, e->t);
    const int64_t t0 = chunk % e->parts * OG_PRODUCT_TOKENS, first = chunk / e->parts * e->per;
    og_product_blocks(&p, first, OG_MIN(first + e->per, p.n_panels), t0, OG_MIN(t0 + OG_PRODUCT_TOKENS, e->t->dim[1]),
                      og_cpu_scratch(plan, thread));
}

void og_cpu_prepare_matmul(const og_cpu *cpu, og_exec *e, size_t *scratch) {
    const og_tensor *t = e->t, *w = t->src[0];
    const int64_t panels = OG_DIV_UP(w->dim[1], OG_PANEL), pairs = OG_DIV_UP(panels, 2);
    const size_t panel_bytes = og_pack_panel_bytes(w->type, w->dim[0]);
    const int threads = og_pool_threads(cpu->pool);
    e->parts = 1;
    *scratch = og_product_scratch();
    if (og_quant_of(w->type)->is_float) {
        e->run = run_fgemm;
        e->per =
            OG_MAX((int64_t)1, t->dim[1] == 1 ? (int64_t)(OG_PRODUCT_CHUNK / OG_MAX(panel_bytes * 2, (size_t)1)) : pairs / (threads * 16));
        e->chunks = (int)OG_DIV_UP(pairs, e->per);
        return;
    }
    const bool one = t->dim[1] == 1 && og_kernels_gemv(&cpu->kernels, w->type);
    if (one || (t->dim[1] <= OG_PRODUCT_FEW && og_kernels_few(&cpu->kernels, w->type))) {
        e->run = one ? run_gemv : run_few;
        e->per = OG_MAX((int64_t)1, (int64_t)(OG_PRODUCT_CHUNK / panel_bytes));
        e->per = OG_MIN(e->per, OG_MAX((int64_t)1, panels / (threads * 4)));
        e->chunks = (int)OG_DIV_UP(panels, e->per);
        *scratch = one ? og_product_gemv_scratch(e->per) : og_product_few_scratch(e->per);
        return;
    }
    e->run = run_gemm;
    e->parts = OG_DIV_UP(t->dim[1], OG_PRODUCT_TOKENS);
    /* Whole blocks of rows, unless that leaves threads without work. */
    const int64_t fair = OG_DIV_UP(panels * e->parts, threads * 4);
    e->per = OG_MIN((int64_t)OG_PRODUCT_ROWS / OG_PANEL, OG_ALIGN_UP(fair, 2 * OG_PRODUCT_PAIRS));
    e->chunks = (int)(OG_DIV_UP(panels, e->per) * e->parts);
}

/* ---- packing of activations ---- */

enum { ACTS_COLUMNS = 2048 }; /* of one token: a chunk when there are few tokens */

/* Columns [k0, k0 + width) of tile i. */
static void pack_tile(const og_plan *plan, const og_tensor *t, const og_tiles *tiles, int64_t i, int64_t k0, int64_t width) {
    const og_act act = (og_act)t->i[0];
    const float *x = (const float *)og_cpu_data(plan, t->src[0]) + i * tiles->width * tiles->k + k0;
    og_tile tile = og_cpu_tile(tiles, i);
    if (act == OG_ACT_f32) {
        tile.x += k0 * tile.n;
        plan->cpu->kernels.acts_f32(x, (size_t)tiles->k, (int)width, &tile);
        return;
    }
    tile.q += k0 * tile.n;
    tile.d += k0 / (act == OG_ACT_q8 ? 32 : OG_GROUP) * tile.n;
    tile.sum16 += k0 / 16 * tile.n;
    tile.sum32 += k0 / 32 * tile.n;
    (act == OG_ACT_q8 ? plan->cpu->kernels.acts_q8 : plan->cpu->kernels.acts_q8k)(x, (size_t)tiles->k, (int)width, &tile);
}

/* OG_TILE tokens, or some columns of one tile when there are fewer. */
static void run_acts(const og_plan *plan, const og_exec *e, int chunk, int thread) {
    (void)thread;
    const og_tiles tiles = og_cpu_tiles(plan, e->t);
    const int64_t k0 = chunk % e->parts * e->per, width = OG_MIN(e->per, tiles.k - k0);
    const int64_t each = tiles.tokens < OG_TILE ? 1 : OG_TILE / tiles.width, first = chunk / e->parts * each;
    const int64_t end = OG_MIN(first + each, OG_DIV_UP(tiles.tokens, tiles.width));
    for (int64_t i = first; i < end; i++) pack_tile(plan, e->t, &tiles, i, k0, width);
}

void og_cpu_prepare_acts(const og_cpu *cpu, og_exec *e) {
    (void)cpu;
    const int64_t k = e->t->dim[0], tokens = e->t->dim[1];
    e->run = run_acts;
    e->per = tokens < OG_TILE ? ACTS_COLUMNS : OG_ALIGN_UP(k, OG_GROUP);
    e->parts = OG_DIV_UP(k, e->per);
    e->chunks = (int)(OG_DIV_UP(tokens, tokens < OG_TILE ? (int64_t)e->t->i[1] : OG_TILE) * e->parts);
}
