/* Real files: every key and tensor of the models in the shared test data is what vectors/llm/gguf_expected.json says. */
#include "gguf_bytes.h"
#include "sha256.h"

#include "base/utf8.h"

#ifdef OG_TEST_JSON
#include <jansson.h>

static og_error err;

static void check_value(const og_value *v, const json_t *want, const char *key) {
    bool same = false;
    if (json_is_string(want)) {
        same = v->type == OG_VALUE_STRING && v->len == json_string_length(want) && memcmp(v->str, json_string_value(want), v->len) == 0;
    } else if (json_is_boolean(want)) {
        same = v->type == OG_VALUE_BOOL && v->i == json_is_true(want);
    } else if (json_is_integer(want)) {
        same = v->i == json_integer_value(want) && v->f == (double)json_integer_value(want);
    } else if (json_is_real(want)) {
        same = v->f == json_real_value(want);
    }
    if (!same) fail_msg("the value of %s differs", key);
}

static uint64_t number_of(const json_t *object, const char *key) {
    const json_t *n = json_object_get(object, key);
    assert_true(json_is_integer(n));
    return (uint64_t)json_integer_value(n);
}

/* As Python's json.dumps writes it, in ASCII and without spaces. */
static void add_json_string(og_buf *text, const og_value *v) {
    static const char plain[] = "\"\\\n\r\t\b\f", escape[] = "\"\\nrtbf";
    og_buf_addf(text, "\"");
    int32_t cp;
    for (size_t i = 0; i < v->len;) {
        i += (size_t)og_utf8_decode(v->str + i, v->len - i, &cp);
        const char *found = cp > 0 && cp < 0x80 ? strchr(plain, cp) : NULL;
        if (found) {
            og_buf_addf(text, "\\%c", escape[found - plain]);
        } else if (cp >= 0x20 && cp < 0x80) {
            og_buf_add(text, &(char){(char)cp}, 1);
        } else if (cp >= 0x10000) {
            og_buf_addf(text, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((cp - 0x10000) >> 10)), (unsigned)(0xdc00 + ((cp - 0x10000) & 0x3ff)));
        } else {
            assert_true(cp >= 0);
            og_buf_addf(text, "\\u%04x", (unsigned)cp);
        }
    }
    og_buf_addf(text, "\"");
}

static void check_digest(const og_file *file, const char *key, const og_value *array, const char *want) {
    og_buf text;
    og_buf_init(&text);
    og_buf_addf(&text, "[");
    for (uint64_t i = 0; i < array->count; i++) {
        og_value v;
        assert_true(og_file_element(file, key, i, &v));
        if (i) og_buf_addf(&text, ",");
        if (v.type == OG_VALUE_STRING) {
            add_json_string(&text, &v);
        } else {
            og_buf_addf(&text, "%lld", (long long)v.i);
        }
    }
    og_buf_addf(&text, "]");
    assert_false(text.failed);
    char hex[65];
    sha256_hex(text.data, text.len, hex);
    og_buf_free(&text);
    if (strcmp(hex, want) != 0) fail_msg("the contents of %s differ", key);
}

static void check_array(const og_file *file, const char *key, const og_value *v, const json_t *want) {
    assert_int_equal(v->count, number_of(want, "length"));
    const json_t *first = json_object_get(want, "first"), *last = json_object_get(want, "last"), *digest = json_object_get(want, "sha256");
    og_value e;
    for (size_t i = 0; i < json_array_size(first); i++) {
        assert_true(og_file_element(file, key, i, &e));
        check_value(&e, json_array_get(first, i), key);
    }
    for (size_t i = 0, n = json_array_size(last); i < n; i++) {
        assert_true(og_file_element(file, key, v->count - n + i, &e));
        check_value(&e, json_array_get(last, i), key);
    }
    assert_false(og_file_element(file, key, v->count, &e));
    if (json_is_string(digest)) check_digest(file, key, v, json_string_value(digest));
}

static void check_meta(const og_file *file, json_t *kv) {
    const char *key;
    json_t *want;
    json_object_foreach(kv, key, want) {
        og_value v;
        if (!og_file_find(file, key, &v)) fail_msg("key %s is missing", key);
        assert_int_equal(v.type, number_of(want, "type"));
        if (v.type == OG_VALUE_ARRAY) {
            check_array(file, key, &v, want);
        } else {
            check_value(&v, json_object_get(want, "value"), key);
        }
    }
}

static void check_tensors(const og_file *file, const json_t *tensors, uint64_t data) {
    for (size_t i = 0; i < json_array_size(tensors); i++) {
        const json_t *want = json_array_get(tensors, i), *dims = json_object_get(want, "dims");
        og_tensor_info info, same;
        og_type type;
        assert_true(og_file_tensor(file, i, &info));
        assert_string_equal(info.name, json_string_value(json_object_get(want, "name")));
        assert_int_equal(info.offset, data + number_of(want, "offset"));
        assert_int_equal(info.n_dims, json_array_size(dims));
        for (size_t k = 0; k < 4; k++) {
            assert_int_equal(info.dim[k], k < json_array_size(dims) ? (uint64_t)json_integer_value(json_array_get(dims, k)) : 1);
        }
        assert_true(og_file_find_tensor(file, info.name, &same, &type));
        assert_int_equal(type, number_of(want, "type"));
        assert_int_equal(same.offset, info.offset);
    }
}

static void check_file(const char *path, const json_t *want, bool mapped) {
    og_source *src;
    og_file *file;
    b_must(mapped ? og_source_open(path, &src, &err) : og_source_open_unmapped(path, &src, &err), &err);
    b_must(og_file_open_sources(&src, 1, &file, &err), &err);
    assert_int_equal(og_file_version(file), number_of(want, "version"));
    assert_int_equal(og_file_n_meta(file), number_of(want, "kv_count"));
    assert_int_equal(og_file_n_meta(file), json_object_size(json_object_get(want, "kv")));
    assert_int_equal(og_file_n_tensors(file), number_of(want, "tensor_count"));
    assert_int_equal(og_file_n_tensors(file), json_array_size(json_object_get(want, "tensors")));
    check_meta(file, json_object_get(want, "kv"));
    check_tensors(file, json_object_get(want, "tensors"), number_of(want, "data_offset"));
    og_file_close(file);
}

static void test_shared_files(void **state) {
    (void)state;
    char folder[512], path[1024];
    const char *shared = getenv("OG_SHARED");
    snprintf(folder, sizeof folder, "%s%s/vectors", shared ? shared : OG_SOURCE_DIR, shared ? "" : "/../shared");
    snprintf(path, sizeof path, "%s/llm/gguf_expected.json", folder);
    if (access(path, R_OK) != 0) {
        print_message("skipped: there is no %s (set OG_SHARED)\n", path);
        skip();
    }
    json_t *expected = json_load_file(path, 0, NULL);
    assert_non_null(expected);
    json_t *files = json_object_get(expected, "files"), *want;
    const char *name;
    int n = 0;
    json_object_foreach(files, name, want) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
        for (int mapped = 0; mapped < 2; mapped++) check_file(path, want, mapped);
        n++;
    }
    assert_true(n > 0);
    print_message("%d files\n", n);
    json_decref(expected);
}

#else

static void test_shared_files(void **state) {
    (void)state;
    print_message("skipped: built without jansson\n");
    skip();
}

#endif

static void test_sha256(void **state) {
    (void)state;
    char hex[65];
    sha256_hex("abc", 3, hex); /* FIPS 180-4's examples */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    sha256_hex(two, strlen(two), hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_shared_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
