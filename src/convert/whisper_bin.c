/* whisper_bin.c: a model in whisper.cpp's container seen as a GGUF file: other names, and the taps of a convolution's weights before its
 * channels. Everything else is read where it is. */
#include "format/whisper_bin.h"

#include "convert/convert.h"
#include "convert/whisper.h"
#include "convert/whisper_vocab.h"
#include "format/gguf_header.h"

#include <stdio.h>
#include <string.h>

enum { POSITIONS = 1, CONVOLUTION = 2 };

typedef struct row {
    const char *from, *to;
    int stack; /* 0: no layers; 1: the encoder's; 2: the decoder's */
    int kind;
} row;

#define TRUNK(openai, hf, gguf) {openai, gguf, 0, 0},
#define POSITION(openai, hf, gguf) {openai, gguf, 0, POSITIONS},
#define CONV(openai, hf, gguf) {openai, gguf, 0, CONVOLUTION},
#define ENCODER(openai, hf, gguf) {openai, gguf, 1, 0},
#define DECODER(openai, hf, gguf) {openai, gguf, 2, 0},
static const row rows[] = {OG_WHISPER_TRUNK(TRUNK) OG_WHISPER_POSITIONS(POSITION) OG_WHISPER_CONVOLUTIONS(CONV) OG_WHISPER_ENCODER(ENCODER)
                               OG_WHISPER_DECODER(DECODER)};

/* One tensor of the file to be. */
typedef struct out {
    const og_whisper_bin_tensor *t;
    uint64_t offset; /* behind the header */
    bool taps;       /* [out][in][tap] becomes [out][tap][in] */
} out;

typedef struct view {
    og_source *src;
    og_whisper_bin *bin;
    out *out; /* [bin->n_tensors] */
    char *head;
    size_t n_head;
} view;

static void close_view(void *ctx) {
    view *v = ctx;
    og_whisper_bin_close(v->bin);
    og_source_close(v->src);
    og_release(v->out);
    og_release(v->head);
    og_release(v);
}

/* ---- the header ---- */

static const row *find_row(const og_whisper_bin *bin, const char *name, uint32_t *number) {
    const char *digits = strstr(name, "blocks.");
    uint32_t layer = 0;
    for (const char *p = digits ? digits + 7 : ""; *p >= '0' && *p <= '9' && layer < 100000; p++) layer = layer * 10 + (uint32_t)(*p - '0');
    for (size_t i = 0; i < OG_LEN(rows); i++) {
        char spelled[OG_WHISPER_BIN_NAME];
        const char *at = strstr(rows[i].from, "%d");
        if (at)
            snprintf(spelled, sizeof spelled, "%.*s%u%s", (int)(at - rows[i].from), rows[i].from, layer, at + 2);
        else
            snprintf(spelled, sizeof spelled, "%s", rows[i].from);
        if (strcmp(spelled, name) != 0) continue;
        const uint32_t most[] = {1, bin->sizes.n_audio_layer, bin->sizes.n_text_layer};
        if (at && layer >= most[rows[i].stack]) return NULL;
        *number = layer + (rows[i].stack == 2 ? bin->sizes.n_audio_layer : 0);
        return &rows[i];
    }
    return NULL;
}

static og_status add_tensor(view *v, og_gguf_writer *w, uint32_t i, og_error *err) {
    const og_whisper_bin_tensor *t = &v->bin->tensor[i];
    uint32_t number = 0;
    const row *r = find_row(v->bin, t->name, &number);
    const og_gguf_shown shown = og_gguf_show(t->name, strlen(t->name));
    if (!r)
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s: tensor '%s' has no place in Whisper with %u and %u layers", og_source_name(v->src),
                       shown.s, v->bin->sizes.n_audio_layer, v->bin->sizes.n_text_layer);
    char name[96];
    const char *at = strstr(r->to, "%d");
    if (at)
        snprintf(name, sizeof name, "%.*s%u%s", (int)(at - r->to), r->to, number, at + 2);
    else
        snprintf(name, sizeof name, "%s", r->to);
    uint64_t dim[4] = {t->dim[0], t->dim[1], t->dim[2], t->dim[3]};
    int n_dims = t->n_dims;
    v->out[i] = (out){.t = t, .taps = r->kind == CONVOLUTION};
    if (r->kind == CONVOLUTION) {
        if (n_dims != 3 || dim[0] != 3 || !og_quant_of(t->type)->is_float)
            return og_fail(err, OG_ERR_FORMAT, "%s: tensor '%s' is no convolution of 3 taps in floats", og_source_name(v->src), shown.s);
        dim[0] = 3 * dim[1];
        dim[1] = dim[2];
        dim[2] = 1;
        n_dims = 2;
    } else if (dim[0] == 1 && n_dims == 2) { /* a convolution's bias */
        dim[0] = dim[1];
        dim[1] = 1;
        n_dims = 1;
    }
    og_gguf_add_tensor(w, name, t->type, dim, n_dims);
    return OG_OK;
}

