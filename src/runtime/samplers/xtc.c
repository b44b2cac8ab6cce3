/* XTC, "exclude top choices" (p-e-w, 2024): with xtc_probability, of those that have at least xtc_threshold only the least likely stays. */
#include "runtime/samplers/draw.h"

bool og_step_xtc_on(const og_sampling *p) {
    return p->xtc_probability > 0 && p->xtc_threshold <= 0.5f;
}

void og_step_xtc(og_draw *d) {
    og_draw_list(d);
    if (og_draw_random(d->s) >= (double)d->s->params.xtc_probability) return;
    const double max = og_draw_max(d), least = (double)d->s->params.xtc_threshold * og_draw_total(d, max);
    og_candidate last = {.id = -1};
    size_t kept = 0;
    for (size_t i = 0; i < d->n; i++)
        if (og_draw_weight(d, d->cand[i].logit, max) >= least && (last.id < 0 || og_candidate_before(last, d->cand[i]))) last = d->cand[i];
    for (size_t i = 0; i < d->n; i++)
        if (d->cand[i].id == last.id || og_draw_weight(d, d->cand[i].logit, max) < least) d->cand[kept++] = d->cand[i];
    d->n = kept;
}
