/* What og_tok_make accepts, what it refuses and how it says so; what a vocabulary tells of its tokens. */
#include "tiny_vocab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

static og_error err;

static og_tok *make(const og_vocab *v) {
    og_tok *tok = NULL;
    if (og_tok_make(v, &tok, &err) != OG_OK) fail_msg("%s", err.text);
    return tok;
}

static void refuses(const og_vocab *v, og_status status, const char *words) {
    og_tok *tok = NULL;
    err.text[0] = '\0';
    assert_int_equal(og_tok_make(v, &tok, &err), status);
    assert_null(tok);
    if (!strstr(err.text, words)) fail_msg("'%s' does not say '%s'", err.text, words);
}

static void test_kinds_of_models(void **state) {
    (void)state;
    tiny_vocab t;
    tiny_spm(&t);
    t.vocab.model = "unigram";
    refuses(&t.vocab, OG_ERR_UNSUPPORTED, "'unigram' is not supported");
    t.vocab.model = NULL;
    refuses(&t.vocab, OG_ERR_UNSUPPORTED, "not supported");
    tiny_bpe(&t, "no-such");
    refuses(&t.vocab, OG_ERR_UNSUPPORTED, "'no-such' is not known");
    tiny_bpe(&t, "qwen2");
    t.vocab.n = 0;
    refuses(&t.vocab, OG_ERR_FORMAT, "empty");
}

static void test_ids_out_of_range(void **state) {
    (void)state;
    tiny_vocab t;
    int32_t *const ids[] = {&t.vocab.bos, &t.vocab.eos, &t.vocab.eot, &t.vocab.unk};
    const char *const names[] = {"bos", "eos", "eot", "unknown"};
    for (size_t i = 0; i < OG_LEN(ids); i++) {
        tiny_spm(&t);
        *ids[i] = t.vocab.n;
        refuses(&t.vocab, OG_ERR_FORMAT, names[i]);
        *ids[i] = -2;
        refuses(&t.vocab, OG_ERR_FORMAT, names[i]);
    }
    tiny_bpe(&t, NULL);
    t.vocab.bos = -1;
    t.vocab.add_bos = true;
    refuses(&t.vocab, OG_ERR_FORMAT, "BOS");
    tiny_bpe(&t, NULL);
    t.vocab.eos = -1;
    t.vocab.add_eos = true;
    refuses(&t.vocab, OG_ERR_FORMAT, "EOS");
}

static void test_bad_tokens(void **state) {
    (void)state;
    tiny_vocab t;
    tiny_spm(&t);
    t.kind[7] = 9;
    refuses(&t.vocab, OG_ERR_FORMAT, "token 7 is of the unknown kind 9");
    tiny_spm(&t);
    t.kind[0] = OG_TOKEN_BYTE;
    refuses(&t.vocab, OG_ERR_FORMAT, "'<unk>', is marked as a byte");
    tiny_spm(&t);
    t.score[300] = (float)NAN;
    t.vocab.n = 301;
    refuses(&t.vocab, OG_ERR_FORMAT, "the score of token 300");
    tiny_spm(&t);
    t.vocab.score = NULL;
    refuses(&t.vocab, OG_ERR_FORMAT, "needs scores");
    static const char huge[1025];
    tiny_spm(&t);
    t.token[1] = (og_piece){huge, sizeof huge};
    refuses(&t.vocab, OG_ERR_FORMAT, "special token 1 is 1025 bytes long");
    tiny_spm(&t);
    t.token[260].len = (size_t)1 << 31;
    refuses(&t.vocab, OG_ERR_FORMAT, "too large");
}

static void test_bad_merges(void **state) {
    (void)state;
    static const struct {
        const char *line, *words;
    } bad[] = {
        {"", "is not two pieces"},
        {"hello", "is not two pieces"},
        {" hello", "is not two pieces"},
        {"h ", "'h ', has a piece"},
        {"h zz", "'h zz', has a piece"},
        {"zz h", "'zz h', has a piece"},
        {"z z", "'z z', makes a piece"},
        {"\u4e00 h", "has a piece"},
        {"hellohellohellohellohellohellohellohellohellohello h", "has a piece"},
    };
    tiny_vocab t;
    for (size_t i = 0; i < OG_LEN(bad); i++) {
        tiny_bpe(&t, "gpt-2");
        t.merge[3] = (og_piece){bad[i].line, strlen(bad[i].line)};
        refuses(&t.vocab, OG_ERR_FORMAT, "merge 3");
        refuses(&t.vocab, OG_ERR_FORMAT, bad[i].words);
    }
}

/* Real files have them: the same token or merge twice, empty tokens, NUL bytes, merges into control tokens, kind 0. */
static void test_tolerated(void **state) {
    (void)state;
    tiny_vocab t;
    tiny_bpe(&t, "gpt-2");
    tiny_add(&t, "hello", 5, OG_TOKEN_NORMAL);
    tiny_add(&t, "", 0, OG_TOKEN_NORMAL);
    tiny_add(&t, "", 0, OG_TOKEN_CONTROL);
    int32_t nul = tiny_add(&t, "<\0>", 3, OG_TOKEN_USER);
    t.merge[t.vocab.n_merges++] = t.merge[0];
    t.merge[t.vocab.n_merges++] = (og_piece){"< |", 3};
    tiny_add(&t, "<|", 2, OG_TOKEN_CONTROL);
    t.kind[5] = 0;
    og_tok *tok = make(&t.vocab);
    int32_t *ids;
    size_t n, len;
    assert_int_equal(og_tok_encode(tok, "hello<|<\0>", 10, 0, &ids, &n, &err), OG_OK);
    assert_int_equal(n, 4);
    assert_int_equal(ids[0], tiny_id(&t, "hello"));
    assert_int_equal(ids[1], '<');
    assert_int_equal(ids[2], '|');
    assert_int_equal(ids[3], nul);
    assert_memory_equal(og_tok_piece(tok, nul, &len), "<\0>", 4);
    assert_int_equal(len, 3);
    og_free(ids);
    og_tok_close(tok);
}

