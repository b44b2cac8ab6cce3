/* The log is silent unless asked for, and then a line each, with its level. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What one call of each level writes to stderr at this og_log_level. */
static const char *written(int level) {
    static char text[4096];
    int ends[2], before = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    fflush(stderr);
    dup2(ends[1], STDERR_FILENO);
    og_log_level = level;
    og_log(1, "first %d", 1);
    og_log(2, "second %s", "two");
    og_log(3, "third");
    og_log(0, "never");
    fflush(stderr);
    og_log_level = 0;
    dup2(before, STDERR_FILENO);
    close(before);
    close(ends[1]);
    size_t used = 0;
    for (ssize_t n; (n = read(ends[0], text + used, sizeof(text) - 1 - used)) > 0;) used += (size_t)n;
    close(ends[0]);
    text[used] = '\0';
    return text;
}

static void silent_unless_asked(void **state) {
    (void)state;
    assert_string_equal(written(0), "");
}

static void up_to_the_level(void **state) {
    (void)state;
    assert_string_equal(written(1), "offgrid: warn: first 1\n");
    assert_string_equal(written(2), "offgrid: warn: first 1\noffgrid: info: second two\n");
    for (int level = 3; level < 6; level++) {
        assert_string_equal(written(level), "offgrid: warn: first 1\noffgrid: info: second two\noffgrid: debug: third\n");
    }
}

int main(void) {
    unsetenv("OFFGRID_LOG");
    const struct CMUnitTest tests[] = {cmocka_unit_test(silent_unless_asked), cmocka_unit_test(up_to_the_level)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
