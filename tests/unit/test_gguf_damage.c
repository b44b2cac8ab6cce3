/* Each kind of damage, and each kind of malice, gets its own sentence; nothing crashes. */
#include "gguf_bytes.h"

#include <sys/resource.h>

static bytes b;

/* ---- the first bytes ---- */

static void test_empty(void **state) {
    (void)state;
    b.len = 0;
    b_refused(&b, OG_ERR_FORMAT, "empty", "Download it again");
}

static void test_wrong_magic(void **state) {
    (void)state;
    b_head(&b, 3, 0, 0);
    b.data[0] = 'X';
    b_refused(&b, OG_ERR_FORMAT, "not a GGUF model", "58 47 55 46");
    b_refused_bytes("<!DOCTYPE html><html>", 21, OG_ERR_FORMAT, "web page", "again");
    b_refused_bytes("version https://git-lfs.github.com/spec/v1\n", 43, OG_ERR_FORMAT, "Git LFS pointer", "git lfs pull");
    b_refused_bytes("PK\x03\x04............", 16, OG_ERR_FORMAT, "zip archive", "convert");
    b_refused_bytes("lmgg............", 16, OG_ERR_FORMAT, "GGML file", "GGUF");
    b_refused_bytes("FUGG\0\0\0\x03", 8, OG_ERR_FORMAT, "reversed", "little-endian");
}

static void test_versions(void **state) {
    (void)state;
    b_head(&b, 1, 0, 0);
    b_refused(&b, OG_ERR_UNSUPPORTED, "version 1", "convert it again");
    b_head(&b, 4, 0, 0);
    b_refused(&b, OG_ERR_UNSUPPORTED, "version 4", "Update offgrid");
    b_head(&b, 0, 0, 0);
    b_refused(&b, OG_ERR_FORMAT, "version 0", "damaged");
    b_head(&b, 0x12345678, 0, 0);
    b_refused(&b, OG_ERR_FORMAT, "version 305419896", "damaged");
}

static void test_big_endian(void **state) {
    (void)state;
    b_head(&b, 0x03000000, 0, 0);
    b_refused(&b, OG_ERR_UNSUPPORTED, "big-endian", "gguf_convert_endian");
}

static void test_every_prefix(void **state) {
    (void)state;
    b_sample(&b, 3);
    for (int mapped = 0; mapped < 2; mapped++) og_file_close(b_accepted(&b, mapped));
    for (size_t len = 1; len < b.len; len++) {
        b_refused_bytes(b.data, len, OG_ERR_FORMAT, "cut off or is damaged: download it again", "");
    }
}

/* ---- counts that cannot be: refused for what they are, not for lack of memory ---- */

static void test_count_bombs(void **state) {
    (void)state;
    const uint64_t claims[] = {6, 1000, (uint64_t)1 << 32, (uint64_t)1 << 60, UINT64_MAX};
    for (size_t i = 0; i < OG_LEN(claims); i++) {
        b_head(&b, 3, claims[i], 0);
        b_zeros(&b, 136); /* 160 bytes in all */
        b_refused(&b, OG_ERR_FORMAT, "claims", "damaged");
        b_head(&b, 3, 0, claims[i] + (i < 2 ? 10 : 0));
        b_zeros(&b, 136);
        b_refused(&b, OG_ERR_FORMAT, "claims", "damaged");
    }
}

static void test_array_bombs(void **state) {
    (void)state;
    const uint64_t claims[] = {17, (uint64_t)1 << 33, (uint64_t)1 << 61, (uint64_t)1 << 62, UINT64_MAX};
    const uint32_t types[] = {OG_VALUE_U8, OG_VALUE_U16, OG_VALUE_F32, OG_VALUE_F64, OG_VALUE_BOOL, OG_VALUE_STRING};
    for (size_t i = 0; i < OG_LEN(claims); i++) {
        for (size_t k = 0; k < OG_LEN(types); k++) {
            b_head(&b, 3, 0, 1);
            b_key(&b, "bomb", OG_VALUE_ARRAY);
            b_u32(&b, types[k]);
            b_u64(&b, claims[i]);
            b_zeros(&b, 16);
            b_refused(&b, OG_ERR_FORMAT, "'bomb'", "damaged: download it again");
        }
    }
}

