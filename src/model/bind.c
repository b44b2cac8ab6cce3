/* bind.c: matches the tensors of a file with the rows of its architecture. */
#include "model/lm.h"

#include <stdio.h>
#include <string.h>

static og_status find_arch(const og_file *file, const og_arch **out, og_error *err) {
    const char *name;
    size_t len;
    OG_TRY(og_file_get_str(file, "general.architecture", &name, &len, err));
    *out = og_arch_named(name, len);
    if (*out) return OG_OK;
    char known[256] = "";
    for (int i = 0; og_arch_at(i); i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", og_arch_at(i)->name);
    }
    return og_fail(err, OG_ERR_UNSUPPORTED, "this version does not know the architecture '%.*s'; it knows %s", (int)OG_MIN(len, 64), name,
                   known);
}

static og_status check_shape(const og_tensor_row *row, const og_tensor_info *info, const og_hparams *hp, og_error *err) {
    uint64_t want0 = og_dim_value(row->dim[0], hp), want1 = og_dim_value(row->dim[1], hp);
    if (info->dim[0] == want0 && info->dim[1] == want1 && info->dim[2] == 1 && info->dim[3] == 1) return OG_OK;
    return og_fail(err, OG_ERR_FORMAT, "tensor '%s' is [%llu, %llu, %llu, %llu], expected [%s = %llu, %s = %llu]", info->name,
                   (unsigned long long)info->dim[0], (unsigned long long)info->dim[1], (unsigned long long)info->dim[2],
                   (unsigned long long)info->dim[3], og_dim_text(row->dim[0]), (unsigned long long)want0, og_dim_text(row->dim[1]),
                   (unsigned long long)want1);
}

static og_status check_type(const og_tensor_row *row, const og_tensor_info *info, og_type type, og_error *err) {
    const og_quant *q = og_quant_of((uint32_t)type);
    bool number = q && type != OG_F64 && (q->is_float || q->is_block);
    if (number && !(row->use == OG_USE_VECTOR && q->is_block)) return OG_OK;
    return og_fail(err, OG_ERR_UNSUPPORTED, "tensor '%s' is of type %s, which cannot be used as a %s", info->name, info->type,
                   row->use == OG_USE_VECTOR ? "vector (F32, F16 or BF16 can)" : "matrix");
}

/* The row and layer of the tensor named `name`; NULL if no row has it. */
static const og_tensor_row *row_of(const og_arch *arch, int n_layer, const char *name, int *layer) {
    for (int i = 0; i < arch->n_tensor; i++) {
        const char *pattern = arch->tensor[i].pattern, *number = strstr(pattern, "%d");
        *layer = -1;
        if (!number) {
            if (strcmp(pattern, name) == 0) return &arch->tensor[i];
            continue;
        }
        size_t head = (size_t)(number - pattern);
        if (strncmp(name, pattern, head) != 0) continue;
        const char *p = name + head;
        int value = 0, digits = 0;
        for (; *p >= '0' && *p <= '9' && digits < 6; p++, digits++) value = value * 10 + (*p - '0');
        bool canonical = digits == 1 || (digits > 1 && name[head] != '0');
        if (canonical && value < n_layer && strcmp(p, number + 2) == 0) {
            *layer = value;
            return &arch->tensor[i];
        }
    }
    return NULL;
}

static const og_weight **slot_at(const og_lm *lm, int layer, og_slot slot) {
    return &lm->slot[(size_t)(layer + 1) * OG_SLOT_COUNT + slot];
}

const og_weight *og_lm_weight(const og_lm *lm, int layer, og_slot slot) {
    return *slot_at(lm, layer, slot);
}

static og_status bind_tensor(og_lm *lm, const og_file *file, const og_tensor_info *info, const char **factors, og_error *err) {
    int layer;
    const og_tensor_row *row = row_of(lm->arch, (int)lm->hp.n_layer, info->name, &layer);
    if (!row)
        return og_fail(
            err, OG_ERR_UNSUPPORTED,
            "tensor '%s' has no place in architecture '%s' with %u layers: the file is of a variant that this version does not compute",
            info->name, lm->arch->name, lm->hp.n_layer);
    if (row->flags & OG_TENSOR_IGNORE) return OG_OK;
    og_tensor_info again;
    og_type type;
    if (!og_file_find_tensor(file, info->name, &again, &type)) return og_fail(err, OG_ERR_INTERNAL, "tensor '%s' is gone", info->name);
    OG_TRY(check_shape(row, info, &lm->hp, err));
    OG_TRY(check_type(row, info, type, err));
    uint64_t count = info->dim[0] * info->dim[1];
    lm->tensor_bytes += info->bytes;
    if (row->flags & OG_TENSOR_READ) {
        *factors = info->name;
        return OG_OK;
    }
    lm->n_params += count;
    og_weight *w = &lm->weight[lm->n_weight++];
    *w = (og_weight){
        .name = info->name,
        .type = type,
        .dim = {(int64_t)info->dim[0], (int64_t)info->dim[1], 1, 1},
        .use = row->use,
        .src = og_file_source(file, info->part),
        .offset = info->offset,
        .bytes = info->bytes,
    };
    *slot_at(lm, layer, row->slot) = w;
    return OG_OK;
}

