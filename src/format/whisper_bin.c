#include "format/whisper_bin.h"

#include "format/gguf_header.h"
#include "format/gguf_names.h"
#include "format/gguf_tensors.h"

#include <string.h>

enum { MAGIC = 0x67676d6c, MAX_TOKENS = 1 << 20, MAX_TOKEN_BYTES = 4096, MAX_FILTERS = 1 << 20, MAX_TENSORS = 1 << 16, QUANT_VERSION = 2 };

typedef struct walk {
    const og_source *src;
    uint64_t at, size;
} walk;

static og_status take(walk *w, void *dst, uint64_t n, const char *what, og_error *err) {
    if (n > w->size - w->at)
        return og_fail(err, OG_ERR_FORMAT, "%s ends in the middle of %s (at byte %llu of %llu): it is truncated or damaged",
                       og_source_name(w->src), what, (unsigned long long)w->at, (unsigned long long)w->size);
    if (dst) OG_TRY(og_source_read(w->src, w->at, dst, (size_t)n, err));
    w->at += n;
    return OG_OK;
}

/* A count from 0 to `most`. */
static og_status take_count(walk *w, uint32_t most, const char *what, uint32_t *out, og_error *err) {
    uint8_t raw[4];
    OG_TRY(take(w, raw, 4, what, err));
    *out = og_gguf_u32(raw);
    if (*out <= most) return OG_OK;
    return og_fail(err, OG_ERR_FORMAT, "%s: %s is %u, which cannot be (%u at most): the file is damaged", og_source_name(w->src), what,
                   *out, most);
}

bool og_whisper_bin_is(const og_source *src) {
    uint8_t raw[4];
    return og_source_size(src) >= 4 && og_source_read(src, 0, raw, 4, NULL) == OG_OK && og_gguf_u32(raw) == MAGIC;
}

static og_status read_sizes(og_whisper_bin *bin, walk *w, og_error *err) {
    og_whisper_bin_sizes *s = &bin->sizes;
    struct {
        const char *name;
        uint32_t *value, most;
    } rows[] = {
        {"n_vocab", &s->n_vocab, MAX_TOKENS},
        {"n_audio_ctx", &s->n_audio_ctx, 1 << 16},
        {"n_audio_state", &s->n_audio_state, 1 << 16},
        {"n_audio_head", &s->n_audio_head, 4096},
        {"n_audio_layer", &s->n_audio_layer, 512},
        {"n_text_ctx", &s->n_text_ctx, 1 << 16},
        {"n_text_state", &s->n_text_state, 1 << 16},
        {"n_text_head", &s->n_text_head, 4096},
        {"n_text_layer", &s->n_text_layer, 512},
        {"n_mels", &s->n_mels, 4096},
        {"ftype", &s->ftype, 1 << 20},
    };
    for (size_t i = 0; i < OG_LEN(rows); i++) {
        OG_TRY(take_count(w, rows[i].most, rows[i].name, rows[i].value, err));
        if (*rows[i].value == 0 && rows[i].value != &s->ftype)
            return og_fail(err, OG_ERR_FORMAT, "%s: %s is 0: this is no Whisper model", og_source_name(w->src), rows[i].name);
    }
    if (s->n_audio_state != s->n_text_state || s->n_audio_head != s->n_text_head)
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s: encoder (%u wide, %u heads) and decoder (%u, %u) differ, which no Whisper model does",
                       og_source_name(w->src), s->n_audio_state, s->n_audio_head, s->n_text_state, s->n_text_head);
    return OG_OK;
}

static og_status read_filters(walk *w, og_error *err) {
    uint32_t rows, columns;
    OG_TRY(take_count(w, MAX_FILTERS, "the number of mel filters", &rows, err));
    OG_TRY(take_count(w, MAX_FILTERS, "the length of a mel filter", &columns, err));
    return take(w, NULL, (uint64_t)rows * columns * 4, "the mel filters", err);
}

