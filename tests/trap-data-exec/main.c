// SPDX-License-Identifier: BSD-3-Clause
// W^X, second half: data cannot be executed.
#include "../common/test.h"

const char test_title[] = "executing data dies";

static unsigned char code[16] = {0xc3}; // ret

void test_main(void)
{
    ((void (*)(void))(uintptr_t)code)();
    test_failure("the call returned");
}
