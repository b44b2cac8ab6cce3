/* Pulling, from a server on this machine that behaves like the hubs and misbehaves as it is told: a wrong file is never under a right name,
 * and what was received is not asked for again. */
#include "store_folder.h"

#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "hub.h"
#include "store/pull/pull.h"

enum { SIZE = 600011, PIECE = 16384 };
static uint8_t content[SIZE];
static hub h;
static og_error why;
static char said[1024];  /* the last notice */
static char shown[1024]; /* what was known before the first byte */
static uint64_t first_done;
static bool began;

static int start(void **state) {
    for (size_t i = 0; i < SIZE; i++) content[i] = (uint8_t)(i * 2654435761u >> 13);
    memcpy(content, "GGUF", 4);
    unsetenv("http_proxy");
    unsetenv("HF_TOKEN");
    if (make_top(state) != 0 || !hub_open(&h, content, SIZE)) return -1;
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", h.port);
    setenv("OFFGRID_HF_URL", url, 1);
    setenv("OFFGRID_OLLAMA_URL", url, 1);
    return 0;
}

static int end(void **state) {
    hub_close(&h);
    return drop_top(state);
}

static bool agree(void *user, const og_pull_plan *plan) {
    (void)user;
    snprintf(shown, sizeof shown, "%s|%s|%llu", plan->name, plan->licence, (unsigned long long)plan->bytes);
    assert_int_equal(atomic_load(&h.sent), 0 + (user != NULL)); /* nothing but first bytes has come */
    return true;
}

static void notice(void *user, const char *text) {
    (void)user;
    snprintf(said, sizeof said, "%s", text);
}

static bool progress(void *user, const char *what, uint64_t done, uint64_t total) {
    (void)user;
    (void)what;
    if (total > 0 && !began) {
        first_done = done;
        began = true;
    }
    return true;
}

static og_pull_params usual(void) {
    return (og_pull_params){.notice = notice, .progress = progress, .backoff = 0.005, .tries = 6, .stall = 5, .piece = PIECE};
}

static og_status pull_with(const char *what, const og_pull_params *how) {
    og_store *store = open_store();
    og_stored m;
    began = false;
    memset(&why, 0, sizeof why);
    og_status status = og_pull(store, what, how, &m, &why);
    if (status == OG_OK) assert_int_equal(og_store_verify(store, &m, NULL, NULL, NULL), OG_OK);
    og_stored_free(&m);
    og_store_close(store);
    return status;
}

static og_status pull(const char *what) {
    og_pull_params how = usual();
    og_status status = pull_with(what, &how);
    if (status != OG_OK) print_message("%s\n", why.text);
    return status;
}

static const char *plain(void) {
    static char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/plain/m.gguf", h.port);
    return url;
}

static og_stored find(const char *name) {
    og_store *store = open_store();
    og_stored m;
    bool found;
    assert_int_equal(og_store_find(store, name, &found, &m, NULL), OG_OK);
    assert_true(found);
    og_store_close(store);
    return m;
}

static bool is_there(const char *name) {
    og_store *store = open_store();
    og_stored m;
    bool found;
    assert_int_equal(og_store_find(store, name, &found, &m, NULL), OG_OK);
    if (found) assert_int_equal(og_store_verify(store, &m, NULL, NULL, NULL), OG_OK);
    og_stored_free(&m);
    og_store_close(store);
    return found;
}

static void from_hugging_face(void **state) {
    (void)state;
    og_pull_params how = usual();
    how.agree = agree;
    setenv("HF_TOKEN", "secret", 1);
    h.need_token = true;
    int one = 1;
    how.user = &one;
    assert_int_equal(pull_with("hf:me/tiny-GGUF", &how), OG_OK);
    unsetenv("HF_TOKEN");
    assert_string_equal(shown, "hf:me/tiny-GGUF|mit|600011");
    assert_int_equal(atomic_load(&h.token_leaks), 0); /* the token is for the hub, not for where it sends us */
    og_stored m = find("hf:me/tiny-GGUF");
    assert_true(m.verified);
    assert_string_equal(m.file[0].name, "tiny-Q4_K_M.gguf");
    assert_string_equal(m.licence, "mit");
    og_stored_free(&m);
    h.need_token = false;
    assert_int_equal(pull("hf:me/tiny-GGUF:q8_0"), OG_OK); /* its parts; here by their digest */
    m = find("hf:me/tiny-GGUF:q8_0");
    assert_int_equal(m.n_files, 2);
    og_stored_free(&m);
    assert_int_equal(pull("hf:me/tiny-GGUF:Q2_K"), OG_ERR_ARG);
    assert_non_null(strstr(why.text, "tiny-Q4_K_M.gguf"));
    assert_int_equal(pull("hf:me/other"), OG_ERR_IO);
    assert_int_equal(pull("hf:../../etc"), OG_ERR_ARG);
    h.need_token = true;
    assert_int_equal(pull("hf:me/tiny-GGUF"), OG_ERR_IO);
    assert_non_null(strstr(why.text, "HF_TOKEN"));
}

