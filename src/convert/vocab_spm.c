/* vocab_spm.c: tokenizer.model of SentencePiece (sentencepiece_model.proto): a message of the protocol-buffer wire format. Only what a
 * vocabulary needs is read: the pieces (field 1), the kind of model (field 2), and how text is normalized (field 3). */
#include "convert/hf.h"

#include <stdio.h>
#include <string.h>

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
enum { FILE_MAX = 64 << 20 };

typedef struct wire {
    const uint8_t *p, *end;
    bool bad;
} wire;

typedef struct field {
    uint32_t number, type;
    uint64_t value; /* VARINT, FIXED32 */
    const uint8_t *data;
    size_t len; /* BYTES */
} field;

static uint64_t varint(wire *w) {
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (w->p == w->end) break;
        uint8_t byte = *w->p++;
        v |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) return v;
    }
    w->bad = true;
    return 0;
}

/* The next field; false at the end, or if the rest is damaged. */
static bool next(wire *w, field *f) {
    if (w->bad || w->p == w->end) return false;
    uint64_t tag = varint(w);
    *f = (field){.number = (uint32_t)(tag >> 3), .type = tag & 7};
    uint64_t size = f->type == FIXED64 ? 8 : f->type == FIXED32 ? 4 : 0;
    if (f->type == VARINT) f->value = varint(w);
    if (f->type == BYTES) size = varint(w);
    bool known = f->type == VARINT || f->type == FIXED64 || f->type == BYTES || f->type == FIXED32;
    if (w->bad || !known || tag >> 3 == 0 || tag >> 3 > UINT32_MAX || size > (uint64_t)(w->end - w->p)) return w->bad = true, false;
    f->data = w->p;
    f->len = (size_t)size;
    if (f->type == FIXED32) f->value = (uint32_t)(w->p[0] | w->p[1] << 8 | w->p[2] << 16) | (uint32_t)w->p[3] << 24;
    w->p += size;
    return true;
}

static wire inside(const field *f) {
    return (wire){f->data, f->data + f->len, false};
}

static float as_float(uint64_t bits) {
    uint32_t u = (uint32_t)bits;
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

/* A piece: 1 text, 2 score, 3 type (as og_token_kind counts them). */
static bool read_piece(const field *piece, og_hf_tokens *t, uint32_t i) {
    wire w = inside(piece);
    field f;
    t->kind[i] = OG_TOKEN_NORMAL;
    t->score[i] = 0;
    while (next(&w, &f)) {
        if (f.number == 1 && f.type == BYTES) {
            t->s[i] = (const char *)f.data;
            t->len[i] = f.len;
        }
        if (f.number == 2 && f.type == FIXED32) t->score[i] = as_float(f.value);
        if (f.number == 3 && f.type == VARINT) t->kind[i] = f.value >= OG_TOKEN_NORMAL && f.value <= OG_TOKEN_BYTE ? (int32_t)f.value : -1;
    }
    return !w.bad && t->kind[i] > 0;
}

typedef struct about {
    uint64_t n, kind; /* 1 unigram, 2 BPE */
    bool prefix, squeeze;
    field charsmap; /* how characters are normalized; len 0: not at all */
} about;

static bool read_about(wire w, about *a) {
    field f, g;
    *a = (about){.kind = 1, .prefix = true, .squeeze = true};
    while (next(&w, &f)) {
        if (f.type != BYTES) continue;
        a->n += f.number == 1;
        wire in = inside(&f);
        while ((f.number == 2 || f.number == 3) && next(&in, &g)) {
            if (f.number == 2 && g.number == 3 && g.type == VARINT) a->kind = g.value;
            if (f.number == 3 && g.number == 2 && g.type == BYTES) a->charsmap = g;
            if (f.number == 3 && g.number == 3 && g.type == VARINT) a->prefix = g.value != 0;
            if (f.number == 3 && g.number == 4 && g.type == VARINT) a->squeeze = g.value != 0;
        }
        if (in.bad) return false;
    }
    return !w.bad;
}

static og_status read_pieces(og_hf *hf, wire w, const char *path, og_hf_tokens *t, og_error *err) {
    field f;
    uint32_t i = 0;
    while (next(&w, &f)) {
        if (f.number != 1 || f.type != BYTES) continue;
        if (!read_piece(&f, t, i)) return og_fail(err, OG_ERR_FORMAT, "%s: piece %u is damaged: download the file again", path, i);
        i++;
    }
    return og_hf_tokens_add(hf, t, err);
}

static og_status parse(og_hf *hf, const uint8_t *data, size_t len, const char *path, og_hf_tokens *t, og_error *err) {
    wire w = {data, data + len, false};
    about a;
    if (!read_about(w, &a) || a.n == 0)
        return og_fail(err, OG_ERR_FORMAT, "%s is no model of SentencePiece, or a damaged one: download it again", path);
    uint32_t n = hf->n.n_vocab ? hf->n.n_vocab : (uint32_t)OG_MIN(a.n, UINT32_MAX);
    if (a.n > n)
        return og_fail(err, OG_ERR_FORMAT, "%s has %llu pieces, but the model's vocabulary %u (vocab_size): they do not belong together",
                       path, (unsigned long long)a.n, n);
    OG_TRY(og_hf_tokens_new(hf, n, t, err));
    OG_TRY(read_pieces(hf, w, path, t, err));
    bool unigram = a.kind == 1;
    og_gguf_set_str(hf->w, "tokenizer.ggml.model", unigram ? "t5" : "llama", unigram ? 2 : 5);
    og_gguf_set_str(hf->w, "tokenizer.ggml.pre", "default", 7);
    const og_jval *prefix = hf->tokenizer_config ? og_jval_get(og_jdoc_root(hf->tokenizer_config), "add_prefix_space") : NULL;
    if (prefix && (prefix->kind == OG_JSON_TRUE || prefix->kind == OG_JSON_FALSE)) a.prefix = prefix->kind == OG_JSON_TRUE;
    og_gguf_set_bool(hf->w, "tokenizer.ggml.add_space_prefix", a.prefix);
    if (unigram) og_gguf_set_bool(hf->w, "tokenizer.ggml.remove_extra_whitespaces", a.squeeze);
    if (unigram && a.charsmap.len)
        og_gguf_set_array(hf->w, "tokenizer.ggml.precompiled_charsmap", OG_VALUE_U8, a.charsmap.data, a.charsmap.len);
    og_hf_tokens_write(hf, t, true);
    return OG_OK;
}

og_status og_hf_vocab_spm(og_hf *hf, const char *path, og_hf_tokens *t, og_error *err) {
    og_source *src;
    OG_TRY(og_source_open(path, &src, err));
    uint64_t size = og_source_size(src);
    uint8_t *data = size <= FILE_MAX ? og_arena_alloc(&hf->arena, (size_t)size + 1) : NULL; /* tokens point into it */
    og_status status = data ? og_source_read(src, 0, data, (size_t)size, err)
                            : og_fail(err, OG_ERR_FORMAT, "%s has %llu bytes, too many for a vocabulary", path, (unsigned long long)size);
    og_source_close(src);
    return status == OG_OK ? parse(hf, data, (size_t)size, path, t, err) : status;
}
