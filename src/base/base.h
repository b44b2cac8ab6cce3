/* base.h: what every room may use. Errors, memory, arenas, growable text, checked arithmetic, clocks, log. */
#ifndef OG_BASE_BASE_H
#define OG_BASE_BASE_H

#include "offgrid/base.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OG_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define OG_MIN(a, b) ((a) < (b) ? (a) : (b))
#define OG_MAX(a, b) ((a) > (b) ? (a) : (b))
#define OG_DIV_UP(a, b) (((a) + (b)-1) / (b))
#define OG_ALIGN_UP(a, b) (OG_DIV_UP(a, b) * (b))
#define OG_CACHE_LINE 64

#if defined(__GNUC__)
#define OG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define OG_PRINTF(fmt, args)
#endif

/* ---- errors: error.c ---- */
/* Fills *err (if not NULL) and returns `status`, so that one can write: return og_fail(err, OG_ERR_FORMAT, "...", ...); */
og_status og_fail(og_error *err, og_status status, const char *fmt, ...) OG_PRINTF(3, 4);
/* Puts "context: " in front of the sentence already in *err; returns err's status (or `status` if err is NULL). */
og_status og_fail_prefix(og_error *err, og_status status, const char *fmt, ...) OG_PRINTF(3, 4);
#define OG_TRY(call)                          \
    do {                                      \
        og_status og_try_ = (call);           \
        if (og_try_ != OG_OK) return og_try_; \
    } while (0)

/* ---- memory: mem.c. Every heap allocation of the library goes through here and is counted. ---- */
void *og_alloc(size_t bytes);            /* uninitialised; NULL when out of memory; bytes 0 gives a valid pointer */
void *og_calloc(size_t n, size_t bytes); /* zeroed; NULL on overflow too */
void *og_realloc(void *p, size_t bytes);
char *og_strndup(const char *s, size_t n); /* NUL-terminated copy */
void og_release(void *p);                  /* free for all of the above; og_free of the public API is this */
/* Zeroed, 64-byte aligned, page-backed; huge pages are asked for past 2 MiB. Release with og_pages_free and the same size. */
void *og_pages_alloc(size_t bytes);
void og_pages_free(void *p, size_t bytes);
uint64_t og_alloc_count(void);
/* Tests: makes the n-th allocation from now fail (and all after it); 0 switches that off. */
void og_alloc_fail_after(uint64_t n);
/* False on overflow; *out is then untouched. */
bool og_mul_u64(uint64_t a, uint64_t b, uint64_t *out);
bool og_add_u64(uint64_t a, uint64_t b, uint64_t *out);

/* ---- arena: arena.c. Bump allocation released at once; for things that live and die together. ---- */
typedef struct og_arena {
    struct og_arena_block *head;
    size_t block;
} og_arena;
void og_arena_init(og_arena *arena, size_t block_bytes); /* block_bytes 0: 64 KiB */
void *og_arena_alloc(og_arena *arena, size_t bytes);     /* zeroed, 16-byte aligned; NULL when out of memory */
char *og_arena_strndup(og_arena *arena, const char *s, size_t n);
void og_arena_reset(og_arena *arena); /* keeps the newest block for reuse */
void og_arena_free(og_arena *arena);

/* ---- growable bytes: buf.c ---- */
typedef struct og_buf {
    char *data; /* NUL-terminated whenever len > 0 or after og_buf_reserve */
    size_t len, cap;
    bool failed; /* an append ran out of memory; later appends do nothing */
} og_buf;
void og_buf_init(og_buf *buf);
void og_buf_free(og_buf *buf);
bool og_buf_reserve(og_buf *buf, size_t extra);
bool og_buf_add(og_buf *buf, const void *data, size_t len);
bool og_buf_addf(og_buf *buf, const char *fmt, ...) OG_PRINTF(2, 3);

/* ---- clock.c ---- */
double og_now(void); /* seconds, monotonic */

/* ---- log.c: diagnostics for developers, to stderr, off unless environment OFFGRID_LOG=1..3 (or og_log_level is set). ---- */
extern int og_log_level; /* 0 silent, 1 warn, 2 info, 3 debug */
void og_log(int level, const char *fmt, ...) OG_PRINTF(2, 3);

/* ---- system.c ---- */
uint64_t og_mem_total(void);     /* bytes; the cgroup's limit (v2 or v1) where lower */
uint64_t og_mem_available(void); /* bytes; what can be taken without swapping, the cgroup's headroom where lower */
int og_cpu_count(void);          /* cores this process may run on (affinity, cgroup quota rounded up) */

#endif
