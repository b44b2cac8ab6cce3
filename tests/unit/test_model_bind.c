/* Binding: every row's tiny model is accepted; everything that is missing, misshapen, unknown or absurd is refused by name. */
#include "model/lm.h"
#include "tiny_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static og_status bind(const og_arch *arch, const og_hparams *hp, const tiny_options *o, og_error *err, og_lm **lm, og_file **file) {
    char path[256];
    og_error write_error = {0};
    *lm = NULL;
    *file = NULL;
    if (tiny_write(tiny_path(path, sizeof path), arch, hp, o, &write_error) != OG_OK) fail_msg("%s", write_error.text);
    og_status status = og_file_open(path, file, err);
    unlink(path);
    if (status == OG_OK) status = og_lm_open(*file, lm, err);
    return status;
}

static void refused(const og_arch *arch, const og_hparams *hp, const tiny_options *o, og_status status, const char *says) {
    og_error err = {0};
    og_lm *lm;
    og_file *file;
    og_status got = bind(arch, hp, o, &err, &lm, &file);
    og_lm_close(lm);
    og_file_close(file);
    if (got != status || !strstr(err.text, says))
        fail_msg("expected %s with '%s', got %s: %s", og_status_name(status), says, og_status_name(got), err.text);
}

static void every_row_binds(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++) {
        const og_arch *arch = og_arch_at(i);
        for (int tied = 0; tied < (arch->encoder ? 1 : 2); tied++) {
            og_error err = {0};
            og_lm *lm;
            og_file *file;
            og_status status = bind(arch, NULL, &(tiny_options){.tied = tied}, &err, &lm, &file);
            if (status != OG_OK) fail_msg("%s: %s", arch->name, err.text);
            if (memcmp(&lm->hp, &arch->tiny, sizeof lm->hp) != 0) fail_msg("%s: what was read differs from .tiny", arch->name);
            const og_weight *embd = og_lm_weight(lm, -1, "token_embd.weight"), *output = og_lm_weight(lm, -1, "output.weight");
            assert_int_equal(embd == output, tied);
            assert_int_equal(embd->use, tied ? OG_USE_ROWS | OG_USE_MATMUL : OG_USE_ROWS);
            uint64_t params = 0;
            for (int w = 0; w < lm->n_weight; w++)
                if (lm->weight[w].src) params += (uint64_t)(lm->weight[w].dim[0] * lm->weight[w].dim[1] * lm->weight[w].dim[2]);
            assert_int_equal(params, lm->n_params);
            assert_int_equal(lm->tensor_bytes, lm->n_params * sizeof(float));
            og_lm_close(lm);
            og_file_close(file);
        }
    }
}

/* The first layer that has the row; 0 for a row of the trunk, -1 if no layer of the tiny size is of its kind. */
static int first_layer(const og_arch *arch, const og_tensor_row *row) {
    og_layer layers[64];
    int i = 0, n = (int)arch->tiny.n_layer;
    og_layers_plain(arch, &arch->tiny, layers);
    while (i < n && og_tensor_row_is_layered(row) && !og_tensor_row_in(row, &layers[i])) i++;
    return i < n ? i : -1;
}

static void every_missing_tensor_is_named(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++) {
        if (!tiny_tried(i)) continue;
        const og_arch *arch = og_arch_at(i);
        for (int t = 0; t < arch->n_tensor; t++) {
            const og_tensor_row *row = &arch->tensor[t];
            if (row->flags || first_layer(arch, row) < 0) continue;
            char name[96];
            og_tensor_row_name(row, first_layer(arch, row), name, sizeof name);
            refused(arch, NULL, &(tiny_options){.leave_out = name}, OG_ERR_FORMAT, name);
        }
    }
}

