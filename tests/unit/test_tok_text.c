/* Encoding and decoding: special tokens, segments, white space, streaming, any bytes. */
#include "tiny_vocab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

static og_error err;
static tiny_vocab bpe_vocab, spm_vocab, phi_vocab;
static og_tok *bpe, *spm, *phi; /* phi: as spm, with the tokens that make it phi-3 */

static int open_all(void **state) {
    (void)state;
    tiny_bpe(&bpe_vocab, "gpt-2");
    tiny_spm(&spm_vocab);
    tiny_spm(&phi_vocab);
    tiny_add(&phi_vocab, "<|placeholder1|>", 16, OG_TOKEN_CONTROL);
    tiny_add(&phi_vocab, "<|assistant|>", 13, OG_TOKEN_CONTROL);
    return og_tok_make(&bpe_vocab.vocab, &bpe, &err) || og_tok_make(&spm_vocab.vocab, &spm, &err) ||
           og_tok_make(&phi_vocab.vocab, &phi, &err);
}

static int close_all(void **state) {
    (void)state;
    og_tok_close(bpe);
    og_tok_close(spm);
    og_tok_close(phi);
    return 0;
}

/* The pieces of ids, with blanks between them. */
static const char *spelled(const og_tok *tok, const int32_t *ids, size_t n) {
    static char out[4096];
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t len;
        const char *s = og_tok_piece(tok, ids[i], &len);
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%.*s", i ? " " : "", (int)len, s);
        assert_true(used < sizeof out);
    }
    return out;
}

static void encodes(const og_tok *tok, const char *text, int flags, const char *pieces) {
    int32_t *ids;
    size_t n;
    if (og_tok_encode(tok, text, strlen(text), flags, &ids, &n, &err) != OG_OK) fail_msg("%s", err.text);
    assert_string_equal(spelled(tok, ids, n), pieces);
    og_free(ids);
}

static void decodes(const og_tok *tok, const char *text, int flags, bool special, const char *want) {
    int32_t *ids;
    char *back;
    size_t n, len;
    assert_int_equal(og_tok_encode(tok, text, strlen(text), flags, &ids, &n, &err), OG_OK);
    assert_int_equal(og_tok_decode(tok, ids, n, special, &back, &len, &err), OG_OK);
    assert_string_equal(back, want);
    assert_int_equal(len, strlen(want));
    og_free(back);
    og_free(ids);
}

static void test_merging(void **state) {
    (void)state;
    encodes(bpe, "hello world", 0, "hello \u0120world");
    encodes(bpe, "aaaaa", 0, "aaaa a");
    encodes(bpe, "aab", 0, "aa b"); /* a a is before a b */
    encodes(bpe, "123", 0, "123");
    encodes(spm, "hello world", 0, "\u2581hello \u2581world");
    encodes(spm, "the  the", 0, "\u2581the \u2581\u2581 t he"); /* the two spaces have the better score */
    encodes(spm, "\u65E5\u672C", 0, "\u2581 \u65E5 <0xE6> <0x9C> <0xAC>");
    encodes(spm, "", 0, "");
    encodes(bpe, "", 0, "");
}

static void test_bos_and_eos(void **state) {
    (void)state;
    encodes(spm, "hello", OG_TOK_ADD_SPECIAL, "<s> \u2581hello");
    encodes(spm, "", OG_TOK_ADD_SPECIAL, "<s>");
    encodes(bpe, "hello", OG_TOK_ADD_SPECIAL, "hello");
    og_tok *tok;
    spm_vocab.vocab.add_eos = true;
    assert_int_equal(og_tok_make(&spm_vocab.vocab, &tok, &err), OG_OK);
    spm_vocab.vocab.add_eos = false;
    encodes(tok, "hello", OG_TOK_ADD_SPECIAL, "<s> \u2581hello </s>");
    int32_t *ids;
    size_t n;
    og_segment seg = {"hello", 5, true};
    assert_int_equal(og_tok_encode_segments(tok, &seg, 1, OG_TOK_ADD_BOS, &ids, &n, &err), OG_OK);
    assert_string_equal(spelled(tok, ids, n), "<s> \u2581hello");
    og_free(ids);
    og_tok_close(tok);
}

