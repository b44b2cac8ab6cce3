/* tiny_model.h: for tests, a random model of any architecture row, written as a GGUF file. */
#ifndef OG_TESTS_TINY_MODEL_H
#define OG_TESTS_TINY_MODEL_H

#include "format/gguf.h"
#include "model/arch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct tiny_key {
    char name[96];
    char type; /* u(nsigned), f(loat), s(tring), b(ool), a(rray of unsigned: "4,2") */
    char value[64];
} tiny_key;

static inline uint32_t tiny_array(const tiny_key *key, uint32_t out[64]) {
    uint32_t n = 0;
    for (const char *at = key->value; *at && n < 64; at += *at == ',') {
        char *end;
        out[n++] = (uint32_t)strtoul(at, &end, 10);
        if (end == at) break;
        at = end;
    }
    return n;
}

typedef struct tiny_options {
    og_type type;         /* of matrices; F32 by default */
    bool mixed;           /* matrices of several types, all of blocks of 32 or float */
    const tiny_key *keys; /* these keys, in place of the row's or beside them */
    int n_keys;
    const char *without;   /* names that begin with one of these words ("attn_q_norm rope_freqs") are left out, if they are optional */
    const char *factors;   /* tensors of rotary factors that begin with this are there */
    const char *leave_out; /* this tensor is missing */
    const char *reshape;   /* this tensor has one row or element more */
    const char *retype;    /* this tensor is F64 */
    const char *extra;     /* a tensor more, [4] */
    const char *omit_key;  /* this key is missing */
    const char *set_key;   /* this key is a float: set_value */
    float set_value;
    const char *set_str_key; /* this key is a string */
    const char *set_str;
    const char *arch; /* general.architecture, if not the row's */
    bool tied;
} tiny_options;

/* Whether item i of a long list is to be tried: where everything is slow, only some are. */
static inline bool tiny_tried(int i) {
    const char *sparse = getenv("OG_SPARSE");
    const int n = sparse ? atoi(sparse) : 1;
    return n < 2 || i % n == 0;
}

static inline const char *tiny_path(char *path, size_t size) {
    static int serial;
    const char *dir = getenv("TMPDIR");
    snprintf(path, size, "%s/offgrid_tiny_%d_%d.gguf", dir ? dir : "/tmp", (int)getpid(), serial++);
    return path;
}

static inline float tiny_random(uint32_t *state) { /* about [-1, 1], sum of two uniforms */
    float sum = 0;
    for (int i = 0; i < 2; i++) {
        *state = *state * 1664525u + 1013904223u;
        sum += (float)(*state >> 8) / 16777216.0f;
    }
    return sum - 1;
}

/* A size whose rows are whole blocks of every format. */
static inline og_hparams tiny_wide(const og_arch *arch) {
    og_hparams hp = arch->tiny;
    hp.n_layer = 1;
    hp.n_embd = hp.n_ff = 256;
    if (hp.n_ff_exp) hp.n_ff_exp = 256;
    if (hp.n_ff_shexp) hp.n_ff_shexp = 256;
    hp.n_head = 4;
    hp.n_head_kv = 2;
    hp.head_dim = hp.head_dim_v = hp.n_rot = 64;
    return hp;
}

