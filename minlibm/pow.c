// SPDX-License-Identifier: BSD-3-Clause
// pow: log x as a pair of about 68 bits, times y exactly, and exp of the pair.
#include "internal.h"

// 0: y is not an integer, 1: odd, 2: even; y finite and not 0
static int parity(double y)
{
    uint64_t bits = ml_bits(y);
    int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
    if (exponent < 0)
        return 0;
    if (exponent > 52)
        return 2;
    uint64_t unit = (uint64_t)1 << (52 - exponent);
    if (bits & (unit - 1))
        return 0;
    // at exponent 0 the unit is the hidden bit, which the exponent's last bit (set) stands for
    return bits & unit ? 1 : 2;
}

// The cases where x or y is 0, infinite or NaN, or x is 1
static double pow_special(double x, double y)
{
    if (y == 0 || x == 1.0)
        return 1.0;
    if (x != x || y != y)
        return x + y;
    double size = ml_abs(x);
    if (ml_abs(y) == HUGE_VAL) {
        if (size == 1.0)
            return 1.0;
        return (size > 1.0) == (y > 0) ? HUGE_VAL : 0.0;
    }
    double result = x * x;
    int odd = parity(y) == 1;
    if (odd && ml_bits(x) & ML_SIGN_BIT)
        result = -result;
    return y < 0 ? 1.0 / result : result;
}

double pow(double x, double y)
{
    uint64_t bits = ml_bits(x), ybits = ml_bits(y) & ~ML_SIGN_BIT;
    int adjust = 0;
    double sign = 1.0;
    if (__builtin_expect(bits - 0x0010000000000000u >= ML_INF_BITS - 0x0010000000000000u ||
                             ybits - 1 >= ML_INF_BITS - 1 || x == 1.0,
                         0)) {
        uint64_t size = bits & ~ML_SIGN_BIT;
        if (ybits - 1 >= ML_INF_BITS - 1 || size - 1 >= ML_INF_BITS - 1 || x == 1.0)
            return pow_special(x, y);
        if (bits & ML_SIGN_BIT) {
            int kind = parity(y);
            if (!kind)
                return (x - x) / (x - x);
            if (kind == 1)
                sign = -1.0;
            bits = size;
        }
        if (bits < 0x0010000000000000u) {
            bits = ml_bits(ml_from_bits(bits) * 0x1p54);
            adjust = 54;
        }
    }
    struct ml_dd l = ml_log_precise(bits, adjust);
    if (__builtin_expect(ybits > 0x4450000000000000u, 0))
        y = y < 0 ? -0x1p70 : 0x1p70;
    double yh = ml_head(y), lh = ml_head(l.hi);
    struct ml_dd power = {yh * lh, yh * (l.hi - lh) + (y - yh) * l.hi + y * l.lo};
    if (__builtin_expect(!(ml_abs(power.hi) < 1100.0), 0))
        power = (struct ml_dd){power.hi < 0 ? -1100.0 : 1100.0, 0.0};
    int steps, k;
    double r = ml_exp_reduce(power.hi, power.lo, &steps);
    struct ml_dd m = ml_exp_step(steps, r, &k);
    return sign * ml_scale(m, k);
}
