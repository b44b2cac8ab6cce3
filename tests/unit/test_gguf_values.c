/* What is written is read back: every type of value, arrays, tensors, alignment; and the writer refuses what no file may hold. */
#include "gguf_bytes.h"

#include <math.h>

static og_error err;

static og_gguf_writer *open_writer(const char *path) {
    og_gguf_writer *w;
    b_must(og_gguf_writer_open(path, &w, &err), &err);
    return w;
}

static og_file *finish_and_open(og_gguf_writer *w, const char *path, bool mapped) {
    og_source *src;
    og_file *file;
    if (w) {
        b_must(og_gguf_begin_data(w, &err), &err);
        b_must(og_gguf_writer_commit(w, &err), &err);
    }
    b_must(mapped ? og_source_open(path, &src, &err) : og_source_open_unmapped(path, &src, &err), &err);
    b_must(og_file_open_sources(&src, 1, &file, &err), &err);
    return file;
}

/* One scalar type with values as they are in memory, and what a reader must say of them. */
typedef struct scalars {
    og_value_type type;
    const void *data;
    size_t size, n;
    og_value want[4]; /* i, u, f */
} scalars;

static const uint8_t u8[] = {0, 200, 255};
static const int8_t i8[] = {-128, -1, 127};
static const uint16_t u16[] = {0, 40000, 65535};
static const int16_t i16[] = {-32768, -2, 32767};
static const uint32_t u32[] = {0, 3000000000u, UINT32_MAX};
static const int32_t i32[] = {INT32_MIN, -3, INT32_MAX};
static const uint64_t u64[] = {0, (uint64_t)1 << 63, UINT64_MAX, (uint64_t)1 << 53};
static const int64_t i64[] = {INT64_MIN, -4, INT64_MAX};
static const float f32[] = {-0.0f, 1.5f, INFINITY};
static const double f64[] = {1e300, -2.25, 0.1};
static const uint8_t truth[] = {0, 1, 1};

#define U(v) \
    { .i = (int64_t)((v) > INT64_MAX ? INT64_MAX : (v)), .u = (v), .f = (double)(v) }
#define I(v) \
    { .i = (v), .u = (v) < 0 ? 0 : (uint64_t)(v), .f = (double)(v) }
#define F(v) \
    { .f = (v) }

static const scalars all[] = {
    {OG_VALUE_U8, u8, 1, 3, {U(0u), U(200u), U(255u)}},
    {OG_VALUE_I8, i8, 1, 3, {I(-128), I(-1), I(127)}},
    {OG_VALUE_U16, u16, 2, 3, {U(0u), U(40000u), U(65535u)}},
    {OG_VALUE_I16, i16, 2, 3, {I(-32768), I(-2), I(32767)}},
    {OG_VALUE_U32, u32, 4, 3, {U(0u), U(3000000000u), U(UINT32_MAX)}},
    {OG_VALUE_I32, i32, 4, 3, {I(INT32_MIN), I(-3), I(INT32_MAX)}},
    {OG_VALUE_U64, u64, 8, 4, {U(0u), U((uint64_t)1 << 63), U(UINT64_MAX), U((uint64_t)1 << 53)}},
    {OG_VALUE_I64, i64, 8, 3, {I(INT64_MIN), I(-4), I(INT64_MAX)}},
    {OG_VALUE_F32, f32, 4, 3, {F(-0.0), F(1.5), F(INFINITY)}},
    {OG_VALUE_F64, f64, 8, 3, {F(1e300), F(-2.25), F(0.1)}},
    {OG_VALUE_BOOL, truth, 1, 3, {U(0u), U(1u), U(1u)}},
};

static void check(const og_value *got, og_value_type type, const og_value *want) {
    assert_int_equal(got->type, type);
    assert_int_equal(got->count, 1);
    assert_true(got->i == want->i);
    assert_true(got->u == want->u);
    assert_memory_equal(&got->f, &want->f, sizeof got->f); /* the sign of zero too */
    assert_null(got->str);
}