static void test_string_bombs(void **state) {
    (void)state;
    const uint64_t lengths[] = {100, (uint64_t)1 << 40, UINT64_MAX - 8, UINT64_MAX};
    for (size_t i = 0; i < OG_LEN(lengths); i++) {
        b_head(&b, 3, 0, 1); /* a value */
        b_key(&b, "text", OG_VALUE_STRING);
        b_u64(&b, lengths[i]);
        b_zeros(&b, 20);
        b_refused(&b, OG_ERR_FORMAT, "'text'", "cut off");
        b_head(&b, 3, 0, 1); /* an element */
        b_key(&b, "texts", OG_VALUE_ARRAY);
        b_u32(&b, OG_VALUE_STRING);
        b_u64(&b, 2);
        b_str(&b, "fine");
        b_u64(&b, lengths[i]);
        b_zeros(&b, 20);
        b_refused(&b, OG_ERR_FORMAT, "'texts'", "cut off");
        b_head(&b, 3, 0, 1); /* a key */
        b_u64(&b, lengths[i]);
        b_zeros(&b, 20);
        b_refused(&b, OG_ERR_FORMAT, "entry 1 of 1", "the key");
    }
}

/* A large file may claim large counts that fit its size: memory must follow what is read, not what is claimed. */
static void test_sparse_file_claims(void **state) {
    (void)state;
#ifdef SANITIZED
    print_message("skipped: the limit on memory needs a build without sanitizers\n");
    skip();
#else
    for (int kind = 0; kind < 3; kind++) {
        b_head(&b, 3, kind == 0 ? (uint64_t)60 << 20 : 0, kind == 1 ? (uint64_t)60 << 20 : 1);
        if (kind == 2) {
            b_key(&b, "x", OG_VALUE_ARRAY);
            b_u32(&b, OG_VALUE_STRING);
            b_u64(&b, (uint64_t)200 << 20);
            b_u64(&b, UINT64_MAX);
        }
        const char *path = b_path("sparse.gguf");
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(b.data, 1, b.len, f), b.len);
        assert_int_equal(ftruncate(fileno(f), (off_t)2 << 30), 0);
        fclose(f);
        struct rlimit old, tight = {64 << 20, 64 << 20};
        assert_int_equal(getrlimit(RLIMIT_DATA, &old), 0);
        tight.rlim_max = old.rlim_max;
        for (int mapped = 0; mapped < 2; mapped++) {
            og_source *src;
            og_file *file;
            og_error err = {0};
            b_must(mapped ? og_source_open(path, &src, &err) : og_source_open_unmapped(path, &src, &err), &err);
            assert_int_equal(setrlimit(RLIMIT_DATA, &tight), 0);
            og_status status = og_file_open_sources(&src, 1, &file, &err);
            assert_int_equal(setrlimit(RLIMIT_DATA, &old), 0);
            if (status != OG_ERR_FORMAT) fail_msg("kind %d: %s: %s", kind, og_status_name(status), err.text);
        }
        unlink(path);
    }
#endif
}

/* ---- metadata ---- */

static void test_value_types(void **state) {
    (void)state;
    const uint32_t wrong[] = {13, 255, 256 + OG_VALUE_STRING, 256 + OG_VALUE_U8, UINT32_MAX};
    for (size_t i = 0; i < OG_LEN(wrong); i++) {
        char number[32];
        snprintf(number, sizeof number, "type %u does not exist", wrong[i]);
        b_head(&b, 3, 0, 1);
        b_key(&b, "odd", wrong[i]);
        b_zeros(&b, 64);
        b_refused(&b, OG_ERR_FORMAT, number, "'odd'");
        b_head(&b, 3, 0, 1);
        b_key(&b, "odd", OG_VALUE_ARRAY);
        b_u32(&b, wrong[i]);
        b_u64(&b, 1);
        b_zeros(&b, 64);
        b_refused(&b, OG_ERR_FORMAT, number, "'odd'");
    }
}

