// SPDX-License-Identifier: BSD-3-Clause
// dom0 sets its clock while the guest runs: the guest's wall clock follows, by as much and soon,
// and the monotonic clock takes no notice.
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "the wall clock follows dom0's";

#define JUMP  (1000 * NS_PER_SEC)
#define SLACK (30 * NS_PER_SEC)

void test_main(void)
{
    ns_t start = time_monotonic(), wall = time_wall();
    ns_t moved = 0;

    printk("ready\n");
    while (time_monotonic() - start < SLACK) {
        ns_t passed = time_monotonic() - start;

        thread_sleep_until(time_monotonic() + 50000000);
        CHECK(time_monotonic() - start < passed + SLACK);
        moved = time_wall() - wall - (time_monotonic() - start);
        if (moved > JUMP / 2 && moved < 2 * JUMP)
            break;
    }
    printk("moved by %lu s\n", (unsigned long)(moved / NS_PER_SEC));
    CHECK(moved > JUMP - 5 * NS_PER_SEC && moved < JUMP + 5 * NS_PER_SEC);
}
