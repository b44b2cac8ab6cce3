/* search.c: greedy choice, tries at a temperature, and beams, over the sequences of one window. */
#include "runtime/speech/decode.h"

#include "base/real.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A text in the making. */
typedef struct candidate {
    int32_t *id;
    float *probability;
    int n;
    double sum;
    bool ended;
} candidate;

typedef struct searcher {
    const og_hear_search *s;
    const og_speech *speech;
    int32_t n_vocab;
    int n_max; /* tokens of a text */
    int width; /* beams or tries */
    candidate *now, *next, *done;
    int n_now, n_done;
    float *logits; /* [n_vocab] */
    void *memory;
    uint64_t random;
    float no_speech;
} searcher;

int og_hear_sequences(int beams, int best_of) {
    return OG_MAX(OG_MAX(2 * beams, best_of), 1);
}

void og_hear_result_free(og_hear_result *r) {
    og_release(r->id);
    og_release(r->probability);
    *r = (og_hear_result){0};
}

static og_status allocate(searcher *x, og_error *err) {
    const size_t n = (size_t)x->width, each = (size_t)x->n_max;
    const size_t candidates = 3 * n * sizeof(candidate), tokens = 3 * n * each * (sizeof(int32_t) + sizeof(float));
    uint8_t *at = x->memory = og_calloc(1, candidates + tokens + (size_t)x->n_vocab * sizeof(float));
    if (!at) return og_fail(err, OG_ERR_MEMORY, "out of memory for %d texts in the making", x->width);
    x->now = (candidate *)(void *)at;
    x->next = x->now + n;
    x->done = x->next + n;
    at += candidates;
    for (size_t i = 0; i < 3 * n; i++) {
        x->now[i].id = (int32_t *)(void *)at;
        at += each * sizeof(int32_t);
        x->now[i].probability = (float *)(void *)at;
        at += each * sizeof(float);
    }
    x->logits = (float *)(void *)at;
    return OG_OK;
}

static void copy_candidate(candidate *to, const candidate *from) {
    memcpy(to->id, from->id, (size_t)from->n * sizeof *to->id);
    memcpy(to->probability, from->probability, (size_t)from->n * sizeof *to->probability);
    to->n = from->n;
    to->sum = from->sum;
    to->ended = from->ended;
}

static void append(candidate *c, int32_t id, double logprob) {
    c->id[c->n] = id;
    c->probability[c->n++] = (float)og_real_exp(logprob);
    c->sum += logprob;
}

