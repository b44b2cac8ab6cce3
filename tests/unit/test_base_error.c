/* Errors: sentences, prefixes, truncation at whole characters. */
#include "base/base.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static void fail_fills_and_returns(void **state) {
    (void)state;
    og_error err = {0};
    assert_int_equal(og_fail(&err, OG_ERR_IO, "cannot open \"%s\": %d", "x", 7), OG_ERR_IO);
    assert_int_equal(err.status, OG_ERR_IO);
    assert_string_equal(err.text, "cannot open \"x\": 7");
    assert_int_equal(og_fail(NULL, OG_ERR_MEMORY, "nobody listens"), OG_ERR_MEMORY);
}

static void arguments_may_be_the_old_sentence(void **state) {
    (void)state;
    og_error err;
    og_fail(&err, OG_ERR_ARG, "inner");
    og_fail(&err, OG_ERR_FORMAT, "outer(%s)", err.text);
    assert_string_equal(err.text, "outer(inner)");
}

static void prefix_goes_in_front(void **state) {
    (void)state;
    og_error err;
    og_fail(&err, OG_ERR_FORMAT, "tensor 3 is too large");
    assert_int_equal(og_fail_prefix(&err, OG_ERR_IO, "part %d", 2), OG_ERR_FORMAT);
    assert_string_equal(err.text, "part 2: tensor 3 is too large");
    assert_int_equal(og_fail_prefix(NULL, OG_ERR_IO, "part %d", 2), OG_ERR_IO);
}

/* Whatever the length, the text ends in a whole character and the prefix keeps its place. */
static void long_sentences_are_cut_between_characters(void **state) {
    (void)state;
    char many[1001];
    for (int i = 0; i < 500; i++) memcpy(many + 2 * i, "\xC3\xA9", 2); /* é */
    many[1000] = '\0';
    for (int pad = 0; pad < 3; pad++) {
        og_error err;
        og_fail(&err, OG_ERR_ARG, "%.*s%s", pad, "abc", many);
        assert_true(strlen(err.text) >= sizeof(err.text) - 3);
        assert_true(og_utf8_valid(err.text, strlen(err.text)));
        og_fail_prefix(&err, OG_ERR_ARG, "%.*s", pad + 1, "xyz");
        assert_true(strlen(err.text) < sizeof(err.text));
        assert_true(og_utf8_valid(err.text, strlen(err.text)));
        assert_memory_equal(err.text, "xyz", (size_t)pad + 1);
    }
}

static og_status first_fails(og_error *err) {
    OG_TRY(og_fail(err, OG_ERR_CONTEXT, "full"));
    return OG_OK;
}

static void try_passes_failures_on(void **state) {
    (void)state;
    og_error err;
    assert_int_equal(first_fails(&err), OG_ERR_CONTEXT);
    assert_string_equal(err.text, "full");
}

static void every_status_has_its_own_name(void **state) {
    (void)state;
    for (int a = OG_OK; a <= OG_ERR_INTERNAL + 1; a++) {
        assert_true(strlen(og_status_name((og_status)a)) > 1);
        for (int b = OG_OK; b < a; b++) assert_string_not_equal(og_status_name((og_status)a), og_status_name((og_status)b));
    }
    assert_string_equal(og_status_name((og_status)999), og_status_name((og_status)-1));
    assert_string_equal(og_version(), OG_VERSION);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fail_fills_and_returns), cmocka_unit_test(arguments_may_be_the_old_sentence),
        cmocka_unit_test(prefix_goes_in_front),   cmocka_unit_test(long_sentences_are_cut_between_characters),
        cmocka_unit_test(try_passes_failures_on), cmocka_unit_test(every_status_has_its_own_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
