// SPDX-License-Identifier: BSD-3-Clause
// erf, erfc: a polynomial to 1/2, and from there exp(-x^2) times a table of polynomials.
#include "internal.h"

// erf x - x, |x| <= 1/2
static inline double erf_tail(double x)
{
    double z = x * x, z2 = z * z, z4 = z2 * z2;
    double low = (ERF_0 + z * ERF_1) + z2 * (ERF_2 + z * ERF_3);
    double high = (ERF_4 + z * ERF_5) + z2 * (ERF_6 + z * ERF_7);
    return x * (low + z4 * (high + z4 * (ERF_8 + z * ERF_9)));
}

// erfc x = 2^*k times the pair, 1/2 <= x < 28
static struct ml_dd erfc_pair(double x, int *k)
{
    // eight intervals for each power of two of x + 1, from 1 + 4/8
    int index = (int)(ml_bits(x + 1.0) >> 49) - (1023 * 8 + 4);
    const struct ml_erfc_entry *entry = &ml_erfc_table[index];
    const double *c = entry->higher;
    double u = x - entry->middle, u2 = u * u, u4 = u2 * u2;
    double low = (c[0] + u * c[1]) + u2 * (c[2] + u * c[3]);
    double high = (c[4] + u * c[5]) + u2 * (c[6] + u * c[7]);
    double top = c[8] + u * c[9] + u2 * c[10];
    struct ml_dd w = ml_fast_sum(entry->value.hi, u * (low + u4 * (high + u4 * top)));
    w.lo += entry->value.lo;
    struct ml_dd square = ml_square(x);
    int steps;
    double r = ml_exp_reduce(-square.hi, -square.lo, &steps);
    struct ml_dd e = ml_exp_step(steps, r, k);
    e = ml_fast_sum(e.hi, e.lo);
    struct ml_dd p = ml_product(e.hi, w.hi);
    p.lo += e.hi * w.lo + e.lo * w.hi;
    return p;
}

double erf(double x)
{
    double a = ml_abs(x);
    if (a < 0.5)
        return x + erf_tail(x);
    if (!(a < 6.0))
        return a != a ? x + x : __builtin_copysign(1.0, x);
    int k;
    struct ml_dd c = erfc_pair(a, &k);
    double scale = ml_pow2(k);
    struct ml_dd s = ml_fast_sum(1.0, -c.hi * scale);
    return __builtin_copysign(s.hi + (s.lo - c.lo * scale), x);
}

double erfc(double x)
{
    double a = ml_abs(x);
    if (a < 0.5) {
        struct ml_dd s = ml_fast_sum(1.0, -x);
        return s.hi + (s.lo - erf_tail(x));
    }
    if (!(x < 28.0))
        return x != x ? x + x : 0.0;
    if (!(x > -6.0))
        return x != x ? x + x : 2.0;
    int k;
    struct ml_dd c = erfc_pair(a, &k);
    if (x < 0) {
        double scale = ml_pow2(k);
        struct ml_dd s = ml_fast_sum(2.0, -c.hi * scale);
        return s.hi + (s.lo - c.lo * scale);
    }
    // the pair is below 1: ml_scale wants it from 1/2 up
    int shift = (int)(ml_bits(c.hi) >> 52) - 1023;
    double up = ml_pow2(-shift);
    return ml_scale((struct ml_dd){c.hi * up, c.lo * up}, k + shift);
}

float erff(float x)
{
    return (float)erf(x);
}

float erfcf(float x)
{
    return (float)erfc(x);
}
