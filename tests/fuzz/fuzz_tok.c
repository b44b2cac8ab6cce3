/* Texts of any bytes through a small vocabulary of each kind: encoding gives back the text, a stream gives what decoding gives, and no
 * text becomes a control token unless asked. The first byte chooses the vocabulary and the flags. */
#include "../unit/tiny_vocab.h"

#include <stdlib.h>

enum { KINDS = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
    if (!ok) abort();
}

static og_tok *toks[KINDS];

static void make_all(void) {
    static const char *const pre[KINDS] = {"gpt-2", "llama-bpe"};
    for (int i = 0; i < KINDS; i++) {
        static tiny_vocab t;
        if (pre[i])
            tiny_bpe(&t, pre[i]);
        else
            (i < 4 ? tiny_spm : i < 6 ? tiny_unigram : tiny_wordpiece)(&t);
        t.vocab.remove_extra_whitespaces = i == 3 || i == 5;
        check(og_tok_make(&t.vocab, &toks[i], NULL) == OG_OK);
    }
}

/* A space is written like this by SentencePiece vocabularies, so a text that has it comes back with a space. */
static bool has_lower_block(const char *s, size_t len) {
    for (size_t i = 0; i + 3 <= len; i++)
        if (memcmp(s + i, "\xE2\x96\x81", 3) == 0) return true;
    return false;
}

static void check_stream(const og_tok *tok, const int32_t *ids, size_t n, const char *text, size_t len) {
    og_stream stream = {0};
    og_buf out;
    og_buf_init(&out);
    for (size_t i = 0; i < n; i++) {
        size_t before = out.len;
        check(og_stream_add(&stream, tok, ids[i], true, &out, NULL) == OG_OK);
        check(og_utf8_valid(out.data + before, out.len - before));
    }
    og_stream_end(&stream, &out);
    if (og_utf8_valid(text, len)) check(out.len == len && (len == 0 || memcmp(out.data, text, len) == 0));
    og_buf_free(&out);
}

/* What decoding gives is tokenized as the text was, unless parts of it are unknown. */
static void check_again(const og_tok *tok, const int32_t *ids, size_t n) {
    int32_t *again;
    char *text;
    size_t len, n_again;
    check(og_tok_decode(tok, ids, n, false, &text, &len, NULL) == OG_OK);
    for (size_t i = 0; i < n; i++) {
        size_t piece_len;
        const char *piece = og_tok_piece(tok, ids[i], &piece_len);
        if (memmem(piece, piece_len, "unk", 3) || memmem(piece, piece_len, "UNK", 3) || piece[0] == '<') {
            og_free(text);
            return;
        }
    }
    check(og_tok_encode(tok, text, len, 0, &again, &n_again, NULL) == OG_OK);
    check(n_again == n && (n == 0 || memcmp(again, ids, n * sizeof *ids) == 0));
    og_free(again);
    og_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    if (!toks[0]) make_all();
    int kind = data[0] % KINDS, flags = data[0] & 0x80 ? OG_TOK_PARSE_SPECIAL : 0;
    const og_tok *tok = toks[kind];
    const char *text = (const char *)data + 1;
    size_t len = size - 1, n, back_len;
    int32_t *ids;
    char *back;
    check(og_tok_encode(tok, text, len, flags, &ids, &n, NULL) == OG_OK);
    check(og_tok_decode(tok, ids, n, true, &back, &back_len, NULL) == OG_OK);
    check_stream(tok, ids, n, back, back_len);
    for (size_t i = 0; i < n && !flags; i++) check(!og_tok_is_end(tok, ids[i]));
    if (kind >= 5 && !flags && !has_lower_block(text, len)) check_again(tok, ids, n);
    /* SentencePiece puts a space after special tokens and may drop others. */
    bool exact = kind < 2 || (kind == 2 && !flags && !has_lower_block(text, len) && !memmem(text, len, "<tool>", 6));
    if (exact) check(back_len == len && (len == 0 || memcmp(back, text, len) == 0));
    og_free(back);
    og_free(ids);
    return 0;
}
