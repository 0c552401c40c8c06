// SPDX-License-Identifier: BSD-3-Clause
// Reduction modulo pi/2, right over the whole range of a double.
#include "internal.h"

int ml_rem_pio2(double x, struct ml_dd *y)
{
    if (__builtin_expect(ml_abs(x) < 0x1p20, 1)) {
        int n;
        double count = ml_nearest(x * TWO_BY_PI, &n);
        // the first two parts of pi/2 have 33 bits: their products with count are exact
        double a = x - count * PI_2A_HI;
        struct ml_dd b = ml_sum(a, -count * PI_2A_LO);
        double c = b.lo - count * PI_2A_LO2;
        double hi = b.hi + c;
        // the parts are good to 2^-99: enough unless x is almost a multiple of pi/2
        if (__builtin_expect(ml_abs(hi) > 0x1p-30, 1)) {
            *y = (struct ml_dd){hi, (b.hi - hi) + c};
            return n & 3;
        }
    }
    return ml_rem_pio2_large(x, y);
}

// 32 bits of a number of 32-bit words, least first, from a bit position up
static uint32_t bits_at(const uint32_t *words, int position)
{
    int word = position >> 5, shift = position & 31;
    uint64_t two = words[word] | (uint64_t)words[word + 1] << 32;
    return (uint32_t)(two >> shift);
}

int ml_rem_pio2_large(double x, struct ml_dd *y)
{
    uint64_t bits = ml_bits(x);
    uint64_t m = (bits & ML_FRACTION_BITS) | (ML_FRACTION_BITS + 1);
    int e = (int)(bits >> 52 & 0x7ff) - 1075;
    // x = m 2^e. The words of 2/pi before the first give multiples of 4; 7 words from there leave
    // an error below 2^-138, and no double is nearer to a multiple of pi/2 than about 2^-62.
    int first = e >= 2 ? (e - 2) >> 5 : 0;
    e -= 32 * first;
    uint32_t product[10] = {0}, m_lo = (uint32_t)m, m_hi = (uint32_t)(m >> 32);
    for (int i = 0; i < 7; i++) {
        uint32_t word = ml_two_by_pi[first + 6 - i];
        uint64_t t = (uint64_t)word * m_lo + product[i];
        product[i] = (uint32_t)t;
        t = (uint64_t)word * m_hi + product[i + 1] + (t >> 32);
        product[i + 1] = (uint32_t)t;
        product[i + 2] = (uint32_t)(t >> 32);
    }
    int point = 224 - e;
    int n = (int)(bits_at(product, point) & 3);
    uint64_t hi = (uint64_t)bits_at(product, point - 32) << 32 | bits_at(product, point - 64);
    uint64_t lo = (uint64_t)bits_at(product, point - 96) << 32 | bits_at(product, point - 128);
    double sign = 1.0;
    if (hi & ML_SIGN_BIT) {
        n++;
        sign = -1.0;
        hi = ~hi;
        lo = ~lo;
    }
    int zeros = 0;
    while (!(hi & ML_SIGN_BIT) && zeros < 127) {
        hi = hi << 1 | lo >> 63;
        lo <<= 1;
        zeros++;
    }
    double scale = sign * ml_pow2(-zeros);
    double f_hi = (double)(int64_t)(hi >> 11) * 0x1p-53;
    double f_lo = (double)(int64_t)(((hi & 0x7ff) << 42) | lo >> 22) * 0x1p-106;
    struct ml_dd p = ml_product(f_hi, PI_2_HI);
    p = ml_fast_sum(p.hi, p.lo + (f_hi * PI_2_LO + f_lo * PI_2_HI));
    if (bits & ML_SIGN_BIT) {
        n = -n;
        scale = -scale;
    }
    *y = (struct ml_dd){p.hi * scale, p.lo * scale};
    return n & 3;
}
