// SPDX-License-Identifier: BSD-3-Clause
// Constants cannot be written.
#include "../common/test.h"

const char test_title[] = "a write to a constant dies";

void test_main(void)
{
    *(volatile char *)(uintptr_t)test_title = 'x';
    test_failure("the write went through");
}
