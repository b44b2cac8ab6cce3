/* Texts made to be slow: a million of one character, and a hundred thousand of many others, take less than a second of processor time;
 * quadratic behaviour would take minutes. */
#include "text/split.h"
#include "tiny_vocab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SLOW_BUILD
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(OG_CROSS_CMOCKA_H) || !defined(__OPTIMIZE__)
#define SLOW_BUILD
#endif

/* Bytes. Instrumented, emulated and unoptimised code gets a tenth, which quadratic behaviour would still show. */
#ifdef SLOW_BUILD
enum { SIZE = 100000 };
#else
enum { SIZE = 1000000 };
#endif

static const char *const units[] = {" ",      "a", "ab", "aA", "A",   "1",    "\n",   " \n", "\n ", "\r\n", " a",     "\t",    "\u65E5",
                                    "\u3000", "'", "'s", "-",  "--/", "\xFF", "\xE6", "<",   "<|",  "<|im", "\u02B0", "\u0301"};

static og_error err;
static char text[SIZE + 8];

static size_t fill(const char *unit, size_t size) {
    size_t n = strlen(unit), len = 0;
    for (; len + n <= size; len += n) memcpy(text + len, unit, n);
    return len;
}

static double cpu_seconds(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

/* With something else at the end, which makes long runs fail. */
static void check(const og_tok *tok, const char *unit, size_t size) {
    int32_t *ids;
    size_t n, len = fill(unit, size);
    text[len++] = 'x';
    double start = cpu_seconds();
    assert_int_equal(og_tok_encode(tok, text, len, OG_TOK_PARSE_SPECIAL, &ids, &n, &err), OG_OK);
    double seconds = cpu_seconds() - start;
    assert_true(n > 0);
    og_free(ids);
    if (seconds > 1.0) fail_msg("%d bytes of '%s' took %.2f s", (int)len, unit, seconds);
}

static void test_tokenizers(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        static tiny_vocab t;
        og_tok *tok;
        if (i == 0)
            tiny_bpe(&t, "gpt-2");
        else
            (i == 1 ? tiny_spm : i == 2 ? tiny_unigram : tiny_wordpiece)(&t);
        assert_int_equal(og_tok_make(&t.vocab, &tok, &err), OG_OK);
        for (size_t k = 0; k < OG_LEN(units); k++) check(tok, units[k], k < 2 ? SIZE : SIZE / 10);
        og_tok_close(tok);
    }
}

/* A vocabulary in which everything merges, so that no token is a word's beginning and all of a text is one word. */
static void test_one_word(void **state) {
    (void)state;
    tiny_vocab t;
    og_tok *tok;
    tiny_spm(&t);
    tiny_add(&t, "a\u2581", 4, OG_TOKEN_NORMAL);
    assert_int_equal(og_tok_make(&t.vocab, &tok, &err), OG_OK);
    for (size_t k = 0; k < 4; k++) check(tok, units[k], SIZE / 4);
    og_tok_close(tok);
}

static bool count(void *ctx, const char *word, size_t len) {
    (void)word;
    *(size_t *)ctx += len;
    return true;
}

static void test_every_split(void **state) {
    (void)state;
    og_matcher scratch[OG_SPLIT_LEVELS];
    for (size_t i = 0; i < og_split_n_rows; i++) {
        const og_split_row *row = &og_split_rows[i];
        og_split split;
        bool known = false;
        for (size_t k = 0; k < i; k++) known = known || og_split_rows[k].pattern == row->pattern;
        if (known) continue;
        assert_int_equal(og_split_compile(row, &split, &err), OG_OK);
        for (size_t k = 0; k < OG_LEN(units); k++) {
            size_t len = fill(units[k], SIZE / 50), got = 0;
            text[len - 1] = 'x';
            double start = cpu_seconds();
            assert_true(og_split_each(&split, text, len, scratch, count, &got));
            double seconds = cpu_seconds() - start;
            assert_int_equal(got, len);
            if (seconds > 0.1) fail_msg("%s: %d bytes of '%s' took %.2f s", row->name, (int)len, units[k], seconds);
        }
        og_split_release(&split);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tokenizers), cmocka_unit_test(test_one_word),
                                       cmocka_unit_test(test_every_split)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
