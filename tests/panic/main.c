// SPDX-License-Identifier: BSD-3-Clause
// panic() prints its reason, who called it and the memory map, and crashes the domain.
#include <halvm/power.h>
#include "../common/test.h"

const char test_title[] = "panic says why";

static __attribute__((noinline)) void give_up(int n)
{
    panic("nothing left to try after %d tries", n);
}

void test_main(void)
{
    give_up(3);
}
