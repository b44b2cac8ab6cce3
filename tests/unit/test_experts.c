/* Mixtures of experts: products against dense products of the same matrices, bit for bit; routing against its definition in double. */
#include "backend/backend.h"
#include "base/cpu.h"
#include "tensor/tensor.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { K = 288, N = 43, E = 7, U = 3, T_MAX = 20, SLOTS = U * T_MAX };

static uint32_t state = 1;

static float draw(void) { /* [-1, 1) */
    state = state * 1664525u + 1013904223u;
    return (float)(state >> 8) / 8388608.0f - 1;
}

/* E matrices of N rows of k columns, as one weight of three dimensions and as E of two. */
typedef struct experts {
    int64_t k;
    uint8_t *data;
    og_source *src;
    og_weight all, one[E];
} experts;

static void experts_open(experts *x, og_type type, int64_t k) {
    float *row = malloc((size_t)k * sizeof *row);
    uint64_t bytes = 0;
    assert_true(og_quant_row_bytes(type, (uint64_t)k, &bytes));
    x->k = k;
    x->data = malloc(bytes * N * E);
    for (int r = 0; r < N * E; r++) {
        for (int64_t i = 0; i < k; i++) row[i] = draw();
        og_quant_encode(type, row, x->data + (uint64_t)r * bytes, (size_t)k, NULL);
    }
    free(row);
    assert_int_equal(og_source_memory(x->data, (size_t)(bytes * N * E), "experts", &x->src, NULL), OG_OK);
    x->all = (og_weight){.name = "all", .type = type, .dim = {k, N, E, 1}, .use = OG_USE_MATMUL, .src = x->src, .bytes = bytes * N * E};
    for (int e = 0; e < E; e++) {
        x->one[e] = x->all;
        x->one[e].dim[2] = 1;
        x->one[e].offset = bytes * N * (uint64_t)e;
        x->one[e].bytes = bytes * N;
    }
}

static void experts_close(experts *x) {
    og_source_close(x->src);
    free(x->data);
}

/* A backend with its pool. */
typedef struct machine {
    og_pool *pool;
    og_backend *be;
} machine;

static machine machine_open(int threads, const char *level) {
    machine m;
    uint32_t flags = 0;
    assert_int_equal(og_cpu_select(level, &flags, NULL), OG_OK);
    assert_int_equal(og_pool_open(threads, &m.pool, NULL), OG_OK);
    assert_int_equal(og_cpu_backend_open(m.pool, flags, &m.be, NULL), OG_OK);
    return m;
}

static void machine_close(machine *m) {
    m->be->close(m->be);
    og_pool_close(m->pool);
}

/* Runs the graph, whose outputs are copied one after another to out. */
static void run(const machine *m, og_graph *g, const void *const *inputs, const og_run *more, float *out) {
    og_plan *plan;
    og_error err = {0};
    if (m->be->plan_open(m->be, g, &plan, &err) != OG_OK) fail_msg("%s", err.text);
    og_run r = more ? *more : (og_run){0};
    r.input = inputs;
    for (int again = 0; again < 2; again++) { /* a plan is replayed */
        if (m->be->plan_run(plan, &r, &err) != OG_OK) fail_msg("%s", err.text);
        r.observe = NULL;
    }
    for (int i = 0; i < g->n_out; i++) {
        const og_tensor *t = g->out[i];
        const size_t n = (size_t)(t->dim[0] * t->dim[1] * t->dim[2]);
        memcpy(out, m->be->plan_output(plan, i), n * sizeof(float));
        out += n;
    }
    m->be->plan_close(plan);
    og_graph_free(g);
}

/* ---- products ---- */

static const og_router plain = {.n_used = U, .score = OG_SCORE_CHOSEN, .scale = 1};

/* Output 0: products [N, U, tokens]; output 1: the route. */
static void sparse(const machine *m, experts *x, og_weight *bias, bool own, const float *logits, const float *in, int tokens,
                   float *products) {
    og_weight *list[] = {&x->all, bias};
    assert_int_equal(m->be->weights_load(m->be, list, 2, NULL, NULL, NULL), OG_OK);
    og_graph g;
    og_graph_init(&g);
    og_tensor *route = og_g_route(&g, og_g_input(&g, "logits", 0, OG_F32, E, tokens), NULL, &plain);
    og_tensor *t = og_g_input(&g, "x", 1, OG_F32, x->k, own ? U * tokens : tokens);
    if (own) t = og_g_reshape(&g, t, x->k, U, tokens);
    og_g_output(&g, og_g_matmul_experts(&g, og_g_weight(&g, &x->all), t, route, og_g_weight(&g, bias)));
    og_g_output(&g, route);
    run(m, &g, (const void *const[]){logits, in}, NULL, products);
    m->be->weights_free(m->be, list, 2);
}