static void test_special_tokens(void **state) {
    (void)state;
    encodes(bpe, "a<|im_end|>b", OG_TOK_PARSE_SPECIAL, "a <|im_end|> b");
    encodes(bpe, "a<|im_end|>b", 0, "a < | i m _ e n d | > b");
    encodes(bpe, "<|im_en", OG_TOK_PARSE_SPECIAL, "<|im _ e n"); /* the longest that is there */
    encodes(bpe, "<<|im_start|>", OG_TOK_PARSE_SPECIAL, "< <|im_start|>");
    encodes(bpe, "<|endoftext|><|endoftext|>", OG_TOK_PARSE_SPECIAL, "<|endoftext|> <|endoftext|>");
    encodes(bpe, "a<tool>b", 0, "a <tool> b"); /* user-defined ones always count */
    encodes(spm, "<s>hello</s>", 0, "\u2581 <0x3C> <0x73> <0x3E> hello <0x3C> <0x2F> <0x73> <0x3E>");
    encodes(spm, "<s>hello</s>", OG_TOK_PARSE_SPECIAL, "<s> \u2581hello </s>");
    encodes(spm, "hello<|end|>\nhello", OG_TOK_PARSE_SPECIAL, "\u2581hello <|end|> \u2581 <0x0A> hello");
    encodes(spm, "<unk>", OG_TOK_PARSE_SPECIAL, "<unk>");
}

static void test_phi3_white_space(void **state) {
    (void)state;
    encodes(phi, "<|user|>\n hello<|end|> \n<|assistant|>\n", OG_TOK_PARSE_SPECIAL, "<|user|> \u2581hello <|end|> <|assistant|>");
    encodes(phi, "<s> hello", OG_TOK_PARSE_SPECIAL, "<s> \u2581 \u2581hello");
}

static void test_segments(void **state) {
    (void)state;
    static const struct {
        og_segment seg[3];
        size_t n;
        const char *pieces;
    } cases[] = {
        {{{"<|im_start|>", 12, true}, {"<|im_end|>", 10, false}, {"<|im_end|>", 10, true}},
         3,
         "<|im_start|> < | i m _ e n d | > <|im_end|>"},
        {{{"<|im_", 5, true}, {"end|>", 5, true}}, 2, "<|im _ e n d | >"}, /* not across segments */
        {{{"<|im_", 5, true}, {"end|>", 5, false}}, 2, "<|im _ e n d | >"},
        {{{"<to", 3, true}, {"ol>", 3, false}}, 2, "<tool>"}, /* but text is one text */
        {{{"hel", 3, true}, {"", 0, true}, {"lo", 2, false}}, 3, "hello"},
        {{{"", 0, true}, {"", 0, false}}, 2, ""},
        {{{"", 0, true}}, 0, ""},
    };
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        int32_t *ids;
        size_t n;
        assert_int_equal(og_tok_encode_segments(bpe, cases[i].seg, cases[i].n, 0, &ids, &n, &err), OG_OK);
        assert_string_equal(spelled(bpe, ids, n), cases[i].pieces);
        og_free(ids);
    }
}

static void test_extra_white_space(void **state) {
    (void)state;
    og_tok *tok;
    spm_vocab.vocab.remove_extra_whitespaces = true;
    assert_int_equal(og_tok_make(&spm_vocab.vocab, &tok, &err), OG_OK);
    spm_vocab.vocab.remove_extra_whitespaces = false;
    encodes(tok, "  hello   world  ", 0, "\u2581hello \u2581world");
    encodes(tok, "   ", 0, "");
    og_tok_close(tok);
    spm_vocab.vocab.add_space_prefix = false;
    assert_int_equal(og_tok_make(&spm_vocab.vocab, &tok, &err), OG_OK);
    spm_vocab.vocab.add_space_prefix = true;
    encodes(tok, "hello world", 0, "hello \u2581world");
    decodes(tok, " hello", 0, false, " hello");
    og_tok_close(tok);
}