static inline void tiny_vocabulary(og_gguf_writer *w, uint32_t n) {
    char(*text)[16] = calloc(n, sizeof *text);
    const char **s = calloc(n, sizeof *s);
    size_t *len = calloc(n, sizeof *len);
    int32_t *kind = calloc(n, sizeof *kind);
    float *score = calloc(n, sizeof *score);
    for (uint32_t i = 0; i < n; i++) {
        static const char *const special[] = {"<unk>", "<s>", "</s>"};
        if (i < 3)
            snprintf(text[i], sizeof text[i], "%s", special[i]);
        else if (i < 29)
            snprintf(text[i], sizeof text[i], "%c", 'a' + (int)i - 3);
        else if (i == 29)
            snprintf(text[i], sizeof text[i], "\xe2\x96\x81");
        else
            snprintf(text[i], sizeof text[i], "\xe2\x96\x81w%u", i);
        s[i] = text[i];
        len[i] = strlen(text[i]);
        kind[i] = i == 0 ? 2 : (i < 3 ? 3 : 1);
        score[i] = -(float)i;
    }
    og_gguf_set_str(w, "tokenizer.ggml.model", "llama", 5);
    og_gguf_set_strings(w, "tokenizer.ggml.tokens", s, len, n);
    og_gguf_set_array(w, "tokenizer.ggml.scores", OG_VALUE_F32, score, n);
    og_gguf_set_array(w, "tokenizer.ggml.token_type", OG_VALUE_I32, kind, n);
    og_gguf_set_u32(w, "tokenizer.ggml.bos_token_id", 1);
    og_gguf_set_u32(w, "tokenizer.ggml.eos_token_id", 2);
    og_gguf_set_u32(w, "tokenizer.ggml.unknown_token_id", 0);
    free(text);
    free((void *)s);
    free(len);
    free(kind);
    free(score);
}

/* Where layers differ in what the row fills, the key is an array whose largest entry is the number for the whole. */
static inline bool tiny_layered(og_gguf_writer *w, const char *key, const og_hparam *row, const og_number *whole, uint32_t n_layer,
                                const og_layer *layers) {
    if (row->layer_field < 0) return false;
    bool differ = false;
    uint32_t largest = 0;
    uint32_t *values = malloc(n_layer * sizeof *values);
    for (uint32_t i = 0; i < n_layer; i++) {
        memcpy(&values[i], (const char *)&layers[i] + row->layer_field, sizeof *values);
        differ |= values[i] != values[0];
        largest = OG_MAX(largest, values[i]);
    }
    differ &= largest == whole->u;
    if (differ) og_gguf_set_array(w, key, OG_VALUE_U32, values, n_layer);
    free(values);
    return differ;
}

static inline void tiny_metadata(og_gguf_writer *w, const og_arch *arch, const og_hparams *hp, const tiny_options *o) {
    const char *name = o->arch ? o->arch : arch->name;
    og_gguf_set_str(w, "general.architecture", name, strlen(name));
    og_gguf_set_str(w, "general.name", "tiny", 4);
    og_layer *layers = malloc(hp->n_layer * sizeof *layers);
    og_layers_plain(arch, hp, layers);
    for (int i = 0; i < arch->n_hparam; i++) {
        char key[128];
        snprintf(key, sizeof key, "%s.%s", arch->name, arch->hparam[i].key);
        bool given = false;
        for (int k = 0; k < o->n_keys; k++) given |= strcmp(o->keys[k].name, key) == 0;
        if (given) continue;
        if ((o->omit_key && strcmp(key, o->omit_key) == 0) || (o->set_key && strcmp(key, o->set_key) == 0)) continue;
        const char *field = (const char *)hp + arch->hparam[i].field;
        const og_number *number = (const og_number *)(const void *)field;
        if (tiny_layered(w, key, &arch->hparam[i], number, hp->n_layer, layers)) continue;
        if (arch->hparam[i].type == OG_HPARAM_F32)
            og_gguf_set_f32(w, key, number->f);
        else if (arch->hparam[i].type == OG_HPARAM_BOOL)
            og_gguf_set_bool(w, key, number->u != 0);
        else
            og_gguf_set_u32(w, key, number->u);
    }
    free(layers);
    for (int k = 0; k < o->n_keys; k++) {
        const tiny_key *t = &o->keys[k];
        if (t->type == 's') og_gguf_set_str(w, t->name, t->value, strlen(t->value));
        uint32_t array[64];
        if (t->type == 'a') og_gguf_set_array(w, t->name, OG_VALUE_U32, array, tiny_array(t, array));
        if (t->type == 'b') og_gguf_set_bool(w, t->name, strcmp(t->value, "true") == 0);
        if (t->type == 'u') og_gguf_set_u32(w, t->name, (uint32_t)strtoul(t->value, NULL, 10));
        if (t->type == 'f') og_gguf_set_f32(w, t->name, strtof(t->value, NULL));
    }
    if (o->set_key && o->set_value >= 0 && o->set_value < 1e9f && o->set_value == (float)(int32_t)o->set_value)
        og_gguf_set_u32(w, o->set_key, (uint32_t)o->set_value);
    else if (o->set_key)
        og_gguf_set_f32(w, o->set_key, o->set_value);
    if (o->set_str_key) og_gguf_set_str(w, o->set_str_key, o->set_str, strlen(o->set_str));
    if (!o->omit_key || strcmp(o->omit_key, "tokenizer.ggml.tokens") != 0) tiny_vocabulary(w, hp->n_vocab);
}

