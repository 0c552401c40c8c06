// SPDX-License-Identifier: BSD-3-Clause
// The wall clock: runs at the monotonic clock's rate, and is printed for the runner to compare with
// dom0's.
#include <halvm/sched.h>
#include <halvm/time.h>
#include "../common/test.h"

const char test_title[] = "wall clock and CPU clock";

#define MS 1000000ULL

void test_main(void)
{
    ns_t mono = time_monotonic(), wall = time_wall(), cpu = time_cpu();
    long drift;

    thread_sleep_until(mono + 300 * MS);
    // The two clocks are read one after the other, and the guest may lose its CPU in between.
    drift = (long)(time_wall() - wall) - (long)(time_monotonic() - mono);
    CHECK(drift > -50 * (long)MS && drift < 50 * (long)MS);
    // 300 ms asleep are not CPU time; being awake is.
    cpu = time_cpu() - cpu;
    CHECK(cpu > 0 && cpu < 200 * MS);
    printk("wall clock: %lu\n", (unsigned long)(time_wall() / NS_PER_SEC));
}
