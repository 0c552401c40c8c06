// SPDX-License-Identifier: BSD-3-Clause
#include "points.h"

#include <float.h>
#include <math.h>
#include <string.h>

static uint64_t state = 1;

void points_seed(uint64_t seed)
{
    state = seed * 2 + 1;
}

// splitmix64
uint64_t points_random(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double points_uniform(double low, double high)
{
    return low + (high - low) * ((double)(points_random() >> 11) * 0x1p-53);
}

double points_log_uniform(int low_exponent, int high_exponent)
{
    int exponent =
        low_exponent + (int)(points_random() % (unsigned)(high_exponent - low_exponent + 1));
    double m = points_uniform(1.0, 2.0);
    return ldexp(points_random() & 1 ? -m : m, exponent);
}

static double any_bits(void)
{
    uint64_t bits = points_random();
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double any_bits_f(void)
{
    uint32_t bits = (uint32_t)points_random();
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double nudge(double x, int is_float)
{
    int steps = (int)(points_random() % 9) - 4;
    for (; steps; steps += steps < 0 ? 1 : -1) {
        double towards = steps < 0 ? -HUGE_VAL : HUGE_VAL;
        x = is_float ? (double)nextafterf((float)x, (float)towards) : nextafter(x, towards);
    }
    return x;
}

static double near_constant(int is_float)
{
    // 1, thresholds that implementations like, and multiples of small powers of two
    static const double constants[] = {1.0,     0.5,      0.25,    0.125, 0.0625, 0.3,  0.785398,
                                       0.34657, 1.125,    0x1p-8,  2.0,   22.0,   40.0, 0.703125,
                                       1.40625, 0.996,    1.00781, 10.0,  709.78, 88.7, 0x1p30,
                                       0x1p20,  2.356194, 1.4375,  0.6875};
    double c = constants[points_random() % (sizeof constants / sizeof constants[0])];
    return nudge(points_random() & 1 ? -c : c, is_float);
}

static double candidate(const struct domain *domain, unsigned kind, int is_float)
{
    double x;
    switch (kind) {
    case 0:
    case 1: return is_float ? any_bits_f() : any_bits();
    case 2: // close to 1 or -1
        x = 1.0 + points_log_uniform(is_float ? -24 : -53, -1);
        return points_random() & 1 ? -x : x;
    case 3: // the double nearest to a multiple of pi/2, small
        return nudge((double)(int)(points_random() % 4096) * 1.57079632679489661923, is_float);
    case 4: // the same, large
        return nudge(trunc(points_log_uniform(0, is_float ? 24 : 50)) * 1.57079632679489661923,
                     is_float);
    case 5: // tiny and subnormal
        return points_log_uniform(is_float ? -149 : -1074, is_float ? -120 : -1000);
    case 6:
        x = points_random() & 1 ? domain->core_low : domain->core_high;
        return x * (1.0 + points_log_uniform(is_float ? -24 : -53, -2));
    case 7: return near_constant(is_float);
    case 8: // an integer or a half
        return trunc(points_log_uniform(0, 12)) * 0.5;
    case 9:
    case 10: return points_log_uniform(-20, 4);
    case 11: return points_uniform(-2.0, 2.0);
    default: return points_uniform(domain->core_low, domain->core_high);
    }
}

double points_double(const struct domain *domain, unsigned index)
{
    for (int tries = 0; tries < 40; tries++) {
        double x = candidate(domain, index % 16, 0);
        if (x >= domain->low && x <= domain->high)
            return x;
    }
    return points_uniform(domain->core_low, domain->core_high);
}

float points_float(const struct domain *domain, unsigned index)
{
    for (int tries = 0; tries < 40; tries++) {
        float x = (float)candidate(domain, index % 16, 1);
        if (x >= domain->low && x <= domain->high && fabsf(x) <= FLT_MAX)
            return x;
    }
    return (float)points_uniform(domain->core_low, domain->core_high);
}
