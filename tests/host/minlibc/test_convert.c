// SPDX-License-Identifier: BSD-3-Clause
// Numbers from text, against glibc, which rounds correctly.
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "subject.h"

ML(strtol);
ML(strtoul);
ML(strtoll);
ML(strtoull);
ML(strtod);
ML(strtof);
ML(strtold);
ML(__errno_location);
#define ml_errno (*ml___errno_location())

static void test_integers(void)
{
    check_begin("convert: strtol and its family");
    for (unsigned long i = 0; i < 200000 * check_factor; i++) {
        static const char *const starts[] = {"",   " ",   "\t-", "+",    "-", "0x",
                                             "0X", "-0x", "0",   " +0x", "--"};
        char s[64], *a, *b;
        int base = (int)check_below(40) - 2;
        size_t n = check_below(25);
        strcpy(s, starts[check_below(sizeof(starts) / sizeof(*starts))]);
        size_t used = strlen(s);
        unsigned int alphabet = check_below(2) ? 10 : 40;
        for (size_t j = 0; j < n; j++)
            s[used++] = "0123456789abcdefghijklmnopqrstuvwxyzAFZ "[check_below(alphabet)];
        s[used] = 0;
        if (check_below(10) == 0)
            sprintf(s, "%" PRId64,
                    (int64_t)(1ULL << (31 + 32 * check_below(2))) + (int64_t)check_below(5) - 2);
#define COMPARE(fn)                                                                \
    do {                                                                           \
        errno = ml_errno = 0;                                                      \
        a = b = s;                                                                 \
        __typeof__(fn("", NULL, 0)) x = fn(s, &a, base), y = ml_##fn(s, &b, base); \
        int e = ml_errno;                                                          \
        CHECK(x == y && a == b && e == errno, #fn "(\"%s\", %d)", s, base);        \
    } while (0)
        COMPARE(strtol);
        COMPARE(strtoul);
        COMPARE(strtoll);
        COMPARE(strtoull);
    }
    check_end();
}

static bool same(const void *a, const void *b, size_t n, bool nan)
{
    return nan || memcmp(a, b, n) == 0;
}

static bool at_boundary(long double v, long double least)
{
    return v == least || v == -least;
}

// glibc 2.36 truncates where strtof() of a hexadecimal numeral is subnormal, and takes it for
// exact.
static bool glibc_truncates(const char *s)
{
    float f = strtof(s, NULL);
    return strpbrk(s, "xX") && f != 0 && fabsf(f) < FLT_MIN;
}

static void check_reals(const char *s)
{
    char *a, *b;

#define COMPARE_REAL(type, fn, size, least)                                                      \
    do {                                                                                         \
        errno = ml_errno = 0;                                                                    \
        type x = fn(s, &a), y = ml_##fn(s, &b);                                                  \
        int e = ml_errno;                                                                        \
        bool nan = isnan(x) && isnan(y) && !signbit(x) == !signbit(y);                           \
        CHECK(same(&x, &y, size, nan) && a == b, #fn "(\"%.60s\"...): %La, not %La", s,          \
              (long double)y, (long double)x);                                                   \
        /* What rounds up to the least normal number is small before rounding only. */           \
        CHECK(e == errno || at_boundary(x, least), #fn "(\"%.60s\"...): errno %d, not %d", s, e, \
              errno);                                                                            \
    } while (0)
    COMPARE_REAL(double, strtod, 8, DBL_MIN);
    if (!glibc_truncates(s))
        COMPARE_REAL(float, strtof, 4, FLT_MIN);
    else
        CHECK(ml_strtof(s, NULL) == (float)strtold(s, NULL), "strtof(\"%s\"): %a", s,
              (double)ml_strtof(s, NULL));
    COMPARE_REAL(long double, strtold, 10, LDBL_MIN);
}

static double random_double(void)
{
    union {
        uint64_t bits;
        double d;
    } u = {.bits = check_random()};

    if (check_below(4) == 0)
        u.bits = (u.bits & 0x800fffffffffffffULL) | (uint64_t)check_below(3)
                                                        << 52; // around the subnormals
    return isfinite(u.d) ? u.d : 1.0;
}

static void test_simple(void)
{
    static const char *const fixed[] = {
        "0",
        "-0",
        "+0.0e5",
        ".",
        "-",
        "+",
        "",
        " ",
        "e5",
        ".e5",
        "1e",
        "1e+",
        "1e-x",
        "0x",
        "0x.",
        "0x.p1",
        "0xp",
        "-0xg",
        "inf",
        "-INF",
        "infinity",
        "infinit",
        "INFINITYx",
        "nan",
        "-nan",
        "nan()",
        "nan(123)",
        "nan(0x12)x",
        "nan(",
        "nan(-)",
        "1e999999999999999999999",
        "1e-999999999999999999999",
        "0e999999999999",
        "0x1p99999999999999",
        "0x1p-9999999999999",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1.797693134862315807e308",
        "1.797693134862315808e308",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.4703e-324",
        "2.5e-324",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "9007199254740993",
        "9007199254740992.999",
        "9007199254740993.0000000000000000000000000000000000000000000000000000000000000001",
        "0x1.fffffffffffff8p0",
        "0x1.fffffffffffff7ffffp0",
        "0x1.00000000000008p0",
        "0x1.000000000000080000000000000000001p0",
        "0x0.0000000000001p-1022",
        "0x0.00000000000008p-1022",
        "0x0.000000000000080001p-1022",
        "0x.8p1",
        "0x8.p-3",
        "0X1P+3",
        "1_000",
        "1,5",
        "  \t\n12.5abc",
        "6.8e-46",
        "7.0064923216240853e-46",
        "7.0064923216240854e-46",
        "1.17549435e-38",
        "3.4028235677973366e38",
        "3.4028235677973367e38",
        "3.6451995318824746025e-4951",
        "1.8225997659412373013e-4951",
        "1.8225997659412373012e-4951",
        "1.18973149535723176502e4932",
        "1.18973149535723176509e4932",
        "1.189731495357231765085759326628007e4932",
    };

    check_begin("convert: strtod of special cases");
    for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
        check_reals(fixed[i]);
    check_end();
    check_begin("convert: strtod of random numerals");
    for (unsigned long i = 0; i < 100000 * check_factor; i++) {
        char s[1200];
        double d = random_double();
        switch (check_below(6)) {
        case 0: snprintf(s, sizeof(s), "%.*g", (int)check_below(25) + 1, d); break;
        case 1: snprintf(s, sizeof(s), "%.*e", (int)check_below(40), d); break;
        case 2: snprintf(s, sizeof(s), "%.*f", (int)check_below(30), d); break;
        case 3: snprintf(s, sizeof(s), "%.*a", (int)check_below(20), d); break;
        case 4:
            snprintf(s, sizeof(s), "%llu.%llue%d",
                     (unsigned long long)check_random() >> check_below(64),
                     (unsigned long long)check_random(), (int)check_below(800) - 400);
            break;
        default:
            snprintf(s, sizeof(s), "%llue%d", (unsigned long long)check_random() >> check_below(64),
                     (int)check_below(check_below(2) ? 40 : 10000) - (check_below(2) ? 20 : 5000));
            break;
        }
        check_reals(s);
    }
    check_end();
}

// The number half-way between a double and the next larger one, exactly, and its neighbours in the
// last digit.
static void test_halfway(void)
{
    static char s[13000];

    check_begin("convert: strtod half-way between numbers");
    for (unsigned long i = 0; i < 1500 * check_factor; i++) {
        double d = fabs(random_double()), next = nextafter(d, INFINITY);
        long double middle = isinf(next) ? 0x1.fffffffffffff8p1023L : ((long double)d + next) / 2;
        float f = (float)d;
        if (check_below(3) == 0 && isfinite(f))
            middle = ((long double)f + nextafterf(f, INFINITY)) / 2;
        int n = snprintf(s, 2000, "%.1100Lf", middle);
        if (check_below(2)) {
            while (n && s[n - 1] == '0')
                s[--n] = 0;
            if (n && s[n - 1] == '.')
                s[--n] = 0;
        }
        check_reals(s);
        size_t zeros = check_below(300);
        if (strchr(s, '.')) {
            memset(s + n, '0', zeros);
            strcpy(s + n + zeros, "1");
            check_reals(s);
            // One less in the last digit that is not 0.
            s[n] = 0;
            char *last = s + n - 1;
            while (last > s && (*last == '0' || *last == '.'))
                last--;
            if (*last >= '1') {
                --*last;
                memset(s + n, '9', zeros);
                s[n + zeros] = 0;
                check_reals(s);
            }
        }
    }
    check_end();
}

static void test_halfway_extended(void)
{
    static char s[13000];

    check_begin("convert: strtold half-way between numbers");
    for (unsigned long i = 0; i < 150 * check_factor; i++) {
        union {
            struct {
                uint64_t mantissa;
                uint16_t exponent;
            } bits;
            long double d;
        } u = {.bits = {check_random() | 1ULL << 63, (uint16_t)(1 + check_below(0x7ffe))}};
        if (check_below(4) == 0)
            u.bits.exponent = 0, u.bits.mantissa &= ~(1ULL << 63);
        // 65 bits do not fit a long double; they fit binary128.
        __float128 middle = ((__float128)u.d + nextafterl(u.d, INFINITY)) / 2;
        if (isinf((double)u.d) && u.bits.exponent == 0x7ffe && u.bits.mantissa == ~0ULL)
            continue;
        int n = strfromf128(s, sizeof(s), "%.11560e", middle);
        char *e = strchr(s, 'e');
        check_reals(s);
        char tail[16];
        strcpy(tail, e);
        char *last = e - 1;
        while (*last == '0')
            last--;
        (void)n;
        if (*last >= '1' && *last <= '9') {
            if (last + 1 < e) {
                last[1] = '1';
                check_reals(s);
                last[1] = '0';
            }
            --*last;
            memset(last + 1, '9', (size_t)(e - last - 1));
            strcpy(e, tail);
            check_reals(s);
        }
    }
    check_end();
}

void test_convert(void)
{
    test_integers();
    test_simple();
    test_halfway();
    test_halfway_extended();
}
