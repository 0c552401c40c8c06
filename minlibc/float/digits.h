// SPDX-License-Identifier: BSD-3-Clause
// Binary floating point to exact decimal digits.
#ifndef MINLIBC_FLOAT_DIGITS_H
#define MINLIBC_FLOAT_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMB_DIGITS 9
#define LIMB_BASE   1000000000u

enum float_kind { FLOAT_FINITE, FLOAT_INFINITE, FLOAT_NAN };

// |value| = mantissa * 2^exponent when finite (zero: mantissa 0).
struct float_parts {
    enum float_kind kind;
    bool negative;
    uint64_t mantissa;
    int exponent;
};

struct float_parts float_split(double value);
struct float_parts float_split_long(long double value);

// Room for any finite value: words of scratch, decimal limbs.
#define DIGITS_DOUBLE_WORDS 36
#define DIGITS_DOUBLE_LIMBS 160
#define DIGITS_LONG_WORDS   520
#define DIGITS_LONG_LIMBS   2400

// Decimal digits, LIMB_DIGITS to a limb, most significant first. The first limb is 0, to take a
// carry.
struct digits {
    uint32_t *limb;
    size_t nr;      // limbs in use; the digits after them are 0
    size_t point;   // limbs before the decimal point
    bool remainder; // the exact value is a little larger than the limbs say
};

enum digits_want {
    DIGITS_FRACTION,    // count digits after the decimal point
    DIGITS_SIGNIFICANT, // count digits from the first that is not 0
};

// Expand mantissa * 2^exponent into at least `count` digits of the wanted sort, and enough behind
// them to round. d->limb and words point at arrays of the sizes above. Digits that do not exist
// (the expansion ended) need no room.
void digits_expand(struct digits *d, uint64_t mantissa, int exponent, enum digits_want want,
                   size_t count, uint32_t *words);

// Position of the first digit that is not 0, counted from the first limb; that of the digit before
// the decimal point for zero.
size_t digits_first(const struct digits *d);
// Digit at a position, as a number.
unsigned int digits_at(const struct digits *d, size_t position);
// Round to nearest, ties to even, so that nothing is left from `position` on.
void digits_round(struct digits *d, size_t position);

#endif
