// SPDX-License-Identifier: BSD-3-Clause
// Float functions that are their double form rounded once more: at most 0.5 + 2^-28 ulp.
#include "internal.h"

#define VIA_DOUBLE(name)       \
    float name##f(float x)     \
    {                          \
        return (float)name(x); \
    }

#define VIA_DOUBLE_2(name)          \
    float name##f(float x, float y) \
    {                               \
        return (float)name(x, y);   \
    }

VIA_DOUBLE(exp)
VIA_DOUBLE(exp2)
VIA_DOUBLE(exp10)
VIA_DOUBLE(expm1)
VIA_DOUBLE(log)
VIA_DOUBLE(log2)
VIA_DOUBLE(log10)
VIA_DOUBLE(log1p)
VIA_DOUBLE(sin)
VIA_DOUBLE(cos)
VIA_DOUBLE(tan)
VIA_DOUBLE(asin)
VIA_DOUBLE(acos)
VIA_DOUBLE(atan)
VIA_DOUBLE(sinh)
VIA_DOUBLE(cosh)
VIA_DOUBLE(tanh)
VIA_DOUBLE(asinh)
VIA_DOUBLE(acosh)
VIA_DOUBLE(atanh)
VIA_DOUBLE(cbrt)
VIA_DOUBLE_2(pow)
VIA_DOUBLE_2(atan2)

float hypotf(float x, float y)
{
    if (__builtin_fabsf(x) == HUGE_VALF || __builtin_fabsf(y) == HUGE_VALF)
        return HUGE_VALF;
    // the squares are exact, and the root of their rounded sum is good to 1 ulp of a double
    return (float)ml_sqrt((double)x * x + (double)y * y);
}
