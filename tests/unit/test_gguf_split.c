/* Models in several files: found from the first part, refused when the parts do not belong together. */
#include "gguf_bytes.h"

static og_error err;

/* What a part says of itself; negative: the key is left out. */
typedef struct part {
    int no, count, total;
    const char *tensors[3];
    uint32_t alignment; /* 0: not set */
} part;

static void write_part(const char *path, const part *p) {
    og_gguf_writer *w;
    b_must(og_gguf_writer_open(path, &w, &err), &err);
    og_gguf_set_u32(w, "mine", (uint32_t)p->no);
    if (p->no >= 0) og_gguf_set_scalar(w, "split.no", OG_VALUE_U16, &(uint16_t){(uint16_t)p->no});
    if (p->count >= 0) og_gguf_set_scalar(w, "split.count", OG_VALUE_U16, &(uint16_t){(uint16_t)p->count});
    if (p->total >= 0) og_gguf_set_i32(w, "split.tensors.count", p->total);
    if (p->alignment) og_gguf_set_u32(w, "general.alignment", p->alignment);
    int n = 0;
    while (n < 3 && p->tensors[n]) og_gguf_add_tensor(w, p->tensors[n++], OG_F32, (uint64_t[]){3, 5}, 2);
    b_must(og_gguf_begin_data(w, &err), &err);
    for (int i = 0; i < n; i++) {
        float data[15];
        for (int k = 0; k < 15; k++) data[k] = (float)(p->tensors[i][0] * 100 + k);
        b_must(og_gguf_add_data(w, data, sizeof data, &err), &err);
    }
    b_must(og_gguf_writer_commit(w, &err), &err);
}

static const char *part_path(int number, int count) {
    char name[64];
    snprintf(name, sizeof name, "model-%05d-of-%05d.gguf", number, count);
    return b_path(name);
}

static const part good[3] = {
    {0, 3, 4, {"a", "b"}, 0},
    {1, 3, 4, {"c"}, 256},
    {2, 3, 4, {"d"}, 0},
};

static void write_parts(const part parts[3]) {
    for (int i = 0; i < 3; i++) write_part(part_path(i + 1, 3), &parts[i]);
}

static void remove_parts(void) {
    for (int i = 0; i < 3; i++) unlink(part_path(i + 1, 3));
}

static void refused(const char *path, og_status status, const char *word1, const char *word2) {
    og_file *file = NULL;
    og_status got = og_file_open(path, &file, &err);
    if (got != status || !strstr(err.text, word1) || !strstr(err.text, word2)) {
        fail_msg("got %s \"%s\" instead of %s with \"%s\" and \"%s\"", og_status_name(got), err.text, og_status_name(status), word1, word2);
    }
    assert_null(file);
}

/* Writes the parts, changed in one place, and expects a refusal. */
static void refused_with(int which, part changed, const char *word1, const char *word2) {
    part parts[3];
    memcpy(parts, good, sizeof parts);
    parts[which] = changed;
    write_parts(parts);
    refused(part_path(1, 3), OG_ERR_FORMAT, word1, word2);
    remove_parts();
}

static void check_tensor(const og_file *file, const char *name, int part_number) {
    og_tensor_info info;
    assert_true(og_file_find_tensor(file, name, &info, NULL));
    assert_int_equal(info.part, part_number);
    float data[15];
    assert_int_equal(info.bytes, sizeof data);
    b_must(og_source_read(og_file_source(file, info.part), info.offset, data, sizeof data, &err), &err);
    for (int k = 0; k < 15; k++) assert_true(data[k] == (float)(name[0] * 100 + k));
}

static void test_three_parts(void **state) {
    (void)state;
    write_parts(good);
    og_file *file;
    b_must(og_file_open(part_path(1, 3), &file, &err), &err);
    assert_int_equal(og_file_parts(file), 3);
    assert_int_equal(og_file_n_tensors(file), 4);
    check_tensor(file, "a", 0);
    check_tensor(file, "b", 0);
    check_tensor(file, "c", 1);
    check_tensor(file, "d", 2);
    uint64_t total = 0;
    for (int i = 0; i < 3; i++) total += og_source_size(og_file_source(file, i));
    assert_int_equal(og_file_bytes(file), total);
    uint32_t mine = 7;
    b_must(og_file_get_u32(file, "mine", &mine, &err), &err);
    assert_int_equal(mine, 0); /* the first part's */
    og_file_close(file);
    remove_parts();
}

