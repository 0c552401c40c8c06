// SPDX-License-Identifier: BSD-3-Clause
// An exit status other than 0 is printed and is a crash to Xen.
#include <halvm/power.h>
#include "../common/test.h"

const char test_title[] = "exit status 42";

void test_main(void)
{
    power_exit(42);
}