/* Every expert's product with each row of x, one at a time: what the scalar definition says. */
static void dense(experts *x, const float *in, int rows, float *products) {
    machine m = machine_open(1, "scalar");
    for (int e = 0; e < E; e++) {
        og_weight *list[] = {&x->one[e]};
        assert_int_equal(m.be->weights_load(m.be, list, 1, NULL, NULL, NULL), OG_OK);
        og_graph g;
        og_graph_init(&g);
        og_g_output(&g, og_g_matmul(&g, og_g_weight(&g, list[0]), og_g_input(&g, "x", 0, OG_F32, x->k, rows)));
        run(&m, &g, (const void *const[]){in}, NULL, products + (size_t)e * (size_t)rows * N);
        m.be->weights_free(m.be, list, 1);
    }
    machine_close(&m);
}

static void check_products(experts *x, int tokens, bool own) {
    static float logits[E * T_MAX], bias_values[N * E];
    static float got[(N + 2) * SLOTS];
    const int rows = own ? U * tokens : tokens;
    const int64_t k = x->k;
    const size_t slots = (size_t)(U * tokens);
    float *in = malloc((size_t)rows * (size_t)k * sizeof *in), *want = malloc((size_t)E * (size_t)rows * N * sizeof *want);
    for (int i = 0; i < E * tokens; i++) logits[i] = draw() + (i % E == 2 ? 0.7f : 0); /* one expert is met by most tokens */
    for (int i = 0; i < E * tokens; i += E) logits[i + 5] = -9;                        /* and one by none */
    for (int i = 0; i < N * E; i++) bias_values[i] = draw();
    for (size_t i = 0; i < (size_t)rows * (size_t)k; i++) in[i] = draw();
    og_weight bias = {.name = "bias", .type = OG_F32, .dim = {N, E, 1, 1}, .use = OG_USE_VECTOR, .values = bias_values};
    dense(x, in, rows, want);
    for (int variant = 0; variant < 3; variant++) {
        machine m = machine_open(variant == 1 ? 3 : 1, variant == 2 ? "scalar" : NULL);
        sparse(&m, x, &bias, own, logits, in, tokens, got);
        const int32_t *ids = (const int32_t *)(const void *)(got + (size_t)N * slots);
        for (size_t s = 0; s < slots; s++)
            for (int r = 0; r < N; r++) {
                const size_t row = own ? s : s / U;
                const float y = want[((size_t)ids[s] * (size_t)rows + row) * N + (size_t)r] + bias_values[ids[s] * N + r];
                assert_memory_equal(&y, &got[s * N + (size_t)r], sizeof y);
            }
        machine_close(&m);
    }
    free(in);
    free(want);
}

static void products_are_those_of_dense_matrices(void **unused) {
    (void)unused;
    static const og_type types[] = {OG_F32, OG_F16, OG_Q8_0, OG_Q4_0, OG_MXFP4, OG_Q4_K, OG_Q6_K};
    static const int tokens[] = {1, 2, 5, T_MAX};
    for (size_t i = 0; i < OG_LEN(types); i++) {
        experts x;
        experts_open(&x, types[i], og_quant_of(types[i])->block == 256 ? 512 : K);
        for (size_t t = 0; t < OG_LEN(tokens); t++) check_products(&x, tokens[t], (i + t) % 2);
        experts_close(&x);
    }
}

/* Every token to every matrix: slot u of token t is its row u times matrix u. */
static void all_matrices_may_be_met(void **unused) {
    (void)unused;
    static float in[K * E * 5], want[E * E * 5 * N], got[N * E * 5];
    for (size_t i = 0; i < OG_LEN(in); i++) in[i] = draw();
    experts x;
    experts_open(&x, OG_Q8_0, K);
    dense(&x, in, E * 5, want);
    for (int tokens = 1; tokens <= 5; tokens += 4) {
        machine m = machine_open(2, NULL);
        og_weight *list[] = {&x.all};
        assert_int_equal(m.be->weights_load(m.be, list, 1, NULL, NULL, NULL), OG_OK);
        og_graph g;
        og_graph_init(&g);
        og_tensor *t = og_g_reshape(&g, og_g_input(&g, "x", 0, OG_F32, K, E * tokens), K, E, tokens);
        og_g_output(&g, og_g_matmul_experts(&g, og_g_weight(&g, &x.all), t, og_g_route_each(&g, E, tokens), NULL));
        run(&m, &g, (const void *const[]){in}, NULL, got);
        for (int s = 0; s < E * tokens; s++) assert_memory_equal(got + s * N, want + ((s % E) * E * 5 + s) * N, N * sizeof *got);
        m.be->weights_free(m.be, list, 1);
        machine_close(&m);
    }
    experts_close(&x);
}

