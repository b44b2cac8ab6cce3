/* Safetensors: what is in good files, and a sentence for each kind of damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/safetensors.h"

#define META "\"__metadata__\":{\"format\":\"pt\"},"
#define A "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}"
#define B "\"b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[24,26]}"
#define TWO "{" META A "," B "}"

static uint8_t file[1 << 16];

/* A file with this header and so many bytes of data. */
static size_t make(const char *header, size_t data) {
    size_t len = strlen(header);
    memset(file, 0, sizeof file);
    for (int i = 0; i < 8; i++) file[i] = (uint8_t)(len >> 8 * i);
    memcpy(file + 8, header, len);
    for (size_t i = 0; i < data; i++) file[8 + len + i] = (uint8_t)i;
    return 8 + len + data;
}

static og_status open_bytes(size_t n, og_safetensors **st, og_error *err) {
    og_source *src;
    assert_int_equal(og_source_memory(file, n, "model.safetensors", &src, NULL), OG_OK);
    return og_safetensors_open_sources(&src, 1, st, err);
}

static void refused_bytes(size_t n, const char *why) {
    og_safetensors *st = NULL;
    og_error err = {0};
    og_status status = open_bytes(n, &st, &err);
    if (status != OG_ERR_FORMAT || !strstr(err.text, why) || !strstr(err.text, "model.safetensors: "))
        fail_msg("\"%s\", wanted %s", err.text, why);
}

static void refused(const char *header, size_t data, const char *why) {
    refused_bytes(make(header, data), why);
}

static void reads(void **state) {
    (void)state;
    og_safetensors *st;
    og_error err = {0};
    size_t n = make(TWO "   ", 26);
    assert_int_equal(open_bytes(n, &st, &err), OG_OK);
    assert_int_equal(og_safetensors_n(st), 2);
    assert_int_equal(og_safetensors_bytes(st), n);
    const og_st_tensor *a = og_safetensors_find(st, "a"), *b = og_safetensors_at(st, 1);
    assert_true(a == og_safetensors_at(st, 0) && b == og_safetensors_find(st, "b"));
    assert_true(a->dtype == OG_ST_F32 && a->n_dims == 2 && a->dim[0] == 2 && a->dim[1] == 3 && a->dim[2] == 1 && a->elements == 6);
    assert_true(b->dtype == OG_ST_BF16 && b->n_dims == 0 && b->elements == 1 && b->bytes == 2);
    uint8_t last = 0;
    assert_int_equal(og_source_read(b->src, b->offset + 1, &last, 1, NULL), OG_OK);
    assert_int_equal(last, 25);
    assert_null(og_safetensors_find(st, "c"));
    assert_null(og_safetensors_at(st, 2));
    og_safetensors_close(st);
    n = make("{}", 0);
    assert_int_equal(open_bytes(n, &st, &err), OG_OK);
    og_safetensors_close(st);
    n = make("{\"none\":{\"dtype\":\"I8\",\"shape\":[0,7],\"data_offsets\":[0,0]}," A "}", 24);
    assert_int_equal(open_bytes(n, &st, &err), OG_OK);
    og_safetensors_close(st);
}

static void other_files(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *why;
    } cases[] = {
        {"", 0, "empty"},
        {"abc", 3, "has 3 bytes"},
        {"PK\x03\x04........", 12, "Python pickle"},
        {"\x80\x02}q\x00.....", 10, "Python pickle"},
        {"version https://git-lfs", 23, "git lfs pull"},
        {"<!DOCTYPE html>", 15, "web page"},
        {"GGUF\x03\0\0\0........", 16, "100000000 are possible"},
        {"\x05\0\0\0\0\0\0\0{}", 10, "should have 5 bytes"},
        {"\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, "18446744073709551615 bytes"},
        {"\0\0\0\0\0\0\0\0", 8, "not JSON: the text ends"},
    };
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        memcpy(file, cases[i].bytes, cases[i].n);
        refused_bytes(cases[i].n, cases[i].why);
    }
    size_t n = make(TWO, 26);
    og_safetensors *st;
    for (size_t k = 0; k < n; k++) assert_int_equal(open_bytes(k, &st, NULL), OG_ERR_FORMAT);
}

static void damaged_headers(void **state) {
    (void)state;
    refused("[1]", 0, "no JSON object");
    refused("{\"a\":1}", 0, "tensor 'a' is described by no object");
    refused("{" A, 24, "not JSON: expected ',' or '}'");
    refused("{" A "}x", 24, "something follows");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3]}}", 24, "has no field 'data_offsets'");
    refused("{\"a\":{\"shape\":[2,3],\"data_offsets\":[0,24]}}", 24, "has no field 'dtype'");
    refused("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}", 24, "two fields 'dtype'");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24],\"x\":1}}", 24, "unknown field 'x'");
    refused("{\"a\":{\"dtype\":\"C64\",\"shape\":[3],\"data_offsets\":[0,24]}}", 24, "unknown dtype 'C64'");
    refused("{\"a\":{\"dtype\":32,\"shape\":[3],\"data_offsets\":[0,24]}}", 24, "dtype that is no string");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":6,\"data_offsets\":[0,24]}}", 24, "dimensions that are no array");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[-6],\"data_offsets\":[0,24]}}", 24, "no integers");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[6.0],\"data_offsets\":[0,24]}}", 24, "no integers");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[[6]],\"data_offsets\":[0,24]}}", 24, "no integers");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,6],\"data_offsets\":[0,24]}}", 24, "more than 8 dimensions");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,24]}}", 24, "past 64 bits");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}", 0, "than 64 bits can count");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0]}}", 24, "1 data_offsets");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24,24]}}", 24, "more than 2 data_offsets");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[24,0]}}", 24, "before it begins");
    refused("{\"\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}", 24, "name that is none");
    refused("{\"a\\u0000b\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}", 24, "name that is none");
    refused("{\"__metadata__\":[]}", 0, "__metadata__ is no object");
    refused("{\"__metadata__\":{\"a\":[[[}", 0, "not JSON");
    char deep[600] = "{\"__metadata__\":{\"a\":";
    memset(deep + strlen(deep), '[', 300);
    refused(deep, 0, "nested too deeply");
}