static void test_first_part_without_tensors(void **state) {
    (void)state;
    part parts[3] = {{0, 3, 2, {NULL}, 0}, {1, 3, 2, {"a"}, 0}, {2, 3, 2, {"b"}, 0}};
    write_parts(parts);
    og_file *file;
    b_must(og_file_open(part_path(1, 3), &file, &err), &err);
    check_tensor(file, "a", 1);
    check_tensor(file, "b", 2);
    og_file_close(file);
    remove_parts();
}

/* split.count of 0 or 1, and any name. */
static void test_whole_files(void **state) {
    (void)state;
    for (int count = -1; count < 2; count++) {
        const char *path = part_path(2, 3);
        write_part(path, &(part){-1, count, -1, {"a"}, 0});
        og_file *file;
        b_must(og_file_open(path, &file, &err), &err);
        assert_int_equal(og_file_parts(file), 1);
        og_file_close(file);
        unlink(path);
    }
}

static void test_opening_a_later_part(void **state) {
    (void)state;
    write_parts(good);
    refused(part_path(2, 3), OG_ERR_ARG, "this is part 2 of 3", part_path(1, 3));
    refused(part_path(3, 3), OG_ERR_ARG, "this is part 3 of 3", part_path(1, 3));
    const char *renamed = b_path("renamed.gguf");
    assert_int_equal(rename(part_path(2, 3), renamed), 0);
    refused(renamed, OG_ERR_ARG, "Open its first part instead", "-00001-of-00003.gguf");
    unlink(renamed);
    remove_parts();
}

static void test_first_part_renamed(void **state) {
    (void)state;
    write_parts(good);
    const char *names[] = {"renamed.gguf", "model-00001-of-00004.gguf", "model-00002-of-00003.gguf", "model-1-of-3.gguf",
                           "model-0000x-of-00003.gguf"};
    const char *first = part_path(1, 3);
    for (size_t i = 0; i < OG_LEN(names); i++) {
        const char *renamed = b_path(names[i]);
        assert_int_equal(rename(first, renamed), 0);
        refused(renamed, OG_ERR_FORMAT, "first of 3 parts", "-00001-of-00003.gguf");
        first = renamed;
    }
    unlink(first);
    remove_parts();
}

static void test_missing_sibling(void **state) {
    (void)state;
    write_parts(good);
    unlink(part_path(2, 3));
    refused(part_path(1, 3), OG_ERR_IO, "part 2 of the 3 parts", part_path(2, 3));
    remove_parts();
}

static void test_cycles(void **state) {
    (void)state;
    write_parts(good); /* a part that is the first one again */
    unlink(part_path(2, 3));
    assert_int_equal(symlink(part_path(1, 3), part_path(2, 3)), 0);
    refused(part_path(1, 3), OG_ERR_FORMAT, "should be part 2 of 3 but says it is part 1 of 3", part_path(2, 3));
    remove_parts();
    write_parts(good); /* a part that is another one again */
    unlink(part_path(3, 3));
    assert_int_equal(link(part_path(2, 3), part_path(3, 3)), 0);
    refused(part_path(1, 3), OG_ERR_FORMAT, "should be part 3 of 3 but says it is part 2 of 3", part_path(3, 3));
    remove_parts();
    write_parts(good); /* a link to itself */
    unlink(part_path(3, 3));
    assert_int_equal(symlink(part_path(3, 3), part_path(3, 3)), 0);
    refused(part_path(1, 3), OG_ERR_IO, "part 3 of the 3 parts", part_path(3, 3));
    remove_parts();
}

static void test_wrong_numbers(void **state) {
    (void)state;
    refused_with(1, (part){1, 4, 4, {"c"}, 0}, "should be part 2 of 3 but says it is part 2 of 4", "again");
    refused_with(1, (part){-1, -1, -1, {"c"}, 0}, "should be part 2 of 3 but says it is part 1 of 1", "again");
    refused_with(2, (part){5, 3, 4, {"d"}, 0}, "says it is part 6 of 3", "damaged");
    refused_with(0, (part){3, 3, 4, {"a", "b"}, 0}, "says it is part 4 of 3", "damaged");
}

