// SPDX-License-Identifier: BSD-3-Clause
// What <math.h>'s classification macros and older names call.
#include "internal.h"

#undef isnan
#undef isinf
#undef finite

int __fpclassify(double x)
{
    uint64_t size = ml_bits(x) & ~ML_SIGN_BIT;
    if (size == 0)
        return FP_ZERO;
    if (size <= ML_FRACTION_BITS)
        return FP_SUBNORMAL;
    if (size < ML_INF_BITS)
        return FP_NORMAL;
    return size == ML_INF_BITS ? FP_INFINITE : FP_NAN;
}

int __fpclassifyf(float x)
{
    uint32_t size = ml_bits_f(x) & 0x7fffffffu;
    if (size == 0)
        return FP_ZERO;
    if (size <= 0x7fffffu)
        return FP_SUBNORMAL;
    if (size < 0x7f800000u)
        return FP_NORMAL;
    return size == 0x7f800000u ? FP_INFINITE : FP_NAN;
}

int __signbit(double x)
{
    return (int)(ml_bits(x) >> 63);
}

int __signbitf(float x)
{
    return (int)(ml_bits_f(x) >> 31);
}

int __isnan(double x)
{
    return x != x;
}

int __isnanf(float x)
{
    return x != x;
}

// -1 for minus infinity, 1 for plus infinity, else 0
int __isinf(double x)
{
    return (x == HUGE_VAL) - (x == -HUGE_VAL);
}

int __isinff(float x)
{
    return (x == HUGE_VALF) - (x == -HUGE_VALF);
}

int __finite(double x)
{
    return (ml_bits(x) & ML_INF_BITS) != ML_INF_BITS;
}

int __finitef(float x)
{
    return (ml_bits_f(x) & 0x7f800000u) != 0x7f800000u;
}

int isnan(double x) __attribute__((alias("__isnan")));
int isnanf(float x) __attribute__((alias("__isnanf")));
int isinf(double x) __attribute__((alias("__isinf")));
int isinff(float x) __attribute__((alias("__isinff")));
int finite(double x) __attribute__((alias("__finite")));
int finitef(float x) __attribute__((alias("__finitef")));
