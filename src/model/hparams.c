/* hparams.c: hyperparameters by the rows of an architecture, for the whole and for each layer. */
#include "offgrid/model.h"
#include "format/gguf.h"
#include "model/arch.h"

#include <stdio.h>
#include <string.h>

/* Past these a file is damaged or hostile; they keep every product of two in 64 bits and every graph in reason. */
enum {
    MAX_WIDTH = 65536,
    MAX_LAYERS = 1024,
    MAX_HEADS = 4096,
    MAX_HEAD_DIM = 1024,
    MAX_FF = 1 << 20,
    MAX_EXPERTS = 4096,
    MAX_VOCAB = 1 << 24,
    MAX_CTX = 1 << 28,
    MAX_TYPES = 65536
};

static void key_of(const og_arch *arch, const og_hparam *row, char *key, size_t size) {
    snprintf(key, size, "%s.%s", arch->name, row->key);
}

/* Element i of an array of counts or flags. */
static og_status read_element(const og_file *file, const char *key, uint64_t i, uint32_t *out, og_error *err) {
    og_value v;
    if (!og_file_element(file, key, i, &v)) return og_fail(err, OG_ERR_FORMAT, "%s has no entry %llu", key, (unsigned long long)i);
    const bool whole = v.type != OG_VALUE_STRING && v.type != OG_VALUE_F32 && v.type != OG_VALUE_F64;
    if (!whole || v.i < 0 || v.i > UINT32_MAX)
        return og_fail(err, OG_ERR_FORMAT, "entry %llu of %s is not a count", (unsigned long long)i, key);
    *out = (uint32_t)v.i;
    return OG_OK;
}

/* The largest entry. */
static og_status read_largest(const og_file *file, const char *key, uint64_t n, uint32_t *out, og_error *err) {
    *out = 0;
    for (uint64_t i = 0; i < OG_MIN(n, (uint64_t)MAX_LAYERS); i++) {
        uint32_t u = 0;
        OG_TRY(read_element(file, key, i, &u, err));
        *out = OG_MAX(*out, u);
    }
    return OG_OK;
}

static og_status read_row(const og_arch *arch, const og_hparam *row, const og_file *file, og_hparams *hp, og_error *err) {
    char key[128];
    og_value v;
    key_of(arch, row, key, sizeof key);
    og_number *field = (og_number *)(void *)((char *)hp + row->field);
    if (!og_file_find(file, key, &v) && !row->required) {
        *field = row->fallback;
        return OG_OK;
    }
    if (row->type == OG_HPARAM_F32) return og_file_get_f32(file, key, &field->f, err);
    if (row->type == OG_HPARAM_BOOL && v.type == OG_VALUE_BOOL) return field->u = v.i != 0, OG_OK;
    if (row->type == OG_HPARAM_BOOL) return og_fail(err, OG_ERR_FORMAT, "%s is not a bool", key);
    if (row->layer_field >= 0 && v.type == OG_VALUE_ARRAY) return read_largest(file, key, v.count, &field->u, err);
    return og_file_get_u32(file, key, &field->u, err);
}

static og_status check_range(const char *what, uint64_t v, uint64_t max, og_error *err) {
    if (v >= 1 && v <= max) return OG_OK;
    return og_fail(err, OG_ERR_FORMAT, "%s is %llu, which no model has (1 to %llu are possible): the file is damaged", what,
                   (unsigned long long)v, (unsigned long long)max);
}

static og_status check_experts(const og_hparams *hp, og_error *err) {
    if (hp->n_expert == 0) return OG_OK;
    const uint32_t groups = hp->n_expert_group;
    OG_TRY(check_range("expert_count", hp->n_expert, MAX_EXPERTS, err));
    OG_TRY(check_range("expert_used_count", hp->n_expert_used, hp->n_expert, err));
    OG_TRY(check_range("expert_feed_forward_length", hp->n_ff_exp, MAX_FF, err));
    if (hp->n_ff_shexp) OG_TRY(check_range("expert_shared_feed_forward_length", hp->n_ff_shexp, MAX_FF, err));
    OG_TRY(check_range("expert_gating_func", hp->expert_score, OG_SCORE_CHOSEN, err));
    if (groups <= 1) return OG_OK;
    if (hp->n_expert % groups || hp->n_expert / groups < 2)
        return og_fail(err, OG_ERR_FORMAT, "%u experts cannot be divided into %u groups", hp->n_expert, groups);
    OG_TRY(check_range("expert_group_used_count", hp->n_expert_group_used, groups, err));
    if (hp->n_expert / groups * hp->n_expert_group_used < hp->n_expert_used)
        return og_fail(err, OG_ERR_FORMAT, "%u of %u groups of experts have fewer than the %u that a token uses", hp->n_expert_group_used,
                       groups, hp->n_expert_used);
    return OG_OK;
}

