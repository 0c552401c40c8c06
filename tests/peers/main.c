// SPDX-License-Identifier: BSD-3-Clause
// Three guests run at once, and a script of dom0's sees them all before any of them ends: each says
// who it is and waits until it is told to go on. This proves the runner that tests of several
// guests rely on (test.conf's `peer` and `dom0`).
#include <stdio.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include <xen/errno.h>
#include "../common/test.h"

const char test_title[] = "three guests at once";

#define SECOND 1000000000ULL

void test_main(void)
{
    char c;

    printf("here\n");
    // dom0's script writes to the terminals of all three when it has seen all three.
    CHECK_EQ(console_read(&c, 1, time_monotonic() + 60 * SECOND), 1);
    CHECK_EQ(c, 'g');
}
