// SPDX-License-Identifier: BSD-3-Clause
// fmod, remainder, remquo: exact, by integer division of the significands.
#include "internal.h"

// The significand of a positive finite number as an integer, *exponent that of its unit
static uint64_t whole_bits(uint64_t bits, int *exponent)
{
    int e = (int)(bits >> 52);
    uint64_t m = bits & ML_FRACTION_BITS;
    if (e == 0)
        e = 1;
    else
        m |= ML_FRACTION_BITS + 1;
    *exponent = e;
    return m;
}

// |x| modulo |y|, both finite, y not 0; *quotient gets the low bits of the quotient
static double modulus(double x, double y, uint32_t *quotient)
{
    uint64_t a = ml_bits(x) & ~ML_SIGN_BIT, b = ml_bits(y) & ~ML_SIGN_BIT;
    *quotient = 0;
    if (a < b)
        return ml_from_bits(a);
    int ea, eb;
    uint64_t ma = whole_bits(a, &ea), mb = whole_bits(b, &eb);
    uint32_t q = (uint32_t)(ma / mb);
    ma %= mb;
    while (ea > eb) {
        int step = ea - eb < 11 ? ea - eb : 11;
        ma <<= step;
        q = (q << step) + (uint32_t)(ma / mb);
        ma %= mb;
        ea -= step;
    }
    *quotient = q;
    if (!ma)
        return 0.0;
    while (ma <= ML_FRACTION_BITS && eb > 1) {
        ma <<= 1;
        eb--;
    }
    return ml_from_bits(ma > ML_FRACTION_BITS ? (ma & ML_FRACTION_BITS) | (uint64_t)eb << 52 : ma);
}

// Not a number when y is 0, x infinite or either is NaN
static int undefined(double x, double y)
{
    return !(ml_abs(x) < HUGE_VAL) || y != y || y == 0;
}

double fmod(double x, double y)
{
    uint32_t quotient;
    if (undefined(x, y))
        return (x * y) / (x * y);
    return copysign(modulus(x, y, &quotient), x);
}

float fmodf(float x, float y)
{
    return (float)fmod(x, y);
}

double remquo(double x, double y, int *quotient)
{
    uint32_t q = 0;
    *quotient = 0;
    if (undefined(x, y))
        return (x * y) / (x * y);
    double r = ml_abs(x), b = ml_abs(y);
    if (b < HUGE_VAL) {
        r = modulus(x, y, &q);
        // r > b/2, or r = b/2 and q odd; b - r is exact there, and r + r may not be
        double rest = b - r;
        if (r > rest || (r == rest && q & 1)) {
            r = -rest;
            q++;
        }
    }
    int low = (int)(q & 0x7fffffff);
    *quotient = (ml_bits(x) ^ ml_bits(y)) & ML_SIGN_BIT ? -low : low;
    return ml_bits(x) & ML_SIGN_BIT ? -r : r;
}

float remquof(float x, float y, int *quotient)
{
    return (float)remquo(x, y, quotient);
}

double remainder(double x, double y)
{
    int quotient;
    return remquo(x, y, &quotient);
}

float remainderf(float x, float y)
{
    int quotient;
    return (float)remquo(x, y, &quotient);
}

double drem(double x, double y)
{
    return remainder(x, y);
}

float dremf(float x, float y)
{
    return remainderf(x, y);
}