static void test_nested_array(void **state) {
    (void)state;
    b_head(&b, 3, 0, 1);
    b_key(&b, "nest", OG_VALUE_ARRAY);
    b_u32(&b, OG_VALUE_ARRAY);
    b_u64(&b, 1);
    b_u32(&b, OG_VALUE_U8);
    b_u64(&b, 1);
    b_u8(&b, 7);
    b_refused(&b, OG_ERR_UNSUPPORTED, "arrays of arrays", "'nest'");
}

static void test_bool_value(void **state) {
    (void)state;
    b_head(&b, 3, 0, 1);
    b_key(&b, "flag", OG_VALUE_BOOL);
    b_u8(&b, 2);
    b_refused(&b, OG_ERR_FORMAT, "'flag'", "neither 0 nor 1");
    b_head(&b, 3, 0, 1);
    b_key(&b, "flags", OG_VALUE_ARRAY);
    b_u32(&b, OG_VALUE_BOOL);
    b_u64(&b, 3);
    b_add(&b, "\0\1\x80", 3);
    b_refused(&b, OG_ERR_FORMAT, "'flags'", "neither 0 nor 1 but 128");
}

static void test_keys(void **state) {
    (void)state;
    b_head(&b, 3, 0, 2);
    b_meta_u32(&b, "twice", 1);
    b_meta_u32(&b, "twice", 1);
    b_refused(&b, OG_ERR_FORMAT, "'twice'", "occurs twice");
    b_head(&b, 3, 0, 1);
    b_meta_u32(&b, "", 1);
    b_zeros(&b, 8);
    b_refused(&b, OG_ERR_FORMAT, "the key is empty", "at byte 24");
    b_head(&b, 3, 0, 1);
    b_u64(&b, 3);
    b_add(&b, "a\0b", 3);
    b_u32(&b, OG_VALUE_U32);
    b_u32(&b, 0);
    b_refused(&b, OG_ERR_FORMAT, "the key contains a zero byte", "a?b");
}

static void test_long_key(void **state) {
    (void)state;
    static uint8_t big[70000 + 64];
    b_head(&b, 3, 0, 1);
    b_u64(&b, 65536);
    memcpy(big, b.data, b.len);
    memset(big + b.len, 'k', sizeof big - b.len);
    b_refused_bytes(big, sizeof big, OG_ERR_FORMAT, "65536 bytes", "65535 allowed");
}

/* Names chosen so that they all fall into one place of the hash must not make opening slow. The hash is repeated here. */
static uint32_t hash_of(const char *s, size_t len) {
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++) h = (h ^ (uint8_t)s[i]) * 0x100000001b3u;
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    return (uint32_t)(h >> 32);
}

static void test_colliding_names(void **state) {
    (void)state;
    enum { N = 520, SLOTS = 2048 };
    for (int tensors = 0; tensors < 2; tensors++) {
        b_head(&b, 3, tensors ? N : 0, tensors ? 0 : N);
        for (uint32_t i = 0, found = 0; found < N; i++) {
            char name[16];
            snprintf(name, sizeof name, "%07x", i);
            if (hash_of(name, 7) % SLOTS != 5) continue;
            if (tensors) {
                b_tensor(&b, name, OG_I8, 1, 1, 32 * found);
            } else {
                b_key(&b, name, OG_VALUE_U8);
                b_u8(&b, 0);
            }
            found++;
        }
        b_pad(&b, 32);
        b_zeros(&b, tensors ? 32 * N : 0);
        b_refused(&b, OG_ERR_FORMAT, "chosen to make reading slow", tensors ? "tensor names" : "metadata keys");
    }
}

/* The index of an array of strings has 32 bits; a longer one (only in a file of that size) is refused. */
static void test_array_past_4_gib(void **state) {
    (void)state;
    if (sizeof(size_t) < 8) skip();
    const uint64_t length = (uint64_t)1 << 32;
    b_head(&b, 3, 0, 1);
    b_key(&b, "large", OG_VALUE_ARRAY);
    b_u32(&b, OG_VALUE_STRING);
    b_u64(&b, 1);
    b_u64(&b, length);
    const char *path = b_path("large.gguf");
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(b.data, 1, b.len, f), b.len);
    assert_int_equal(ftruncate(fileno(f), (off_t)(b.len + length)), 0); /* holes: nothing is written or read */
    fclose(f);
    og_file *file;
    og_error err = {0};
    assert_int_equal(og_file_open(path, &file, &err), OG_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "'large'"));
    assert_non_null(strstr(err.text, "more than 4294967295 bytes"));
    unlink(path);
}

