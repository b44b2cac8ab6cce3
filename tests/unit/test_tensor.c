/* Graphs: shape rules, lowering, order and placement. */
#include "backend/backend.h"
#include "base/cpu.h"
#include "tensor/tensor.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { K = 64, FF = 96, T = 5 };

typedef struct fixture {
    float data[16][FF * FF];
    og_source *src[16];
    og_weight w[16];
    int n;
    og_graph g;
} fixture;

static og_weight *weight(fixture *f, const char *name, int64_t d0, int64_t d1, int use) {
    const int i = f->n++;
    for (int64_t j = 0; j < d0 * d1; j++) f->data[i][j] = (float)((j * 37 + i * 11) % 23 - 11) / 64.0f;
    assert_int_equal(og_source_memory(f->data[i], (size_t)(d0 * d1) * 4, name, &f->src[i], NULL), OG_OK);
    f->w[i] =
        (og_weight){.name = name, .type = OG_F32, .dim = {d0, d1, 1, 1}, .use = use, .src = f->src[i], .bytes = (uint64_t)(d0 * d1) * 4};
    return &f->w[i];
}

static int setup(void **state) {
    fixture *f = calloc(1, sizeof *f);
    og_graph_init(&f->g);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    og_graph_free(&f->g);
    for (int i = 0; i < f->n; i++) og_source_close(f->src[i]);
    free(f);
    return 0;
}

/* norm -> gate, up -> silu -> down + residual: what a feed-forward block is. */
static og_tensor *block(fixture *f, og_tensor *x) {
    og_graph *g = &f->g;
    og_tensor *n = og_g_rms_norm(g, x, og_g_weight(g, weight(f, "norm", K, 1, OG_USE_VECTOR)), 1e-5f);
    og_tensor *gate = og_g_matmul(g, og_g_weight(g, weight(f, "gate", K, FF, OG_USE_MATMUL)), n);
    og_tensor *up = og_g_matmul(g, og_g_weight(g, weight(f, "up", K, FF, OG_USE_MATMUL)), n);
    up = og_g_add(g, up, og_g_weight(g, weight(f, "up.bias", FF, 1, OG_USE_VECTOR)));
    og_tensor *down = og_g_matmul(g, og_g_weight(g, weight(f, "down", FF, K, OG_USE_MATMUL)), og_g_silu_mul(g, gate, up));
    return og_g_add(g, x, down);
}

static int count(const og_schedule *s, og_op op) {
    int n = 0;
    for (int i = 0; i < s->n_order; i++) n += s->order[i]->op == op;
    return n;
}

static void products_share_activations_and_take_in_additions(void **state) {
    fixture *f = *state;
    og_g_output(&f->g, block(f, og_g_input(&f->g, "x", 0, OG_F32, K, T)));
    og_schedule s;
    assert_int_equal(og_schedule_make(&f->g, &s, NULL), OG_OK);
    assert_int_equal(count(&s, OG_OP_matmul), 3);
    assert_int_equal(count(&s, OG_OP_pack_acts), 2); /* gate and up share one */
    assert_int_equal(count(&s, OG_OP_add), 0);       /* a bias and a residual, both inside products */
    assert_int_equal(f->g.out[0]->op, OG_OP_matmul);
    assert_non_null(f->g.out[0]->src[3]);
}

static void a_shared_product_keeps_its_addition(void **state) {
    fixture *f = *state;
    og_tensor *x = og_g_input(&f->g, "x", 0, OG_F32, K, T);
    og_tensor *p = og_g_matmul(&f->g, og_g_weight(&f->g, weight(f, "w", K, K, OG_USE_MATMUL)), x);
    og_g_output(&f->g, og_g_add(&f->g, x, p));
    og_g_output(&f->g, p); /* the bare product is wanted too */
    og_schedule s;
    assert_int_equal(og_schedule_make(&f->g, &s, NULL), OG_OK);
    assert_int_equal(count(&s, OG_OP_add), 1);
}

static void steps_come_after_what_they_need_and_memory_is_never_shared_while_alive(void **state) {
    fixture *f = *state;
    og_tensor *x = og_g_input(&f->g, "x", 0, OG_F32, K, T);
    og_g_output(&f->g, block(f, block(f, x)));
    og_schedule s;
    assert_int_equal(og_schedule_make(&f->g, &s, NULL), OG_OK);
    int64_t total = 0;
    for (int i = 0; i < s.n_order; i++) {
        const og_tensor *t = s.order[i];
        total += t->bytes;
        assert_true(t->offset >= 0 && t->offset % 64 == 0 && t->offset + t->bytes <= s.arena_bytes);
        for (int j = 0; j < OG_MAX_SRC; j++)
            if (t->src[j] && t->src[j]->step >= 0) {
                assert_true(t->src[j]->step < t->step);
                assert_true(t->src[j]->last_use >= t->step);
            }
        for (int j = 0; j < i; j++) {
            const og_tensor *o = s.order[j];
            const bool alive_together = o->last_use >= t->step && t->last_use >= o->step;
            const bool apart = o->offset + o->bytes <= t->offset || t->offset + t->bytes <= o->offset;
            assert_true(!alive_together || apart);
        }
    }
    assert_true(s.arena_bytes < total); /* something was reused */
}

