// SPDX-License-Identifier: BSD-3-Clause
// Rounding to an integer, exact: floor ceil trunc round rint nearbyint modf, and lrint's family.
#include "internal.h"

// The bits of x below its unit; 0 from 2^52 up and for infinities and NaN. |x| >= 1.
static inline uint64_t below_unit(uint64_t bits)
{
    int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
    return exponent >= 52 ? 0 : ML_FRACTION_BITS >> exponent;
}

static inline uint32_t below_unit_f(uint32_t bits)
{
    int exponent = (int)(bits >> 23 & 0xff) - 127;
    return exponent >= 23 ? 0 : 0x7fffffu >> exponent;
}

double trunc(double x)
{
    if (ml_abs(x) < 0x1p31)
        return __builtin_copysign((double)(int32_t)x, x);
    uint64_t bits = ml_bits(x);
    return ml_from_bits(bits & ~below_unit(bits)) + 0.0;
}

float truncf(float x)
{
    // from 2^23 up a float is an integer
    if (__builtin_fabsf(x) < 0x1p31f)
        return __builtin_copysignf((float)(int32_t)x, x);
    return x + 0.0f;
}

double floor(double x)
{
    double t = trunc(x);
    return t > x ? t - 1.0 : t;
}

float floorf(float x)
{
    float t = truncf(x);
    return t > x ? t - 1.0f : t;
}

double ceil(double x)
{
    double t = trunc(x);
    return t < x ? t + 1.0 : t;
}

float ceilf(float x)
{
    float t = truncf(x);
    return t < x ? t + 1.0f : t;
}

double round(double x)
{
    uint64_t bits = ml_bits(x);
    if ((bits & ~ML_SIGN_BIT) < 0x3ff0000000000000u) {
        uint64_t one = (bits & ~ML_SIGN_BIT) >= 0x3fe0000000000000u ? 0x3ff0000000000000u : 0;
        return ml_from_bits((bits & ML_SIGN_BIT) | one);
    }
    uint64_t mask = below_unit(bits);
    return ml_from_bits((bits + (mask + 1) / 2 * (mask != 0)) & ~mask) + 0.0;
}

float roundf(float x)
{
    uint32_t bits = ml_bits_f(x);
    if ((bits & 0x7fffffffu) < 0x3f800000u) {
        uint32_t one = (bits & 0x7fffffffu) >= 0x3f000000u ? 0x3f800000u : 0;
        return ml_from_bits_f((bits & 0x80000000u) | one);
    }
    uint32_t mask = below_unit_f(bits);
    return ml_from_bits_f((bits + (mask + 1) / 2 * (mask != 0)) & ~mask) + 0.0f;
}

double rint(double x)
{
    double a = ml_abs(x);
    if (!(a < 0x1p52))
        return x + 0.0;
    a = ml_round_off(a + 0x1p52) - 0x1p52;
    return __builtin_copysign(a, x);
}

float rintf(float x)
{
    float a = __builtin_fabsf(x);
    if (!(a < 0x1p23f))
        return x + 0.0f;
    // a double has the bits of any excess precision to spare
    double shifted = ml_round_off((double)a + 0x1p52) - 0x1p52;
    return __builtin_copysignf((float)shifted, x);
}

double nearbyint(double x)
{
    return rint(x);
}

float nearbyintf(float x)
{
    return rintf(x);
}

double modf(double x, double *whole)
{
    double t = trunc(x);
    *whole = t;
    return copysign(ml_abs(x) == HUGE_VAL ? 0.0 : x - t, x);
}

float modff(float x, float *whole)
{
    float t = truncf(x);
    *whole = t;
    return copysignf(fabsf(x) == HUGE_VALF ? 0.0f : x - t, x);
}

long lrint(double x)
{
    return (long)rint(x);
}

long lrintf(float x)
{
    return (long)rint(x);
}

long long llrint(double x)
{
    return (long long)rint(x);
}

long long llrintf(float x)
{
    return (long long)rint(x);
}

long lround(double x)
{
    return (long)round(x);
}

long lroundf(float x)
{
    return (long)roundf(x);
}

long long llround(double x)
{
    return (long long)round(x);
}

long long llroundf(float x)
{
    return (long long)roundf(x);
}
