// SPDX-License-Identifier: BSD-3-Clause
// Each function against MPFR on many hard arguments: the largest error in ulps and where it is.
#include "check.h"
#include "points.h"
#include "subject.h"

#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int (*reference_1)(mpfr_t, const mpfr_t, mpfr_rnd_t);
typedef int (*reference_2)(mpfr_t, const mpfr_t, const mpfr_t, mpfr_rnd_t);
typedef void (*generator_2)(unsigned index, int is_float, double *x, double *y);

struct unary {
    const char *name;
    double (*of_double)(double);
    float (*of_float)(float);
    reference_1 reference;
    struct domain domain, domain_f;
    double limit, limit_f; // ulps
    unsigned slowness;     // of the reference: so many times fewer points, unless 0
    double absolute;       // an error below this is none: a function with unknown zeros
};

struct binary {
    const char *name;
    double (*of_double)(double, double);
    float (*of_float)(float, float);
    reference_2 reference;
    generator_2 generate;
    double limit, limit_f;
};

static mpfr_t ref_x, ref_y, exact, difference;

static int is_not_finite_number(double y)
{
    return y != y || y == HUGE_VAL || y == -HUGE_VAL;
}

// |got - exact| in units of the last place that exact has in the format; infinite when one of
// them is a NaN, an infinity or a zero and the other cannot be
static double error_in_ulps(double got, int is_float)
{
    int digits = is_float ? 24 : 53, lowest = is_float ? -149 : -1074;
    if (mpfr_nan_p(exact) || got != got)
        return mpfr_nan_p(exact) && got != got ? 0 : HUGE_VAL;
    if (mpfr_inf_p(exact) || mpfr_zero_p(exact))
        return mpfr_cmp_d(exact, got) == 0 ? 0 : HUGE_VAL;
    long exponent = (long)mpfr_get_exp(exact) - digits;
    if (exponent < lowest)
        exponent = lowest;
    if (is_not_finite_number(got)) {
        // an infinity stands for the first power of two that is too large
        mpfr_set_si_2exp(difference, got > 0 ? 1 : -1, is_float ? 128 : 1024, MPFR_RNDN);
        if (mpfr_cmpabs(exact, difference) >= 0 && mpfr_sgn(exact) == mpfr_sgn(difference))
            return 0;
        mpfr_sub(difference, difference, exact, MPFR_RNDN);
    } else {
        mpfr_d_sub(difference, got, exact, MPFR_RNDN);
    }
    mpfr_mul_2si(difference, difference, -exponent, MPFR_RNDN);
    return fabs(mpfr_get_d(difference, MPFR_RNDN));
}

static void report(const char *name, int is_float, double worst, double x, double y, int two,
                   double limit)
{
    char title[200];
    if (two)
        snprintf(title, sizeof title, "%s%-9s max %.4f ulp (limit %.2f) at %a, %a", name,
                 is_float ? "f" : "", worst, limit, x, y);
    else
        snprintf(title, sizeof title, "%s%-9s max %.4f ulp (limit %.2f) at %a", name,
                 is_float ? "f" : "", worst, limit, x);
    puts(title);
    check_that(worst <= limit, title);
}

static void run_unary(const struct unary *u, int is_float, unsigned count)
{
    double worst = -1, where = 0;
    if (u->slowness)
        count /= u->slowness;
    for (unsigned i = 0; i < count; i++) {
        double x, got;
        if (is_float) {
            float xf = points_float(&u->domain_f, i);
            x = xf;
            got = u->of_float(xf);
        } else {
            x = points_double(&u->domain, i);
            got = u->of_double(x);
        }
        mpfr_set_d(ref_x, x, MPFR_RNDN);
        u->reference(exact, ref_x, MPFR_RNDN);
        double error = error_in_ulps(got, is_float);
        if (u->absolute && fabs(mpfr_get_d(exact, MPFR_RNDN) - got) < u->absolute)
            continue;
        if (error > worst) {
            worst = error;
            where = x;
        }
    }
    report(u->name, is_float, worst, where, 0, 0, is_float ? u->limit_f : u->limit);
}

