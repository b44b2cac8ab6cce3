/* The sampler chain: each step against its definition, draws against their distribution, and the same seed the same choices. */
#include "runtime/sampler.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { VOCAB = 8 };
static const float logits8[VOCAB] = {1, 3, 2, 0, -1, 3, -2, 2.5f};

static og_sampling greedy(void) {
    og_sampling p = og_sampling_defaults();
    p.temperature = 0;
    return p;
}

static og_sampling plain(float temperature) {
    og_sampling p = og_sampling_defaults();
    p.temperature = temperature;
    p.top_k = 0;
    p.top_p = 1;
    p.min_p = 0;
    return p;
}

static int32_t next(og_sampler *s, const float *logits, const int32_t *recent, size_t n) {
    int32_t id = -2;
    og_error err = {0};
    if (og_sampler_next(s, logits, recent, n, NULL, &id, &err) != OG_OK) fail_msg("%s", err.text);
    return id;
}

static og_sampler_room *room_of(int32_t n_vocab) {
    og_sampler_room *room = malloc(sizeof *room);
    og_error err = {0};
    assert_int_equal(og_sampler_room_open(room, n_vocab, &err), OG_OK);
    return room;
}

static og_sampler open_with(int32_t n_vocab, const og_sampling *p) {
    og_sampler s;
    og_error err = {0};
    if (og_sampler_start(&s, room_of(n_vocab), NULL, p, &err) != OG_OK) fail_msg("%s", err.text);
    return s;
}

static void close_with(og_sampler *s) {
    og_sampler_room_close(s->room);
    free(s->room);
}

static int32_t once(const og_sampling *p, const int32_t *recent, size_t n) {
    og_sampler s = open_with(VOCAB, p);
    int32_t id = next(&s, logits8, recent, n);
    close_with(&s);
    return id;
}

static void greedy_takes_the_lowest_of_the_largest(void **state) {
    (void)state;
    og_sampling p = greedy();
    assert_int_equal(once(&p, NULL, 0), 1);
}

static void penalties_follow_their_formulas(void **state) {
    (void)state;
    og_sampling p = greedy();
    p.repeat_penalty = 1.5f; /* 3 / 1.5 = 2 < 2.5 */
    assert_int_equal(once(&p, (const int32_t[]){1, 5}, 2), 7);
    p.penalty_last = 1;
    assert_int_equal(once(&p, (const int32_t[]){1, 5}, 2), 1);
    p.penalty_last = -1;
    assert_int_equal(once(&p, (const int32_t[]){1, 5}, 2), 7);
    p.penalty_last = 0;
    assert_int_equal(once(&p, (const int32_t[]){1, 5}, 2), 1);
    p = greedy();
    p.presence_penalty = 0.4f; /* once, however often: 2.6 > 2.5 */
    assert_int_equal(once(&p, (const int32_t[]){5, 5, 5, 1, 1, 1}, 6), 1);
    p.frequency_penalty = 0.1f; /* 3 - 0.4 - 0.3 = 2.3 and 3 - 0.4 - 0.1 = 2.5: a tie with 7, of the lower id */
    assert_int_equal(once(&p, (const int32_t[]){1, 1, 1, 5}, 4), 5);
    p.frequency_penalty = 0.2f;
    assert_int_equal(once(&p, (const int32_t[]){1, 1, 1, 5}, 4), 7);
}

static void negative_logits_are_multiplied(void **state) {
    (void)state;
    static const float logits[2] = {-1, -1.4f};
    og_sampling p = greedy();
    p.repeat_penalty = 1.5f;
    og_sampler s = open_with(2, &p);
    assert_int_equal(next(&s, logits, (const int32_t[]){0}, 1), 1);
    assert_int_equal(next(&s, logits, NULL, 0), 0); /* and counts are cleared */
    close_with(&s);
}

