// SPDX-License-Identifier: BSD-3-Clause
// expm1, sinh, cosh, tanh: e^x and e^-x as pairs; near 0, where they cancel, polynomials.
#include "internal.h"

// e^x as a pair, |x| < 600; the inverse, unless null, gets e^-x
static inline struct ml_dd exp_pair(double x, struct ml_dd *inverse)
{
    int steps, k;
    double r = ml_exp_reduce(x, 0.0, &steps);
    if (inverse) {
        struct ml_dd m = ml_exp_step(-steps, -r, &k);
        double scale = ml_pow2(k);
        *inverse = (struct ml_dd){m.hi * scale, m.lo * scale};
    }
    struct ml_dd m = ml_exp_step(steps, r, &k);
    double scale = ml_pow2(k);
    return (struct ml_dd){m.hi * scale, m.lo * scale};
}

// e^x 2^shift for |x| up to 800
static double exp_scaled(double x, int shift)
{
    int steps, k;
    double r = ml_exp_reduce(x, 0.0, &steps);
    struct ml_dd m = ml_exp_step(steps, r, &k);
    return ml_scale(m, k + shift);
}

double expm1(double x)
{
    double size = ml_abs(x);
    if (size < 0.125) {
        if (size < 0x1p-60)
            return x;
        double x2 = x * x;
        double p = (EXPM1_0 + x * EXPM1_1) + x2 * (EXPM1_2 + x * EXPM1_3) +
                   (x2 * x2) * ((EXPM1_4 + x * EXPM1_5) + x2 * (EXPM1_6 + x * EXPM1_7));
        return x + x2 * (0.5 + x * p);
    }
    if (__builtin_expect(!(size < 40.0), 0)) {
        if (size != size)
            return x + x;
        if (x < 0)
            return -1.0;
        return size < 800.0 ? exp_scaled(x, 0) : size * 0x1p1023;
    }
    struct ml_dd e = exp_pair(x, 0), s = ml_sum(e.hi, -1.0);
    return s.hi + (s.lo + e.lo);
}

double sinh(double x)
{
    double size = ml_abs(x);
    if (size < 0.3) {
        if (size < 0x1p-28)
            return x;
        double z = x * x;
        double p = SINH_0 + z * (SINH_1 + z * (SINH_2 + z * (SINH_3 + z * SINH_4)));
        return x + x * z * p;
    }
    double result;
    if (__builtin_expect(size < 40.0, 1)) {
        struct ml_dd b, a = exp_pair(size, &b), s = ml_fast_sum(a.hi, -b.hi);
        result = 0.5 * (s.hi + (s.lo + (a.lo - b.lo)));
    } else {
        result = size < 800.0 ? exp_scaled(size, -1) : size * 0x1p1023;
    }
    return x < 0 ? -result : result;
}

double cosh(double x)
{
    double size = ml_abs(x);
    if (__builtin_expect(size < 40.0, 1)) {
        struct ml_dd b, a = exp_pair(size, &b), s = ml_fast_sum(a.hi, b.hi);
        return 0.5 * (s.hi + (s.lo + (a.lo + b.lo)));
    }
    return size < 800.0 ? exp_scaled(size, -1) : size * 0x1p1023;
}

double tanh(double x)
{
    double size = ml_abs(x);
    if (size < 0.25) {
        if (size < 0x1p-28)
            return x;
        double z = x * x, z2 = z * z;
        double p = (TANH_0 + z * TANH_1) + z2 * (TANH_2 + z * TANH_3) +
                   (z2 * z2) * ((TANH_4 + z * TANH_5) + z2 * (TANH_6 + z * TANH_7));
        return x + x * z * p;
    }
    double result;
    if (size < 22.0) {
        struct ml_dd e = exp_pair(size + size, 0);
        e = ml_fast_sum(e.hi, e.lo);
        struct ml_dd n = ml_fast_sum(e.hi, -1.0), d = ml_fast_sum(e.hi, 1.0);
        n.lo += e.lo;
        d.lo += e.lo;
        struct ml_dd q = ml_quotient(n, d);
        result = q.hi + q.lo;
    } else {
        result = size == size ? 1.0 : size + size;
    }
    return ml_bits(x) & ML_SIGN_BIT ? -result : result;
}
