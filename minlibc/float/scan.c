// SPDX-License-Identifier: BSD-3-Clause
// The number is kept as decimal limbs. Its integer part becomes words of 32 bits by
// multiply-and-add, its fraction by repeated multiplication by 2^32. Everything is exact until the
// one rounding at the end.
#include <string.h>

#include "float/digits.h"
#include "float/scan.h"

// Digits: how many can decide a rounding (the number half-way above the least subnormal has the
// most); what follows them is only "more". Points: where the decimal point may lie; beyond, the
// answer is infinity or zero whatever the digits are.
struct limits {
    long digits;
    long max_point, min_point;
};

const struct float_format float_format_single = {24, -126, 127};
const struct float_format float_format_double = {53, -1022, 1023};
const struct float_format float_format_extended = {64, -16382, 16383};

static const struct limits double_limits = {800, 310, -330};
static const struct limits extended_limits = {11600, 4935, -4970};

#define LIMBS(digits, min_point) (((digits) - (min_point)) / LIMB_DIGITS + 4)
#define WORDS(max_point)         ((max_point)*10 / 3 / 32 + 4)

// A decimal numeral: digits[0..nr), perhaps with a '.' among them, value 0.ddd * 10^point.
struct numeral {
    const char *digits; // from the first that is not 0
    long nr;            // significant digits, without trailing zeros
    int64_t point;
};

// The leading bits of a value: (high + rest / 2^32) * 2^exponent and a little more when sticky.
// high has its top bit set, or is 0.
struct leading {
    uint64_t high;
    uint32_t rest;
    bool sticky;
    int exponent;
};

static void normalise(struct leading *v)
{
    if (!v->high)
        return;
    int shift = __builtin_clzll(v->high);
    if (shift) {
        v->high = v->high << shift | (uint64_t)v->rest << shift >> 32;
        v->rest = (uint32_t)((uint64_t)v->rest << shift);
        v->exponent -= shift;
    }
}

static void round_to(const struct float_format *f, const struct leading *v,
                     struct float_scanned *out)
{
    if (!v->high)
        return;
    int precision = f->precision;
    int below_normal = f->min_exponent - (v->exponent + 63);
    if (below_normal > 0)
        precision -= below_normal;

    int drop = 64 - precision;
    uint64_t mantissa = 0, tail = v->rest | v->sticky;
    bool half = false;
    if (drop == 0) {
        mantissa = v->high;
        half = v->rest >> 31;
        tail = (uint32_t)(v->rest << 1) | v->sticky;
    } else if (drop <= 64) {
        mantissa = drop < 64 ? v->high >> drop : 0;
        half = v->high >> (drop - 1) & 1;
        tail |= v->high & ((1ULL << (drop - 1)) - 1);
    } else {
        tail = 1;
    }

    int exponent = v->exponent + drop;
    if (drop > 64)
        exponent = f->min_exponent - f->precision + 1;
    if (half && (tail || mantissa & 1)) {
        mantissa++;
        bool carried = f->precision == 64 ? mantissa == 0 : mantissa >> f->precision != 0;
        if (carried) {
            mantissa = 1ULL << (f->precision - 1);
            exponent++;
        }
    }
    out->mantissa = mantissa;
    out->exponent = exponent;
    bool normal = mantissa >> (f->precision - 1);
    if (normal && exponent + f->precision - 1 > f->max_exponent)
        out->infinite = out->range = true;
    else if (!normal && (half || tail))
        out->range = true;
}

// The first bits of limb[0..whole) . limb[whole..nr), using words[] for the integer part.
static struct leading leading_bits(uint32_t *limb, size_t whole, size_t nr, uint32_t *words)
{
    struct leading v = {};
    uint32_t top[3] = {};
    size_t have = 0, nr_words = 0;
    int exponent = 0; // of the lowest bit of top[0]

    for (size_t i = 0; i < whole; i++) {
        uint64_t carry = limb[i];
        for (size_t j = 0; j < nr_words; j++) {
            carry += (uint64_t)words[j] * LIMB_BASE;
            words[j] = (uint32_t)carry;
            carry >>= 32;
        }
        if (carry)
            words[nr_words++] = (uint32_t)carry;
    }
    if (nr_words)
        exponent = (int)(nr_words - 1) * 32;
    while (nr_words && have < 3)
        top[have++] = words[--nr_words];
    while (nr_words)
        v.sticky |= words[--nr_words] != 0;

