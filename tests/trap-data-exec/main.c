// SPDX-License-Identifier: BSD-3-Clause
// W^X, second half: data cannot be executed.
#include <arch/config.h>
#include "../common/test.h"

const char test_title[] = "executing data dies";

static unsigned char code[16] = {0xc3}; // ret

void test_main(void)
{
    if (!CONFIG_NX) {
        test_skip("two-level page tables have no NX");
        return;
    }
    ((void (*)(void))(uintptr_t)code)();
    test_failure("the call returned");
}
