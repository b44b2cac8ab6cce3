/* Pages of the cache: every page once, shared ones until their last holder lets go. */
#include "runtime/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum { N = 7 };

static void every_page_once(void **state) {
    (void)state;
    og_pages pages;
    og_error err = {0};
    assert_int_equal(og_pages_open(&pages, N, &err), OG_OK);
    for (int round = 0; round < 3; round++) {
        unsigned seen = 0;
        for (int i = 0; i < N; i++) {
            int32_t page = og_pages_take(&pages);
            assert_in_range(page, 0, N - 1);
            assert_false(seen & 1u << page);
            seen |= 1u << page;
        }
        assert_int_equal(og_pages_take(&pages), -1);
        for (int32_t i = 0; i < N; i++) og_pages_drop(&pages, (i + round) % N);
    }
    og_pages_close(&pages);
}

static void shared_pages_stay(void **state) {
    (void)state;
    og_pages pages;
    og_error err = {0};
    assert_int_equal(og_pages_open(&pages, 1, &err), OG_OK);
    int32_t page = og_pages_take(&pages);
    og_pages_hold(&pages, page);
    og_pages_drop(&pages, page);
    assert_int_equal(og_pages_take(&pages), -1);
    og_pages_drop(&pages, page);
    assert_int_equal(og_pages_take(&pages), page);
    og_pages_close(&pages);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_page_once), cmocka_unit_test(shared_pages_stay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
