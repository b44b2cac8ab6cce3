/* Stop strings in a stream: whatever way the text is cut into pieces, the same is given out, and never a part of a stop string. */
#include "runtime/stops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Streams text in pieces of `piece` bytes as the generator does; what was given out is in `out`. */
static const char *stream(const char *const *stops, size_t n, const char *text, size_t piece, char *out) {
    og_stops s;
    og_error err = {0};
    char held[256];
    size_t n_held = 0, n_out = 0, len = strlen(text), safe;
    const char *found = NULL;
    if (og_stops_init(&s, stops, n, &err) != OG_OK) fail_msg("%s", err.text);
    for (size_t at = 0; at < len && !found; at += piece) {
        size_t take = OG_MIN(piece, len - at);
        memcpy(held + n_held, text + at, take);
        n_held += take;
        found = og_stops_find(&s, held, n_held, &safe);
        memcpy(out + n_out, held, safe);
        n_out += safe;
        n_held -= safe;
        memmove(held, held + safe, n_held);
    }
    if (!found) {
        memcpy(out + n_out, held, n_held);
        n_out += n_held;
    }
    out[n_out] = 0;
    return found;
}

static void every_cut_gives_the_same(void **state) {
    (void)state;
    static const struct {
        const char *stops[4];
        size_t n;
        const char *text, *out, *found;
    } rows[] = {
        {{"STOP"}, 1, "go on STOP here", "go on ", "STOP"},
        {{"STOP"}, 1, "SSTSTOSTOP", "SSTSTO", "STOP"},
        {{"STOP"}, 1, "no end STO", "no end STO", NULL},
        {{"aab"}, 1, "aaaaab", "aaa", "aab"},
        {{"abab"}, 1, "ababa", "", "abab"},
        {{"\n\n", "END"}, 2, "one\ntwo\n\nEND", "one\ntwo", "\n\n"},
        {{"abcX", "bc"}, 2, "zabcX", "za", "bc"},
        {{"bc", "abc"}, 2, "zabc", "z", "abc"},
        {{"x"}, 1, "", "", NULL},
        {{NULL}, 0, "nothing stops", "nothing stops", NULL},
        {{"\xc3\xa9t"},
         1,
         "\xc3\xa9"
         "a\xc3\xa9t\xc3\xa9",
         "\xc3\xa9"
         "a",
         "\xc3\xa9t"},
    };
    for (size_t i = 0; i < OG_LEN(rows); i++) {
        for (size_t piece = 1; piece < 20; piece++) {
            char out[256];
            const char *found = stream(rows[i].stops, rows[i].n, rows[i].text, piece, out);
            assert_string_equal(out, rows[i].out);
            if (rows[i].found)
                assert_string_equal(found, rows[i].found);
            else
                assert_null(found);
        }
    }
}

/* Against the definition: the stop that ends first in the whole text. */
static void random_texts_agree_with_the_definition(void **state) {
    (void)state;
    uint32_t seed = 5;
    for (int round = 0; round < 20000; round++) {
        char text[24], stop[3][5], out[256];
        const char *stops[3] = {stop[0], stop[1], stop[2]};
        for (size_t i = 0; i < sizeof text - 1; i++) text[i] = (char)('a' + ((seed = seed * 1664525u + 1013904223u) >> 30) % 3);
        text[sizeof text - 1] = 0;
        for (int k = 0; k < 3; k++) {
            size_t n = 1 + (seed = seed * 1664525u + 1013904223u) / 0x40000001u;
            for (size_t i = 0; i < n; i++) stop[k][i] = (char)('a' + ((seed = seed * 1664525u + 1013904223u) >> 30) % 3);
            stop[k][n] = 0;
        }
        size_t start = strlen(text), end = SIZE_MAX;
        for (int k = 0; k < 3; k++) {
            const char *at = strstr(text, stop[k]);
            if (!at) continue;
            size_t s = (size_t)(at - text), e = s + strlen(stop[k]);
            if (e < end || (e == end && s < start)) {
                start = s;
                end = e;
            }
        }
        stream(stops, 3, text, 1, out);
        assert_int_equal(strlen(out), start);
        assert_memory_equal(out, text, start);
    }
}

static void bad_stops_are_refused(void **state) {
    (void)state;
    og_stops s;
    og_error err = {0};
    char *longest = calloc(1, OG_STOP_BYTES_MAX + 2);
    memset(longest, 'a', OG_STOP_BYTES_MAX + 1);
    const char *rows[] = {"", NULL, "\xc3", longest};
    for (size_t i = 0; i < OG_LEN(rows); i++) assert_int_equal(og_stops_init(&s, &rows[i], 1, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "longer than"));
    assert_int_equal(og_stops_init(&s, rows, OG_STOPS_MAX + 1, &err), OG_ERR_ARG);
    assert_int_equal(og_stops_init(&s, NULL, 1, &err), OG_ERR_ARG);
    longest[OG_STOP_BYTES_MAX] = 0;
    assert_int_equal(og_stops_init(&s, (const char *const[]){longest}, 1, &err), OG_OK);
    free(longest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_gives_the_same),
        cmocka_unit_test(random_texts_agree_with_the_definition),
        cmocka_unit_test(bad_stops_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