static void test_unencodable(void **state) {
    (void)state;
    tiny_vocab t;
    og_tok *tok;
    int32_t *ids;
    size_t n;
    tiny_spm(&t);
    for (int i = 3; i < 259; i++) t.kind[i] = OG_TOKEN_UNUSED; /* no byte tokens */
    assert_int_equal(og_tok_make(&t.vocab, &tok, &err), OG_OK);
    encodes(tok, "a\u4e00\u4e01b\u4e02", 0, "\u2581 a <unk> b <unk>");
    og_tok_close(tok);
    t.vocab.unk = -1;
    assert_int_equal(og_tok_make(&t.vocab, &tok, &err), OG_OK);
    assert_int_equal(og_tok_encode(tok, "\u4e00", 3, 0, &ids, &n, &err), OG_ERR_UNSUPPORTED);
    og_tok_close(tok);
    tiny_bpe(&t, "gpt-2");
    t.kind['z'] = OG_TOKEN_UNUSED;
    assert_int_equal(og_tok_make(&t.vocab, &tok, &err), OG_OK);
    assert_int_equal(og_tok_encode(tok, "xyz", 3, 0, &ids, &n, &err), OG_ERR_UNSUPPORTED);
    og_tok_close(tok);
}

static void test_decoding(void **state) {
    (void)state;
    decodes(spm, "hello world", 0, false, "hello world");
    decodes(spm, "hello", OG_TOK_ADD_SPECIAL, false, "hello");
    decodes(spm, "hello", OG_TOK_ADD_SPECIAL, true, "<s>hello");
    decodes(spm, "  hello", 0, false, "  hello");
    decodes(spm, "<tool> a", 0, false, "<tool>  a"); /* text after a special token has a space in front of it */
    decodes(spm, "hello<|end|>", OG_TOK_PARSE_SPECIAL, false, "hello");
    decodes(bpe, " hello<|im_end|>", OG_TOK_PARSE_SPECIAL, true, " hello<|im_end|>");
    decodes(bpe, " hello<|im_end|>", OG_TOK_PARSE_SPECIAL, false, " hello");
    char *text;
    size_t len;
    assert_int_equal(og_tok_decode(bpe, (int32_t[]){1, 100000}, 2, false, &text, &len, &err), OG_ERR_ARG);
    assert_int_equal(og_tok_decode(bpe, (int32_t[]){-1}, 1, false, &text, &len, &err), OG_ERR_ARG);
    assert_int_equal(og_tok_decode(bpe, NULL, 0, false, &text, &len, &err), OG_OK);
    assert_string_equal(text, "");
    og_free(text);
}

/* ---- any bytes ---- */

static uint32_t next_random(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Text of a kind that has something of everything: bytes, letters that merge, characters whole and broken. */
static size_t random_text(uint32_t *seed, char *out, size_t max) {
    static const char *const parts[] = {"hello",  " world",     "aaaa",     "  ",           "\n",         "the",   "\u00E9",
                                        "\u65E5", "\U0001F680", "\xE6\x97", "\xF0\x9F\x9A", "<|im_end|>", "<tool>"};
    size_t n = 0;
    for (uint32_t k = next_random(seed) % 12; k > 0 && n + 16 < max; k--) {
        const char *p = parts[next_random(seed) % OG_LEN(parts)];
        if (next_random(seed) % 2) {
            out[n++] = (char)next_random(seed);
        } else {
            memcpy(out + n, p, strlen(p));
            n += strlen(p);
        }
    }
    return n;
}

static void test_round_trip_of_any_bytes(void **state) {
    (void)state;
    uint32_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        char text[256], *back;
        int32_t *ids;
        size_t len = random_text(&seed, text, sizeof text), n, back_len;
        assert_int_equal(og_tok_encode(bpe, text, len, i % 2 ? OG_TOK_PARSE_SPECIAL : 0, &ids, &n, &err), OG_OK);
        assert_int_equal(og_tok_decode(bpe, ids, n, true, &back, &back_len, &err), OG_OK);
        if (back_len != len || memcmp(back, text, len) != 0) fail_msg("round %d: %.*s", i, (int)len, text);
        og_free(back);
        og_free(ids);
    }
}

