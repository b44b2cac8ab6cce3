/* tok_decode.c: ids to text, at once or as a stream of whole characters; and what a vocabulary tells of its tokens. */
#include "text/tok.h"
#include "base/utf8.h"

#include <string.h>

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */
enum { REPLACEMENT_LEN = 3 };

int32_t og_tok_size(const og_tok *tok) {
    return tok->n;
}

int32_t og_tok_bos(const og_tok *tok) {
    return tok->bos;
}

int32_t og_tok_eos(const og_tok *tok) {
    return tok->eos;
}

bool og_tok_is_end(const og_tok *tok, int32_t id) {
    return id >= 0 && id < tok->n && tok->end[id];
}

const char *og_tok_piece(const og_tok *tok, int32_t id, size_t *len) {
    if (id < 0 || id >= tok->n) return NULL;
    size_t n;
    const char *s = og_strings_get(&tok->spelling, id, &n);
    if (len) *len = n;
    return s;
}

/* SentencePiece: U+2581 is a space. The first one of a text is the one that encoding put there. */
static void add_unescaped(const og_tok *tok, const char *s, size_t len, bool first, og_buf *out) {
    for (size_t i = 0; i < len;) {
        const char *p = memchr(s + i, '\xE2', len - i);
        size_t n = p ? (size_t)(p - s) - i : len - i;
        og_buf_add(out, s + i, n);
        i += n;
        if (!p) break;
        bool space = len - i >= 3 && memcmp(p, "\xE2\x96\x81", 3) == 0;
        if (!space) {
            og_buf_add(out, p, 1);
        } else if (!(first && tok->add_space_prefix && i == 0)) {
            og_buf_add(out, " ", 1);
        }
        i += space ? 3 : 1;
    }
}

/* Appends the bytes of a token. *started: whether text came before; set when some comes. */
static og_status add_token(const og_tok *tok, int32_t id, bool special, bool *started, og_buf *out, og_error *err) {
    if (id < 0 || id >= tok->n)
        return og_fail(err, OG_ERR_ARG, "tokenizer: there is no token %d; the vocabulary has %d tokens", id, tok->n);
    size_t len;
    const char *s = og_strings_get(&tok->raw, id, &len);
    int byte = og_tok_byte(tok, id);
    switch (tok->kind[id]) {
    case OG_TOKEN_CONTROL:
    case OG_TOKEN_UNKNOWN:
        if (special) og_buf_add(out, s, len);
        break;
    case OG_TOKEN_BYTE:
        og_buf_add(out, &(char){(char)byte}, 1);
        *started = true;
        break;
    case OG_TOKEN_USER:
        og_buf_add(out, s, len);
        *started = true;
        break;
    default:
        if (tok->type->spaced) {
            add_unescaped(tok, s, len, !*started, out);
        } else {
            og_buf_add(out, s, len);
        }
        if (len) *started = true;
    }
    return out->failed ? og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for the text") : OG_OK;
}

og_status og_tok_text(const og_tok *tok, int32_t id, og_buf *out, og_error *err) {
    bool started = true;
    return add_token(tok, id, false, &started, out, err);
}

og_status og_tok_decode(const og_tok *tok, const int32_t *ids, size_t n, bool special, char **text, size_t *len, og_error *err) {
    og_buf out;
    og_buf_init(&out);
    bool started = false;
    og_status st = og_buf_reserve(&out, 0) ? OG_OK : og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for the text");
    for (size_t i = 0; i < n && st == OG_OK; i++) st = add_token(tok, ids[i], special, &started, &out, err);
    if (st != OG_OK) {
        og_buf_free(&out);
        return st;
    }
    *text = out.data;
    *len = out.len;
    return OG_OK;
}

/* ---- streaming ---- */

/* Appends s with each sequence that is not UTF-8, as far as it could have become a character, replaced by one U+FFFD. */
static void add_valid(og_buf *out, const char *s, size_t len) {
    size_t from = 0, i = 0;
    while (i < len) {
        int32_t cp;
        size_t n = (size_t)og_utf8_decode(s + i, len - i, &cp);
        if (cp < 0) {
            for (n = OG_MIN((size_t)3, len - i); n > 1 && og_utf8_whole(s + i, n) > 0;) n--;
            og_buf_add(out, s + from, i - from);
            og_buf_add(out, REPLACEMENT, REPLACEMENT_LEN);
            from = i + n;
        }
        i += n;
    }
    og_buf_add(out, s + from, len - from);
}

/* The bytes go straight to `out`, so that a caller who reuses it allocates nothing per token. */
og_status og_stream_add(og_stream *st, const og_tok *tok, int32_t id, bool special, og_buf *out, og_error *err) {
    size_t begin = out->len;
    og_buf_add(out, st->held, st->n_held);
    og_status status = add_token(tok, id, special, &st->started, out, err);
    if (status != OG_OK) {
        out->len = OG_MIN(out->len, begin);
        return status;
    }
    size_t len = out->len - begin, whole = og_utf8_whole(out->data + begin, len);
    st->n_held = len - whole;
    memcpy(st->held, out->data + begin + whole, st->n_held);
    out->len = begin + whole;
    if (!og_utf8_valid(out->data + begin, whole)) {
        char *bytes = og_strndup(out->data + begin, whole);
        out->len = begin;
        if (bytes) add_valid(out, bytes, whole);
        if (!bytes || out->failed) status = og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for the text");
        og_release(bytes);
    }
    out->data[out->len] = '\0';
    return status;
}

void og_stream_end(og_stream *st, og_buf *out) {
    if (st->n_held) og_buf_add(out, REPLACEMENT, REPLACEMENT_LEN);
    st->n_held = 0;
}