static og_status read_tokens(og_whisper_bin *bin, walk *w, og_error *err) {
    OG_TRY(take_count(w, MAX_TOKENS, "the number of tokens", &bin->n_tokens, err));
    if (bin->n_tokens > (w->size - w->at) / 4)
        return og_fail(err, OG_ERR_FORMAT, "%s: %u tokens do not fit into the file", og_source_name(w->src), bin->n_tokens);
    bin->token = og_arena_alloc(&bin->arena, bin->n_tokens * sizeof *bin->token);
    if (!bin->token) return og_fail(err, OG_ERR_MEMORY, "out of memory for %u tokens", bin->n_tokens);
    for (uint32_t i = 0; i < bin->n_tokens; i++) {
        uint32_t len;
        char text[MAX_TOKEN_BYTES];
        OG_TRY(take_count(w, MAX_TOKEN_BYTES, "the length of a token", &len, err));
        OG_TRY(take(w, text, len, "a token", err));
        char *copy = og_arena_strndup(&bin->arena, text, len);
        if (!copy) return og_fail(err, OG_ERR_MEMORY, "out of memory for %u tokens", bin->n_tokens);
        bin->token[i] = (og_whisper_bin_token){copy, len};
    }
    return OG_OK;
}

static og_status read_tensor(og_whisper_bin *bin, walk *w, og_error *err) {
    uint32_t n_dims, len, type;
    const char *why = NULL;
    OG_TRY(take_count(w, 4, "the number of dimensions of a tensor", &n_dims, err));
    OG_TRY(take_count(w, OG_WHISPER_BIN_NAME - 1, "the length of a tensor's name", &len, err));
    OG_TRY(take_count(w, 255, "the type of a tensor", &type, err));
    if (bin->n_tensors == MAX_TENSORS) return og_fail(err, OG_ERR_FORMAT, "%s has too many tensors", og_source_name(w->src));
    void *list = bin->tensor;
    const bool grown = og_gguf_grow(&list, &bin->cap_tensors, (uint64_t)bin->n_tensors + 1, sizeof *bin->tensor);
    bin->tensor = list;
    if (!grown) return og_fail(err, OG_ERR_MEMORY, "out of memory for the table of tensors");
    og_whisper_bin_tensor *t = &bin->tensor[bin->n_tensors];
    *t = (og_whisper_bin_tensor){.n_dims = (int)n_dims, .type = (og_type)type, .dim = {1, 1, 1, 1}};
    for (uint32_t i = 0; i < n_dims; i++) {
        uint32_t dim;
        OG_TRY(take_count(w, INT32_MAX, "a dimension of a tensor", &dim, err));
        t->dim[i] = dim;
    }
    OG_TRY(take(w, t->name, len, "the name of a tensor", err));
    const og_gguf_shown shown = og_gguf_show(t->name, len);
    const og_quant *q = og_quant_of(type);
    if (!q)
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s: tensor '%s' is of type %u, which is not known", og_source_name(w->src), shown.s, type);
    if (q->is_block && bin->sizes.ftype / 1000 != QUANT_VERSION)
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s is quantized in layout %u of ggml; layout %d can be read: quantize it anew",
                       og_source_name(w->src), bin->sizes.ftype / 1000, QUANT_VERSION);
    if (!og_gguf_tensor_bytes(t->type, t->dim, &t->bytes, &why))
        return og_fail(err, OG_ERR_FORMAT, "%s: tensor '%s' %s", og_source_name(w->src), shown.s, why);
    t->offset = w->at;
    bin->n_tensors++;
    return take(w, NULL, t->bytes, shown.s, err);
}

static og_status read_all(og_whisper_bin *bin, const og_source *src, og_error *err) {
    walk w = {.src = src, .at = 4, .size = og_source_size(src)};
    if (!og_whisper_bin_is(src)) return og_fail(err, OG_ERR_FORMAT, "%s is no model in whisper.cpp's container", og_source_name(src));
    OG_TRY(read_sizes(bin, &w, err));
    OG_TRY(read_filters(&w, err));
    OG_TRY(read_tokens(bin, &w, err));
    while (w.at < w.size) OG_TRY(read_tensor(bin, &w, err));
    if (bin->n_tensors == 0)
        return og_fail(err, OG_ERR_FORMAT, "%s has no weights: it was made for tests of its vocabulary", og_source_name(src));
    return OG_OK;
}

og_status og_whisper_bin_open(const og_source *src, og_whisper_bin **out, og_error *err) {
    og_whisper_bin *bin = og_calloc(1, sizeof *bin);
    if (!bin) return og_fail(err, OG_ERR_MEMORY, "out of memory for reading %s", og_source_name(src));
    og_arena_init(&bin->arena, 0);
    const og_status status = read_all(bin, src, err);
    if (status == OG_OK)
        *out = bin;
    else
        og_whisper_bin_close(bin);
    return status;
}

void og_whisper_bin_close(og_whisper_bin *bin) {
    if (!bin) return;
    og_arena_free(&bin->arena);
    og_release(bin->tensor);
    og_release(bin);
}
