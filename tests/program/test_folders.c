/* Where the program keeps things, by the environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/folders.h"

static void expect(og_folder folder, const char *path) {
    char *found = og_folder_path(folder, "x");
    if (path == NULL)
        assert_null(found);
    else
        assert_string_equal(found, path);
    free(found);
}

static void named_by_the_environment(void **state) {
    (void)state;
    setenv("HOME", "/home/me", 1);
    setenv("XDG_CACHE_HOME", "/var/c", 1);
    setenv("XDG_DATA_HOME", "not/absolute", 1);
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_CONFIG_HOME");
    expect(OG_FOLDER_CACHE, "/var/c/offgrid/x");
    expect(OG_FOLDER_DATA, "/home/me/.local/share/offgrid/x");
    expect(OG_FOLDER_STATE, "/home/me/.local/state/offgrid/x");
    expect(OG_FOLDER_CONFIG, "/home/me/.config/offgrid/x");
    unsetenv("HOME");
    expect(OG_FOLDER_CACHE, "/var/c/offgrid/x");
    expect(OG_FOLDER_DATA, NULL);
}

static void made_for_this_user_alone(void **state) {
    (void)state;
    char top[] = "/tmp/og-folders-XXXXXX", path[64];
    assert_non_null(mkdtemp(top));
    snprintf(path, sizeof path, "%s/a/b/file", top);
    assert_true(og_folder_make(path));
    assert_true(og_folder_make(path)); /* again, now that they are there */
    struct stat s;
    *strrchr(path, '/') = '\0';
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    rmdir(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    rmdir(top);
    assert_false(og_folder_make("/proc/none/of/this"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_by_the_environment),
        cmocka_unit_test(made_for_this_user_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
