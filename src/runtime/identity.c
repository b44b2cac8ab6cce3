/* identity.c: which model a saved session belongs to. Metadata, tokenizer and tensor table count as a whole; of each tensor's data three
 * pieces do, so that a file of any size takes milliseconds. */
#include "base/hash.h"
#include "runtime/model.h"

#include <string.h>

enum { PIECE = 1024 };

static void add_value(uint64_t *h, const og_file *file, const char *key, const og_value *v) {
    const uint64_t numbers[] = {(uint64_t)v->type, v->type == OG_VALUE_ARRAY ? v->count : v->u};
    *h = og_hash(key, strlen(key) + 1, *h);
    *h = og_hash(numbers, sizeof numbers, *h);
    *h = og_hash(&v->f, sizeof v->f, *h);
    if (v->type == OG_VALUE_STRING) *h = og_hash(v->str, v->len, *h);
    og_value e;
    for (uint64_t i = 0; v->type == OG_VALUE_ARRAY && og_file_element(file, key, i, &e); i++) {
        *h = og_hash(&e.u, sizeof e.u, *h);
        *h = og_hash(&e.f, sizeof e.f, *h);
        if (e.type == OG_VALUE_STRING) *h = og_hash(e.str, e.len, *h);
    }
}

static og_status add_tensor(uint64_t *h, const og_file *file, const og_tensor_info *info, og_error *err) {
    uint8_t piece[PIECE];
    *h = og_hash(info->name, strlen(info->name) + 1, *h);
    *h = og_hash(info->type, strlen(info->type) + 1, *h);
    *h = og_hash(info->dim, sizeof info->dim, *h);
    const uint64_t last = info->bytes - OG_MIN(info->bytes, (uint64_t)PIECE);
    for (uint64_t i = 0; i < 3; i++) {
        const size_t n = (size_t)OG_MIN(info->bytes, (uint64_t)PIECE);
        OG_TRY(og_source_read(og_file_source(file, info->part), info->offset + last / 2 * i, piece, n, err));
        *h = og_hash(piece, n, *h);
    }
    return OG_OK;
}

og_status og_model_identity(const og_model *model, uint64_t *out, og_error *err) {
    const og_file *file = model->file;
    uint64_t h = 0;
    og_value v;
    const char *key;
    for (uint64_t i = 0; (key = og_file_meta(file, i, &v)); i++) add_value(&h, file, key, &v);
    og_tensor_info info;
    for (uint64_t i = 0; og_file_tensor(file, i, &info); i++) OG_TRY(add_tensor(&h, file, &info, err));
    *out = h;
    return OG_OK;
}
