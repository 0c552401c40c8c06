// SPDX-License-Identifier: BSD-3-Clause
// log1p, asinh, acosh, atanh: the logarithm of a pair.
#include "internal.h"

// asinh(q.hi + q.lo) for 0 <= q < 1/4 and a little
static inline struct ml_dd asinh_small(struct ml_dd q)
{
    double x = q.hi, z = x * x, z2 = z * z;
    double p = (ASINH_0 + z * ASINH_1) + z2 * (ASINH_2 + z * ASINH_3) +
               (z2 * z2) * ((ASINH_4 + z * ASINH_5) + z2 * (ASINH_6 + z * ASINH_7));
    return (struct ml_dd){x, q.lo + x * z * p};
}

double log1p(double x)
{
    if (!(x > -1.0 && x < HUGE_VAL)) {
        if (x == -1.0)
            return -1.0 / 0.0;
        return x < 0 ? (x - x) / (x - x) : x + x;
    }
    if (ml_abs(x) < 0x1p-54)
        return x;
    struct ml_dd l = ml_log_pair(ml_sum(1.0, x));
    return l.hi + l.lo;
}

double asinh(double x)
{
    double a = ml_abs(x);
    struct ml_dd l;
    if (a < 0.25) {
        if (a < 0x1p-28)
            return x;
        l = asinh_small((struct ml_dd){a, 0.0});
    } else if (a < 0x1p30) {
        struct ml_dd square = ml_square(a), h = ml_sum(square.hi, 1.0);
        h.lo += square.lo;
        struct ml_dd s = ml_root(h), u = ml_fast_sum(s.hi, a);
        u.lo += s.lo;
        l = ml_log_pair(u);
    } else {
        if (!(a < HUGE_VAL))
            return x + x;
        struct ml_log_arg arg = ml_log_split(ml_bits(a));
        arg.k++;
        l = ml_log_sum(arg, ml_log_ratio(arg), LN2_HI, LN2_LO);
    }
    double result = l.hi + l.lo;
    return x < 0 ? -result : result;
}

double acosh(double x)
{
    struct ml_dd l;
    if (!(x >= 1.0))
        return (x - x) / (x - x);
    if (x < 1.125) {
        struct ml_dd half = {0.5 * (x - 1.0), 0.0};
        if (half.hi == 0)
            return 0.0;
        l = asinh_small(ml_root(half));
        return 2 * (l.hi + l.lo);
    }
    if (x < 0x1p30) {
        struct ml_dd square = ml_square(x), h = ml_fast_sum(square.hi, -1.0);
        h.lo += square.lo;
        struct ml_dd s = ml_root(h), u = ml_fast_sum(x, s.hi);
        u.lo += s.lo;
        l = ml_log_pair(u);
    } else {
        if (x == HUGE_VAL)
            return x;
        struct ml_log_arg arg = ml_log_split(ml_bits(x));
        arg.k++;
        l = ml_log_sum(arg, ml_log_ratio(arg), LN2_HI, LN2_LO);
    }
    return l.hi + l.lo;
}

double atanh(double x)
{
    double a = ml_abs(x), result;
    if (a < 0.25) {
        if (a < 0x1p-28)
            return x;
        double z = x * x, z2 = z * z;
        double p =
            (ATANH_0 + z * ATANH_1) + z2 * (ATANH_2 + z * ATANH_3) +
            (z2 * z2) * ((ATANH_4 + z * ATANH_5) + z2 * ((ATANH_6 + z * ATANH_7) + z2 * ATANH_8));
        return x + x * z * p;
    }
    if (a < 1.0) {
        struct ml_dd l = ml_log_pair(ml_quotient(ml_sum(1.0, a), ml_sum(1.0, -a)));
        result = 0.5 * (l.hi + l.lo);
    } else {
        result = a == 1.0 ? 1.0 / (a - a) : (x - x) / (x - x);
    }
    return x < 0 ? -result : result;
}
