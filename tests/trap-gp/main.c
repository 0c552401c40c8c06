// SPDX-License-Identifier: BSD-3-Clause
// A non-canonical address is a general protection fault; in 32 bits, where every address is one, a
// privileged instruction of a thread.
#include <arch/config.h>
#include "../common/test.h"

const char test_title[] = "a general protection fault dies";

void test_main(void)
{
    if (CONFIG_64BIT)
        test_failure("read %d", *(volatile int *)(uintptr_t)0x8000000000000000);
    __asm__ volatile("hlt");
    test_failure("hlt returned");
}
