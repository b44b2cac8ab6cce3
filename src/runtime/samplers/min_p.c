/* Min-p (Nguyen et al. 2024): those at least min_p times as likely as the likeliest. */
#include "runtime/samplers/draw.h"

bool og_step_min_p_on(const og_sampling *p) {
    return p->min_p > 0;
}

void og_step_min_p(og_draw *d) {
    og_draw_list(d);
    const double max = og_draw_max(d);
    size_t kept = 0;
    for (size_t i = 0; i < d->n; i++)
        if (og_draw_weight(d, d->cand[i].logit, max) >= (double)d->s->params.min_p) d->cand[kept++] = d->cand[i];
    d->n = kept;
}