/* ---- routing and sums ---- */

/* The definition, by sorting. */
static void reference_route(const float *logits, const float *bias, const og_router *r, int n, int32_t *ids, double *weights) {
    double score[64], choice[64], max = -1e30, sum = 0;
    bool taken[64] = {0};
    for (int i = 0; i < n; i++) max = OG_MAX(max, (double)logits[i]);
    for (int i = 0; i < n; i++) sum += exp((double)logits[i] - max);
    for (int i = 0; i < n; i++) {
        score[i] = (double)logits[i];
        if (r->score == OG_SCORE_SOFTMAX) score[i] = exp((double)logits[i] - max) / sum;
        if (r->score == OG_SCORE_SIGMOID) score[i] = 1 / (1 + exp(-(double)logits[i]));
        choice[i] = score[i] + (bias ? (double)bias[i] : 0);
    }
    if (r->n_groups > 1) {
        double best[64];
        const int each = n / r->n_groups;
        for (int g = 0; g < r->n_groups; g++) {
            best[g] = -1e30;
            for (int i = 0; i < each; i++)
                for (int j = 0; j < i; j++) best[g] = OG_MAX(best[g], choice[g * each + i] + choice[g * each + j]);
        }
        for (int g = 0; g < r->n_groups; g++) {
            int better = 0;
            for (int o = 0; o < r->n_groups; o++) better += best[o] > best[g];
            for (int i = 0; better >= r->n_groups_used && i < each; i++) taken[g * each + i] = true;
        }
    }
    double total = 0;
    for (int u = 0; u < r->n_used; u++) {
        int at = -1;
        for (int i = 0; i < n; i++)
            if (!taken[i] && (at < 0 || choice[i] > choice[at])) at = i;
        taken[at] = true;
        ids[u] = at;
        weights[u] = r->score == OG_SCORE_CHOSEN ? exp(score[at] - max) : score[at];
        total += weights[u];
    }
    for (int u = 0; u < r->n_used; u++) {
        if (r->normalise || r->score == OG_SCORE_CHOSEN) weights[u] /= total;
        weights[u] *= (double)r->scale;
    }
}

static void routes_are_as_defined(void **unused) {
    (void)unused;
    enum { N_EXPERTS = 24, TOKENS = 19 };
    static const og_router routers[] = {
        {.n_used = 4, .score = OG_SCORE_SOFTMAX, .scale = 1},
        {.n_used = 4, .score = OG_SCORE_SOFTMAX, .normalise = true, .scale = 1},
        {.n_used = 6, .score = OG_SCORE_SIGMOID, .normalise = true, .scale = 2.5f},
        {.n_used = 5, .score = OG_SCORE_SIGMOID, .normalise = true, .scale = 1.5f, .n_groups = 6, .n_groups_used = 3},
        {.n_used = 3, .score = OG_SCORE_SIGMOID, .scale = 1, .n_groups = 4, .n_groups_used = 1},
        {.n_used = 4, .score = OG_SCORE_CHOSEN, .scale = 1},
        {.n_used = N_EXPERTS, .score = OG_SCORE_SOFTMAX, .scale = 1},
    };
    float logits[TOKENS][N_EXPERTS], bias[N_EXPERTS], y[TOKENS * N_EXPERTS * N], residual[TOKENS * N];
    float out[TOKENS * (2 * N_EXPERTS + N)];
    machine m = machine_open(2, NULL);
    for (size_t i = 0; i < OG_LEN(routers) * 2; i++) {
        const og_router *r = &routers[i / 2];
        const size_t slots = (size_t)(TOKENS * r->n_used);
        for (int t = 0; t < TOKENS; t++)
            for (int e = 0; e < N_EXPERTS; e++) logits[t][e] = 3 * draw();
        for (int e = 0; e < N_EXPERTS; e++) bias[e] = draw();
        for (size_t k = 0; k < slots * N; k++) y[k] = draw();
        for (int k = 0; k < TOKENS * N; k++) residual[k] = draw();
        og_graph g;
        og_graph_init(&g);
        og_tensor *b = i % 2 ? og_g_reshape(&g, og_g_input(&g, "bias", 1, OG_F32, N_EXPERTS, 1), N_EXPERTS, 1, 1) : NULL;
        og_tensor *route = og_g_route(&g, og_g_input(&g, "logits", 0, OG_F32, N_EXPERTS, TOKENS), b, r);
        og_tensor *ys = og_g_reshape(&g, og_g_input(&g, "y", 2, OG_F32, N, (int64_t)slots), N, r->n_used, TOKENS);
        og_g_output(&g, route);
        og_g_output(&g, og_g_add(&g, og_g_sum_experts(&g, ys, route), og_g_input(&g, "residual", 3, OG_F32, N, TOKENS)));
        run(&m, &g, (const void *const[]){logits, bias, y, residual}, NULL, out);
        const int32_t *ids = (const int32_t *)(const void *)out;
        const float *weights = out + slots, *sums = out + 2 * slots;
        for (int t = 0; t < TOKENS; t++) {
            int32_t want[N_EXPERTS];
            double weight[N_EXPERTS];
            reference_route(logits[t], b ? bias : NULL, r, N_EXPERTS, want, weight);
            for (int u = 0; u < r->n_used; u++) {
                assert_int_equal(ids[t * r->n_used + u], want[u]);
                assert_true(fabs((double)weights[t * r->n_used + u] - weight[u]) < 1e-6);
            }
            for (int k = 0; k < N; k++) {
                double sum = (double)residual[t * N + k];
                for (int u = 0; u < r->n_used; u++) sum += weight[u] * (double)y[(t * r->n_used + u) * N + k];
                assert_true(fabs((double)sums[t * N + k] - sum) < 1e-5);
            }
        }
    }
    machine_close(&m);
}

