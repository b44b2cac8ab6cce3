/* Sources of bytes and the all-or-nothing writer. */
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

typedef og_status open_fn(const char *path, og_source **out, og_error *err);
static open_fn *const opens[] = {og_source_open, og_source_open_unmapped};

static char dir[64];

static const char *in_dir(const char *name) {
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

static int dir_open(void **state) {
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof(dir), "%.40s/offgrid-XXXXXX", tmp ? tmp : "/tmp");
    return mkdtemp(dir) ? 0 : -1;
}

static int dir_close(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    return system(command);
}

static int entries(void) {
    DIR *d = opendir(dir);
    assert_non_null(d);
    int n = 0;
    for (struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void put(const char *path, const void *data, size_t bytes) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, bytes, f), bytes);
    assert_int_equal(fclose(f), 0);
}

static og_source *must_open(open_fn *open, const char *path) {
    og_source *src = NULL;
    og_error err;
    if (open(path, &src, &err) != OG_OK) fail_msg("%s", err.text);
    return src;
}

/* ---- sources ---- */

static void reads_what_is_there(void **state) {
    (void)state;
    const char *path = in_dir("data");
    put(path, "0123456789", 10);
    for (size_t i = 0; i < OG_LEN(opens); i++) {
        og_source *src = must_open(opens[i], path);
        assert_true(og_source_size(src) == 10);
        assert_string_equal(og_source_name(src), path);
        if (opens[i] == og_source_open) assert_memory_equal(og_source_view(src), "0123456789", 10);
        if (opens[i] == og_source_open_unmapped) assert_null(og_source_view(src));
        char got[11] = {0};
        assert_int_equal(og_source_read(src, 3, got, 4, NULL), OG_OK);
        assert_string_equal(got, "3456");
        assert_int_equal(og_source_read(src, 0, got, 10, NULL), OG_OK);
        assert_string_equal(got, "0123456789");
        assert_int_equal(og_source_read(src, 10, got, 0, NULL), OG_OK);
        og_source_close(src);
    }
    og_source_close(NULL);
}

static void ranges_past_the_end_are_refused(void **state) {
    (void)state;
    put(in_dir("data"), "0123456789", 10);
    static const struct {
        uint64_t offset;
        size_t bytes;
    } bad[] = {{0, 11}, {10, 1}, {11, 0}, {9, 2}, {UINT64_MAX, 1}, {UINT64_MAX, SIZE_MAX}, {5, SIZE_MAX}, {UINT64_MAX - 4, 10}};
    for (size_t i = 0; i < OG_LEN(opens) + 1; i++) {
        og_source *src = NULL;
        if (i < OG_LEN(opens))
            src = must_open(opens[i], in_dir("data"));
        else
            assert_int_equal(og_source_memory("0123456789", 10, "ten digits", &src, NULL), OG_OK);
        for (size_t k = 0; k < OG_LEN(bad); k++) {
            char got[16] = "untouched";
            og_error err = {0};
            assert_int_equal(og_source_read(src, bad[k].offset, got, bad[k].bytes, &err), OG_ERR_FORMAT);
            assert_non_null(strstr(err.text, og_source_name(src)));
            assert_non_null(strstr(err.text, "byte 10"));
            assert_string_equal(got, "untouched");
        }
        og_source_close(src);
    }
}

static void what_is_no_file_is_refused(void **state) {
    (void)state;
    char pipe_path[128];
    snprintf(pipe_path, sizeof(pipe_path), "%s", in_dir("pipe"));
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    const struct {
        const char *path, *says;
    } bad[] = {{"/nonexistent/model.gguf", "No such file"}, {dir, "directory"}, {pipe_path, "pipe"}, {"/dev/null", "device"}};
    for (size_t i = 0; i < OG_LEN(opens); i++) {
        for (size_t k = 0; k < OG_LEN(bad); k++) {
            og_source *src = NULL;
            og_error err = {0};
            assert_int_equal(opens[i](bad[k].path, &src, &err), OG_ERR_IO);
            assert_int_equal(err.status, OG_ERR_IO);
            assert_non_null(strstr(err.text, bad[k].path));
            assert_non_null(strstr(err.text, bad[k].says));
            assert_null(src);
        }
    }
}

