/* The store: names mean whole, verified files, whatever comes in between. */
#include "store_folder.h"

#include <signal.h>
#include <sys/wait.h>

static og_stored import(og_store *store, const char *path, const char *name, const char *sha256, og_status want) {
    og_import what = {.path = path, .name = name, .sha256 = sha256, .n_parts = 1};
    og_stored model;
    og_error err = {0};
    og_status status = og_store_import(store, &what, &model, &err);
    if (status != want) print_message("%s\n", err.text);
    assert_int_equal(status, want);
    return model;
}

static void put(og_store *store, const char *name, const char *text) {
    write_file(in_top("file"), text, strlen(text));
    og_stored m = import(store, in_top("file"), name, NULL, OG_OK);
    og_stored_free(&m);
}

static bool is_there(og_store *store, const char *name) {
    og_stored m;
    bool found;
    assert_int_equal(og_store_find(store, name, &found, &m, NULL), OG_OK);
    char *path = NULL;
    if (found) assert_int_equal(og_store_path(store, &m, &path, NULL), OG_OK);
    if (found) assert_int_equal(og_store_verify(store, &m, NULL, NULL, NULL), OG_OK);
    og_release(path);
    og_stored_free(&m);
    return found;
}

static void digests_are_those_of_the_standard(void **state) {
    (void)state;
    char hex[OG_SHA256_HEX];
    og_digest_of("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    og_digest_of("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    og_digest *d = og_digest_open(); /* a million a, in pieces that fall anywhere */
    char a[997];
    memset(a, 'a', sizeof a);
    for (size_t left = 1000000; left > 0;) {
        size_t n = OG_MIN(left, 1 + left % sizeof a);
        og_digest_add(d, a, n);
        left -= n;
    }
    og_digest_close(d, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    for (size_t n = 0; n < 200; n++) { /* every way to pad agrees with adding byte by byte */
        char one[OG_SHA256_HEX];
        og_digest_of(a, n, hex);
        d = og_digest_open();
        for (size_t i = 0; i < n; i++) og_digest_add(d, a + i, 1);
        og_digest_close(d, one);
        assert_string_equal(one, hex);
    }
}

static void a_name_means_the_file(void **state) {
    (void)state;
    og_store *store = open_store();
    assert_false(is_there(store, "m"));
    put(store, "m", "hello");
    put(store, "user/m:Q4_K_M", "hello"); /* the same content: one blob */
    assert_true(is_there(store, "m"));
    assert_true(is_there(store, "user/m:Q4_K_M"));
    assert_int_equal(count_files("blobs"), 1);
    assert_int_equal(count_files("partial"), 0);
    uint64_t freed = 0;
    assert_int_equal(og_store_remove(store, "m", &freed, NULL), OG_OK);
    assert_int_equal(freed, 0);
    assert_true(is_there(store, "user/m:Q4_K_M"));
    assert_int_equal(og_store_remove(store, "user/m:Q4_K_M", &freed, NULL), OG_OK);
    assert_int_equal(freed, 5);
    assert_int_equal(count_files("blobs"), 0);
    assert_int_equal(og_store_remove(store, "m", &freed, NULL), OG_ERR_ARG);
    og_store_close(store);
}

static void names_stay_inside(void **state) {
    (void)state;
    static const char *const bad[] = {"", ".", "..", "../x", "/etc/passwd", "-rf", "a b", "a\nb", "a%2fb", "\xc3\xa4"};
    for (size_t i = 0; i < OG_LEN(bad); i++) assert_false(og_store_name_valid(bad[i]));
    assert_true(og_store_name_valid("hf:user/repo:Q4_K_M"));
    og_store *store = open_store();
    write_file(in_top("file"), "x", 1);
    og_stored m = import(store, in_top("file"), "../x", NULL, OG_ERR_ARG);
    put(store, "a/../../b", "x"); /* dots are only letters here */
    assert_true(is_there(store, "a/../../b"));
    assert_int_equal(count_files("names"), 1);
    og_stored_free(&m);
    og_store_close(store);
}

static void what_is_expected_is_demanded(void **state) {
    (void)state;
    og_store *store = open_store();
    char good[OG_SHA256_HEX], line[160];
    og_digest_of("hello", 5, good);
    write_file(in_top("file"), "hello", 5);
    og_stored m = import(store, in_top("file"), "a", good, OG_OK);
    assert_true(m.verified);
    og_stored_free(&m);
    write_file(in_top("file"), "hellO", 5);
    m = import(store, in_top("file"), "b", good, OG_ERR_FORMAT);
    assert_false(is_there(store, "b"));
    snprintf(line, sizeof line, "%s *other\n%s  file\n", good, good);
    write_file(in_top("SHA256SUMS"), line, strlen(line));
    m = import(store, in_top("file"), "b", NULL, OG_ERR_FORMAT);
    write_file(in_top("file"), "hello", 5);
    m = import(store, in_top("file"), "b", NULL, OG_OK);
    assert_true(m.verified);
    og_stored_free(&m);
    write_file(in_top("file"), "other", 5);
    unlink(in_top("SHA256SUMS"));
    m = import(store, in_top("file"), "a", NULL, OG_ERR_ARG); /* a is something else */
    assert_true(is_there(store, "a"));
    assert_int_equal(count_files("partial"), 0);
    og_store_close(store);
}

static void parts_find_each_other(void **state) {
    (void)state;
    og_store *store = open_store();
    write_file(in_top("m-00001-of-00002.gguf"), "one", 3);
    write_file(in_top("m-00002-of-00002.gguf"), "second", 6);
    og_import what = {.path = in_top("m-00001-of-00002.gguf"), .n_parts = 2};
    og_stored m;
    char *path = NULL;
    assert_int_equal(og_store_import(store, &what, &m, NULL), OG_OK);
    assert_string_equal(m.name, "m");
    assert_int_equal(og_stored_bytes(&m), 9);
    assert_int_equal(og_store_path(store, &m, &path, NULL), OG_OK);
    char *tail = strstr(path, "/m-00001-of-00002.gguf");
    assert_non_null(tail);
    memcpy(tail, "/m-00002-of-00002.gguf", 22);
    FILE *f = fopen(path, "rb");
    char text[8] = "";
    assert_non_null(f);
    assert_int_equal(fread(text, 1, 8, f), 6);
    fclose(f);
    assert_string_equal(text, "second");
    og_release(path);
    og_stored_free(&m);
    assert_int_equal(og_store_remove(store, "m", NULL, NULL), OG_OK);
    assert_int_equal(count_files("views"), 0);
    og_store_close(store);
}

static void damage_is_named(void **state) {
    (void)state;
    og_store *store = open_store();
    put(store, "m", "hello");
    put(store, "n", "world");
    og_stored m;
    bool found;
    char *path = NULL;
    og_error err;
    assert_int_equal(og_store_find(store, "m", &found, &m, NULL), OG_OK);
    char *blob = og_store_blob_path(store, m.file[0].sha256);
    unlink(blob);
    write_file(blob, "hellO", 5); /* the same size */
    assert_int_equal(og_store_path(store, &m, &path, NULL), OG_OK);
    og_release(path);
    assert_int_equal(og_store_verify(store, &m, NULL, NULL, &err), OG_ERR_FORMAT);
    write_file(blob, "hell", 4);
    assert_int_equal(og_store_path(store, &m, &path, &err), OG_ERR_IO);
    og_release(blob);
    og_stored_free(&m);
    /* A manifest that cannot be read: nothing is removed, for it may mean anything. */
    write_file(in_top("models/names/m.json"), "{\"name\": ", 9);
    assert_int_equal(og_store_find(store, "m", &found, &m, &err), OG_ERR_FORMAT);
    og_stored *list;
    size_t n, damaged;
    assert_int_equal(og_store_list(store, &list, &n, &damaged, NULL), OG_OK);
    assert_int_equal(n, 1);
    assert_int_equal(damaged, 1);
    og_store_list_free(list, n);
    uint64_t freed;
    assert_int_equal(og_store_clean(store, false, &freed, &err), OG_ERR_FORMAT);
    assert_int_equal(count_files("blobs"), 2);
    static const char *const bad[] = {
        "{}", "[]", "{\"name\":\"m\",\"source\":\"\",\"licence\":\"\",\"added\":1,\"files\":[]}",
        ("{\"name\":\"m\",\"source\":\"\",\"licence\":\"\",\"added\":1,\"files\":[{\"name\":\"../x\",\"sha256\":"
         "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"bytes\":1}]}"),
        "{\"name\":\"m\",\"source\":\"\",\"licence\":\"\",\"added\":1,\"files\":[{\"name\":\"x\",\"sha256\":\"../../x\",\"bytes\":1}]}"};
    for (size_t i = 0; i < OG_LEN(bad); i++) {
        write_file(in_top("models/names/m.json"), bad[i], strlen(bad[i]));
        assert_int_equal(og_store_find(store, "m", &found, &m, &err), OG_ERR_FORMAT);
    }
    og_store_close(store);
}

/* Processes that import and remove the same names at once, and are killed anywhere: a name that is there is whole. */
static void crowds_and_crashes_leave_it_whole(void **state) {
    (void)state;
    enum { ROUNDS = 24, SIZE = 200000 };
    char *big = malloc(SIZE);
    int rounds = getenv("OG_SPARSE") ? ROUNDS / 4 : ROUNDS;
    for (int i = 0; i < SIZE; i++) big[i] = (char)(i * 7 >> 3);
    write_file(in_top("big"), big, SIZE);
    free(big);
    og_store *store = open_store();
    unsigned draw = 1;
    for (int round = 0; round < rounds; round++) {
        pid_t child[3];
        for (int c = 0; c < 3; c++) {
            child[c] = fork();
            if (child[c] == 0) {
                for (int k = 0; k < 50; k++) {
                    og_import what = {.path = in_top("big"), .name = c == 0 ? "one" : "two", .n_parts = 1};
                    og_stored m;
                    if (c < 2 && og_store_import(store, &what, &m, NULL) == OG_OK) og_stored_free(&m);
                    if (c == 2) og_store_remove(store, k % 2 ? "one" : "two", NULL, NULL);
                }
                _exit(0);
            }
        }
        draw = draw * 1103515245u + 12345u;
        usleep(draw >> 16 & 0x1fff);
        for (int c = 0; c < 3; c++) kill(child[c], SIGKILL);
        for (int c = 0; c < 3; c++) waitpid(child[c], NULL, 0);
        is_there(store, "one");
        is_there(store, "two");
    }
    uint64_t freed;
    assert_int_equal(og_store_clean(store, false, &freed, NULL), OG_OK);
    og_store_usage u;
    assert_int_equal(og_store_measure(store, &u, NULL), OG_OK);
    assert_int_equal(u.unused, 0);
    assert_int_equal(u.partial, 0);
    assert_int_equal(u.n_damaged, 0);
    og_store_close(store);
}

static void a_full_disk_is_told_beforehand(void **state) {
    (void)state;
    og_store *store = open_store();
    og_error err = {0};
    assert_int_equal(og_store_make(store, NULL), OG_OK);
    assert_int_equal(og_store_room(store, UINT64_MAX / 4, &err), OG_ERR_IO);
    assert_non_null(strstr(err.text, "too full"));
    assert_int_equal(og_store_room(store, 1, NULL), OG_OK);
    og_store_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_standard),
        cmocka_unit_test_setup_teardown(a_name_means_the_file, make_top, drop_top),
        cmocka_unit_test_setup_teardown(names_stay_inside, make_top, drop_top),
        cmocka_unit_test_setup_teardown(what_is_expected_is_demanded, make_top, drop_top),
        cmocka_unit_test_setup_teardown(parts_find_each_other, make_top, drop_top),
        cmocka_unit_test_setup_teardown(damage_is_named, make_top, drop_top),
        cmocka_unit_test_setup_teardown(crowds_and_crashes_leave_it_whole, make_top, drop_top),
        cmocka_unit_test_setup_teardown(a_full_disk_is_told_beforehand, make_top, drop_top),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
