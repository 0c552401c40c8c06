// SPDX-License-Identifier: BSD-3-Clause
// %e, %f, %g from exact digits, and %a.
#include <string.h>

#include "stdio/format.h"

// Sign and, for %a, "0x".
struct prefix {
    char text[3];
    size_t len;
};

static bool is_upper(const struct format_spec *spec)
{
    return !(spec->conversion & 0x20);
}

static struct prefix sign_of(const struct format_spec *spec, bool negative)
{
    struct prefix p = {};

    if (negative || spec->plus || spec->space)
        p.text[p.len++] = negative ? '-' : spec->plus ? '+' : ' ';
    return p;
}

// The three parts around the digits: left padding and prefix, the digits (by the caller), right
// padding.
static void open_field(struct sink *s, const struct format_spec *spec, const struct prefix *p,
                       size_t len)
{
    size_t used = p->len + len;
    size_t pad = (size_t)spec->width > used ? (size_t)spec->width - used : 0;

    if (!spec->left && !spec->zero)
        sink_fill(s, ' ', pad);
    sink_put(s, p->text, p->len);
    if (!spec->left && spec->zero)
        sink_fill(s, '0', pad);
}

static void close_field(struct sink *s, const struct format_spec *spec, const struct prefix *p,
                        size_t len)
{
    size_t used = p->len + len;

    if (spec->left && (size_t)spec->width > used)
        sink_fill(s, ' ', (size_t)spec->width - used);
}

// Digits from a position on; those behind the last limb are 0.
static void put_digits(struct sink *s, const struct digits *d, size_t from, size_t n)
{
    char block[36];
    size_t have = d->nr * LIMB_DIGITS > from ? d->nr * LIMB_DIGITS - from : 0;
    size_t real = n < have ? n : have;

    for (size_t done = 0; done < real;) {
        size_t len = 0;
        while (len < sizeof(block) && done < real)
            block[len++] = (char)('0' + digits_at(d, from + done++));
        sink_put(s, block, len);
    }
    sink_fill(s, '0', n - real);
}

// "e+05" and the like into buf; its length.
static size_t exponent_text(char *buf, char letter, int exponent, unsigned int least)
{
    char digits[8];
    size_t n = 0, len = 0;
    unsigned int v = exponent < 0 ? 0u - (unsigned int)exponent : (unsigned int)exponent;

    do {
        digits[n++] = (char)('0' + v % 10);
    } while ((v /= 10) || n < least);
    buf[len++] = letter;
    buf[len++] = exponent < 0 ? '-' : '+';
    while (n)
        buf[len++] = digits[--n];
    return len;
}

// The position where rounding gives `precision` digits behind the decimal point.
static size_t fraction_end(const struct digits *d, size_t precision)
{
    return d->point * LIMB_DIGITS + precision;
}

static void print_fixed(struct sink *s, const struct format_spec *spec, const struct digits *d,
                        const struct prefix *p, size_t precision)
{
    size_t point = d->point * LIMB_DIGITS, first = digits_first(d);
    size_t whole = first < point ? point - first : 1;
    bool dot = precision || spec->alternate;
    size_t len = whole + (dot ? 1 : 0) + precision;

    open_field(s, spec, p, len);
    put_digits(s, d, point - whole, whole);
    if (dot)
        sink_put(s, ".", 1);
    put_digits(s, d, point, precision);
    close_field(s, spec, p, len);
}

static int decimal_exponent(const struct digits *d)
{
    return (int)(d->point * LIMB_DIGITS) - 1 - (int)digits_first(d);
}

static void print_scientific(struct sink *s, const struct format_spec *spec, const struct digits *d,
                             const struct prefix *p, size_t precision)
{
    char tail[12];
    size_t first = digits_first(d);
    bool zero = !digits_at(d, first);
    size_t tail_len =
        exponent_text(tail, is_upper(spec) ? 'E' : 'e', zero ? 0 : decimal_exponent(d), 2);
    bool dot = precision || spec->alternate;
    size_t len = 1 + (dot ? 1 : 0) + precision + tail_len;

    open_field(s, spec, p, len);
    put_digits(s, d, first, 1);
    if (dot)
        sink_put(s, ".", 1);
    put_digits(s, d, first + 1, precision);
    sink_put(s, tail, tail_len);
    close_field(s, spec, p, len);
}

// Digits behind `from` up to the last that is not 0, at most n.
static size_t significant_length(const struct digits *d, size_t from, size_t n)
{
    size_t end = d->nr * LIMB_DIGITS;

    if (from + n < end)
        end = from + n;
    while (end > from && !digits_at(d, end - 1))
        end--;
    return end > from ? end - from : 0;
}

static void print_general(struct sink *s, const struct format_spec *spec, struct digits *d,
                          const struct prefix *p, size_t precision)
{
    digits_round(d, digits_first(d) + precision);
    size_t first = digits_first(d);
    int exponent = digits_at(d, first) ? decimal_exponent(d) : 0;

    if (exponent >= -4 && (exponent < 0 || (size_t)exponent < precision)) {
        size_t fraction =
            exponent < 0 ? precision - 1 + (size_t)-exponent : precision - 1 - (size_t)exponent;
        if (!spec->alternate)
            fraction = significant_length(d, d->point * LIMB_DIGITS, fraction);
        print_fixed(s, spec, d, p, fraction);
    } else {
        size_t fraction = precision - 1;
        if (!spec->alternate)
            fraction = significant_length(d, first + 1, fraction);
        print_scientific(s, spec, d, p, fraction);
    }
}

