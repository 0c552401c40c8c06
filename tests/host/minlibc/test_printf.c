// SPDX-License-Identifier: BSD-3-Clause
// snprintf() against glibc's: random directives on random and on awkward values.
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "check.h"
#include "subject.h"

// Formats that are wrong on purpose.
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-overflow"

ML(snprintf);
ML(__errno_location);
ML(asprintf);
ML(free);

static char expected[30000], got[30000];

// Both print with the same arguments.
#define COMPARE(format, ...)                                                                \
    do {                                                                                    \
        size_t size_ = check_below(8) ? sizeof(expected) : check_below(60);                 \
        memset(expected, 'x', 64);                                                          \
        memset(got, 'x', 64);                                                               \
        int e_ = snprintf(expected, size_, format, ##__VA_ARGS__);                          \
        int g_ = ml_snprintf(got, size_, format, ##__VA_ARGS__);                            \
        CHECK(e_ == g_ &&                                                                   \
                  (e_ < 0 || memcmp(expected, got, size_ < 64 ? 64 : (size_t)e_ + 1) == 0), \
              "'%s': '%.100s' (%d), not '%.100s' (%d)", format, got, g_, expected, e_);     \
    } while (0)

static char *append(char *p, const char *s)
{
    return stpcpy(p, s);
}

// "%", flags, width, precision. Stars are for the caller.
static char *random_head(char *format, const char *flags, size_t max_precision)
{
    char *p = append(format, check_below(2) ? "%" : "a%%b%");

    for (size_t n = check_below(3); n; n--)
        *p++ = flags[check_below(strlen(flags))];
    if (check_below(2))
        p += sprintf(p, "%zu", check_below(8) ? check_below(30) : check_below(400) + 1);
    if (check_below(2))
        p += check_below(8) ? sprintf(p, ".%zu", check_below(max_precision)) : sprintf(p, ".");
    *p = 0;
    return p;
}

static void test_integers(void)
{
    char f[80];

    check_begin("printf: integers");
    for (unsigned long i = 0; i < 300000 * check_factor; i++) {
        char *p = random_head(f, "-+ 0#'", 25);
        uint64_t v = check_random() >> check_below(64);
        if (check_below(8) == 0)
            v = 0;
        if (check_below(2))
            v = 0 - v;
        const char c = "diouxX"[check_below(6)];
        static const char *const lengths[] = {"hh", "h", "", "l", "ll", "j", "z", "t", "q", "L"};
        size_t l = check_below(10);
        sprintf(p, "%s%c|", lengths[l], c);
        if (l <= 2)
            COMPARE(f, (int)v);
        else
            COMPARE(f, v);
    }
    check_end();
}

static const double awkward[] = {
    0.0,
    -0.0,
    0.5,
    1.5,
    2.5,
    3.5,
    0.25,
    0.75,
    0.125,
    0.375,
    9.5,
    99.5,
    999.5,
    9.9999995,
    0.99999995,
    1e15,
    1e16,
    1e17,
    123456.5,
    1234565.0,
    12345650.0,
    0.00001,
    0.0001,
    0.00009999995,
    1e21,
    1e22,
    1e23,
    5e-324,
    2.2250738585072014e-308,
    2.2250738585072009e-308,
    1.7976931348623157e308,
    1e-5,
    999999.5,
    9999995.0,
    0.1,
    0.2,
    0.3,
    1.0 / 3,
    2.0 / 3,
    1e100,
    1e-100,
};

static double random_double(void)
{
    union {
        uint64_t bits;
        double d;
    } u = {.bits = check_random()};

    switch (check_below(7)) {
    case 0: return awkward[check_below(sizeof(awkward) / sizeof(*awkward))];
    case 1:
        return (double)(int64_t)(check_random() >> check_below(63)) /
               (double)(1ULL << check_below(20)); // ties
    case 2: return (double)check_below(1000000) / 1000;
    case 3: u.bits &= 0x800fffffffffffffULL; return u.d; // subnormal
    case 4: return ldexp(1, (int)check_below(2100) - 1074);
    case 5:
        return check_below(2) ? INFINITY : check_below(2) ? -INFINITY : check_below(2) ? NAN : -NAN;
    default: return u.d;
    }
}

// glibc 2.36 prints 999999.5 by "%#g" as "1.e+06": the zeros that '#' keeps are missing when
// rounding carries into a new digit.
static bool glibc_drops_zeros(const char *format, ...)
{
    static char out[8000];
    va_list ap;
    va_start(ap, format);
    vsnprintf(out, sizeof(out), format, ap);
    va_end(ap);
    const char *point = strchr(out, '.');
    return point && (point[1] | 0x20) == 'e';
}

static void test_doubles(void)
{
    char f[80];

    check_begin("printf: doubles");
    for (unsigned long i = 0; i < 300000 * check_factor; i++) {
        char *p = random_head(f, "-+ 0#", check_below(10) ? 25 : check_below(4) ? 400 : 1200);
        sprintf(p, "%c|", "eEfFgGaA"[check_below(8)]);
        double d = random_double();
        if (strchr(f, '#') && (p[0] | 0x20) == 'g' && glibc_drops_zeros(f, d))
            continue;
        COMPARE(f, d);
    }
    check_end();
}

static long double random_extended(void)
{
    union {
        struct {
            uint64_t mantissa;
            uint16_t exponent;
        } bits;
        long double d;
    } u = {.bits = {check_random() | 1ULL << 63, (uint16_t)check_random()}};

    if (check_below(3) == 0)
        return random_double();
    if (check_below(3) == 0)
        u.bits.exponent = (uint16_t)(0x3fff + check_below(200) - 100);
    if ((u.bits.exponent & 0x7fff) == 0x7fff)
        u.bits.exponent ^= 1;
    if (check_below(8) == 0) {
        u.bits.exponent &= 0x8000;
        u.bits.mantissa = u.bits.mantissa << 1 >> 1 >> check_below(64);
    }
    if (check_below(8) == 0)
        u.bits.mantissa = ~0ULL << check_below(64);
    // Patterns that no arithmetic makes are left out.
    bool valid = !(u.bits.exponent & 0x7fff) == !(u.bits.mantissa >> 63);
    return valid ? u.d : 1.0L;
}

static void test_extended(void)
{
    char f[80];

    check_begin("printf: long doubles");
    for (unsigned long i = 0; i < 20000 * check_factor; i++) {
        char *p = random_head(f, "-+ 0#", check_below(20) ? 30 : 6000);
        sprintf(p, "L%c|", "eEfFgGaA"[check_below(8)]);
        long double d = random_extended();
        if (strchr(f, '#') && (p[1] | 0x20) == 'g' && glibc_drops_zeros(f, d))
            continue;
        COMPARE(f, d);
    }
    check_end();
}

// Hides a format from checkers that do not know numbered arguments.
static const char *as_is(const char *format)
{
    return format;
}

static void test_rest(void)
{
    char f[80];

    check_begin("printf: strings, characters, pointers, errors");
    for (unsigned long i = 0; i < 50000 * check_factor; i++) {
        static const char *const strings[] = {"", "a", "hello",
                                              "a longer string than most of them are here", NULL};
        char *p = random_head(f, "-", 20);
        if (check_below(2)) {
            const char *text = strings[check_below(5)];
            strcpy(p, "s|");
            COMPARE(f, text);
        } else {
            int c = (int)(1 + check_below(127));
            strcpy(strchr(f, '.') ? strchr(f, '.') : p, "c|");
            COMPARE(f, c);
        }
        p = random_head(f, "-+ 0", 20);
        strcpy(p, "p|");
        void *pointer =
            check_below(4) ? (void *)(uintptr_t)(check_random() >> check_below(60)) : NULL;
        COMPARE(f, pointer);
    }
    for (int i = 0; i < 140; i++) {
        errno = *ml___errno_location() = i;
        COMPARE("%m %8.3m|");
    }
    COMPARE("%*d|%-*d|%.*f|%.*s|", 7, 42, 7, 42, 3, 1.5, 2, "abc");
    COMPARE("%*d|%.*d|%*.*s|", -7, 42, -1, 42, -9, -1, "abc");
    COMPARE(as_is("%2$s %1$d %2$*3$s %4$.*5$f|"), 5, "x", 6, 1.25, 1);
    COMPARE(as_is("%3$lld %1$hhd %2$Lf|"), 300, 1.5L, 1LL << 40);
    COMPARE(as_is("%1$d %1$x %1$o|"), 77);
    COMPARE("%% %5% %-5%|");
    COMPARE(as_is("%hhd %hd %hhu %hu|"), 300, 70000, -1, -1);
    // What glibc refuses or prints as it is is not compared; a lone % at the end is an error in
    // both.
    CHECK(ml_snprintf(got, 10, "abc%") == -1, "a lone %% at the end");
    CHECK(ml_snprintf(got, 10, "%2147483648d", 1) == -1 && *ml___errno_location() == EOVERFLOW,
          "huge width");
    int n1 = 0;
    long n2 = 0;
    signed char n3 = 0;
    ml_snprintf(got, sizeof(got), "abc%ndef%lnghi%hhn", &n1, &n2, &n3);
    CHECK(n1 == 3 && n2 == 6 && n3 == 9, "%%n: %d %ld %d", n1, n2, n3);
    CHECK(ml_snprintf(NULL, 0, "%d", 12345) == 5, "no buffer");
    CHECK(ml_snprintf(got, sizeof(got), "%ls|%.4ls|%8ls|%lc", L"aä€", L"aä€", L"ä", L'€') == 23 &&
              strcmp(got, "aä€|aä|      ä|€") == 0,
          "wide: '%s'", got);
    CHECK(ml_snprintf(got, sizeof(got), "%ls", (const wchar_t[]){0xd800, 0}) == -1, "a surrogate");
    char *s = NULL;
    CHECK(ml_asprintf(&s, "%s-%d", "abc", 7) == 5 && strcmp(s, "abc-7") == 0, "asprintf");
    ml_free(s);
    check_end();
}

void test_printf(void)
{
    test_integers();
    test_doubles();
    test_extended();
    test_rest();
}
