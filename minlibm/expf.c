// SPDX-License-Identifier: BSD-3-Clause
// expf, exp2f, exp10f: exp's table and a cubic, in double.
#include "internal.h"

// Beyond the range of the formula: NaN, infinity or 0
static float extreme(float x)
{
    if (x != x)
        return x + x;
    return x > 0 ? __builtin_fabsf(x) * 0x1p127f : 0.0f;
}

float expf(float x)
{
    if (__builtin_expect(!(__builtin_fabsf(x) < 200.0f), 0))
        return extreme(x);
    return (float)ml_exp_of(x);
}

float exp2f(float x)
{
    if (__builtin_expect(!(__builtin_fabsf(x) < 300.0f), 0))
        return extreme(x);
    int steps;
    double n = ml_nearest((double)x * ML_EXP_STEPS, &steps);
    return (float)ml_exp_short(steps, (x - n * (1.0 / ML_EXP_STEPS)) * LN2);
}

float exp10f(float x)
{
    if (__builtin_expect(!(__builtin_fabsf(x) < 90.0f), 0))
        return extreme(x);
    return (float)ml_exp_of((double)x * LN10);
}
