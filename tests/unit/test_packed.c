/* Packed weights kept between runs: used when they are the model's, and only then; never in the way. */
#include "base/hash.h"
#include "tiny_session.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { N_IDS = 5 };

typedef struct place {
    char folder[256], model[256];
} place;

static place new_place(og_type type) {
    place p;
    const char *dir = getenv("TMPDIR");
    snprintf(p.folder, sizeof p.folder, "%s/offgrid_packed_XXXXXX", dir ? dir : "/tmp");
    assert_non_null(mkdtemp(p.folder));
    tiny_file(og_arch_at(0), type, p.model);
    return p;
}

/* Files of the folder; the last one's path to `path` (512 bytes) if that is not NULL. */
static int files(const place *p, char *path) {
    DIR *dir = opendir(p->folder);
    assert_non_null(dir);
    int n = 0;
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.') continue;
        n++;
        if (path) snprintf(path, 512, "%s/%.200s", p->folder, e->d_name);
    }
    closedir(dir);
    return n;
}

static void remove_place(place *p) {
    char path[512];
    while (files(p, path) > 0) unlink(path);
    rmdir(p->folder);
    unlink(p->model);
}

/* Opens the model with this folder; *kept: whether its weights came from there. Returns a checksum of its logits. */
static uint64_t start(const place *p, const char *folder, uint64_t limit, bool *kept) {
    tiny t = {0};
    og_error err = {0};
    og_engine_params params = {.threads = 2, .packed_dir = folder, .packed_limit = limit, .packed_min = 1};
    if (og_engine_open(&params, &t.engine, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_model_open(t.engine, p->model, NULL, &t.model, &err) != OG_OK) fail_msg("%s", err.text);
    t.session = tiny_session(t.model, 64, 0);
    og_model_info info;
    og_model_describe(t.model, &info);
    *kept = info.weights_kept;
    int32_t *ids = tiny_tokens(&t, N_IDS);
    tiny_eval(t.session, ids, N_IDS);
    free(ids);
    uint64_t sum = og_hash(og_session_logits(t.session), (size_t)info.n_vocab * sizeof(float), 0);
    tiny_close(&t);
    return sum;
}

static void check(const place *p, uint64_t logits, bool from_folder) {
    bool kept;
    assert_true(start(p, p->folder, 0, &kept) == logits);
    assert_int_equal(kept, from_folder);
}

static void a_kept_model_gives_the_same_bits(void **state) {
    (void)state;
    static const og_type type[] = {OG_F32, OG_Q8_0, OG_Q4_K};
    for (size_t i = 0; i < OG_LEN(type); i++) {
        place p = new_place(type[i]);
        bool kept;
        const uint64_t logits = start(&p, NULL, 0, &kept);
        assert_false(kept);
        check(&p, logits, false);
        assert_int_equal(files(&p, NULL), 1);
        check(&p, logits, true);
        check(&p, logits, true);
        remove_place(&p);
    }
}

static void flip(const char *path, off_t at) {
    int fd = open(path, O_RDWR);
    uint8_t b = 0;
    assert_true(fd >= 0 && pread(fd, &b, 1, at) == 1);
    b ^= 0x10;
    assert_true(pwrite(fd, &b, 1, at) == 1);
    close(fd);
}

static void a_damaged_file_is_not_used(void **state) {
    (void)state;
    place p = new_place(OG_Q4_K);
    bool kept;
    char path[512];
    const uint64_t logits = start(&p, p.folder, 0, &kept);
    assert_int_equal(files(&p, path), 1);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    /* a byte of the data, its first and last, of each kind of word of the tail, and of the checksum of the tail */
    const off_t at[] = {st.st_size / 3, 0, st.st_size - 1, st.st_size - 9, st.st_size - 17, st.st_size - 100, st.st_size - 150};
    for (size_t i = 0; i < OG_LEN(at); i++) {
        flip(path, at[i]);
        check(&p, logits, false); /* which writes it anew */
        check(&p, logits, true);
    }
    const off_t length[] = {0, 7, 16, st.st_size / 2, st.st_size - 1, st.st_size + 8};
    for (size_t i = 0; i < OG_LEN(length); i++) {
        assert_int_equal(truncate(path, length[i]), 0);
        check(&p, logits, false);
        check(&p, logits, true);
    }
    remove_place(&p);
}

static void a_changed_model_is_packed_anew(void **state) {
    (void)state;
    place p = new_place(OG_Q8_0);
    bool kept;
    const uint64_t logits = start(&p, p.folder, 0, &kept);
    struct timespec when[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, p.model, when, 0), 0);
    check(&p, logits, true); /* touched, but the same content */
    og_file *file;
    og_tensor_info info;
    og_error err = {0};
    if (og_file_open(p.model, &file, &err) != OG_OK) fail_msg("%s", err.text);
    og_type type;
    assert_true(og_file_find_tensor(file, "blk.0.ffn_down.weight", &info, &type));
    og_file_close(file);
    flip(p.model, (off_t)(info.offset + info.bytes / 2) + 1);
    const uint64_t changed = start(&p, NULL, 0, &kept);
    assert_true(changed != logits);
    check(&p, changed, false);
    check(&p, changed, true);
    assert_int_equal(files(&p, NULL), 1);
    remove_place(&p);
}