static og_status check(const og_hparams *hp, og_error *err) {
    OG_TRY(check_experts(hp, err));
    OG_TRY(check_range("the vocabulary's length", hp->n_vocab, MAX_VOCAB, err));
    if (hp->n_head) {
        OG_TRY(check_range("head_dim (attention.key_length)", hp->head_dim, MAX_HEAD_DIM, err));
        OG_TRY(check_range("attention.value_length", hp->head_dim_v, MAX_HEAD_DIM, err));
        if (hp->head_dim % 2 || hp->head_dim_v % 2 || hp->n_rot % 2)
            return og_fail(err, OG_ERR_FORMAT, "head_dim %u with %u rotated and values of %u: all must be even", hp->head_dim, hp->n_rot,
                           hp->head_dim_v);
        OG_TRY(check_range("rope.dimension_count", hp->n_rot, hp->head_dim, err));
    }
    if (hp->window > MAX_CTX) return check_range("attention.sliding_window", hp->window, MAX_CTX, err);
    if (!(hp->norm_eps >= 0 && hp->norm_eps < 1))
        return og_fail(err, OG_ERR_FORMAT, "the norm's epsilon is %g; it must be a small positive number", (double)hp->norm_eps);
    if (!(hp->rope_base > 0 && hp->rope_base < 1e30f))
        return og_fail(err, OG_ERR_FORMAT, "rope.freq_base is %g; it must be positive", (double)hp->rope_base);
    return OG_OK;
}

/* Whether the architecture cannot do without the field: then it must be more than 0. */
static bool is_required(const og_arch *arch, size_t field) {
    for (int i = 0; i < arch->n_hparam; i++)
        if (arch->hparam[i].field == field) return arch->hparam[i].required;
    return false;
}

static og_status derive(const og_arch *arch, og_hparams *hp, og_error *err) {
    OG_TRY(check_range("context_length", hp->n_ctx_train, MAX_CTX, err));
    OG_TRY(check_range("block_count", hp->n_layer, MAX_LAYERS, err));
    OG_TRY(check_range("embedding_length", hp->n_embd, MAX_WIDTH, err));
    if (hp->n_ff || is_required(arch, offsetof(og_hparams, n_ff))) OG_TRY(check_range("feed_forward_length", hp->n_ff, MAX_FF, err));
    if (hp->n_expert && hp->n_ff_exp == 0) hp->n_ff_exp = hp->n_ff;
    if (hp->n_ff_shexp == 0) hp->n_ff_shexp = (uint32_t)OG_MIN((uint64_t)hp->n_ff_exp * hp->n_expert_shared, UINT32_MAX);
    if (!hp->n_head && !is_required(arch, offsetof(og_hparams, n_head))) return OG_OK;
    OG_TRY(check_range("attention.head_count", hp->n_head, MAX_HEADS, err));
    if (hp->n_head_kv == 0) hp->n_head_kv = hp->n_head;
    OG_TRY(check_range("attention.head_count_kv", hp->n_head_kv, hp->n_head, err));
    if (hp->head_dim == 0 && hp->n_embd % hp->n_head)
        return og_fail(err, OG_ERR_FORMAT,
                       "embedding_length %u is not a multiple of attention.head_count %u, and there is no attention.key_length", hp->n_embd,
                       hp->n_head);
    if (hp->head_dim == 0) hp->head_dim = hp->n_embd / hp->n_head;
    if (hp->head_dim_v == 0) hp->head_dim_v = hp->head_dim;
    if (hp->n_rot == 0) hp->n_rot = hp->head_dim;
    return OG_OK;
}

/* What any model may say of its use beyond prediction. */
static og_status read_use(const og_arch *arch, const og_file *file, og_hparams *hp, og_error *err) {
    static const og_hparam rows[] = {
        OG_OPTIONAL_BOOL(causal, "attention.causal", true),
        OG_OPTIONAL_U32(pooling, "pooling_type", OG_POOLING_NONE),
    };
    og_value v;
    for (size_t i = 0; i < OG_LEN(rows); i++) OG_TRY(read_row(arch, &rows[i], file, hp, err));
    char key[128];
    snprintf(key, sizeof key, "%s.classifier.pooling_type", arch->name);
    if (og_file_find(file, key, &v)) OG_TRY(og_file_get_u32(file, key, &hp->pooling_rank, err));
    if (hp->pooling_rank == OG_POOLING_NONE) hp->pooling_rank = arch->encoder ? OG_POOLING_CLS : OG_POOLING_LAST;
    if (arch->encoder) hp->causal = false;
    if (hp->pooling > OG_POOLING_RANK || hp->pooling_rank >= OG_POOLING_RANK)
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s.pooling_type is %u and %s %u: this version does not know such a pooling", arch->name,
                       hp->pooling, key, hp->pooling_rank);
    if (!(hp->alibi >= 0 && hp->alibi < 1000))
        return og_fail(err, OG_ERR_FORMAT, "attention.max_alibi_bias is %g; it must be 0 or a small positive number", (double)hp->alibi);
    hp->n_types = hp->n_labels = 1;
    if (og_file_find(file, "tokenizer.ggml.token_type_count", &v)) {
        OG_TRY(og_file_get_u32(file, "tokenizer.ggml.token_type_count", &hp->n_types, err));
        OG_TRY(check_range("tokenizer.ggml.token_type_count", hp->n_types, MAX_TYPES, err));
    }
    snprintf(key, sizeof key, "%s.classifier.output_labels", arch->name);
    if (og_file_find(file, key, &v) && v.type == OG_VALUE_ARRAY) hp->n_labels = (uint32_t)OG_MIN(v.count, (uint64_t)UINT32_MAX);
    return check_range(key, hp->n_labels, MAX_TYPES, err);
}