/* Which tokens can come out at all: as a set of bits. */
static unsigned reachable(const og_sampling *base) {
    unsigned set = 0;
    og_sampler s = open_with(VOCAB, base);
    for (int i = 0; i < 4000; i++) set |= 1u << next(&s, logits8, NULL, 0);
    close_with(&s);
    return set;
}

static void filters_keep_what_they_should(void **state) {
    (void)state;
    og_sampling p = plain(2);
    assert_int_equal(reachable(&p), 0xff);
    p.top_k = 1;
    assert_int_equal(reachable(&p), 1 << 1);
    p.top_k = 2;
    assert_int_equal(reachable(&p), 1 << 1 | 1 << 5);
    p.top_k = 3;
    assert_int_equal(reachable(&p), 1 << 1 | 1 << 5 | 1 << 7);
    p.top_k = 100;
    assert_int_equal(reachable(&p), 0xff);
    /* softmax: 1 and 5 have 0.331 each, 7 has 0.201, 2 has 0.122, 0 has 0.045 */
    p = plain(2);
    p.top_p = 0;
    assert_int_equal(reachable(&p), 1 << 1);
    p.top_p = 0.5f;
    assert_int_equal(reachable(&p), 1 << 1 | 1 << 5);
    p.top_p = 0.7f;
    assert_int_equal(reachable(&p), 1 << 1 | 1 << 5 | 1 << 7);
    /* of the three that top_k leaves, two hold 0.767 */
    p.top_k = 3;
    p.top_p = 0.76f;
    assert_int_equal(reachable(&p), 1 << 1 | 1 << 5);
    /* relative to the best: 7 has exp(-0.5) = 0.607, 2 has 0.368 */
    p = plain(2);
    p.min_p = 0.4f;
    assert_int_equal(reachable(&p), 1 << 1 | 1 << 5 | 1 << 7);
    p.top_p = 0.9999f;
    p.min_p = 0.62f;
    assert_int_equal(reachable(&p), 1 << 1 | 1 << 5);
}

static void draws_follow_the_softmax(void **state) {
    (void)state;
    enum { N = 200000 };
    static const float temperatures[] = {0.5f, 1, 3};
    for (size_t t = 0; t < OG_LEN(temperatures); t++) {
        for (int k = 0; k < 2; k++) { /* sorted and unsorted candidates */
            og_sampling p = plain(temperatures[t]);
            p.top_k = k ? VOCAB - 1 : 0;
            double expect[VOCAB], total = 0;
            for (int i = 0; i < VOCAB; i++) total += expect[i] = k && i == 6 ? 0 : exp((double)logits8[i] / (double)temperatures[t]);
            int count[VOCAB] = {0};
            og_sampler s = open_with(VOCAB, &p);
            for (int i = 0; i < N; i++) count[next(&s, logits8, NULL, 0)]++;
            close_with(&s);
            for (int i = 0; i < VOCAB; i++) {
                double mean = N * expect[i] / total, sigma = sqrt(mean) + 1e-9;
                if (fabs(count[i] - mean) > 5 * sigma) fail_msg("token %d: %d draws, expected %.0f +- %.0f", i, count[i], mean, sigma);
            }
        }
    }
}

static void a_seed_decides(void **state) {
    (void)state;
    enum { N = 64 };
    int32_t a[N], b[N], c[N];
    og_sampling p = plain(1);
    for (int run = 0; run < 3; run++) {
        int32_t *out = run == 0 ? a : (run == 1 ? b : c);
        p.seed = run == 2 ? 43 : 42;
        og_sampler s = open_with(VOCAB, &p);
        for (int i = 0; i < N; i++) out[i] = next(&s, logits8, NULL, 0);
        close_with(&s);
    }
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    /* The first two numbers of SplitMix64 from 42. */
    og_sampler s = open_with(2, &p);
    p.seed = 42;
    og_error err = {0};
    assert_int_equal(og_sampler_start(&s, s.room, NULL, &p, &err), OG_OK);
    assert_true(s.state[0] == 0xbdd732262feb6e95u && s.state[1] == 0x28efe333b266f103u);
    close_with(&s);
}

