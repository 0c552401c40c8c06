// SPDX-License-Identifier: BSD-3-Clause
// 2^x and 10^x by exp's table: the reductions are by 1/128 and log10(2)/128.
#include "internal.h"

double exp2(double x)
{
    double size = ml_abs(x);
    if (__builtin_expect(!(size < 1200.0), 0)) {
        if (size != size)
            return x + x;
        return x > 0 ? size * 0x1p1023 : 0.0;
    }
    int steps, k;
    double n = ml_nearest(x * ML_EXP_STEPS, &steps);
    double r = x - n * (1.0 / ML_EXP_STEPS);
    struct ml_dd m = ml_exp_step(steps, r * LN2_HI + r * LN2_LO, &k);
    return ml_scale(m, k);
}

double exp10(double x)
{
    double size = ml_abs(x);
    if (__builtin_expect(!(size < 400.0), 0)) {
        if (size != size)
            return x + x;
        return x > 0 ? size * 0x1p1023 : 0.0;
    }
    int steps, k;
    double n = ml_nearest(x * EXP_STEPS_BY_LOG10_2, &steps);
    double r = (x - n * LOG10_2_BY_STEPS_HI) - n * LOG10_2_BY_STEPS_LO;
    struct ml_dd m = ml_exp_step(steps, r * LN10_HI + r * LN10_LO, &k);
    return ml_scale(m, k);
}
