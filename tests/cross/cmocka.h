/* cmocka.h for CPUs that the build machine has no cmocka for: the part of cmocka's interface that the tests use, under its names.
 * A failed check ends its test, not the program. Native builds use the real library. */
#ifndef OG_CROSS_CMOCKA_H
#define OG_CROSS_CMOCKA_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef int cross_fixture(void **state);

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
    cross_fixture *setup, *teardown;
    void *initial_state;
};

static jmp_buf cross_end;
enum { CROSS_FAILED = 1, CROSS_SKIPPED };

#define print_message(...) printf(__VA_ARGS__)
#define print_error(...) fprintf(stderr, __VA_ARGS__)

#define cmocka_unit_test(f) \
    { #f, f, NULL, NULL, NULL }
#define cmocka_unit_test_prestate(f, state) \
    { #f, f, NULL, NULL, state }
#define cmocka_unit_test_setup(f, setup) \
    { #f, f, setup, NULL, NULL }
#define cmocka_unit_test_teardown(f, teardown) \
    { #f, f, NULL, teardown, NULL }
#define cmocka_unit_test_setup_teardown(f, setup, teardown) \
    { #f, f, setup, teardown, NULL }

#define skip() longjmp(cross_end, CROSS_SKIPPED)
#define fail_msg(...) \
    (fprintf(stderr, "%s:%d: ", __FILE__, __LINE__), fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), longjmp(cross_end, CROSS_FAILED))
#define fail() fail_msg("failed")

#define assert_true(c) ((c) ? (void)0 : fail_msg("%s", #c))
#define assert_false(c) assert_true(!(c))
#define assert_null(p) assert_true((p) == NULL)
#define assert_non_null(p) assert_true((p) != NULL)
#define cross_compare(a, b, sign)                                                                                         \
    do {                                                                                                                  \
        uintmax_t cross_a = (uintmax_t)(a), cross_b = (uintmax_t)(b);                                                     \
        if (!(cross_a sign cross_b)) fail_msg("%s " #sign " %s: %jd, %jd", #a, #b, (intmax_t)cross_a, (intmax_t)cross_b); \
    } while (0)
#define assert_int_equal(a, b) cross_compare(a, b, ==)
#define assert_int_not_equal(a, b) cross_compare(a, b, !=)
#define assert_ptr_equal(a, b) assert_true((const void *)(a) == (const void *)(b))
#define assert_ptr_not_equal(a, b) assert_true((const void *)(a) != (const void *)(b))
#define assert_memory_equal(a, b, n) assert_true(memcmp(a, b, n) == 0)
#define assert_memory_not_equal(a, b, n) assert_true(memcmp(a, b, n) != 0)
#define assert_in_range(v, low, high) assert_true((uintmax_t)(v) >= (uintmax_t)(low) && (uintmax_t)(v) <= (uintmax_t)(high))
#define assert_float_equal(a, b, epsilon) assert_true(fabs((double)(a) - (double)(b)) <= (double)(epsilon))
#define assert_string_equal(a, b)                                                              \
    do {                                                                                       \
        const char *cross_s = (a), *cross_t = (b);                                             \
        if (strcmp(cross_s, cross_t) != 0) fail_msg("\"%s\" is not \"%s\"", cross_s, cross_t); \
    } while (0)
#define assert_string_not_equal(a, b) assert_true(strcmp(a, b) != 0)

static int cross_run_one(const struct CMUnitTest *t, void *state) {
    int outcome = setjmp(cross_end);
    if (outcome == 0) t->test(&state);
    return outcome;
}

static int cross_run(const struct CMUnitTest *tests, size_t n, cross_fixture *setup, cross_fixture *teardown) {
    static const char *const names[] = {"[       OK ]", "[  FAILED  ]", "[  SKIPPED ]"};
    int failed = 0;
    void *group = NULL;
    if (setup && setup(&group) != 0) return 1;
    for (size_t i = 0; i < n; i++) {
        void *state = tests[i].initial_state ? tests[i].initial_state : group;
        int outcome = tests[i].setup ? tests[i].setup(&state) != 0 : 0;
        if (outcome == 0) outcome = cross_run_one(&tests[i], state);
        if (tests[i].teardown && tests[i].teardown(&state) != 0) outcome = CROSS_FAILED;
        printf("%s %s\n", names[outcome], tests[i].name);
        failed += outcome == CROSS_FAILED;
    }
    return (teardown && teardown(&group) != 0) + failed;
}

#define cmocka_run_group_tests(tests, setup, teardown) cross_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

#endif
