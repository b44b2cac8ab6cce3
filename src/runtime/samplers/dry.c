/* DRY, "don't repeat yourself" (p-e-w, 2024): where the text ends with m tokens that occurred before, m >= dry_allowed, the token that
 * followed them there loses dry_multiplier * dry_base ^ (m - dry_allowed), for the longest such m. Repetitions do not reach across a
 * breaker: a token whose text has one of dry_breakers in it, or that has no text. */
#include "base/real.h"
#include "runtime/samplers/draw.h"
#include "text/tokenizer.h"

#include <math.h>
#include <string.h>

static const char *const usual_breakers[] = {"\n", ":", "\"", "*"};
enum { LONGEST = 4096 };

bool og_step_dry_on(const og_sampling *p) {
    return p->dry_multiplier > 0 && p->dry_last != 0;
}

static bool breaks(og_sampler *s, int32_t id) {
    const og_sampling *p = &s->params;
    const char *const *breaker = p->dry_breakers ? p->dry_breakers : usual_breakers;
    const size_t n = p->dry_breakers ? p->n_dry_breakers : OG_LEN(usual_breakers);
    og_buf *text = &s->room->text;
    text->len = 0;
    if (!s->tok) return false;
    if (og_tok_text(s->tok, id, text, NULL) != OG_OK || text->len == 0) return true;
    for (size_t i = 0; i < n; i++)
        if (memmem(text->data, text->len, breaker[i], strlen(breaker[i]))) return true;
    return false;
}

/* How many tokens at the end may be part of a repetition: beyond those where the penalty is as large as can be, more make no difference. */
static size_t reach(og_draw *d, const int32_t *recent, size_t n) {
    const og_sampling *p = &d->s->params;
    const double base = (double)p->dry_base, useful = base > 1 ? 88 / og_real_log(base) : 1;
    size_t most = OG_MIN(n, (size_t)LONGEST), k = 0;
    if (useful + 1 < LONGEST) most = OG_MIN(most, (size_t)p->dry_allowed + (size_t)useful + 1);
    while (k < most && !breaks(d->s, recent[n - 1 - k])) k++;
    return k;
}

static float shorter(const og_sampling *p, float x, uint32_t length) {
    if ((int64_t)length < p->dry_allowed) return x;
    return x - (float)((double)p->dry_multiplier * og_real_pow((double)p->dry_base, (double)length - (double)p->dry_allowed));
}

void og_step_dry(og_draw *d) {
    const og_sampling *p = &d->s->params;
    const size_t n = p->dry_last < 0 ? d->n_recent : OG_MIN(d->n_recent, (size_t)p->dry_last);
    if (n == 0) return; /* and there may be no list */
    const int32_t *recent = d->recent + (d->n_recent - n);
    uint32_t *seen = d->s->room->seen;
    const size_t most = reach(d, recent, n);
    for (size_t end = 1; end < n; end++) { /* recent[end] followed what ends before it */
        size_t m = 0;
        while (m < most && m < end && recent[end - 1 - m] == recent[n - 1 - m]) m++;
        if (m > seen[recent[end]]) seen[recent[end]] = (uint32_t)m;
    }
    og_draw_change(d, recent, n, shorter);
}
