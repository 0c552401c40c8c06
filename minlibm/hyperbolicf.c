// SPDX-License-Identifier: BSD-3-Clause
// expm1f, sinhf, coshf, tanhf: e^x in double; near 0 the beginning of the Taylor series.
#include "internal.h"

float expm1f(float x)
{
    float size = __builtin_fabsf(x);
    double d = x;
    if (size < 0x1p-7f)
        return (float)(d * (1.0 + d * (0.5 + d * (1.0 / 6 + d * (1.0 / 24)))));
    if (__builtin_expect(!(size < 100.0f), 0)) {
        if (x != x)
            return x + x;
        return x > 0 ? size * 0x1p127f : -1.0f;
    }
    return (float)(ml_exp_of(d) - 1.0);
}

float sinhf(float x)
{
    float size = __builtin_fabsf(x);
    double d = x;
    if (size < 0.125f) {
        double z = d * d;
        return (float)(d + d * z * (1.0 / 6 + z * (1.0 / 120 + z * (1.0 / 5040))));
    }
    if (__builtin_expect(!(size < 100.0f), 0))
        return x * 0x1p127f;
    double e = ml_exp_of(d);
    return (float)(0.5 * (e - 1.0 / e));
}

float coshf(float x)
{
    float size = __builtin_fabsf(x);
    if (__builtin_expect(!(size < 100.0f), 0))
        return size * 0x1p127f;
    double e = ml_exp_of(size);
    return (float)(0.5 * (e + 1.0 / e));
}

float tanhf(float x)
{
    float size = __builtin_fabsf(x);
    double d = x;
    if (size < 0x1p-5f) {
        double z = d * d;
        return (float)(d * (1.0 - z * (1.0 / 3 - z * (2.0 / 15 - z * (17.0 / 315)))));
    }
    if (__builtin_expect(!(size < 20.0f), 0))
        return x != x ? x + x : __builtin_copysignf(1.0f, x);
    return (float)(1.0 - 2.0 / (ml_exp_of(d + d) + 1.0));
}