static void an_empty_file_is_a_source(void **state) {
    (void)state;
    put(in_dir("empty"), "", 0);
    for (size_t i = 0; i < OG_LEN(opens); i++) {
        og_source *src = must_open(opens[i], in_dir("empty"));
        char c;
        assert_true(og_source_size(src) == 0);
        assert_int_equal(og_source_read(src, 0, &c, 0, NULL), OG_OK);
        assert_int_equal(og_source_read(src, 0, &c, 1, NULL), OG_ERR_FORMAT);
        og_source_drop(src, 0, 1);
        og_source_close(src);
    }
}

static void a_file_that_shrinks_is_an_error(void **state) {
    (void)state;
    static char data[20000], got[20000];
    put(in_dir("data"), data, sizeof(data));
    for (size_t i = 0; i < OG_LEN(opens); i++) {
        put(in_dir("data"), data, sizeof(data));
        og_source *src = must_open(opens[i], in_dir("data"));
        assert_int_equal(truncate(in_dir("data"), 100), 0);
        og_error err;
        assert_int_equal(og_source_read(src, 0, got, 100, &err), OG_OK);
        assert_int_equal(og_source_read(src, 10000, got, 100, &err), OG_ERR_IO);
        assert_non_null(strstr(err.text, "shorter"));
        og_source_close(src);
    }
}

static void memory_is_seen_in_place(void **state) {
    (void)state;
    const char data[] = "somebody else's";
    og_source *src;
    assert_int_equal(og_source_memory(data, sizeof(data), "letter", &src, NULL), OG_OK);
    assert_ptr_equal(og_source_view(src), data);
    assert_string_equal(og_source_name(src), "letter");
    og_source_drop(src, 0, sizeof(data));
    char got[5] = {0};
    assert_int_equal(og_source_read(src, 9, got, 4, NULL), OG_OK);
    assert_string_equal(got, "else");
    og_source_close(src);
}

static void dropped_ranges_read_the_same(void **state) {
    (void)state;
    enum { SIZE = 100001 };
    static uint8_t data[SIZE];
    for (size_t i = 0; i < SIZE; i++) data[i] = (uint8_t)(i * 31 >> 3);
    put(in_dir("data"), data, SIZE);
    og_source *src = must_open(og_source_open, in_dir("data"));
    assert_memory_equal(og_source_view(src), data, SIZE);
    static const uint64_t ranges[][2] = {{0, SIZE}, {1, 4096}, {5000, 20000}, {99999, UINT64_MAX}, {SIZE, 1}, {UINT64_MAX, UINT64_MAX},
                                         {7, 0}};
    for (size_t i = 0; i < OG_LEN(ranges); i++) {
        og_source_drop(src, ranges[i][0], ranges[i][1]);
        assert_memory_equal(og_source_view(src), data, SIZE);
    }
    og_source_close(src);
}

static void opening_survives_lack_of_memory(void **state) {
    (void)state;
    put(in_dir("data"), "x", 1);
    for (size_t i = 0; i < OG_LEN(opens); i++) {
        for (uint64_t n = 1; n <= 2; n++) {
            og_source *src = NULL;
            og_alloc_fail_after(n);
            og_status status = opens[i](in_dir("data"), &src, NULL);
            og_alloc_fail_after(0);
            assert_int_equal(status, OG_ERR_MEMORY);
        }
    }
}

/* ---- writer ---- */

static void assert_content(const char *path, const uint8_t *data, size_t bytes) {
    og_source *src = must_open(og_source_open_unmapped, path);
    assert_true(og_source_size(src) == bytes);
    uint8_t *got = og_alloc(bytes);
    assert_non_null(got);
    assert_int_equal(og_source_read(src, 0, got, bytes, NULL), OG_OK);
    assert_memory_equal(got, data, bytes);
    og_release(got);
    og_source_close(src);
}

static void a_file_appears_on_commit(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    static uint8_t data[SIZE];
    for (size_t i = 0; i < SIZE; i++) data[i] = (uint8_t)(i * i >> 5);
    og_error err;
    og_writer *w;
    assert_int_equal(og_writer_open(in_dir("out"), &w, &err), OG_OK);
    /* Pieces below, at and above the buffer's size. */
    static const size_t pieces[] = {0, 1, 100, 262143, 1, 262144, 262145, 7, 200000};
    size_t at = 0;
    for (size_t i = 0; i < OG_LEN(pieces); at += pieces[i++]) {
        assert_true(og_writer_offset(w) == at);
        assert_int_equal(og_writer_add(w, data + at, pieces[i], &err), OG_OK);
        assert_int_equal(access(in_dir("out"), F_OK), -1);
    }
    assert_int_equal(og_writer_commit(w, &err), OG_OK);
    assert_content(in_dir("out"), data, at);
    assert_int_equal(entries(), 1);
}