og_status og_hparams_read(const og_arch *arch, const og_file *file, og_hparams *out, og_error *err) {
    og_hparams hp = {.rope_base = 10000.0f};
    for (int i = 0; i < arch->n_hparam; i++) OG_TRY(read_row(arch, &arch->hparam[i], file, &hp, err));
    og_value tokens;
    if (!og_file_find(file, "tokenizer.ggml.tokens", &tokens) || tokens.type != OG_VALUE_ARRAY)
        return og_fail(err, OG_ERR_FORMAT, "there is no vocabulary (tokenizer.ggml.tokens); a model needs one");
    hp.n_vocab = (uint32_t)OG_MIN(tokens.count, UINT32_MAX);
    OG_TRY(read_use(arch, file, &hp, err));
    OG_TRY(derive(arch, &hp, err));
    if (arch->derive) arch->derive(&hp);
    OG_TRY(check(&hp, err));
    *out = hp;
    return OG_OK;
}

/* ---- layers ---- */

static og_layer plain_layer(const og_hparams *hp, uint32_t i) {
    const uint32_t period = hp->window_period;
    return (og_layer){.n_ff = hp->n_ff,
                      .n_head = hp->n_head,
                      .n_head_kv = hp->n_head_kv,
                      .head_dim = hp->head_dim,
                      .head_dim_v = hp->head_dim_v,
                      .n_rot = hp->n_rot,
                      .local = period == 0 || i % period < period - 1};
}

static void finish_layer(const og_arch *arch, const og_hparams *hp, uint32_t i, og_layer *l) {
    l->window = l->local ? hp->window : 0;
    if (arch->layer) arch->layer(hp, (int)i, l);
}

void og_layers_plain(const og_arch *arch, const og_hparams *hp, og_layer *layer) {
    for (uint32_t i = 0; i < hp->n_layer; i++) {
        layer[i] = plain_layer(hp, i);
        finish_layer(arch, hp, i, &layer[i]);
    }
}

static og_status read_arrays(const og_arch *arch, const og_file *file, uint32_t n_layer, og_layer *layer, og_error *err) {
    for (int r = 0; r < arch->n_hparam; r++) {
        const og_hparam *row = &arch->hparam[r];
        char key[128];
        og_value v;
        key_of(arch, row, key, sizeof key);
        if (row->layer_field < 0 || !og_file_find(file, key, &v) || v.type != OG_VALUE_ARRAY) continue;
        if (v.count < n_layer)
            return og_fail(err, OG_ERR_FORMAT, "%s has %llu entries for %u layers", key, (unsigned long long)v.count, n_layer);
        for (uint32_t i = 0; i < n_layer; i++)
            OG_TRY(read_element(file, key, i, (uint32_t *)(void *)((char *)&layer[i] + row->layer_field), err));
    }
    return OG_OK;
}

static og_status check_layer(const og_arch *arch, const og_hparams *hp, uint32_t i, const og_layer *l, og_error *err) {
    if (l->kind >= OG_KIND_MAX || arch->recipe[l->kind].n_block == 0 || l->rope >= OG_ROPE_SETS)
        return og_fail(err, OG_ERR_INTERNAL, "layer %u of '%s' is of kind %u, rotated by table %d", i, arch->name, l->kind, l->rope);
    if (l->n_ff > hp->n_ff && l->n_ff > MAX_FF) return check_range("feed_forward_length", l->n_ff, MAX_FF, err);
    if (l->n_head_kv == 0) return OG_OK;
    OG_TRY(check_range("attention.head_count", l->n_head, MAX_HEADS, err));
    if (l->n_head % l->n_head_kv)
        return og_fail(err, OG_ERR_FORMAT, "attention.head_count %u is not a multiple of attention.head_count_kv %u", l->n_head,
                       l->n_head_kv);
    return OG_OK;
}

og_status og_layers_read(const og_arch *arch, const og_file *file, const og_hparams *hp, og_layer *layer, og_error *err) {
    for (uint32_t i = 0; i < hp->n_layer; i++) layer[i] = plain_layer(hp, i);
    OG_TRY(read_arrays(arch, file, hp->n_layer, layer, err));
    for (uint32_t i = 0; i < hp->n_layer; i++) {
        finish_layer(arch, hp, i, &layer[i]);
        OG_TRY(check_layer(arch, hp, i, &layer[i], err));
    }
    return OG_OK;
}
