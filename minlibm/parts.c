// SPDX-License-Identifier: BSD-3-Clause
// Sign, exponent and neighbours of a number, exact: fabs copysign ldexp frexp logb nextafter ...
#include "internal.h"
#include <limits.h>

double fabs(double x)
{
    return ml_abs(x);
}

float fabsf(float x)
{
    return __builtin_fabsf(x);
}

double copysign(double x, double y)
{
    return ml_from_bits((ml_bits(x) & ~ML_SIGN_BIT) | (ml_bits(y) & ML_SIGN_BIT));
}

float copysignf(float x, float y)
{
    return ml_from_bits_f((ml_bits_f(x) & 0x7fffffffu) | (ml_bits_f(y) & 0x80000000u));
}

double ldexp(double x, int n)
{
    uint64_t bits = ml_bits(x);
    int exponent = (int)(bits >> 52 & 0x7ff);
    if (exponent == 0) {
        if (bits << 1 == 0)
            return x;
        x *= 0x1p54;
        bits = ml_bits(x);
        exponent = (int)(bits >> 52 & 0x7ff) - 54;
    } else if (exponent == 0x7ff) {
        return x + x;
    }
    n = n > 5000 ? 5000 : n < -5000 ? -5000 : n;
    exponent += n;
    bits &= ~ML_INF_BITS;
    if (exponent > 0 && exponent < 0x7ff)
        return ml_from_bits(bits | (uint64_t)exponent << 52);
    if (exponent > 0)
        return ml_from_bits(bits | (uint64_t)0x7fe << 52) * 2.0;
    // one multiplication rounds to the subnormal
    exponent += 60;
    return ml_from_bits(bits | (uint64_t)(exponent > 0 ? exponent : 1) << 52) * 0x1p-60;
}

float ldexpf(float x, int n)
{
    return (float)ldexp(x, n);
}

double scalbn(double x, int n)
{
    return ldexp(x, n);
}

float scalbnf(float x, int n)
{
    return (float)ldexp(x, n);
}

double scalbln(double x, long n)
{
    return ldexp(x, n > 5000 ? 5000 : n < -5000 ? -5000 : (int)n);
}

float scalblnf(float x, long n)
{
    return (float)scalbln(x, n);
}

double frexp(double x, int *exponent)
{
    uint64_t bits = ml_bits(x);
    int e = (int)(bits >> 52 & 0x7ff);
    *exponent = 0;
    if (e == 0x7ff || bits << 1 == 0)
        return x + x;
    if (e == 0) {
        bits = ml_bits(x * 0x1p54);
        e = (int)(bits >> 52 & 0x7ff) - 54;
    }
    *exponent = e - 1022;
    return ml_from_bits((bits & ~ML_INF_BITS) | (uint64_t)1022 << 52);
}

float frexpf(float x, int *exponent)
{
    return (float)frexp(x, exponent);
}

int ilogb(double x)
{
    int e;
    if (x == 0)
        return FP_ILOGB0;
    if (x != x)
        return FP_ILOGBNAN;
    if (ml_abs(x) == HUGE_VAL)
        return INT_MAX;
    frexp(x, &e);
    return e - 1;
}

int ilogbf(float x)
{
    return ilogb(x);
}

double logb(double x)
{
    if (x == 0)
        return -1.0 / (x * x);
    if (!(ml_abs(x) < HUGE_VAL))
        return x * x;
    return ilogb(x);
}

float logbf(float x)
{
    return (float)logb(x);
}

double nextafter(double x, double y)
{
    if (x != x || y != y)
        return x + y;
    if (x == y)
        return y;
    uint64_t bits = ml_bits(x);
    if (x == 0)
        return ml_from_bits((ml_bits(y) & ML_SIGN_BIT) | 1);
    return ml_from_bits((x < y) == (x > 0) ? bits + 1 : bits - 1);
}

float nextafterf(float x, float y)
{
    if (x != x || y != y)
        return x + y;
    if (x == y)
        return y;
    uint32_t bits = ml_bits_f(x);
    if (x == 0)
        return ml_from_bits_f((ml_bits_f(y) & 0x80000000u) | 1);
    return ml_from_bits_f((x < y) == (x > 0) ? bits + 1 : bits - 1);
}

double fmin(double x, double y)
{
    if (x != x)
        return y;
    if (y != y)
        return x;
    if (x == y)
        return ml_bits(x) & ML_SIGN_BIT ? x : y;
    return x < y ? x : y;
}

float fminf(float x, float y)
{
    return (float)fmin(x, y);
}

double fmax(double x, double y)
{
    if (x != x)
        return y;
    if (y != y)
        return x;
    if (x == y)
        return ml_bits(x) & ML_SIGN_BIT ? y : x;
    return x > y ? x : y;
}

float fmaxf(float x, float y)
{
    return (float)fmax(x, y);
}

double fdim(double x, double y)
{
    if (x != x || y != y)
        return x + y;
    return x > y ? x - y : 0.0;
}

float fdimf(float x, float y)
{
    if (x != x || y != y)
        return x + y;
    return x > y ? x - y : 0.0f;
}

double nan(const char *tag)
{
    (void)tag;
    return __builtin_nan("");
}

float nanf(const char *tag)
{
    (void)tag;
    return __builtin_nanf("");
}
