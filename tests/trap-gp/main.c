// SPDX-License-Identifier: BSD-3-Clause
// A non-canonical address is a general protection fault.
#include "../common/test.h"

const char test_title[] = "a non-canonical address dies";

void test_main(void)
{
    test_failure("read %d", *(volatile int *)0x8000000000000000);
}
