// SPDX-License-Identifier: BSD-3-Clause
// atan, atan2: atan(n/d) = atan(i/8) + atan((n - d i/8)/(d + n i/8)), |the last argument| <= 1/16.
#include "internal.h"

// atan q - q, |q| < 1/32 and a little
static inline double atan_tail(double q)
{
    double z = q * q;
    return q * z * ((ATANQ_0 + z * ATANQ_1) + (z * z) * (ATANQ_2 + z * ATANQ_3));
}

// atan x - x, |x| <= 0.4
static inline double atan_small_tail(double x)
{
    double z = x * x, z2 = z * z, z4 = z2 * z2;
    double low = (ATAN_0 + z * ATAN_1) + z2 * (ATAN_2 + z * ATAN_3);
    double high = (ATAN_4 + z * ATAN_5) + z2 * (ATAN_6 + z * ATAN_7);
    double top = (ATAN_8 + z * ATAN_9) + z2 * ATAN_10;
    return x * z * (low + z4 * (high + z4 * top));
}

// atan(n/d) for 0 <= n <= d, both far from overflow and underflow
static inline struct ml_dd atan_ratio(double n, double d)
{
    // a little less than 1/2, so that n is at least half of d i/16 and the difference exact
    int i = (int)(16 * n / d + 0.499);
    double c = i * 0.0625, head = ml_head(d);
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
    double a = ml_abs(x), q;
    if (a < 0.375) {
        if (a < 0x1p-27)
            return x;
        return x + atan_small_tail(x);
    }
    // the quotient is at most a tenth of the result: its own rounding hardly counts
    struct ml_dd s, base;
    if (a < 1.0) {
        int i = (int)(16 * a + 0.5);
        double c = i * 0.0625;
        q = (a - c) / (1.0 + a * c);
        base = ml_atan_table[i];
    } else if (a < 2.5) {
        int i = (int)(16 / a + 0.5);
        double c = i * 0.0625, head = ml_head(a);
        q = ((c * head - 1.0) + c * (a - head)) / (a + c);
        base = complement(ml_atan_table[i]);
    } else if (a < 0x1p60) {
        q = 1.0 / a;
        s = ml_fast_sum(PI_2_HI, -q);
        s.hi += s.lo + (PI_2_LO - atan_small_tail(q));
        return x < 0 ? -s.hi : s.hi;
    } else {
        if (a != a)
            return x + x;
        return x < 0 ? -PI_2_HI : PI_2_HI;
    }
    s = ml_fast_sum(base.hi, q);
    double result = s.hi + (s.lo + (base.lo + atan_tail(q)));
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
