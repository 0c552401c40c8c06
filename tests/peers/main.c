// SPDX-License-Identifier: BSD-3-Clause
// Three guests run at once and find each other through xenstore: each learns the others' numbers
// and what they tell, and dom0's script sees all three before any of them ends. This proves the
// runner that tests of several guests rely on (test.conf's `peer` and `dom0`, tests/common/meet.h).
#include <stdio.h>
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/meet.h"

const char test_title[] = "three guests at once";

void test_main(void)
{
    struct meeting m;
    char c;

    if (!CHECK_EQ(meet(&m), 0))
        return;
    CHECK_EQ(m.count, 3);
    CHECK(m.index < 3);
    CHECK_EQ(meet_put(&m, "own-number", meet_domid(&m, m.index)), 0);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(meet_domid(&m, i) > 0);
        CHECK_EQ(meet_get(&m, i, "own-number"), meet_domid(&m, i));
        CHECK(i == m.index || meet_domid(&m, i) != meet_domid(&m, m.index));
    }
    CHECK(meet_all(&m, "met") >= 0);
    printf("here\n");
    // dom0's script writes to the terminals of all three when it has seen all three.
    CHECK_EQ(console_read(&c, 1, time_monotonic() + MEET_SECONDS * NS_PER_SEC), 1);
    CHECK_EQ(c, 'g');
    CHECK(meet_all(&m, "end") >= 0);
}