static void test_tensors_do_not_add_up(void **state) {
    (void)state;
    refused_with(0, (part){0, 3, 5, {"a", "b"}, 0}, "split.tensors.count is 5", "4 tensors");
    refused_with(2, (part){2, 3, 4, {"d", "e"}, 0}, "split.tensors.count is 4", "5 tensors");
    refused_with(2, (part){2, 3, 4, {"a"}, 0}, "tensor 'a' occurs twice", "part 3");
}

static void test_damaged_sibling(void **state) {
    (void)state;
    write_parts(good);
    assert_int_equal(truncate(part_path(3, 3), 100), 0);
    refused(part_path(1, 3), OG_ERR_FORMAT, part_path(3, 3), "cut off or is damaged");
    assert_int_equal(truncate(part_path(3, 3), 0), 0);
    refused(part_path(1, 3), OG_ERR_FORMAT, part_path(3, 3), "empty");
    remove_parts();
}

static void test_split_keys(void **state) {
    (void)state;
    static bytes b;
    b_head(&b, 3, 0, 1);
    b_meta_u32(&b, "split.count", 100000);
    b_refused(&b, OG_ERR_FORMAT, "'split.count'", "out of range");
    b_head(&b, 3, 0, 1);
    b_key(&b, "split.count", OG_VALUE_I32);
    b_u32(&b, (uint32_t)-1);
    b_refused(&b, OG_ERR_FORMAT, "'split.count'", "out of range");
    b_head(&b, 3, 0, 1);
    b_key(&b, "split.no", OG_VALUE_STRING);
    b_str(&b, "1");
    b_refused(&b, OG_ERR_FORMAT, "'split.no'", "type string");
    b_head(&b, 3, 0, 1);
    b_meta_u32(&b, "split.count", 99999); /* one small file does not make the reader prepare for all of them */
    b_refused(&b, OG_ERR_FORMAT, "99999 parts", "1 were given");
}

static void open_sources(const int *which, int n, og_status status, const char *word) {
    og_source *src[4];
    og_file *file = NULL;
    for (int i = 0; i < n; i++) b_must(og_source_open_unmapped(part_path(which[i] + 1, 3), &src[i], &err), &err);
    og_status got = og_file_open_sources(src, n, &file, &err);
    if (got != status || (status != OG_OK && !strstr(err.text, word))) fail_msg("%s: %s", og_status_name(got), err.text);
    if (got == OG_OK) check_tensor(file, "c", 1);
    og_file_close(file);
}

static void test_sources(void **state) {
    (void)state;
    write_parts(good);
    open_sources((int[]){0, 1, 2}, 3, OG_OK, "");
    open_sources((int[]){0, 1}, 2, OG_ERR_FORMAT, "3 parts, but 2 were given");
    open_sources((int[]){0, 2, 1}, 3, OG_ERR_FORMAT, "should be part 2 of 3");
    open_sources((int[]){1, 0, 2}, 3, OG_ERR_ARG, "this is part 2 of 3");
    open_sources((int[]){0, 0, 0}, 3, OG_ERR_FORMAT, "should be part 2 of 3");
    open_sources((int[]){0, 1, 2, 2}, 4, OG_ERR_FORMAT, "should be part 4 of 3");
    og_file *file;
    assert_int_equal(og_file_open_sources(NULL, 0, &file, &err), OG_ERR_ARG);
    remove_parts();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_parts),
        cmocka_unit_test(test_first_part_without_tensors),
        cmocka_unit_test(test_whole_files),
        cmocka_unit_test(test_opening_a_later_part),
        cmocka_unit_test(test_first_part_renamed),
        cmocka_unit_test(test_missing_sibling),
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_wrong_numbers),
        cmocka_unit_test(test_tensors_do_not_add_up),
        cmocka_unit_test(test_damaged_sibling),
        cmocka_unit_test(test_split_keys),
        cmocka_unit_test(test_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
