/* Beginnings that survive the process: after a close, after a kill, limited, sealed; and every kind of damage is found and does no harm. */
#include "tiny_session.h"

#include "base/file.h"

#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { CTX = 320, PROMPT = 200, PAGES = PROMPT / 64, ANSWER = 10 };

typedef struct answered {
    int32_t id[ANSWER];
    uint32_t n;
    og_request_result result;
    atomic_int done;
} answered;

static bool hear(void *user, const og_request_piece *piece) {
    answered *a = user;
    for (size_t i = 0; i < piece->n_tokens; i++) a->id[a->n++] = piece->token[i].id;
    return true;
}

static void end(void *user, const og_request_result *result) {
    answered *a = user;
    a->result = *result;
    atomic_store(&a->done, 1);
}

static void rest(void) {
    nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
}

static og_scheduler *open_with(og_model *model, const char *folder, uint64_t limit, const og_seal *seal) {
    og_scheduler *s;
    og_error err = {0};
    const og_scheduler_params p = {.n_ctx = CTX, .prefix_dir = folder, .prefix_limit = limit, .prefix_seal = seal};
    if (og_scheduler_open(model, &p, &s, &err) != OG_OK) fail_msg("%s", err.text);
    return s;
}

static void ask(og_scheduler *s, const int32_t *ids, answered *a) {
    og_request_params p = og_request_defaults();
    og_error err = {0};
    *a = (answered){0};
    p.ids = ids;
    p.n = PROMPT;
    p.generate.max_tokens = ANSWER;
    p.generate.ignore_end = true;
    p.on_piece = hear;
    p.on_done = end;
    p.user = a;
    if (og_scheduler_submit(s, &p, NULL, &err) != OG_OK) fail_msg("%s", err.text);
    while (!atomic_load(&a->done)) rest();
    assert_int_equal(a->result.status, OG_OK);
}

/* A life of a process: how much of the prompt was there. */
static uint32_t live(og_model *model, const char *folder, const og_seal *seal, const int32_t *ids, answered *a) {
    og_scheduler *s = open_with(model, folder, 0, seal);
    ask(s, ids, a);
    og_scheduler_close(s);
    return a->result.n_cached;
}

static char *make_folder(char path[256]) {
    const char *dir = getenv("TMPDIR");
    snprintf(path, 256, "%s/offgrid_keep_XXXXXX", dir ? dir : "/tmp");
    assert_non_null(mkdtemp(path));
    return path;
}

/* Calls fn for each kept page; returns how many there are, and their bytes. */
static int each_file(const char *folder, void (*fn)(const char *path), uint64_t *bytes) {
    int n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        char path[600];
        struct stat st;
        const char *dot = strrchr(e->d_name, '.');
        if (!dot || strcmp(dot, ".page") != 0) continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        n++;
        if (bytes && stat(path, &st) == 0) *bytes += (uint64_t)st.st_size;
        if (fn) fn(path);
    }
    closedir(dir);
    return n;
}

static void remove_file(const char *path) {
    unlink(path);
}

static void drop_folder(const char *folder) {
    each_file(folder, remove_file, NULL);
    rmdir(folder);
}

static void beginnings_survive(const og_arch *arch) {
    char folder[256];
    answered first, again;
    tiny t = tiny_open(arch, OG_F32, 1, CTX, 0);
    int32_t *ids = tiny_tokens(&t, PROMPT);
    make_folder(folder);
    assert_int_equal(live(t.model, folder, NULL, ids, &first), 0);
    assert_int_equal(each_file(folder, NULL, NULL), PAGES);
    assert_int_equal(live(t.model, folder, NULL, ids, &again), PAGES * 64);
    assert_memory_equal(first.id, again.id, sizeof first.id);
    drop_folder(folder);
    free(ids);
    tiny_close(&t);
}

static void they_survive_a_restart(void **state) {
    (void)state;
    for (int i = 0; og_arch_at(i); i++) /* attention, both, and states alone */
        if (i == 0 || !strcmp(og_arch_at(i)->name, "lfm2") || !strcmp(og_arch_at(i)->name, "mamba2")) beginnings_survive(og_arch_at(i));
}

/* The child answers and goes on living; it is killed as soon as its files are there. */
static void they_survive_a_kill(void **state) {
    (void)state;
    char folder[256], path[256];
    answered a, expected;
    make_folder(folder);
    tiny_file(og_arch_at(0), OG_F32, path);
    const pid_t child = fork();
    if (child == 0) {
        tiny t = tiny_open_file(path, 1, CTX, 0);
        int32_t *ids = tiny_tokens(&t, PROMPT);
        ask(open_with(t.model, folder, 0, NULL), ids, &a);
        for (;;) pause();
    }
    for (int i = 0; i < 60000 && each_file(folder, NULL, NULL) < PAGES; i++) rest();
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    tiny t = tiny_open_file(path, 1, CTX, 0);
    int32_t *ids = tiny_tokens(&t, PROMPT);
    unlink(path);
    assert_int_equal(live(t.model, folder, NULL, ids, &a), PAGES * 64);
    drop_folder(folder);
    make_folder(folder);
    live(t.model, folder, NULL, ids, &expected);
    assert_memory_equal(a.id, expected.id, sizeof a.id);
    drop_folder(folder);
    free(ids);
    tiny_close(&t);
}

/* ---- damage ---- */

static long damage_at; /* from the end, if negative */

static void flip(const char *path) {
    FILE *file = fopen(path, "r+b");
    fseek(file, damage_at, damage_at < 0 ? SEEK_END : SEEK_SET);
    const int byte = fgetc(file);
    fseek(file, -1, SEEK_CUR);
    fputc(byte ^ 0x10, file);
    fclose(file);
}

