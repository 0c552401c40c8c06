// SPDX-License-Identifier: BSD-3-Clause
// Text to binary floating point, correctly rounded (to nearest, ties to even).
#ifndef MINLIBC_FLOAT_SCAN_H
#define MINLIBC_FLOAT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A binary format: `precision` bits of mantissa; the least normal exponent and the largest exponent
// of a mantissa in [1, 2).
struct float_format {
    int precision;
    int min_exponent;
    int max_exponent;
};

extern const struct float_format float_format_single, float_format_double, float_format_extended;

struct float_scanned {
    bool negative;
    bool infinite; // written so, or too large
    bool nan;
    bool range;        // too large, or inexact and smaller than the least normal number
    uint64_t mantissa; // precision bits, less when subnormal
    uint64_t payload;  // of nan(...)
    int exponent;      // value = mantissa * 2^exponent
};

// Scan s, which may start with white space. Returns the end of what was recognised, s itself when
// that is nothing.
const char *float_scan(const char *s, const struct float_format *format, struct float_scanned *out);

#endif
