// SPDX-License-Identifier: BSD-3-Clause
// sin, cos, tan, sincos: polynomials on [-pi/4, pi/4] after the reduction modulo pi/2.
#include "internal.h"

static inline struct ml_dd sin_pair(struct ml_dd y)
{
    double x = y.hi, z = x * x;
    double p = z * ((SIN_1 + z * SIN_2) + (z * z) * (SIN_3 + z * (SIN_4 + z * SIN_5)));
    // x^3 SIN_0 is up to a tenth of the result: its factors are split, one product is rounded
    double head = ml_head(x), tail = x - head, a = head * head, factor = head * SIN_0_HI;
    struct ml_dd s = ml_fast_sum(x, factor * a);
    double rest = factor * (tail * (x + head)) + z * (SIN_0_LO * head + SIN_0 * tail + x * p);
    return (struct ml_dd){s.hi, s.lo + (rest + (y.lo - 0.5 * z * y.lo))};
}

static inline struct ml_dd cos_pair(struct ml_dd y)
{
    double x = y.hi, z = x * x;
    double p =
        (COS_0 + z * COS_1) + (z * z) * ((COS_2 + z * COS_3) + (z * z) * (COS_4 + z * COS_5));
    // half the square: a exactly, and the rest b
    double head = ml_head(x), a = 0.5 * head * head, b = 0.5 * (x - head) * (x + head);
    struct ml_dd s = ml_fast_sum(1.0, -a);
    return (struct ml_dd){s.hi, s.lo - b + (z * z * p - x * y.lo)};
}

static inline double sin_reduced(struct ml_dd y)
{
    struct ml_dd s = sin_pair(y);
    return s.hi + s.lo;
}

static inline double cos_reduced(struct ml_dd y)
{
    struct ml_dd c = cos_pair(y);
    return c.hi + c.lo;
}

struct ml_dd ml_sin_pi(double r)
{
    double a = ml_abs(r), fold = a > 0.25 ? 0.5 - a : a;
    struct ml_dd p = ml_product(fold, 2 * PI_2_HI);
    p.lo += fold * (2 * PI_2_LO);
    struct ml_dd s = a > 0.25 ? cos_pair(p) : sin_pair(p);
    s = ml_fast_sum(s.hi, s.lo);
    return r < 0 ? (struct ml_dd){-s.hi, -s.lo} : s;
}

double sin(double x)
{
    double size = ml_abs(x);
    if (size < 0.785398) {
        if (size < 0x1p-27)
            return x;
        return sin_reduced((struct ml_dd){x, 0.0});
    }
    if (__builtin_expect(!(size < HUGE_VAL), 0))
        return x - x;
    struct ml_dd y;
    int n = ml_rem_pio2(x, &y);
    double result = n & 1 ? cos_reduced(y) : sin_reduced(y);
    return n & 2 ? -result : result;
}

double cos(double x)
{
    double size = ml_abs(x);
    if (size < 0.785398)
        return cos_reduced((struct ml_dd){x, 0.0});
    if (__builtin_expect(!(size < HUGE_VAL), 0))
        return x - x;
    struct ml_dd y;
    int n = ml_rem_pio2(x, &y);
    double result = n & 1 ? sin_reduced(y) : cos_reduced(y);
    return (n + 1) & 2 ? -result : result;
}

void sincos(double x, double *sine, double *cosine)
{
    struct ml_dd y = {x, 0.0};
    int n = 0;
    double size = ml_abs(x);
    if (size < 0x1p-27) {
        *sine = x;
        *cosine = 1.0;
        return;
    }
    if (!(size < 0.785398)) {
        if (!(size < HUGE_VAL)) {
            *sine = *cosine = x - x;
            return;
        }
        n = ml_rem_pio2(x, &y);
    }
    double s = sin_reduced(y), c = cos_reduced(y);
    double sin_part = n & 1 ? c : s, cos_part = n & 1 ? s : c;
    *sine = n & 2 ? -sin_part : sin_part;
    *cosine = (n + 1) & 2 ? -cos_part : cos_part;
}

double tan(double x)
{
    struct ml_dd y = {x, 0.0};
    int n = 0;
    double size = ml_abs(x);
    if (size < 0x1p-27)
        return x;
    if (!(size < 0.785398)) {
        if (__builtin_expect(!(size < HUGE_VAL), 0))
            return x - x;
        n = ml_rem_pio2(x, &y);
    }
    double v = y.hi, z = v * v, z2 = z * z, z4 = z2 * z2;
    double low = TAN_1 + z * TAN_2 + z2 * (TAN_3 + z * TAN_4);
    double high = (TAN_5 + z * TAN_6) + z2 * (TAN_7 + z * TAN_8);
    double top = (TAN_9 + z * TAN_10) + z2 * (TAN_11 + z * TAN_12) + z4 * (TAN_13 + z * TAN_14);
    double p = z * (low + z4 * (high + z4 * top));
    // as for the sine; the derivative that y.lo wants is 1 + tan^2
    double head = ml_head(v), tail = v - head, a = head * head, factor = head * TAN_0_HI;
    struct ml_dd t = ml_fast_sum(v, factor * a);
    double rest = factor * (tail * (v + head)) + z * (TAN_0_LO * head + TAN_0 * tail + v * p);
    t.lo += rest + (y.lo + y.lo * t.hi * t.hi);
    if (n & 1) {
        // -1/t: the quotient and what it leaves
        t = ml_fast_sum(t.hi, t.lo);
        double q = -1.0 / t.hi, q_head = ml_head(q), t_head = ml_head(t.hi);
        double left = ((-1.0 - q_head * t_head) - q_head * (t.hi - t_head)) - (q - q_head) * t.hi;
        return q - q * (left - q * t.lo);
    }
    return t.hi + t.lo;
}
