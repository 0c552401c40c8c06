// SPDX-License-Identifier: BSD-3-Clause
// The kernel's own formatter, which panics depend on.
#include "../common/test.h"

const char test_title[] = "printk's formats";

static void check(const char *want, int len, const char *got)
{
    int i = 0;

    while (want[i] && want[i] == got[i])
        i++;
    if (want[i] != got[i])
        test_failure("[%s], not [%s]", got, want);
    while (want[i])
        i++;
    CHECK_EQ(len, i);
}

#define T(want, ...) check(want, ksnprintf(b, sizeof(b), __VA_ARGS__), b)

void test_main(void)
{
    char b[64];
    const char *volatile no_text = NULL; // volatile: or the compiler warns of just what is meant

    T("", "%s", "");
    T("0 1 -1 2147483647 -2147483648", "%d %d %d %d %d", 0, 1, -1, 2147483647, -2147483647 - 1);
    T("4294967295 ffffffff", "%u %x", ~0u, ~0u);
    T("-9223372036854775808", "%lld", -9223372036854775807LL - 1);
    T("ffffffffffffffff 18446744073709551615", "%llx %llu", ~0ULL, ~0ULL);
    T(sizeof(void *) == 8 ? "00000000deadbeef" : "deadbeef", "%p", (void *)0xdeadbeef);
    T("[   42][42   ][00042][-0042]", "[%5d][%-5d][%05d][%05d]", 42, 42, 42, -42);
    T("[  abc][abc  ][ab][(null)]", "[%5s][%-5s][%.2s][%s]", "abc", "abc", "abc", no_text);
    T("a%b", "%c%%%c", 'a', 'b');

    CHECK_EQ(ksnprintf(b, 4, "abcdef"), 6);
    check("abc", 3, b);
    CHECK_EQ(ksnprintf(b, 0, "abcdef"), 6);
}
