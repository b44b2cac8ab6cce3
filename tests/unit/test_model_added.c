/* An architecture of this file's own, with a hyperparameter, a dimension, tensors and a block that no other has: added, written, bound and
 * run, with nothing changed elsewhere. */
#include "model/llm/usual.h"
#include "tiny_session.h"

enum { WIDTH }; /* own hyperparameters */

OG_DIM(width, "hourglass.width", hp->own[WIDTH].u);

static const og_hparam hparams[] = {
    OG_REQUIRED_U32(n_ctx_train, "context_length"), OG_REQUIRED_U32(n_embd, "embedding_length"),
    OG_REQUIRED_U32(n_layer, "block_count"),        OG_RMS_EPSILON,
    OG_REQUIRED_U32(own[WIDTH], "hourglass.width"),
};

static const og_tensor_row tensors[] = {
    OG_TRUNK_TENSORS,
    OG_MATRIX("blk.%d.narrow.weight", embd, width, 0, .kinds = 1),
    OG_MATRIX("blk.%d.widen.weight", width, embd, 0, .kinds = 1),
    OG_VECTOR("blk.%d.shift", embd, 0, .kinds = 2),
};

/* x + W_widen sigmoid(W_narrow x) */
static og_tensor *hourglass(og_build *b, const og_block *block, int layer, og_tensor *x) {
    (void)block;
    og_tensor *h = og_g_unary(b->g, OG_OP_sigmoid, og_build_linear(b, layer, "narrow", x), 0);
    return og_g_add(b->g, og_build_linear(b, layer, "widen", h), x);
}

static og_tensor *shift(og_build *b, const og_block *block, int layer, og_tensor *x) {
    (void)block;
    return og_g_add(b->g, og_build_wanted(b, layer, x), og_build_weight(b, layer, "shift"));
}

static const og_block first[] = {{.build = hourglass}}, last[] = {{.build = shift}};

static void layer_of(const og_hparams *hp, int i, og_layer *layer) {
    layer->kind = i == (int)hp->n_layer - 1;
}

static const og_arch arch = {
    .name = "hourglass",
    OG_TABLES,
    .recipe = {OG_RECIPE(first), OG_RECIPE(last)},
    .layer = layer_of,
    .tiny = {.n_vocab = 40, .n_ctx_train = 64, .n_layer = 3, .n_embd = 32, .norm_eps = 1e-5f, .rope_base = 10000.0f, .own = {{.u = 8}}},
};

/* A tensor of the file as doubles. */
static double *tensor(const og_file *file, const char *name) {
    og_tensor_info info;
    og_type type;
    if (!og_file_find_tensor(file, name, &info, &type)) fail_msg("%s is not there", name);
    const size_t n = (size_t)(info.dim[0] * info.dim[1]);
    float *x = malloc(n * sizeof *x);
    double *out = malloc(n * sizeof *out);
    assert_int_equal(og_source_read(og_file_source(file, info.part), info.offset, x, n * sizeof *x, NULL), OG_OK);
    for (size_t i = 0; i < n; i++) out[i] = (double)x[i];
    free(x);
    return out;
}

static void multiply(const double *w, int columns, int rows, const double *x, double *out) {
    for (int r = 0; r < rows; r++) {
        out[r] = 0;
        for (int c = 0; c < columns; c++) out[r] += w[r * columns + c] * x[c];
    }
}

static void define(const og_file *file, int32_t id, double *logits) {
    enum { E = 32, W = 8, V = 40 };
    double *embd = tensor(file, "token_embd.weight"), *norm = tensor(file, "output_norm.weight"), *output = tensor(file, "output.weight");
    double *moved = tensor(file, "blk.2.shift"), x[E], h[W], y[E], sum = 0;
    memcpy(x, embd + id * E, sizeof x);
    for (int layer = 0; layer < 2; layer++) {
        char name[64];
        snprintf(name, sizeof name, "blk.%d.narrow.weight", layer);
        double *narrow = tensor(file, name);
        snprintf(name, sizeof name, "blk.%d.widen.weight", layer);
        double *widen = tensor(file, name);
        multiply(narrow, E, W, x, h);
        for (int i = 0; i < W; i++) h[i] = 1 / (1 + exp(-h[i]));
        multiply(widen, W, E, h, y);
        for (int i = 0; i < E; i++) x[i] += y[i];
        free(narrow);
        free(widen);
    }
    for (int i = 0; i < E; i++) x[i] += moved[i];
    for (int i = 0; i < E; i++) sum += x[i] * x[i];
    for (int i = 0; i < E; i++) x[i] = x[i] / sqrt(sum / E + 1e-5) * norm[i];
    multiply(output, E, V, x, logits);
    free(embd);
    free(norm);
    free(output);
    free(moved);
}

static void an_added_architecture_runs(void **state) {
    (void)state;
    int rows = 0;
    while (og_arch_at(rows)) rows++;
    assert_true(og_arch_add(&arch));
    assert_ptr_equal(og_arch_at(rows), &arch);
    assert_ptr_equal(og_arch_named("hourglass", 9), &arch);
    tiny t = tiny_open(&arch, OG_F32, 2, 0, 4);
    int32_t *ids = tiny_tokens(&t, 11);
    tiny_eval(t.session, ids, 11);
    double expect[40];
    define(og_model_file(t.model), ids[10], expect);
    for (int v = 0; v < 40; v++) assert_true(fabs((double)og_session_logits(t.session)[v] - expect[v]) < 1e-5);
    og_model_info info;
    og_model_describe(t.model, &info);
    assert_string_equal(info.arch, "hourglass");
    assert_int_equal(info.kv_bytes_token, 0);
    free(ids);
    tiny_close(&t);
}

static void there_is_room_for_some(void **state) {
    (void)state;
    static og_arch more[64];
    int n = 0;
    for (; n < 64; n++) {
        more[n] = arch;
        if (!og_arch_add(&more[n])) break;
    }
    assert_in_range(n, 4, 63);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_added_architecture_runs),
        cmocka_unit_test(there_is_room_for_some),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
