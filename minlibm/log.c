// SPDX-License-Identifier: BSD-3-Clause
// log: a table of log c for 128 intervals of the significand and a polynomial in z/c - 1.
#include "internal.h"

double log(double x)
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
    arg.k -= adjust;
    struct ml_dd sum = ml_log_sum(arg, ml_log_ratio(arg), LN2_HI, LN2_LO);
    return sum.hi + sum.lo;
}
