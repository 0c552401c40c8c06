// SPDX-License-Identifier: BSD-3-Clause
// W^X, first half: text cannot be written.
#include "../common/test.h"

const char test_title[] = "a write to text dies";

void test_main(void)
{
    *(volatile unsigned char *)(uintptr_t)test_main = 0x90;
    test_failure("the write went through");
}
