/* Files made by an independent writer (tests/golden/make_gguf.py, which has these values too) read back with the right values. */
#include "gguf_bytes.h"

static og_error err;

static og_file *open_golden(const char *name) {
    char path[512];
    og_file *file;
    snprintf(path, sizeof path, "%s/tests/golden/gguf/%s", OG_SOURCE_DIR, name);
    b_must(og_file_open(path, &file, &err), &err);
    return file;
}

static void check_text(const og_file *file, const char *key, const char *want) {
    const char *s;
    size_t len;
    b_must(og_file_get_str(file, key, &s, &len, &err), &err);
    assert_int_equal(len, strlen(want));
    assert_memory_equal(s, want, len);
}

/* key, type, and the value: integers in i (u for u64), floats in f */
static const struct {
    const char *key;
    og_value_type type;
    int64_t i;
    uint64_t u;
    double f;
} scalars[] = {
    {"u8", OG_VALUE_U8, 250, 250, 250},
    {"i8", OG_VALUE_I8, -100, 0, -100},
    {"u16", OG_VALUE_U16, 60000, 60000, 60000},
    {"i16", OG_VALUE_I16, -30000, 0, -30000},
    {"u32", OG_VALUE_U32, 4000000000, 4000000000, 4e9},
    {"i32", OG_VALUE_I32, -2000000000, 0, -2e9},
    {"u64", OG_VALUE_U64, INT64_MAX, UINT64_MAX, 0x1p64},
    {"i64", OG_VALUE_I64, INT64_MIN, 0, -0x1p63},
    {"f32", OG_VALUE_F32, 0, 0, (double)0.1f},
    {"f64", OG_VALUE_F64, 0, 0, 0.1},
    {"yes", OG_VALUE_BOOL, 1, 1, 1},
    {"no", OG_VALUE_BOOL, 0, 0, 0},
};

static void test_scalars(void **state) {
    (void)state;
    og_file *file = open_golden("all.gguf");
    assert_int_equal(og_file_version(file), 3);
    for (size_t k = 0; k < OG_LEN(scalars); k++) {
        og_value v;
        assert_true(og_file_find(file, scalars[k].key, &v));
        assert_int_equal(v.type, scalars[k].type);
        assert_true(v.i == scalars[k].i);
        assert_true(v.u == scalars[k].u);
        assert_true(v.f == scalars[k].f);
    }
    check_text(file, "general.architecture", "golden");
    check_text(file, "text", "gr\xc3\xbc\xc3\x9f dich");
    og_file_close(file);
}

static const struct {
    const char *key;
    og_value_type element;
    uint64_t count;
    double f[3];
} arrays[] = {
    {"array.u8", OG_VALUE_U8, 3, {0, 128, 255}},
    {"array.i8", OG_VALUE_I8, 3, {-128, 0, 127}},
    {"array.u16", OG_VALUE_U16, 2, {1, 65535}},
    {"array.i16", OG_VALUE_I16, 2, {-32768, 32767}},
    {"array.u32", OG_VALUE_U32, 2, {1, 4294967295}},
    {"array.i32", OG_VALUE_I32, 2, {-2147483648.0, 2147483647}},
    {"array.u64", OG_VALUE_U64, 2, {9223372036854775808.0, 1}},
    {"array.i64", OG_VALUE_I64, 2, {-1, 1}},
    {"array.f32", OG_VALUE_F32, 2, {0.5, -1.25}},
    {"array.f64", OG_VALUE_F64, 2, {1e-300, 3}},
    {"array.bool", OG_VALUE_BOOL, 3, {1, 0, 1}},
};

static void test_arrays(void **state) {
    (void)state;
    og_file *file = open_golden("all.gguf");
    og_value v;
    for (size_t k = 0; k < OG_LEN(arrays); k++) {
        assert_true(og_file_find(file, arrays[k].key, &v));
        assert_int_equal(v.type, OG_VALUE_ARRAY);
        assert_int_equal(v.element, arrays[k].element);
        assert_int_equal(v.count, arrays[k].count);
        for (uint64_t i = 0; i < v.count; i++) {
            og_value e;
            assert_true(og_file_element(file, arrays[k].key, i, &e));
            assert_int_equal(e.type, arrays[k].element);
            assert_true(e.f == arrays[k].f[i]);
        }
    }
    static const char *const strings[] = {"first", "gr\xc3\xbc\xc3\x9f", "\xe6\x97\xa5\xe6\x9c\xac", "with\0zero"};
    static const size_t len[] = {5, 6, 6, 9};
    for (uint64_t i = 0; i < 4; i++) {
        assert_true(og_file_element(file, "array.string", i, &v));
        assert_int_equal(v.len, len[i]);
        assert_memory_equal(v.str, strings[i], len[i]);
    }
    assert_false(og_file_element(file, "array.string", 4, &v));
    og_file_close(file);
}

