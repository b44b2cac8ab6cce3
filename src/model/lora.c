/* lora.c: low-rank adapters (Hu et al. 2021) from GGUF files of llama.cpp's kind: general.type "adapter", adapter.type "lora",
 * adapter.lora.alpha, and for a matrix NAME [in, out] the tensors NAME.lora_a [in, rank] and NAME.lora_b [rank, out]. */
#include "model/lm.h"

#include <stdio.h>
#include <string.h>

static bool is_string(const og_file *file, const char *key, const char *text) {
    og_value v;
    return og_file_find(file, key, &v) && v.type == OG_VALUE_STRING && v.len == strlen(text) && memcmp(v.str, text, v.len) == 0;
}

static og_status check_kind(const og_lm *lm, const og_file *file, og_error *err) {
    og_value v;
    if (!is_string(file, "general.type", "adapter"))
        return og_fail(err, OG_ERR_FORMAT, "this is a model, not an adapter (general.type is not \"adapter\")");
    if (!is_string(file, "adapter.type", "lora"))
        return og_fail(err, OG_ERR_UNSUPPORTED, "the adapter is not of the kind \"lora\" (adapter.type), the only one that is known");
    if (og_file_find(file, "adapter.alora.invocation_tokens", &v))
        return og_fail(err, OG_ERR_UNSUPPORTED, "the adapter is to begin at certain tokens (alora), which this version cannot do");
    if (is_string(file, "general.architecture", lm->arch->name)) return OG_OK;
    bool named = og_file_find(file, "general.architecture", &v) && v.type == OG_VALUE_STRING;
    return og_fail(err, OG_ERR_ARG, "the adapter was made for the architecture '%.*s', the model is '%s'",
                   named ? (int)OG_MIN(v.len, 64) : 0, named ? v.str : "", lm->arch->name);
}

static og_weight *new_weight(og_lm *lm, const og_file *file, const og_tensor_info *info, og_type type) {
    og_weight *w = og_arena_alloc(&lm->lora_arena, sizeof *w);
    char *name = og_arena_strndup(&lm->lora_arena, info->name, strlen(info->name));
    if (!w || !name) return NULL;
    *w = (og_weight){
        .name = name,
        .type = type,
        .dim = {(int64_t)info->dim[0], (int64_t)info->dim[1], 1, 1},
        .use = OG_USE_MATMUL,
        .src = og_file_source(file, info->part),
        .offset = info->offset,
        .bytes = info->bytes,
    };
    return w;
}

/* NAME and "NAME.lora_b" (8 bytes more) for the name of the a; false if it is none. */
static bool name_of_b(const char *a, char *name, size_t size, char *b) {
    static const char end[] = ".lora_a";
    size_t len = strlen(a), m = sizeof end - 1;
    if (len <= m || len + 1 > size || strcmp(a + len - m, end) != 0) return false;
    snprintf(name, size, "%.*s", (int)(len - m), a);
    snprintf(b, size + 8, "%s.lora_b", name);
    return true;
}

static og_status check_shapes(const og_tensor_info *a, const og_tensor_info *b, const char *name, uint64_t in, uint64_t out,
                              og_error *err) {
    if (a->dim[0] == in && b->dim[1] == out && a->dim[1] == b->dim[0] && a->n_dims <= 2 && b->n_dims <= 2) return OG_OK;
    return og_fail(
        err, OG_ERR_ARG,
        "the adapter's matrices for '%s' are [%llu, %llu] and [%llu, %llu], the model's is [%llu, %llu]: it was made for another model",
        name, (unsigned long long)a->dim[0], (unsigned long long)a->dim[1], (unsigned long long)b->dim[0], (unsigned long long)b->dim[1],
        (unsigned long long)in, (unsigned long long)out);
}

static og_status check_types(const og_tensor_info *info, og_type type, og_error *err) {
    const og_quant *q = og_quant_of((uint32_t)type);
    if (q->is_float && type != OG_F64) return OG_OK;
    return og_fail(err, OG_ERR_UNSUPPORTED, "tensor '%s' of the adapter is of type %s; F32, F16 and BF16 are possible", info->name,
                   info->type);
}