static void mistakes_are_told_with_both_shapes(void **state) {
    fixture *f = *state;
    og_error err = {0};
    og_tensor *x = og_g_input(&f->g, "x", 0, OG_F32, K + 32, T);
    og_tensor *y = og_g_matmul(&f->g, og_g_weight(&f->g, weight(f, "blk.0.w", K, FF, OG_USE_MATMUL)), x);
    og_g_output(&f->g, og_g_silu_mul(&f->g, y, x)); /* building goes on after the first mistake */
    og_schedule s;
    assert_int_equal(og_schedule_make(&f->g, &s, &err), OG_ERR_INTERNAL);
    assert_non_null(strstr(err.text, "matmul"));
    assert_non_null(strstr(err.text, "blk.0.w"));
    assert_non_null(strstr(err.text, "[64, 96, 1]"));
    assert_non_null(strstr(err.text, "[96, 5, 1]"));
}

static void every_rule_refuses(void **state) {
    fixture *f = *state;
    og_weight *w = weight(f, "w", K, K, OG_USE_MATMUL), *v = weight(f, "v", K, 1, OG_USE_VECTOR);
    for (int c = 0; c < 12; c++) {
        og_graph *g = &f->g;
        og_graph_free(g);
        og_graph_init(g);
        og_tensor *x = og_g_input(g, "x", 0, OG_F32, K, T), *one = og_g_input(g, "y", 1, OG_F32, K, T - 1),
                  *ids = og_g_input(g, "i", 2, OG_I32, T, 1);
        og_tensor *heads = og_g_reshape(g, x, 8, 8, T), *cache = og_g_cache(g, 0, (og_kv_layer){8, 8, 3}), *vec = og_g_weight(g, v);
        assert_int_equal(og_graph_check(g, NULL), OG_OK);
        switch (c) {
        case 0:
            og_g_add(g, x, one);
            break;
        case 1:
            og_g_reshape(g, x, K, T, 2);
            break;
        case 2:
            og_g_rms_norm(g, x, ids, 1e-5f);
            break;
        case 3:
            og_g_matmul(g, x, x);
            break;
        case 4:
            og_g_matmul(g, vec, x);
            break;
        case 5:
            og_g_rows(g, og_g_weight(g, w), ids);
            break;
        case 6:
            og_g_take(g, x, x);
            break;
        case 7:
            og_g_rope(g, heads, x, 0);
            break;
        case 8:
            og_g_attention(g, heads, cache, ids, ids, &(og_attend){.scale = 1});
            break;
        case 9:
            og_g_kv_store(g, cache, heads, heads, ids);
            break;
        case 10:
            og_g_input(g, "empty", 3, OG_F32, K, 0);
            break;
        default:
            og_g_rope_table(g, x, vec, 1.0f);
            break;
        }
        assert_int_equal(og_graph_check(g, NULL), OG_ERR_INTERNAL);
    }
}

static void dumps_tell_every_node(void **state) {
    fixture *f = *state;
    og_g_output(&f->g, block(f, og_g_input(&f->g, "x", 0, OG_F32, K, T)));
    og_schedule s;
    assert_int_equal(og_schedule_make(&f->g, &s, NULL), OG_OK);
    og_buf text, dot;
    og_buf_init(&text);
    og_buf_init(&dot);
    og_graph_dump(&f->g, &text, false);
    og_graph_dump(&f->g, &dot, true);
    int lines = 0;
    for (size_t i = 0; i < text.len; i++) lines += text.data[i] == '\n';
    assert_int_equal(lines, f->g.n);
    assert_non_null(strstr(text.data, "matmul"));
    assert_non_null(strstr(text.data, "\"down\" F32 [96, 64]"));
    assert_int_equal(strncmp(dot.data, "digraph", 7), 0);
    og_buf_free(&text);
    og_buf_free(&dot);
}

