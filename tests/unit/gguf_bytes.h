/* gguf_bytes.h: GGUF files made byte by byte, right ones and wrong ones, and what a reader must say about them. */
#ifndef OG_TEST_GGUF_BYTES_H
#define OG_TEST_GGUF_BYTES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/gguf.h"

/* Whether this build is instrumented, so that its time and memory say nothing. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

typedef struct bytes {
    uint8_t data[65536];
    size_t len;
} bytes;

static inline void b_add(bytes *b, const void *data, size_t n) {
    assert_true(n <= sizeof b->data - b->len);
    memcpy(b->data + b->len, data, n);
    b->len += n;
}
static inline void b_u8(bytes *b, uint8_t v) {
    b_add(b, &v, 1);
}
static inline void b_u32(bytes *b, uint32_t v) {
    b_add(b, &v, 4);
}
static inline void b_u64(bytes *b, uint64_t v) {
    b_add(b, &v, 8);
}
static inline void b_zeros(bytes *b, size_t n) {
    while (n--) b_u8(b, 0);
}
static inline void b_pad(bytes *b, size_t alignment) {
    b_zeros(b, (alignment - b->len % alignment) % alignment);
}
static inline void b_str(bytes *b, const char *s) {
    b_u64(b, strlen(s));
    b_add(b, s, strlen(s));
}
/* An empty file's first 24 bytes. */
static inline void b_head(bytes *b, uint32_t version, uint64_t n_tensors, uint64_t n_meta) {
    b->len = 0;
    b_add(b, "GGUF", 4);
    b_u32(b, version);
    b_u64(b, n_tensors);
    b_u64(b, n_meta);
}
static inline void b_key(bytes *b, const char *key, uint32_t type) {
    b_str(b, key);
    b_u32(b, type);
}
static inline void b_meta_u32(bytes *b, const char *key, uint32_t v) {
    b_key(b, key, OG_VALUE_U32);
    b_u32(b, v);
}
static inline void b_tensor(bytes *b, const char *name, uint32_t type, uint64_t dim0, uint64_t dim1, uint64_t offset) {
    b_str(b, name);
    b_u32(b, 2);
    b_u64(b, dim0);
    b_u64(b, dim1);
    b_u32(b, type);
    b_u64(b, offset);
}
/* One of everything: scalars, strings, arrays, two tensors that fill their data without padding. */
static inline void b_sample(bytes *b, uint32_t version) {
    b_head(b, version, 2, 6);
    b_key(b, "general.architecture", OG_VALUE_STRING);
    b_str(b, "llama");
    b_meta_u32(b, "general.alignment", 64);
    b_key(b, "truth", OG_VALUE_BOOL);
    b_u8(b, 1);
    b_key(b, "words", OG_VALUE_ARRAY);
    b_u32(b, OG_VALUE_STRING);
    b_u64(b, 3);
    b_str(b, "one");
    b_str(b, "");
    b_str(b, "three");
    b_key(b, "numbers", OG_VALUE_ARRAY);
    b_u32(b, OG_VALUE_I16);
    b_u64(b, 2);
    b_add(b, "\x01\x00\xff\xff", 4);
    b_key(b, "half", OG_VALUE_F64);
    double half = 0.5;
    b_add(b, &half, 8);
    b_tensor(b, "a", OG_F32, 16, 2, 0);
    b_tensor(b, "b", OG_Q8_0, 64, 16, 128);
    b_pad(b, 64);
    b_zeros(b, 128 + 68 * 16);
}

/* Opens the bytes: from a block of exactly their size, or from an unmapped file. */
static inline og_status b_open(const void *data, size_t len, bool mapped, og_file **out, og_error *err) {
    og_source *src;
    if (mapped) {
        assert_int_equal(og_source_memory(data, len, "made.gguf", &src, err), OG_OK);
        return og_file_open_sources(&src, 1, out, err);
    }
    char path[64];
    snprintf(path, sizeof path, "/tmp/og_gguf_%ld.gguf", (long)getpid());
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    fclose(f);
    assert_int_equal(og_source_open_unmapped(path, &src, err), OG_OK);
    unlink(path);
    return og_file_open_sources(&src, 1, out, err);
}

/* Both ways of opening must refuse with this status and a sentence that has these words. */
static inline void b_refused_bytes(const void *bytes_, size_t len, og_status status, const char *word1, const char *word2) {
    uint8_t *exact = malloc(len ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes_, len);
    for (int mapped = 0; mapped < 2; mapped++) {
        og_file *file = NULL;
        og_error err = {0};
        og_status got = b_open(exact, len, mapped, &file, &err);
        if (got != status || !strstr(err.text, word1) || !strstr(err.text, word2)) {
            fail_msg("got %s \"%s\" instead of %s with \"%s\" and \"%s\"", og_status_name(got), err.text, og_status_name(status), word1,
                     word2);
        }
        assert_int_equal(err.status, status);
        assert_non_null(strstr(err.text, ".gguf: ")); /* the file is named */
        assert_null(file);
    }
    free(exact);
}
static inline void b_refused(const bytes *b, og_status status, const char *word1, const char *word2) {
    b_refused_bytes(b->data, b->len, status, word1, word2);
}
/* Opens what must be right. */
static inline og_file *b_accepted(const bytes *b, bool mapped) {
    og_file *file = NULL;
    og_error err = {0};
    if (b_open(b->data, b->len, mapped, &file, &err) != OG_OK) fail_msg("%s", err.text);
    return file;
}

/* A folder of this process, removed at its end; b_path() gives the name of a file in it (valid for a few calls). */
static char b_folder[64];
static inline void b_remove_folder(void) {
    rmdir(b_folder);
}
static inline const char *b_path(const char *name) {
    static char path[8][256];
    static int next;
    if (!b_folder[0]) {
        strcpy(b_folder, "/tmp/og_gguf_XXXXXX");
        assert_non_null(mkdtemp(b_folder));
        atexit(b_remove_folder);
    }
    char *out = path[next++ % 8];
    snprintf(out, sizeof path[0], "%s/%s", b_folder, name);
    return out;
}
static inline void b_must(og_status status, const og_error *err) {
    if (status != OG_OK) fail_msg("%s", err->text);
}

#endif
