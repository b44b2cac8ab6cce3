/* Mirostat (Basu et al. 2021): keeps the surprise -log2 p of what is chosen near tau. It takes the place of all truncation; p is the
 * probability before any. mu, what may be surprising at most, follows the error by eta. Version 1 estimates the exponent s of Zipf's law
 * from the 100 likeliest and from that and mu how many to keep; version 2 drops what is more surprising than mu. */
#include "base/real.h"
#include "runtime/samplers/draw.h"

#include <math.h>

enum { ESTIMATED_FROM = 100 };
static const double ln2 = 0.693147180559945309417;

static double probability(const og_draw *d, size_t i, double max, double total) {
    return og_draw_weight(d, d->cand[i].logit, max) / total;
}

/* Of a sorted list. */
static size_t keep_by_zipf(const og_draw *d, double mu, double max, double total) {
    const size_t m = OG_MIN(d->n, (size_t)ESTIMATED_FROM);
    double tb = 0, tt = 0;
    for (size_t i = 0; i + 1 < m; i++) {
        const double t = og_real_log((double)(i + 2) / (double)(i + 1)), p = probability(d, i + 1, max, total);
        if (p <= 0) break;
        tb += t * og_real_log(probability(d, i, max, total) / p);
        tt += t * t;
    }
    const double s = tt > 0 ? tb / tt : 1, e = s - 1, n = (double)d->s->room->n_vocab;
    if (s <= 0) return d->n;
    /* (1 - n^-e) / e is log n where e is 0. */
    const double sum = fabs(e) < 1e-9 ? og_real_log(n) : (1 - og_real_pow(n, -e)) / e;
    const double k = og_real_pow(og_real_exp(mu * ln2) / sum, 1 / s);
    return !(k < (double)d->n) ? d->n : (size_t)OG_MAX(rint(k), 1.0);
}

static size_t keep_by_surprise(const og_draw *d, double mu, double max, double total) {
    const double least = og_real_exp(-mu * ln2);
    size_t kept = 1;
    while (kept < d->n && probability(d, kept, max, total) >= least) kept++;
    return kept;
}

int32_t og_choose_mirostat(og_draw *d) {
    og_sampler *s = d->s;
    og_draw_list(d);
    const double max = og_draw_max(d), total = og_draw_total(d, max);
    og_draw_sort(d, d->n);
    const size_t all = d->n;
    d->n = s->params.mirostat == 1 ? keep_by_zipf(d, s->mu, max, total) : keep_by_surprise(d, s->mu, max, total);
    d->n = OG_MAX(OG_MIN(d->n, all), (size_t)1);
    float *weight = s->room->adjusted;
    for (size_t i = 0; i < d->n; i++) weight[i] = (float)og_draw_weight(d, d->cand[i].logit, max);
    const size_t i = og_draw_by_weight(d, weight);
    const double surprise = -og_real_log(probability(d, i, max, total)) / ln2;
    s->mu -= (double)s->params.mirostat_eta * (surprise - (double)s->params.mirostat_tau);
    return d->cand[i].id;
}