static og_status make_header(view *v, uint64_t *size, og_error *err) {
    const og_whisper_bin_sizes *s = &v->bin->sizes;
    og_gguf_writer *w;
    OG_TRY(og_gguf_writer_open_header(og_source_name(v->src), &w, err));
    og_gguf_set_str(w, "general.architecture", "whisper", 7);
    og_gguf_set_str(w, "general.type", "model", 5);
    og_gguf_set_u32(w, "whisper.context_length", s->n_text_ctx);
    og_gguf_set_u32(w, "whisper.embedding_length", s->n_text_state);
    og_gguf_set_u32(w, "whisper.block_count", s->n_audio_layer + s->n_text_layer);
    og_gguf_set_u32(w, "whisper.feed_forward_length", 4 * s->n_text_state);
    og_gguf_set_u32(w, "whisper.attention.head_count", s->n_text_head);
    og_gguf_set_f32(w, "whisper.attention.layer_norm_epsilon", 1e-5f);
    og_gguf_set_u32(w, "whisper.encoder.block_count", s->n_audio_layer);
    og_gguf_set_u32(w, "whisper.encoder.context_length", s->n_audio_ctx);
    og_gguf_set_u32(w, "whisper.encoder.mel_count", s->n_mels);
    og_status status = og_whisper_vocab(v->bin, og_source_name(v->src), w, err);
    for (uint32_t i = 0; i < v->bin->n_tensors && status == OG_OK; i++) status = add_tensor(v, w, i, err);
    og_buf head;
    og_buf_init(&head);
    if (status == OG_OK) status = og_gguf_build_header(w, &head, err);
    v->head = head.data;
    v->n_head = head.len;
    uint64_t at = 0;
    for (uint32_t i = 0; i < v->bin->n_tensors && status == OG_OK; i++) {
        v->out[i].offset = at;
        at = OG_ALIGN_UP(at + v->out[i].t->bytes, (uint64_t)OG_GGUF_ALIGNMENT);
    }
    *size = v->n_head + at;
    og_gguf_writer_abort(w);
    return status;
}

/* ---- reading ---- */

/* Bytes [from, from + n) of a convolution, whose outputs' weights are turned one output at a time. */
static og_status read_taps(const view *v, const og_whisper_bin_tensor *t, uint64_t from, size_t n, uint8_t *dst, og_error *err) {
    const size_t size = (size_t)og_quant_of(t->type)->bytes, in = (size_t)t->dim[1], each = 3 * in * size;
    uint8_t *raw = og_alloc(2 * each);
    if (!raw) return og_fail(err, OG_ERR_MEMORY, "out of memory for reading %s", t->name);
    og_status status = OG_OK;
    for (size_t step; n && status == OG_OK; n -= step, from += step, dst += step) {
        const size_t skip = (size_t)(from % each);
        step = OG_MIN(n, each - skip);
        status = og_source_read(v->src, t->offset + from - skip, raw, each, err);
        for (size_t c = 0; c < in && status == OG_OK; c++)
            for (size_t k = 0; k < 3; k++) memcpy(raw + each + (k * in + c) * size, raw + (c * 3 + k) * size, size);
        if (status == OG_OK) memcpy(dst, raw + each + skip, step);
    }
    og_release(raw);
    return status;
}

static og_status read_view(void *ctx, uint64_t offset, void *dst, size_t bytes, og_error *err) {
    const view *v = ctx;
    uint8_t *p = dst;
    size_t step = offset < v->n_head ? OG_MIN(bytes, (size_t)(v->n_head - offset)) : 0;
    if (step) memcpy(p, v->head + offset, step);
    for (offset += step, p += step, bytes -= step; bytes; offset += step, p += step, bytes -= step) {
        const uint64_t at = offset - v->n_head;
        uint32_t low = 0, high = v->bin->n_tensors; /* the last tensor that begins at or before it */
        while (high - low > 1) {
            const uint32_t middle = low + (high - low) / 2;
            if (v->out[middle].offset <= at)
                low = middle;
            else
                high = middle;
        }
        const out *o = &v->out[low];
        const uint64_t inside = at - o->offset, whole = OG_ALIGN_UP(o->t->bytes, (uint64_t)OG_GGUF_ALIGNMENT);
        step = (size_t)OG_MIN((uint64_t)bytes, (inside < o->t->bytes ? o->t->bytes : whole) - inside);
        if (inside >= o->t->bytes)
            memset(p, 0, step);
        else if (o->taps)
            OG_TRY(read_taps(v, o->t, inside, step, p, err));
        else
            OG_TRY(og_source_read(v->src, o->t->offset + inside, p, step, err));
    }
    return OG_OK;
}

og_status og_convert_whisper_bin(og_source *src, og_file **file, og_error *err) {
    view *v = og_calloc(1, sizeof *v);
    if (!v) {
        og_source_close(src);
        return og_fail(err, OG_ERR_MEMORY, "out of memory for reading a model");
    }
    v->src = src;
    uint64_t size = 0;
    og_status status = og_whisper_bin_open(src, &v->bin, err);
    if (status == OG_OK && !(v->out = og_calloc(v->bin->n_tensors, sizeof *v->out)))
        status = og_fail(err, OG_ERR_MEMORY, "out of memory for reading %s", og_source_name(src));
    if (status == OG_OK) status = make_header(v, &size, err);
    if (status != OG_OK) {
        close_view(v);
        return status;
    }
    og_source *seen;
    OG_TRY(og_source_computed(size, og_source_name(src), read_view, close_view, v, &seen, err));
    return og_file_open_sources(&seen, 1, file, err);
}
