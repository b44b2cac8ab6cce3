/* Top-p, the nucleus (Holtzman et al. 2020): the likeliest, as few as hold top_p of the probability. */
#include "runtime/samplers/draw.h"

bool og_step_top_p_on(const og_sampling *p) {
    return p->top_p < 1;
}

void og_step_top_p(og_draw *d) {
    og_draw_list(d);
    const double max = og_draw_max(d), total = og_draw_total(d, max), wanted = (double)d->s->params.top_p * total;
    double held = 0;
    size_t kept = 0;
    og_candidate *cand = d->cand;
    og_candidate_heap(cand, d->n, true);
    while (kept < d->n && (kept == 0 || held < wanted)) {
        const size_t left = d->n - kept;
        const og_candidate first = cand[0];
        held += og_draw_weight(d, first.logit, max);
        cand[0] = cand[left - 1];
        cand[left - 1] = first; /* the taken ones gather at the end, last first */
        og_candidate_sift(cand, left - 1, 0, true);
        kept++;
    }
    for (size_t i = 0, j = d->n - 1; i < kept && i < j; i++, j--) {
        const og_candidate t = cand[i];
        cand[i] = cand[j];
        cand[j] = t;
    }
    d->n = kept;
}
