// SPDX-License-Identifier: BSD-3-Clause
// tgamma, lgamma: Stirling's series from 8 up, where the recurrence brings smaller arguments; the
// reflection by sin(pi x) for negative ones.
#include "internal.h"

int signgam;

// log gamma(x.hi + x.lo) as a pair, 8 <= x.hi < 2^1000, |x.lo| at most an ulp
static struct ml_dd stirling(struct ml_dd x)
{
    struct ml_dd log_x = ml_log_precise(ml_bits(x.hi), 0);
    double inverse = 1.0 / x.hi, z = inverse * inverse;
    // from 2^52 up the half does not fit
    struct ml_dd factor = ml_fast_sum(x.hi, -0.5);
    struct ml_dd t = ml_product(factor.hi, log_x.hi), u = ml_sum(t.hi, -x.hi);
    struct ml_dd v = ml_sum(u.hi, HALF_LN_2PI_HI);
    double p = (STIRLING_0 + z * STIRLING_1) +
               (z * z) * ((STIRLING_2 + z * STIRLING_3) +
                          (z * z) * (STIRLING_4 + z * STIRLING_5 + z * z * STIRLING_6));
    // x.lo moves the result by the derivative, log x less about 1/(2x)
    double low =
        t.lo + factor.hi * log_x.lo + factor.lo * log_x.hi + x.lo * (log_x.hi - 0.5 * inverse);
    struct ml_dd twelfth = {0.0, 0.0};
    if (x.hi < 0x1p60) {
        twelfth = ml_product(x.hi, 12.0);
        twelfth = ml_quotient((struct ml_dd){1.0, 0.0}, twelfth);
    }
    struct ml_dd w = ml_sum(v.hi, twelfth.hi);
    return (struct ml_dd){
        w.hi, w.lo + (u.lo + v.lo + twelfth.lo + HALF_LN_2PI_LO + low + inverse * z * p)};
}

// gamma(x) = 2^*k times the pair, 2^-60 <= x < 200
static struct ml_dd gamma_positive(double x, int *k)
{
    struct ml_dd product = {1.0, 0.0}, y = {x, 0.0};
    for (int i = 1; y.hi < 8.0; i++) {
        product = ml_product_pair(product, y);
        y = ml_sum(x, i);
    }
    struct ml_dd power = stirling(y);
    int steps;
    double r = ml_exp_reduce(power.hi, power.lo, &steps);
    struct ml_dd m = ml_exp_step(steps, r, k);
    m = ml_quotient(ml_fast_sum(m.hi, m.lo), product);
    return ml_fast_sum(m.hi, m.lo);
}

// gamma(x) = 2^*k times the pair, x < 0 not an integer, 2^-60 <= |x| < 200
static struct ml_dd gamma_negative(double x, int *k)
{
    double a = -x, whole = rint(a);
    struct ml_dd sine = ml_sin_pi(a - whole);
    int negated;
    struct ml_dd d = gamma_positive(a, &negated);
    *k = -negated;
    d = ml_product_pair(ml_product_pair((struct ml_dd){a, 0.0}, d), sine);
    struct ml_dd m = ml_quotient((struct ml_dd){-2 * PI_2_HI, -2 * PI_2_LO}, d);
    // sin(pi a) = (-1)^whole sin(pi (a - whole))
    return (int)whole & 1 ? (struct ml_dd){-m.hi, -m.lo} : m;
}

// (m.hi + m.lo) 2^k, m of any size well inside the range, of either sign
static double scale_any(struct ml_dd m, int k)
{
    double sign = m.hi < 0 ? -1.0 : 1.0;
    int shift = (int)(ml_bits(m.hi) >> 52 & 0x7ff) - 1023;
    double up = sign * ml_pow2(-shift);
    return sign * ml_scale((struct ml_dd){m.hi * up, m.lo * up}, k + shift);
}

double tgamma(double x)
{
    int k;
    if (ml_abs(x) < 0x1p-60)
        return 1.0 / x;
    if (x > 0) {
        if (x > 180.0)
            return x * 0x1p1023;
        struct ml_dd m = gamma_positive(x, &k);
        return scale_any(m, k);
    }
    if (x != x || x == rint(x))
        return (x - x) / (x - x);
    if (x < -190.0)
        return (int64_t)floor(x) & 1 ? -0.0 : 0.0;
    struct ml_dd m = gamma_negative(x, &k);
    return scale_any(m, k);
}