static void run_binary(const struct binary *b, int is_float, unsigned count)
{
    double worst = -1, where_x = 0, where_y = 0;
    for (unsigned i = 0; i < count; i++) {
        double x, y, got;
        b->generate(i, is_float, &x, &y);
        if (is_float) {
            x = (float)x;
            y = (float)y;
            got = b->of_float((float)x, (float)y);
        } else {
            got = b->of_double(x, y);
        }
        mpfr_set_d(ref_x, x, MPFR_RNDN);
        mpfr_set_d(ref_y, y, MPFR_RNDN);
        b->reference(exact, ref_x, ref_y, MPFR_RNDN);
        double error = error_in_ulps(got, is_float);
        if (error > worst) {
            worst = error;
            where_x = x;
            where_y = y;
        }
    }
    report(b->name, is_float, worst, where_x, where_y, 1, is_float ? b->limit_f : b->limit);
}

static const struct domain everything = {-HUGE_VAL, HUGE_VAL, -1000, 1000};

static double any(int is_float)
{
    unsigned index = (unsigned)points_random();
    return is_float ? (double)points_float(&everything, index) : points_double(&everything, index);
}

static void generate_pow(unsigned index, int is_float, double *x, double *y)
{
    double log_top = is_float ? 88.0 : 709.0, log_bottom = is_float ? -104.0 : -746.0;
    switch (index % 8) {
    case 0:
        *x = any(is_float);
        *y = any(is_float);
        return;
    case 1: // whole powers, negative bases too
        *x = points_log_uniform(-6, 6);
        *y = trunc(points_log_uniform(0, 7));
        return;
    case 2: // x close to 1, y large
        *x = 1.0 + points_log_uniform(is_float ? -23 : -52, -3);
        break;
    case 3: // exact and nearly exact results
        *x = trunc(points_log_uniform(0, 10));
        *y = trunc(points_log_uniform(0, 4)) * 0.5;
        *x = fabs(*x);
        return;
    case 4: *x = fabs(points_log_uniform(is_float ? -149 : -1074, is_float ? 127 : 1023)); break;
    default: *x = fabs(points_log_uniform(-8, 8));
    }
    if (is_float)
        *x = (float)*x;
    *y = (index & 8 ? points_uniform(log_bottom, log_top)
                    : (index & 16 ? log_top : log_bottom) * points_uniform(0.95, 1.01)) /
         log(*x);
    if (is_not_finite_number(*y))
        *y = 1.5;
}

static void generate_pair(unsigned index, int is_float, double *x, double *y)
{
    int small = is_float ? -149 : -1074, large = is_float ? 127 : 1023;
    *x = any(is_float);
    switch (index % 4) {
    case 0: *y = any(is_float); return;
    case 1: // the same size
        *y = *x * points_uniform(-2.0, 2.0);
        break;
    case 2: *y = *x * points_log_uniform(-40, 40); break;
    default: *x = points_log_uniform(small, large); *y = *x * points_log_uniform(-6, 6);
    }
    if (is_float)
        *y = (float)*y;
    if (is_not_finite_number(*y))
        *y = *x;
}

static int ref_rint(mpfr_t r, const mpfr_t x, mpfr_rnd_t rnd)
{
    (void)rnd;
    return mpfr_rint(r, x, MPFR_RNDN);
}

static int ref_ceil(mpfr_t r, const mpfr_t x, mpfr_rnd_t rnd)
{
    (void)rnd;
    return mpfr_ceil(r, x);
}

static int ref_floor(mpfr_t r, const mpfr_t x, mpfr_rnd_t rnd)
{
    (void)rnd;
    return mpfr_floor(r, x);
}

static int ref_round(mpfr_t r, const mpfr_t x, mpfr_rnd_t rnd)
{
    (void)rnd;
    return mpfr_round(r, x);
}

