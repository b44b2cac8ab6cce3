/* The split patterns: the language, what is refused, every row of splits.def. */
#include "base/utf8.h"
#include "text/split.h"
#include "text/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static og_error err;

/* All matches of `pattern` in `text`, in brackets. */
static const char *matches(const char *pattern, const char *text) {
    static char out[1024];
    og_pattern *p;
    og_matcher m;
    size_t used = 0;
    if (og_pattern_compile(pattern, &p, &err) != OG_OK) fail_msg("%s", err.text);
    const uint8_t *s = (const uint8_t *)text, *end = s + strlen(text), *from;
    og_matcher_init(&m, p, end);
    out[0] = '\0';
    for (const uint8_t *to; (to = og_matcher_next(&m, s, &from)); s = to) {
        assert_true(from >= s && to > from && to <= end);
        used += (size_t)snprintf(out + used, sizeof out - used, "[%.*s]", (int)(to - from), (const char *)from);
        assert_true(used < sizeof out);
    }
    og_release(p);
    return out;
}

static void test_language(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *text, *want;
    } cases[] = {
        {"b", "abcb", "[b][b]"},
        {"ab|a", "aab", "[a][ab]"},
        {"a|ab", "ab", "[a]"}, /* the first alternative, not the longest */
        {"a*b", "aaabb", "[aaab][b]"},
        {"a?b", "aab", "[ab]"},
        {"a+", "baab", "[aa]"},
        {"a{2}", "aaaaa", "[aa][aa]"},
        {"a{2,}", "aaaaa", "[aaaaa]"},
        {"a{1,3}", "aaaaa", "[aaa][aa]"},
        {"a*", "bab", "[a]"}, /* never empty */
        {"a+ab", "aaab", "[aaab]"},
        {"a++ab", "aaab", ""}, /* possessive: gives nothing back */
        {"a?+ab", "ab", ""},
        {"a{1,2}+a", "aaa", "[aaa]"},
        {"(?:ab|c)d", "abdcd", "[abd][cd]"},
        {"(ab)?c", "abcc", "[abc][c]"},
        {"(?:ab){2}", "abababab", "[abab][abab]"},
        {"(?:ab){1,2}c", "ababc", "[ababc]"},
        {"(?:ab){0,2}c", "abababc", "[ababc]"},
        {"(?:a+){1,2}b", "aaab", "[aaab]"},
        {"(?:(?:a|b)c|d)e", "bcede", "[bce][de]"},
        {"a(?=b)", "aab", "[a]"},
        {"a(?!b)", "aba", "[a]"},
        {"\\s+(?!\\S)", "  a ", "[ ][ ]"},
        {"a$", "aa", "[a]"},
        {"\\s+$", "  a  ", "[  ]"},
        {"[a-c]+", "xabcx", "[abc]"},
        {"[^a-c]+", "xabcx", "[x][x]"},
        {"[a\\-c]+", "a-b", "[a-]"},
        {"[a-]+", "a-b", "[a-]"},
        {"[\\]x]+", "]x", "[]x]"},
        {"[\\p{Lu}\\d]+", "Ab3", "[A][3]"},
        {"[^\\s\\p{L}]+", "a1, b", "[1,]"},
        {"[\\S]+", "a b", "[a][b]"},
        {"\\P{L}+", "a12b", "[12]"},
        {"\\D+", "a1b", "[a][b]"},
        {"(?i:ab|[c-d])", "ABaBCdx", "[AB][aB][C][d]"},
        {"(?i:s)s", "Ss\u017Fs", "[Ss][\u017Fs]"}, /* long s folds to s */
        {"(?i:k)", "K\u212A", "[K][\u212A]"},      /* so does the Kelvin sign to k */
        {"\\x{65E5}|\\x{41}", "A\u65E5", "[A][\u65E5]"},
        {"[\\x{3040}-\\x{309F}]+", "\u3042\u3044a", "[\u3042\u3044]"},
        {"[^\\x{3040}-\\x{309F}]+", "\u3042\u65E5a", "[\u65E5a]"},
        {"\\r\\n|\\t", "\r\n\t", "[\r\n][\t]"},
        {"\\p{L}+", "\u00E9\u65E5\u0416 \u0301", "[\u00E9\u65E5\u0416]"},
        {"\\p{N}+", "1\u00BD\u0663\u2167", "[1\u00BD\u0663\u2167]"},
        {"\\s+",
         "a\u00A0\u3000\u2028\xC2\x85"
         "b\u200B",
         "[\u00A0\u3000\u2028\xC2\x85]"},
        {"\\p{So}", "\xFF", "[\xFF]"}, /* a broken byte counts as U+FFFD */
        {"\\.\\*", ".*", "[.*]"},
    };
    for (size_t i = 0; i < OG_LEN(cases); i++)
        if (strcmp(matches(cases[i].pattern, cases[i].text), cases[i].want) != 0)
            fail_msg("%s in '%s': %s", cases[i].pattern, cases[i].text, matches(cases[i].pattern, cases[i].text));
}

