/* bind.c: matches the tensors of a file with the rows of its architecture. */
#include "base/real.h"
#include "format/gguf_names.h"
#include "model/lm.h"
#include "model/speech/speech.h"

#include <stdio.h>
#include <string.h>

static og_status find_arch(const og_file *file, const og_arch **out, og_error *err) {
    const char *name;
    size_t len;
    OG_TRY(og_file_get_str(file, "general.architecture", &name, &len, err));
    *out = og_arch_named(name, len);
    if (*out) return OG_OK;
    if (og_speech_arch_named(name, len))
        return og_fail(err, OG_ERR_UNSUPPORTED, "'%.*s' recognizes speech and writes no text by itself: see offgrid transcribe",
                       (int)OG_MIN(len, 64), name);
    char known[400] = "";
    for (int i = 0; og_arch_at(i); i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", og_arch_at(i)->name);
    }
    return og_fail(err, OG_ERR_UNSUPPORTED, "this version does not know the architecture '%.*s'; it knows %s", (int)OG_MIN(len, 64), name,
                   known);
}

/* "[n_embd = 64, n_ff = 96]" */
static void spell_shape(const og_tensor_row *row, const uint64_t want[3], char *out, size_t size) {
    size_t used = (size_t)snprintf(out, size, "[");
    for (int d = 0; d < 3 && used < size; d++) {
        if (d > 0 && want[d] == 1 && !row->dim[d]) continue;
        used += (size_t)snprintf(out + used, size - used, "%s%s = %llu", d ? ", " : "", row->dim[d] ? og_dim_text(row->dim[d]) : "rows",
                                 (unsigned long long)want[d]);
    }
    if (used < size) snprintf(out + used, size - used, "]");
}

