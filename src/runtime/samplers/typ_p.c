/* Locally typical sampling (Meister et al. 2023): those whose surprise -log p is closest to the entropy, as few as hold typical_p of the
 * probability. The order stays; ties go to what comes first in it. */
#include "base/real.h"
#include "runtime/samplers/draw.h"

#include <math.h>

bool og_step_typ_p_on(const og_sampling *p) {
    return p->typical_p < 1;
}

void og_step_typ_p(og_draw *d) {
    og_draw_list(d);
    const double max = og_draw_max(d), total = og_draw_total(d, max);
    double entropy = 0, held = 0;
    for (size_t i = 0; i < d->n; i++) {
        const double p = og_draw_weight(d, d->cand[i].logit, max) / total;
        if (p > 0) entropy -= p * og_real_log(p);
    }
    og_candidate *work = d->s->room->work; /* how near, nearest first; id: index in the list */
    for (size_t i = 0; i < d->n; i++) {
        const double p = og_draw_weight(d, d->cand[i].logit, max) / total;
        work[i] = (og_candidate){p > 0 ? -(float)fabs(-og_real_log(p) - entropy) : -INFINITY, (int32_t)i};
    }
    og_candidate_heap(work, d->n, true);
    float *mark = d->s->room->adjusted;
    for (size_t i = 0; i < d->n; i++) mark[i] = 0;
    for (size_t left = d->n; left > 0 && (left == d->n || held < (double)d->s->params.typical_p); left--) {
        const size_t i = (size_t)work[0].id;
        held += og_draw_weight(d, d->cand[i].logit, max) / total;
        mark[i] = 1;
        work[0] = work[left - 1];
        og_candidate_sift(work, left - 1, 0, true);
    }
    size_t kept = 0;
    for (size_t i = 0; i < d->n; i++)
        if (mark[i] > 0) d->cand[kept++] = d->cand[i];
    d->n = kept;
}
