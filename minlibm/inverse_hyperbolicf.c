// SPDX-License-Identifier: BSD-3-Clause
// asinhf, acoshf, atanhf: logarithms in double; near 0 the beginning of the Taylor series.
#include "internal.h"

float asinhf(float x)
{
    float size = __builtin_fabsf(x);
    double d = x, a = size;
    if (size < 0x1p-10f)
        return (float)(d * (1.0 - d * d * (1.0 / 6)));
    if (__builtin_expect(!(size < HUGE_VALF), 0))
        return x + x;
    double result = ml_log_of(a + ml_sqrt(a * a + 1.0));
    return (float)(x < 0 ? -result : result);
}

float acoshf(float x)
{
    if (__builtin_expect(!(x >= 1.0f && x < HUGE_VALF), 0))
        return x > 1.0f ? x : (x - x) / (x - x);
    double d = x;
    return (float)ml_log_of(d + ml_sqrt((d - 1.0) * (d + 1.0)));
}

float atanhf(float x)
{
    float size = __builtin_fabsf(x);
    double d = x;
    if (size < 0x1p-10f)
        return (float)(d * (1.0 + d * d * (1.0 / 3)));
    if (__builtin_expect(!(size < 1.0f), 0))
        return size == 1.0f ? x / 0.0f : (x - x) / (x - x);
    return (float)(0.5 * ml_log_of((1.0 + d) / (1.0 - d)));
}
