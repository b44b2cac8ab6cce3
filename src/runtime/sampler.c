#include "runtime/samplers/draw.h"

#include <math.h>
#include <string.h>

og_sampling og_sampling_defaults(void) {
    return (og_sampling){.temperature = 0.8f,
                         .temperature_exponent = 1,
                         .top_k = 40,
                         .top_p = 0.95f,
                         .min_p = 0.05f,
                         .typical_p = 1,
                         .xtc_threshold = 0.1f,
                         .repeat_penalty = 1,
                         .penalty_last = 64,
                         .dry_base = 1.75f,
                         .dry_allowed = 2,
                         .dry_last = -1,
                         .mirostat_tau = 5,
                         .mirostat_eta = 0.1f,
                         .adaptive_target = -1,
                         .adaptive_decay = 0.9f};
}

static void seed_state(uint64_t state[4], uint64_t seed) { /* SplitMix64 (Steele, Lea and Flood 2014) */
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        state[i] = z ^ (z >> 31);
    }
}

/* ---- the room ---- */

enum { TEXT_BYTES = 1024 };

og_status og_sampler_room_open(og_sampler_room *room, int32_t n_vocab, og_error *err) {
    *room = (og_sampler_room){.n_vocab = n_vocab};
    og_buf_init(&room->text);
    room->cand = og_alloc((size_t)n_vocab * sizeof *room->cand);
    room->work = og_alloc((size_t)n_vocab * sizeof *room->work);
    room->adjusted = og_alloc((size_t)n_vocab * sizeof *room->adjusted);
    room->seen = og_calloc((size_t)n_vocab, sizeof *room->seen);
    if (room->cand && room->work && room->adjusted && room->seen && og_buf_reserve(&room->text, TEXT_BYTES)) return OG_OK;
    og_sampler_room_close(room);
    return og_fail(err, OG_ERR_MEMORY, "out of memory for sampling from %d tokens", n_vocab);
}

void og_sampler_room_close(og_sampler_room *room) {
    og_release(room->cand);
    og_release(room->work);
    og_release(room->adjusted);
    og_release(room->seen);
    og_buf_free(&room->text);
    *room = (og_sampler_room){0};
}

uint64_t og_sampler_room_bytes(int32_t n_vocab) {
    return (uint64_t)n_vocab * (2 * sizeof(og_candidate) + sizeof(float) + sizeof(uint32_t));
}

/* ---- steps ---- */

typedef struct step {
    const char *name;
    bool (*on)(const og_sampling *p);
    void (*run)(og_draw *d);
} step;

static const step steps[] = {
#define STEP(name) {#name, og_step_##name##_on, og_step_##name},
#include "runtime/samplers/samplers.def"
#undef STEP
};

_Static_assert(OG_LEN(steps) <= OG_STEPS_MAX, "room for every step");

static bool before_truncation(const step *s) { /* those that mirostat leaves */
    return s->run == og_step_penalties || s->run == og_step_dry || s->run == og_step_temperature;
}

static og_status add_step(og_sampler *s, size_t i, og_error *err) {
    for (int j = 0; j < s->n_steps; j++)
        if (s->step[j] == i) return og_fail(err, OG_ERR_ARG, "the order of samplers has '%s' twice", steps[i].name);
    if (steps[i].on(&s->params) && (s->params.mirostat == 0 || before_truncation(&steps[i]))) s->step[s->n_steps++] = (uint8_t)i;
    return OG_OK;
}

/* Names between semicolons, or all in the table's order. */
static og_status set_order(og_sampler *s, const char *order, og_error *err) {
    s->n_steps = 0;
    for (size_t i = 0; i < OG_LEN(steps) && !order; i++) OG_TRY(add_step(s, i, err));
    for (const char *at = order; at && *at;) {
        const size_t len = strcspn(at, ";");
        size_t i = 0;
        while (i < OG_LEN(steps) && (strlen(steps[i].name) != len || memcmp(steps[i].name, at, len) != 0)) i++;
        if (i == OG_LEN(steps))
            return og_fail(
                err, OG_ERR_ARG,
                "there is no sampler '%.*s': an order has some of penalties, dry, top_n_sigma, top_k, typ_p, top_p, min_p, xtc and "
                "temperature, with semicolons between",
                (int)OG_MIN(len, (size_t)60), at);
        OG_TRY(add_step(s, i, err));
        at += len;
        at += *at == ';';
    }
    return OG_OK;
}

/* ---- starting ---- */

static og_status check(const char *name, double v, double min, double max, og_error *err) {
    if (v >= min && v <= max) return OG_OK;
    return og_fail(err, OG_ERR_ARG, "%s is %g, but it must be between %g and %g", name, v, min, max);
}

