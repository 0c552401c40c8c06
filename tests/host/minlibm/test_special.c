// SPDX-License-Identifier: BSD-3-Clause
// Values that the standard fixes: zeros and their signs, infinities, NaN, exact results, limits.
#include "check.h"
#include "points.h"
#include "subject.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define INF  HUGE_VAL
#define QNAN __builtin_nan("")
#define SUB  0x1p-1074
#define PI   0x1.921fb54442d18p+1

static int same(double a, double b)
{
    return a != a ? b != b : memcmp(&a, &b, sizeof a) == 0;
}

static void expect(const char *what, double got, double wanted)
{
    char title[160];
    snprintf(title, sizeof title, "%s is %a, not %a", what, got, wanted);
    check_that(same(got, wanted), title);
}

// The double and the float form; the value and the argument must be the same number in both.
#define ONE(name, x, wanted)                                                  \
    do {                                                                      \
        expect(#name "(" #x ")", ml_##name(x), wanted);                       \
        expect(#name "f(" #x ")", ml_##name##f((float)(x)), (float)(wanted)); \
    } while (0)
#define TWO(name, x, y, wanted)                                                                   \
    do {                                                                                          \
        expect(#name "(" #x ", " #y ")", ml_##name(x, y), wanted);                                \
        expect(#name "f(" #x ", " #y ")", ml_##name##f((float)(x), (float)(y)), (float)(wanted)); \
    } while (0)
#define ODD_AT_ZERO(name)                           \
    do {                                            \
        ONE(name, 0.0, 0.0);                        \
        ONE(name, -0.0, -0.0);                      \
        ONE(name, 0x1p-140, 0x1p-140);              \
        ONE(name, -0x1p-140, -0x1p-140);            \
        expect(#name "(SUB)", ml_##name(SUB), SUB); \
    } while (0)
#define ODD_AT_ZERO_BUT_SCALED(name)                   \
    do {                                               \
        ONE(name, 0.0, 0.0);                           \
        ONE(name, -0.0, -0.0);                         \
        expect(#name "(SUB)", ml_##name(SUB), SUB);    \
        expect(#name "(-SUB)", ml_##name(-SUB), -SUB); \
    } while (0)
#define INTEGERS(name)             \
    do {                           \
        ONE(name, 0.0, 0.0);       \
        ONE(name, -0.0, -0.0);     \
        ONE(name, INF, INF);       \
        ONE(name, -INF, -INF);     \
        ONE(name, QNAN, QNAN);     \
        ONE(name, 3.0, 3.0);       \
        ONE(name, -3.0, -3.0);     \
        ONE(name, 0x1p60, 0x1p60); \
    } while (0)

static void test_exponentials(void)
{
    ONE(exp, 0.0, 1.0);
    ONE(exp, -0.0, 1.0);
    ONE(exp, INF, INF);
    ONE(exp, -INF, 0.0);
    ONE(exp, QNAN, QNAN);
    ONE(exp, 1e5, INF);
    ONE(exp, -1e5, 0.0);
    expect("exp(710)", ml_exp(710), INF);
    expect("exp(-746)", ml_exp(-746), 0.0);
    expect("exp(-745.1)", ml_exp(-745.1), SUB);
    expect("expf(89)", ml_expf(89), INF);
    ONE(exp2, 10.0, 1024.0);
    ONE(exp2, -3.0, 0.125);
    ONE(exp2, -140.0, 0x1p-140);
    ONE(exp2, INF, INF);
    ONE(exp2, -INF, 0.0);
    ONE(exp2, QNAN, QNAN);
    expect("exp2(-1074)", ml_exp2(-1074), SUB);
    expect("exp2(-1075)", ml_exp2(-1075), 0.0);
    expect("exp2(1023)", ml_exp2(1023), 0x1p1023);
    expect("exp2(1024)", ml_exp2(1024), INF);
    for (int i = 0; i <= 22; i++) {
        double power = 1;
        for (int k = 0; k < i; k++)
            power *= 10;
        expect("exp10(i)", ml_exp10(i), power);
        expect("log10(10^i)", ml_log10(power), i);
    }
    ODD_AT_ZERO(expm1);
    ONE(expm1, INF, INF);
    ONE(expm1, -INF, -1.0);
    ONE(expm1, QNAN, QNAN);
    ONE(expm1, 1e5, INF);
    ONE(expm1, -1e5, -1.0);
    ODD_AT_ZERO(sinh);
    ONE(sinh, INF, INF);
    ONE(sinh, -INF, -INF);
    ONE(sinh, QNAN, QNAN);
    ONE(sinh, -1e5, -INF);
    ONE(cosh, 0.0, 1.0);
    ONE(cosh, INF, INF);
    ONE(cosh, -INF, INF);
    ONE(cosh, QNAN, QNAN);
    ONE(cosh, -1e5, INF);
    ODD_AT_ZERO(tanh);
    ONE(tanh, INF, 1.0);
    ONE(tanh, -INF, -1.0);
    ONE(tanh, QNAN, QNAN);
    ONE(tanh, -30.0, -1.0);
}

static void test_error_and_gamma(void)
{
    ODD_AT_ZERO_BUT_SCALED(erf);
    ONE(erf, INF, 1.0);
    ONE(erf, -INF, -1.0);
    ONE(erf, 7.0, 1.0);
    ONE(erf, QNAN, QNAN);
    ONE(erfc, 0.0, 1.0);
    ONE(erfc, -0.0, 1.0);
    ONE(erfc, INF, 0.0);
    ONE(erfc, -INF, 2.0);
    ONE(erfc, 100.0, 0.0);
    ONE(erfc, -100.0, 2.0);
    ONE(erfc, QNAN, QNAN);
    ONE(tgamma, 0.0, INF);
    ONE(tgamma, -0.0, -INF);
    ONE(tgamma, -1.0, QNAN);
    ONE(tgamma, -0x1p60, QNAN);
    ONE(tgamma, INF, INF);
    ONE(tgamma, -INF, QNAN);
    ONE(tgamma, QNAN, QNAN);
    ONE(tgamma, 1000.0, INF);
    ONE(tgamma, -1000.5, -0.0);
    ONE(tgamma, -1001.5, 0.0);
    double factorial = 1;
    for (int i = 1; i <= 23; factorial *= i++)
        expect("tgamma(i)", ml_tgamma(i), factorial);
    ONE(lgamma, 1.0, 0.0);
    ONE(lgamma, 2.0, 0.0);
    ONE(lgamma, 0.0, INF);
    ONE(lgamma, -0.0, INF);
    ONE(lgamma, -3.0, INF);
    ONE(lgamma, INF, INF);
    ONE(lgamma, -INF, INF);
    ONE(lgamma, QNAN, QNAN);
    // MPFR's; x - 1/2 is no double
    expect("lgamma(7047362444852265)", ml_lgamma(0x1.90989ef20fc29p+52), 0x1.bc4dd92cdb0ebp+57);
    static const double signs[][2] = {{2.5, 1}, {-0.5, -1}, {-1.5, 1}, {-2.5, -1}, {-0.0, -1}};
    for (unsigned i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        ml_lgamma(signs[i][0]);
        expect("signgam", ml_signgam, signs[i][1]);
    }
}

static void test_logarithms(void)
{
#define LOGARITHM(name)             \
    do {                            \
        ONE(name, 0.0, -INF);       \
        ONE(name, -0.0, -INF);      \
        ONE(name, 1.0, 0.0);        \
        ONE(name, INF, INF);        \
        ONE(name, -INF, QNAN);      \
        ONE(name, -1.0, QNAN);      \
        ONE(name, -0x1p-140, QNAN); \
        ONE(name, QNAN, QNAN);      \
    } while (0)
    LOGARITHM(log);
    LOGARITHM(log2);
    LOGARITHM(log10);
    for (int e = -1074; e < 1024; e++)
        expect("log2(2^e)", ml_log2(ldexp(1, e)), e);
    for (int e = -149; e < 128; e++)
        expect("log2f(2^e)", ml_log2f(ldexpf(1, e)), e);
    ODD_AT_ZERO(log1p);
    ONE(log1p, -1.0, -INF);
    ONE(log1p, INF, INF);
    ONE(log1p, -INF, QNAN);
    ONE(log1p, -1.5, QNAN);
    ONE(log1p, QNAN, QNAN);
    ODD_AT_ZERO(asinh);
    ONE(asinh, INF, INF);
    ONE(asinh, -INF, -INF);
    ONE(asinh, QNAN, QNAN);
    ONE(acosh, 1.0, 0.0);
    ONE(acosh, 0.5, QNAN);
    ONE(acosh, -INF, QNAN);
    ONE(acosh, INF, INF);
    ONE(acosh, QNAN, QNAN);
    ODD_AT_ZERO(atanh);
    ONE(atanh, 1.0, INF);
    ONE(atanh, -1.0, -INF);
    ONE(atanh, 1.5, QNAN);
    ONE(atanh, -INF, QNAN);
    ONE(atanh, QNAN, QNAN);
}

static void test_trigonometric(void)
{
    ODD_AT_ZERO(sin);
    ONE(sin, INF, QNAN);
    ONE(sin, -INF, QNAN);
    ONE(sin, QNAN, QNAN);
    ONE(cos, 0.0, 1.0);
    ONE(cos, 0x1p-140, 1.0);
    ONE(cos, INF, QNAN);
    ONE(cos, QNAN, QNAN);
    ODD_AT_ZERO(tan);
    ONE(tan, INF, QNAN);
    ONE(tan, QNAN, QNAN);
    // from published tables of hard arguments
    expect("sin(pi)", ml_sin(PI), 0x1.1a62633145c07p-53);
    expect("cos(6381956970095103 2^797)", ml_cos(0x1.6ac5b262ca1ffp+849), -0x1.14ae72e6ba22fp-61);
    double s, c;
    ml_sincos(-0.0, &s, &c);
    expect("sincos(-0.0) sine", s, -0.0);
    expect("sincos(-0.0) cosine", c, 1.0);
    for (int i = -50; i < 50; i++) {
        ml_sincos(i * 1e3, &s, &c);
        expect("sincos sine", s, ml_sin(i * 1e3));
        expect("sincos cosine", c, ml_cos(i * 1e3));
    }
    ODD_AT_ZERO(asin);
    ONE(asin, 1.0, PI / 2);
    ONE(asin, -1.0, -PI / 2);
    ONE(asin, 1.5, QNAN);
    ONE(asin, -INF, QNAN);
    ONE(asin, QNAN, QNAN);
    ONE(acos, 1.0, 0.0);
    ONE(acos, -1.0, PI);
    ONE(acos, 0.0, PI / 2);
    ONE(acos, 1.5, QNAN);
    ONE(acos, INF, QNAN);
    ONE(acos, QNAN, QNAN);
    ODD_AT_ZERO(atan);
    ONE(atan, INF, PI / 2);
    ONE(atan, -INF, -PI / 2);
    ONE(atan, QNAN, QNAN);
    TWO(atan2, 0.0, 1.0, 0.0);
    TWO(atan2, -0.0, 1.0, -0.0);
    TWO(atan2, 0.0, -1.0, PI);
    TWO(atan2, -0.0, -1.0, -PI);
    TWO(atan2, 0.0, 0.0, 0.0);
    TWO(atan2, -0.0, 0.0, -0.0);
    TWO(atan2, 0.0, -0.0, PI);
    TWO(atan2, -0.0, -0.0, -PI);
    TWO(atan2, 1.0, 0.0, PI / 2);
    TWO(atan2, -1.0, -0.0, -PI / 2);
    TWO(atan2, 1.0, INF, 0.0);
    TWO(atan2, -1.0, INF, -0.0);
    TWO(atan2, 1.0, -INF, PI);
    TWO(atan2, -1.0, -INF, -PI);
    TWO(atan2, INF, 5.0, PI / 2);
    TWO(atan2, -INF, 5.0, -PI / 2);
    TWO(atan2, INF, INF, PI / 4);
    TWO(atan2, -INF, INF, -PI / 4);
    TWO(atan2, INF, -INF, 3 * PI / 4);
    TWO(atan2, -INF, -INF, -3 * PI / 4);
    TWO(atan2, QNAN, 1.0, QNAN);
    TWO(atan2, 1.0, QNAN, QNAN);
}

static void test_powers(void)
{
    TWO(pow, QNAN, 0.0, 1.0);
    TWO(pow, QNAN, -0.0, 1.0);
    TWO(pow, INF, 0.0, 1.0);
    TWO(pow, 1.0, QNAN, 1.0);
    TWO(pow, 1.0, INF, 1.0);
    TWO(pow, QNAN, 1.0, QNAN);
    TWO(pow, 2.0, QNAN, QNAN);
    TWO(pow, -1.0, INF, 1.0);
    TWO(pow, -1.0, -INF, 1.0);
    TWO(pow, 0.0, 3.0, 0.0);
    TWO(pow, -0.0, 3.0, -0.0);
    TWO(pow, -0.0, 2.0, 0.0);
    TWO(pow, -0.0, 2.5, 0.0);
    TWO(pow, 0.0, -3.0, INF);
    TWO(pow, -0.0, -3.0, -INF);
    TWO(pow, -0.0, -2.0, INF);
    TWO(pow, -0.0, -2.5, INF);
    TWO(pow, 0.0, -INF, INF);
    TWO(pow, 0.5, INF, 0.0);
    TWO(pow, 0.5, -INF, INF);
    TWO(pow, -2.0, INF, INF);
    TWO(pow, -2.0, -INF, 0.0);
    TWO(pow, INF, 1.5, INF);
    TWO(pow, INF, -1.5, 0.0);
    TWO(pow, -INF, 3.0, -INF);
    TWO(pow, -INF, 2.0, INF);
    TWO(pow, -INF, 1.5, INF);
    TWO(pow, -INF, -3.0, -0.0);
    TWO(pow, -INF, -2.0, 0.0);
    TWO(pow, -2.0, 0.5, QNAN);
    TWO(pow, -2.0, 3.0, -8.0);
    TWO(pow, -2.0, 4.0, 16.0);
    TWO(pow, -1.0, 1.0, -1.0);
    TWO(pow, -3.0, 1.0, -3.0);
    TWO(pow, -1.0, 0x1p23 - 1, -1.0);
    TWO(pow, -1.0, 0x1p100, 1.0);
    TWO(pow, 2.0, -140.0, 0x1p-140);
    TWO(pow, 0x1p-140, 1.0, 0x1p-140);
    TWO(pow, -2.0, 1025.0, -INF);
    TWO(pow, -0.5, 1101.0, -0.0);
    TWO(pow, 10.0, 300000.0, INF);
    expect("pow(-1, 2^53-1)", ml_pow(-1, 0x1p53 - 1), -1.0);
    expect("pow(-1, 2^52+1)", ml_pow(-1, 0x1p52 + 1), -1.0);
    expect("pow(2, -1074)", ml_pow(2, -1074), SUB);
    expect("pow(1.5, DBL_MAX)", ml_pow(1.5, DBL_MAX), INF);
    expect("pow(1.5, -DBL_MAX)", ml_pow(1.5, -DBL_MAX), 0.0);
    expect("pow(1.5, SUB)", ml_pow(1.5, SUB), 1.0);
    for (int i = 0; i <= 22; i++)
        expect("pow(10, i)", ml_pow(10, i), ml_exp10(i));
    ONE(sqrt, 4.0, 2.0);
    ONE(sqrt, -0.0, -0.0);
    ONE(sqrt, 0.0, 0.0);
    ONE(sqrt, INF, INF);
    ONE(sqrt, -1.0, QNAN);
    ONE(sqrt, QNAN, QNAN);
    ONE(cbrt, 0.0, 0.0);
    ONE(cbrt, -0.0, -0.0);
    ONE(cbrt, INF, INF);
    ONE(cbrt, -INF, -INF);
    ONE(cbrt, QNAN, QNAN);
    for (int i = -100; i <= 100; i++)
        ONE(cbrt, (double)i * i * i, (double)i);
    TWO(hypot, 3.0, -4.0, 5.0);
    TWO(hypot, INF, QNAN, INF);
    TWO(hypot, QNAN, -INF, INF);
    TWO(hypot, QNAN, 1.0, QNAN);
    TWO(hypot, -0.0, 0.0, 0.0);
    expect("hypot(SUB, SUB)", ml_hypot(SUB, SUB), SUB);
    expect("hypot(3 SUB, 4 SUB)", ml_hypot(3 * SUB, 4 * SUB), 5 * SUB);
    expect("hypot(DBL_MAX, DBL_MAX)", ml_hypot(DBL_MAX, DBL_MAX), INF);
}

static void test_integers(void)
{
    INTEGERS(ceil);
    INTEGERS(floor);
    INTEGERS(trunc);
    INTEGERS(round);
    INTEGERS(rint);
    INTEGERS(nearbyint);
    ONE(ceil, -0.5, -0.0);
    ONE(ceil, 0x1p-140, 1.0);
    ONE(floor, 0.5, 0.0);
    ONE(floor, -0x1p-140, -1.0);
    ONE(trunc, -0.75, -0.0);
    ONE(round, 0.5, 1.0);
    ONE(round, -0.5, -1.0);
    ONE(round, -0.25, -0.0);
    ONE(round, 2.5, 3.0);
    expect("round(0.5 - 2^-54)", ml_round(0x1.fffffffffffffp-2), 0.0);
    ONE(rint, 0.5, 0.0);
    ONE(rint, -0.5, -0.0);
    ONE(rint, 2.5, 2.0);
    ONE(rint, 3.5, 4.0);
    expect("lrint(-2.5)", (double)ml_lrint(-2.5), -2);
    expect("lround(-2.5)", (double)ml_lround(-2.5), -3);
    double whole;
    float whole_f;
    expect("modf(-3.25)", ml_modf(-3.25, &whole), -0.25);
    expect("modf(-3.25) whole", whole, -3);
    expect("modf(-INF)", ml_modf(-INF, &whole), -0.0);
    expect("modf(-INF) whole", whole, -INF);
    expect("modf(-2.0)", ml_modf(-2.0, &whole), -0.0);
    expect("modff(2.5)", ml_modff(2.5f, &whole_f), 0.5);
    expect("modff(2.5) whole", whole_f, 2);
    expect("modf(QNAN)", ml_modf(QNAN, &whole), QNAN);
    TWO(fmod, 5.5, 2.0, 1.5);
    TWO(fmod, -6.0, 2.0, -0.0);
    TWO(fmod, 1.0, INF, 1.0);
    TWO(fmod, -0.0, 3.0, -0.0);
    TWO(fmod, INF, 1.0, QNAN);
    TWO(fmod, 1.0, 0.0, QNAN);
    TWO(fmod, QNAN, 1.0, QNAN);
    TWO(fmod, 1.0, QNAN, QNAN);
    expect("fmod(DBL_MAX, 3 SUB)", ml_fmod(DBL_MAX, 3 * SUB), fmod(DBL_MAX, 3 * SUB));
    TWO(remainder, 5.0, 2.0, 1.0);
    TWO(remainder, 7.0, 2.0, -1.0);
    TWO(remainder, -4.0, 2.0, -0.0);
    TWO(remainder, 1.0, INF, 1.0);
    TWO(remainder, INF, 1.0, QNAN);
    TWO(remainder, 1.0, 0.0, QNAN);
    int quotient;
    expect("remquo(29, 3)", ml_remquo(29, 3, &quotient), -1);
    expect("remquo(29, 3) quotient", quotient & 7, 10 & 7);
    expect("remquo(-29, 3)", ml_remquo(-29, 3, &quotient), 1);
    expect("remquo(-29, 3) quotient", -quotient & 7, 10 & 7);
}

static void test_fused(void)
{
    // the host's own is exact too: by the processor, or in software
    static const double parts[] = {1.0,
                                   1.5,
                                   -1.0,
                                   0x1.0000001p0,
                                   0x1.fffffffffffffp0,
                                   0x1p-1074,
                                   0x1p-1022,
                                   0x1.8p-540,
                                   0x1p-560,
                                   0x1.fffffffp511,
                                   -0x1.7p512,
                                   0.0,
                                   -0.0,
                                   0x1.5555555555555p-2,
                                   0x1p-53,
                                   -0x1p-106,
                                   INF,
                                   -INF,
                                   QNAN,
                                   DBL_MAX,
                                   0x1p970,
                                   -0x1p-1000,
                                   0x1.00000000001p-511};
    const unsigned n = sizeof parts / sizeof parts[0];
    for (unsigned i = 0; i < n; i++) {
        for (unsigned j = 0; j < n; j++) {
            double near = -parts[i] * parts[j];
            for (unsigned k = 0; k < n; k++)
                expect("fma", ml_fma(parts[i], parts[j], parts[k]),
                       fma(parts[i], parts[j], parts[k]));
            for (unsigned k = 0; k < n; k++) {
                double z = near * (1 + parts[k] * 0x1p-40);
                expect("fma, cancelling", ml_fma(parts[i], parts[j], z),
                       fma(parts[i], parts[j], z));
            }
        }
    }
    static const struct domain all = {-INF, INF, -100, 100};
    for (unsigned i = 0; i < 200000; i++) {
        double x = points_double(&all, i), y = points_double(&all, i / 16);
        double z = i & 1 ? points_double(&all, i / 256) : -x * y * points_uniform(0.5, 2);
        expect("fma, random", ml_fma(x, y, z), fma(x, y, z));
        float xf = points_float(&all, i), yf = points_float(&all, i / 16);
        float zf = i & 1 ? points_float(&all, i / 256) : -xf * yf;
        expect("fmaf, random", ml_fmaf(xf, yf, zf), fmaf(xf, yf, zf));
    }
}

static void test_long_double(void)
{
    expect("nexttoward(1, 2)", ml_nexttoward(1, 2), 0x1.0000000000001p0);
    expect("nexttoward(1, less)", ml_nexttoward(1, 1 - 0x1p-63L), 0x1.fffffffffffffp-1);
    expect("nexttoward(0, -1)", ml_nexttoward(0, -1), -SUB);
    expect("nexttowardf(1, more)", ml_nexttowardf(1, 1 + 0x1p-63L), 0x1.000002p0);
    expect("nexttoward(1, 1)", ml_nexttoward(1, 1), 1);
    check_that(ml_sqrtl(2) == sqrtl(2), "sqrtl(2)");
    expect("__fpclassifyl(1)", ml___fpclassifyl(1), FP_NORMAL);
    expect("__fpclassifyl(0)", ml___fpclassifyl(0), FP_ZERO);
    expect("__fpclassifyl(least)", ml___fpclassifyl(0x1p-16445L), FP_SUBNORMAL);
    expect("__fpclassifyl(inf)", ml___fpclassifyl(HUGE_VALL), FP_INFINITE);
    expect("__fpclassifyl(nan)", ml___fpclassifyl(QNAN), FP_NAN);
}

static void test_parts(void)
{
    ONE(fabs, -0.0, 0.0);
    ONE(fabs, -INF, INF);
    TWO(copysign, 3.0, -0.0, -3.0);
    TWO(copysign, -INF, 1.0, INF);
    ONE(logb, 0.0, -INF);
    ONE(logb, -INF, INF);
    ONE(logb, 0x1p-140, -140.0);
    ONE(logb, 7.0, 2.0);
    TWO(fmin, -0.0, 0.0, -0.0);
    TWO(fmin, QNAN, 1.0, 1.0);
    TWO(fmax, -0.0, 0.0, 0.0);
    TWO(fmax, 1.0, QNAN, 1.0);
    TWO(fdim, 1.0, 2.0, 0.0);
    TWO(fdim, INF, INF, 0.0);
    TWO(fdim, QNAN, 1.0, QNAN);
    TWO(nextafter, QNAN, 1.0, QNAN);
    TWO(nextafter, 0.0, -0.0, -0.0);
    expect("nextafter(0, -1)", ml_nextafter(0, -1), -SUB);
    expect("nextafter(SUB, 0)", ml_nextafter(SUB, 0), 0.0);
    expect("nextafter(DBL_MAX, INF)", ml_nextafter(DBL_MAX, INF), INF);
    expect("nextafter(1, 0)", ml_nextafter(1, 0), 0x1.fffffffffffffp-1);
    expect("nextafterf(1, 2)", ml_nextafterf(1, 2), 0x1.000002p0);
    int e;
    expect("frexp(8)", ml_frexp(8, &e), 0.5);
    expect("frexp(8) exponent", e, 4);
    expect("frexp(-SUB)", ml_frexp(-SUB, &e), -0.5);
    expect("frexp(-SUB) exponent", e, -1073);
    expect("frexp(-0)", ml_frexp(-0.0, &e), -0.0);
    expect("frexp(INF)", ml_frexp(INF, &e), INF);
    expect("frexpf(0.75)", ml_frexpf(0.75f, &e), 0.75);
    expect("frexpf(0.75) exponent", e, 0);
    expect("ilogb(SUB)", ml_ilogb(SUB), -1074);
    expect("ilogb(0)", ml_ilogb(0), FP_ILOGB0);
    expect("ilogb(INF)", ml_ilogb(INF), INT_MAX);
    expect("ilogb(NaN)", ml_ilogb(QNAN), FP_ILOGBNAN);
    expect("ilogbf(9)", ml_ilogbf(9), 3);
    for (int n = -2200; n <= 2200; n += 7) {
        expect("ldexp(1.3, n)", ml_ldexp(1.3, n), ldexp(1.3, n));
        expect("ldexp(-SUB 5, n)", ml_ldexp(-SUB * 5, n), ldexp(-SUB * 5, n));
        expect("ldexp(DBL_MAX, n)", ml_ldexp(DBL_MAX, n), ldexp(DBL_MAX, n));
        expect("ldexpf(1.3, n)", ml_ldexpf(1.3f, n), ldexpf(1.3f, n));
    }
    for (int n = -1080; n <= -1010; n++)
        expect("ldexp(1.7, n)", ml_ldexp(0x1.b5a5a5a5a5a5bp0, n), ldexp(0x1.b5a5a5a5a5a5bp0, n));
    expect("ldexp(1, INT_MAX)", ml_ldexp(1, INT_MAX), INF);
    expect("ldexp(1, INT_MIN)", ml_ldexp(1, INT_MIN), 0);
    expect("ldexp(-0, 5)", ml_ldexp(-0.0, 5), -0.0);
    expect("ldexp(QNAN, 5)", ml_ldexp(QNAN, 5), QNAN);
}

static void test_classes(void)
{
    static const double values[] = {0.0, -0.0, 1.0,  -1.0,    0x1p-1074, -0x1p-1030,
                                    INF, -INF, QNAN, DBL_MAX, DBL_MIN,   -FLT_MIN};
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        double x = values[i];
        float f = (float)x;
        expect("__fpclassify", ml___fpclassify(x), fpclassify(x));
        expect("__fpclassifyf", ml___fpclassifyf(f), fpclassify(f));
        expect("__isnan", ml___isnan(x) != 0, x != x);
        expect("__isnanf", ml___isnanf(f) != 0, f != f);
        expect("__isinf", ml___isinf(x), x == INF ? 1 : x == -INF ? -1 : 0);
        expect("__isinff", ml___isinff(f), f == INF ? 1 : f == -INF ? -1 : 0);
        expect("__finite", ml___finite(x) != 0, x - x == 0);
        expect("__finitef", ml___finitef(f) != 0, f - f == 0);
        expect("__signbit", ml___signbit(x) != 0, copysign(1, x) < 0);
        expect("__signbitf", ml___signbitf(f) != 0, copysign(1, x) < 0);
    }
}

void test_special(void)
{
    test_exponentials();
    test_error_and_gamma();
    test_logarithms();
    test_trigonometric();
    test_powers();
    test_integers();
    test_parts();
    test_fused();
    test_long_double();
    test_classes();
}
