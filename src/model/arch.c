/* arch.c: the table of architectures, and hyperparameters by the rows of one. */
#include "model/arch.h"

#include "format/gguf.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const og_arch *const archs[] = {
#define MODEL(name, families) &og_arch_##name,
#include "model/models.def"
};

/* Past these a file is damaged or hostile; they keep every product of two in 64 bits and every graph in reason. */
enum {
    MAX_WIDTH = 65536,
    MAX_LAYERS = 1024,
    MAX_HEADS = 4096,
    MAX_HEAD_DIM = 1024,
    MAX_FF = 1 << 20,
    MAX_VOCAB = 1 << 24,
    MAX_CTX = 1 << 28
};

const og_arch *og_arch_at(int i) {
    return i >= 0 && i < (int)OG_LEN(archs) ? archs[i] : NULL;
}

const og_arch *og_arch_named(const char *name, size_t len) {
    for (size_t i = 0; i < OG_LEN(archs); i++)
        if (strlen(archs[i]->name) == len && memcmp(archs[i]->name, name, len) == 0) return archs[i];
    return NULL;
}

static og_status read_row(const og_arch *arch, const og_hparam *row, const og_file *file, og_hparams *hp, og_error *err) {
    char key[128];
    og_value v;
    snprintf(key, sizeof key, "%s.%s", arch->name, row->key);
    char *field = (char *)hp + row->field;
    if (!og_file_find(file, key, &v) && !row->required) {
        if (row->is_float) memcpy(field, &row->fallback, sizeof(float));
        return OG_OK;
    }
    if (row->is_float) return og_file_get_f32(file, key, (float *)(void *)field, err);
    return og_file_get_u32(file, key, (uint32_t *)(void *)field, err);
}

static og_status check_range(const char *what, uint64_t v, uint64_t max, og_error *err) {
    if (v >= 1 && v <= max) return OG_OK;
    return og_fail(err, OG_ERR_FORMAT, "%s is %llu, which no model has (1 to %llu are possible): the file is damaged", what,
                   (unsigned long long)v, (unsigned long long)max);
}

static og_status check(const og_hparams *hp, og_error *err) {
    OG_TRY(check_range("the vocabulary's length", hp->n_vocab, MAX_VOCAB, err));
    OG_TRY(check_range("head_dim (attention.key_length)", hp->head_dim, MAX_HEAD_DIM, err));
    if (hp->n_head % hp->n_head_kv)
        return og_fail(err, OG_ERR_FORMAT, "attention.head_count %u is not a multiple of attention.head_count_kv %u", hp->n_head,
                       hp->n_head_kv);
    if (hp->head_dim % 2 || hp->n_rot % 2)
        return og_fail(err, OG_ERR_FORMAT, "head_dim %u with %u rotated: both must be even", hp->head_dim, hp->n_rot);
    OG_TRY(check_range("rope.dimension_count", hp->n_rot, hp->head_dim, err));
    if (!(hp->norm_eps >= 0 && hp->norm_eps < 1))
        return og_fail(err, OG_ERR_FORMAT, "the norm's epsilon is %g; it must be a small positive number", (double)hp->norm_eps);
    if (!(hp->rope_base > 0 && hp->rope_base < 1e30f))
        return og_fail(err, OG_ERR_FORMAT, "rope.freq_base is %g; it must be positive", (double)hp->rope_base);
    return OG_OK;
}

static og_status derive(og_hparams *hp, og_error *err) {
    OG_TRY(check_range("context_length", hp->n_ctx_train, MAX_CTX, err));
    OG_TRY(check_range("block_count", hp->n_layer, MAX_LAYERS, err));
    OG_TRY(check_range("embedding_length", hp->n_embd, MAX_WIDTH, err));
    OG_TRY(check_range("feed_forward_length", hp->n_ff, MAX_FF, err));
    OG_TRY(check_range("attention.head_count", hp->n_head, MAX_HEADS, err));
    if (hp->n_head_kv == 0) hp->n_head_kv = hp->n_head;
    OG_TRY(check_range("attention.head_count_kv", hp->n_head_kv, hp->n_head, err));
    if (hp->head_dim == 0 && hp->n_embd % hp->n_head)
        return og_fail(err, OG_ERR_FORMAT,
                       "embedding_length %u is not a multiple of attention.head_count %u, and there is no attention.key_length", hp->n_embd,
                       hp->n_head);
    if (hp->head_dim == 0) hp->head_dim = hp->n_embd / hp->n_head;
    if (hp->n_rot == 0) hp->n_rot = hp->head_dim;
    return OG_OK;
}

og_status og_hparams_read(const og_arch *arch, const og_file *file, og_hparams *out, og_error *err) {
    og_hparams hp = {0};
    for (int i = 0; i < arch->n_hparam; i++) OG_TRY(read_row(arch, &arch->hparam[i], file, &hp, err));
    og_value tokens;
    if (!og_file_find(file, "tokenizer.ggml.tokens", &tokens) || tokens.type != OG_VALUE_ARRAY)
        return og_fail(err, OG_ERR_FORMAT, "there is no vocabulary (tokenizer.ggml.tokens); a model needs one");
    hp.n_vocab = (uint32_t)OG_MIN(tokens.count, UINT32_MAX);
    OG_TRY(derive(&hp, err));
    OG_TRY(check(&hp, err));
    char key[128];
    uint32_t value_dim;
    og_value v;
    snprintf(key, sizeof key, "%s.attention.value_length", arch->name);
    if (og_file_find(file, key, &v)) {
        OG_TRY(og_file_get_u32(file, key, &value_dim, err));
        if (value_dim != hp.head_dim)
            return og_fail(err, OG_ERR_UNSUPPORTED, "values are %u wide and keys %u; '%s' models must have the same", value_dim,
                           hp.head_dim, arch->name);
    }
    *out = hp;
    return OG_OK;
}

uint64_t og_dim_value(og_dim dim, const og_hparams *hp) {
    switch (dim) {
#define DIM(name, text, value) \
    case OG_DIM_##name:        \
        return value;
        OG_DIMS(DIM)
#undef DIM
    }
    return 0;
}

const char *og_dim_text(og_dim dim) {
    switch (dim) {
#define DIM(name, text, value) \
    case OG_DIM_##name:        \
        return text;
        OG_DIMS(DIM)
#undef DIM
    }
    return "?";
}

bool og_tensor_row_is_layered(const og_tensor_row *row) {
    return strstr(row->pattern, "%d") != NULL;
}

void og_tensor_row_name(const og_tensor_row *row, int layer, char *out, size_t size) {
    const char *number = strstr(row->pattern, "%d");
    if (number)
        snprintf(out, size, "%.*s%d%s", (int)(number - row->pattern), row->pattern, layer, number + 2);
    else
        snprintf(out, size, "%s", row->pattern);
}