/* Whatever the numbers are, an expert is one of those there are. */
static void damaged_logits_choose_something(void **unused) {
    (void)unused;
    static const float odd[] = {NAN, INFINITY, -INFINITY, 0, -0.0f, 3e38f, -3e38f};
    enum { TOKENS = 64 };
    float logits[TOKENS][E], out[TOKENS * 2 * U];
    machine m = machine_open(1, NULL);
    for (int s = OG_SCORE_SOFTMAX; s <= OG_SCORE_CHOSEN; s++) {
        for (int t = 0; t < TOKENS; t++)
            for (int e = 0; e < E; e++) logits[t][e] = t < (int)OG_LEN(odd) ? odd[t] : odd[(int)(3.5f * draw() + 3.5f) % (int)OG_LEN(odd)];
        const og_router r = {.n_used = U, .score = (og_score)s, .normalise = true, .scale = 1};
        og_graph g;
        og_graph_init(&g);
        og_g_output(&g, og_g_route(&g, og_g_input(&g, "logits", 0, OG_F32, E, TOKENS), NULL, &r));
        run(&m, &g, (const void *const[]){logits}, NULL, out);
        for (int i = 0; i < TOKENS * U; i++) {
            int32_t id;
            memcpy(&id, &out[i], sizeof id);
            assert_in_range(id, 0, E - 1);
        }
    }
    machine_close(&m);
}

static void gates_are_as_defined(void **unused) {
    (void)unused;
    enum { TOKENS = 3 };
    float a[TOKENS * N], b[TOKENS * N], c[TOKENS] = {-2, 0.3f, 5}, out[2 * TOKENS * N];
    for (int i = 0; i < TOKENS * N; i++) a[i] = 12 * draw(), b[i] = 12 * draw();
    machine m = machine_open(1, NULL);
    og_graph g;
    og_graph_init(&g);
    og_tensor *x = og_g_input(&g, "a", 0, OG_F32, N, TOKENS), *y = og_g_input(&g, "b", 1, OG_F32, N, TOKENS);
    og_g_output(&g, og_g_clamped_mul(&g, x, y));
    og_g_output(&g, og_g_sigmoid_rows(&g, x, og_g_input(&g, "c", 2, OG_F32, 1, TOKENS)));
    run(&m, &g, (const void *const[]){a, b, c}, NULL, out);
    for (int i = 0; i < TOKENS * N; i++) {
        const double gate = fmin((double)a[i], 7), up = fmax(fmin((double)b[i], 7), -7);
        const double clamped = gate / (1 + exp(-1.702 * gate)) * (up + 1), scaled = (double)a[i] / (1 + exp(-(double)c[i / N]));
        assert_true(fabs((double)out[i] - clamped) < 2e-5);
        assert_true(fabs((double)out[TOKENS * N + i] - scaled) < 2e-6);
    }
    machine_close(&m);
}

/* ---- who sees what ---- */

typedef struct watcher {
    const float *in;
    int calls, tokens;
    int met[E];
} watcher;

