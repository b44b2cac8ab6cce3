/* tiny_model.h: for tests, a random model of any architecture row, written as a GGUF file. */
#ifndef OG_TESTS_TINY_MODEL_H
#define OG_TESTS_TINY_MODEL_H

#include "format/gguf.h"
#include "model/arch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct tiny_options {
    og_type type;          /* of matrices; F32 by default */
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
    hp.n_head = 4;
    hp.n_head_kv = 2;
    hp.head_dim = hp.n_rot = 64;
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

static inline void tiny_metadata(og_gguf_writer *w, const og_arch *arch, const og_hparams *hp, const tiny_options *o) {
    const char *name = o->arch ? o->arch : arch->name;
    og_gguf_set_str(w, "general.architecture", name, strlen(name));
    og_gguf_set_str(w, "general.name", "tiny", 4);
    for (int i = 0; i < arch->n_hparam; i++) {
        char key[128];
        snprintf(key, sizeof key, "%s.%s", arch->name, arch->hparam[i].key);
        if ((o->omit_key && strcmp(key, o->omit_key) == 0) || (o->set_key && strcmp(key, o->set_key) == 0)) continue;
        const char *field = (const char *)hp + arch->hparam[i].field;
        if (arch->hparam[i].is_float)
            og_gguf_set_f32(w, key, *(const float *)(const void *)field);
        else
            og_gguf_set_u32(w, key, *(const uint32_t *)(const void *)field);
    }
    if (o->set_key && o->set_value >= 0 && o->set_value < 1e9f && o->set_value == (float)(int32_t)o->set_value)
        og_gguf_set_u32(w, o->set_key, (uint32_t)o->set_value);
    else if (o->set_key)
        og_gguf_set_f32(w, o->set_key, o->set_value);
    if (o->set_str_key) og_gguf_set_str(w, o->set_str_key, o->set_str, strlen(o->set_str));
    if (!o->omit_key || strcmp(o->omit_key, "tokenizer.ggml.tokens") != 0) tiny_vocabulary(w, hp->n_vocab);
}

/* Calls back for each tensor of the model, twice: to declare it, then for its data. */
static inline og_status tiny_tensors(og_gguf_writer *w, const og_arch *arch, const og_hparams *hp, const tiny_options *o, bool data,
                                     og_error *err) {
    uint32_t seed = 1;
    for (int i = 0; i < arch->n_tensor; i++) {
        const og_tensor_row *row = &arch->tensor[i];
        if (row->flags & (OG_TENSOR_IGNORE | OG_TENSOR_READ) || (o->tied && row->flags & OG_TENSOR_TIED)) continue;
        bool vector = row->use == OG_USE_VECTOR;
        for (int layer = 0; layer < (og_tensor_row_is_layered(row) ? (int)hp->n_layer : 1); layer++) {
            char name[96];
            og_tensor_row_name(row, layer, name, sizeof name);
            if (o->leave_out && strcmp(name, o->leave_out) == 0) continue;
            uint64_t dim[2] = {og_dim_value(row->dim[0], hp), og_dim_value(row->dim[1], hp)};
            og_type type = vector ? OG_F32 : o->type;
            if (o->reshape && strcmp(name, o->reshape) == 0) dim[vector ? 0 : 1]++;
            if (o->retype && strcmp(name, o->retype) == 0) type = OG_F64;
            if (!data) {
                og_gguf_add_tensor(w, name, type, dim, vector ? 1 : 2);
                continue;
            }
            uint64_t bytes = 0;
            og_quant_row_bytes(type, dim[0], &bytes);
            float *x = malloc(dim[0] * sizeof *x);
            void *packed = malloc(bytes);
            for (uint64_t r = 0; r < dim[1]; r++) {
                for (uint64_t c = 0; c < dim[0]; c++) x[c] = vector ? 1 + 0.3f * tiny_random(&seed) : 0.25f * tiny_random(&seed);
                og_quant_encode(type, x, packed, dim[0], NULL);
                OG_TRY(og_gguf_add_data(w, packed, bytes, err));
            }
            free(x);
            free(packed);
        }
    }
    if (!o->extra) return OG_OK;
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
