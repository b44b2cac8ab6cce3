/* exp, log, pow, sin and cos: close to the truth, and the same bits on every CPU. */
#include "base/real.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Correctly rounded to double; computed with 80 digits. */
static const struct {
    double x, exp, log;
} logs[] = {
    {0.001, 1.0010005001667084, -6.907755278982137},
    {0.5, 1.6487212707001282, -0.6931471805599453},
    {1.0, 2.718281828459045, 0.0},
    {1.5, 4.4816890703380645, 0.4054651081081644},
    {2.718281828459045, 15.154262241479262, 1.0},
    {10.0, 22026.465794806718, 2.302585092994046},
    {100.25, 3.451610733125924e+43, 4.6076670661866785},
    {640.0, 8.881133903158874e+277, 6.461468176353717},
    {1e-10, 1.0000000001, -23.025850929940457},
};

static const struct {
    double x, sine, cosine;
} angles[] = {
    {0.0, 0.0, 1.0},
    {1e-09, 1e-09, 1.0},
    {0.1, 0.09983341664682815, 0.9950041652780258},
    {0.785, 0.706825181105366, 0.7073882691671998},
    {0.79, 0.7103532724176078, 0.7038453156522361},
    {1.5707963267948966, 1.0, 6.123233995736766e-17},
    {2.5, 0.5984721441039565, -0.8011436155469337},
    {3.0, 0.1411200080598672, -0.9899924966004454},
    {-4.0, 0.7568024953079282, -0.6536436208636119},
    {100.0, -0.5063656411097588, 0.8623188722876839},
    {12345.678, -0.7040813137533816, 0.7101193587160628},
    {131071.0, -0.5752416837547893, -0.8179834993879491},
    {-1048575.5, 0.1624508310778367, 0.9867166399134658},
    {2147480000.0, 0.9320333118618318, 0.36237260600087506},
};

static void close_to(double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance)) fail_msg("%.17g, should be %.17g", got, want);
}

static void test_values(void **state) {
    (void)state;
    for (size_t i = 0; i < OG_LEN(logs); i++) {
        close_to(og_real_exp(logs[i].x), logs[i].exp, 4e-16 * logs[i].exp);
        close_to(og_real_log(logs[i].x), logs[i].log, 4e-16 * fmax(1, fabs(logs[i].log)));
    }
    for (size_t i = 0; i < OG_LEN(angles); i++) {
        double sine, cosine;
        og_real_sin_cos(angles[i].x, &sine, &cosine);
        close_to(sine, angles[i].sine, 1e-15);
        close_to(cosine, angles[i].cosine, 1e-15);
    }
    close_to(og_real_pow(10000, -0.25), 0.1, 1e-15);
    close_to(og_real_pow(500000, -0.5), 1.4142135623730951e-3, 1e-17);
}

static void test_limits(void **state) {
    (void)state;
    double sine = 7, cosine = 7;
    assert_true(og_real_exp(0) == 1 && og_real_log(1) == 0 && og_real_pow(3, 0) == 1);
    assert_true(og_real_exp(-701) == 0 && og_real_exp(-(double)INFINITY) == 0 && og_real_exp((double)NAN) == 0);
    assert_true(isinf(og_real_exp(701)));
    const double beyond[] = {0, -0.0, 1e300, (double)INFINITY, (double)NAN};
    for (size_t i = 0; i < OG_LEN(beyond); i++) {
        og_real_sin_cos(beyond[i], &sine, &cosine);
        assert_true(sine == 0 && cosine == 1);
    }
}

/* The bits of many results, as one number: a compiler that fused or reordered operations, or a library's function, would change it. */
static void test_bits(void **state) {
    (void)state;
    uint64_t hash = 0xcbf29ce484222325u;
    for (int i = 1; i <= 20000; i++) {
        double v[4] = {og_real_exp(i * 0.07 - 700), og_real_log(i * 0.37), 0, 0};
        og_real_sin_cos(i * 13.7 - 50000, &v[2], &v[3]);
        for (int j = 0; j < 4; j++) {
            uint64_t bits;
            memcpy(&bits, &v[j], sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3u;
        }
    }
    assert_true(hash == 0xc138bfedd0451cccu);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_limits), cmocka_unit_test(test_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
