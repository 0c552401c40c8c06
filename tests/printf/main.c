// SPDX-License-Identifier: BSD-3-Clause
// The C library's printf family in a guest: integers, strings, floating point rounded correctly,
// positions, sizes, and streams on the console. (The host-side suite compares far more cases with
// glibc.)
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "../common/test.h"

const char test_title[] = "the printf family";

static char b[512];

static void check(const char *want, int len)
{
    if (strcmp(want, b))
        test_failure("[%s], not [%s]", b, want);
    CHECK_EQ(len, strlen(want));
}

#define T(want, ...) check(want, snprintf(b, sizeof(b), __VA_ARGS__))

static void test_integers(void)
{
    T("0 -1 2147483647 -2147483648", "%d %i %d %d", 0, -1, INT_MAX, INT_MIN);
    T("ffffffffffffffff 1777777777777777777777 0xabc 0XABC", "%llx %llo %#x %#X", ~0ULL, ~0ULL,
      0xabc, 0xabc);
    T("[   42][42   ][00042][+42][ 42][-0042]", "[%5d][%-5d][%05d][%+d][% d][%05d]", 42, 42, 42, 42,
      42, -42);
    T("[  007][    ][0]", "[%5.3d][%4.0d][%.1d]", 7, 0, 0);
    T("-1 255 65535 -1", "%hhd %hhu %hu %hd", -1, 255, 65535, 65535);
    T("18446744073709551615 -9223372036854775808", "%ju %jd", UINTMAX_MAX, INTMAX_MIN);
}

static void test_floats(void)
{
    T("0.1 1e+100 1e-05 123457", "%g %g %g %g", 0.1, 1e100, 1e-5, 123456.7);
    T("0 2 2 4 0.12 0.38", "%.0f %.0f %.0f %.0f %.2f %.2f", 0.5, 1.5, 2.5, 3.5, 0.125, 0.375);
    T("1.7976931348623157e+308 2.2250738585072014e-308 4.9406564584124654e-324",
      "%.16e %.16e %.16e", DBL_MAX, DBL_MIN, 5e-324);
    T("0.1000000000000000055511151231257827", "%.34f", 0.1);
    T("0x1.8p+1 -0x0.0000000000001p-1022", "%a %a", 3.0, -5e-324);
    T("inf -inf nan INF [  inf]", "%f %f %f %F [%5f]", 1 / 0.0, -1 / 0.0, (double)NAN, 1 / 0.0,
      1 / 0.0);
    T("3.14159265358979323851", "%.20Lf", 3.14159265358979323846L);
}

static void test_others(void)
{
    int n = 0;

    T("[abc][  abc][abc  ][ab][x][%]", "[%s][%5s][%-5s][%.2s][%c][%%]", "abc", "abc", "abc", "abc",
      'x');
    T("two one", "%2$s %1$s", "one", "two");
    T("[   7]", "[%*d]", 4, 7);
    T("abcdef", "abc%ndef", &n);
    CHECK_EQ(n, 3);
    CHECK_EQ(snprintf(b, 4, "%s", "abcdef"), 6);
    CHECK(!strcmp(b, "abc"));
    CHECK_EQ(snprintf(NULL, 0, "%d", 12345), 5);
}

void test_main(void)
{
    test_integers();
    test_floats();
    test_others();
    // A stream: what it holds must be out before the end, and in order.
    for (int i = 0; i < 300; i++)
        fprintf(stdout, "stream line %03d%c", i, i % 7 ? '\n' : ' ');
    printf("\n");
    CHECK(!fflush(stdout));
    CHECK(!ferror(stdout));
}