static void check_all(const og_file *file) {
    char key[64];
    og_value v;
    for (size_t t = 0; t < OG_LEN(all); t++) {
        const scalars *s = &all[t];
        snprintf(key, sizeof key, "array.%zu", t);
        assert_true(og_file_find(file, key, &v));
        assert_int_equal(v.type, OG_VALUE_ARRAY);
        assert_int_equal(v.element, s->type);
        assert_int_equal(v.count, s->n);
        for (size_t k = 0; k < s->n; k++) {
            assert_true(og_file_element(file, key, k, &v));
            check(&v, s->type, &s->want[k]);
        }
        assert_false(og_file_element(file, key, s->n, &v));
        assert_false(og_file_element(file, key, UINT64_MAX, &v));
        for (size_t k = 0; k < s->n; k++) {
            snprintf(key, sizeof key, "scalar.%zu.%zu", t, k);
            assert_true(og_file_find(file, key, &v));
            check(&v, s->type, &s->want[k]);
            assert_false(og_file_element(file, key, 0, &v)); /* no array */
        }
    }
}

static const char *const words[] = {"plain", "", "zero\0inside", "\xff\xfe", "\xc3\xa4\xe2\x82\xac"};
static const size_t word_len[] = {5, 0, 11, 2, 5};

static void check_string(const og_value *v, size_t k) {
    assert_int_equal(v->type, OG_VALUE_STRING);
    assert_int_equal(v->count, 1);
    assert_int_equal(v->len, word_len[k]);
    assert_memory_equal(v->str, words[k], word_len[k]);
}

static void check_words(const og_file *file) {
    og_value v;
    assert_true(og_file_find(file, "words", &v));
    assert_int_equal(v.type, OG_VALUE_ARRAY);
    assert_int_equal(v.element, OG_VALUE_STRING);
    assert_int_equal(v.count, OG_LEN(words));
    for (size_t k = OG_LEN(words); k-- > 0;) {
        assert_true(og_file_element(file, "words", k, &v));
        check_string(&v, k);
        char key[64];
        snprintf(key, sizeof key, "word.%zu", k);
        assert_true(og_file_find(file, key, &v));
        check_string(&v, k);
    }
    assert_false(og_file_element(file, "words", OG_LEN(words), &v));
    assert_true(og_file_find(file, "more", &v)); /* a second array has an index of its own */
    assert_int_equal(v.count, 2);
    for (size_t k = 0; k < 2; k++) {
        assert_true(og_file_element(file, "more", k, &v));
        check_string(&v, 3 + k);
    }
    assert_true(og_file_find(file, "none", &v));
    assert_int_equal(v.count, 0);
    assert_false(og_file_element(file, "none", 0, &v));
}

static void write_all(og_gguf_writer *w) {
    char key[64];
    for (size_t t = 0; t < OG_LEN(all); t++) {
        snprintf(key, sizeof key, "array.%zu", t);
        og_gguf_set_array(w, key, all[t].type, all[t].data, all[t].n);
        for (size_t k = 0; k < all[t].n; k++) {
            snprintf(key, sizeof key, "scalar.%zu.%zu", t, k);
            og_gguf_set_scalar(w, key, all[t].type, (const char *)all[t].data + k * all[t].size);
        }
    }
    og_gguf_set_strings(w, "words", words, word_len, OG_LEN(words));
    og_gguf_set_strings(w, "none", NULL, NULL, 0);
    og_gguf_set_strings(w, "more", words + 3, word_len + 3, 2);
    for (size_t k = 0; k < OG_LEN(words); k++) {
        snprintf(key, sizeof key, "word.%zu", k);
        og_gguf_set_str(w, key, words[k], word_len[k]);
    }
}