/* A stream gives what decode gives, with each maximal broken sequence replaced; and only whole characters on the way. */
static void test_streaming(void **state) {
    (void)state;
    const og_tok *toks[] = {bpe, spm};
    uint32_t seed = 2;
    for (int i = 0; i < 20000; i++) {
        const og_tok *tok = toks[i % 2];
        char text[256], *back;
        int32_t *ids;
        size_t len = random_text(&seed, text, sizeof text), n, back_len;
        assert_int_equal(og_tok_encode(tok, text, len, 0, &ids, &n, &err), OG_OK);
        assert_int_equal(og_tok_decode(tok, ids, n, false, &back, &back_len, &err), OG_OK);
        og_stream stream = {0};
        og_buf out;
        og_buf_init(&out);
        for (size_t k = 0; k < n; k++) {
            size_t before = out.len;
            assert_int_equal(og_stream_add(&stream, tok, ids[k], false, &out, &err), OG_OK);
            assert_true(out.len == before || og_utf8_valid(out.data + before, out.len - before));
        }
        og_stream_end(&stream, &out);
        if (og_utf8_valid(back, back_len)) {
            assert_int_equal(out.len, back_len);
            assert_memory_equal(out.data ? out.data : "", back, back_len);
        }
        og_free(back);
        og_free(ids);
        og_buf_free(&out);
    }
}

static void streams(const char *bytes, const char *want) {
    og_stream stream = {0};
    og_buf out;
    og_buf_init(&out);
    for (; *bytes; bytes++) {
        int32_t *ids;
        size_t n;
        assert_int_equal(og_tok_encode(bpe, bytes, 1, 0, &ids, &n, &err), OG_OK);
        assert_int_equal(og_stream_add(&stream, bpe, ids[0], false, &out, &err), OG_OK);
        og_free(ids);
    }
    og_stream_end(&stream, &out);
    assert_string_equal(out.data, want);
    og_buf_free(&out);
}

/* The examples of "U+FFFD Substitution of Maximal Subparts", Unicode 15, chapter 3.9, tables 3-8 to 3-11. */
static void test_broken_characters(void **state) {
    (void)state;
    streams("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA");
    streams("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA");
    streams("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA\uFFFD\uFFFDB");
    streams("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "\uFFFD\uFFFD\uFFFD\uFFFDA");
    streams("\xE1\x80", "\uFFFD");
    streams("\xF0\x9F\x9A\x80", "\U0001F680");
}

static void test_streaming_allocates_nothing(void **state) {
    (void)state;
    og_stream stream = {0};
    og_buf out;
    og_buf_init(&out);
    assert_true(og_buf_reserve(&out, 4096));
    uint64_t before = og_alloc_count();
    for (int32_t id = 0; id < spm_vocab.vocab.n; id++) {
        if (id >= 128 + 3 && id < 256 + 3) continue; /* bytes that are no characters */
        out.len = 0;
        assert_int_equal(og_stream_add(&stream, spm, id, true, &out, &err), OG_OK);
    }
    assert_int_equal(og_alloc_count(), before);
    og_buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merging),
        cmocka_unit_test(test_bos_and_eos),
        cmocka_unit_test(test_special_tokens),
        cmocka_unit_test(test_phi3_white_space),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_extra_white_space),
        cmocka_unit_test(test_unencodable),
        cmocka_unit_test(test_decoding),
        cmocka_unit_test(test_round_trip_of_any_bytes),
        cmocka_unit_test(test_streaming),
        cmocka_unit_test(test_broken_characters),
        cmocka_unit_test(test_streaming_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