static void test_pieces_and_ends(void **state) {
    (void)state;
    tiny_vocab t;
    size_t len;
    tiny_bpe(&t, "qwen2");
    int32_t user_end = tiny_add(&t, "<|eot_id|>", 10, OG_TOKEN_USER), normal = tiny_add(&t, "</s>", 4, OG_TOKEN_NORMAL);
    int32_t eot = tiny_add(&t, "<stop>", 6, OG_TOKEN_CONTROL);
    t.vocab.eot = eot;
    og_tok *tok = make(&t.vocab);
    assert_int_equal(og_tok_size(tok), t.vocab.n);
    assert_string_equal(og_tok_piece(tok, 256 + 6, &len), "\u0120wor"); /* the vocabulary's spelling, not the bytes */
    assert_null(og_tok_piece(tok, -1, &len));
    assert_null(og_tok_piece(tok, t.vocab.n, &len));
    assert_int_equal(og_tok_bos(tok), tiny_id(&t, "<|endoftext|>"));
    assert_int_equal(og_tok_eos(tok), tiny_id(&t, "<|endoftext|>"));
    assert_true(og_tok_is_end(tok, og_tok_eos(tok)));
    assert_true(og_tok_is_end(tok, eot));
    assert_true(og_tok_is_end(tok, tiny_id(&t, "<|im_end|>")));
    assert_true(og_tok_is_end(tok, user_end));
    assert_false(og_tok_is_end(tok, tiny_id(&t, "<|im_start|>")));
    assert_false(og_tok_is_end(tok, normal)); /* only markup if the file says so */
    assert_false(og_tok_is_end(tok, -1));
    assert_false(og_tok_is_end(tok, t.vocab.n));
    int32_t *ids;
    size_t n;
    assert_int_equal(og_tok_encode(tok, "<|eot_id|>", 10, 0, &ids, &n, &err), OG_OK);
    assert_int_equal(n, 10); /* what ends an answer cannot be in a text, though the file calls it user-defined */
    og_free(ids);
    og_tok_close(tok);
    og_tok_close(NULL);
}

static void test_kinds_left_out(void **state) {
    (void)state;
    tiny_vocab t;
    tiny_spm(&t);
    t.vocab.kind = NULL;
    og_tok *tok = make(&t.vocab);
    int32_t *ids;
    size_t n;
    assert_int_equal(og_tok_encode(tok, "<s>\n", 4, OG_TOK_PARSE_SPECIAL, &ids, &n, &err), OG_OK);
    assert_int_equal(n, 3);
    assert_int_equal(ids[0], 1);
    assert_int_equal(ids[1], tiny_id(&t, "\u2581"));
    assert_int_equal(ids[2], 3 + '\n');
    og_free(ids);
    og_tok_close(tok);
}

static void test_defaults(void **state) {
    (void)state;
    og_vocab v;
    og_vocab_defaults("llama", NULL, &v);
    assert_true(v.add_bos && v.add_space_prefix && !v.add_eos && v.bos == 1 && v.eos == 2 && v.unk == 0 && v.eot == -1);
    og_vocab_defaults("gpt2", "llama-bpe", &v);
    assert_true(v.add_bos && !v.add_space_prefix && v.bos == -1);
    og_vocab_defaults("gpt2", "qwen2", &v);
    assert_false(v.add_bos);
    og_vocab_defaults("gpt2", NULL, &v);
    assert_false(v.add_bos);
}

/* Every allocation fails in turn: an error each time, no crash; what is lost, LeakSanitizer tells. */
static void test_out_of_memory(void **state) {
    (void)state;
    static const char text[] =
        "hello world, the <|im_end|><tool> caf\xC3\xA9 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    for (int kind = 0; kind < 2; kind++) {
        tiny_vocab t;
        if (kind)
            tiny_spm(&t);
        else
            tiny_bpe(&t, "llama-bpe");
        og_status st = OG_ERR_MEMORY;
        for (unsigned i = 1; st != OG_OK; i++) {
            og_tok *tok = NULL;
            int32_t *ids = NULL;
            char *back = NULL;
            size_t n = 0, len;
            og_alloc_fail_after(i);
            st = og_tok_make(&t.vocab, &tok, &err);
            if (st == OG_OK) st = og_tok_encode(tok, text, sizeof text - 1, OG_TOK_PARSE_SPECIAL, &ids, &n, &err);
            if (st == OG_OK) st = og_tok_decode(tok, ids, n, true, &back, &len, &err);
            og_alloc_fail_after(0);
            assert_true(st == OG_OK || st == OG_ERR_MEMORY);
            assert_true(i < 1000);
            og_free(back);
            og_free(ids);
            og_tok_close(tok);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_models), cmocka_unit_test(test_ids_out_of_range), cmocka_unit_test(test_bad_tokens),
        cmocka_unit_test(test_bad_merges),      cmocka_unit_test(test_tolerated),        cmocka_unit_test(test_pieces_and_ends),
        cmocka_unit_test(test_kinds_left_out),  cmocka_unit_test(test_defaults),         cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
