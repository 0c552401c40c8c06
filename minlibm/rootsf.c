// SPDX-License-Identifier: BSD-3-Clause
// cbrtf, hypotf: in double, rounded once more.
#include "internal.h"

float cbrtf(float x)
{
    return (float)cbrt(x);
}

float hypotf(float x, float y)
{
    if (__builtin_fabsf(x) == HUGE_VALF || __builtin_fabsf(y) == HUGE_VALF)
        return HUGE_VALF;
    // the squares are exact, and the root of their rounded sum is good to 1 ulp of a double
    return (float)ml_sqrt((double)x * x + (double)y * y);
}
