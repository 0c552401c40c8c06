// SPDX-License-Identifier: BSD-3-Clause
// powf: exp(y log x) in double.
#include "internal.h"

// 0: y is not an integer, 1: odd, 2: even; y finite and not 0
static int parity(float y)
{
    uint32_t bits = ml_bits_f(y);
    int exponent = (int)(bits >> 23 & 0xff) - 127;
    if (exponent < 0)
        return 0;
    if (exponent > 23)
        return 2;
    uint32_t unit = (uint32_t)1 << (23 - exponent);
    if (bits & (unit - 1))
        return 0;
    // at exponent 0 the unit is the hidden bit, which the exponent's last bit (set) stands for
    return bits & unit ? 1 : 2;
}

// The cases where x or y is 0, infinite or NaN, or x is 1
static float pow_special(float x, float y)
{
    if (y == 0 || x == 1.0f)
        return 1.0f;
    if (x != x || y != y)
        return x + y;
    float size = __builtin_fabsf(x);
    if (__builtin_fabsf(y) == HUGE_VALF) {
        if (size == 1.0f)
            return 1.0f;
        return (size > 1.0f) == (y > 0) ? HUGE_VALF : 0.0f;
    }
    float result = x * x;
    int odd = parity(y) == 1;
    if (odd && ml_bits_f(x) >> 31)
        result = -result;
    return y < 0 ? 1.0f / result : result;
}

float powf(float x, float y)
{
    uint32_t bits = ml_bits_f(x), ybits = ml_bits_f(y) & 0x7fffffffu;
    int negative = 0;
    if (__builtin_expect(bits - 1 >= 0x7f800000u - 1 || ybits - 1 >= 0x7f800000u - 1, 0)) {
        bits &= 0x7fffffffu;
        if (ybits - 1 >= 0x7f800000u - 1 || bits - 1 >= 0x7f800000u - 1)
            return pow_special(x, y);
        int kind = parity(y);
        if (!kind)
            return (x - x) / (x - x);
        negative = kind == 1;
    }
    double power = y * ml_log_of(__builtin_fabsf(x));
    power = power > 150.0 ? 150.0 : power < -150.0 ? -150.0 : power;
    float result = (float)ml_exp_of(power);
    return negative ? -result : result;
}
