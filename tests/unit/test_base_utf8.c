/* UTF-8: every code point, every malformed form of RFC 3629, every cut. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static bool is_scalar(uint32_t cp) {
    return cp <= 0x10FFFF && !(cp >= 0xD800 && cp <= 0xDFFF);
}

static void every_code_point_makes_the_round_trip(void **state) {
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        if (!is_scalar(cp)) continue;
        char s[4];
        int len = og_utf8_encode(cp, s);
        int32_t back;
        if (og_utf8_decode(s, (size_t)len, &back) != len || back != (int32_t)cp) fail_msg("U+%04X came back as %d", cp, back);
        if (og_utf8_whole(s, (size_t)len) != (size_t)len) fail_msg("U+%04X is whole", cp);
        for (int cut = 1; cut < len; cut++) {
            if (og_utf8_decode(s, (size_t)cut, &back) != 1 || back != -1) fail_msg("U+%04X cut to %d bytes was accepted", cp, cut);
            if (og_utf8_whole(s, (size_t)cut) != 0) fail_msg("U+%04X cut to %d bytes can still be completed", cp, cut);
        }
    }
}

/* Of all two- to four-byte sequences at the borders of the lead bytes' ranges, exactly those that encode gives are valid. */
static void only_the_shortest_forms_are_valid(void **state) {
    (void)state;
    static const uint8_t second[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
    for (int lead = 0x80; lead < 0x100; lead++) {
        for (size_t i = 0; i < OG_LEN(second); i++) {
            char s[4] = {(char)lead, (char)second[i], (char)0x80, (char)0xBF};
            int32_t cp;
            int len = og_utf8_decode(s, 4, &cp);
            if (cp < 0) {
                assert_int_equal(len, 1);
                assert_false(og_utf8_valid(s, 4));
                continue;
            }
            char again[4];
            assert_true(is_scalar((uint32_t)cp));
            assert_int_equal(og_utf8_encode((uint32_t)cp, again), len);
            assert_memory_equal(s, again, (size_t)len);
        }
    }
}

static void malformed_bytes_are_invalid(void **state) {
    (void)state;
    static const char *const bad[] = {"\x80",
                                      "\xBF",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xE0\x9F\xBF",
                                      "\xED\xA0\x80",
                                      "\xED\xBF\xBF",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xFE",
                                      "\xFF",
                                      "\xE2\x28\xA1",
                                      "a\xC3"};
    for (size_t i = 0; i < OG_LEN(bad); i++) assert_false(og_utf8_valid(bad[i], strlen(bad[i])));
    assert_true(og_utf8_valid("", 0));
    assert_true(og_utf8_valid("na\xC3\xAFve \xF0\x9F\x98\x80", 11));
}

/* Held back: what more bytes could complete. Not held back: what is wrong already. */
static void whole_holds_back_only_what_can_be_completed(void **state) {
    (void)state;
    static const struct {
        const char *s;
        size_t whole;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"ab\xC3", 2},
        {"ab\xE2\x82", 2},
        {"ab\xF0\x9F\x98", 2},
        {"\xF0\x9F", 0},
        {"\xE0\x80", 2},
        {"\xED\xA0", 2},
        {"\xF4\x90", 2},
        {"\xF0\x8F\xBF", 3},
        {"\x80\x80\x80", 3},
        {"\xFF", 1},
        {"\xC3\xA9\xC3", 2},
        {"\xE2\xC3", 1},
        {"\xE2\x82\xC3", 2},
        {"\xC3\xA9\x80", 3},
        {"a\xF0\x9F\x98\x80", 5},
        {"\xF5\x80", 2},
    };
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        size_t len = strlen(cases[i].s);
        if (og_utf8_whole(cases[i].s, len) != cases[i].whole) fail_msg("case %zu", i);
    }
}

/* Fed byte by byte, a stream that passes on what is whole gives every character once. */
static void streaming_by_whole_characters_loses_nothing(void **state) {
    (void)state;
    const char *text = "Gr\xC3\xBC\xC3\x9F Gott \xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x8C\x8D!";
    char held[8], out[64];
    size_t n_held = 0, n_out = 0;
    for (const char *p = text; *p; p++) {
        held[n_held++] = *p;
        size_t whole = og_utf8_whole(held, n_held);
        assert_true(og_utf8_valid(held, whole));
        memcpy(out + n_out, held, whole);
        n_out += whole;
        memmove(held, held + whole, n_held - whole);
        n_held -= whole;
        assert_true(n_held < 4);
    }
    assert_int_equal(n_held, 0);
    assert_int_equal(n_out, strlen(text));
    assert_memory_equal(out, text, n_out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_makes_the_round_trip),
        cmocka_unit_test(only_the_shortest_forms_are_valid),
        cmocka_unit_test(malformed_bytes_are_invalid),
        cmocka_unit_test(whole_holds_back_only_what_can_be_completed),
        cmocka_unit_test(streaming_by_whole_characters_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
