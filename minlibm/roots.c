// SPDX-License-Identifier: BSD-3-Clause
// sqrt, cbrt, hypot.
#include "internal.h"

double sqrt(double x)
{
    return ml_sqrt(x);
}

float sqrtf(float x)
{
    float root;
#ifdef __SSE2_MATH__
    __asm__("sqrtss %1, %0" : "=x"(root) : "xm"(x));
#else
    // 53 bits are more than twice 24: rounding the double's root again is right
    root = (float)ml_sqrt(x);
#endif
    return root;
}

// About x^(1/3) for 1/8 <= x < 1, to 2^-26
static inline double cbrt_estimate(double x)
{
    double t = 0.4 + x * (1.0 - 0.4 * x);
    for (int i = 0; i < 3; i++) {
        double cube = t * t * t;
        t = t * (cube + 2 * x) / (2 * cube + x);
    }
    return t;
}

double cbrt(double x)
{
    uint64_t bits = ml_bits(x) & ~ML_SIGN_BIT;
    int adjust = 0;
    if (bits - 0x0010000000000000u >= ML_INF_BITS - 0x0010000000000000u) {
        if (bits == 0 || bits >= ML_INF_BITS)
            return x + x;
        bits = ml_bits(ml_from_bits(bits) * 0x1p54);
        adjust = 18;
    }
    // x = 2^(3 third) m, 1/8 <= m < 1
    int exponent = (int)(bits >> 52) - 1022;
    int third = (exponent + 3072 + 2) / 3 - 1024;
    double m =
        ml_from_bits((bits & ML_FRACTION_BITS) | (uint64_t)(1022 + exponent - 3 * third) << 52);
    double t = ml_head(cbrt_estimate(m));
    // t has 26 bits; a Halley step whose residual m - t^3 is exact
    double square = t * t, head = ml_head(square);
    double residual = (m - head * t) - (square - head) * t;
    t += t * residual / (3 * square * t + residual);
    double result = t * ml_pow2(third - adjust);
    return x < 0 ? -result : result;
}

double hypot(double x, double y)
{
    double a = ml_abs(x), b = ml_abs(y);
    if (a == HUGE_VAL || b == HUGE_VAL)
        return HUGE_VAL;
    if (a < b) {
        double swap = a;
        a = b;
        b = swap;
    }
    if (!(b > a * 0x1p-54))
        return a + b;
    double scale = 1.0;
    if (a > 0x1p500) {
        scale = 0x1p600;
        a *= 0x1p-600;
        b *= 0x1p-600;
    } else if (b < 0x1p-450) {
        scale = 0x1p-600;
        a *= 0x1p600;
        b *= 0x1p600;
    }
    struct ml_dd aa = ml_square(a), bb = ml_square(b), s = ml_fast_sum(aa.hi, bb.hi);
    s.lo += aa.lo + bb.lo;
    struct ml_dd r = ml_root(s);
    // a subnormal result is rounded once: 2^-422 has its unit, scaled, as the last place
    if (scale < 1.0 && r.hi < 0x1p-422) {
        s = ml_fast_sum(0x1p-422, r.hi);
        return ((s.hi + (s.lo + r.lo)) - 0x1p-422) * scale;
    }
    return (r.hi + r.lo) * scale;
}