/* Reads a tensor as float32. */
static int read_floats(const og_file *file, const char *name, og_type want, int n_dims, float *out) {
    og_tensor_info info;
    og_type type;
    uint8_t raw[1024];
    if (!og_file_find_tensor(file, name, &info, &type)) fail_msg("no tensor %s", name);
    assert_int_equal(type, want);
    assert_int_equal(info.n_dims, n_dims);
    assert_true(info.bytes <= sizeof raw);
    b_must(og_source_read(og_file_source(file, info.part), info.offset, raw, (size_t)info.bytes, &err), &err);
    size_t n = (size_t)(info.dim[0] * info.dim[1] * info.dim[2] * info.dim[3]);
    og_quant_decode(type, raw, out, n);
    return (int)n;
}

static void test_tensors(void **state) {
    (void)state;
    og_file *file = open_golden("all.gguf");
    og_tensor_info info;
    float x[256];
    assert_int_equal(og_file_n_tensors(file), 4);
    for (uint64_t i = 0; i < 4; i++) {
        assert_true(og_file_tensor(file, i, &info));
        assert_int_equal(info.offset % 64, 0); /* general.alignment */
    }
    assert_int_equal(read_floats(file, "vector.f32", OG_F32, 1, x), 5);
    for (int i = 0; i < 5; i++) assert_true(x[i] == (float)i / 4);
    assert_int_equal(read_floats(file, "cube.f16", OG_F16, 3, x), 24);
    for (int i = 0; i < 24; i++) assert_true(x[i] == (float)i);
    assert_true(og_file_find_tensor(file, "cube.f16", &info, NULL));
    assert_memory_equal(info.dim, ((uint64_t[]){2, 3, 4, 1}), sizeof info.dim); /* NumPy's (4, 3, 2) */
    assert_int_equal(read_floats(file, "matrix.q8_0", OG_Q8_0, 2, x), 128);
    for (int i = 0; i < 128; i++) assert_true(x[i] == (float)(i % 32 * 4 + 3));
    assert_true(og_file_find_tensor(file, "ids.i32", &info, NULL));
    int32_t ids[3];
    assert_int_equal(info.bytes, sizeof ids);
    b_must(og_source_read(og_file_source(file, 0), info.offset, ids, sizeof ids, &err), &err);
    assert_memory_equal(ids, ((int32_t[]){-7, 7, 2000000000}), sizeof ids);
    og_file_close(file);
}

static void test_split(void **state) {
    (void)state;
    og_file *file = open_golden("split-00001-of-00003.gguf");
    assert_int_equal(og_file_parts(file), 3);
    assert_int_equal(og_file_n_tensors(file), 5);
    check_text(file, "text", "in three parts");
    for (int t = 0; t < 5; t++) {
        char name[16];
        float x[6];
        og_tensor_info info;
        snprintf(name, sizeof name, "t%d", t);
        assert_int_equal(read_floats(file, name, OG_F32, 2, x), 6);
        for (int i = 0; i < 6; i++) assert_true(x[i] == (float)t);
        assert_true(og_file_find_tensor(file, name, &info, NULL));
        assert_int_equal(info.part, t / 2);
    }
    og_file_close(file);
}

static void test_big_endian(void **state) {
    (void)state;
    og_file *file;
    assert_int_equal(og_file_open(OG_SOURCE_DIR "/tests/golden/gguf/big-endian.gguf", &file, &err), OG_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "big-endian"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars), cmocka_unit_test(test_arrays),     cmocka_unit_test(test_tensors),
        cmocka_unit_test(test_split),   cmocka_unit_test(test_big_endian),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
