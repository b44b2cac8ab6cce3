/* Snapshots of a recurrent state: which are kept, where a rewind lands, and that no slot is lost or used twice. */
#include "base/cpu.h"
#include "runtime/snapshots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct fixture {
    og_pool *pool;
    og_backend *be;
    og_snapshots s;
    int64_t floats[2];
} fixture;

static int setup(void **state) {
    fixture *f = calloc(1, sizeof *f);
    assert_int_equal(og_pool_open(1, &f->pool, NULL), OG_OK);
    assert_int_equal(og_cpu_backend_open(f->pool, og_cpu_detect(), &f->be, NULL), OG_OK);
    f->floats[1] = 3;
    *state = f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    f->be->close(f->be);
    og_pool_close(f->pool);
    free(f);
    return 0;
}

static void open_snapshots(fixture *f) {
    const og_state_shape shape = og_snapshots_shape(f->floats, 2);
    assert_int_equal(og_snapshots_open(&f->s, f->be, &shape, NULL), OG_OK);
}

/* Every slot is in one place. */
static void check(const fixture *f) {
    const og_snapshots *s = &f->s;
    int seen[OG_SNAPSHOTS_MAX + 2] = {0};
    for (int i = 0; i < s->n_free; i++) seen[s->free_slot[i]]++;
    for (int i = 0; i < s->n_kept; i++) {
        seen[s->kept[i].slot]++;
        assert_true(s->kept[i].pos < (i + 1 < s->n_kept ? s->kept[i + 1].pos : s->now.pos));
    }
    if (s->now.slot >= 0) seen[s->now.slot]++;
    for (int i = 0; i < s->max_kept + 2; i++) assert_int_equal(seen[i], 1);
    assert_true(s->n_free >= 1);
}

static void advance(fixture *f, uint32_t pos, bool keep) {
    const int to = og_snapshots_begin(&f->s);
    assert_int_not_equal(to, f->s.now.slot);
    og_snapshots_done(&f->s, to, pos, keep);
    check(f);
}

static void shapes_follow_the_size_of_a_state(void **state) {
    fixture *f = *state;
    assert_int_equal(og_snapshots_shape(f->floats, 2).n_slots, OG_SNAPSHOTS_MAX + 2);
    assert_int_equal(og_snapshots_shape(f->floats, 1).n_slots, 0);
    assert_int_equal(og_snapshots_shape((const int64_t[]){2 << 20, 0}, 2).n_slots, 10); /* 8 MiB */
    assert_int_equal(og_snapshots_shape((const int64_t[]){100 << 20}, 1).n_slots, 4);
}

static void without_states_there_is_nothing(void **state) {
    fixture *f = *state;
    f->floats[1] = 0;
    open_snapshots(f);
    assert_int_equal(og_snapshots_begin(&f->s), -1);
    og_snapshots_done(&f->s, -1, 5, true);
    og_snapshots_rewind(&f->s, 2);
    assert_null(f->s.states);
    og_snapshots_close(&f->s);
}

static void a_rewind_lands_at_the_last_state_before_it(void **state) {
    fixture *f = *state;
    open_snapshots(f);
    for (uint32_t pos = 10; pos <= 50; pos += 10) advance(f, pos, pos != 30);
    const int slot_20 = f->s.kept[1].slot;
    og_snapshots_rewind(&f->s, 50);
    assert_int_equal(f->s.now.pos, 50);
    og_snapshots_rewind(&f->s, 39);
    check(f);
    assert_int_equal(f->s.now.pos, 20);
    assert_int_equal(f->s.now.slot, slot_20);
    const int to = og_snapshots_begin(&f->s);
    og_snapshots_undo(&f->s, to); /* a batch that fails */
    check(f);
    advance(f, 25, false); /* 20 is kept on */
    og_snapshots_rewind(&f->s, 24);
    assert_int_equal(f->s.now.pos, 20);
    og_snapshots_rewind(&f->s, 9);
    check(f);
    assert_int_equal(f->s.now.pos, 0);
    assert_int_equal(f->s.now.slot, -1);
    advance(f, 3, false);
    og_snapshots_keep(&f->s);
    advance(f, 4, false);
    og_snapshots_rewind(&f->s, 3);
    assert_int_equal(f->s.now.pos, 3);
    og_snapshots_close(&f->s);
}

/* However long the text, going back costs little more than how far one goes back, and a few pages. */
static void snapshots_lie_denser_near_the_end(void **state) {
    fixture *f = *state;
    open_snapshots(f);
    for (uint32_t pos = 1; pos <= 20000; pos++) {
        advance(f, pos, pos % 64 == 0);
        if (pos % 997 && pos % 64) continue;
        for (int i = 0; i <= f->s.n_kept; i++) {
            const uint32_t next = i < f->s.n_kept ? f->s.kept[i].pos : pos, last = i ? f->s.kept[i - 1].pos : 0;
            assert_true(next - last <= 192 + (pos - next) * 5 / 4);
        }
    }
    assert_int_equal(f->s.n_kept, OG_SNAPSHOTS_MAX);
    og_snapshots_close(&f->s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shapes_follow_the_size_of_a_state, setup, teardown),
        cmocka_unit_test_setup_teardown(without_states_there_is_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_rewind_lands_at_the_last_state_before_it, setup, teardown),
        cmocka_unit_test_setup_teardown(snapshots_lie_denser_near_the_end, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
