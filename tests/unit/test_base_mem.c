/* Memory: counting, failures on demand, pages, checked arithmetic, arenas, growable bytes. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

/* Opaque to the compiler, which would warn of (and fold) absurd sizes. */
static volatile size_t huge = SIZE_MAX;

static void allocations_are_counted(void **state) {
    (void)state;
    uint64_t before = og_alloc_count();
    void *a = og_alloc(0), *b = og_calloc(3, 5);
    char *c = og_strndup("hello", 4);
    void *p = og_pages_alloc(1);
    assert_non_null(a);
    assert_memory_equal(b, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15);
    assert_string_equal(c, "hell");
    assert_non_null(p);
    a = og_realloc(a, 100);
    assert_non_null(a);
    assert_int_equal(og_alloc_count() - before, 5);
    og_release(a);
    og_release(b);
    og_free(c);
    og_release(NULL);
    og_pages_free(p, 1);
    og_pages_free(NULL, 1);
    assert_int_equal(og_alloc_count() - before, 5);
}

static void failures_come_when_asked_for(void **state) {
    (void)state;
    og_alloc_fail_after(2);
    void *first = og_alloc(8), *second = og_alloc(8), *third = og_calloc(1, 8), *pages = og_pages_alloc(8);
    void *grown = og_realloc(first, 16);
    og_alloc_fail_after(0);
    void *after = og_alloc(8);
    assert_non_null(first);
    assert_null(second);
    assert_null(third);
    assert_null(pages);
    assert_null(grown);
    assert_non_null(after);
    og_release(first);
    og_release(after);
}

static void absurd_sizes_fail(void **state) {
    (void)state;
    assert_null(og_calloc(huge / 2, 3));
    assert_null(og_strndup("", huge));
    assert_null(og_pages_alloc(huge));
    assert_null(og_pages_alloc(huge - ((size_t)3 << 20)));
}

static void pages_are_zero_and_aligned(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 4096, 100000, (size_t)2 << 20, ((size_t)5 << 20) + 1};
    for (size_t i = 0; i < OG_LEN(sizes); i++) {
        uint8_t *p = og_pages_alloc(sizes[i]);
        assert_non_null(p);
        size_t alignment = sizes[i] >= (size_t)2 << 20 ? (size_t)2 << 20 : 64;
        assert_int_equal((uintptr_t)p % alignment, 0);
        uint8_t any = 0;
        for (size_t k = 0; k < sizes[i]; k++) any |= p[k];
        assert_int_equal(any, 0);
        if (sizes[i]) p[0] = p[sizes[i] - 1] = 1;
        og_pages_free(p, sizes[i]);
    }
}

static void checked_arithmetic(void **state) {
    (void)state;
    uint64_t out = 42;
    assert_false(og_mul_u64(UINT64_MAX, 2, &out));
    assert_false(og_mul_u64((uint64_t)1 << 32, (uint64_t)1 << 32, &out));
    assert_false(og_add_u64(UINT64_MAX, 1, &out));
    assert_int_equal(out, 42);
    assert_true(og_mul_u64(UINT64_MAX, 1, &out));
    assert_true(out == UINT64_MAX);
    assert_true(og_add_u64(UINT64_MAX - 1, 1, &out));
    assert_true(out == UINT64_MAX);
    assert_true(og_mul_u64(0, UINT64_MAX, &out));
    assert_true(out == 0);
}

static void arena_gives_zeroed_aligned_disjoint_memory(void **state) {
    (void)state;
    og_arena arena;
    og_arena_init(&arena, 256);
    uint8_t *given[200];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < OG_LEN(given); i++) {
            given[i] = og_arena_alloc(&arena, i);
            assert_non_null(given[i]);
            assert_int_equal((uintptr_t)given[i] % 16, 0);
            for (size_t k = 0; k < i; k++) assert_int_equal(given[i][k], 0);
            memset(given[i], (int)i, i);
        }
        for (size_t i = 0; i < OG_LEN(given); i++) {
            for (size_t k = 0; k < i; k++) assert_int_equal(given[i][k], (uint8_t)i);
        }
        og_arena_reset(&arena);
    }
    assert_string_equal(og_arena_strndup(&arena, "words", 4), "word");
    assert_null(og_arena_alloc(&arena, huge));
    assert_null(og_arena_alloc(&arena, huge - 64));
    assert_null(og_arena_strndup(&arena, "", huge));
    og_arena_free(&arena);
    assert_non_null(og_arena_alloc(&arena, 1)); /* usable again */
    og_arena_free(&arena);
}

static void arena_reset_keeps_a_block(void **state) {
    (void)state;
    og_arena arena;
    og_arena_init(&arena, 0);
    void *first = og_arena_alloc(&arena, 1000);
    uint64_t before = og_alloc_count();
    for (int i = 0; i < 100; i++) {
        og_arena_reset(&arena);
        assert_ptr_equal(og_arena_alloc(&arena, 1000), first);
    }
    assert_int_equal(og_alloc_count(), before);
    og_alloc_fail_after(1);
    void *refused = og_arena_alloc(&arena, (size_t)1 << 20);
    og_alloc_fail_after(0);
    assert_null(refused);
    assert_non_null(og_arena_alloc(&arena, 16)); /* the old block still serves */
    og_arena_free(&arena);
}

static void buf_grows_and_stays_terminated(void **state) {
    (void)state;
    og_buf buf;
    og_buf_init(&buf);
    assert_true(og_buf_reserve(&buf, 0));
    assert_string_equal(buf.data, "");
    for (int i = 0; i < 1000; i++) {
        assert_true(og_buf_addf(&buf, "%d,", i % 10));
        assert_int_equal(strlen(buf.data), buf.len);
    }
    assert_int_equal(buf.len, 2000);
    assert_true(og_buf_add(&buf, "a\0b", 3));
    assert_true(og_buf_add(&buf, NULL, 0));
    assert_memory_equal(buf.data + 1998, "9,", 2);
    assert_memory_equal(buf.data + 2000, "a\0b", 4);
    og_buf_free(&buf);
    assert_null(buf.data);
}

static void buf_remembers_a_failure(void **state) {
    (void)state;
    og_buf buf;
    og_buf_init(&buf);
    assert_true(og_buf_add(&buf, "kept", 4));
    assert_false(og_buf_reserve(&buf, huge - 8));
    assert_true(buf.failed);
    assert_false(og_buf_add(&buf, "x", 1));
    assert_false(og_buf_addf(&buf, "%d", 1));
    assert_int_equal(buf.len, 4);
    assert_string_equal(buf.data, "kept");
    og_buf_free(&buf);
}

static void clock_moves_forward(void **state) {
    (void)state;
    double before = og_now(), after = before;
    for (int i = 0; i < 1000000 && after == before; i++) after = og_now();
    assert_true(after > before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_counted),   cmocka_unit_test(failures_come_when_asked_for),
        cmocka_unit_test(absurd_sizes_fail),         cmocka_unit_test(pages_are_zero_and_aligned),
        cmocka_unit_test(checked_arithmetic),        cmocka_unit_test(arena_gives_zeroed_aligned_disjoint_memory),
        cmocka_unit_test(arena_reset_keeps_a_block), cmocka_unit_test(buf_grows_and_stays_terminated),
        cmocka_unit_test(buf_remembers_a_failure),   cmocka_unit_test(clock_moves_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
