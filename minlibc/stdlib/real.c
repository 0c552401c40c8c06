// SPDX-License-Identifier: BSD-3-Clause
// strtod() and its family.
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "float/scan.h"

static struct float_scanned scan(const char *restrict s, char **restrict end,
                                 const struct float_format *format)
{
    struct float_scanned r;
    const char *stop = float_scan(s, format, &r);

    if (end)
        *end = (char *)stop;
    if (r.range)
        errno = ERANGE;
    return r;
}

double strtod(const char *restrict s, char **restrict end)
{
    struct float_scanned r = scan(s, end, &float_format_double);
    union {
        uint64_t bits;
        double value;
    } u = {.bits = r.mantissa & ((1ULL << 52) - 1)};

    if (r.infinite)
        u.bits = 0x7ffULL << 52;
    else if (r.nan)
        u.bits = 0xfffULL << 51 | (r.payload & ((1ULL << 51) - 1));
    else if (r.mantissa >> 52)
        u.bits |= (uint64_t)(r.exponent + 1075) << 52;
    u.bits |= (uint64_t)r.negative << 63;
    return u.value;
}

float strtof(const char *restrict s, char **restrict end)
{
    struct float_scanned r = scan(s, end, &float_format_single);
    union {
        uint32_t bits;
        float value;
    } u = {.bits = (uint32_t)r.mantissa & ((1u << 23) - 1)};

    if (r.infinite)
        u.bits = 0xffu << 23;
    else if (r.nan)
        u.bits = 0x1ffu << 22 | ((uint32_t)r.payload & ((1u << 22) - 1));
    else if (r.mantissa >> 23)
        u.bits |= (uint32_t)(r.exponent + 150) << 23;
    u.bits |= (uint32_t)r.negative << 31;
    return u.value;
}

long double strtold(const char *restrict s, char **restrict end)
{
    struct float_scanned r = scan(s, end, &float_format_extended);
    union {
        struct {
            uint64_t mantissa;
            uint16_t sign_exponent;
        } bits;
        long double value;
    } u = {.bits = {.mantissa = r.mantissa}};

    if (r.infinite)
        u.bits.mantissa = 1ULL << 63;
    else if (r.nan)
        u.bits.mantissa = 3ULL << 62 | (r.payload & ((1ULL << 62) - 1));
    if (r.infinite || r.nan)
        u.bits.sign_exponent = 0x7fff;
    else if (r.mantissa >> 63)
        u.bits.sign_exponent = (uint16_t)(r.exponent + 16383 + 63);
    u.bits.sign_exponent |= (uint16_t)(r.negative << 15);
    return u.value;
}

double atof(const char *s)
{
    return strtod(s, NULL);
}
