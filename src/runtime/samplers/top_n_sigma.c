/* Top-n-sigma (Tang et al. 2024): only logits within n standard deviations of the largest. */
#include "runtime/samplers/draw.h"

#include <math.h>

bool og_step_top_n_sigma_on(const og_sampling *p) {
    return p->top_n_sigma > 0;
}

void og_step_top_n_sigma(og_draw *d) {
    og_draw_list(d);
    double mean = 0, square = 0;
    for (size_t i = 0; i < d->n; i++) mean += (double)d->cand[i].logit;
    mean /= (double)d->n;
    for (size_t i = 0; i < d->n; i++) {
        const double off = (double)d->cand[i].logit - mean;
        square += off * off;
    }
    const double least = og_draw_max(d) - (double)d->s->params.top_n_sigma * sqrt(square / (double)d->n);
    size_t kept = 0;
    for (size_t i = 0; i < d->n; i++)
        if ((double)d->cand[i].logit >= least) d->cand[kept++] = d->cand[i];
    d->n = kept;
}
