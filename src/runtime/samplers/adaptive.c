/* Adaptive-p (MrJackSpade and ddh0, 2025): prefers probabilities near a target, which is moved so that the average of what was chosen comes
 * to adaptive_target. A candidate's logit becomes 5 - 10 x^2 / (1 + x), x = |p - target| / 0.3: quadratic near by, linear far away. The
 * average is weighted by adaptive_decay ^ age and begins as if it were on target. */
#include "base/real.h"
#include "runtime/samplers/draw.h"

#include <math.h>

static const double width = 0.3, peak = 5, sharpness = 10;

int32_t og_choose_adaptive(og_draw *d) {
    og_sampler *s = d->s;
    og_draw_list(d);
    const double max = og_draw_max(d), total = og_draw_total(d, max);
    const double aim = 2 * (double)s->params.adaptive_target - s->chosen_sum / s->chosen_weight;
    const double target = OG_MIN(OG_MAX(aim, 0.0), 1.0);
    float *weight = s->room->adjusted;
    for (size_t i = 0; i < d->n; i++) {
        const double x = fabs(og_draw_weight(d, d->cand[i].logit, max) / total - target) / width;
        weight[i] = (float)og_real_exp(peak - sharpness * x * x / (1 + x) - peak);
    }
    const size_t i = og_draw_by_weight(d, weight);
    s->chosen_sum = og_draw_weight(d, d->cand[i].logit, max) / total + (double)s->params.adaptive_decay * s->chosen_sum;
    s->chosen_weight = 1 + (double)s->params.adaptive_decay * s->chosen_weight;
    return d->cand[i].id;
}