static void every_wrong_shape_is_named(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++) {
        if (!tiny_tried(i)) continue;
        const og_arch *arch = og_arch_at(i);
        for (int t = 0; t < arch->n_tensor; t++) {
            const og_tensor_row *row = &arch->tensor[t];
            if (row->flags & (OG_TENSOR_IGNORE | OG_TENSOR_READ | OG_TENSOR_PART)) continue;
            char name[96], says[256];
            int layer = first_layer(arch, row);
            if (layer < 0) continue;
            og_layer layers[64];
            uint64_t dim[3];
            og_layers_plain(arch, &arch->tiny, layers);
            tiny_shape(arch, &arch->tiny, &layers[layer], row, dim);
            og_tensor_row_name(row, layer, name, sizeof name);
            snprintf(says, sizeof says, "expected [%s = %llu", row->dim[0] ? og_dim_text(row->dim[0]) : "rows", (unsigned long long)dim[0]);
            refused(arch, NULL, &(tiny_options){.reshape = name}, OG_ERR_FORMAT, name);
            refused(arch, NULL, &(tiny_options){.reshape = name}, OG_ERR_FORMAT, says);
        }
    }
}

static void unknown_things_are_named(void **state) {
    (void)state;
    const og_arch *arch = &og_arch_llama;
    refused(arch, NULL, &(tiny_options){.extra = "blk.0.attn_sinks.weight"}, OG_ERR_UNSUPPORTED, "blk.0.attn_sinks.weight");
    refused(arch, NULL, &(tiny_options){.extra = "blk.2.attn_norm.weight"}, OG_ERR_UNSUPPORTED, "blk.2.attn_norm.weight");
    refused(arch, NULL, &(tiny_options){.extra = "blk.00.attn_norm.weight"}, OG_ERR_UNSUPPORTED, "blk.00.attn_norm.weight");
    refused(arch, NULL, &(tiny_options){.arch = "transmogrifier"}, OG_ERR_UNSUPPORTED, "'transmogrifier'; it knows llama, qwen2");
    refused(arch, NULL, &(tiny_options){.retype = "blk.1.ffn_up.weight"}, OG_ERR_UNSUPPORTED, "'blk.1.ffn_up.weight' is of type F64");
    refused(arch, NULL, &(tiny_options){.omit_key = "llama.block_count"}, OG_ERR_FORMAT, "llama.block_count");
    refused(arch, NULL, &(tiny_options){.omit_key = "tokenizer.ggml.tokens"}, OG_ERR_FORMAT, "tokenizer.ggml.tokens");
}

static void absurd_hyperparameters_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *key;
        float value;
        const char *says;
    } rows[] = {
        {"llama.block_count", 0, "block_count is 0"},
        {"llama.block_count", 100000, "block_count is 100000"},
        {"llama.embedding_length", 0, "embedding_length is 0"},
        {"llama.embedding_length", 1 << 20, "embedding_length is 1048576"},
        {"llama.feed_forward_length", 0, "feed_forward_length is 0"},
        {"llama.context_length", 0, "context_length is 0"},
        {"llama.attention.head_count", 0, "attention.head_count is 0"},
        {"llama.attention.head_count", 1 << 16, "attention.head_count is 65536"},
        {"llama.attention.head_count_kv", 3, "head_count 4 is not a multiple of attention.head_count_kv 3"},
        {"llama.attention.head_count_kv", 12, "head_count_kv is 12"},
        {"llama.attention.key_length", 7, "must be even"},
        {"llama.attention.key_length", 1 << 14, "head_dim (attention.key_length) is 16384"},
        {"llama.rope.dimension_count", 64, "rope.dimension_count is 64"},
        {"llama.rope.dimension_count", 3, "must be even"},
        {"llama.attention.layer_norm_rms_epsilon", NAN, "epsilon is nan"},
        {"llama.attention.layer_norm_rms_epsilon", -0.5f, "epsilon is -0.5"},
        {"llama.rope.freq_base", -2.5f, "rope.freq_base is -2.5"},
        {"llama.rope.freq_base", INFINITY, "rope.freq_base is inf"},
        {"llama.attention.value_length", 4096, "attention.value_length is 4096"},
        {"llama.rope.scaling.factor", -1.5f, "rope.scaling.factor is -1.5"},
    };
    for (size_t i = 0; i < OG_LEN(rows); i++) {
        og_error err = {0};
        og_lm *lm;
        og_file *file;
        og_status status =
            bind(&og_arch_llama, NULL, &(tiny_options){.set_key = rows[i].key, .set_value = rows[i].value}, &err, &lm, &file);
        og_lm_close(lm);
        og_file_close(file);
        if ((status != OG_ERR_FORMAT && status != OG_ERR_UNSUPPORTED) || !strstr(err.text, rows[i].says))
            fail_msg("%s = %g: expected '%s', got %s: %s", rows[i].key, (double)rows[i].value, rows[i].says, og_status_name(status),
                     err.text);
    }
    refused(&og_arch_llama, NULL, &(tiny_options){.set_str_key = "llama.rope.scaling.type", .set_str = "spiral"}, OG_ERR_UNSUPPORTED,
            "llama.rope.scaling.type is 'spiral'");
}

