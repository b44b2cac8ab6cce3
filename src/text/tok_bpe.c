/* tok_bpe.c: byte-level BPE ("gpt2"). Merges are a hash table from two ids to their rank and the id they become. */
#include "text/tok_bpe.h"
#include "base/utf8.h"

#include <string.h>

/* The byte that a character of a spelling stands for, or -1. */
static int byte_of(int32_t cp) {
    if ((cp >= 0x21 && cp <= 0x7E) || (cp >= 0xA1 && cp <= 0xAC) || (cp >= 0xAE && cp <= 0xFF)) return cp;
    if (cp < 0x100 || cp > 0x143) return -1;
    int i = cp - 0x100; /* the i-th byte that does not stand for itself: 0..20, 7F..A0, AD */
    return i <= 0x20 ? i : i <= 0x42 ? i - 0x21 + 0x7F : 0xAD;
}

int64_t og_bpe_bytes(const char *spelling, size_t len, char *out) {
    int64_t n = 0;
    for (size_t i = 0; i < len;) {
        int32_t cp;
        i += (size_t)og_utf8_decode(spelling + i, len - i, &cp);
        int byte = byte_of(cp);
        if (byte < 0) return -1;
        out[n++] = (char)byte;
    }
    return n;
}

/* ---- merges ---- */

static og_pair_slot *pair_slot(const og_tok *tok, int32_t left, int32_t right) {
    uint64_t h = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) ^ tok->seed;
    h = (h ^ h >> 32) * 0x9E3779B97F4A7C15u;
    for (uint32_t i = (uint32_t)(h >> 32) & tok->pair_mask;; i = (i + 1) & tok->pair_mask) {
        og_pair_slot *slot = &tok->pair[i];
        if (slot->left < 0 || (slot->left == left && slot->right == right)) return slot;
    }
}

uint32_t og_bpe_pair(const og_tok *tok, const char *text, const og_symbol *a, const og_symbol *b, int32_t *id) {
    (void)text;
    if (a->id < 0 || b->id < 0) return UINT32_MAX;
    const og_pair_slot *slot = pair_slot(tok, a->id, b->id);
    if (slot->left < 0) return UINT32_MAX;
    *id = slot->id;
    return slot->rank;
}

static og_status bad_merge(size_t rank, const og_piece *m, const char *what, og_error *err) {
    return og_fail(err, OG_ERR_FORMAT, "tokenizer: merge %zu, '%.*s', %s", rank, (int)OG_MIN(m->len, (size_t)100), m->s, what);
}

/* One "left right" line. `buf` holds the bytes of two of the longest tokens. */
static og_status add_merge(og_tok *tok, size_t rank, const og_piece *m, char *buf, og_error *err) {
    const char *gap = m->len > 1 ? memchr(m->s + 1, ' ', m->len - 1) : NULL;
    if (!gap) return bad_merge(rank, m, "is not two pieces with a blank between them", err);
    size_t len[2] = {(size_t)(gap - m->s), m->len - (size_t)(gap - m->s) - 1};
    const char *piece[2] = {m->s, gap + 1};
    int32_t id[3];
    size_t total = 0;
    for (int i = 0; i < 2; i++) {
        if (len[i] == 0 || len[i] > 2 * (size_t)tok->max_len) return bad_merge(rank, m, "has a piece that is not in the vocabulary", err);
        int64_t n = (int64_t)len[i];
        if (tok->type == &og_tok_bpe)
            n = og_bpe_bytes(piece[i], len[i], buf + total);
        else
            memcpy(buf + total, piece[i], len[i]);
        id[i] = n > 0 && n <= tok->max_len ? og_tok_find(tok, buf + total, (size_t)n) : -1;
        if (id[i] < 0) return bad_merge(rank, m, "has a piece that is not in the vocabulary", err);
        total += (size_t)n;
    }
    id[2] = og_tok_find(tok, buf, total);
    if (id[2] < 0) return bad_merge(rank, m, "makes a piece that is not in the vocabulary", err);
    if (!og_tok_is_text(tok, id[2])) return OG_OK; /* text must not become a control token */
    og_pair_slot *slot = pair_slot(tok, id[0], id[1]);
    if (slot->left < 0) *slot = (og_pair_slot){id[0], id[1], (uint32_t)rank, id[2]}; /* of equal ones the first counts */
    return OG_OK;
}

og_status og_bpe_merges(og_tok *tok, const og_vocab *v, og_error *err) {
    uint32_t slots = v->n_merges < UINT32_MAX / 4 ? og_tok_slots(v->n_merges) : 0;
    if (!slots) return og_fail(err, OG_ERR_FORMAT, "tokenizer: %zu merges are too many", v->n_merges);
    tok->pair = og_calloc(slots, sizeof *tok->pair);
    char *buf = og_alloc(4 * ((size_t)tok->max_len + 1));
    if (!tok->pair || !buf) {
        og_release(buf);
        return og_fail(err, OG_ERR_MEMORY, "tokenizer: out of memory for %zu merges", v->n_merges);
    }
    tok->pair_mask = slots - 1;
    for (uint32_t i = 0; i < slots; i++) tok->pair[i].left = -1;
    og_status st = OG_OK;
    for (size_t i = 0; i < v->n_merges && st == OG_OK; i++) st = add_merge(tok, i, &v->merge[i], buf, err);
    og_release(buf);
    return st;
}

static og_status bpe_prepare(og_tok *tok, const og_vocab *v, og_error *err) {
    const og_split_row *row = og_split_find(v->pre);
    if (!row) return og_fail(err, OG_ERR_UNSUPPORTED, "tokenizer: the split pattern '%.100s' is not known to this version", v->pre);
    tok->whole_words = row->flags & OG_SPLIT_WHOLE;
    OG_TRY(og_split_compile(row, &tok->split, err));
    for (int i = 0; i < 256; i++) {
        char byte = (char)i;
        int32_t id = og_tok_find(tok, &byte, 1);
        tok->byte_id[i] = id >= 0 && og_tok_is_text(tok, id) ? id : -1;
    }
    return og_bpe_merges(tok, v, err);
}

/* ---- encoding ---- */

static bool encode_word(void *ctx, const char *word, size_t len) {
    og_encoder *e = ctx;
    const og_tok *tok = e->tok;
    int32_t id;
    if (og_encoder_whole(e, word, len, &id)) return og_encoder_push(e, id);
    if (!og_encoder_symbols(e, len)) return false;
    for (size_t i = 0; i < len; i++) e->sym[i] = (og_symbol){(uint32_t)i, 1, tok->byte_id[(uint8_t)word[i]]};
    size_t n = len;
    if (!og_encoder_merge(e, word, &n)) return false;
    og_encoder_note(e, id, n);
    for (size_t i = 0; i < n; i++) {
        int32_t out = e->sym[i].id >= 0 ? e->sym[i].id : tok->unk;
        if (out < 0) return og_encoder_fail(e, OG_ERR_UNSUPPORTED, "the text has a byte for which the vocabulary has no token");
        if (!og_encoder_push(e, out)) return false;
    }
    return true;
}

static void bpe_encode(og_encoder *e, const char *s, size_t len) {
    og_split_each(&e->tok->split, s, len, e->matcher, encode_word, e);
}

const og_tok_type og_tok_bpe = {"gpt2", bpe_prepare, bpe_encode, og_bpe_pair, false};
