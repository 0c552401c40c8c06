// SPDX-License-Identifier: BSD-3-Clause
// Page 0 is not mapped: a load through a null pointer ends the guest, with the reason, the
// function's name and the memory map printed, and Xen sees a crash.
#include "../common/test.h"

const char test_title[] = "a null pointer read dies";

static __attribute__((noinline)) int read_through(const volatile int *p)
{
    return *p + 1;
}

void test_main(void)
{
    const volatile int *volatile p =
        (const volatile int *)8; // volatile: or the compiler sees through it
    int v = read_through(p);

    test_failure("the read gave %d", v);
}