static int ref_trunc(mpfr_t r, const mpfr_t x, mpfr_rnd_t rnd)
{
    (void)rnd;
    return mpfr_trunc(r, x);
}

static int ref_lgamma(mpfr_t r, const mpfr_t x, mpfr_rnd_t rnd)
{
    int sign;
    return mpfr_lgamma(r, &sign, x, rnd);
}

// Correctly rounded to the format by rounding the exact root once
static int ref_sqrt_double(mpfr_t r, const mpfr_t x, mpfr_rnd_t rnd)
{
    mpfr_t rounded;
    mpfr_init2(rounded, 53);
    int t = mpfr_sqrt(rounded, x, rnd);
    mpfr_set(r, rounded, rnd);
    mpfr_clear(rounded);
    return t;
}

static int ref_sqrt_float(mpfr_t r, const mpfr_t x, mpfr_rnd_t rnd)
{
    mpfr_t rounded;
    mpfr_init2(rounded, 24);
    int t = mpfr_sqrt(rounded, x, rnd);
    mpfr_set(r, rounded, rnd);
    mpfr_clear(rounded);
    return t;
}

#define BOTH(name) #name, ml_##name, ml_##name##f, mpfr_##name
#define ALL(lo, hi)                 \
    {                               \
        -HUGE_VAL, HUGE_VAL, lo, hi \
    }
#define FROM(lo, hi)         \
    {                        \
        lo, HUGE_VAL, lo, hi \
    }

static const struct unary unary_functions[] = {
    {BOTH(exp), ALL(-745.2, 709.9), ALL(-104, 89), 0.52, 0.51, 0, 0},
    {BOTH(exp2), ALL(-1075, 1024), ALL(-150, 128), 0.52, 0.51, 0, 0},
    {BOTH(exp10), ALL(-324, 308.3), ALL(-46, 39), 0.52, 0.51, 0, 0},
    {BOTH(expm1), ALL(-40, 709.9), ALL(-20, 89), 0.6, 0.51, 0, 0},
    {BOTH(log), FROM(0, 100), FROM(0, 100), 0.52, 0.51, 0, 0},
    {BOTH(log2), FROM(0, 100), FROM(0, 100), 0.52, 0.51, 0, 0},
    {BOTH(log10), FROM(0, 100), FROM(0, 100), 0.52, 0.51, 0, 0},
    {BOTH(log1p), FROM(-1, 100), FROM(-1, 100), 0.52, 0.51, 0, 0},
    {BOTH(sin), ALL(-100, 100), ALL(-100, 100), 0.6, 0.51, 0, 0},
    {BOTH(cos), ALL(-100, 100), ALL(-100, 100), 0.6, 0.51, 0, 0},
    {BOTH(tan), ALL(-100, 100), ALL(-100, 100), 0.85, 0.51, 0, 0},
    {BOTH(asin), {-1, 1, -1, 1}, {-1, 1, -1, 1}, 0.68, 0.51, 0, 0},
    {BOTH(acos), {-1, 1, -1, 1}, {-1, 1, -1, 1}, 0.68, 0.51, 0, 0},
    {BOTH(atan), ALL(-20, 20), ALL(-20, 20), 0.65, 0.51, 0, 0},
    {BOTH(sinh), ALL(-711, 711), ALL(-90, 90), 0.6, 0.51, 0, 0},
    {BOTH(cosh), ALL(-711, 711), ALL(-90, 90), 0.6, 0.51, 0, 0},
    {BOTH(tanh), ALL(-23, 23), ALL(-10, 10), 0.6, 0.51, 0, 0},
    {BOTH(asinh), ALL(-20, 20), ALL(-20, 20), 0.6, 0.51, 0, 0},
    {BOTH(acosh), FROM(1, 20), FROM(1, 20), 0.6, 0.51, 0, 0},
    {BOTH(atanh), {-1, 1, -1, 1}, {-1, 1, -1, 1}, 0.6, 0.51, 0, 0},
    {BOTH(cbrt), ALL(-100, 100), ALL(-100, 100), 0.52, 0.51, 0, 0},
    {BOTH(erf), ALL(-6, 6), ALL(-4, 4), 0.9, 0.51, 4, 0},
    {BOTH(erfc), {-HUGE_VAL, 30, -6, 27.3}, {-HUGE_VAL, 12, -4, 10.1}, 0.7, 0.51, 4, 0},
    {"tgamma",
     ml_tgamma,
     ml_tgammaf,
     mpfr_gamma,
     {-190, 180, -185, 172},
     {-45, 40, -42, 36},
     0.7,
     0.51,
     10,
     0},
    {"lgamma",
     ml_lgamma,
     ml_lgammaf,
     ref_lgamma,
     {-2, 1e300, 0, 20},
     {-2, 1e37, 0, 20},
     0.9,
     0.51,
     10,
     0},
    {"lgamma",
     ml_lgamma,
     ml_lgammaf,
     ref_lgamma,
     {-1e5, -2, -200, -2},
     {-1e5, -2, -200, -2},
     0.9,
     0.51,
     40,
     0x1p-55},
    {"ceil", ml_ceil, ml_ceilf, ref_ceil, ALL(-100, 100), ALL(-100, 100), 0, 0, 0, 0},
    {"floor", ml_floor, ml_floorf, ref_floor, ALL(-100, 100), ALL(-100, 100), 0, 0, 0, 0},
    {"trunc", ml_trunc, ml_truncf, ref_trunc, ALL(-100, 100), ALL(-100, 100), 0, 0, 0, 0},
    {"round", ml_round, ml_roundf, ref_round, ALL(-100, 100), ALL(-100, 100), 0, 0, 0, 0},
    {"rint", ml_rint, ml_rintf, ref_rint, ALL(-100, 100), ALL(-100, 100), 0, 0, 0, 0},
    {"nearbyint", ml_nearbyint, ml_nearbyintf, ref_rint, ALL(-100, 100), ALL(-100, 100), 0, 0, 0,
     0},
    {"sqrt", ml_sqrt, 0, ref_sqrt_double, FROM(0, 100), FROM(0, 100), 0, 0, 0, 0},
    {"sqrt", 0, ml_sqrtf, ref_sqrt_float, FROM(0, 100), FROM(0, 100), 0, 0, 0, 0},
};