/* A large vocabulary: top_k and top_p agree with sorting everything. */
static void large_vocabularies_agree_with_sorting(void **state) {
    (void)state;
    enum { N = 5000 };
    static float logits[N];
    uint32_t seed = 7;
    for (int i = 0; i < N; i++) {
        seed = seed * 1664525u + 1013904223u;
        logits[i] = (float)(seed >> 20) / 256.0f; /* with many ties */
    }
    for (int k = 1; k < 2000; k = k * 3 + 1) {
        og_sampling p = plain(0.01f);
        p.top_k = k;
        og_sampler s = open_with(N, &p);
        next(&s, logits, NULL, 0);
        for (int i = 0; i + 1 < k && i < 20; i++) { /* candidates come sorted; min_p 0 keeps them all */
            int better = 0;
            for (int j = 0; j < N; j++)
                if (logits[j] > s.room->cand[i].logit || (logits[j] == s.room->cand[i].logit && j < s.room->cand[i].id)) better++;
            assert_int_equal(better, i);
        }
        close_with(&s);
    }
}

static void numbers_that_are_none(void **state) {
    (void)state;
    static const float some[4] = {NAN, -INFINITY, 2, NAN}, none[4] = {NAN, -INFINITY, NAN, NAN}, inf[4] = {0, INFINITY, 1, INFINITY};
    og_sampling params[] = {greedy(), plain(1), og_sampling_defaults()};
    for (size_t i = 0; i < OG_LEN(params); i++) {
        og_sampler s = open_with(4, &params[i]);
        int32_t id;
        og_error err = {0};
        assert_int_equal(next(&s, some, NULL, 0), 2);
        id = next(&s, inf, NULL, 0);
        assert_true(id == 1 || id == 3);
        assert_int_equal(og_sampler_next(&s, none, NULL, 0, NULL, &id, &err), OG_ERR_FORMAT);
        assert_non_null(strstr(err.text, "logits"));
        close_with(&s);
    }
}

static void bad_parameters_are_named(void **state) {
    (void)state;
    static const struct {
        size_t field;
        float value;
        const char *says;
    } rows[] = {
        {offsetof(og_sampling, temperature), -1, "temperature is -1"},
        {offsetof(og_sampling, temperature), NAN, "temperature is nan"},
        {offsetof(og_sampling, top_p), 1.5f, "top_p is 1.5"},
        {offsetof(og_sampling, min_p), -0.5f, "min_p is -0.5"},
        {offsetof(og_sampling, repeat_penalty), 0, "repeat_penalty is 0"},
        {offsetof(og_sampling, presence_penalty), INFINITY, "presence_penalty is inf"},
    };
    for (size_t i = 0; i < OG_LEN(rows); i++) {
        og_sampling p = og_sampling_defaults();
        memcpy((char *)&p + rows[i].field, &rows[i].value, sizeof(float));
        og_sampler s;
        og_sampler_room room = {.n_vocab = VOCAB};
        og_error err = {0};
        assert_int_equal(og_sampler_start(&s, &room, NULL, &p, &err), OG_ERR_ARG);
        assert_non_null(strstr(err.text, rows[i].says));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greedy_takes_the_lowest_of_the_largest),
        cmocka_unit_test(penalties_follow_their_formulas),
        cmocka_unit_test(negative_logits_are_multiplied),
        cmocka_unit_test(filters_keep_what_they_should),
        cmocka_unit_test(draws_follow_the_softmax),
        cmocka_unit_test(a_seed_decides),
        cmocka_unit_test(large_vocabularies_agree_with_sorting),
        cmocka_unit_test(numbers_that_are_none),
        cmocka_unit_test(bad_parameters_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