static inline bool tiny_begins_with(const char *s, const char *word, size_t len) {
    return strncmp(s, word, len) == 0;
}

static inline bool tiny_ends_with(const char *s, const char *end) {
    return strlen(s) >= strlen(end) && strcmp(s + strlen(s) - strlen(end), end) == 0;
}

/* Shape of a row's tensor; of a fused one, from its parts. */
static inline void tiny_shape(const og_arch *arch, const og_hparams *hp, const og_layer *layer, const og_tensor_row *row, uint64_t dim[3]) {
    for (int d = 0; d < 3; d++) dim[d] = og_dim_value(row->dim[d], hp, layer);
    if (!(row->flags & OG_TENSOR_FUSED)) return;
    const int side = row->use == OG_USE_VECTOR ? 0 : 1;
    dim[side] = 0;
    for (const char *at = row->parts; *at; at += strspn(at, " ")) {
        const size_t len = strcspn(at, " ");
        const og_tensor_row *part = og_arch_row(arch, og_tensor_row_is_layered(row), at, len);
        dim[side] += og_dim_value(part->dim[side], hp, layer);
        at += len;
    }
}

static inline og_status tiny_data(og_gguf_writer *w, const char *name, og_type type, const uint64_t dim[3], uint32_t *seed, og_error *err) {
    uint64_t bytes = 0;
    const bool matrix = dim[1] * dim[2] > 1, factor = tiny_begins_with(name, "rope_f", 6), bias = tiny_ends_with(name, ".bias");
    const bool decay = tiny_ends_with(name, ".ssm_a");
    og_quant_row_bytes(type, dim[0], &bytes);
    float *x = malloc(dim[0] * sizeof *x);
    void *packed = malloc(bytes);
    og_status status = OG_OK;
    for (uint64_t r = 0; r < dim[1] * dim[2] && status == OG_OK; r++) {
        for (uint64_t c = 0; c < dim[0]; c++)
            x[c] = factor   ? 4.5f + 3.5f * tiny_random(seed)
                   : matrix ? 0.25f * tiny_random(seed)
                            : (bias ? 0 : 1) + 0.3f * tiny_random(seed);
        for (uint64_t c = 0; decay && c < dim[0]; c++) x[c] = -fabsf(x[c]) - 0.1f;
        og_quant_encode(type, x, packed, dim[0], NULL);
        status = og_gguf_add_data(w, packed, bytes, err);
    }
    free(x);
    free(packed);
    return status;
}

static inline bool tiny_left_out(const og_tensor_row *row, const tiny_options *o) {
    const char *stem = og_tensor_row_is_layered(row) ? strchr(row->pattern, 'd') + 2 : row->pattern;
    if (row->flags & (OG_TENSOR_IGNORE | OG_TENSOR_PART) || (o->tied && row->flags & OG_TENSOR_TIED)) return true;
    if (row->flags & OG_TENSOR_READ) return !o->factors || !tiny_begins_with(stem, o->factors, strlen(o->factors));
    for (const char *at = o->without; at && *at && row->flags & OG_TENSOR_OPTIONAL; at += strspn(at, " ")) {
        const size_t len = strcspn(at, " ");
        if (tiny_begins_with(stem, at, len)) return true;
        at += len;
    }
    return false;
}

