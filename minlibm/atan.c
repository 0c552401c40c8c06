// SPDX-License-Identifier: BSD-3-Clause
// atan, atan2: atan(n/d) = atan(i/8) + atan((n - d i/8)/(d + n i/8)), |the last argument| <= 1/16.
#include "internal.h"

static inline double atan_tail(double q)
{
    double z = q * q;
    return q * z *
           ((ATAN_0 + z * ATAN_1) +
            (z * z) * ((ATAN_2 + z * ATAN_3) + (z * z) * (ATAN_4 + z * ATAN_5)));
}

// atan(n/d) for 0 <= n <= d, both far from overflow and underflow
static inline struct ml_dd atan_ratio(double n, double d)
{
    int i = (int)(8 * n / d + 0.5);
    double c = i * 0.125, head = ml_head(d);
    struct ml_dd top = ml_sum(n - c * head, -c * (d - head));
    struct ml_dd q = ml_quotient(top, ml_fast_sum(d, c * n));
    struct ml_dd s = ml_fast_sum(ml_atan_table[i].hi, q.hi);
    s.lo += ml_atan_table[i].lo + (q.lo + atan_tail(q.hi));
    return s;
}

// pi/2 - a
static inline struct ml_dd complement(struct ml_dd a)
{
    struct ml_dd s = ml_fast_sum(PI_2_HI, -a.hi);
    return (struct ml_dd){s.hi, s.lo + (PI_2_LO - a.lo)};
}

double atan(double x)
{
    double a = ml_abs(x);
    struct ml_dd r;
    if (a < 0.0625) {
        if (a < 0x1p-27)
            return x;
        return x + atan_tail(x);
    }
    if (a < 1.0) {
        r = atan_ratio(a, 1.0);
    } else if (a < 0x1p60) {
        r = complement(atan_ratio(1.0, a));
    } else {
        if (a != a)
            return x + x;
        r = (struct ml_dd){PI_2_HI, PI_2_LO};
    }
    double result = r.hi + r.lo;
    return x < 0 ? -result : result;
}

double atan2(double y, double x)
{
    double a = ml_abs(y), b = ml_abs(x);
    if (x != x || y != y)
        return x + y;
    uint64_t a_bits = ml_bits(a), b_bits = ml_bits(b);
    int negative = (int)(ml_bits(x) >> 63);
    double result;
    if (__builtin_expect(a_bits - 0x0360000000000000u > 0x7900000000000000u ||
                             b_bits - 0x0360000000000000u > 0x7900000000000000u,
                         0)) {
        // an end of the range: bring the larger one near 1, the smaller one with it
        if (a == HUGE_VAL || b == HUGE_VAL) {
            a = a == HUGE_VAL ? 1.0 : 0.0;
            b = b == HUGE_VAL ? 1.0 : 0.0;
        } else if (a_bits > b_bits ? a > 1.0 : b > 1.0) {
            a *= 0x1p-600;
            b *= 0x1p-600;
        } else {
            a *= 0x1p600;
            b *= 0x1p600;
        }
    }
    struct ml_dd r;
    if (b == 0 || a * 0x1p-64 > b) {
        r = a == 0 ? (struct ml_dd){negative ? 2 * PI_2_HI : 0.0, 0.0}
                   : (struct ml_dd){PI_2_HI, PI_2_LO};
        result = r.hi;
        return ml_bits(y) & ML_SIGN_BIT ? -result : result;
    }
    if (a < b * 0x1p-64) {
        result = negative ? 2 * PI_2_HI : ml_abs(y) / ml_abs(x);
        return ml_bits(y) & ML_SIGN_BIT ? -result : result;
    }
    r = a <= b ? atan_ratio(a, b) : complement(atan_ratio(b, a));
    if (negative) {
        struct ml_dd s = ml_fast_sum(2 * PI_2_HI, -r.hi);
        r = (struct ml_dd){s.hi, s.lo + (2 * PI_2_LO - r.lo)};
    }
    result = r.hi + r.lo;
    return ml_bits(y) & ML_SIGN_BIT ? -result : result;
}