    size_t first = whole;
    for (int passed = 1; have < 3; passed++) {
        while (nr > first && !limb[nr - 1])
            nr--;
        while (first < nr && !limb[first])
            first++;
        if (first == nr)
            break;
        uint64_t carry = 0;
        size_t i = nr;
        while (i > whole && (i > first || carry)) {
            i--;
            carry += (uint64_t)limb[i] << 32;
            limb[i] = (uint32_t)(carry % LIMB_BASE);
            carry /= LIMB_BASE;
        }
        if (i < first)
            first = i;
        if (!have && !carry)
            continue;
        if (!have)
            exponent = -32 * passed;
        top[have++] = (uint32_t)carry;
    }
    while (nr > whole)
        v.sticky |= limb[--nr] != 0;

    v.high = (uint64_t)top[0] << 32 | top[1];
    v.rest = top[2];
    v.exponent = exponent - 32;
    normalise(&v);
    return v;
}

static struct leading convert(const struct numeral *n, const struct limits *limits, uint32_t *limb,
                              size_t nr_limbs, uint32_t *words)
{
    static const uint32_t units[LIMB_DIGITS] = {
        100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1,
    };
    long point = (long)n->point;
    long whole = point > 0 ? (point + LIMB_DIGITS - 1) / LIMB_DIGITS : 0;
    size_t at = (size_t)(whole * LIMB_DIGITS - point);
    long kept = n->nr < limits->digits ? n->nr : limits->digits;
    size_t used = (at + (size_t)kept + LIMB_DIGITS - 1) / LIMB_DIGITS;

    if (used < (size_t)whole)
        used = (size_t)whole;
    if (used > nr_limbs)
        __builtin_trap(); // the limits say that this cannot be
    memset(limb, 0, used * sizeof(*limb));
    const char *p = n->digits;
    for (long i = 0; i < kept; p++) {
        if (*p == '.')
            continue;
        limb[at / LIMB_DIGITS] += (uint32_t)(*p - '0') * units[at % LIMB_DIGITS];
        at++;
        i++;
    }
    struct leading v = leading_bits(limb, (size_t)whole, used, words);
    // Trailing zeros are not counted: a digit that is left out makes the value larger.
    v.sticky |= n->nr > kept;
    return v;
}

__attribute__((noinline)) static struct leading convert_double(const struct numeral *n)
{
    uint32_t limb[LIMBS(800, -330)], words[WORDS(310)];
    return convert(n, &double_limits, limb, LIMBS(800, -330), words);
}

__attribute__((noinline)) static struct leading convert_extended(const struct numeral *n)
{
    uint32_t limb[LIMBS(11600, -4970)], words[WORDS(4935)];
    return convert(n, &extended_limits, limb, LIMBS(11600, -4970), words);
}