static og_status check_shape(const og_tensor_row *row, const og_tensor_info *info, const uint64_t want[3], og_error *err) {
    if (info->dim[0] == want[0] && info->dim[1] == want[1] && info->dim[2] == want[2] && info->dim[3] == 1) return OG_OK;
    char expected[256];
    spell_shape(row, want, expected, sizeof expected);
    return og_fail(err, OG_ERR_FORMAT, "tensor '%s' is [%llu, %llu, %llu, %llu], expected %s", info->name, (unsigned long long)info->dim[0],
                   (unsigned long long)info->dim[1], (unsigned long long)info->dim[2], (unsigned long long)info->dim[3], expected);
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

static const og_weight **slot_at(const og_lm *lm, int layer, const og_tensor_row *row) {
    return &lm->slot[(size_t)(layer + 1) * (size_t)lm->arch->n_tensor + (size_t)(row - lm->arch->tensor)];
}

const og_weight *og_lm_weight(const og_lm *lm, int layer, const char *stem) {
    const og_tensor_row *row = og_arch_row(lm->arch, layer >= 0, stem, strlen(stem));
    return row ? *slot_at(lm, layer, row) : NULL;
}

static const og_layer *layer_of(const og_lm *lm, int layer) {
    return &lm->layer[OG_MAX(layer, 0)];
}

static void shape_of(const og_lm *lm, const og_tensor_row *row, int layer, uint64_t dim[3]) {
    for (int d = 0; d < 3; d++) dim[d] = og_dim_value(row->dim[d], &lm->hp, layer_of(lm, layer));
}

static og_weight *add_weight(og_lm *lm, int layer, const og_tensor_row *row, og_weight weight) {
    og_weight *w = &lm->weight[lm->n_weight++];
    *w = weight;
    *slot_at(lm, layer, row) = w;
    return w;
}

/* The next of the patterns in a fused row's `parts`; *at moves past it. NULL at the end. */
static const og_tensor_row *next_part(const og_arch *arch, bool layered, const char **at) {
    while (**at == ' ') (*at)++;
    const size_t len = strcspn(*at, " ");
    const char *stem = *at;
    *at += len;
    return len ? og_arch_row(arch, layered, stem, len) : NULL;
}

/* Rows of the fused tensor, part after part, are tensors of their own: they lie one after the other in the file. */
static og_status bind_parts(og_lm *lm, const og_tensor_row *row, int layer, og_weight whole, const og_tensor_info *info, og_error *err) {
    const bool vector = row->use == OG_USE_VECTOR;
    const og_tensor_row *part;
    uint64_t want[3], rows = 0, dim[3];
    shape_of(lm, row, layer, want);
    for (const char *at = row->parts; (part = next_part(lm->arch, layer >= 0, &at)) != NULL;) {
        shape_of(lm, part, layer, dim);
        rows += vector ? dim[0] : dim[1];
    }
    want[vector ? 0 : 1] = rows;
    OG_TRY(check_shape(row, info, want, err));
    for (const char *at = row->parts; (part = next_part(lm->arch, layer >= 0, &at)) != NULL;) {
        if (*slot_at(lm, layer, part))
            return og_fail(err, OG_ERR_FORMAT, "tensor '%s' holds '%s', which is there by itself too", info->name, part->pattern);
        shape_of(lm, part, layer, dim);
        og_weight w = whole;
        w.dim[0] = (int64_t)dim[0];
        w.dim[1] = (int64_t)dim[1];
        w.bytes = whole.bytes / rows * (vector ? dim[0] : dim[1]);
        add_weight(lm, layer, part, w);
        whole.offset += w.bytes;
    }
    return OG_OK;
}

/* A fused tensor may have the name of one of its parts (ffn_up, with the gate or without): then its shape tells which it is. */
static const og_tensor_row *plain_of(const og_lm *lm, const og_tensor_row *row, int layer, const og_tensor_info *info) {
    const og_tensor_row *part;
    uint64_t dim[3];
    for (const char *at = row->parts; (part = next_part(lm->arch, layer >= 0, &at)) != NULL;) {
        shape_of(lm, part, layer, dim);
        if (strcmp(part->pattern, row->pattern) == 0 && dim[0] == info->dim[0] && dim[1] == info->dim[1]) return part;
    }
    return row;
}

static og_status bind_tensor(og_lm *lm, const og_file *file, const og_tensor_info *info, og_error *err) {
    int layer;
    const og_tensor_row *row = row_of(lm->arch, (int)lm->hp.n_layer, info->name, &layer);
    if (!row || !og_tensor_row_in(row, layer_of(lm, layer)))
        return og_fail(
            err, OG_ERR_UNSUPPORTED,
            "tensor '%s' has no place in architecture '%s' with %u layers: the file is of a variant that this version does not compute",
            info->name, lm->arch->name, lm->hp.n_layer);
    if (row->flags & OG_TENSOR_IGNORE) return OG_OK;
    og_tensor_info again;
    og_type type;
    uint64_t want[3];
    if (!og_file_find_tensor(file, info->name, &again, &type)) return og_fail(err, OG_ERR_INTERNAL, "tensor '%s' is gone", info->name);
    if (row->flags & OG_TENSOR_FUSED) row = plain_of(lm, row, layer, info);
    shape_of(lm, row, layer, want);
    if (!(row->flags & OG_TENSOR_FUSED)) OG_TRY(check_shape(row, info, want, err));
    OG_TRY(check_type(row, info, type, err));
    lm->tensor_bytes += info->bytes;
    if (row->flags & OG_TENSOR_READ) return OG_OK;
    lm->n_params += info->dim[0] * info->dim[1] * info->dim[2];
    const og_weight whole = {
        .name = info->name,
        .type = type,
        .dim = {(int64_t)info->dim[0], (int64_t)info->dim[1], (int64_t)info->dim[2], 1},
        .use = row->use,
        .src = og_file_source(file, info->part),
        .offset = info->offset,
        .bytes = info->bytes,
    };
    if (row->flags & OG_TENSOR_FUSED) return bind_parts(lm, row, layer, whole, info, err);
    if (*slot_at(lm, layer, row)) return og_fail(err, OG_ERR_FORMAT, "tensor '%s' is there twice, once in a fused one", info->name);
    add_weight(lm, layer, row, whole);
    return OG_OK;
}

static og_status check_missing_row(og_lm *lm, const og_tensor_row *row, int layer, og_error *err) {
    const og_weight **slot = slot_at(lm, layer, row);
    if (*slot || !og_tensor_row_in(row, layer_of(lm, layer))) return OG_OK;
    const og_weight *embd = og_lm_weight(lm, -1, "token_embd.weight");
    if (row->flags & OG_TENSOR_TIED && embd) {
        og_weight *tied = &lm->weight[embd - lm->weight];
        tied->use |= row->use;
        *slot = tied;
        return OG_OK;
    }
    char name[96], expected[256];
    uint64_t want[3];
    shape_of(lm, row, layer, want);
    spell_shape(row, want, expected, sizeof expected);
    og_tensor_row_name(row, layer, name, sizeof name);
    return og_fail(err, OG_ERR_FORMAT, "tensor '%s' %s is missing: the file is incomplete, or not a whole '%s' model", name, expected,
                   lm->arch->name);
}

/* After every tensor of the file has its slot: which rows are still empty? */
static og_status check_missing(og_lm *lm, og_error *err) {
    for (int i = 0; i < lm->arch->n_tensor; i++) {
        const og_tensor_row *row = &lm->arch->tensor[i];
        if (row->flags & (OG_TENSOR_OPTIONAL | OG_TENSOR_IGNORE | OG_TENSOR_FUSED)) continue;
        bool layered = og_tensor_row_is_layered(row);
        for (int layer = layered ? 0 : -1; layer < (layered ? (int)lm->hp.n_layer : 0); layer++)
            OG_TRY(check_missing_row(lm, row, layer, err));
    }
    return OG_OK;
}

/* The table of rotations `set`, if a layer uses it. */
static og_status add_rope(og_lm *lm, const og_file *file, int set, og_error *err) {
    uint32_t layer = 0;
    while (layer < lm->hp.n_layer && (lm->layer[layer].n_head_kv == 0 || lm->layer[layer].rope != set)) layer++;
    return layer == lm->hp.n_layer ? OG_OK : og_lm_add_rope(lm, file, set, lm->layer[layer].n_rot, err);
}

/* Slopes of scores that fall with distance (ALiBi): powers of 2^(-alibi / m) for the first m heads, m the largest power of two; between
 * them for the others. */
static og_status add_slopes(og_lm *lm, og_error *err) {
    const uint32_t n = lm->hp.n_head;
    if (lm->hp.alibi == 0 || n == 0) return OG_OK;
    float *values = lm->slope_values = og_alloc(n * sizeof *values);
    if (!values) return og_fail(err, OG_ERR_MEMORY, "out of memory for the slopes of %u heads", n);
    uint32_t m = 1;
    while (m * 2 <= n) m *= 2;
    for (uint32_t h = 0; h < n; h++) {
        const double step = h < m ? h + 1.0 : (2.0 * (h - m) + 1) / 2;
        values[h] = (float)og_real_pow(2, -(double)lm->hp.alibi * step / m);
    }
    og_weight *w = &lm->weight[lm->n_weight++];
    *w = (og_weight){
        .name = "slopes", .type = OG_F32, .dim = {n, 1, 1, 1}, .use = OG_USE_VECTOR, .bytes = n * sizeof(float), .values = values};
    lm->slopes = w;
    return OG_OK;
}

/* Weights that n tensors of a file can become. */
static uint64_t most_weights(const og_arch *arch, uint64_t n) {
    uint64_t parts = 1;
    for (int i = 0; i < arch->n_tensor; i++) {
        uint64_t blanks = 1;
        for (const char *p = arch->tensor[i].parts; p && *p; p++) blanks += *p == ' ';
        parts = OG_MAX(parts, blanks);
    }
    return n * parts + 2 * OG_ROPE_SETS + 1;
}

og_status og_lm_list_add(og_lm *lm, og_weight *w, og_error *err) {
    void *list = lm->list;
    bool grown = og_gguf_grow(&list, &lm->cap_list, (uint64_t)lm->n_list + 1, sizeof *lm->list);
    lm->list = list;
    if (!grown) return og_fail(err, OG_ERR_MEMORY, "out of memory for the list of weights");
    lm->list[lm->n_list++] = w;
    return OG_OK;
}

static og_status bind(og_lm *lm, const og_file *file, og_error *err) {
    OG_TRY(og_hparams_read(lm->arch, file, &lm->hp, err));
    const uint64_t n = og_file_n_tensors(file), slots = (uint64_t)(lm->hp.n_layer + 1) * (uint64_t)lm->arch->n_tensor;
    if (n > slots)
        return og_fail(err, OG_ERR_FORMAT, "%llu tensors are too many for %u layers of '%s'", (unsigned long long)n, lm->hp.n_layer,
                       lm->arch->name);
    const uint64_t most = most_weights(lm->arch, n);
    lm->layer = og_calloc(lm->hp.n_layer, sizeof *lm->layer);
    lm->kv_layer = og_calloc(lm->hp.n_layer, sizeof *lm->kv_layer);
    lm->weight = og_calloc((size_t)most, sizeof *lm->weight);
    lm->slot = og_calloc((size_t)slots, sizeof *lm->slot);
    if (!lm->layer || !lm->kv_layer || !lm->weight || !lm->slot)
        return og_fail(err, OG_ERR_MEMORY, "out of memory for the table of %llu tensors", (unsigned long long)n);
    OG_TRY(og_layers_read(lm->arch, file, &lm->hp, lm->layer, err));
    for (uint32_t i = 0; i < lm->hp.n_layer; i++) {
        const og_layer *l = &lm->layer[i];
        lm->kv_layer[i] = (og_kv_layer){.key_dim = l->head_dim, .value_dim = l->head_dim_v, .n_head = l->n_head_kv};
    }
    for (uint64_t i = 0; i < n; i++) {
        og_tensor_info info;
        if (!og_file_tensor(file, i, &info)) return og_fail(err, OG_ERR_INTERNAL, "tensor %llu is gone", (unsigned long long)i);
        OG_TRY(bind_tensor(lm, file, &info, err));
    }
    OG_TRY(check_missing(lm, err));
    for (int set = 0; set < OG_ROPE_SETS; set++) OG_TRY(add_rope(lm, file, set, err));
    OG_TRY(add_slopes(lm, err));
    for (int i = 0; i < lm->n_weight; i++) OG_TRY(og_lm_list_add(lm, &lm->weight[i], err));
    lm->state_floats = og_calloc(lm->hp.n_layer, sizeof *lm->state_floats);
    if (!lm->state_floats) return og_fail(err, OG_ERR_MEMORY, "out of memory for the table of states");
    return lm->arch->speech ? OG_OK : og_lm_state_floats(lm, lm->state_floats, err);
}

og_status og_lm_open(const og_file *file, og_lm **out, og_error *err) {
    const og_arch *arch = NULL;
    OG_TRY(find_arch(file, &arch, err));
    return og_lm_open_as(file, arch, out, err);
}

og_status og_lm_open_as(const og_file *file, const og_arch *arch, og_lm **out, og_error *err) {
    og_lm *lm = og_calloc(1, sizeof *lm);
    if (!lm) return og_fail(err, OG_ERR_MEMORY, "out of memory for a model's table");
    lm->arch = arch;
    og_arena_init(&lm->lora_arena, 4096);
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
    og_release(lm->layer);
    og_release(lm->kv_layer);
    for (int set = 0; set < OG_ROPE_SETS; set++) og_release(lm->rope[set].values);
    og_release(lm->slope_values);
    og_release(lm->state_floats);
    og_arena_free(&lm->lora_arena);
    og_release(lm);
}