static void test_alignment(void **state) {
    (void)state;
    const uint32_t wrong[] = {0, 3, 48, 0xffffffff};
    for (size_t i = 0; i < OG_LEN(wrong); i++) {
        b_head(&b, 3, 0, 1);
        b_meta_u32(&b, "general.alignment", wrong[i]);
        b_refused(&b, OG_ERR_FORMAT, "general.alignment", "power of two");
    }
    b_head(&b, 3, 0, 1);
    b_key(&b, "general.alignment", OG_VALUE_STRING);
    b_str(&b, "32");
    b_refused(&b, OG_ERR_FORMAT, "general.alignment", "type string");
    b_head(&b, 3, 0, 1);
    b_key(&b, "general.alignment", OG_VALUE_I32);
    b_u32(&b, (uint32_t)-32);
    b_refused(&b, OG_ERR_FORMAT, "general.alignment", "power of two");
    b_head(&b, 3, 1, 1);
    b_key(&b, "general.alignment", OG_VALUE_U64);
    b_u64(&b, (uint64_t)1 << 63);
    b_tensor(&b, "far", OG_F32, 8, 1, 0);
    b_zeros(&b, 64);
    b_refused(&b, OG_ERR_FORMAT, "'far'", "cut off or is damaged");
}

/* ---- tensors ---- */

static void one_tensor(uint32_t type, uint64_t dim0, uint64_t dim1, uint64_t offset) {
    b_head(&b, 3, 1, 0);
    b_tensor(&b, "wt", type, dim0, dim1, offset);
    b_pad(&b, 32);
    b_zeros(&b, 1024);
}

static void test_tensor_type(void **state) {
    (void)state;
    const uint32_t wrong[] = {4, 5, 63, 64, 1000, UINT32_MAX};
    for (size_t i = 0; i < OG_LEN(wrong); i++) {
        char number[32];
        snprintf(number, sizeof number, "type number %u ", wrong[i]);
        one_tensor(wrong[i], 32, 1, 0);
        b_refused(&b, OG_ERR_UNSUPPORTED, number, "'wt'");
    }
}

static void test_dimensions(void **state) {
    (void)state;
    one_tensor(OG_F32, 0, 1, 0);
    b_refused(&b, OG_ERR_FORMAT, "dimension of 0", "'wt'");
    one_tensor(OG_F32, 8, 0, 0);
    b_refused(&b, OG_ERR_FORMAT, "dimension of 0", "[8, 0, 1, 1]");
    one_tensor(OG_Q8_0, 33, 1, 0);
    b_refused(&b, OG_ERR_FORMAT, "no multiple of its type's block", "Q8_0");
    one_tensor(OG_Q4_K, 128, 2, 0);
    b_refused(&b, OG_ERR_FORMAT, "no multiple of its type's block", "Q4_K");
    const uint64_t large[][2] = {{(uint64_t)1 << 32, (uint64_t)1 << 32}, {(uint64_t)1 << 63, 1}, {UINT64_MAX, UINT64_MAX}, {UINT64_MAX, 1}};
    for (size_t i = 0; i < OG_LEN(large); i++) {
        one_tensor(OG_F32, large[i][0], large[i][1], 0);
        b_refused(&b, OG_ERR_FORMAT, "63 bits", "'wt'");
    }
    one_tensor(OG_Q4_0, (uint64_t)1 << 62, 2, 0); /* bytes fit, elements do not */
    b_refused(&b, OG_ERR_FORMAT, "more elements than 63 bits", "'wt'");
    one_tensor(OG_F32, (uint64_t)1 << 61, 2, 0); /* elements fit, bytes do not */
    b_refused(&b, OG_ERR_FORMAT, "63 bits", "'wt'");
    one_tensor(OG_F32, (uint64_t)1 << 60, 2, 0);
    b_refused(&b, OG_ERR_FORMAT, "63 bits", "'wt'");
    b_head(&b, 3, 1, 0);
    b_str(&b, "five");
    b_u32(&b, 5);
    b_zeros(&b, 64);
    b_refused(&b, OG_ERR_FORMAT, "5 dimensions", "'five'");
}

