// SPDX-License-Identifier: BSD-3-Clause
// logf, log2f, log10f, log1pf: log's table and a polynomial of degree 5, in double.
#include "internal.h"

// The logarithm, to whatever base, where there is none that is finite
static float not_finite(float x)
{
    if (x == 0)
        return -1.0f / (x * x);
    if (x < 0)
        return (x - x) / (x - x);
    return x + x;
}

static inline int is_regular(float x)
{
    return __builtin_expect(x > 0 && x < HUGE_VALF, 1);
}

float logf(float x)
{
    return is_regular(x) ? (float)ml_log_of(x) : not_finite(x);
}

float log2f(float x)
{
    if (!is_regular(x))
        return not_finite(x);
    int k;
    double m = ml_log_short(x, &k);
    return (float)(k + m * INV_LN2);
}

float log10f(float x)
{
    if (!is_regular(x))
        return not_finite(x);
    int k;
    double m = ml_log_short(x, &k);
    return (float)(k * LOG10_2 + m * INV_LN10);
}

float log1pf(float x)
{
    double d = x;
    // 1 + d is exact in a double where this does not hold
    if (__builtin_fabsf(x) < 0x1p-28f)
        return (float)(d - 0.5 * d * d);
    if (__builtin_expect(x > -1.0f && x < HUGE_VALF, 1))
        return (float)ml_log_of(1.0 + d);
    return x == -1.0f ? not_finite(0.0f) : not_finite(x);
}
