/* Top-k (Fan et al. 2018): the k largest. */
#include "runtime/samplers/draw.h"

bool og_step_top_k_on(const og_sampling *p) {
    return p->top_k > 0;
}

void og_step_top_k(og_draw *d) {
    const size_t k = (size_t)d->s->params.top_k;
    if (!d->listed)
        og_draw_list_top(d, k);
    else if (k < d->n)
        og_draw_sort(d, k);
}
