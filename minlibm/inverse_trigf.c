// SPDX-License-Identifier: BSD-3-Clause
// asinf, acosf, atanf, atan2f: as the double functions, but atan is one polynomial on [0, 1].
#include "internal.h"

static inline double asin_tail(double z)
{
    double z2 = z * z;
    return z * ((ASINF_0 + z * ASINF_1) +
                z2 * ((ASINF_2 + z * ASINF_3) + z2 * (ASINF_4 + z * ASINF_5)));
}

float asinf(float x)
{
    double d = x, a = ml_abs(d);
    if (a < 0.5)
        return a < 0x1p-20 ? x : (float)(d + d * asin_tail(d * d));
    if (!(a <= 1.0))
        return (x - x) / (x - x);
    double z = 0.5 * (1.0 - a), s = ml_sqrt(z);
    double result = PI_2_HI - 2 * (s + s * asin_tail(z));
    return (float)(x < 0 ? -result : result);
}

float acosf(float x)
{
    double d = x, a = ml_abs(d);
    if (a < 0.5)
        return (float)(PI_2_HI - (d + d * asin_tail(d * d)));
    if (!(a <= 1.0))
        return (x - x) / (x - x);
    double z = 0.5 * (1.0 - a), s = ml_sqrt(z);
    double result = 2 * (s + s * asin_tail(z));
    return (float)(x < 0 ? 2 * PI_2_HI - result : result);
}

// atan q, |q| <= 1
static inline double atan_reduced(double q)
{
    double z = q * q, z2 = z * z, z4 = z2 * z2;
    double low = (ATANF_0 + z * ATANF_1) + z2 * (ATANF_2 + z * ATANF_3);
    double middle = (ATANF_4 + z * ATANF_5) + z2 * (ATANF_6 + z * ATANF_7);
    double high = (ATANF_8 + z * ATANF_9) + z2 * (ATANF_10 + z * ATANF_11);
    return q + q * z * (low + z4 * (middle + z4 * high));
}

float atanf(float x)
{
    double d = x;
    if (__builtin_fabsf(x) < 0x1p-20f || x != x)
        return x;
    if (__builtin_fabsf(x) <= 1.0f)
        return (float)atan_reduced(d);
    return (float)((x < 0 ? -PI_2_HI : PI_2_HI) - atan_reduced(1.0 / d));
}

float atan2f(float y, float x)
{
    double a = __builtin_fabsf(y), b = __builtin_fabsf(x), result;
    if (x != x || y != y)
        return x + y;
    if (a == b) {
        // the quotient may be 0/0 or infinity by infinity
        result = a == 0 ? 0.0 : 0.5 * PI_2_HI;
    } else if (a < b) {
        result = atan_reduced(a / b);
    } else {
        result = PI_2_HI - atan_reduced(b / a);
    }
    if (ml_bits_f(x) >> 31)
        result = 2 * PI_2_HI - result;
    return (float)(ml_bits_f(y) >> 31 ? -result : result);
}