static void test_round_trip(void **state) {
    (void)state;
    const char *path = b_path("all.gguf");
    og_gguf_writer *w = open_writer(path);
    write_all(w);
    for (int mapped = 0; mapped < 2; mapped++) {
        og_file *file = finish_and_open(mapped ? NULL : w, path, mapped);
        assert_int_equal(og_file_version(file), 3);
        assert_int_equal(og_file_parts(file), 1);
        assert_int_equal(og_file_n_tensors(file), 0);
        assert_int_equal(og_file_bytes(file), og_source_size(og_file_source(file, 0)));
        check_all(file);
        check_words(file);
        og_file_close(file);
    }
    unlink(path);
}

static void test_copy(void **state) {
    (void)state;
    const char *path = b_path("from.gguf"), *copy = b_path("copy.gguf");
    og_gguf_writer *w = open_writer(path);
    write_all(w);
    og_file *from = finish_and_open(w, path, false);
    w = open_writer(copy);
    const char *key;
    for (uint64_t i = 0; (key = og_file_meta(from, i, NULL)) != NULL; i++) og_gguf_copy_meta(w, from, key);
    og_file *file = finish_and_open(w, copy, true);
    assert_int_equal(og_file_n_meta(file), og_file_n_meta(from));
    check_all(file);
    check_words(file);
    og_file_close(from);
    og_file_close(file);
    unlink(path);
    unlink(copy);
}

static void test_convenience_setters(void **state) {
    (void)state;
    const char *path = b_path("set.gguf");
    og_gguf_writer *w = open_writer(path);
    og_gguf_set_u32(w, "u32", 7);
    og_gguf_set_u64(w, "u64", (uint64_t)7 << 40);
    og_gguf_set_i32(w, "i32", -7);
    og_gguf_set_f32(w, "f32", 0.7f);
    og_gguf_set_bool(w, "yes", true);
    og_gguf_set_bool(w, "no", false);
    og_file *file = finish_and_open(w, path, true);
    static const struct {
        const char *key;
        og_value_type type;
        og_value want;
    } rows[] = {{"u32", OG_VALUE_U32, U(7u)},  {"u64", OG_VALUE_U64, U((uint64_t)7 << 40)},
                {"i32", OG_VALUE_I32, I(-7)},  {"f32", OG_VALUE_F32, F((double)0.7f)},
                {"yes", OG_VALUE_BOOL, U(1u)}, {"no", OG_VALUE_BOOL, U(0u)}};
    for (size_t i = 0; i < OG_LEN(rows); i++) { /* in the order in which they were set */
        og_value v;
        assert_string_equal(og_file_meta(file, i, &v), rows[i].key);
        check(&v, rows[i].type, &rows[i].want);
    }
    assert_null(og_file_meta(file, OG_LEN(rows), NULL));
    og_file_close(file);
    unlink(path);
}

static void test_versions_two_and_three(void **state) {
    (void)state;
    static bytes b;
    for (uint32_t version = 2; version <= 3; version++) {
        for (int mapped = 0; mapped < 2; mapped++) {
            b_sample(&b, version);
            og_file *file = b_accepted(&b, mapped);
            assert_int_equal(og_file_version(file), version);
            assert_int_equal(og_file_n_meta(file), 6);
            og_value v;
            assert_true(og_file_element(file, "words", 2, &v));
            assert_int_equal(v.len, 5);
            assert_memory_equal(v.str, "three", 5);
            assert_true(og_file_element(file, "numbers", 1, &v));
            assert_int_equal(v.i, -1);
            og_tensor_info info;
            og_type type;
            assert_true(og_file_find_tensor(file, "b", &info, &type));
            assert_int_equal(type, OG_Q8_0);
            assert_string_equal(info.type, "Q8_0");
            assert_int_equal(info.bytes, 68 * 16);
            assert_int_equal(info.offset, b.len - 68 * 16); /* behind data that starts at a multiple of 64 */
            assert_int_equal(info.offset % 64, 0);
            assert_int_equal(info.part, 0);
            og_file_close(file);
        }
    }
}

/* ---- tensors ---- */

