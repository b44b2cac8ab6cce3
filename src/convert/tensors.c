/* tensors.c: which tensors of the checkpoint become which tensors of the file. */
#include "convert/hf.h"
#include "format/gguf_tensors.h"

#include <stdio.h>
#include <string.h>

/* ---- names ---- */

void og_hf_spell(char *out, size_t size, const char *prefix, const char *pattern, uint32_t layer, uint32_t expert) {
    size_t at = (size_t)snprintf(out, size, "%s", prefix);
    for (const char *p = pattern; *p && at + 12 < size; p++) {
        if (p[0] == '%' && (p[1] == 'd' || p[1] == 'e'))
            at += (size_t)snprintf(out + at, size - at, "%u", *++p == 'd' ? layer : expert);
        else
            out[at++] = *p;
    }
    out[at] = '\0';
}

/* Checkpoints name tensors by the class they were saved from: with or without what stands around the language model. */
static const char *const prefixes[] = {
    "model.",   "",          "transformer.", "language_model.model.", "model.language_model.", "language_model.", "bert.",
    "roberta.", "gpt_neox.", "backbone."};

static const og_st_tensor *find(og_hf *hf, const char *pattern, uint32_t layer, uint32_t expert) {
    char name[256];
    for (size_t i = 0; i < OG_LEN(prefixes); i++) {
        og_hf_spell(name, sizeof name, prefixes[i], pattern, layer, expert);
        const og_st_tensor *t = og_safetensors_find(hf->st, name);
        if (t) return t;
    }
    return NULL;
}

const og_hf_tensor *og_hf_find_row(const og_hf_arch *arch, const char *name, uint32_t *layer) {
    const char *digits = strpbrk(name, "0123456789"); /* the first number is the layer's */
    char spelled[256];
    *layer = 0;
    for (; digits && *digits >= '0' && *digits <= '9' && *layer < 100000; digits++) *layer = *layer * 10 + (uint32_t)(*digits - '0');
    for (int i = 0; i < arch->n_tensor; i++)
        for (size_t k = 0; k < OG_LEN(prefixes); k++) {
            og_hf_spell(spelled, sizeof spelled, prefixes[k], arch->tensor[i].hf, *layer, 0);
            if (strcmp(spelled, name) == 0) return &arch->tensor[i];
        }
    return NULL;
}

static void mark(og_hf *hf, const og_st_tensor *t) {
    hf->used[t - og_safetensors_at(hf->st, 0)] = 1;
}

/* ---- one tensor of the file ---- */

static og_status grow(og_hf *hf, og_hf_out **out, og_error *err) {
    void *list = hf->out;
    bool grown = og_gguf_grow(&list, &hf->cap_out, (uint64_t)hf->n_out + 1, sizeof *hf->out);
    hf->out = list;
    if (!grown) return og_hf_no_memory(hf, err);
    *out = &hf->out[hf->n_out];
    memset(*out, 0, sizeof **out);
    return OG_OK;
}

static og_status finish(og_hf *hf, og_hf_out *o, og_error *err) {
    const char *why = NULL;
    if (!og_gguf_tensor_bytes(o->type, o->dim, &o->bytes, &why)) return og_fail(err, OG_ERR_FORMAT, "tensor '%s' %s", o->name, why);
    og_gguf_add_tensor(hf->w, o->name, o->type, o->dim, o->n_dims);
    hf->n_out++;
    return OG_OK;
}

og_status og_hf_add_values(og_hf *hf, const char *name, const float *values, uint64_t n, og_error *err) {
    og_hf_out *o = NULL;
    OG_TRY(grow(hf, &o, err));
    o->values = og_arena_alloc(&hf->arena, (size_t)n * sizeof *values);
    if (!o->values) return og_hf_no_memory(hf, err);
    memcpy(o->values, values, (size_t)n * sizeof *values);
    snprintf(o->name, sizeof o->name, "%s", name);
    o->type = OG_F32;
    o->n_dims = 1;
    o->dim[0] = n;
    o->dim[1] = o->dim[2] = o->dim[3] = 1;
    return finish(hf, o, err);
}

static og_status choose_type(const og_st_tensor *t, int n_dims, int flags, const og_hf_view *view, og_type *type, og_error *err) {
    switch (t->dtype) {
    case OG_ST_F16:
        *type = OG_F16;
        break;
    case OG_ST_BF16:
        *type = OG_BF16;
        break;
    case OG_ST_F32:
    case OG_ST_F64:
        *type = OG_F32;
        break;
    default:
        return og_fail(err, OG_ERR_UNSUPPORTED,
                       "tensor '%s' is of dtype %s; F32, F16 and BF16 can be converted. If the checkpoint is quantized, get the original",
                       og_gguf_show(t->name, strlen(t->name)).s, og_st_dtype_name(t->dtype));
    }
    if (n_dims < 2 || flags & (OG_HF_AS_F32 | OG_HF_ADD_ONE) || (view && view->value)) *type = OG_F32;
    return OG_OK;
}

