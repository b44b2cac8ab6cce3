/* Temperature, or with a range one that grows with the entropy H of what is left of n: from temperature - range (0 at least) to
 * temperature + range, as (H / log n) ^ temperature_exponent does from 0 to 1 (kalomaze, 2023). */
#include "base/real.h"
#include "runtime/samplers/draw.h"

static const double coldest = 1e-6;

bool og_step_temperature_on(const og_sampling *p) {
    return p->temperature != 1 || p->temperature_range > 0;
}

static double entropy(const og_draw *d) {
    const double max = og_draw_max(d), total = og_draw_total(d, max);
    double h = 0;
    for (size_t i = 0; i < d->n; i++) {
        const double p = og_draw_weight(d, d->cand[i].logit, max) / total;
        if (p > 0) h -= p * og_real_log(p);
    }
    return h;
}

void og_step_temperature(og_draw *d) {
    const og_sampling *p = &d->s->params;
    const double t = (double)p->temperature, range = (double)p->temperature_range;
    if (range <= 0) {
        d->temperature = OG_MAX(t, coldest);
        return;
    }
    og_draw_list(d);
    if (d->n < 2) return;
    const double low = OG_MAX(t - range, 0.0), share = OG_MIN(entropy(d) / og_real_log((double)d->n), 1.0);
    const double risen = share > 0 ? og_real_pow(share, (double)p->temperature_exponent) : p->temperature_exponent > 0 ? 0 : 1;
    d->temperature = OG_MAX(low + (t + range - low) * risen, coldest);
}