static void watch(void *user, const og_observed *seen) {
    watcher *w = user;
    assert_int_equal(seen->n, U * w->tokens);
    assert_int_equal(seen->each, U);
    assert_non_null(seen->expert);
    assert_memory_equal(seen->x, w->in, (size_t)(seen->k * w->tokens) * sizeof(float));
    for (int64_t i = 0; i < seen->n; i++) w->met[seen->expert[i]]++;
    w->calls++;
}

static void observers_see_what_each_expert_gets(void **unused) {
    (void)unused;
    experts x;
    experts_open(&x, OG_Q8_0, K);
    machine m = machine_open(1, NULL);
    static float in[K * 4], out[N * U * 4];
    const float logits[4 * E] = {[0] = 3, [1] = 2, [2] = 1, [E + 0] = 3, [E + 1] = 2, [E + 3] = 1, [2 * E] = 9, [2 * E + 1] = 8};
    for (int i = 0; i < K * 4; i++) in[i] = draw();
    og_weight *list[] = {&x.all};
    assert_int_equal(m.be->weights_load(m.be, list, 1, NULL, NULL, NULL), OG_OK);
    og_graph g;
    og_graph_init(&g);
    og_tensor *route = og_g_route(&g, og_g_input(&g, "logits", 0, OG_F32, E, 4), NULL, &plain);
    og_tensor *doubled = og_g_scale(&g, og_g_input(&g, "x", 1, OG_F32, K, 4), 1.0f); /* in the plan's memory, which is reused */
    og_g_output(&g, og_g_matmul_experts(&g, og_g_weight(&g, &x.all), doubled, route, NULL));
    watcher w = {.in = in, .tokens = 4};
    run(&m, &g, (const void *const[]){logits, in}, &(og_run){.observe = watch, .observe_user = &w}, out);
    assert_int_equal(w.calls, 1);
    assert_int_equal(w.met[0], 4); /* all zeros in token 3: ties go to the lower numbers */
    assert_int_equal(w.met[1], 4);
    assert_int_equal(w.met[2], 3);
    assert_int_equal(w.met[3], 1);
    m.be->weights_free(m.be, list, 1);
    machine_close(&m);
    experts_close(&x);
}

static void every_rule_refuses(void **unused) {
    (void)unused;
    static const og_weight w = {.name = "w", .type = OG_F32, .dim = {K, N, E, 1}, .use = OG_USE_MATMUL};
    static const og_router many = {.n_used = E + 1, .score = OG_SCORE_SOFTMAX},
                           odd = {.n_used = 2, .score = OG_SCORE_SIGMOID, .n_groups = 2, .n_groups_used = 1};
    for (int c = 0; c < 9; c++) {
        og_graph g;
        og_graph_init(&g);
        og_tensor *logits = og_g_input(&g, "logits", 0, OG_F32, E, 4), *x = og_g_input(&g, "x", 1, OG_F32, K, 4);
        og_tensor *route = og_g_route(&g, logits, NULL, &plain), *short_ = og_g_input(&g, "y", 2, OG_F32, K, 3);
        og_tensor *other = og_g_route(&g, og_g_input(&g, "more", 3, OG_F32, E + 1, 4), NULL, &plain), *weight = og_g_weight(&g, &w);
        assert_int_equal(og_graph_check(&g, NULL), OG_OK);
        switch (c) {
        case 0:
            og_g_route(&g, logits, NULL, &many);
            break;
        case 1:
            og_g_route(&g, logits, NULL, &odd);
            break;
        case 2:
            og_g_route(&g, logits, x, &plain);
            break;
        case 3:
            og_g_matmul_experts(&g, weight, x, logits, NULL);
            break;
        case 4:
            og_g_matmul_experts(&g, weight, x, other, NULL);
            break;
        case 5:
            og_g_matmul_experts(&g, weight, short_, route, NULL);
            break;
        case 6:
            og_g_matmul_experts(&g, weight, x, route, x);
            break;
        case 7:
            og_g_sum_experts(&g, x, route);
            break;
        default:
            og_g_sigmoid_rows(&g, x, short_);
            break;
        }
        assert_int_equal(og_graph_check(&g, NULL), OG_ERR_INTERNAL);
        og_graph_free(&g);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_those_of_dense_matrices),
        cmocka_unit_test(all_matrices_may_be_met),
        cmocka_unit_test(routes_are_as_defined),
        cmocka_unit_test(damaged_logits_choose_something),
        cmocka_unit_test(gates_are_as_defined),
        cmocka_unit_test(observers_see_what_each_expert_gets),
        cmocka_unit_test(every_rule_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
