/* mem.c: the one door to the heap, counted, with failures on demand for tests; and page-backed memory. */
#include "base/base.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE ((size_t)2 << 20)

static _Atomic uint64_t allocations;
static _Atomic uint64_t fail_from; /* allocations with this number or a later one fail; 0: none */

static bool may_allocate(size_t bytes) {
    uint64_t number = atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed) + 1;
    uint64_t from = atomic_load_explicit(&fail_from, memory_order_relaxed);
    return (from == 0 || number < from) && bytes <= PTRDIFF_MAX;
}

uint64_t og_alloc_count(void) {
    return atomic_load_explicit(&allocations, memory_order_relaxed);
}

void og_alloc_fail_after(uint64_t n) {
    atomic_store(&fail_from, n ? og_alloc_count() + n : 0);
}

void *og_alloc(size_t bytes) {
    return may_allocate(bytes) ? malloc(bytes ? bytes : 1) : NULL;
}

void *og_calloc(size_t n, size_t bytes) {
    size_t total;
    if (__builtin_mul_overflow(n, bytes, &total)) total = SIZE_MAX;
    return may_allocate(total) ? calloc(1, total ? total : 1) : NULL;
}

void *og_realloc(void *p, size_t bytes) {
    return may_allocate(bytes) ? realloc(p, bytes ? bytes : 1) : NULL;
}

char *og_strndup(const char *s, size_t n) {
    char *copy = n < SIZE_MAX ? og_alloc(n + 1) : NULL;
    if (!copy) return NULL;
    if (n) memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

void og_release(void *p) {
    free(p);
}

void og_free(void *p) {
    og_release(p);
}

/* What a request really maps: whole pages, at least one. */
static size_t mapped_bytes(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return bytes ? OG_ALIGN_UP(bytes, page) : page;
}

void *og_pages_alloc(size_t bytes) {
    if (!may_allocate(bytes)) return NULL;
    size_t size = mapped_bytes(bytes);
    size_t slack = size >= HUGE_PAGE ? HUGE_PAGE : 0;
    uint8_t *base = mmap(NULL, size + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) return NULL;
    if (!slack) return base;

    /* Huge pages want an aligned start: the ends that stick out go back. */
    size_t head = OG_ALIGN_UP((uintptr_t)base, HUGE_PAGE) - (uintptr_t)base;
    if (head) munmap(base, head);
    if (slack - head) munmap(base + head + size, slack - head);
#ifdef MADV_HUGEPAGE
    madvise(base + head, size, MADV_HUGEPAGE);
#endif
    return base + head;
}

void og_pages_free(void *p, size_t bytes) {
    if (p) munmap(p, mapped_bytes(bytes));
}

bool og_mul_u64(uint64_t a, uint64_t b, uint64_t *out) {
    uint64_t product;
    if (__builtin_mul_overflow(a, b, &product)) return false;
    *out = product;
    return true;
}

bool og_add_u64(uint64_t a, uint64_t b, uint64_t *out) {
    uint64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) return false;
    *out = sum;
    return true;
}