// log |2^k m|
static double log_scaled(struct ml_dd m, int k)
{
    if (m.hi < 0)
        m = (struct ml_dd){-m.hi, -m.lo};
    int shift = (int)(ml_bits(m.hi) >> 52) - 1023;
    double down = ml_pow2(-shift);
    struct ml_log_arg a = ml_log_split(ml_bits(m.hi * down));
    struct ml_dd r = ml_log_ratio(a);
    r = ml_fast_sum(r.hi, r.lo + m.lo * down * ml_pow2(-a.k) * a.entry->inverse);
    r.lo -= r.lo * r.hi;
    a.k += k + shift;
    struct ml_dd l = ml_log_sum(a, r, LN2_HI, LN2_LO);
    return l.hi + l.lo;
}

// slope t + t^2 p for a slope of two parts
static inline double from_zero(double t, double slope_hi, double slope_lo, double p)
{
    double head = ml_head(t);
    struct ml_dd s = ml_fast_sum(head * slope_hi, t * t * p);
    return s.hi + (s.lo + ((t - head) * slope_hi + t * slope_lo));
}

static double lgamma_near_1(double t)
{
    double t2 = t * t, t4 = t2 * t2;
    double low = (LGAMMA1_0 + t * LGAMMA1_1) + t2 * (LGAMMA1_2 + t * LGAMMA1_3);
    double high = (LGAMMA1_4 + t * LGAMMA1_5) + t2 * (LGAMMA1_6 + t * LGAMMA1_7);
    double top = (LGAMMA1_8 + t * LGAMMA1_9) + t2 * (LGAMMA1_10 + t * LGAMMA1_11) + t4 * LGAMMA1_12;
    return from_zero(t, -EULER_GAMMA_HI, -EULER_GAMMA_LO, low + t4 * (high + t4 * top));
}

static double lgamma_near_2(double t)
{
    double t2 = t * t, t4 = t2 * t2;
    double low = (LGAMMA2_0 + t * LGAMMA2_1) + t2 * (LGAMMA2_2 + t * LGAMMA2_3);
    double high = (LGAMMA2_4 + t * LGAMMA2_5) + t2 * (LGAMMA2_6 + t * LGAMMA2_7);
    double top = (LGAMMA2_8 + t * LGAMMA2_9) + t2 * (LGAMMA2_10 + t * LGAMMA2_11);
    return from_zero(t, 1.0 - EULER_GAMMA_HI, -EULER_GAMMA_LO, low + t4 * (high + t4 * top));
}

double lgamma_r(double x, int *sign)
{
    int k;
    double a = ml_abs(x);
    *sign = 1;
    if (!(a < HUGE_VAL))
        return x * x;
    if (a < 0x1p-60) {
        *sign = ml_bits(x) & ML_SIGN_BIT ? -1 : 1;
        return -log(a);
    }
    if (x > 0) {
        if (ml_abs(x - 1.0) <= 0.125)
            return lgamma_near_1(x - 1.0);
        if (ml_abs(x - 2.0) <= 0.125)
            return lgamma_near_2(x - 2.0);
        if (x < 8.0) {
            struct ml_dd m = gamma_positive(x, &k);
            return log_scaled(m, k);
        }
        if (x > 0x1p1015)
            return x * 0x1p1023;
        struct ml_dd s = stirling((struct ml_dd){x, 0.0});
        return s.hi + s.lo;
    }
    double whole = floor(x);
    if (x == whole)
        return HUGE_VAL;
    *sign = (int64_t)whole & 1 ? -1 : 1;
    if (a < 170.0) {
        struct ml_dd m = gamma_negative(x, &k);
        return log_scaled(m, k);
    }
    // log(pi / (a |sin(pi a)|)) - log gamma(a), far from its zeros
    struct ml_dd s = stirling((struct ml_dd){a, 0.0});
    double sine = ml_abs(ml_sin_pi(a - rint(a)).hi);
    return -(s.hi + (s.lo + log(a * sine * (0.5 / PI_2_HI))));
}

double lgamma(double x)
{
    return lgamma_r(x, &signgam);
}

float lgammaf_r(float x, int *sign)
{
    return (float)lgamma_r(x, sign);
}

float lgammaf(float x)
{
    return (float)lgamma_r(x, &signgam);
}

float tgammaf(float x)
{
    return (float)tgamma(x);
}