static void test_tensors(void **state) {
    (void)state;
    static const struct {
        const char *name;
        og_type type;
        int n_dims;
        uint64_t dim[4], bytes;
    } rows[] = {
        {"scalar", OG_F32, 0, {1, 1, 1, 1}, 4},   {"vector", OG_F16, 1, {5, 1, 1, 1}, 10},   {"matrix", OG_Q4_K, 2, {512, 3, 1, 1}, 864},
        {"cube", OG_Q8_0, 3, {32, 2, 3, 1}, 204}, {"kernel", OG_BF16, 4, {3, 3, 2, 5}, 180}, {"ids", OG_I64, 2, {4, 2, 1, 1}, 64},
    };
    const uint32_t alignments[] = {1, 8, 32, 256, 4096};
    for (size_t a = 0; a < OG_LEN(alignments); a++) {
        const char *path = b_path("tensors.gguf");
        og_gguf_writer *w = open_writer(path);
        og_gguf_set_u32(w, "general.alignment", alignments[a]);
        uint64_t total = 0;
        for (size_t i = 0; i < OG_LEN(rows); i++) {
            og_gguf_add_tensor(w, rows[i].name, rows[i].type, rows[i].dim, rows[i].n_dims);
            total += rows[i].bytes;
        }
        b_must(og_gguf_begin_data(w, &err), &err);
        uint8_t data[2048];
        for (size_t i = 0; i < total; i++) data[i] = (uint8_t)(i * 7 + i / 256);
        for (size_t i = 0, step; i < total; i += step) { /* in pieces that know no tensors */
            step = OG_MIN(total - i, 1 + (i * 31) % 300);
            b_must(og_gguf_add_data(w, data + i, step, &err), &err);
        }
        b_must(og_gguf_writer_commit(w, &err), &err);

        og_file *file = finish_and_open(NULL, path, a % 2);
        assert_int_equal(og_file_n_tensors(file), OG_LEN(rows));
        assert_int_equal(og_file_bytes(file) % alignments[a], 0);
        const uint8_t *want = data;
        for (size_t i = 0; i < OG_LEN(rows); i++) {
            og_tensor_info info, same;
            og_type type;
            assert_true(og_file_tensor(file, i, &info));
            assert_string_equal(info.name, rows[i].name);
            assert_int_equal(info.n_dims, rows[i].n_dims);
            assert_int_equal(info.bytes, rows[i].bytes);
            assert_memory_equal(info.dim, rows[i].dim, sizeof info.dim);
            assert_int_equal(info.offset % alignments[a], 0);
            assert_true(og_file_find_tensor(file, rows[i].name, &same, &type));
            assert_int_equal(type, rows[i].type);
            assert_int_equal(same.offset, info.offset);
            uint8_t got[1024];
            b_must(og_source_read(og_file_source(file, 0), info.offset, got, (size_t)info.bytes, &err), &err);
            assert_memory_equal(got, want, info.bytes);
            want += info.bytes;
        }
        og_tensor_info info;
        assert_false(og_file_tensor(file, OG_LEN(rows), &info));
        assert_false(og_file_find_tensor(file, "matri", &info, NULL));
        assert_false(og_file_find_tensor(file, "", &info, NULL));
        assert_null(og_file_source(file, 1));
        assert_null(og_file_source(file, -1));
        og_file_close(file);
        unlink(path);
    }
}

/* ---- typed access ---- */

static void refuse_get(og_status status, const char *key, const char *word) {
    assert_int_equal(status, OG_ERR_FORMAT);
    if (!strstr(err.text, key) || !strstr(err.text, word)) fail_msg("%s", err.text);
}

