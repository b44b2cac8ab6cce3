/* guard.c: memory between two pages that may not be touched. */
#include "kcheck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { REGIONS = 24, CAPACITY = 512 << 10, RIM = 256, FILL = 0xa5 };

static struct region {
    uint8_t *base; /* CAPACITY bytes */
    uint8_t *start;
    size_t bytes;
} regions[REGIONS];
static int used;
static uint64_t placement;

static void die(const char *what) {
    fprintf(stderr, "kcheck: %s\n", what);
    exit(2);
}

static void map(struct region *r) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *p = mmap(NULL, CAPACITY + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || mprotect(p + page, CAPACITY, PROT_READ | PROT_WRITE)) die("no memory for guarded buffers");
    r->base = p + page;
}

void kc_memory_next(uint64_t seed) {
    used = 0;
    placement = seed;
}

/* The rim: what is left of the region within RIM bytes of the buffer. */
static uint8_t *rim_start(const struct region *r) {
    return r->start - OG_MIN((size_t)(r->start - r->base), (size_t)RIM);
}
static uint8_t *rim_end(const struct region *r) {
    return r->start + r->bytes + OG_MIN((size_t)(r->base + CAPACITY - r->start) - r->bytes, (size_t)RIM);
}

static void *place(size_t bytes, size_t align, bool at_end, size_t shift) {
    if (used == REGIONS || bytes + RIM > CAPACITY) die("a case needs more guarded memory: raise REGIONS or CAPACITY in guard.c");
    struct region *r = &regions[used++];
    if (!r->base) map(r);
    r->start = at_end ? r->base + (CAPACITY - bytes) / align * align : r->base + shift * align;
    r->bytes = bytes;
    memset(rim_start(r), FILL, (size_t)(rim_end(r) - rim_start(r)));
    memset(r->start, FILL, bytes);
    return r->start;
}

void *kc_memory(size_t bytes, size_t align) {
    placement = placement * 6364136223846793005u + 1442695040888963407u;
    const unsigned random = (unsigned)(placement >> 40);
    return place(bytes, align, random & 1, random >> 1 & 2 ? 0 : (random >> 4) % OG_MAX(64 / align, (size_t)1));
}

void kc_results(void *out[2], size_t bytes, size_t align) {
    const uint64_t before = placement;
    out[0] = kc_memory(bytes, align);
    placement = before;
    out[1] = kc_memory(bytes, align);
}

bool kc_intact(void) {
    for (int i = 0; i < used; i++) {
        const struct region *r = &regions[i];
        for (const uint8_t *p = rim_start(r); p < rim_end(r); p++)
            if ((p < r->start || p >= r->start + r->bytes) && *p != FILL) return false;
    }
    return true;
}
