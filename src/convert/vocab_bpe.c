/* vocab_bpe.c: BPE of tokenizer.json: byte-level (GPT-2 and after), and SentencePiece's as merges. */
#include "convert/hf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const og_jval *root_of(const og_hf *hf) {
    return og_jdoc_root(hf->tokenizer);
}

static const og_jval *find_part(const og_jval *part, const char *type, int depth) {
    static const char *const lists[] = {"pretokenizers", "decoders", "normalizers", "processors"};
    if (!part || part->kind != OG_JSON_OBJECT || depth > 8) return NULL;
    if (og_jval_is(og_jval_get(part, "type"), type)) return part;
    for (size_t i = 0; i < OG_LEN(lists); i++) {
        const og_jval *list = og_jval_get(part, lists[i]), *found;
        for (const og_jval *v = list && list->kind == OG_JSON_ARRAY ? list->u.first : NULL; v; v = v->next)
            if ((found = find_part(v, type, depth + 1))) return found;
    }
    return NULL;
}

const og_jval *og_hf_part(const og_hf *hf, const char *kind, const char *type) {
    return find_part(og_jval_get(root_of(hf), kind), type, 0);
}

bool og_hf_is_byte_level(const og_hf *hf) {
    return og_hf_part(hf, "pre_tokenizer", "ByteLevel") || og_hf_part(hf, "decoder", "ByteLevel");
}

static og_status bad(const og_hf *hf, const char *what, og_error *err) {
    return og_fail(err, OG_ERR_FORMAT, "%s/tokenizer.json: %s", hf->folder, what);
}

og_status og_hf_tokens_read(og_hf *hf, const og_jval *model, og_hf_tokens *t, og_error *err) {
    const og_jval *vocab = og_jval_get(model, "vocab");
    if (!vocab || vocab->kind != OG_JSON_OBJECT || !vocab->n) return bad(hf, "there is no vocabulary", err);
    uint32_t n = hf->n.n_vocab;
    for (const og_jval *v = vocab->u.first; v; v = v->next) {
        if (v->kind != OG_JSON_INT || v->u.i < 0 || v->u.i > INT32_MAX) return bad(hf, "a token's id is no number from 0 on", err);
        if (hf->n.n_vocab && v->u.i >= hf->n.n_vocab)
            return og_fail(err, OG_ERR_FORMAT, "%s/tokenizer.json: token %lld is past the model's vocabulary of %u (vocab_size)",
                           hf->folder, (long long)v->u.i, hf->n.n_vocab);
        if (!hf->n.n_vocab) n = OG_MAX(n, (uint32_t)v->u.i + 1);
    }
    OG_TRY(og_hf_tokens_new(hf, n, t, err));
    for (const og_jval *v = vocab->u.first; v; v = v->next) {
        t->s[v->u.i] = v->key;
        t->len[v->u.i] = v->key_len;
        t->kind[v->u.i] = OG_TOKEN_NORMAL;
    }
    return OG_OK;
}

/* A merge: "left right" or, since pieces may hold spaces, ["left", "right"]. False if it is neither. */
static bool merge_parts(const og_jval *v, const char *part[2], size_t len[2]) {
    if (v->kind == OG_JSON_STRING) {
        const char *space = memchr(v->u.s, ' ', v->n);
        if (!space) return false;
        part[0] = v->u.s;
        len[0] = (size_t)(space - v->u.s);
        part[1] = space + 1;
        len[1] = v->n - len[0] - 1;
    } else {
        const og_jval *a = v->kind == OG_JSON_ARRAY && v->n == 2 ? v->u.first : NULL;
        if (!a || a->kind != OG_JSON_STRING || a->next->kind != OG_JSON_STRING) return false;
        part[0] = a->u.s;
        len[0] = a->n;
        part[1] = a->next->u.s;
        len[1] = a->next->n;
    }
    return len[0] > 0 && len[1] > 0;
}

static og_status find_merges(const og_hf *hf, const og_jval *model, const og_jval **out, og_error *err) {
    *out = og_jval_get(model, "merges");
    return *out && (*out)->kind == OG_JSON_ARRAY ? OG_OK : bad(hf, "there are no merges", err);
}

static og_status write_merges(og_hf *hf, const og_jval *model, og_error *err) {
    const og_jval *merges = NULL;
    OG_TRY(find_merges(hf, model, &merges, err));
    const char **s = og_arena_alloc(&hf->arena, (merges->n + 1) * sizeof *s);
    size_t *lens = og_arena_alloc(&hf->arena, (merges->n + 1) * sizeof *lens), n = 0;
    if (!s || !lens) return og_hf_no_memory(hf, err);
    for (const og_jval *v = merges->u.first; v; v = v->next, n++) {
        const char *part[2];
        size_t len[2];
        if (!merge_parts(v, part, len)) return bad(hf, "a merge is no pair of pieces", err);
        char *text = og_arena_alloc(&hf->arena, 2 * (len[0] + len[1]) + 2), *p = text;
        if (!text) return og_hf_no_memory(hf, err);
        for (int k = 0; k < 2; k++) {
            for (size_t i = 0; i < len[k]; i++) { /* a space inside of a piece is written U+0120, as byte-level pieces have it */
                if (part[k][i] == ' ') *p++ = '\xc4';
                *p++ = part[k][i] == ' ' ? '\xa0' : part[k][i];
            }
            if (k == 0) *p++ = ' ';
        }
        s[n] = text;
        lens[n] = (size_t)(p - text);
    }
    og_gguf_set_strings(hf->w, "tokenizer.ggml.merges", s, lens, n);
    return OG_OK;
}