static void test_typed_access(void **state) {
    (void)state;
    const char *path = b_path("typed.gguf"), *s;
    size_t len;
    og_gguf_writer *w = open_writer(path);
    og_gguf_set_u64(w, "big", (uint64_t)1 << 32);
    og_gguf_set_u64(w, "fits", UINT32_MAX);
    og_gguf_set_i32(w, "minus", -1);
    og_gguf_set_f32(w, "float", 2.5f);
    og_gguf_set_scalar(w, "double", OG_VALUE_F64, &(double){0.25});
    og_gguf_set_scalar(w, "huge", OG_VALUE_F64, &(double){1e300});
    og_gguf_set_bool(w, "bool", true);
    og_gguf_set_str(w, "text", "hello", 5);
    og_gguf_set_array(w, "array", OG_VALUE_U32, u32, 3);
    og_file *file = finish_and_open(w, path, true);
    uint32_t u = 0;
    float f = 0;
    b_must(og_file_get_u32(file, "fits", &u, &err), &err);
    assert_true(u == UINT32_MAX);
    refuse_get(og_file_get_u32(file, "big", &u, &err), "'big'", "does not fit");
    refuse_get(og_file_get_u32(file, "minus", &u, &err), "'minus'", "does not fit");
    refuse_get(og_file_get_u32(file, "float", &u, &err), "'float'", "type f32");
    refuse_get(og_file_get_u32(file, "bool", &u, &err), "'bool'", "type bool");
    refuse_get(og_file_get_u32(file, "array", &u, &err), "'array'", "type array");
    refuse_get(og_file_get_u32(file, "nothing", &u, &err), "'nothing'", "missing");
    b_must(og_file_get_f32(file, "float", &f, &err), &err);
    assert_true(f == 2.5f);
    b_must(og_file_get_f32(file, "double", &f, &err), &err);
    assert_true(f == 0.25f);
    b_must(og_file_get_f32(file, "minus", &f, &err), &err);
    assert_true(f == -1.0f);
    refuse_get(og_file_get_f32(file, "huge", &f, &err), "'huge'", "does not fit");
    refuse_get(og_file_get_f32(file, "text", &f, &err), "'text'", "type string");
    refuse_get(og_file_get_f32(file, "nothing", &f, &err), "'nothing'", "missing");
    b_must(og_file_get_str(file, "text", &s, &len, &err), &err);
    assert_int_equal(len, 5);
    assert_memory_equal(s, "hello", 5);
    refuse_get(og_file_get_str(file, "fits", &s, &len, &err), "'fits'", "type u64");
    refuse_get(og_file_get_str(file, "nothing", &s, &len, &err), "'nothing'", "missing");
    og_file_close(file);
    unlink(path);
}

static void test_retain(void **state) {
    (void)state;
    static bytes b;
    b_sample(&b, 3);
    og_file *file = b_accepted(&b, false);
    assert_ptr_equal(og_file_retain(file), file);
    og_file_close(file);
    assert_true(og_file_find(file, "truth", NULL)); /* the second owner still has it */
    og_file_close(file);
    og_file_close(NULL);
}

/* ---- the writer's refusals ---- */

