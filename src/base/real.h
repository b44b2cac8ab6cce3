/* real.h: exp, log, pow, sin and cos of doubles from additions, multiplications and fma alone. C libraries differ in the last bit; these
 * give the same everywhere, so that what is computed from them does not depend on where offgrid was built. */
#ifndef OG_BASE_REAL_H
#define OG_BASE_REAL_H

#include "base/base.h"

#include <math.h>
#include <string.h>

/* Within 2 units of the last place for -700 < x < 700; 0 below (also for NaN), infinity above. */
static inline double og_real_exp(double x) {
    static const double term[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
                                  1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       1.0 / 2,      1.0,         1.0};
    if (!(x > -700)) return 0;
    if (x > 700) return (double)INFINITY;
    /* 2^n * exp(r), |r| <= ln 2 / 2; ln 2 in two parts, of which n times the first is exact. */
    double n = rint(x * 1.4426950408889634), p = 0;
    double r = (x - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45;
    for (size_t k = 0; k < OG_LEN(term); k++) p = p * r + term[k];
    uint64_t bits = (uint64_t)(1023 + (int64_t)n) << 52; /* 2^n */
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    return p * scale;
}

/* Natural logarithm of a positive, finite, normal x. */
double og_real_log(double x);
/* x^y for such an x; relative error about |y log x| * 1e-16. */
double og_real_pow(double x, double y);
/* Sine and cosine of an angle in radians, |x| < 2^31; absolute error below 1e-15. Beyond, and for NaN, those of 0. */
void og_real_sin_cos(double x, double *sine, double *cosine);

#endif