og_status og_hf_vocab_bpe(og_hf *hf, og_hf_tokens *t, og_error *err) {
    const og_jval *model = og_jval_get(root_of(hf), "model");
    const char *pre = NULL;
    OG_TRY(og_hf_pre(hf, &pre, err));
    OG_TRY(og_hf_tokens_read(hf, model, t, err));
    OG_TRY(og_hf_tokens_add(hf, t, err));
    og_gguf_set_str(hf->w, "tokenizer.ggml.model", "gpt2", 4);
    og_gguf_set_str(hf->w, "tokenizer.ggml.pre", pre, strlen(pre));
    og_hf_tokens_write(hf, t, false);
    return write_merges(hf, model, err);
}

/* ---- SentencePiece as merges ---- */

typedef struct piece {
    const char *s;
    size_t len;
    uint32_t id;
} piece;

static int by_text(const void *a, const void *b) {
    const piece *x = a, *y = b;
    int d = memcmp(x->s, y->s, OG_MIN(x->len, y->len));
    return d ? d : (x->len > y->len) - (x->len < y->len);
}

/* A piece's score says when it is merged: minus the number of the first merge that makes it. */
static og_status score(og_hf *hf, const og_jval *model, og_hf_tokens *t, og_error *err) {
    const og_jval *merges = NULL;
    OG_TRY(find_merges(hf, model, &merges, err));
    piece *sorted = og_arena_alloc(&hf->arena, t->n * sizeof *sorted);
    if (!sorted) return og_hf_no_memory(hf, err);
    for (uint32_t i = 0; i < t->n; i++) sorted[i] = (piece){t->s[i], t->len[i], i};
    qsort(sorted, t->n, sizeof *sorted, by_text);
    for (uint32_t i = 0; i < t->n; i++)
        if (t->kind[i] == OG_TOKEN_NORMAL) t->score[i] = -(float)merges->n - 1; /* single characters, which no merge makes */
    uint32_t rank = 0;
    og_buf text;
    og_buf_init(&text);
    for (const og_jval *v = merges->u.first; v; v = v->next, rank++) {
        const char *part[2];
        size_t len[2];
        if (!merge_parts(v, part, len)) {
            og_buf_free(&text);
            return bad(hf, "a merge is no pair of pieces", err);
        }
        text.len = 0;
        og_buf_add(&text, part[0], len[0]);
        og_buf_add(&text, part[1], len[1]);
        const piece key = {text.data, text.len, 0}, *hit = text.failed ? NULL : bsearch(&key, sorted, t->n, sizeof *sorted, by_text);
        if (hit && t->score[hit->id] < -(float)rank) t->score[hit->id] = -(float)rank;
    }
    bool failed = text.failed;
    og_buf_free(&text);
    return failed ? og_hf_no_memory(hf, err) : OG_OK;
}

static bool is_byte(const char *s, size_t len) {
    return len == 6 && memcmp(s, "<0x", 3) == 0 && s[5] == '>' && strspn(s + 3, "0123456789ABCDEF") == 2;
}

og_status og_hf_vocab_merges(og_hf *hf, og_hf_tokens *t, og_error *err) {
    const og_jval *model = og_jval_get(root_of(hf), "model"), *unk = og_jval_get(model, "unk_token");
    OG_TRY(og_hf_tokens_read(hf, model, t, err));
    for (uint32_t i = 0; i < t->n; i++) {
        if (is_byte(t->s[i], t->len[i])) t->kind[i] = OG_TOKEN_BYTE;
        if (unk && unk->kind == OG_JSON_STRING && unk->n == t->len[i] && memcmp(unk->u.s, t->s[i], unk->n) == 0)
            t->kind[i] = OG_TOKEN_UNKNOWN;
    }
    OG_TRY(score(hf, model, t, err));
    OG_TRY(og_hf_tokens_add(hf, t, err));
    bool prefix = og_hf_part(hf, "normalizer", "Prepend") || og_hf_part(hf, "pre_tokenizer", "Metaspace");
    og_gguf_set_str(hf->w, "tokenizer.ggml.model", "llama", 5);
    og_gguf_set_str(hf->w, "tokenizer.ggml.pre", "default", 7);
    og_gguf_set_bool(hf->w, "tokenizer.ggml.add_space_prefix", prefix);
    og_hf_tokens_write(hf, t, true);
    return OG_OK;
}