static void cut(const char *path) {
    struct stat st;
    stat(path, &st);
    if (truncate(path, damage_at < 0 ? st.st_size + damage_at : damage_at) != 0) fail_msg("cannot cut %s", path);
}

static void lengthen(const char *path) {
    FILE *file = fopen(path, "ab");
    fputs("more", file);
    fclose(file);
}

static char named[600];

/* All files hold what one of them held: good in itself, but of other tokens. */
static void exchange(const char *path) {
    if (named[0] && link(named, path) != 0) {
        unlink(path);
        if (link(named, path) != 0) fail_msg("cannot link %s", path);
    }
    if (!named[0]) snprintf(named, sizeof named, "%s", path);
}

static void damage_is_found(void **state) {
    (void)state;
    static const struct {
        void (*fn)(const char *path);
        long at;
    } kinds[] = {{flip, 3},  {flip, 17}, {flip, 41}, {flip, 70}, {flip, 90}, {flip, 300},  {flip, 1500},
                 {flip, -1}, {cut, -1},  {cut, 100}, {cut, 20},  {cut, 0},   {lengthen, 0}};
    char folder[256];
    answered first, again;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 1, CTX, 0);
    int32_t *ids = tiny_tokens(&t, PROMPT);
    make_folder(folder);
    live(t.model, folder, NULL, ids, &first);
    for (size_t i = 0; i < OG_LEN(kinds); i++) {
        damage_at = kinds[i].at;
        each_file(folder, kinds[i].fn, NULL);
        assert_int_equal(live(t.model, folder, NULL, ids, &again), 0);
        assert_memory_equal(first.id, again.id, sizeof first.id);
        assert_int_equal(live(t.model, folder, NULL, ids, &again), PAGES * 64); /* good ones took their place */
    }
    named[0] = '\0';
    each_file(folder, exchange, NULL);
    assert_true(live(t.model, folder, NULL, ids, &again) <= 64);
    assert_memory_equal(first.id, again.id, sizeof first.id);
    drop_folder(folder);
    free(ids);
    tiny_close(&t);
}

/* Another model, or another kind of cache, never sees them. */
static void strangers_see_nothing(void **state) {
    (void)state;
    char folder[256];
    answered a;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 1, CTX, 0), other = tiny_open(og_arch_at(0), OG_Q8_0, 1, CTX, 0);
    int32_t *ids = tiny_tokens(&t, PROMPT);
    make_folder(folder);
    live(t.model, folder, NULL, ids, &a);
    assert_int_equal(live(other.model, folder, NULL, ids, &a), 0);
    assert_int_equal(live(t.model, folder, NULL, ids, &a), PAGES * 64);
    drop_folder(folder);
    free(ids);
    tiny_close(&t);
    tiny_close(&other);
}

static void the_folder_has_a_limit(void **state) {
    (void)state;
    char folder[256];
    answered a;
    uint64_t all = 0, some = 0;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 1, CTX, 0);
    int32_t *ids = tiny_tokens(&t, PROMPT);
    make_folder(folder);
    live(t.model, folder, NULL, ids, &a);
    each_file(folder, remove_file, &all);
    og_scheduler *s = open_with(t.model, folder, all / 2, NULL);
    ask(s, ids, &a);
    og_scheduler_close(s);
    const int n = each_file(folder, NULL, &some);
    assert_true(n > 0 && n < PAGES && some <= all / 2);
    drop_folder(folder);
    free(ids);
    tiny_close(&t);
}

/* ---- sealing: not a cipher, but one can see whether it was used ---- */

static bool seal(void *user, const void *in, size_t n, void *out) {
    uint8_t *to = out, key = *(const uint8_t *)user;
    to[0] = key;
    for (size_t i = 0; i < n; i++) to[i + 1] = ((const uint8_t *)in)[i] ^ key ^ (uint8_t)i;
    return true;
}

static bool unseal(void *user, const void *in, size_t n, void *out) {
    const uint8_t *from = in, key = *(const uint8_t *)user;
    if (from[0] != key) return false;
    for (size_t i = 0; i < n; i++) ((uint8_t *)out)[i] = from[i + 1] ^ key ^ (uint8_t)i;
    return true;
}

static int32_t looked_for[8];

static void has_no_tokens(const char *path) {
    static uint8_t data[1 << 20];
    FILE *file = fopen(path, "rb");
    const size_t n = fread(data, 1, sizeof data, file);
    fclose(file);
    assert_null(memmem(data, n, looked_for, sizeof looked_for));
}

static void pages_can_be_sealed(void **state) {
    (void)state;
    char folder[256];
    answered a;
    uint8_t key = 0x5a, wrong = 0x33;
    const og_seal good = {.extra = 1, .secret = 7, .seal = seal, .unseal = unseal, .user = &key};
    og_seal bad = good;
    tiny t = tiny_open(og_arch_at(0), OG_F32, 1, CTX, 0);
    int32_t *ids = tiny_tokens(&t, PROMPT);
    make_folder(folder);
    live(t.model, folder, &good, ids, &a);
    memcpy(looked_for, ids, sizeof looked_for);
    assert_int_equal(each_file(folder, has_no_tokens, NULL), PAGES);
    assert_int_equal(live(t.model, folder, &good, ids, &a), PAGES * 64);
    bad.user = &wrong;
    assert_int_equal(live(t.model, folder, &bad, ids, &a), 0);
    drop_folder(folder);
    free(ids);
    tiny_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_survive_a_kill), /* first: it forks */
        cmocka_unit_test(they_survive_a_restart), cmocka_unit_test(damage_is_found),     cmocka_unit_test(strangers_see_nothing),
        cmocka_unit_test(the_folder_has_a_limit), cmocka_unit_test(pages_can_be_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