static void test_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"(a",
                                      "a)",
                                      "[a",
                                      "[b-a]",
                                      "\\",
                                      "\\q",
                                      "\\9",
                                      "\\p{Xx}",
                                      "\\p{L",
                                      "\\pL",
                                      "\\p{}",
                                      "*a",
                                      "a**",
                                      "a*?",
                                      "a{",
                                      "a{2",
                                      "a{3,2}",
                                      "a{0}",
                                      "a{99999}",
                                      "(?:ab)*",
                                      "(?:ab)+",
                                      "(ab)?+",
                                      ".",
                                      "^a",
                                      "(?<a>b)",
                                      "(?i:\u00E9)",
                                      "\\x41",
                                      "\\x{110000}",
                                      "\\x{}",
                                      "\xFF",
                                      "((((((((((a))))))))))",
                                      "()?",
                                      "]",
                                      "}"};
    for (size_t i = 0; i < OG_LEN(bad); i++) {
        og_pattern *p = NULL;
        err.text[0] = '\0';
        if (og_pattern_compile(bad[i], &p, &err) == OG_OK) fail_msg("'%s' was taken", bad[i]);
        assert_null(p);
        if (!strstr(err.text, "at byte")) fail_msg("%s", err.text);
    }
}

static void test_too_large(void **state) {
    (void)state;
    char text[4096];
    og_pattern *p;
    static const struct {
        const char *unit;
        int n;
    } large[] = {
        {"a", OG_PATTERN_OPS}, {"a|", OG_PATTERN_TOP + 1}, {"a+", OG_PATTERN_RUNS + 1}, {"[\u00E0-\u00E9]", OG_PATTERN_CLASSES + 1}};
    for (size_t i = 0; i < OG_LEN(large); i++) {
        text[0] = '\0';
        for (int k = 0; k < large[i].n; k++) strcat(text, large[i].unit);
        assert_int_equal(og_pattern_compile(text, &p, &err), OG_ERR_UNSUPPORTED);
    }
    assert_int_equal(og_pattern_compile("(?:(?:(?:abcdefgh){9}){9}){9}", &p, &err), OG_ERR_UNSUPPORTED);
}

/* Many ways through a pattern, which compiling must not follow one by one. */
static void test_many_ways(void **state) {
    (void)state;
    char text[1024] = "";
    for (int i = 0; i < 60; i++) strcat(text, "(?:a)?");
    assert_string_equal(matches(text, "aab"), "[aa]");
}

static void test_categories(void **state) {
    (void)state;
    static const struct {
        uint32_t cp;
        og_category category;
    } known[] = {
        {'A', OG_UC_LU},        {'z', OG_UC_LL},      {'0', OG_UC_ND},      {' ', OG_UC_ZS},    {'\n', OG_UC_CC_SPACE}, {0, OG_UC_CC},
        {0x85, OG_UC_CC_SPACE}, {0x1C, OG_UC_CC},     {0x1C5, OG_UC_LT},    {0x2B0, OG_UC_LM},  {0x4E00, OG_UC_LO},     {0x300, OG_UC_MN},
        {0x2167, OG_UC_NL},     {0x20AC, OG_UC_SC},   {0x1F680, OG_UC_SO},  {0x200B, OG_UC_CF}, {0xD800, OG_UC_CS},     {0xE000, OG_UC_CO},
        {0xFFFF, OG_UC_CN},     {0x10FFFD, OG_UC_CO}, {0x10FFFF, OG_UC_CN}, {0x2028, OG_UC_ZL}, {0x2029, OG_UC_ZP},     {0x488, OG_UC_ME},
    };
    for (size_t i = 0; i < OG_LEN(known); i++) assert_int_equal(og_unicode_category(known[i].cp), known[i].category);
}

typedef struct joined {
    char text[4096];
    size_t len;
    int words;
} joined;

static bool join(void *ctx, const char *word, size_t len) {
    joined *j = ctx;
    assert_true(len > 0 && j->len + len <= sizeof j->text);
    memcpy(j->text + j->len, word, len);
    j->len += len;
    j->words++;
    return true;
}

/* Every row compiles, cuts nothing away, and cuts at all. */
static void test_every_row(void **state) {
    (void)state;
    static const char text[] = "Hello world's 'LL 1234567 caf\u00E9  \t\n\r\n  \u65E5\u672C\u8A9E\uC138\uACC4 \u0915\u093F \xFF\xE6\x97 "
                               "<sentinel:12>IMGIMGABCZ // !? \u2026 \u00BD  ";
    og_matcher scratch[OG_SPLIT_LEVELS];
    assert_true(og_split_n_rows > 30);
    for (size_t i = 0; i < og_split_n_rows; i++) {
        const og_split_row *row = &og_split_rows[i];
        og_split split;
        joined j = {.len = 0};
        if (og_split_compile(row, &split, &err) != OG_OK) fail_msg("%s: %s", row->name, err.text);
        assert_ptr_equal(og_split_find(row->name), row); /* no name twice */
        assert_true(og_split_each(&split, text, sizeof text - 1, scratch, join, &j));
        assert_int_equal(j.len, sizeof text - 1);
        assert_memory_equal(j.text, text, j.len);
        if (j.words < (row->flags & OG_SPLIT_CHARS ? 2 : 10)) fail_msg("%s cuts into %d words", row->name, j.words);
        og_split_release(&split);
    }
    assert_ptr_equal(og_split_find(NULL), og_split_find("default"));
    assert_null(og_split_find("no-such"));
}

static bool stop(void *ctx, const char *word, size_t len) {
    (void)word;
    (void)len;
    return --*(int *)ctx > 0;
}

static void test_stopping(void **state) {
    (void)state;
    og_matcher scratch[OG_SPLIT_LEVELS];
    og_split split;
    int n = 3;
    assert_int_equal(og_split_compile(og_split_find("default"), &split, &err), OG_OK);
    assert_false(og_split_each(&split, "a b c d e", 9, scratch, stop, &n));
    assert_int_equal(n, 0);
    og_split_release(&split);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_language),  cmocka_unit_test(test_refused),    cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_many_ways), cmocka_unit_test(test_categories), cmocka_unit_test(test_every_row),
        cmocka_unit_test(test_stopping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
