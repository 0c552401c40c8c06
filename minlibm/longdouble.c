// SPDX-License-Identifier: BSD-3-Clause
// nexttoward, and the few long double functions that need no arithmetic of their own.
#include "internal.h"

double nexttoward(double x, long double y)
{
    if (x != x || y != y)
        return (double)(x + y);
    if (x == y)
        return (double)y;
    return nextafter(x, y > x ? HUGE_VAL : -HUGE_VAL);
}

float nexttowardf(float x, long double y)
{
    if (x != x || y != y)
        return (float)(x + y);
    if (x == y)
        return (float)y;
    return nextafterf(x, y > x ? HUGE_VALF : -HUGE_VALF);
}

long double fabsl(long double x)
{
    return __builtin_fabsl(x);
}

long double copysignl(long double x, long double y)
{
    return __builtin_copysignl(x, y);
}

long double sqrtl(long double x)
{
    long double root;
    __asm__("fsqrt" : "=t"(root) : "0"(x));
    return root;
}

int __isnanl(long double x)
{
    return x != x;
}

int __isinfl(long double x)
{
    return (x == HUGE_VALL) - (x == -HUGE_VALL);
}

int __finitel(long double x)
{
    return x - x == 0;
}

int __signbitl(long double x)
{
    return __builtin_signbitl(x) != 0;
}

int __fpclassifyl(long double x)
{
    long double size = __builtin_fabsl(x);
    if (size == 0)
        return FP_ZERO;
    if (size < LDBL_MIN)
        return FP_SUBNORMAL;
    if (size < HUGE_VALL)
        return FP_NORMAL;
    return size == HUGE_VALL ? FP_INFINITE : FP_NAN;
}