/* The backend on the same block, against sums in double. */
static void the_backend_computes_what_the_graph_says(void **state) {
    fixture *f = *state;
    og_tensor *x = og_g_input(&f->g, "x", 0, OG_F32, K, T);
    og_g_output(&f->g, block(f, x));
    og_pool *pool;
    og_backend *be;
    og_plan *plan;
    og_weight *list[16];
    for (int i = 0; i < f->n; i++) list[i] = &f->w[i];
    assert_int_equal(og_pool_open(2, &pool, NULL), OG_OK);
    assert_int_equal(og_cpu_backend_open(pool, og_cpu_detect(), &be, NULL), OG_OK);
    assert_int_equal(be->weights_load(be, list, f->n, NULL, NULL, NULL), OG_OK);
    assert_int_equal(be->plan_open(be, &f->g, &plan, NULL), OG_OK);
    float in[T][K];
    for (int t = 0; t < T; t++)
        for (int i = 0; i < K; i++) in[t][i] = sinf((float)(t * K + i));
    const void *inputs[] = {in};
    const og_run run = {.input = inputs};
    assert_int_equal(be->plan_run(plan, &run, NULL), OG_OK);
    const float *out = be->plan_output(plan, 0);
    for (int t = 0; t < T; t++) {
        double n[K], h[FF], ss = 0;
        for (int i = 0; i < K; i++) ss += (double)in[t][i] * in[t][i];
        for (int i = 0; i < K; i++) n[i] = in[t][i] / sqrt(ss / K + 1e-5) * f->data[0][i];
        for (int r = 0; r < FF; r++) {
            double gate = 0, up = f->data[3][r];
            for (int i = 0; i < K; i++) gate += f->data[1][r * K + i] * n[i], up += f->data[2][r * K + i] * n[i];
            h[r] = gate / (1 + exp(-gate)) * up;
        }
        for (int r = 0; r < K; r++) {
            double y = in[t][r];
            for (int i = 0; i < FF; i++) y += f->data[4][r * FF + i] * h[i];
            assert_true(fabs(y - out[t * K + r]) < 1e-5);
        }
    }
    volatile int cancel = 1;
    const og_run stopped = {.input = inputs, .cancel = &cancel};
    assert_int_equal(be->plan_run(plan, &stopped, NULL), OG_ERR_CANCELLED);
    be->plan_close(plan);
    be->weights_free(be, list, f->n);
    be->close(be);
    og_pool_close(pool);
}

/* Where the system cannot map files, weights are read: the same answer. */
static void weights_may_be_read_instead_of_mapped(void **state) {
    fixture *f = *state;
    og_g_output(&f->g, block(f, og_g_input(&f->g, "x", 0, OG_F32, K, T)));
    char path[] = "/tmp/offgrid-test-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, f->data, sizeof f->data), sizeof f->data);
    close(fd);
    og_source *file;
    assert_int_equal(og_source_open_unmapped(path, &file, NULL), OG_OK);
    unlink(path);
    og_pool *pool;
    og_backend *be;
    og_plan *plan;
    og_weight *list[16];
    float in[T][K], first[T][K];
    for (int t = 0; t < T; t++)
        for (int i = 0; i < K; i++) in[t][i] = cosf((float)(t * K + i));
    const void *inputs[] = {in};
    const og_run run = {.input = inputs};
    for (int i = 0; i < f->n; i++) list[i] = &f->w[i];
    assert_int_equal(og_pool_open(2, &pool, NULL), OG_OK);
    assert_int_equal(og_cpu_backend_open(pool, og_cpu_detect(), &be, NULL), OG_OK);
    assert_int_equal(be->plan_open(be, &f->g, &plan, NULL), OG_OK);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(be->weights_load(be, list, f->n, NULL, NULL, NULL), OG_OK);
        assert_int_equal(be->plan_run(plan, &run, NULL), OG_OK);
        if (round == 0)
            memcpy(first, be->plan_output(plan, 0), sizeof first);
        else
            assert_memory_equal(first, be->plan_output(plan, 0), sizeof first);
        be->weights_free(be, list, f->n);
        for (int i = 0; i < f->n; i++) f->w[i].src = file, f->w[i].offset = (uint64_t)i * sizeof f->data[0];
    }
    f->w[1].offset = sizeof f->data; /* past the end: an error that names the file, and nothing left behind */
    og_error err = {0};
    assert_int_equal(be->weights_load(be, list, f->n, NULL, NULL, &err), OG_ERR_FORMAT);
    assert_non_null(strstr(err.text, "offgrid-test"));
    assert_null(f->w[0].handle);
    be->plan_close(plan);
    be->close(be);
    og_pool_close(pool);
    og_source_close(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(products_share_activations_and_take_in_additions),
        TEST(a_shared_product_keeps_its_addition),
        TEST(steps_come_after_what_they_need_and_memory_is_never_shared_while_alive),
        TEST(mistakes_are_told_with_both_shapes),
        TEST(every_rule_refuses),
        TEST(dumps_tell_every_node),
        TEST(the_backend_computes_what_the_graph_says),
        TEST(weights_may_be_read_instead_of_mapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