static void from_ollama(void **state) {
    (void)state;
    assert_int_equal(pull("ollama:tiny:1b"), OG_OK);
    og_stored m = find("ollama:tiny:1b");
    assert_true(m.verified);
    assert_string_equal(m.licence, "Licence of the tiny model");
    og_stored_free(&m);
    assert_int_equal(pull("ollama:tiny"), OG_ERR_IO);
}

static void from_an_address(void **state) {
    (void)state;
    h.to_plain_http = true;
    assert_int_equal(pull("hf:me/tiny-GGUF"), OG_ERR_ARG); /* a redirect to http elsewhere */
    assert_int_equal(pull(plain()), OG_OK);
    og_stored m = find("m");
    assert_false(m.verified); /* nobody says what it should be */
    og_stored_free(&m);
    og_pull_params how = usual();
    how.sha256 = h.wrong;
    how.name = "n";
    assert_int_equal(pull_with(plain(), &how), OG_ERR_FORMAT);
    assert_false(is_there("n"));
    how.sha256 = h.sha256;
    assert_int_equal(pull_with(plain(), &how), OG_OK);
    assert_int_equal(pull("http://192.0.2.1/m.gguf"), OG_ERR_ARG);
    assert_int_equal(pull("file:///etc/passwd"), OG_ERR_ARG);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/loop", h.port);
    assert_int_equal(pull(url), OG_ERR_IO);
}

static void what_fails_is_tried_again(void **state) {
    (void)state;
    atomic_store(&h.drop, 5);
    assert_int_equal(pull(plain()), OG_OK);
    assert_true(atomic_load(&h.sent) < SIZE + 5 * 16384 + 1000); /* what had come was kept */
    og_store *store = open_store();
    h.refuse_code = 503;
    atomic_store(&h.refuse, 3);
    assert_int_equal(og_store_remove(store, "m", NULL, NULL), OG_OK);
    assert_int_equal(pull(plain()), OG_OK);
    h.refuse_code = 429;
    h.retry_after = "0.3";
    atomic_store(&h.refuse, 1);
    double before = og_now();
    assert_int_equal(og_store_remove(store, "m", NULL, NULL), OG_OK);
    assert_int_equal(pull(plain()), OG_OK);
    assert_true(og_now() - before >= 0.3);
    assert_non_null(strstr(said, "429"));
    h.retry_after = "86400";
    atomic_store(&h.refuse, 1);
    assert_int_equal(og_store_remove(store, "m", NULL, NULL), OG_OK);
    assert_int_equal(pull(plain()), OG_ERR_IO);
    h.retry_after = NULL;
    atomic_store(&h.refuse, 100000);
    assert_int_equal(pull(plain()), OG_ERR_IO); /* enough is enough */
    assert_false(is_there("m"));
    og_store_close(store);
}

static void servers_differ(void **state) {
    (void)state;
    og_store *store = open_store();
    h.no_ranges = true;
    assert_int_equal(pull(plain()), OG_OK);
    assert_int_equal(og_store_remove(store, "m", NULL, NULL), OG_OK);
    h.no_ranges = false;
    h.short_ranges = true;
    assert_int_equal(pull(plain()), OG_OK);
    assert_int_equal(og_store_remove(store, "m", NULL, NULL), OG_OK);
    h.short_ranges = false;
    h.no_etag = true;
    assert_int_equal(pull(plain()), OG_OK);
    assert_int_equal(og_store_remove(store, "m", NULL, NULL), OG_OK);
    h.no_etag = false;
    h.wrong_range = true; /* another part than was asked for */
    assert_int_equal(pull(plain()), OG_ERR_IO);
    assert_false(is_there("m"));
    h.wrong_range = false;
    assert_int_equal(pull(plain()), OG_OK);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", h.port);
    setenv("http_proxy", url, 1); /* the server is its own proxy */
    assert_int_equal(og_store_remove(store, "m", NULL, NULL), OG_OK);
    assert_int_equal(pull(plain()), OG_OK);
    unsetenv("http_proxy");
    og_store_close(store);
}