static void test_data_past_end(void **state) {
    (void)state;
    one_tensor(OG_F32, 256, 1, 0);
    og_file_close(b_accepted(&b, true));
    one_tensor(OG_F32, 257, 1, 0);
    b_refused(&b, OG_ERR_FORMAT, "'wt'", "needs 1028 bytes");
    one_tensor(OG_F32, 256, 1, 32);
    b_refused(&b, OG_ERR_FORMAT, "'wt'", "cut off");
    one_tensor(OG_F32, 8, 1, UINT64_MAX - 31);
    b_refused(&b, OG_ERR_FORMAT, "'wt'", "cut off");
    one_tensor(OG_F32, 8, 1, (uint64_t)1 << 63);
    b_refused(&b, OG_ERR_FORMAT, "'wt'", "cut off");
    one_tensor(OG_F32, (uint64_t)1 << 60, 1, (uint64_t)1 << 63);
    b_refused(&b, OG_ERR_FORMAT, "'wt'", "cut off");
}

static void test_misaligned_data(void **state) {
    (void)state;
    one_tensor(OG_F32, 8, 1, 16);
    b_refused(&b, OG_ERR_FORMAT, "data offset 16 of tensor 'wt'", "alignment 32");
}

static void test_overlap(void **state) {
    (void)state;
    /* in order, in reverse order, one inside another, equal */
    const uint64_t cases[][4] = {{0, 16, 32, 8}, {32, 8, 0, 16}, {0, 64, 64, 8}, {64, 8, 64, 8}};
    for (size_t i = 0; i < OG_LEN(cases); i++) {
        b_head(&b, 3, 2, 0);
        b_tensor(&b, "one", OG_F32, cases[i][1], 1, cases[i][0]);
        b_tensor(&b, "two", OG_F32, cases[i][3], 1, cases[i][2]);
        b_pad(&b, 32);
        b_zeros(&b, 1024);
        b_refused(&b, OG_ERR_FORMAT, "overlap", "'one'");
        b_refused(&b, OG_ERR_FORMAT, "overlap", "'two'");
    }
}

/* By one byte, which only an alignment of 1 allows; and touching, which is right. */
static void test_overlap_of_one_byte(void **state) {
    (void)state;
    for (uint64_t second = 8; second <= 9; second++) {
        b_head(&b, 3, 2, 1);
        b_meta_u32(&b, "general.alignment", 1);
        b_tensor(&b, "one", OG_I8, 9, 1, 0);
        b_tensor(&b, "two", OG_I8, 1, 1, second);
        b_zeros(&b, 10);
        if (second == 8) {
            b_refused(&b, OG_ERR_FORMAT, "overlap", "'two'");
        } else {
            og_file_close(b_accepted(&b, true));
        }
    }
}

static void test_overlap_among_many(void **state) {
    (void)state;
    for (int bad = 0; bad < 2; bad++) {
        b_head(&b, 3, 100, 0);
        for (uint64_t i = 0; i < 100; i++) { /* a shuffled order; with bad, one lies on another */
            char name[8];
            snprintf(name, sizeof name, "t%02d", (int)i);
            b_tensor(&b, name, OG_F32, 8, 1, (bad && i == 77 ? 3 : i) * 37 % 100 * 32);
        }
        b_pad(&b, 32);
        b_zeros(&b, 3200);
        if (bad) {
            b_refused(&b, OG_ERR_FORMAT, "'t03'", "'t77'");
        } else {
            og_file_close(b_accepted(&b, true));
        }
    }
}

