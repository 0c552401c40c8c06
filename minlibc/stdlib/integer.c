// SPDX-License-Identifier: BSD-3-Clause
// Integers from text.
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

struct parsed {
    uintmax_t magnitude; // UINTMAX_MAX on overflow
    bool negative;
    bool overflow;
};

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : INT_MAX;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct parsed parse(const char *restrict s, char **restrict end, int base)
{
    struct parsed r = {};
    const char *start = s, *p = s;

    if (base < 0 || base == 1 || base > 36) {
        errno = EINVAL;
        if (end)
            *end = (char *)start;
        return r;
    }
    while (is_space(*p))
        p++;
    if (*p == '-' || *p == '+')
        r.negative = *p++ == '-';
    if ((base == 0 || base == 16) && p[0] == '0' && (p[1] | 0x20) == 'x' &&
        digit_value(p[2]) < 16) {
        p += 2;
        base = 16;
    } else if (base == 0) {
        base = *p == '0' ? 8 : 10;
    }

    const char *digits = p;
    int d;
    for (; (d = digit_value(*p)) < base; p++) {
        uintmax_t next;
        if (__builtin_mul_overflow(r.magnitude, (uintmax_t)base, &next) ||
            __builtin_add_overflow(next, (uintmax_t)d, &next))
            r.overflow = true;
        else
            r.magnitude = next;
    }
    if (r.overflow)
        r.magnitude = UINTMAX_MAX;
    if (end)
        *end = (char *)(p == digits ? start : p);
    return r;
}

static intmax_t parse_signed(const char *restrict s, char **restrict end, int base, intmax_t max)
{
    struct parsed r = parse(s, end, base);
    uintmax_t limit = (uintmax_t)max + r.negative;

    if (r.magnitude > limit) {
        errno = ERANGE;
        r.magnitude = limit;
    }
    return (intmax_t)(r.negative ? 0 - r.magnitude : r.magnitude);
}

// A minus sign negates in the unsigned type: that is what the standard asks for.
static uintmax_t parse_unsigned(const char *restrict s, char **restrict end, int base,
                                uintmax_t max)
{
    struct parsed r = parse(s, end, base);

    if (r.overflow || r.magnitude > max) {
        errno = ERANGE;
        return max;
    }
    return r.negative ? (0 - r.magnitude) & max : r.magnitude;
}

long strtol(const char *restrict s, char **restrict end, int base)
{
    return (long)parse_signed(s, end, base, LONG_MAX);
}

long long strtoll(const char *restrict s, char **restrict end, int base)
{
    return parse_signed(s, end, base, LLONG_MAX);
}

intmax_t strtoimax(const char *restrict s, char **restrict end, int base)
{
    return parse_signed(s, end, base, INTMAX_MAX);
}

unsigned long strtoul(const char *restrict s, char **restrict end, int base)
{
    return (unsigned long)parse_unsigned(s, end, base, ULONG_MAX);
}

unsigned long long strtoull(const char *restrict s, char **restrict end, int base)
{
    return parse_unsigned(s, end, base, ULLONG_MAX);
}

uintmax_t strtoumax(const char *restrict s, char **restrict end, int base)
{
    return parse_unsigned(s, end, base, UINTMAX_MAX);
}

int atoi(const char *s)
{
    return (int)strtol(s, NULL, 10);
}

long atol(const char *s)
{
    return strtol(s, NULL, 10);
}

long long atoll(const char *s)
{
    return strtoll(s, NULL, 10);
}
