/* embed_text.c: texts and pairs of texts as the tokens that an encoder wants. */
#include "runtime/embed.h"

#include <string.h>

/* The special tokens that a model puts around a text, and between two. At most one of each. */
typedef struct around {
    int32_t before, after, between; /* -1: none */
} around;

static bool flag_of(const og_file *file, const char *key) {
    og_value v;
    return og_file_find(file, key, &v) && v.type == OG_VALUE_BOOL && v.i != 0;
}

static og_status encode(const og_model *model, const og_input *in, int flags, int32_t **ids, size_t *n, og_error *err) {
    if (!in->ids) return og_tok_encode(model->tok, in->text ? in->text : "", in->text ? in->len : 0, flags, ids, n, err);
    *ids = og_alloc(in->n_ids * sizeof **ids);
    if (!*ids) return og_fail(err, OG_ERR_MEMORY, "out of memory for %zu tokens", in->n_ids);
    memcpy(*ids, in->ids, in->n_ids * sizeof **ids);
    *n = in->n_ids;
    return OG_OK;
}

/* What a letter gets around it when special tokens are asked for, and does not get otherwise. */
static og_status find_around(const og_model *model, around *out, og_error *err) {
    const og_input letter = {.text = "a", .len = 1};
    int32_t *with = NULL, *without = NULL;
    size_t n_with = 0, n_without = 0;
    *out = (around){-1, -1, -1};
    og_status status = encode(model, &letter, OG_TOK_ADD_SPECIAL, &with, &n_with, err);
    if (status == OG_OK) status = encode(model, &letter, 0, &without, &n_without, err);
    if (status == OG_OK && n_with > n_without) {
        size_t extra = n_with - n_without;
        bool leads = n_without == 0 || memcmp(with, without, n_without * sizeof *with) != 0;
        if (leads) out->before = with[0];
        if (extra > (leads ? 1u : 0u)) out->after = with[n_with - 1];
        /* Models that put two of them between the texts of a pair (RoBERTa's kind) say so; the first closes the first text. */
        if (flag_of(model->file, "tokenizer.ggml.add_sep_token") && flag_of(model->file, "tokenizer.ggml.add_eos_token"))
            out->between = out->after;
    }
    og_free(with);
    og_free(without);
    return status;
}

/* before, first, after, between, text, after: into one new list. n_first may be 0 with first NULL: then before, text, after. */
static og_status join(const around *a, const int32_t *first, size_t n_first, const int32_t *text, size_t n_text, og_embed_text *out,
                      og_error *err) {
    int32_t *ids = og_alloc((n_first + n_text + 4) * sizeof *ids);
    if (!ids) return og_fail(err, OG_ERR_MEMORY, "out of memory for %zu tokens", n_first + n_text);
    size_t n = 0;
    if (a->before >= 0) ids[n++] = a->before;
    if (first) {
        memcpy(ids + n, first, n_first * sizeof *ids);
        n += n_first;
        if (a->after >= 0) ids[n++] = a->after;
        if (a->between >= 0) ids[n++] = a->between;
    }
    size_t second = n;
    memcpy(ids + n, text, n_text * sizeof *ids);
    n += n_text;
    if (a->after >= 0) ids[n++] = a->after;
    *out = (og_embed_text){.ids = ids, .n = (uint32_t)n, .second = (uint32_t)(first ? second : n)};
    return OG_OK;
}

typedef struct encoding {
    const og_model *model;
    around around;
    int32_t *first; /* the query's tokens, or NULL */
    size_t n_first;
    bool truncate;
    size_t n_truncated;
} encoding;

static og_status check_ids(const og_model *model, const int32_t *ids, size_t n, size_t index, og_error *err) {
    int32_t n_vocab = (int32_t)model->lm->hp.n_vocab;
    for (size_t i = 0; i < n; i++)
        if (ids[i] < 0 || ids[i] >= n_vocab)
            return og_fail(err, OG_ERR_ARG, "token %zu of text %zu is %d, but the vocabulary has ids 0 to %d", i + 1, index + 1, ids[i],
                           n_vocab - 1);
    return OG_OK;
}

static og_status encode_one(encoding *e, const og_input *in, size_t index, og_embed_text *out, og_error *err) {
    const og_model *model = e->model;
    const around none = {-1, -1, -1}, *a = in->ids && !e->first ? &none : &e->around;
    size_t room = model->lm->hp.n_ctx_train, n = 0;
    int32_t *ids = NULL;
    OG_TRY(encode(model, in, 0, &ids, &n, err));
    og_status status = check_ids(model, ids, n, index, err);
    size_t specials = (a->before >= 0) + (a->after >= 0);
    if (e->first) specials += e->n_first + (a->after >= 0) + (a->between >= 0);
    if (status == OG_OK && n + specials > room) {
        if (!e->truncate)
            status = og_fail(err, OG_ERR_CONTEXT,
                             "text %zu has %zu tokens, but the model reads %zu at most: shorten it, split it, or ask for it to be cut",
                             index + 1, n + specials, room);
        else if (specials >= room)
            status = og_fail(err, OG_ERR_CONTEXT, "the query has %zu tokens and leaves no room for a document: the model reads %zu at most",
                             specials, room);
        else
            n = room - specials;
        e->n_truncated++;
    }
    if (status == OG_OK && n + specials == 0)
        status = og_fail(err, OG_ERR_ARG, "text %zu is empty, and the model adds no tokens of its own: nothing can be computed", index + 1);
    if (status == OG_OK) status = join(a, e->first, e->n_first, ids, n, out, err);
    og_free(ids);
    return status;
}

og_status og_embed_texts(const og_model *model, const og_input *first, const og_input *inputs, size_t n, bool truncate, og_embed_text **out,
                         size_t *n_truncated, og_error *err) {
    encoding e = {.model = model, .truncate = truncate};
    og_embed_text *text = og_calloc(n, sizeof *text);
    if (!text) return og_fail(err, OG_ERR_MEMORY, "out of memory for %zu texts", n);
    og_status status = find_around(model, &e.around, err);
    if (status == OG_OK && first) status = encode(model, first, 0, &e.first, &e.n_first, err);
    if (status == OG_OK && first) status = check_ids(model, e.first, e.n_first, 0, err);
    for (size_t i = 0; i < n && status == OG_OK; i++) status = encode_one(&e, &inputs[i], i, &text[i], err);
    og_free(e.first);
    if (status != OG_OK) {
        og_embed_texts_free(text, n);
        return status;
    }
    *out = text;
    *n_truncated = e.n_truncated;
    return OG_OK;
}

void og_embed_texts_free(og_embed_text *text, size_t n) {
    for (size_t i = 0; text && i < n; i++) og_release(text[i].ids);
    og_release(text);
}
