/* tok_encode.c: text to ids: special tokens are found first, what lies between them goes to the tokenizer's kind. */
#include "text/tok.h"

#include <string.h>

enum { TEXT_MAX = 1 << 30 }; /* bytes: escaped, offsets in it still fit 32 bits */

static bool is_white(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* phi-3: every special token but these three takes the white space that follows it. */
static bool strips(const og_tok *tok, int32_t id) {
    static const char *const not [] = {"<unk>", "<s>", "<|endoftext|>"};
    size_t len;
    const char *s = og_strings_get(&tok->spelling, id, &len);
    if (!tok->strip_after_special) return false;
    for (size_t i = 0; i < OG_LEN(not ); i++)
        if (strcmp(s, not [i]) == 0) return false;
    return true;
}

static void plain_text(og_encoder *e, const char *s, const char *end) {
    if (s == end || e->status != OG_OK) return;
    e->tok->type->encode(e, s, (size_t)(end - s));
    e->after_special = false;
}

/* The whole text, whose segments lie in it one after the other. Control tokens count only inside one segment of markup. */
static void encode_text(og_encoder *e, const char *text, size_t len, const og_segment *seg) {
    const og_tok *tok = e->tok;
    const char *s = text, *begin = text, *end = text + len, *seg_end = text + seg->len;
    while (s < end && e->status == OG_OK) {
        while (s >= seg_end) seg_end += (++seg)->len;
        if (!tok->special.first[seg->markup][(uint8_t)*s]) {
            s++;
            continue;
        }
        size_t n = 0;
        int32_t id = seg->markup ? og_special_match(tok, s, (size_t)(seg_end - s), false, &n) : -1;
        if (id < 0) id = og_special_match(tok, s, (size_t)(end - s), true, &n);
        if (id < 0) {
            s++;
            continue;
        }
        plain_text(e, begin, s);
        if (e->status == OG_OK) og_encoder_push(e, id);
        e->after_special = true;
        s += n;
        if (strips(tok, id))
            while (s < seg_end && is_white(*s)) s++;
        begin = s;
    }
    plain_text(e, begin, end);
}

og_status og_tok_encode_segments(const og_tok *tok, const og_segment *seg, size_t n_seg, int flags, int32_t **ids, size_t *n,
                                 og_error *err) {
    size_t len = 0;
    for (size_t i = 0; i < n_seg; i++) {
        if (seg[i].len > TEXT_MAX || (len += seg[i].len) > TEXT_MAX)
            return og_fail(err, OG_ERR_ARG, "tokenizer: the text is longer than %d bytes; tokenize it in parts", TEXT_MAX);
    }
    og_buf joined;
    og_buf_init(&joined);
    const char *text = n_seg ? seg[0].s : NULL;
    if (n_seg > 1) {
        for (size_t i = 0; i < n_seg; i++) og_buf_add(&joined, seg[i].s, seg[i].len);
        text = joined.data;
    }
    og_encoder *e = joined.failed ? NULL : og_calloc(1, sizeof *e);
    if (!e) {
        og_buf_free(&joined);
        return og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory");
    }
    e->tok = tok;
    e->err = err;
    e->after_special = true;
    if ((flags & (OG_TOK_ADD_SPECIAL | OG_TOK_ADD_BOS)) && tok->add_bos) og_encoder_push(e, tok->bos);
    if (len) encode_text(e, text, len, seg);
    if ((flags & OG_TOK_ADD_SPECIAL) && tok->add_eos && e->status == OG_OK) og_encoder_push(e, tok->eos);
    /* An empty result is an array too. */
    if (!e->ids && e->status == OG_OK && !(e->ids = og_alloc(sizeof *e->ids))) og_encoder_fail(e, OG_ERR_MEMORY, "out of memory");
    og_status st = e->status;
    if (st == OG_OK) {
        *ids = e->ids;
        *n = e->n;
        e->ids = NULL;
    }
    og_encoder_release(e);
    og_release(e);
    og_buf_free(&joined);
    return st;
}

og_status og_tok_encode(const og_tok *tok, const char *text, size_t len, int flags, int32_t **ids, size_t *n, og_error *err) {
    og_segment seg = {text, len, (flags & OG_TOK_PARSE_SPECIAL) != 0};
    return og_tok_encode_segments(tok, &seg, 1, flags & OG_TOK_ADD_SPECIAL, ids, n, err);
}
