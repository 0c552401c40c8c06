// SPDX-License-Identifier: BSD-3-Clause
// log2 and log10: log of the significand as a pair, times 1/log(base) as a pair, plus k log(2).
#include "internal.h"

// log(x)/log(base) for the inverse of log(base) and log_base(2) as pairs, each with a short head
static inline double log_to_base(double x, struct ml_dd inverse, struct ml_dd two)
{
    uint64_t bits = ml_bits(x);
    int adjust = 0;
    if (__builtin_expect(bits - 0x0010000000000000u >= ML_INF_BITS - 0x0010000000000000u, 0)) {
        if (bits << 1 == 0)
            return -1.0 / (x * x);
        if (bits == ML_INF_BITS || x != x)
            return x + x;
        if (x < 0)
            return (x - x) / (x - x);
        bits = ml_bits(x * 0x1p54);
        adjust = 54;
    }
    struct ml_log_arg arg = ml_log_split(bits);
    int k = arg.k - adjust;
    arg.k = 0;
    struct ml_dd m = ml_log_sum(arg, ml_log_ratio(arg), 0.0, 0.0);
    double head = ml_head(m.hi), tail = (m.hi - head) + m.lo;
    struct ml_dd s = ml_fast_sum(k * two.hi, head * inverse.hi);
    return s.hi + (s.lo + k * two.lo + (tail * inverse.hi + (head + tail) * inverse.lo));
}

double log2(double x)
{
    return log_to_base(x, (struct ml_dd){INV_LN2_HI, INV_LN2_LO}, (struct ml_dd){1.0, 0.0});
}

double log10(double x)
{
    return log_to_base(x, (struct ml_dd){INV_LN10_HI, INV_LN10_LO},
                       (struct ml_dd){LOG10_2_HI, LOG10_2_LO});
}
