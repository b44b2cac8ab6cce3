/* real.c: series around points near 0; see real.h for why not the C library's. */
#include "base/real.h"

double og_real_log(double x) {
    /* x = 2^n * m, sqrt(1/2) < m < sqrt(2); log m = 2 atanh(s), s = (m - 1) / (m + 1), |s| < 0.172: s^25 / 25 is the last term that
     * matters. */
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    double n = (double)((int64_t)(bits >> 52) - 1023), m, p = 0;
    bits = (bits & 0x000fffffffffffffu) | 0x3ff0000000000000u;
    memcpy(&m, &bits, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        n += 1;
    }
    const double s = (m - 1) / (m + 1), s2 = s * s;
    for (int k = 25; k > 0; k -= 2) p = p * s2 + 1.0 / k;
    return n * 0x1.62e42fefa3800p-1 + (2 * s * p + n * 0x1.ef35793c76730p-45);
}

double og_real_pow(double x, double y) {
    return og_real_exp(y * og_real_log(x));
}

void og_real_sin_cos(double x, double *sine, double *cosine) {
    if (!(fabs(x) < 0x1p31)) x = 0;
    /* x = n * pi / 2 + r, |r| <= pi / 4; pi / 2 in two parts, and the subtraction rounds once. */
    const double n = rint(x * 0.6366197723675814);
    const double r = fma(-n, 6.123233995736766e-17, fma(-n, 1.5707963267948966, x)), r2 = r * r;
    double s = 1, c = 1;
    for (int k = 16; k > 0; k -= 2) { /* Taylor: s = 1 - r2 / (2 * 3) * (1 - r2 / (4 * 5) * ...), c = 1 - r2 / (1 * 2) * ... */
        s = 1 - r2 / (k * (k + 1)) * s;
        c = 1 - r2 / (k * (k - 1)) * c;
    }
    s *= r;
    const int64_t quarter = (int64_t)n & 3;
    *sine = quarter == 0 ? s : quarter == 1 ? c : quarter == 2 ? -s : -c;
    *cosine = quarter == 0 ? c : quarter == 1 ? -s : quarter == 2 ? -c : s;
}