/* Binds one pair. A tensor that holds several matrices one after the other is several weights of the model: each gets its rows of b. */
static og_status add_pair(og_lm *lm, const og_file *file, const og_tensor_info *a, og_type type_a, float alpha, float scale,
                          og_error *err) {
    char name[256], name_b[264];
    og_tensor_info b;
    og_type type_b;
    if (!name_of_b(a->name, name, sizeof name, name_b) || !og_file_find_tensor(file, name_b, &b, &type_b))
        return og_fail(err, OG_ERR_FORMAT, "tensor '%s' of the adapter has no partner: there must be a NAME.lora_a and a NAME.lora_b",
                       a->name);
    OG_TRY(check_types(a, type_a, err));
    OG_TRY(check_types(&b, type_b, err));
    uint64_t in = 0, out = 0, row_bytes = 0;
    for (int i = 0; i < lm->n_weight; i++) {
        const og_weight *w = &lm->weight[i];
        if (!w->name || strcmp(w->name, name) != 0) continue;
        if (!(w->use & OG_USE_MATMUL) || w->use & OG_USE_ROWS || w->dim[2] > 1)
            return og_fail(err, OG_ERR_UNSUPPORTED, "the adapter changes '%s', which is no plain matrix; this version adapts those only",
                           name);
        in = (uint64_t)w->dim[0];
        out += (uint64_t)w->dim[1];
    }
    if (!out)
        return og_fail(err, OG_ERR_ARG, "the adapter changes '%s', which the model does not have: it was made for another model", name);
    OG_TRY(check_shapes(a, &b, name, in, out, err));
    og_quant_row_bytes(type_b, b.dim[0], &row_bytes);
    og_weight *wa = new_weight(lm, file, a, type_a);
    if (!wa) return og_fail(err, OG_ERR_MEMORY, "out of memory for the adapter");
    OG_TRY(og_lm_list_add(lm, wa, err));
    for (int i = 0; i < lm->n_weight; i++) {
        const og_weight *w = &lm->weight[i];
        if (!w->name || strcmp(w->name, name) != 0) continue;
        og_weight *wb = new_weight(lm, file, &b, type_b);
        og_lora *pair = og_arena_alloc(&lm->lora_arena, sizeof *pair);
        if (!wb || !pair) return og_fail(err, OG_ERR_MEMORY, "out of memory for the adapter");
        wb->dim[1] = w->dim[1];
        wb->bytes = (uint64_t)w->dim[1] * row_bytes;
        b.offset += wb->bytes;
        OG_TRY(og_lm_list_add(lm, wb, err));
        *pair = (og_lora){.base = w, .a = wa, .b = wb, .scale = alpha != 0 ? scale * alpha / (float)b.dim[0] : scale, .next = lm->lora};
        lm->lora = pair;
    }
    return OG_OK;
}

/* Whether every pair is in the graph: a matrix may be multiplied by something that knows no adapters. */
static og_status check_used(const og_lm *lm, og_error *err) {
    og_graph g;
    og_graph_init(&g);
    og_status status = og_lm_graph(lm, &g, 1, 1, 1, err);
    for (const og_lora *pair = lm->lora; pair && status == OG_OK; pair = pair->next) {
        bool used = false;
        for (int i = 0; i < g.n && !used; i++) used = g.node[i]->weight == pair->b;
        if (!used) status = og_fail(err, OG_ERR_UNSUPPORTED, "the adapter changes '%s', which this version cannot adapt", pair->base->name);
    }
    og_graph_free(&g);
    return status;
}

og_status og_lm_adapt(og_lm *lm, const og_file *file, float scale, og_error *err) {
    float alpha = 0;
    og_value v;
    OG_TRY(check_kind(lm, file, err));
    if (og_file_find(file, "adapter.lora.alpha", &v)) OG_TRY(og_file_get_f32(file, "adapter.lora.alpha", &alpha, err));
    if (!(alpha > -1e6f && alpha < 1e6f))
        return og_fail(err, OG_ERR_FORMAT, "adapter.lora.alpha is %g, which no adapter has", (double)alpha);
    uint64_t n = og_file_n_tensors(file), pairs = 0;
    for (uint64_t i = 0; i < n; i++) {
        og_tensor_info info;
        og_type type;
        og_file_tensor(file, i, &info);
        og_file_find_tensor(file, info.name, &info, &type);
        size_t len = strlen(info.name);
        if (len > 7 && strcmp(info.name + len - 7, ".lora_b") == 0) continue;
        OG_TRY(add_pair(lm, file, &info, type, alpha, scale, err));
        pairs++;
    }
    if (pairs == 0 || pairs * 2 != n)
        return og_fail(err, OG_ERR_FORMAT, "the adapter has %llu tensors, of which %llu are pairs", (unsigned long long)n,
                       (unsigned long long)pairs);
    return check_used(lm, err);
}
