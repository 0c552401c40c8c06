// SPDX-License-Identifier: BSD-3-Clause
// exp: reduction by ln2/128, a table of 2^(i/128), a polynomial of degree 5.
#include "internal.h"

double exp(double x)
{
    double size = ml_abs(x);
    if (__builtin_expect(!(size < 800.0), 0)) {
        if (size != size)
            return x + x;
        return x > 0 ? size * 0x1p1023 : 0.0;
    }
    int steps, k;
    double r = ml_exp_reduce(x, 0.0, &steps);
    struct ml_dd m = ml_exp_step(steps, r, &k);
    return ml_scale(m, k);
}