static void the_limit_is_kept(void **state) {
    (void)state;
    place p = new_place(OG_Q8_0), q = p;
    tiny_file(og_arch_at(0), OG_Q4_K, q.model);
    bool kept;
    char path[512];
    start(&p, p.folder, 4096, &kept); /* too large for it */
    assert_int_equal(files(&p, NULL), 0);
    start(&p, p.folder, 0, &kept);
    assert_int_equal(files(&p, path), 1);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    start(&q, q.folder, (uint64_t)st.st_size, &kept); /* room for one: the other goes */
    assert_int_equal(files(&p, NULL), 1);
    start(&q, q.folder, (uint64_t)st.st_size, &kept);
    assert_true(kept);
    start(&p, p.folder, 0, &kept);
    assert_false(kept);
    assert_int_equal(files(&p, NULL), 2);
    unlink(q.model);
    remove_place(&p);
}

static void an_unusable_folder_is_no_error(void **state) {
    (void)state;
    place p = new_place(OG_Q8_0);
    bool kept;
    const uint64_t logits = start(&p, NULL, 0, &kept);
    assert_true(start(&p, p.model, 0, &kept) == logits); /* a file */
    assert_false(kept);
    assert_true(start(&p, "/proc/no/such", 0, &kept) == logits);
    assert_false(kept);
    /* what a dead process left, of long ago and of just now */
    char old[512], young[512];
    snprintf(old, sizeof old, "%s/0.packed.tmp-1-1", p.folder);
    snprintf(young, sizeof young, "%s/0.packed.tmp-1-2", p.folder);
    close(open(old, O_CREAT | O_WRONLY, 0600));
    close(open(young, O_CREAT | O_WRONLY, 0600));
    struct timespec when[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, old, when, 0), 0);
    start(&p, p.folder, 0, &kept);
    assert_int_equal(access(old, F_OK), -1);
    assert_int_equal(access(young, F_OK), 0);
    remove_place(&p);
}

static void the_checksum_sees_every_byte_and_place(void **state) {
    (void)state;
    uint8_t data[200] = {0};
    for (size_t n = 0; n <= sizeof data; n++) {
        const uint64_t whole = og_hash(data, n, 1);
        assert_true(n == 0 || whole != og_hash(data, n - 1, 1)); /* zeros of another length */
        assert_true(whole != og_hash(data, n, 2));
        for (size_t i = 0; i < n; i++) {
            data[i] ^= 0x80;
            assert_true(og_hash(data, n, 1) != whole);
            data[i] ^= 0x80;
        }
    }
    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7 + 3);
    assert_true(og_hash(data, sizeof data, 0) == UINT64_C(0xcb4d18798eda70ad)); /* the same on every CPU */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kept_model_gives_the_same_bits), cmocka_unit_test(a_damaged_file_is_not_used),
        cmocka_unit_test(a_changed_model_is_packed_anew),   cmocka_unit_test(the_limit_is_kept),
        cmocka_unit_test(an_unusable_folder_is_no_error),   cmocka_unit_test(the_checksum_sees_every_byte_and_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
