// SPDX-License-Identifier: BSD-3-Clause
// asin, acos: a polynomial up to 1/2, and from there by asin x = pi/2 - 2 asin sqrt((1 - x)/2).
#include "internal.h"

// (asin x - x)/x for z = x^2, |x| <= 1/2
static inline double asin_tail(double z)
{
    double z2 = z * z, z4 = z2 * z2;
    double low = (ASIN_0 + z * ASIN_1) + z2 * (ASIN_2 + z * ASIN_3);
    double middle = (ASIN_4 + z * ASIN_5) + z2 * (ASIN_6 + z * ASIN_7);
    double high = (ASIN_8 + z * ASIN_9) + z2 * (ASIN_10 + z * ASIN_11) + z4 * ASIN_12;
    return z * (low + z4 * (middle + z4 * high));
}

double asin(double x)
{
    double a = ml_abs(x);
    if (a < 0.5) {
        if (a < 0x1p-27)
            return x;
        return x + x * asin_tail(x * x);
    }
    if (!(a < 1.0)) {
        if (a == 1.0)
            return x * PI_2_HI;
        return (x - x) / (x - x);
    }
    double z = 0.5 * (1.0 - a);
    struct ml_dd s = ml_root((struct ml_dd){z, 0.0}), t = ml_fast_sum(PI_2_HI, -2 * s.hi);
    double result = t.hi + (t.lo + (PI_2_LO - 2 * (s.lo + s.hi * asin_tail(z))));
    return x < 0 ? -result : result;
}

double acos(double x)
{
    double a = ml_abs(x);
    if (a < 0.5) {
        struct ml_dd t = ml_fast_sum(PI_2_HI, -x);
        return t.hi + (t.lo + (PI_2_LO - x * asin_tail(x * x)));
    }
    if (!(a < 1.0)) {
        if (a == 1.0)
            return x < 0 ? 2 * PI_2_HI : 0.0;
        return (x - x) / (x - x);
    }
    double z = 0.5 * (1.0 - a);
    struct ml_dd s = ml_root((struct ml_dd){z, 0.0});
    s.lo += s.hi * asin_tail(z);
    if (x > 0)
        return 2 * (s.hi + s.lo);
    struct ml_dd t = ml_fast_sum(PI_2_HI, -s.hi);
    return 2 * (t.hi + (t.lo + (PI_2_LO - s.lo)));
}
