// SPDX-License-Identifier: BSD-3-Clause
// sinf, cosf, tanf, sincosf: short polynomials in double.
#include "internal.h"

static inline double sin_reduced(double y)
{
    double z = y * y;
    return y + y * z * ((SINF_0 + z * SINF_1) + (z * z) * (SINF_2 + z * SINF_3));
}

static inline double cos_reduced(double y)
{
    double z = y * y;
    return (1.0 - 0.5 * z) + (z * z) * (COSF_0 + z * (COSF_1 + z * COSF_2));
}

// x - n pi/2, |x| > pi/4; n modulo 4
static inline double reduce(float x, int *n)
{
    if (__builtin_expect(__builtin_fabsf(x) < 0x1p20f, 1)) {
        double count = ml_nearest(x * TWO_BY_PI, n);
        return (x - count * PI_2F_HI) - count * PI_2F_LO;
    }
    struct ml_dd y;
    *n = ml_rem_pio2_large(x, &y);
    return y.hi;
}

float sinf(float x)
{
    float size = __builtin_fabsf(x);
    if (size < 0.785398f)
        return size < 0x1p-20f ? x : (float)sin_reduced(x);
    if (__builtin_expect(!(size < HUGE_VALF), 0))
        return x - x;
    int n;
    double y = reduce(x, &n);
    double result = n & 1 ? cos_reduced(y) : sin_reduced(y);
    return (float)(n & 2 ? -result : result);
}

float cosf(float x)
{
    float size = __builtin_fabsf(x);
    if (size < 0.785398f)
        return (float)cos_reduced(x);
    if (__builtin_expect(!(size < HUGE_VALF), 0))
        return x - x;
    int n;
    double y = reduce(x, &n);
    double result = n & 1 ? sin_reduced(y) : cos_reduced(y);
    return (float)((n + 1) & 2 ? -result : result);
}

void sincosf(float x, float *sine, float *cosine)
{
    *sine = sinf(x);
    *cosine = cosf(x);
}

float tanf(float x)
{
    float size = __builtin_fabsf(x);
    double y = x;
    int n = 0;
    if (size < 0x1p-20f)
        return x;
    if (!(size < 0.785398f)) {
        if (__builtin_expect(!(size < HUGE_VALF), 0))
            return x - x;
        y = reduce(x, &n);
    }
    double z = y * y, z2 = z * z;
    double p = (TANF_0 + z * TANF_1) + z2 * (TANF_2 + z * TANF_3) +
               (z2 * z2) * ((TANF_4 + z * TANF_5) + z2 * (TANF_6 + z * TANF_7));
    double t = y + y * z * p;
    return (float)(n & 1 ? -1.0 / t : t);
}
