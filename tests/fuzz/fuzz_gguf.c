/* GGUF files of any bytes: opened mapped and unmapped with the same result, then walked to the last element.
 *
 * An input is one file; or, if it starts with "PARTS" and a byte n, a split model: n sizes (u16, little-endian), then n files. */
#include "format/gguf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PARTS_MAX = 4, HEAD = 6 };

typedef struct piece {
    const uint8_t *data;
    size_t len;
} piece;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
    if (!ok) abort();
}

/* Cuts the input; returns the number of files. */
static int cut(const uint8_t *data, size_t size, piece out[PARTS_MAX]) {
    out[0] = (piece){data, size};
    if (size < HEAD || memcmp(data, "PARTS", 5) != 0) return 1;
    int n = 1 + data[5] % PARTS_MAX;
    size_t at = HEAD + 2 * (size_t)n;
    if (at > size) return 1;
    for (int i = 0; i < n; i++) {
        size_t len = (size_t)data[HEAD + 2 * i] | (size_t)data[HEAD + 2 * i + 1] << 8;
        len = OG_MIN(len, size - at);
        out[i] = (piece){data + at, len};
        at += len;
    }
    return n;
}

static og_source *open_piece(piece p, bool mapped, uint8_t **copy) {
    og_source *src;
    *copy = NULL;
    if (mapped) { /* a block of its own, so that reading past its end is seen */
        *copy = malloc(p.len + !p.len);
        check(*copy != NULL);
        memcpy(*copy, p.data, p.len);
        check(og_source_memory(*copy, p.len, "input", &src, NULL) == OG_OK);
        return src;
    }
    char path[64];
    int fd = memfd_create("input", 0);
    check(fd >= 0 && write(fd, p.data, p.len) == (ssize_t)p.len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    check(og_source_open_unmapped(path, &src, NULL) == OG_OK);
    close(fd);
    return src;
}

/* Reads every byte of a value. */
static uint64_t touch(const og_value *v) {
    uint64_t sum = v->u + (uint64_t)v->i;
    for (size_t i = 0; i < v->len; i++) sum += (uint8_t)v->str[i];
    return sum;
}

static uint64_t walk(const og_file *file) {
    uint64_t sum = 0;
    og_value v, e;
    og_tensor_info info, same;
    og_type type;
    const char *key;
    for (uint64_t i = 0; (key = og_file_meta(file, i, &v)) != NULL; i++) {
        check(og_file_find(file, key, &e) && e.type == v.type && e.count == v.count);
        sum += touch(&v) + strlen(key);
        for (uint64_t k = 0; v.type == OG_VALUE_ARRAY && k < v.count; k++) {
            check(og_file_element(file, key, k, &e) && e.type == v.element);
            sum += touch(&e);
        }
        check(!og_file_element(file, key, v.type == OG_VALUE_ARRAY ? v.count : 0, &e));
    }
    for (uint64_t i = 0; og_file_tensor(file, i, &info); i++) {
        uint8_t byte = 0;
        const og_source *src = og_file_source(file, info.part);
        check(og_file_find_tensor(file, info.name, &same, &type) && same.offset == info.offset && same.part == info.part);
        check(og_source_read(src, info.offset, &byte, 1, NULL) == OG_OK);
        check(og_source_read(src, info.offset + info.bytes - 1, &byte, 1, NULL) == OG_OK);
        sum += byte;
    }
    return sum + og_file_bytes(file);
}

static og_status open_and_walk(const piece *pieces, int n, bool mapped, og_error *err, uint64_t *sum) {
    og_source *src[PARTS_MAX];
    uint8_t *copy[PARTS_MAX];
    for (int i = 0; i < n; i++) src[i] = open_piece(pieces[i], mapped, &copy[i]);
    og_file *file;
    og_status status = og_file_open_sources(src, n, &file, err);
    if (status == OG_OK) {
        *sum = walk(file);
        og_file_close(file);
    } else {
        check(err->status == status && err->text[0] && !file);
    }
    for (int i = 0; i < n; i++) free(copy[i]);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    piece pieces[PARTS_MAX];
    int n = cut(data, size, pieces);
    og_error mapped = {0}, unmapped = {0};
    uint64_t sum_mapped = 0, sum_unmapped = 0;
    og_status status = open_and_walk(pieces, n, true, &mapped, &sum_mapped);
    check(open_and_walk(pieces, n, false, &unmapped, &sum_unmapped) == status && sum_mapped == sum_unmapped);
    return 0;
}
