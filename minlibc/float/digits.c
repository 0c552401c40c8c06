// SPDX-License-Identifier: BSD-3-Clause
// Exact decimal expansion: the integer part by repeated division, the fraction by repeated
// multiplication by 10^9, which also shortens it by nine bits each time. The work stops as soon as
// the digits asked for are known.
#include <float.h>
#include <string.h>

#include "float/digits.h"

struct float_parts float_split(double value)
{
    union {
        double d;
        uint64_t bits;
    } u = {.d = value};
    int biased = (int)(u.bits >> 52 & 0x7ff);
    uint64_t fraction = u.bits & ((1ULL << 52) - 1);
    struct float_parts p = {.negative = u.bits >> 63, .mantissa = fraction};

    if (biased == 0x7ff)
        p.kind = fraction ? FLOAT_NAN : FLOAT_INFINITE;
    else if (biased)
        p.mantissa |= 1ULL << 52;
    p.exponent = (biased ? biased : 1) - 1075;
    return p;
}

struct float_parts float_split_long(long double value)
{
    // The 80-bit format has an explicit integer bit.
    union {
        long double d;
        struct {
            uint64_t mantissa;
            uint16_t sign_exponent;
        } bits;
    } u = {.d = value};
    int biased = u.bits.sign_exponent & 0x7fff;
    struct float_parts p = {.negative = u.bits.sign_exponent >> 15, .mantissa = u.bits.mantissa};

    if (biased == 0x7fff)
        p.kind = p.mantissa << 1 ? FLOAT_NAN : FLOAT_INFINITE;
    else if (biased && !(p.mantissa >> 63))
        p.kind = FLOAT_NAN; // no valid number has this pattern
    p.exponent = (biased ? biased : 1) - 16383 - 63;
    return p;
}

// Integer part: mantissa << shift into limbs.
static void expand_integer(struct digits *d, uint64_t mantissa, unsigned int shift, uint32_t *words)
{
    size_t low = shift / 32, nr = low + 3;
    unsigned int bits = shift % 32;

    memset(words, 0, low * sizeof(*words));
    words[low] = (uint32_t)(mantissa << bits);
    words[low + 1] = (uint32_t)(mantissa >> (32 - bits));
    words[low + 2] = bits ? (uint32_t)(mantissa >> 32 >> (32 - bits)) : 0;

    // 0.30103 is a little more than log10(2).
    size_t limbs = ((size_t)shift + 64) * 30103 / 100000 / LIMB_DIGITS + 1;
    d->point = d->nr = limbs + 1;
    d->limb[0] = 0;
    for (size_t i = limbs; i > 0; i--) {
        uint64_t rest = 0;
        while (nr && !words[nr - 1])
            nr--;
        for (size_t j = nr; j-- > 0;) {
            rest = rest << 32 | words[j];
            words[j] = (uint32_t)(rest / LIMB_BASE);
            rest %= LIMB_BASE;
        }
        d->limb[i] = (uint32_t)rest;
    }
}

// Fraction: mantissa / 2^scale, less than 1, appended to the limbs.
static void expand_fraction(struct digits *d, uint64_t mantissa, unsigned int scale,
                            enum digits_want want, size_t count, uint32_t *words)
{
    // words[] holds the fraction with its point before the last word; the part that is not yet 0
    // starts at low.
    size_t nr = (scale + 31) / 32;
    unsigned int pad = (unsigned int)(nr * 32 - scale);
    size_t low = 0;

    if (nr < 3) {
        pad += (unsigned int)(3 - nr) * 32;
        nr = 3;
    }
    memset(words, 0, nr * sizeof(*words));
    // pad < 96: the mantissa shifted left by pad fits in the lowest words, as it is below 2^scale.
    size_t at = pad / 32;
    unsigned int bits = pad % 32;
    words[at] = (uint32_t)(mantissa << bits);
    if (at + 1 < nr)
        words[at + 1] = (uint32_t)(bits ? mantissa >> (32 - bits) : mantissa >> 32);
    if (at + 2 < nr)
        words[at + 2] = bits ? (uint32_t)(mantissa >> 32 >> (32 - bits)) : 0;

    size_t seen = 0; // digits that count so far
    if (want == DIGITS_SIGNIFICANT) {
        size_t first = digits_first(d);
        if (digits_at(d, first))
            seen = d->nr * LIMB_DIGITS - first;
    }
    for (;;) {
        while (low < nr && !words[low])
            low++;
        if (low == nr || seen > count)
            break;
        uint64_t carry = 0;
        for (size_t j = low; j < nr; j++) {
            carry += (uint64_t)words[j] * LIMB_BASE;
            words[j] = (uint32_t)carry;
            carry >>= 32;
        }
        d->limb[d->nr++] = (uint32_t)carry;
        if (want == DIGITS_FRACTION || seen) {
            seen += LIMB_DIGITS;
        } else if (carry) {
            for (uint64_t v = carry; v; v /= 10)
                seen++;
        }
    }
    d->remainder = low < nr;
}

void digits_expand(struct digits *d, uint64_t mantissa, int exponent, enum digits_want want,
                   size_t count, uint32_t *words)
{
    d->remainder = false;
    if (exponent >= 0) {
        expand_integer(d, mantissa, (unsigned int)exponent, words);
        return;
    }
    unsigned int scale = (unsigned int)-exponent;
    uint64_t whole = scale < 64 ? mantissa >> scale : 0;
    uint64_t fraction = scale < 64 ? mantissa & ((1ULL << scale) - 1) : mantissa;

    expand_integer(d, whole, 0, words);
    expand_fraction(d, fraction, scale, want, count, words);
}

size_t digits_first(const struct digits *d)
{
    size_t i = 0;

    while (i < d->nr && !d->limb[i])
        i++;
    if (i == d->nr)
        return d->point * LIMB_DIGITS - 1;

    size_t position = i * LIMB_DIGITS;
    for (uint32_t unit = LIMB_BASE / 10; d->limb[i] < unit; unit /= 10)
        position++;
    return position;
}

static const uint32_t powers[LIMB_DIGITS + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, LIMB_BASE,
};

unsigned int digits_at(const struct digits *d, size_t position)
{
    size_t i = position / LIMB_DIGITS;

    if (i >= d->nr)
        return 0;
    return d->limb[i] / powers[LIMB_DIGITS - 1 - position % LIMB_DIGITS] % 10;
}

void digits_round(struct digits *d, size_t position)
{
    size_t i = position / LIMB_DIGITS;

    if (i >= d->nr)
        return;
    uint32_t unit = powers[LIMB_DIGITS - position % LIMB_DIGITS];
    uint32_t cut = d->limb[i] % unit;
    bool more = d->remainder;

    for (size_t j = i + 1; j < d->nr && !more; j++)
        more = d->limb[j] != 0;
    bool odd = position && digits_at(d, position - 1) & 1;
    bool up = cut > unit / 2 || (cut == unit / 2 && (more || odd));

    d->limb[i] -= cut;
    d->nr = i + 1;
    d->remainder = false;
    if (!up)
        return;
    uint32_t add = unit;
    for (;; i--) {
        d->limb[i] += add;
        if (d->limb[i] < LIMB_BASE || i == 0)
            return;
        d->limb[i] -= LIMB_BASE;
        add = 1;
    }
}