static void print_decimal(struct sink *s, const struct format_spec *spec,
                          const struct float_parts *v, struct digits *d, uint32_t *words)
{
    size_t precision = spec->precision < 0 ? 6 : (size_t)spec->precision;
    struct prefix p = sign_of(spec, v->negative);

    switch (spec->conversion | 0x20) {
    case 'f':
        digits_expand(d, v->mantissa, v->exponent, DIGITS_FRACTION, precision, words);
        digits_round(d, fraction_end(d, precision));
        print_fixed(s, spec, d, &p, precision);
        break;
    case 'e':
        digits_expand(d, v->mantissa, v->exponent, DIGITS_SIGNIFICANT, precision + 1, words);
        digits_round(d, digits_first(d) + precision + 1);
        print_scientific(s, spec, d, &p, precision);
        break;
    default:
        if (!precision)
            precision = 1;
        digits_expand(d, v->mantissa, v->exponent, DIGITS_SIGNIFICANT, precision, words);
        print_general(s, spec, d, &p, precision);
        break;
    }
}

__attribute__((noinline)) static void print_double(struct sink *s, const struct format_spec *spec,
                                                   const struct float_parts *v)
{
    uint32_t words[DIGITS_DOUBLE_WORDS], limbs[DIGITS_DOUBLE_LIMBS];
    struct digits d = {.limb = limbs};
    print_decimal(s, spec, v, &d, words);
}

__attribute__((noinline)) static void print_long_double(struct sink *s,
                                                        const struct format_spec *spec,
                                                        const struct float_parts *v)
{
    uint32_t words[DIGITS_LONG_WORDS], limbs[DIGITS_LONG_LIMBS];
    struct digits d = {.limb = limbs};
    print_decimal(s, spec, v, &d, words);
}

// The leading digit holds 1 bit of a double (0 when it is subnormal) and the upper 4 bits of an
// extended number.
static void print_hex(struct sink *s, const struct format_spec *spec, const struct float_parts *v,
                      bool long_double)
{
    const char *alphabet = is_upper(spec) ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned int fraction_digits = long_double ? 15 : 13;
    uint64_t m = v->mantissa;
    int exponent = m ? v->exponent + 4 * (int)fraction_digits : 0;
    struct prefix p = sign_of(spec, v->negative);
    bool carried = false;

    if (spec->precision >= 0 && (unsigned int)spec->precision < fraction_digits) {
        unsigned int drop = 4 * (fraction_digits - (unsigned int)spec->precision);
        uint64_t unit = 1ULL << drop, cut = m & (unit - 1), half = unit / 2;
        m -= cut;
        if (cut > half || (cut == half && m & unit))
            carried = __builtin_add_overflow(m, unit, &m);
    }
    unsigned int lead = (unsigned int)(m >> 4 * fraction_digits);
    if (carried) {
        // The leading digit of an extended number went from f to 10: one digit less before it, in
        // the fraction.
        lead = 1;
        m = 0;
        exponent += 4;
    }
    char digits[16];
    for (unsigned int i = 0; i < fraction_digits; i++)
        digits[i] = alphabet[m >> 4 * (fraction_digits - 1 - i) & 0xf];
    size_t have = fraction_digits;
    if (spec->precision < 0) {
        while (have && digits[have - 1] == '0')
            have--;
    } else if ((size_t)spec->precision < have) {
        have = (size_t)spec->precision;
    }
    size_t zeros = spec->precision > (int)have ? (size_t)spec->precision - have : 0;

    char tail[12];
    size_t tail_len = exponent_text(tail, is_upper(spec) ? 'P' : 'p', exponent, 1);
    bool dot = have || zeros || spec->alternate;
    size_t len = 1 + (dot ? 1 : 0) + have + zeros + tail_len;
    p.text[p.len++] = '0';
    p.text[p.len++] = is_upper(spec) ? 'X' : 'x';
    open_field(s, spec, &p, len);
    sink_put(s, &alphabet[lead], 1);
    if (dot)
        sink_put(s, ".", 1);
    sink_put(s, digits, have);
    sink_fill(s, '0', zeros);
    sink_put(s, tail, tail_len);
    close_field(s, spec, &p, len);
}

void format_float(struct sink *s, const struct format_spec *spec, const struct float_parts *value,
                  bool long_double)
{
    if (value->kind != FLOAT_FINITE) {
        struct format_spec plain = *spec;
        struct prefix p = sign_of(spec, value->negative);
        bool nan = value->kind == FLOAT_NAN;
        plain.zero = false;
        format_padded(s, &plain, p.text, p.len, 0,
                      is_upper(spec) ? (nan ? "NAN" : "INF") : (nan ? "nan" : "inf"), 3);
    } else if ((spec->conversion | 0x20) == 'a') {
        print_hex(s, spec, value, long_double);
    } else if (long_double) {
        print_long_double(s, spec, value);
    } else {
        print_double(s, spec, value);
    }
}