/* After every tensor of the file has its slot: which rows are still empty? */
static og_status check_missing(og_lm *lm, og_error *err) {
    for (int i = 0; i < lm->arch->n_tensor; i++) {
        const og_tensor_row *row = &lm->arch->tensor[i];
        if (row->flags & (OG_TENSOR_OPTIONAL | OG_TENSOR_IGNORE)) continue;
        bool layered = og_tensor_row_is_layered(row);
        for (int layer = layered ? 0 : -1; layer < (layered ? (int)lm->hp.n_layer : 0); layer++) {
            const og_weight **slot = slot_at(lm, layer, row->slot);
            if (*slot) continue;
            if (row->flags & OG_TENSOR_TIED) {
                og_weight *embd = &lm->weight[*slot_at(lm, -1, OG_SLOT_TOKEN_EMBD) - lm->weight];
                embd->use |= row->use;
                *slot = embd;
                continue;
            }
            char name[96];
            og_tensor_row_name(row, layer, name, sizeof name);
            return og_fail(err, OG_ERR_FORMAT,
                           "tensor '%s' [%s = %llu, %s = %llu] is missing: the file is incomplete, or not a whole '%s' model", name,
                           og_dim_text(row->dim[0]), (unsigned long long)og_dim_value(row->dim[0], &lm->hp), og_dim_text(row->dim[1]),
                           (unsigned long long)og_dim_value(row->dim[1], &lm->hp), lm->arch->name);
        }
    }
    return OG_OK;
}

static og_status add_rope(og_lm *lm, const og_file *file, const char *factors, og_error *err) {
    uint32_t n = lm->hp.n_rot / 2;
    lm->rope_values = og_alloc(n * sizeof(float));
    if (!lm->rope_values) return og_fail(err, OG_ERR_MEMORY, "out of memory for rotary frequencies");
    OG_TRY(og_rope_frequencies(lm->arch, &lm->hp, file, factors, lm->rope_values, err));
    og_weight *w = &lm->weight[lm->n_weight++];
    *w = (og_weight){.name = "rope_frequencies",
                     .type = OG_F32,
                     .dim = {n, 1, 1, 1},
                     .use = OG_USE_VECTOR,
                     .bytes = n * sizeof(float),
                     .values = lm->rope_values};
    lm->rope_freq = w;
    return OG_OK;
}

static og_status bind(og_lm *lm, const og_file *file, og_error *err) {
    OG_TRY(find_arch(file, &lm->arch, err));
    OG_TRY(og_hparams_read(lm->arch, file, &lm->hp, err));
    uint64_t n = og_file_n_tensors(file);
    if (n > (uint64_t)(lm->hp.n_layer + 1) * OG_SLOT_COUNT * 2)
        return og_fail(err, OG_ERR_FORMAT, "%llu tensors are too many for %u layers of '%s'", (unsigned long long)n, lm->hp.n_layer,
                       lm->arch->name);
    lm->weight = og_calloc((size_t)n + 1, sizeof *lm->weight);
    lm->list = og_calloc((size_t)n + 1, sizeof *lm->list);
    lm->slot = og_calloc((size_t)(lm->hp.n_layer + 1) * OG_SLOT_COUNT, sizeof *lm->slot);
    if (!lm->weight || !lm->list || !lm->slot)
        return og_fail(err, OG_ERR_MEMORY, "out of memory for the table of %llu tensors", (unsigned long long)n);
    const char *factors = NULL;
    for (uint64_t i = 0; i < n; i++) {
        og_tensor_info info;
        if (!og_file_tensor(file, i, &info)) return og_fail(err, OG_ERR_INTERNAL, "tensor %llu is gone", (unsigned long long)i);
        OG_TRY(bind_tensor(lm, file, &info, &factors, err));
    }
    OG_TRY(check_missing(lm, err));
    OG_TRY(add_rope(lm, file, factors, err));
    for (int i = 0; i < lm->n_weight; i++) lm->list[i] = &lm->weight[i];
    return OG_OK;
}

og_status og_lm_open(const og_file *file, og_lm **out, og_error *err) {
    og_lm *lm = og_calloc(1, sizeof *lm);
    if (!lm) return og_fail(err, OG_ERR_MEMORY, "out of memory for a model's table");
    og_status status = bind(lm, file, err);
    if (status == OG_OK)
        *out = lm;
    else
        og_lm_close(lm);
    return status;
}

void og_lm_close(og_lm *lm) {
    if (!lm) return;
    og_release(lm->weight);
    og_release((void *)lm->list);
    og_release((void *)lm->slot);
    og_release(lm->rope_values);
    og_release(lm);
}