static void a_wrong_file_has_no_name(void **state) {
    (void)state;
    h.wrong_digest = true;
    assert_int_equal(pull("hf:me/tiny-GGUF"), OG_ERR_FORMAT);
    assert_int_equal(pull("ollama:tiny:1b"), OG_ERR_FORMAT);
    h.wrong_digest = false;
    h.flip = true;
    assert_int_equal(pull("hf:me/tiny-GGUF"), OG_ERR_FORMAT);
    assert_int_equal(count_files("partial"), 0); /* it would never become right */
    h.flip = false;
    h.wrong_length = true;
    assert_int_equal(pull("hf:me/tiny-GGUF"), OG_ERR_FORMAT);
    h.wrong_length = false;
    assert_int_equal(count_files("names"), 0);
    assert_int_equal(count_files("blobs"), 0);
    assert_int_equal(pull("hf:me/tiny-GGUF"), OG_OK);
}

static bool stop_halfway(void *user, const char *what, uint64_t done, uint64_t total) {
    (void)user;
    (void)what;
    return total == 0 || done < total / 2;
}

static void changed_between_tries(void **state) {
    (void)state;
    og_pull_params how = usual();
    how.progress = stop_halfway;
    assert_int_equal(pull_with(plain(), &how), OG_ERR_CANCELLED);
    assert_int_equal(count_files("partial"), 2);
    assert_int_equal(pull(plain()), OG_OK); /* goes on */
    assert_true(first_done >= SIZE / 2);
    og_store *store = open_store();
    assert_int_equal(og_store_remove(store, "m", NULL, NULL), OG_OK);
    assert_int_equal(pull_with(plain(), &how), OG_ERR_CANCELLED);
    content[SIZE - 1] ^= 1; /* another content of the same size: nothing of the old one may stay */
    content[9] ^= 1;
    h.etag = "\"two\"";
    assert_int_equal(pull(plain()), OG_OK);
    assert_int_equal(first_done, 0);
    og_stored m = find("m");
    og_digest_of(content, SIZE, h.sha256);
    assert_string_equal(m.file[0].sha256, h.sha256);
    og_stored_free(&m);
    og_store_close(store);
}

/* What is on the disk is trusted as little as what comes from elsewhere. */
static void a_damaged_partial_file_is_mended(void **state) {
    (void)state;
    og_pull_params how = usual();
    char command[256];
    how.progress = stop_halfway;
    assert_int_equal(pull_with(plain(), &how), OG_ERR_CANCELLED);
    snprintf(command, sizeof command,
             "for f in %s/models/partial/*.data; do printf XYZ | dd of=$f bs=1 seek=20000 conv=notrunc 2>/dev/null; done", top);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "for f in %s/models/partial/*.journal; do printf torn >>$f; done", top);
    assert_int_equal(system(command), 0);
    assert_int_equal(pull(plain()), OG_OK);
    og_stored m = find("m");
    assert_string_equal(m.file[0].sha256, h.sha256);
    og_stored_free(&m);
}

/* A disk that is full in the middle: RLIMIT_FSIZE makes the same failure. */
static void a_full_disk_is_survived(void **state) {
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {300000, 300000};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        og_pull_params how = usual();
        _exit(pull_with("hf:me/tiny-GGUF", &how) == OG_ERR_IO && strstr(why.text, "cannot write") != NULL ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_false(is_there("hf:me/tiny-GGUF"));
    assert_int_equal(pull("hf:me/tiny-GGUF"), OG_OK);
}

static void several_at_once(void **state) {
    (void)state;
    pid_t child[4];
    h.slow = 500;
    for (int i = 0; i < 4; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            og_pull_params how = usual();
            _exit(pull_with("hf:me/tiny-GGUF", &how) == OG_OK ? 0 : 1);
        }
    }
    for (int i = 0; i < 4; i++) {
        int status;
        waitpid(child[i], &status, 0);
        assert_int_equal(status, 0);
    }
    assert_true(is_there("hf:me/tiny-GGUF"));
    assert_true(atomic_load(&h.sent) < SIZE + 100); /* only one of them received it */
}

/* `run` with a model that is not here, on a terminal: it explains, asks, and pulls on a yes. What comes is no model, so it stops there. */
static void run_asks_and_pulls(void **state) {
    (void)state;
    char models[128];
    static char text[65536];
    snprintf(models, sizeof models, "%s/models", top);
    for (int yes = 0; yes <= 1; yes++) {
        int terminal;
        size_t n = 0;
        pid_t child = forkpty(&terminal, NULL, NULL, NULL);
        if (child == 0) {
            setenv("OFFGRID_MODELS", models, 1);
            execl(OG_PROGRAM, "offgrid", "run", "hf:me/tiny-GGUF", (char *)NULL);
            _exit(127);
        }
        bool answered = false;
        for (ssize_t got; n + 1 < sizeof text && (got = read(terminal, text + n, sizeof text - 1 - n)) > 0;) {
            n += (size_t)got;
            text[n] = '\0';
            if (answered || strstr(text, "[y/N]") == NULL) continue;
            assert_int_equal(write(terminal, yes ? "y\n" : "n\n", 2), 2);
            answered = true;
        }
        text[n] = '\0';
        int status;
        waitpid(child, &status, 0);
        close(terminal);
        assert_non_null(strstr(text, "is not on this device"));
        assert_int_equal(is_there("hf:me/tiny-GGUF"), yes);
        if (yes) assert_non_null(strstr(text, "licence: mit")); /* shown before the first byte */
    }
}

