/* Safetensors files of any bytes: opened from memory and from a file with the same result; every tensor's bytes are where they should be.
 */
#include "format/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
    if (!ok) abort();
}

static uint64_t walk(const og_safetensors *st) {
    uint64_t sum = og_safetensors_n(st), bytes = 0;
    for (uint32_t i = 0; i < og_safetensors_n(st); i++) {
        const og_st_tensor *t = og_safetensors_at(st, i);
        check(og_safetensors_find(st, t->name) == t && t->n_dims >= 0 && t->n_dims <= OG_ST_DIMS);
        check(t->elements * og_st_dtype_bytes(t->dtype) == t->bytes);
        uint8_t first = 0, last = 0;
        if (t->bytes) check(og_source_read(t->src, t->offset, &first, 1, NULL) == OG_OK);
        if (t->bytes) check(og_source_read(t->src, t->offset + t->bytes - 1, &last, 1, NULL) == OG_OK);
        bytes += t->bytes;
        sum = sum * 31 + first + last + strlen(t->name) + strlen(og_st_dtype_name(t->dtype));
    }
    check(bytes < og_safetensors_bytes(st)); /* no two share one */
    return sum;
}

static og_status open_and_walk(og_source *src, uint64_t *sum) {
    og_safetensors *st = NULL;
    og_error err = {0};
    og_status status = og_safetensors_open_sources(&src, 1, &st, &err);
    if (status == OG_OK) {
        *sum = walk(st);
        og_safetensors_close(st);
    } else {
        check(err.status == status && err.text[0] && !st);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    og_source *src;
    uint8_t *copy = malloc(size + !size);
    check(copy != NULL);
    memcpy(copy, data, size);
    uint64_t sum = 0, again = 0;
    check(og_source_memory(copy, size, "input", &src, NULL) == OG_OK);
    og_status status = open_and_walk(src, &sum);
    free(copy);
    char path[64];
    int fd = memfd_create("input", 0);
    check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    check(og_source_open_unmapped(path, &src, NULL) == OG_OK);
    close(fd);
    check(open_and_walk(src, &again) == status && sum == again);
    return 0;
}