static const struct binary binary_functions[] = {
    {BOTH(pow), generate_pow, 0.54, 0.51},
    {BOTH(atan2), generate_pair, 0.6, 0.51},
    {BOTH(hypot), generate_pair, 0.6, 0.51},
    {BOTH(fmod), generate_pair, 0, 0},
    {BOTH(remainder), generate_pair, 0, 0},
    {"fmin", ml_fmin, ml_fminf, mpfr_min, generate_pair, 0, 0},
    {"fmax", ml_fmax, ml_fmaxf, mpfr_max, generate_pair, 0, 0},
    {"fdim", ml_fdim, ml_fdimf, mpfr_dim, generate_pair, 0.5, 0.5},
};

void test_accuracy(unsigned count, const char *only)
{
    mpfr_inits2(160, ref_x, ref_y, exact, difference, (mpfr_ptr)0);
    for (unsigned i = 0; i < sizeof unary_functions / sizeof unary_functions[0]; i++) {
        const struct unary *u = &unary_functions[i];
        if (only && strcmp(only, u->name) != 0)
            continue;
        if (u->of_double)
            run_unary(u, 0, count);
        if (u->of_float)
            run_unary(u, 1, count);
    }
    for (unsigned i = 0; i < sizeof binary_functions / sizeof binary_functions[0]; i++) {
        const struct binary *b = &binary_functions[i];
        if (only && strcmp(only, b->name) != 0)
            continue;
        run_binary(b, 0, count);
        run_binary(b, 1, count);
    }
    mpfr_clears(ref_x, ref_y, exact, difference, (mpfr_ptr)0);
    mpfr_free_cache();
}