static void test_tensor_names(void **state) {
    (void)state;
    b_head(&b, 3, 2, 0);
    b_tensor(&b, "same", OG_F32, 8, 1, 0);
    b_tensor(&b, "same", OG_F32, 8, 1, 32);
    b_pad(&b, 32);
    b_zeros(&b, 64);
    b_refused(&b, OG_ERR_FORMAT, "tensor 'same'", "occurs twice");
    one_tensor(OG_F32, 8, 1, 0);
    b.data[24 + 8] = 0;
    b_refused(&b, OG_ERR_FORMAT, "the name contains a zero byte", "tensor 1 of 1");
    b_head(&b, 3, 1, 0);
    b_tensor(&b, "", OG_F32, 8, 1, 0);
    b_zeros(&b, 64);
    b_refused(&b, OG_ERR_FORMAT, "the name is empty", "tensor 1 of 1");
}

/* Long names and foreign bytes leave a readable sentence. */
static void test_names_in_messages(void **state) {
    (void)state;
    char name[2001];
    memset(name, 'n', 2000);
    name[2000] = 0;
    memcpy(name, "\x1b[31m\xff\xc3\xa4", 8);
    b_head(&b, 3, 1, 0);
    b_tensor(&b, name, 99, 8, 1, 0);
    b_refused(&b, OG_ERR_UNSUPPORTED, "'?[31m?\xc3\xa4nnn", "nnn...'");
}

/* A long path is shown by its end, cut between characters. */
static void test_paths_in_messages(void **state) {
    (void)state;
    for (int shift = 0; shift < 2; shift++) {
        char path[1024] = "/";
        memset(path + 1, 'x', (size_t)shift);
        for (size_t i = 1 + (size_t)shift; i < 601 + (size_t)shift; i += 2) memcpy(path + i, "\xc3\xa4", 3);
        strcat(path, "/the-model.gguf");
        og_source *src;
        og_file *file;
        og_error err = {0};
        assert_int_equal(og_source_memory("GGUX", 4, path, &src, &err), OG_OK);
        assert_int_equal(og_file_open_sources(&src, 1, &file, &err), OG_ERR_FORMAT);
        assert_memory_equal(err.text, "...\xc3\xa4", 5);
        assert_non_null(strstr(err.text, "\xc3\xa4/the-model.gguf: this is not a GGUF model: it starts with bytes 47 47 55 58"));
    }
}

/* Any one byte changed to anything: an answer, never a crash. What opens can be walked. */
static void test_changed_bytes(void **state) {
    (void)state;
    b_sample(&b, 3);
    const size_t header = b.len - 128 - 68 * 16;
    const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff, '/', 9, 8};
    uint8_t *exact = malloc(b.len);
    assert_non_null(exact);
    for (size_t i = 0; i < header; i++) {
        for (size_t k = 0; k < OG_LEN(values); k++) {
            memcpy(exact, b.data, b.len);
            exact[i] = values[k];
            og_file *file;
            og_error err = {0};
            if (b_open(exact, b.len, true, &file, &err) != OG_OK) {
                assert_true(err.text[0] != 0);
                continue;
            }
            og_value v;
            const char *key;
            for (uint64_t m = 0; (key = og_file_meta(file, m, &v)) != NULL; m++) {
                for (uint64_t e = 0; v.type == OG_VALUE_ARRAY && e < v.count; e++) {
                    og_value element;
                    assert_true(og_file_element(file, key, e, &element));
                }
            }
            og_file_close(file);
        }
    }
    free(exact);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_wrong_magic),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_big_endian),
        cmocka_unit_test(test_every_prefix),
        cmocka_unit_test(test_count_bombs),
        cmocka_unit_test(test_array_bombs),
        cmocka_unit_test(test_string_bombs),
        cmocka_unit_test(test_sparse_file_claims),
        cmocka_unit_test(test_value_types),
        cmocka_unit_test(test_nested_array),
        cmocka_unit_test(test_bool_value),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_long_key),
        cmocka_unit_test(test_colliding_names),
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_tensor_type),
        cmocka_unit_test(test_dimensions),
        cmocka_unit_test(test_data_past_end),
        cmocka_unit_test(test_misaligned_data),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_overlap_of_one_byte),
        cmocka_unit_test(test_overlap_among_many),
        cmocka_unit_test(test_tensor_names),
        cmocka_unit_test(test_names_in_messages),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_array_past_4_gib),
        cmocka_unit_test(test_paths_in_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