/* The shape of the result, from that of one source. */
static og_status shape(const og_hf *hf, og_hf_out *o, const og_st_tensor *t, og_error *err) {
    og_gguf_shown shown = og_gguf_show(t->name, strlen(t->name));
    if (t->n_dims < 1 || t->n_dims > 3 || (o->flags & OG_HF_TRANSPOSE && t->n_dims < 2))
        return og_fail(err, OG_ERR_FORMAT, "tensor '%s' has %d dimensions, which it cannot have", shown.s, t->n_dims);
    o->n_dims = t->n_dims;
    for (int i = 0; i < 4; i++) o->dim[i] = i < t->n_dims ? t->dim[t->n_dims - 1 - i] : 1;
    if (o->flags & OG_HF_TRANSPOSE) {
        uint64_t rows = o->dim[1];
        o->dim[1] = o->dim[0];
        o->dim[0] = rows;
    }
    if (!o->view || !o->view->shape || o->view->shape(&hf->n, o->dim, &o->n_dims)) return OG_OK;
    return og_fail(err, OG_ERR_FORMAT, "tensor '%s' is %llu by %llu, which does not fit the numbers of config.json (%u heads of %u)",
                   shown.s, (unsigned long long)o->dim[1], (unsigned long long)o->dim[0], hf->n.n_head, hf->n.head_dim);
}

og_status og_hf_add_tensor(og_hf *hf, const char *name, const og_st_tensor *t, const og_hf_view *view, og_error *err) {
    og_hf_out *o = NULL;
    OG_TRY(grow(hf, &o, err));
    o->view = view;
    o->n_src = 1;
    o->src = og_arena_alloc(&hf->arena, sizeof(*o->src));
    if (!o->src) return og_hf_no_memory(hf, err);
    o->src[0] = t;
    snprintf(o->name, sizeof o->name, "%s", name);
    OG_TRY(shape(hf, o, t, err));
    OG_TRY(choose_type(t, o->n_dims, o->flags, o->view, &o->type, err));
    return finish(hf, o, err);
}

static og_status missing(const og_hf *hf, const og_hf_tensor *row, uint32_t layer, uint32_t expert, og_error *err) {
    char name[256];
    og_hf_spell(name, sizeof name, prefixes[0], row->hf, layer, expert);
    return og_fail(err, OG_ERR_FORMAT, "%s: tensor '%s' is missing: the checkpoint is incomplete, or not a whole %s model", hf->folder,
                   name, hf->arch->name);
}

/* Puts the sources of one result together. */
static og_status gather(og_hf *hf, const og_hf_tensor *row, uint32_t layer, og_hf_out *o, og_error *err) {
    const og_st_tensor *first = o->src[0];
    for (uint32_t e = 0; e < o->n_src; e++) {
        const og_st_tensor *t = o->src[e] ? o->src[e] : (o->src[e] = find(hf, row->hf, layer, e));
        if (!t) return missing(hf, row, layer, e, err);
        if (t->dtype != first->dtype || t->n_dims != first->n_dims || memcmp(t->dim, first->dim, sizeof t->dim) != 0)
            return og_fail(err, OG_ERR_FORMAT, "tensor '%s' has another shape or dtype than that of expert 0",
                           og_gguf_show(t->name, strlen(t->name)).s);
        mark(hf, t);
    }
    OG_TRY(shape(hf, o, first, err));
    OG_TRY(choose_type(first, o->n_dims + (o->n_src > 1), o->flags, o->view, &o->type, err));
    if (o->n_src > 1 || strstr(row->hf, "%e")) o->dim[o->n_dims++] = o->n_src;
    return finish(hf, o, err);
}

/* src: the blocks and their scales. */
static og_status gather_blocks(og_hf *hf, const og_hf_tensor *row, uint32_t layer, og_hf_out *o, og_error *err) {
    const og_st_tensor *blocks = o->src[0];
    char name[128];
    size_t n = strlen(row->hf);
    snprintf(name, sizeof name, "%.*sscales", n > 6 ? (int)n - 6 : 0, row->hf);
    const og_hf_tensor other = {name, row->gguf, row->flags, NULL};
    const og_st_tensor *scales = o->src[1] = find(hf, name, layer, 0);
    if (!scales) return missing(hf, &other, layer, 0, err);
    mark(hf, blocks);
    mark(hf, scales);
    if (blocks->dtype != OG_ST_U8 || scales->dtype != OG_ST_U8 || blocks->n_dims != 4 || scales->n_dims != 3 || blocks->dim[3] != 16 ||
        memcmp(blocks->dim, scales->dim, 3 * sizeof blocks->dim[0]) != 0)
        return og_fail(err, OG_ERR_FORMAT,
                       "tensor '%s' and its scales are no blocks of MXFP4: they must be U8 of [matrices, rows, blocks, 16]",
                       og_gguf_show(blocks->name, strlen(blocks->name)).s);
    o->type = OG_MXFP4;
    o->n_dims = 3;
    o->dim[0] = blocks->dim[2] * 32;
    o->dim[1] = blocks->dim[1];
    o->dim[2] = blocks->dim[0];
    o->dim[3] = 1;
    if (o->view && !o->view->shape(&hf->n, o->dim, &o->n_dims))
        return og_fail(err, OG_ERR_FORMAT, "tensor '%s' has an odd number of rows", og_gguf_show(blocks->name, strlen(blocks->name)).s);
    return finish(hf, o, err);
}

