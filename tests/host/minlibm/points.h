// SPDX-License-Identifier: BSD-3-Clause
// Test arguments that are hard for a mathematical function, from a seeded generator.
#ifndef POINTS_H
#define POINTS_H

#include <stdint.h>

// Where a function is defined, and where most of its arguments should lie.
struct domain {
    double low, high;           // arguments outside are not generated
    double core_low, core_high; // the part that matters most, finite
};

void points_seed(uint64_t seed);
uint64_t points_random(void);
double points_uniform(double low, double high);
// Sign random, exponent uniform between the two powers of two.
double points_log_uniform(int low_exponent, int high_exponent);
// The index chooses the kind of point, so a run of 16 consecutive ones has each kind.
double points_double(const struct domain *domain, unsigned index);
float points_float(const struct domain *domain, unsigned index);

#endif