static void absent_hyperparameters_are_derived(void **state) {
    (void)state;
    static const char *const keys[] = {"llama.attention.key_length", "llama.attention.value_length", "llama.rope.dimension_count",
                                       "llama.rope.freq_base"};
    og_hparams hp = og_arch_llama.tiny;
    hp.head_dim = hp.head_dim_v = hp.n_rot = hp.n_embd / hp.n_head;
    for (size_t i = 0; i < OG_LEN(keys); i++) {
        og_error err = {0};
        og_lm *lm;
        og_file *file;
        if (bind(&og_arch_llama, &hp, &(tiny_options){.omit_key = keys[i]}, &err, &lm, &file) != OG_OK) fail_msg("%s", err.text);
        assert_memory_equal(&lm->hp, &hp, sizeof lm->hp);
        og_lm_close(lm);
        og_file_close(file);
    }
}

static void frequencies_follow_the_formula(void **state) {
    (void)state;
    og_error err = {0};
    og_lm *lm;
    og_file *file;
    if (bind(&og_arch_llama, NULL, &(tiny_options){.set_key = "llama.rope.scaling.factor", .set_value = 4}, &err, &lm, &file) != OG_OK)
        fail_msg("%s", err.text);
    const uint32_t n = lm->hp.n_rot / 2;
    assert_int_equal(lm->rope[0].freq->dim[0], n);
    for (uint32_t j = 0; j < n; j++) {
        double expect = exp(-2.0 * j / lm->hp.n_rot * log(10000.0)) / 4;
        assert_true(fabs((double)lm->rope[0].freq->values[j] - expect) <= expect * 1e-7);
    }
    og_lm_close(lm);
    og_file_close(file);
}

/* The graph of a batch has the shapes it should, and dropping what nobody asked for makes it smaller. */
static void graphs_of_every_row_schedule(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++) {
        og_error err = {0};
        og_lm *lm;
        og_file *file;
        if (bind(og_arch_at(i), NULL, NULL, &err, &lm, &file) != OG_OK) fail_msg("%s", err.text);
        og_graph g;
        og_schedule plan;
        og_graph_init(&g);
        if (og_lm_graph(lm, &g, 7, 2, 4, &err) != OG_OK) fail_msg("%s", err.text);
        assert_int_equal(g.out[0]->dim[0], lm->arch->encoder ? lm->hp.n_embd : lm->hp.n_vocab);
        assert_int_equal(g.out[0]->dim[1], 2);
        if (og_schedule_make(&g, &plan, &err) != OG_OK) fail_msg("%s", err.text);
        uint64_t bytes = 0, more = 0;
        assert_int_equal(og_lm_activations(lm, 7, 2, 4, &bytes, &err), OG_OK);
        assert_int_equal(og_lm_activations(lm, 64, 64, 4, &more, &err), OG_OK);
        assert_int_equal(bytes, plan.arena_bytes);
        assert_true(more > bytes);
        og_graph_free(&g);
        assert_int_equal(og_lm_activations(lm, 2, 3, 4, &bytes, &err), OG_ERR_INTERNAL);
        og_lm_close(lm);
        og_file_close(file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_binds),
        cmocka_unit_test(every_missing_tensor_is_named),
        cmocka_unit_test(every_wrong_shape_is_named),
        cmocka_unit_test(unknown_things_are_named),
        cmocka_unit_test(absurd_hyperparameters_are_refused),
        cmocka_unit_test(absent_hyperparameters_are_derived),
        cmocka_unit_test(frequencies_follow_the_formula),
        cmocka_unit_test(graphs_of_every_row_schedule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