static void an_abort_leaves_the_old_file(void **state) {
    (void)state;
    put(in_dir("out"), "old", 3);
    og_writer *w;
    assert_int_equal(og_writer_open(in_dir("out"), &w, NULL), OG_OK);
    assert_int_equal(og_writer_add(w, "new", 3, NULL), OG_OK);
    assert_int_equal(entries(), 2);
    og_writer_abort(w);
    og_writer_abort(NULL);
    assert_int_equal(entries(), 1);
    assert_content(in_dir("out"), (const uint8_t *)"old", 3);
}

static void a_commit_replaces_the_old_file(void **state) {
    (void)state;
    put(in_dir("out"), "the old content", 15);
    og_writer *a, *b; /* two at once do not meet: the last commit wins */
    assert_int_equal(og_writer_open(in_dir("out"), &a, NULL), OG_OK);
    assert_int_equal(og_writer_open(in_dir("out"), &b, NULL), OG_OK);
    assert_int_equal(og_writer_add(a, "AAAA", 4, NULL), OG_OK);
    assert_int_equal(og_writer_add(b, "BB", 2, NULL), OG_OK);
    assert_int_equal(og_writer_commit(b, NULL), OG_OK);
    assert_content(in_dir("out"), (const uint8_t *)"BB", 2);
    assert_int_equal(og_writer_commit(a, NULL), OG_OK);
    assert_content(in_dir("out"), (const uint8_t *)"AAAA", 4);
    assert_int_equal(entries(), 1);
}

static void places_that_take_no_file_are_refused(void **state) {
    (void)state;
    og_error err;
    og_writer *w = NULL;
    assert_int_equal(og_writer_open(dir, &w, &err), OG_ERR_IO);
    assert_non_null(strstr(err.text, dir));
    assert_int_equal(og_writer_open("/nonexistent/out", &w, &err), OG_ERR_IO);
    assert_non_null(strstr(err.text, "No such file"));
    assert_int_equal(og_writer_open("/dev/null", &w, &err), OG_ERR_IO);
    assert_null(w);
    for (uint64_t n = 1; n <= 3; n++) {
        og_alloc_fail_after(n);
        og_status status = og_writer_open(in_dir("out"), &w, &err);
        og_alloc_fail_after(0);
        assert_int_equal(status, OG_ERR_MEMORY);
        assert_int_equal(entries(), 0);
    }
}

/* A full disk, played by the limit on file sizes: the write fails, later ones and the commit say so, nothing stays. */
static void a_full_disk_leaves_nothing(void **state) {
    (void)state;
    static uint8_t data[400000];
    struct rlimit before, small = {100000, 100000};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    og_error err = {0}, later = {0};
    og_writer *w;
    assert_int_equal(og_writer_open(in_dir("out"), &w, NULL), OG_OK);
    setrlimit(RLIMIT_FSIZE, &small);
    og_status first = og_writer_add(w, data, sizeof(data), &err), second = og_writer_add(w, data, 1, &later);
    og_status commit = og_writer_commit(w, &later);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(first, OG_ERR_IO);
    assert_non_null(strstr(err.text, "File too large"));
    assert_int_equal(second, OG_ERR_IO);
    assert_int_equal(commit, OG_ERR_IO);
    assert_non_null(strstr(later.text, "earlier write"));
    assert_int_equal(entries(), 0);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, dir_open, dir_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIR(reads_what_is_there),          IN_DIR(ranges_past_the_end_are_refused), IN_DIR(what_is_no_file_is_refused),
        IN_DIR(an_empty_file_is_a_source),    IN_DIR(a_file_that_shrinks_is_an_error), IN_DIR(memory_is_seen_in_place),
        IN_DIR(dropped_ranges_read_the_same), IN_DIR(opening_survives_lack_of_memory), IN_DIR(a_file_appears_on_commit),
        IN_DIR(an_abort_leaves_the_old_file), IN_DIR(a_commit_replaces_the_old_file),  IN_DIR(places_that_take_no_file_are_refused),
        IN_DIR(a_full_disk_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