static og_status add_row(og_hf *hf, const og_hf_tensor *row, uint32_t layer, og_error *err) {
    const og_st_tensor *first = find(hf, row->hf, layer, 0);
    bool tied = row->flags & OG_HF_TIED && (!first || og_hf_true(hf, "tie_word_embeddings"));
    if (row->flags & OG_HF_IGNORE || tied) {
        if (first) mark(hf, first);
        return OG_OK;
    }
    if (!first && row->flags & OG_HF_OPTIONAL) return OG_OK;
    if (!first) return missing(hf, row, layer, 0, err);
    og_hf_out *o = NULL;
    OG_TRY(grow(hf, &o, err));
    o->flags = row->flags;
    o->view = row->view;
    o->n_src = row->flags & OG_HF_MXFP4 ? 2 : strstr(row->hf, "%e") ? OG_MAX(hf->n.n_expert, 1u) : 1;
    o->src = og_arena_alloc(&hf->arena, o->n_src * sizeof(*o->src));
    if (!o->src) return og_hf_no_memory(hf, err);
    o->src[0] = first;
    og_hf_spell(o->name, sizeof o->name, "", row->gguf, layer + (row->flags & OG_HF_DECODER ? hf->n.n_layer : 0), 0);
    return row->flags & OG_HF_MXFP4 ? gather_blocks(hf, row, layer, o, err) : gather(hf, row, layer, o, err);
}

/* What does not belong to the language model: what sees and hears, and the layers that guess further tokens. */
static bool is_beside(const og_hf *hf, const char *name) {
    static const char *const parts[] = {"visual.",      "vision_tower.", "vision_model.", "multi_modal_projector.",
                                        "audio_tower.", "embed_audio.",  "embed_vision."};
    uint32_t layer, more = 0;
    if (strncmp(name, "model.", 6) == 0) name += 6;
    for (size_t i = 0; i < OG_LEN(parts) && hf->cfg != og_jdoc_root(hf->config); i++)
        if (strncmp(name, parts[i], strlen(parts[i])) == 0) return true;
    return og_hf_u32(hf, "num_nextn_predict_layers", 0, &more, NULL) == OG_OK && more && sscanf(name, "layers.%u.", &layer) == 1 &&
           layer >= hf->n.n_layer && layer - hf->n.n_layer < more;
}

static og_status check_rest(const og_hf *hf, og_error *err) {
    for (uint32_t i = 0; i < og_safetensors_n(hf->st); i++) {
        const char *name = og_safetensors_at(hf->st, i)->name;
        if (!hf->used[i] && !is_beside(hf, name))
            return og_fail(err, OG_ERR_UNSUPPORTED,
                           "%s: tensor '%s' has no place in a %s model of %u layers: the checkpoint is of a variant that this version does "
                           "not convert",
                           hf->folder, og_gguf_show(name, strlen(name)).s, hf->arch->name, hf->n.n_layer);
    }
    return OG_OK;
}

/* The rows of n layers, of the one stack or the other. */
static og_status add_layers(og_hf *hf, int stack, uint32_t n, og_error *err) {
    for (uint32_t layer = 0; layer < n; layer++)
        for (int i = 0; i < hf->arch->n_tensor; i++) {
            const og_hf_tensor *row = &hf->arch->tensor[i];
            if (strstr(row->hf, "%d") && (row->flags & OG_HF_DECODER) == stack) OG_TRY(add_row(hf, row, layer, err));
        }
    return OG_OK;
}

og_status og_hf_tensors(og_hf *hf, og_error *err) {
    hf->used = og_calloc(og_safetensors_n(hf->st) + 1, 1);
    if (!hf->used) return og_hf_no_memory(hf, err);
    for (int i = 0; i < hf->arch->n_tensor; i++)
        if (!strstr(hf->arch->tensor[i].hf, "%d")) OG_TRY(add_row(hf, &hf->arch->tensor[i], 0, err));
    OG_TRY(add_layers(hf, 0, hf->n.n_layer, err));
    OG_TRY(add_layers(hf, OG_HF_DECODER, hf->n.n_decoder, err));
    return check_rest(hf, err);
}