static og_status check_all(const og_sampling *p, int32_t n_vocab, og_error *err) {
    const struct {
        const char *name;
        double v, min, max;
    } rows[] = {
        {"temperature", (double)p->temperature, 0, 1e6},
        {"temperature_range", (double)p->temperature_range, 0, 1e6},
        {"temperature_exponent", (double)p->temperature_exponent, 0, 1e3},
        {"top_k", p->top_k, 0, INT32_MAX},
        {"top_p", (double)p->top_p, 0, 1},
        {"min_p", (double)p->min_p, 0, 1},
        {"typical_p", (double)p->typical_p, 0, 1},
        {"top_n_sigma", (double)p->top_n_sigma, -1, 1e6},
        {"xtc_probability", (double)p->xtc_probability, 0, 1},
        {"xtc_threshold", (double)p->xtc_threshold, 0, 1},
        {"repeat_penalty", (double)p->repeat_penalty, 1e-6, 1e6},
        {"presence_penalty", (double)p->presence_penalty, -1e6, 1e6},
        {"frequency_penalty", (double)p->frequency_penalty, -1e6, 1e6},
        {"penalty_last", p->penalty_last, -1, INT32_MAX},
        {"dry_multiplier", (double)p->dry_multiplier, 0, 1e6},
        {"dry_base", (double)p->dry_base, 1, 1e3},
        {"dry_allowed", p->dry_allowed, 1, 1024},
        {"dry_last", p->dry_last, -1, INT32_MAX},
        {"mirostat", p->mirostat, 0, 2},
        {"mirostat_tau", (double)p->mirostat_tau, 0, 100},
        {"mirostat_eta", (double)p->mirostat_eta, 0, 1},
        {"adaptive_target", (double)p->adaptive_target, -1, 1},
        {"adaptive_decay", (double)p->adaptive_decay, 0, 0.99f},
    };
    for (size_t i = 0; i < OG_LEN(rows); i++) OG_TRY(check(rows[i].name, rows[i].v, rows[i].min, rows[i].max, err));
    for (size_t i = 0; i < p->n_bias; i++)
        if (p->bias[i].id < 0 || p->bias[i].id >= n_vocab || isnan(p->bias[i].add))
            return og_fail(err, OG_ERR_ARG, "bias %zu is %g for token %d, but the vocabulary has ids 0 to %d", i, (double)p->bias[i].add,
                           p->bias[i].id, n_vocab - 1);
    for (size_t i = 0; i < p->n_dry_breakers; i++)
        if (!p->dry_breakers[i] || !p->dry_breakers[i][0]) return og_fail(err, OG_ERR_ARG, "breaker %zu of dry is empty", i);
    return OG_OK;
}

og_status og_sampler_start(og_sampler *s, og_sampler_room *room, const og_tok *tok, const og_sampling *p, og_error *err) {
    OG_TRY(check_all(p, room->n_vocab, err));
    *s = (og_sampler){.params = *p, .room = room, .tok = tok, .mu = 2 * (double)p->mirostat_tau};
    s->chosen_weight = 1 / (1 - (double)p->adaptive_decay);
    s->chosen_sum = (double)p->adaptive_target * s->chosen_weight;
    seed_state(s->state, p->seed);
    return set_order(s, p->order, err);
}

/* ---- choosing ---- */

static int32_t greedy(const float *logits, int32_t n) {
    int32_t best = -1;
    float max = -INFINITY;
    for (int32_t id = 0; id < n; id++)
        if (logits[id] > max) { /* never for a NaN */
            max = logits[id];
            best = id;
        }
    return best;
}

static void restrict_to(og_draw *d, const uint32_t *allowed) {
    float *x = og_draw_own(d);
    for (int32_t id = 0; id < d->s->room->n_vocab; id++)
        if (!(allowed[id / 32] >> id % 32 & 1)) x[id] = -INFINITY;
}

static void add_bias(og_draw *d) {
    float *x = og_draw_own(d);
    for (size_t i = 0; i < d->s->params.n_bias; i++) x[d->s->params.bias[i].id] += d->s->params.bias[i].add;
}

static int32_t choose(og_draw *d) {
    const og_sampling *p = &d->s->params;
    og_draw_list(d);
    if (d->n == 0) return -1;
    if (p->mirostat > 0) return og_choose_mirostat(d);
    if (p->adaptive_target >= 0) return og_choose_adaptive(d);
    const double max = og_draw_max(d);
    float *weight = d->s->room->adjusted; /* no longer needed for logits */
    for (size_t i = 0; i < d->n; i++) weight[i] = (float)og_draw_weight(d, d->cand[i].logit, max);
    return d->cand[og_draw_by_weight(d, weight)].id;
}

og_status og_sampler_next(og_sampler *s, const float *logits, const int32_t *recent, size_t n_recent, const uint32_t *allowed, int32_t *id,
                          og_error *err) {
    const og_sampling *p = &s->params;
    og_draw d = {.s = s, .logits = logits, .temperature = 1, .recent = recent, .n_recent = n_recent};
    if (p->n_bias > 0) add_bias(&d);
    if (allowed) restrict_to(&d, allowed);
    if (p->temperature <= 0) {
        if (og_step_penalties_on(p)) og_step_penalties(&d);
        if (og_step_dry_on(p)) og_step_dry(&d);
        *id = greedy(d.logits, s->room->n_vocab);
    } else {
        for (int i = 0; i < s->n_steps && !(d.listed && d.n == 0); i++) steps[s->step[i]].run(&d);
        *id = choose(&d);
    }
    if (*id >= 0) return OG_OK;
    return og_fail(err, OG_ERR_FORMAT,
                   "none of the model's %d logits is a number: its weights are damaged, or not meant for this architecture",
                   s->room->n_vocab);
}
