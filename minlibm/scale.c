// SPDX-License-Identifier: BSD-3-Clause
// The results of exponentials at the ends of the range: overflow, subnormals, underflow.
#include "internal.h"

double ml_scale_extreme(struct ml_dd m, int k)
{
    if (k > 0) {
        int rest = k - 1020;
        return (m.hi + m.lo) * ml_pow2(1020) * ml_pow2(rest < 1000 ? rest : 1000);
    }
    if (k < -1100)
        k = -1100;
    double y = m.hi + m.lo;
    // 2^(-1022 - k) has the unit of a subnormal result as its last place: adding it rounds there
    double smallest_normal = ml_pow2(-1022 - k);
    if (y < smallest_normal) {
        struct ml_dd s = ml_fast_sum(smallest_normal, m.hi);
        y = ml_round_off(s.hi + (s.lo + m.lo)) - smallest_normal;
    }
    return y * ml_pow2(k + 500) * ml_pow2(-500);
}
