// SPDX-License-Identifier: BSD-3-Clause
// Traps other than page faults are reported too; registers are those of the trapping instruction.
#include "../common/test.h"

const char test_title[] = "an invalid opcode dies with its registers";

void test_main(void)
{
    __asm__ volatile("ud2" ::"a"((unsigned long)0x1122334455667788));
    test_failure("ud2 returned");
}