/* What arrays among the options' keys say of layers. */
static inline void tiny_layers(const og_arch *arch, const og_hparams *hp, const tiny_options *o, og_layer *layers) {
    for (int k = 0; k < o->n_keys; k++)
        for (int i = 0; i < arch->n_hparam && o->keys[k].type == 'a'; i++) {
            uint32_t value[64];
            const char *key = o->keys[k].name + strlen(arch->name) + 1;
            if (strcmp(key, arch->hparam[i].key) != 0 || arch->hparam[i].layer_field < 0) continue;
            const uint32_t n = tiny_array(&o->keys[k], value);
            for (uint32_t l = 0; l < n && l < hp->n_layer; l++)
                memcpy((char *)&layers[l] + arch->hparam[i].layer_field, &value[l], sizeof value[l]);
        }
}

/* Goes over the tensors of the model, twice: to declare them, then for their data. */
static inline og_status tiny_tensors(og_gguf_writer *w, const og_arch *arch, const og_hparams *hp, const tiny_options *o, bool data,
                                     og_error *err) {
    static const og_type mixture[] = {OG_Q8_0, OG_F16, OG_Q5_0, OG_Q8_0, OG_BF16, OG_Q5_1, OG_F32};
    uint32_t seed = 1;
    og_status status = OG_OK;
    og_layer *layers = malloc(hp->n_layer * sizeof *layers);
    og_layers_plain(arch, hp, layers);
    tiny_layers(arch, hp, o, layers);
    for (int i = 0; i < arch->n_tensor; i++) {
        const og_tensor_row *row = &arch->tensor[i];
        if (tiny_left_out(row, o)) continue;
        const bool vector = row->use == OG_USE_VECTOR, layered = og_tensor_row_is_layered(row);
        for (int layer = 0; layer < (layered ? (int)hp->n_layer : 1) && status == OG_OK; layer++) {
            if (layered && !og_tensor_row_in(row, &layers[layer])) continue;
            char name[96];
            uint64_t dim[3];
            og_tensor_row_name(row, layer, name, sizeof name);
            if (o->leave_out && strcmp(name, o->leave_out) == 0) continue;
            tiny_shape(arch, hp, &layers[layer], row, dim);
            og_type type = vector ? OG_F32 : o->mixed ? mixture[(i + layer) % (int)OG_LEN(mixture)] : o->type;
            if (o->reshape && strcmp(name, o->reshape) == 0) dim[vector ? 0 : 1]++;
            if (o->retype && strcmp(name, o->retype) == 0) type = OG_F64;
            if (data)
                status = tiny_data(w, name, type, dim, &seed, err);
            else
                og_gguf_add_tensor(w, name, type, dim, dim[2] > 1 ? 3 : dim[1] > 1 || !vector ? 2 : 1);
        }
    }
    free(layers);
    if (status != OG_OK || !o->extra) return status;
    if (!data) return og_gguf_add_tensor(w, o->extra, OG_F32, (const uint64_t[]){4}, 1), OG_OK;
    return og_gguf_add_data(w, (const float[4]){0}, 16, err);
}

/* Writes the model; hp NULL: the row's tiny size. */
static inline og_status tiny_write(const char *path, const og_arch *arch, const og_hparams *hp, const tiny_options *options,
                                   og_error *err) {
    static const tiny_options plain = {0};
    const tiny_options *o = options ? options : &plain;
    if (!hp) hp = &arch->tiny;
    og_gguf_writer *w;
    OG_TRY(og_gguf_writer_open(path, &w, err));
    tiny_metadata(w, arch, hp, o);
    og_status status = tiny_tensors(w, arch, hp, o, false, err);
    if (status == OG_OK) status = og_gguf_begin_data(w, err);
    if (status == OG_OK) status = tiny_tensors(w, arch, hp, o, true, err);
    if (status == OG_OK) return og_gguf_writer_commit(w, err);
    og_gguf_writer_abort(w);
    return status;
}

#endif