/* Records in the journals, and which pieces they are of. */
static size_t journaled(uint8_t *had, size_t n) {
    size_t count = 0;
    char path[256];
    snprintf(path, sizeof path, "%s/models/partial", top);
    DIR *dir = opendir(path);
    memset(had, 0, n);
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        char *name = NULL;
        uint64_t record[2];
        if (strstr(e->d_name, ".journal") == NULL || asprintf(&name, "%s/%s", path, e->d_name) < 0) continue;
        FILE *f = fopen(name, "rb");
        strcpy(strstr(name, ".journal"), ".data");
        bool lone = access(name, F_OK) != 0; /* killed after the data had become a blob, before this was removed */
        free(name);
        if (lone && f != NULL) fclose(f);
        if (lone) continue;
        for (int c; f != NULL && (c = fgetc(f)) != EOF && c != '\n';) continue;
        for (; f != NULL && fread(record, sizeof record, 1, f) == 1; count++)
            if (record[0] < n) had[record[0]] = 1;
        if (f != NULL) fclose(f);
    }
    if (dir != NULL) closedir(dir);
    return count;
}

/* Killed at random, 200 times and more: no wrong file under a right name, and no piece asked for twice that was there. */
static void killed_anywhere(void **state) {
    (void)state;
    enum { KILLS = 210, N = (SIZE + PIECE - 1) / PIECE };
    static uint8_t had[N];
    int wanted = getenv("OG_SPARSE") ? KILLS / 7 : KILLS, kills = 0, whole = 0, resumed = 0;
    og_store *store = open_store();
    unsigned draw = 7;
    h.slow = 150;
    h.piece = PIECE;
    while (kills < wanted) {
        size_t before = journaled(had, N);
        h.n_had = before > 0 ? N : 0;
        h.had = before > 0 ? had : NULL;
        pid_t child = fork();
        if (child == 0) {
            og_pull_params how = usual();
            _exit(pull_with("hf:me/tiny-GGUF", &how) == OG_OK ? 0 : 1);
        }
        draw = draw * 1103515245u + 12345u;
        uint64_t target = atomic_load(&h.sent) + draw % 150000; /* by bytes, not by the clock: machines differ */
        int status, ended = 0;
        while (!ended && atomic_load(&h.sent) < target) {
            usleep(200);
            ended = waitpid(child, &status, WNOHANG) > 0;
        }
        usleep(draw >> 16 & 0x3ff);
        kill(child, SIGKILL);
        if (!ended) waitpid(child, &status, 0);
        h.had = NULL;
        kills += WIFSIGNALED(status);
        assert_true(WIFSIGNALED(status) || status == 0);
        if (before > 0) resumed++;
        if (is_there("hf:me/tiny-GGUF")) { /* verified there */
            whole++;
            assert_int_equal(og_store_remove(store, "hf:me/tiny-GGUF", NULL, NULL), OG_OK);
        } else {
            static uint8_t now[N];
            size_t after = journaled(now, N);
            assert_true(after >= before || count_files("blobs") > 0);
        }
    }
    assert_int_equal(atomic_load(&h.violations), 0);
    if (wanted == KILLS) assert_true(whole > 2 && resumed > 20);
    print_message("%d kills, %d pulls went on where they were, %d became whole\n", kills, resumed, whole);
    assert_int_equal(pull("hf:me/tiny-GGUF"), OG_OK);
    og_store_close(store);
}

int main(void) {
    if (!og_pull_built()) {
        print_message("skipped: built without libcurl, so that nothing can be pulled\n");
        return 0;
    }
    signal(SIGPIPE, SIG_IGN);
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
    const struct CMUnitTest tests[] = {
        TEST(from_hugging_face),       TEST(from_ollama),
        TEST(from_an_address),         TEST(what_fails_is_tried_again),
        TEST(servers_differ),          TEST(a_wrong_file_has_no_name),
        TEST(changed_between_tries),   TEST(a_damaged_partial_file_is_mended),
        TEST(a_full_disk_is_survived), TEST(several_at_once),
        TEST(killed_anywhere),         TEST(run_asks_and_pulls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