/* From 0 to 1, the same numbers for the same seed (splitmix64). */
static double draw(searcher *x) {
    uint64_t z = x->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

/* The likeliest token, or one drawn at the temperature. */
static int32_t choose(searcher *x, const float *logits) {
    const double t = (double)x->s->temperature;
    int32_t best = 0;
    for (int32_t i = 1; i < x->n_vocab; i++)
        if (logits[i] > logits[best]) best = i;
    if (t <= 0) return best;
    double sum = 0;
    for (int32_t i = 0; i < x->n_vocab; i++) sum += og_real_exp((double)(logits[i] - logits[best]) / t);
    double left = draw(x) * sum;
    for (int32_t i = 0; i < x->n_vocab; i++) {
        left -= og_real_exp((double)(logits[i] - logits[best]) / t);
        if (left < 0 && logits[i] > -INFINITY) return i;
    }
    return best;
}

/* The rules' view of a candidate's logits, in x->logits; returns the logarithm of their sum. */
static double judge(searcher *x, const float *logits, const candidate *c) {
    memcpy(x->logits, logits, (size_t)x->n_vocab * sizeof *logits);
    og_hear_rules_apply(x->s->rules, c->id, c->n, x->logits);
    return og_hear_log_sum(x->logits, x->n_vocab);
}

/* The next token of each text that goes on, by itself. Returns how many go on. */
static int step_alone(searcher *x, const float *logits, const int *row) {
    int n = 0;
    for (int i = 0; i < x->n_now; i++) {
        candidate *c = &x->now[i];
        if (c->ended || c->n == x->n_max) continue;
        const double sum = judge(x, logits + (size_t)row[i] * (size_t)x->n_vocab, c);
        const int32_t id = choose(x, x->logits);
        const double logprob = (double)x->logits[id] - sum;
        if (id == x->speech->token.eot) {
            c->sum += logprob;
            c->ended = true;
        } else {
            append(c, id, logprob);
            n += c->n < x->n_max;
        }
    }
    return n;
}

static og_status run_alone(searcher *x, const float *logits, og_error *err) {
    const int n = x->s->temperature > 0 ? x->width : 1;
    const size_t size = (size_t)n * (2 * sizeof(int) + 2 * sizeof(int32_t));
    int *row = og_calloc(1, size), *seq = row + n;
    if (!row) return og_fail(err, OG_ERR_MEMORY, "out of memory for hearing");
    int32_t *id = (int32_t *)(void *)(seq + n), *all = id + n;
    og_status status = OG_OK;
    x->n_now = n;
    for (int i = 1; i < n && status == OG_OK; i++) status = og_hearing_fork(x->s->hearing, 0, i, err);
    while (status == OG_OK && step_alone(x, logits, row) > 0) {
        int m = 0;
        for (int i = 0; i < n; i++) {
            if (x->now[i].ended || x->now[i].n == x->n_max) continue;
            row[i] = m;
            seq[m] = i;
            all[m] = m;
            id[m++] = x->now[i].id[x->now[i].n - 1];
        }
        const og_hear_batch batch = {.id = id, .seq = seq, .n = m, .row = all, .n_rows = m};
        *x->s->n_decoded += (uint64_t)m;
        status = og_hearing_decode(x->s->hearing, &batch, x->s->cancel, &logits, NULL, err);
    }
    og_release(row);
    return status;
}

/* ---- beams ---- */

/* A way to go on: text `from` with token `id`. */
typedef struct way {
    int from;
    int32_t id;
    double sum, logprob;
} way;

static int better(const void *a, const void *b) {
    const way *x = a, *y = b;
    if (x->sum != y->sum) return x->sum < y->sum ? 1 : -1;
    return x->from != y->from ? x->from - y->from : (x->id > y->id) - (x->id < y->id);
}

/* The n likeliest tokens of text `from`, as ways. */
static void best_ways(searcher *x, int from, const float *logits, int n, way *out) {
    const candidate *c = &x->now[from];
    const double sum = judge(x, logits, c);
    for (int k = 0; k < n; k++) {
        int32_t best = 0;
        for (int32_t i = 1; i < x->n_vocab; i++)
            if (x->logits[i] > x->logits[best]) best = i;
        const double logprob = (double)x->logits[best] - sum;
        out[k] = (way){from, best, c->sum + logprob, logprob};
        x->logits[best] = -INFINITY;
    }
}

/* The texts of the next step from the best ways; what ends is put aside. Returns how many go on. */
static int take_ways(searcher *x, const way *ways, int n_ways, int *from) {
    int n = 0;
    for (int i = 0; i < n_ways && n < x->width; i++) {
        if (!(ways[i].logprob > (double)-INFINITY)) continue;
        const candidate *c = &x->now[ways[i].from];
        if (ways[i].id != x->speech->token.eot) {
            copy_candidate(&x->next[n], c);
            append(&x->next[n], ways[i].id, ways[i].logprob);
            from[n++] = ways[i].from;
        } else if (x->n_done < x->width) {
            copy_candidate(&x->done[x->n_done], c);
            x->done[x->n_done].sum = ways[i].sum;
            x->done[x->n_done++].ended = true;
        }
    }
    candidate *t = x->now;
    x->now = x->next;
    x->next = t;
    x->n_now = n;
    return n;
}

/* Two halves of the sequences take turns: the texts of a step are copies of those before it. */
static og_status run_beams(searcher *x, const float *logits, og_error *err) {
    const int w = x->width;
    way *ways = og_alloc((size_t)w * (size_t)(w + 1) * sizeof *ways + (size_t)w * 4 * sizeof(int));
    if (!ways) return og_fail(err, OG_ERR_MEMORY, "out of memory for hearing");
    int *from = (int *)(void *)(ways + w * (w + 1)), *seq = from + w;
    int32_t *id = (int32_t *)(void *)(seq + w), *all = id + w;
    og_status status = OG_OK;
    x->n_now = 1;
    for (int half = 0, length = 0; status == OG_OK && length < x->n_max; length++) {
        int n = 0;
        for (int i = 0; i < x->n_now; i++, n += w + 1) best_ways(x, i, logits + (size_t)i * (size_t)x->n_vocab, w + 1, ways + n);
        qsort(ways, (size_t)n, sizeof *ways, better);
        n = take_ways(x, ways, n, from);
        if (n == 0 || x->n_done == w || length + 1 == x->n_max) break;
        for (int i = 0; i < n && status == OG_OK; i++) {
            seq[i] = (1 - half) * w + i;
            id[i] = x->now[i].id[x->now[i].n - 1];
            all[i] = i;
            status = og_hearing_fork(x->s->hearing, half * w + from[i], seq[i], err);
        }
        half = 1 - half;
        const og_hear_batch batch = {.id = id, .seq = seq, .n = n, .row = all, .n_rows = n};
        *x->s->n_decoded += (uint64_t)n;
        if (status == OG_OK) status = og_hearing_decode(x->s->hearing, &batch, x->s->cancel, &logits, NULL, err);
    }
    og_release(ways);
    return status;
}

/* ---- the whole ---- */

/* Evaluates the prompt and notes how likely it is that nobody speaks; *logits are those after it. */
static og_status begin(searcher *x, const float **logits, og_error *err) {
    const og_hear_search *s = x->s;
    int *seq = og_calloc((size_t)s->n_prompt, sizeof *seq);
    if (!seq) return og_fail(err, OG_ERR_MEMORY, "out of memory for hearing");
    const int32_t rows[2] = {s->sot, s->n_prompt - 1};
    const int n_rows = s->sot == s->n_prompt - 1 ? 1 : 2;
    const og_hear_batch batch = {.id = s->prompt, .seq = seq, .n = s->n_prompt, .row = rows, .n_rows = n_rows};
    for (int i = 0; i < og_hear_sequences(s->beams, s->best_of); i++) og_hearing_rewind(s->hearing, i, 0);
    const og_status status = og_hearing_decode(s->hearing, &batch, s->cancel, logits, NULL, err);
    og_release(seq);
    if (status != OG_OK) return status;
    const int32_t token = x->speech->token.no_speech;
    if (token >= 0) x->no_speech = (float)og_real_exp((double)(*logits)[token] - og_hear_log_sum(*logits, x->n_vocab));
    *logits += (size_t)(n_rows - 1) * (size_t)x->n_vocab;
    return OG_OK;
}

/* The best text by its mean log-probability (of as many tokens as it has, the end not counted). */
static const candidate *best_of(const searcher *x, bool beams) {
    const candidate *best = NULL;
    double best_mean = 0;
    for (int i = 0; i < x->n_done + (beams && x->n_done == x->width ? 0 : x->n_now); i++) {
        const candidate *c = i < x->n_done ? &x->done[i] : &x->now[i - x->n_done];
        const double mean = c->sum / OG_MAX(c->n, 1);
        if (!best || mean > best_mean) {
            best = c;
            best_mean = mean;
        }
    }
    return best;
}

static og_status measure(const searcher *x, og_hear_result *out, og_error *err) {
    char *text = NULL;
    size_t len = 0;
    OG_TRY(og_tok_decode(x->speech->tok, out->id, (size_t)out->n, false, &text, &len, err));
    out->compression_ratio = og_compression_ratio(text, len);
    og_release(text);
    out->average_logprob = (float)(out->sum_logprob / (out->n + 1));
    return OG_OK;
}

static og_status finish(const searcher *x, bool beams, og_hear_result *out, og_error *err) {
    const candidate *c = best_of(x, beams);
    *out =
        (og_hear_result){.n = c->n, .sum_logprob = c->sum, .no_speech = x->no_speech, .temperature = x->s->temperature, .ended = c->ended};
    out->id = og_alloc((size_t)c->n * sizeof *out->id);
    out->probability = og_alloc((size_t)c->n * sizeof *out->probability);
    if (!out->id || !out->probability) return og_fail(err, OG_ERR_MEMORY, "out of memory for a text");
    memcpy(out->id, c->id, (size_t)c->n * sizeof *out->id);
    memcpy(out->probability, c->probability, (size_t)c->n * sizeof *out->probability);
    return measure(x, out, err);
}

og_status og_hear_search_run(const og_hear_search *s, og_hear_result *out, og_error *err) {
    const og_speech *speech = s->rules->speech;
    const int n_ctx = (int)speech->lm->hp.n_ctx_train;
    const bool beams = s->beams > 1 && s->temperature <= 0;
    searcher x = {.s = s,
                  .speech = speech,
                  .n_vocab = (int32_t)speech->lm->hp.n_vocab,
                  .n_max = OG_MIN(n_ctx / 2, n_ctx - s->n_prompt),
                  .width = beams                ? s->beams
                           : s->temperature > 0 ? OG_MAX(s->best_of, 1)
                                                : 1,
                  .random = s->seed};
    const float *logits = NULL;
    *out = (og_hear_result){0};
    if (x.n_max < 1) return og_fail(err, OG_ERR_CONTEXT, "a prompt of %d tokens leaves no room for a text in %d", s->n_prompt, n_ctx);
    og_status status = allocate(&x, err);
    if (status == OG_OK) status = begin(&x, &logits, err);
    if (status == OG_OK) status = beams ? run_beams(&x, logits, err) : run_alone(&x, logits, err);
    if (status == OG_OK) status = finish(&x, beams, out, err);
    if (status != OG_OK) og_hear_result_free(out);
    og_release(x.memory);
    return status;
}
