/* Every step of choosing against figures that tests/golden/make_samplers.py computed from the papers' definitions. */
#include "runtime/samplers/draw.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { N = 40, LINE = 4096 };

static void set(og_sampling *p, char *word, char order[128]) {
    static const struct {
        const char *name;
        size_t at;
        bool whole;
    } fields[] = {
#define REAL(f) {#f, offsetof(og_sampling, f), false}
#define WHOLE(f) \
    { #f, offsetof(og_sampling, f), true }
        REAL(temperature),
        REAL(temperature_range),
        REAL(temperature_exponent),
        WHOLE(top_k),
        REAL(top_p),
        REAL(min_p),
        REAL(typical_p),
        REAL(top_n_sigma),
        REAL(xtc_probability),
        REAL(xtc_threshold),
        REAL(repeat_penalty),
        REAL(presence_penalty),
        REAL(frequency_penalty),
        WHOLE(penalty_last),
        REAL(dry_multiplier),
        REAL(dry_base),
        WHOLE(dry_allowed),
        WHOLE(dry_last),
        WHOLE(mirostat),
        REAL(mirostat_tau),
        REAL(mirostat_eta),
        REAL(adaptive_target),
        REAL(adaptive_decay),
    };
    char *value = strchr(word, '=');
    *value++ = '\0';
    if (strcmp(word, "order") == 0) {
        snprintf(order, 128, "%s", value);
        p->order = order;
        return;
    }
    for (size_t i = 0; i < OG_LEN(fields); i++) {
        if (strcmp(word, fields[i].name) != 0) continue;
        const double v = atof(value);
        const float real = (float)v;
        const int32_t whole = (int32_t)v;
        memcpy((char *)p + fields[i].at, fields[i].whole ? (const void *)&whole : (const void *)&real, sizeof real);
        return;
    }
    fail_msg("no parameter '%s'", word);
}

static char *next_line(FILE *file, char *line, const char *kind) {
    if (!fgets(line, LINE, file)) return NULL;
    const size_t len = strlen(kind);
    if (strncmp(line, kind, len) != 0) fail_msg("expected a line of %s", kind);
    line[strcspn(line, "\n")] = '\0';
    return line + len;
}

static og_sampling nothing(void) {
    og_sampling p = og_sampling_defaults();
    p.temperature = 1;
    p.top_k = 0;
    p.top_p = 1;
    p.min_p = 0;
    return p;
}

static double memory_of(const og_sampler *s) {
    return s->params.mirostat ? s->mu : s->chosen_sum;
}

/* What can come out, how often, and what is remembered then: read from the room after a draw. */
static void check_case(const og_sampling *p, const float *logits, const int32_t *recent, size_t n_recent, const char *left,
                       const char *memory) {
    static og_sampler_room room;
    og_error err = {0};
    og_sampler s;
    double expected[N], remembered[N], weight[N] = {0}, total = 0;
    for (int i = 0; i < N; i++) expected[i] = remembered[i] = -1;
    int id, used, m_used;
    double v;
    for (const char *m = memory; sscanf(left, " %d:%lf%n", &id, &v, &used) == 2; left += used) {
        expected[id] = v;
        if (sscanf(m, " %lf%n", &remembered[id], &m_used) == 1) m += m_used;
    }
    assert_int_equal(og_sampler_room_open(&room, N, &err), OG_OK);
    if (og_sampler_start(&s, &room, NULL, p, &err) != OG_OK) fail_msg("%s", err.text);
    if (og_sampler_next(&s, logits, recent, n_recent, NULL, &id, &err) != OG_OK) fail_msg("%s", err.text);
    assert_true(expected[id] > 0);
    if (memory[1] != '-') assert_true(fabs(memory_of(&s) - remembered[id]) < 1e-5);
    int n = 0;
    for (int i = 0; i < N; i++) n += expected[i] >= 0;
    for (int i = 0; i < n; i++) {
        assert_true(expected[room.cand[i].id] >= 0);
        weight[room.cand[i].id] = (double)room.adjusted[i];
        total += (double)room.adjusted[i];
    }
    for (int i = 0; i < N; i++)
        if (expected[i] >= 0 && fabs(weight[i] / total - expected[i]) > 2e-6) fail_msg("%g, not %g", weight[i] / total, expected[i]);
    /* And nothing else comes. */
    for (int i = 0; i < 50; i++) {
        og_sampling again = *p;
        again.seed = (uint64_t)i;
        if (og_sampler_start(&s, &room, NULL, &again, &err) != OG_OK) fail_msg("%s", err.text);
        if (og_sampler_next(&s, logits, recent, n_recent, NULL, &id, &err) != OG_OK) fail_msg("%s", err.text);
        assert_true(expected[id] >= 0);
    }
    og_sampler_room_close(&room);
}

static void steps_do_what_their_papers_say(void **state) {
    (void)state;
    static char line[5][LINE];
    FILE *file = fopen(OG_SOURCE_DIR "/tests/golden/samplers/cases.txt", "r");
    assert_non_null(file);
    int cases = 0;

    for (char *asked; (asked = next_line(file, line[0], "case")) != NULL; cases++) {
        og_sampling p = nothing();
        char order[128];
        float logits[N];
        int32_t recent[N];
        size_t n = 0;
        int used;

        for (char *word = strtok(asked, " "); word; word = strtok(NULL, " ")) set(&p, word, order);
        const char *at = next_line(file, line[1], "logits");
        for (int i = 0; i < N; i++, at += used) assert_int_equal(sscanf(at, " %f%n", &logits[i], &used), 1);
        at = next_line(file, line[2], "recent");
        for (; sscanf(at, " %d%n", &recent[n], &used) == 1; at += used) n++;
        const char *left = next_line(file, line[3], "left");
        check_case(&p, logits, recent, n, left, next_line(file, line[4], "memory"));
    }
    fclose(file);
    assert_true(cases > 70);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(steps_do_what_their_papers_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
