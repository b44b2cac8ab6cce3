/* Penalties for tokens that occurred: repeat_penalty divides positive and multiplies negative logits (Keskar et al. 2019); the others are
 * subtracted, once and for each time. */
#include "runtime/samplers/draw.h"

bool og_step_penalties_on(const og_sampling *p) {
    return p->penalty_last != 0 && (p->repeat_penalty != 1 || p->presence_penalty != 0 || p->frequency_penalty != 0);
}

static float penalized(const og_sampling *p, float x, uint32_t count) {
    x = x > 0 ? x / p->repeat_penalty : x * p->repeat_penalty;
    return x - (p->presence_penalty + p->frequency_penalty * (float)count);
}

void og_step_penalties(og_draw *d) {
    const og_sampling *p = &d->s->params;
    const size_t n = p->penalty_last < 0 ? d->n_recent : OG_MIN(d->n_recent, (size_t)p->penalty_last);
    if (n == 0) return; /* and there may be no list */
    const int32_t *recent = d->recent + (d->n_recent - n);
    for (size_t i = 0; i < n; i++) d->s->room->seen[recent[i]]++;
    og_draw_change(d, recent, n, penalized);
}
