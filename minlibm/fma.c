// SPDX-License-Identifier: BSD-3-Clause
// fma, fmaf: x y + z rounded once; fma in integers, so that no exponent is special.
#include "internal.h"

// A number of 128 bits times a power of two; sticky bits are folded into the lowest
struct wide {
    uint64_t hi, lo;
    int exponent;
};

static struct wide shift_right(struct wide a, int count)
{
    a.exponent += count;
    uint64_t lost;
    if (count == 0)
        return a;
    if (count < 64) {
        lost = a.lo << (64 - count);
        a.lo = a.lo >> count | a.hi << (64 - count);
        a.hi >>= count;
    } else if (count < 128) {
        lost = a.lo | (count > 64 ? a.hi << (128 - count) : 0);
        a.lo = a.hi >> (count - 64);
        a.hi = 0;
    } else {
        lost = a.hi | a.lo;
        a.hi = a.lo = 0;
    }
    a.lo |= lost != 0;
    return a;
}

// Shifts left until the bit of that number, counted from the top, is the highest one
static struct wide normalise(struct wide a, int leading)
{
    if (a.hi == 0) {
        if (a.lo == 0)
            return a;
        a = (struct wide){a.lo, 0, a.exponent - 64};
    }
    int count = __builtin_clzll(a.hi) - leading;
    if (count < 0)
        return shift_right(a, -count);
    if (count > 0) {
        a.hi = a.hi << count | a.lo >> (64 - count);
        a.lo <<= count;
    }
    a.exponent -= count;
    return a;
}

// |x| = *m 2^(the result), x finite
static int unpack(double x, uint64_t *m)
{
    uint64_t bits = ml_bits(x);
    int exponent = (int)(bits >> 52 & 0x7ff);
    *m = bits & ML_FRACTION_BITS;
    if (exponent == 0)
        return -1074;
    *m |= ML_FRACTION_BITS + 1;
    return exponent - 1075;
}

static struct wide multiply(uint64_t a, uint64_t b)
{
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32);
    uint64_t other = a0 * b1 + (uint32_t)middle;
    return (struct wide){a1 * b1 + (middle >> 32) + (other >> 32), other << 32 | (uint32_t)low, 0};
}

// a, whose highest bit is the top one, to nearest even
static double pack(struct wide a)
{
    // a = hi 2^(exponent + 64); 53 bits stay of the 64, fewer in a subnormal
    uint64_t m = a.hi | (a.lo != 0);
    int exponent = a.exponent + 64 + 11, drop = 11;
    if (exponent < -1074) {
        drop += -1074 - exponent;
        exponent = -1074;
        if (drop > 65)
            return 0.0;
    }
    uint64_t kept = drop < 64 ? m >> drop : 0;
    uint64_t rest = drop < 64 ? m << (64 - drop) : drop == 64 ? m : m >> 1 | (m & 1);
    kept += rest > ML_SIGN_BIT || (rest == ML_SIGN_BIT && kept & 1);
    if (exponent > 971)
        return HUGE_VAL;
    // the hidden bit, when kept has it, adds one to the exponent field
    return ml_from_bits(((uint64_t)(unsigned)(exponent + 1074) << 52) + kept);
}

double fma(double x, double y, double z)
{
    if (!(ml_abs(x) < HUGE_VAL && ml_abs(y) < HUGE_VAL) || x == 0 || y == 0)
        return x * y + z;
    if (!(ml_abs(z) < HUGE_VAL))
        return z + z;
    uint64_t mx, my, mz;
    int exponent = unpack(x, &mx) + unpack(y, &my), z_exponent = unpack(z, &mz);
    uint64_t sign = (ml_bits(x) ^ ml_bits(y)) & ML_SIGN_BIT, z_sign = ml_bits(z) & ML_SIGN_BIT;
    struct wide a = multiply(mx, my), b = {mz, 0, z_exponent - 64};
    a.exponent = exponent;
    // one bit at the top stays free for the carry
    a = normalise(a, 1);
    b = normalise(b, 1);
    if (mz != 0) {
        // a shift that loses bits leaves the difference normalised but for one bit
        if (a.exponent < b.exponent)
            a = shift_right(a, b.exponent - a.exponent);
        else
            b = shift_right(b, a.exponent - b.exponent);
        if (sign == z_sign) {
            a.lo += b.lo;
            a.hi += b.hi + (a.lo < b.lo);
        } else {
            if (a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo)) {
                struct wide swap = a;
                a = b;
                b = swap;
                sign = z_sign;
            }
            a.hi -= b.hi + (a.lo < b.lo);
            a.lo -= b.lo;
            if (a.hi == 0 && a.lo == 0)
                return 0.0;
        }
    }
    return ml_from_bits(ml_bits(pack(normalise(a, 0))) | sign);
}

float fmaf(float x, float y, float z)
{
    double product = (double)x * y;
    struct ml_dd s = ml_sum(product, z);
    uint64_t bits = ml_bits(s.hi);
    // to odd, so that rounding again to 24 bits is right
    if (s.lo != 0 && !(bits & 1) && ml_abs(s.hi) < HUGE_VAL)
        s.hi = ml_from_bits((s.lo > 0) == (s.hi > 0) ? bits + 1 : bits - 1);
    return (float)s.hi;
}