/* Every mistake comes out of begin_data, and no file appears. */
static void refuse_begin(og_gguf_writer *w, const char *path, const char *word1, const char *word2) {
    assert_int_equal(og_gguf_begin_data(w, &err), OG_ERR_ARG);
    if (!strstr(err.text, word1) || !strstr(err.text, word2) || !strstr(err.text, "bad.gguf")) fail_msg("%s", err.text);
    assert_int_equal(og_gguf_writer_commit(w, &err), OG_ERR_ARG);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void test_writer_refuses_metadata(void **state) {
    (void)state;
    const char *path = b_path("bad.gguf");
    og_gguf_writer *w = open_writer(path);
    og_gguf_set_u32(w, "key", 1);
    og_gguf_set_str(w, "key", "x", 1);
    refuse_begin(w, path, "'key'", "occurs twice");
    w = open_writer(path);
    og_gguf_set_u32(w, "", 1);
    refuse_begin(w, path, "''", "is empty");
    w = open_writer(path);
    og_gguf_set_u32(w, "general.alignment", 24);
    refuse_begin(w, path, "general.alignment", "power of two");
    w = open_writer(path);
    og_gguf_set_array(w, "nest", OG_VALUE_ARRAY, u8, 1);
    refuse_begin(w, path, "'nest'", "no valid array");
    w = open_writer(path);
    og_gguf_set_array(w, "flags", OG_VALUE_BOOL, u8, 3);
    refuse_begin(w, path, "'flags'", "no valid array");
    w = open_writer(path);
    og_gguf_set_array(w, "large", OG_VALUE_F64, f64, (uint64_t)1 << 61);
    refuse_begin(w, path, "'large'", "no valid array");
    w = open_writer(path);
    og_gguf_set_scalar(w, "odd", (og_value_type)13, u8);
    refuse_begin(w, path, "'odd'", "no valid scalar");
    static bytes b;
    b_sample(&b, 3);
    og_file *from = b_accepted(&b, true);
    w = open_writer(path);
    og_gguf_copy_meta(w, from, "missing");
    refuse_begin(w, path, "'missing'", "is not in the file");
    og_file_close(from);
}

static void refuse_tensor(const char *name, og_type type, uint64_t dim0, uint64_t dim1, int n_dims, const char *word) {
    const char *path = b_path("bad.gguf");
    og_gguf_writer *w = open_writer(path);
    og_gguf_add_tensor(w, name, type, (uint64_t[]){dim0, dim1}, n_dims);
    refuse_begin(w, path, name, word);
}

static void test_writer_refuses_tensors(void **state) {
    (void)state;
    refuse_tensor("t", OG_F32, 0, 1, 2, "dimension of 0");
    refuse_tensor("t", OG_Q8_0, 31, 1, 2, "block");
    refuse_tensor("t", OG_F32, UINT64_MAX, 4, 2, "63 bits");
    refuse_tensor("t", OG_F32, 1, 1, 5, "0 to 4 dimensions");
    refuse_tensor("t", (og_type)63, 1, 1, 2, "unknown type");
    refuse_tensor("", OG_F32, 1, 1, 2, "is empty");
    const char *path = b_path("bad.gguf");
    og_gguf_writer *w = open_writer(path);
    og_gguf_add_tensor(w, "same", OG_F32, (uint64_t[]){1}, 1);
    og_gguf_add_tensor(w, "same", OG_F32, (uint64_t[]){1}, 1);
    refuse_begin(w, path, "'same'", "occurs twice");
}

static void test_writer_counts_data(void **state) {
    (void)state;
    const char *path = b_path("short.gguf");
    og_gguf_writer *w = open_writer(path); /* too little */
    og_gguf_add_tensor(w, "half", OG_F32, (uint64_t[]){4}, 1);
    b_must(og_gguf_begin_data(w, &err), &err);
    b_must(og_gguf_add_data(w, f64, 15, &err), &err);
    assert_int_equal(og_gguf_writer_commit(w, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "'half' got 15 of its 16 bytes"));
    w = open_writer(path); /* too much */
    og_gguf_add_tensor(w, "full", OG_F32, (uint64_t[]){4}, 1);
    b_must(og_gguf_begin_data(w, &err), &err);
    assert_int_equal(og_gguf_add_data(w, f64, 17, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "past the end"));
    og_gguf_writer_abort(w);
    w = open_writer(path); /* too early */
    assert_int_equal(og_gguf_add_data(w, f64, 1, &err), OG_ERR_ARG);
    og_gguf_writer_abort(w);
    w = open_writer(path); /* never begun */
    assert_int_equal(og_gguf_writer_commit(w, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "never begun"));
    w = open_writer(path); /* too late */
    b_must(og_gguf_begin_data(w, &err), &err);
    og_gguf_set_u32(w, "late", 1);
    assert_int_equal(og_gguf_writer_commit(w, &err), OG_ERR_ARG);
    assert_non_null(strstr(err.text, "'late' is set after the data was begun"));
    og_gguf_writer_abort(NULL);
    assert_int_not_equal(access(path, F_OK), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_convenience_setters),
        cmocka_unit_test(test_versions_two_and_three),
        cmocka_unit_test(test_tensors),
        cmocka_unit_test(test_typed_access),
        cmocka_unit_test(test_retain),
        cmocka_unit_test(test_writer_refuses_metadata),
        cmocka_unit_test(test_writer_refuses_tensors),
        cmocka_unit_test(test_writer_counts_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
