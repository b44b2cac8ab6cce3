/* Conversations: kept, found, gone when deleted, and unreadable without the passphrase. */
#include "store_folder.h"

#include "store/talks/talks.h"

static og_talks *open_talks(const char *passphrase, og_status want) {
    og_talks *t = NULL;
    og_error err = {0};
    og_status status = og_talks_open(in_top("c.db"), passphrase, &t, &err);
    if (status != want) print_message("%s\n", err.text);
    assert_int_equal(status, want);
    return t;
}

static int64_t put(og_talks *t, const char *question, const char *answer) {
    int64_t id = 0;
    assert_int_equal(og_talks_begin(t, "m", &id, NULL), OG_OK);
    assert_int_equal(og_talks_add(t, id, "user", question, strlen(question), NULL), OG_OK);
    assert_int_equal(og_talks_add(t, id, "assistant", answer, strlen(answer), NULL), OG_OK);
    return id;
}

static char seen[4096];

static bool see_entry(void *user, const og_talks_entry *e) {
    (void)user;
    size_t n = strlen(seen);
    snprintf(seen + n, sizeof seen - n, "[%lld %lld %s %s]", (long long)e->id, (long long)e->messages, e->model, e->title);
    return true;
}

static bool see_message(void *user, const char *role, const char *text, size_t len, int64_t at) {
    size_t n = strlen(seen);
    (void)user;
    assert_true(at > 0);
    snprintf(seen + n, sizeof seen - n, "%s:%.*s|", role, (int)len, text);
    return true;
}

static const char *list(og_talks *t, const char *search) {
    seen[0] = '\0';
    assert_int_equal(og_talks_list(t, search, see_entry, NULL, NULL), OG_OK);
    return seen;
}

static const char *read_all(og_talks *t, int64_t id) {
    seen[0] = '\0';
    assert_int_equal(og_talks_read(t, id, see_message, NULL, NULL), OG_OK);
    return seen;
}

/* Whether a text is anywhere in the files of the folder. */
static bool on_disk(const char *text) {
    char command[256];
    snprintf(command, sizeof command, "cat %s/* | grep -aqF '%s'", top, text);
    return system(command) == 0;
}

static void kept_and_found(void **state) {
    (void)state;
    og_talks *t = open_talks(NULL, OG_OK);
    int64_t a = put(t, "When does the train to Vienna leave?", "At noon, \"maybe\"."), b = put(t, "What is 2+2?", "Four, O'Hara.");
    assert_string_equal(read_all(t, a), "user:When does the train to Vienna leave?|assistant:At noon, \"maybe\".|");
    assert_non_null(strstr(list(t, NULL), "What is 2+2?"));
    assert_string_equal(list(t, "vienna train"), "[1 2 m When does the train to Vienna leave?]");
    assert_string_equal(list(t, "noon"), "[1 2 m When does the train to Vienna leave?]");
    assert_string_equal(list(t, "vienna four"), "");
    assert_string_equal(list(t, "O'Hara \" OR * NEAR("), ""); /* words, never operators */
    assert_string_equal(list(t, ""), "");
    bool found;
    int64_t last;
    assert_int_equal(og_talks_find(t, a, &found, &last, NULL), OG_OK);
    assert_true(found && last == b);
    assert_int_equal(og_talks_find(t, 99, &found, &last, NULL), OG_OK);
    assert_false(found);
    og_talks_close(t);
    t = open_talks(NULL, OG_OK); /* again */
    assert_non_null(strstr(read_all(t, b), "assistant:Four, O'Hara.|"));
    og_talks_close(t);
}

static void deleted_is_gone(void **state) {
    (void)state;
    og_talks *t = open_talks(NULL, OG_OK);
    int64_t a = put(t, "my secret is xyzzyplugh", "I will remember xyzzyplugh");
    put(t, "hello", "world");
    assert_true(on_disk("xyzzyplugh"));
    assert_int_equal(og_talks_delete(t, a, NULL), OG_OK);
    assert_false(on_disk("xyzzyplugh"));
    assert_string_equal(list(t, "xyzzyplugh"), "");
    assert_string_equal(list(t, "world"), "[2 2 m hello]");
    assert_int_equal(og_talks_delete(t, 0, NULL), OG_OK);
    assert_false(on_disk("world"));
    assert_string_equal(list(t, NULL), "");
    og_talks_close(t);
}

static void sealed_is_unreadable(void **state) {
    (void)state;
    og_talks *t = open_talks(NULL, OG_OK);
    int64_t a = put(t, "my secret is xyzzyplugh", "a melon");
    assert_int_equal(og_talks_seal(t, "pass", NULL), OG_OK);
    assert_false(on_disk("xyzzyplugh"));
    assert_false(on_disk("melon"));
    int64_t b = put(t, "another foobarbaz", "yes");
    assert_false(on_disk("foobarbaz"));
    assert_non_null(strstr(list(t, "foobarbaz"), "another"));
    assert_string_equal(list(t, "foobarbaz melon"), "");
    og_talks_close(t);
    assert_true(og_talks_sealed(in_top("c.db")));
    assert_null(open_talks(NULL, OG_ERR_ARG));
    assert_null(open_talks("wrong", OG_ERR_ARG));
    t = open_talks("pass", OG_OK);
    assert_string_equal(read_all(t, a), "user:my secret is xyzzyplugh|assistant:a melon|");
    og_talks_close(t);
    /* A text moved to another conversation, or changed, is noticed. */
    char command[256];
    snprintf(command, sizeof command, "test -x /usr/bin/sqlite3 && sqlite3 %s 'UPDATE message SET talk = %lld WHERE talk = %lld'",
             in_top("c.db"), (long long)b, (long long)a);
    if (system(command) == 0) {
        t = open_talks("pass", OG_OK);
        assert_int_equal(og_talks_read(t, b, see_message, NULL, NULL), OG_ERR_FORMAT);
        og_talks_close(t);
        snprintf(command, sizeof command, "sqlite3 %s 'UPDATE message SET talk = %lld WHERE id <= 2'", in_top("c.db"), (long long)a);
        assert_int_equal(system(command), 0);
    }
    t = open_talks("pass", OG_OK);
    assert_int_equal(og_talks_seal(t, NULL, NULL), OG_OK);
    assert_true(on_disk("xyzzyplugh"));
    assert_non_null(strstr(list(t, "melon"), "my secret"));
    og_talks_close(t);
    assert_false(og_talks_sealed(in_top("c.db")));
}

int main(void) {
    if (!og_talks_built()) {
        print_message("skipped: built without SQLite or OpenSSL, so that no conversations are kept\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(kept_and_found, make_top, drop_top),
        cmocka_unit_test_setup_teardown(deleted_is_gone, make_top, drop_top),
        cmocka_unit_test_setup_teardown(sealed_is_unreadable, make_top, drop_top),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