static void damaged_ranges(void **state) {
    (void)state;
    refused(TWO, 25, "ends at byte 26 of the data, of which there are 25");
    refused(TWO, 27, "1 bytes at the end belong to no tensor");
    refused("{" A "}", 26, "2 bytes at the end");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,24]}}", 24, "5 elements of F32 take 20");
    refused(
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[2,6]}}",
        6, "tensor 'b' overlaps");
    refused(
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}",
        4, "overlaps");
    refused("{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[2,6]}}", 6, "tensor 'a' begins behind 2 bytes");
    refused(
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[6,10]}}",
        10, "tensor 'b' begins behind 2 bytes");
    refused(
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[4,8]}}",
        8, "tensor 'a' occurs twice");
}

/* ---- folders ---- */

static char folder[64];

static void put(const char *name, const void *bytes, size_t n) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static void take_away(const char *name) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    remove(path);
}

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/og_st_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    static const char *const names[] = {"model.safetensors", "1.safetensors", "2.safetensors", "model.safetensors.index.json",
                                        "pytorch_model.bin"};
    for (size_t i = 0; i < OG_LEN(names); i++) take_away(names[i]);
    return rmdir(folder);
}

static og_status open_folder(og_safetensors **st, og_error *err) {
    return og_safetensors_open(folder, "model", st, err);
}

static void folder_refused(og_status status, const char *why) {
    og_safetensors *st = NULL;
    og_error err = {0};
    og_status got = open_folder(&st, &err);
    if (got != status || !strstr(err.text, why)) fail_msg("\"%s\", wanted %s", err.text, why);
}

static void index_of(const char *json) {
    put("model.safetensors.index.json", json, strlen(json));
}

static void folders(void **state) {
    (void)state;
    og_safetensors *st;
    folder_refused(OG_ERR_IO, "neither model.safetensors nor");
    put("pytorch_model.bin", "PK", 2);
    folder_refused(OG_ERR_UNSUPPORTED, "pytorch_model.bin: Python pickles can run any code");
    put("1.safetensors", file, make("{" A "}", 24));
    put("2.safetensors", file, make("{\"c\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1));
    index_of("{\"weight_map\":{\"a\":\"1.safetensors\",\"c\":\"2.safetensors\"}}");
    assert_int_equal(open_folder(&st, NULL), OG_OK);
    assert_int_equal(og_safetensors_n(st), 2);
    assert_true(og_safetensors_find(st, "a")->src != og_safetensors_find(st, "c")->src);
    og_safetensors_close(st);
    index_of("{\"weight_map\":{\"a\":\"1.safetensors\",\"d\":\"2.safetensors\"}}");
    folder_refused(OG_ERR_FORMAT, "tensor 'd' should be in 2.safetensors");
    index_of("{\"weight_map\":{\"a\":\"3.safetensors\"}}");
    folder_refused(OG_ERR_IO, "3.safetensors");
    index_of("{\"weight_map\":{\"a\":\"../1.safetensors\"}}");
    folder_refused(OG_ERR_FORMAT, "in no file *.safetensors");
    index_of("{\"weight_map\":{\"a\":\"/etc/1.safetensors\"}}");
    folder_refused(OG_ERR_FORMAT, "in no file *.safetensors");
    index_of("{\"weight_map\":{\"a\":\"pytorch_model.bin\"}}");
    folder_refused(OG_ERR_FORMAT, "in no file *.safetensors");
    index_of("{\"weight_map\":{\"a\":7}}");
    folder_refused(OG_ERR_FORMAT, "in no file *.safetensors");
    index_of("{\"weight_map\":[]}");
    folder_refused(OG_ERR_FORMAT, "no weight_map");
    index_of("{\"weight_map\":{\"a\":");
    folder_refused(OG_ERR_FORMAT, "not JSON");
    put("2.safetensors", file, make("{" A "}", 24));
    index_of("{\"weight_map\":{\"a\":\"1.safetensors\",\"b\":\"2.safetensors\"}}");
    folder_refused(OG_ERR_FORMAT, "tensor 'a' occurs twice");
    put("model.safetensors", file, make(TWO, 26)); /* a single file goes before an index */
    assert_int_equal(open_folder(&st, NULL), OG_OK);
    assert_int_equal(og_safetensors_n(st), 2);
    og_safetensors_close(st);
}

static void without_memory(void **state) {
    (void)state;
    size_t n = make(TWO, 26);
    og_safetensors *st = NULL;
    og_status status = OG_ERR_MEMORY;
    for (uint64_t k = 3; status != OG_OK && k < 64; k++) { /* the first two are the source's */
        og_alloc_fail_after(k);
        status = open_bytes(n, &st, NULL);
        og_alloc_fail_after(0);
        if (status != OG_OK) assert_int_equal(status, OG_ERR_MEMORY);
    }
    assert_int_equal(status, OG_OK);
    og_safetensors_close(st);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(other_files),
        cmocka_unit_test(damaged_headers),
        cmocka_unit_test(damaged_ranges),
        cmocka_unit_test_setup_teardown(folders, make_folder, remove_folder),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