// An optional exponent: letter, sign, digits. Leaves *p behind it when it is complete.
static int64_t scan_exponent(const char **p, char letter)
{
    const char *s = *p;
    int64_t value = 0;
    bool negative = false;

    if ((*s | 0x20) != letter)
        return 0;
    s++;
    if (*s == '+' || *s == '-')
        negative = *s++ == '-';
    if (*s < '0' || *s > '9')
        return 0;
    for (; *s >= '0' && *s <= '9'; s++) {
        if (value < INT64_MAX / 100)
            value = value * 10 + (*s - '0');
    }
    *p = s;
    return negative ? -value : value;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Clamp a binary exponent so that it fits an int and still says "much too large" or "much too
// small".
static int clamp_exponent(int64_t e)
{
    return e > 100000 ? 100000 : e < -100000 ? -100000 : (int)e;
}

// Behind "0x". NULL when there is no digit.
static const char *scan_hex(const char *s, const struct float_format *f, struct float_scanned *out)
{
    struct leading v = {};
    int64_t exponent = 0;
    bool any = false, point = false;
    int dropped = 0;

    for (;; s++) {
        if (*s == '.' && !point) {
            point = true;
            continue;
        }
        int d = hex_digit(*s);
        if (d < 0)
            break;
        any = true;
        if (!(v.high >> 60)) {
            v.high = v.high << 4 | (unsigned int)d;
        } else {
            exponent += 4;
            if (dropped++ == 0)
                v.rest = (uint32_t)d << 28;
            else
                v.sticky |= d != 0;
        }
        exponent -= point ? 4 : 0;
    }
    if (!any)
        return NULL;
    exponent += scan_exponent(&s, 'p');
    v.exponent = clamp_exponent(exponent);
    normalise(&v);
    round_to(f, &v, out);
    return s;
}

// NULL when there is no digit.
static const char *scan_decimal(const char *s, const struct float_format *f,
                                struct float_scanned *out)
{
    struct numeral n = {};
    bool any = false, point = false;
    int64_t digits = 0, zeros = 0; // significant digits so far; zeros at the end of them

    for (;; s++) {
        if (*s == '.' && !point) {
            point = true;
            continue;
        }
        if (*s < '0' || *s > '9')
            break;
        any = true;
        if (*s != '0' && !n.digits)
            n.digits = s;
        if (n.digits) {
            digits++;
            zeros = *s == '0' ? zeros + 1 : 0;
        }
        if (!point)
            n.point += n.digits ? 1 : 0;
        else
            n.point -= n.digits ? 0 : 1;
    }
    if (!any)
        return NULL;
    n.point += scan_exponent(&s, 'e');
    if (!n.digits)
        return s;
    int64_t significant = digits - zeros;

    bool wide = f->precision == float_format_extended.precision;
    const struct limits *limits = wide ? &extended_limits : &double_limits;
    // Where 'any' digits are kept, only whether there are more matters.
    n.nr = significant > limits->digits ? limits->digits + 1 : (long)significant;
    if (n.point > limits->max_point) {
        out->infinite = out->range = true;
    } else if (n.point < limits->min_point) {
        out->range = true;
    } else {
        struct leading v = wide ? convert_extended(&n) : convert_double(&n);
        round_to(f, &v, out);
    }
    return s;
}

// Does s start with the word, in any case? Its length, or 0.
static size_t match_word(const char *s, const char *word)
{
    size_t i = 0;

    for (; word[i]; i++) {
        if ((s[i] | 0x20) != word[i])
            return 0;
    }
    return i;
}

static const char *scan_nan(const char *s, struct float_scanned *out)
{
    uint64_t payload = 0;
    const char *p = s;

    out->nan = true;
    if (*p != '(')
        return s;
    p++;
    unsigned int base = 10;
    if (p[0] == '0' && (p[1] | 0x20) == 'x') {
        base = 16;
        p += 2;
    } else if (*p == '0') {
        base = 8;
    }
    bool number = *p != ')';
    for (;; p++) {
        char c = *p;
        bool word = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
        if (!word)
            break;
        int d = hex_digit(c);
        if (d < 0 || d >= (int)base)
            number = false;
        else
            payload = payload * base + (unsigned int)d;
    }
    if (*p != ')')
        return s;
    out->payload = number ? payload : 0;
    return p + 1;
}

const char *float_scan(const char *s, const struct float_format *format, struct float_scanned *out)
{
    const char *start = s, *end;
    size_t word;

    *out = (struct float_scanned){};
    while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
        s++;
    if (*s == '+' || *s == '-')
        out->negative = *s++ == '-';
    if ((word = match_word(s, "inf"))) {
        out->infinite = true;
        size_t full = match_word(s, "infinity");
        return s + (full ? full : word);
    }
    if ((word = match_word(s, "nan")))
        return scan_nan(s + word, out);
    if (s[0] == '0' && (s[1] | 0x20) == 'x') {
        end = scan_hex(s + 2, format, out);
        // "0x" and no digit is the number 0, followed by an x.
        return end ? end : s + 1;
    }
    end = scan_decimal(s, format, out);
    if (!end)
        out->negative = false;
    return end ? end : start;
}
